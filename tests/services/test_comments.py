from __future__ import annotations

from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from pejl.domain.values import Kind, Level, Metric, MetricKind, Visibility
from pejl.models import Comment, Event, Mention
from pejl.queries.scope import Forbidden, Member, NotFound
from pejl.services import checkins, comments, goals
from pejl.services.errors import Conflict, Rejected
from pejl.services.goals import GoalDraft
from world import World


def codes(rejected: pytest.ExceptionInfo[Rejected]) -> list[str]:
    return [reason.code for reason in rejected.value.reasons]


def id_of(member: Member) -> UUID:
    assert member.person_id is not None
    return member.person_id


def made(world: World, visibility: Visibility = Visibility.EVERYONE) -> UUID:
    """A key result of Alma's in Design."""
    draft = GoalDraft(
        Kind.KEY_RESULT,
        "Fewer requests",
        level=Level.TEAM,
        teams=(world.design,),
        period=world.q3,
        owners=(id_of(world.member),),
        metric=Metric(MetricKind.DECREASE, start=Decimal(120), target=Decimal(30)),
        visibility=visibility,
    )
    return goals.create(draft, by=world.member, at=world.at)


def said(goal: UUID) -> list[str]:
    return list(
        Comment.objects.current().filter(goal_id=goal).order_by("posted_at").values_list("text", flat=True)
    )


def called(item: UUID) -> set[UUID]:
    return set(Mention.objects.current().filter(comment__item=item).values_list("person_id", flat=True))


@pytest.mark.parametrize("who", ["owner", "admin", "lead", "member", "mate", "stranger", "observer"])
def test_whoever_sees_a_goal_may_speak(world: World, who: str) -> None:
    goal = made(world)
    comments.post(goal, text="  What is in the way?\r\nAnything? ", by=getattr(world, who), at=world.at)
    assert said(goal) == ["What is in the way?\nAnything?"]


def test_whoever_does_not_see_it_finds_nothing(world: World) -> None:
    private = made(world, Visibility.CHOSEN)
    for who in (world.outsider, world.admin, world.owner, world.mate, world.observer):
        with pytest.raises(NotFound):
            comments.post(private, text="Hello", by=who, at=world.at)
    assert not Comment.objects.exists()


@pytest.mark.parametrize(("text", "code"), [(" \n ", "text.empty"), ("x" * 5001, "text.long")])
def test_a_comment_says_something_and_ends(world: World, text: str, code: str) -> None:
    with pytest.raises(Rejected) as rejected:
        comments.post(made(world), text=text, by=world.mate, at=world.at)
    assert codes(rejected) == [code]


def test_a_comment_may_hang_on_a_check_in_of_the_same_goal(world: World) -> None:
    goal, other = made(world), made(world)
    checkin = checkins.post(goal, value=Decimal(75), by=world.member, at=world.at)
    item = comments.post(goal, text="How?", checkin=checkin, by=world.mate, at=world.at)
    assert Comment.objects.get(item=item).checkin_id == checkin
    with pytest.raises(NotFound):
        comments.post(other, text="How?", checkin=checkin, by=world.mate, at=world.at)


def test_full_names_in_the_text_call_people(world: World) -> None:
    item = comments.post(
        made(world),
        text="@Bo Lind and @sune bach, look. Not @Tove Friisen, not Liv Dahl.",
        by=world.member,
        at=world.at,
    )
    assert called(item) == {id_of(world.mate), id_of(world.sub_lead)}
    event = Event.objects.get(verb="comment.posted")
    assert set(event.data["mentions"]) == {str(id_of(world.mate)), str(id_of(world.sub_lead))}


def test_a_name_in_the_text_calls_nobody_who_cannot_see_the_goal(world: World) -> None:
    item = comments.post(made(world, Visibility.CHOSEN), text="@Bo Lind", by=world.member, at=world.at)
    assert called(item) == set()


def test_choosing_somebody_who_cannot_see_the_goal_is_refused_by_name(world: World) -> None:
    goal = made(world, Visibility.CHOSEN)
    with pytest.raises(Rejected) as rejected:
        comments.post(goal, text="Look", mentions=(id_of(world.mate),), by=world.member, at=world.at)
    assert rejected.value.reasons[0].code == "mention.unseen"
    assert dict(rejected.value.reasons[0].params) == {"name": "Bo Lind"}
    with pytest.raises(Rejected) as rejected:
        comments.post(goal, text="Look", mentions=(id_of(world.outsider),), by=world.member, at=world.at)
    assert codes(rejected) == ["mention.unknown"]


def test_an_edit_keeps_what_was_said_and_calls_anew(world: World) -> None:
    goal = made(world)
    item = comments.post(goal, text="@Bo Lind, look", by=world.member, at=world.at)
    assert comments.edit(item, text="@Sune Bach, look", by=world.member, at=world.later(hours=1)) == item
    assert said(goal) == ["@Sune Bach, look"]
    assert called(item) == {id_of(world.sub_lead)}
    first, second = Comment.objects.filter(item=item).order_by("known_from")
    assert (first.text, first.known_to, second.posted_at) == (
        "@Bo Lind, look",
        world.later(hours=1),
        world.at,
    )


def test_nobody_edits_what_another_said(world: World) -> None:
    item = comments.post(made(world), text="Look", by=world.member, at=world.at)
    for who in (world.mate, world.admin, world.sub_lead):
        with pytest.raises(Forbidden):
            comments.edit(item, text="No", by=who, at=world.at)
    with pytest.raises(NotFound):
        comments.edit(item, text="No", by=world.outsider, at=world.at)


def test_a_comment_is_removed_by_its_writer_or_an_admin_once(world: World) -> None:
    goal = made(world)
    one = comments.post(goal, text="One", by=world.mate, at=world.at)
    two = comments.post(goal, text="Two", by=world.mate, at=world.at)
    with pytest.raises(Forbidden):
        comments.remove(one, by=world.member, at=world.at)
    comments.remove(one, by=world.mate, at=world.later(hours=1))
    comments.remove(two, by=world.admin, at=world.later(hours=1))
    assert said(goal) == []
    assert Comment.objects.count() == 2
    with pytest.raises(Conflict) as conflict:
        comments.edit(one, text="Again", by=world.mate, at=world.later(hours=2))
    assert codes(conflict) == ["comment.removed-already"]
    with pytest.raises(NotFound):
        comments.remove(uuid4(), by=world.mate, at=world.at)


def test_the_same_key_says_it_once(world: World) -> None:
    goal = made(world)
    item = comments.post(goal, text="Once", by=world.mate, at=world.at, key="k")
    assert comments.post(goal, text="Once", by=world.mate, at=world.later(minutes=1), key="k") == item
    assert said(goal) == ["Once"]
