"""What moved between two days, and the life of one goal, by the cast."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from okrs import In, enter, key_result, named, okr, text
from pejl.domain.changes import Sort
from pejl.domain.values import Kind, Level, Metric, MetricKind, Status, Visibility
from pejl.queries import changes, lives, scope
from pejl.queries import goals as goals_read
from pejl.queries.changes import Changes, Moved
from pejl.queries.scope import Member
from pejl.services import alignment, checkins, closing, comments, goals, tasks
from pejl.services import kpis as kpi_services
from pejl.services.goals import GoalDraft
from world import World

__all__ = ["enter", "okr"]
STEPS = Metric(MetricKind.MILESTONES)
REQUESTS = "Support requests a month"
QUERIES = 9
PAGE_QUERIES = 23
LIFE_ITSELF = 13
LIFE_QUERIES = 32


def between(world: World, by: Member | None = None, **more: Any) -> Changes:
    """From the world's own moment, to ten hours later."""
    span = {"since": world.at, "until": world.later(hours=10), **more}
    return changes.between(by or world.sub_lead, **span)


def retarget(world: World, target: int, *, hours: float, goal: UUID | None = None, **more: Any) -> None:
    by, at = world.sub_lead, world.later(hours=hours)
    row = goals_read.one(by, goal or named(REQUESTS), now=at)
    assert row.metric is not None
    metric = dataclasses.replace(row.metric, target=Decimal(target), **more)
    goals.edit(row.id, changes={"metric": metric}, by=by, at=at)


def of(found: Changes, sort: Sort) -> list[Moved]:
    return [one for one in found.changed if one.sort is sort]


def plain(rows: Any) -> list[tuple[str, Any, Any]]:
    return [(one.field, one.before, one.after) for one in rows]


def objective(world: World, title: str, **more: Any) -> UUID:
    own = {"level": Level.TEAM, "teams": (world.design,), "period": world.q3, **more}
    made: UUID = goals.create(
        GoalDraft(Kind.OBJECTIVE, title, **own), by=world.sub_lead, at=world.later(days=-5)
    )
    return made


def test_a_target_that_moved_twice_is_told_twice(world: World, okr: UUID) -> None:
    retarget(world, 40, hours=1)
    retarget(world, 50, hours=2)
    found = between(world).moved_targets
    assert plain(found) == [
        ("target_value", Decimal(40), Decimal(50)),
        ("target_value", Decimal(30), Decimal(40)),
    ]
    assert [(one.goal.title, one.by and one.by.name) for one in found] == [(REQUESTS, "Sune Bach")] * 2
    assert [one.at for one in found] == [world.later(hours=2), world.later(hours=1)]


def test_a_start_a_unit_a_kind_and_a_step_are_moved_targets_too(world: World, okr: UUID) -> None:
    retarget(world, 30, hours=1, start=Decimal(150), unit="calls")
    retarget(world, 30, hours=2, kind=MetricKind.REACH, start=None)
    steps = dataclasses.replace(
        key_result("Launch in steps", teams=(world.design,)),
        metric=Metric(MetricKind.MILESTONES),
        milestones=(("Plan", None),),
    )
    made = goals.create(
        dataclasses.replace(steps, parents=((okr, None),)), by=world.sub_lead, at=world.later(hours=3)
    )
    goals.edit(
        made,
        changes={"milestones": (("Plan", None), ("Build", None))},
        by=world.sub_lead,
        at=world.later(hours=4),
    )
    told = plain(between(world).moved_targets)
    assert ("start_value", Decimal(120), Decimal(150)) in told
    assert ("unit", "", "calls") in told
    assert ("metric_kind", "decrease", "reach") in told
    assert told[0] == ("milestone", None, ("Build", None))
    assert len([one for one in told if one[0] == "milestone"]) == 1


def test_nothing_recorded_after_the_second_moment_or_before_the_first_is_told(
    world: World, okr: UUID
) -> None:
    retarget(world, 40, hours=1)
    retarget(world, 50, hours=11)
    checkins.post(named(REQUESTS), value=Decimal(40), by=world.sub_lead, at=world.later(hours=12))
    goals.edit(okr, changes={"title": "Launch version 3"}, by=world.sub_lead, at=world.later(hours=12))
    goals.create(key_result("Late", teams=(world.design,)), by=world.sub_lead, at=world.later(hours=13))
    found = between(world)
    assert plain(found.moved_targets) == [("target_value", Decimal(30), Decimal(40))]
    assert found.added == found.removed == ()
    assert {one.field for one in found.changed} <= {"target_value", "progress", "status"}
    assert between(world, since=world.later(hours=1)).changed == ()


def test_a_moment_at_its_end_belongs_to_it_and_one_at_its_beginning_does_not(world: World, okr: UUID) -> None:
    retarget(world, 40, hours=1)
    at = world.later(hours=1)
    assert len(between(world, until=at).moved_targets) == 1
    assert len(between(world, until=at - timedelta(microseconds=1)).moved_targets) == 0
    assert len(between(world, since=at).moved_targets) == 0


def test_goals_that_came_and_went_are_told_with_who(world: World, okr: UUID) -> None:
    gone, by = objective(world, "Old"), world.sub_lead
    child = objective(world, "Left behind")
    alignment.align(child, parent=gone, by=by, at=world.later(days=-4))
    goals.create(
        GoalDraft(Kind.OBJECTIVE, "New", level=Level.TEAM, teams=(world.design,), period=world.q3),
        by=world.member,
        at=world.later(hours=1),
    )
    goals.remove(gone, by=by, at=world.later(hours=2))
    found = between(world)
    assert [(one.goal.title, one.goal.gone, one.by and one.by.name) for one in found.added] == [
        ("New", False, "Alma Berg")
    ]
    assert [(one.goal.title, one.goal.gone, one.by and one.by.name) for one in found.removed] == [
        ("Old", True, "Sune Bach")
    ]
    (ended,) = of(found, Sort.ALIGNMENT)
    assert (ended.goal.title, ended.field, ended.before, ended.after) == (
        "Left behind",
        "parent",
        "Old",
        None,
    )
    assert ended.by is not None
    assert ended.by.name == "Sune Bach"


def test_a_goal_that_came_and_went_in_between_is_told_as_removed(world: World, okr: UUID) -> None:
    made = goals.create(
        key_result("Short", teams=(world.design,)), by=world.sub_lead, at=world.later(hours=1)
    )
    goals.remove(made, by=world.sub_lead, at=world.later(hours=2))
    found = between(world)
    assert ([one.goal.title for one in found.added], [one.goal.title for one in found.removed]) == (
        [],
        ["Short"],
    )
    assert [one.goal.title for one in between(world, until=world.later(hours=1)).added] == ["Short"]


def test_ends_dates_titles_people_and_parents_are_told(world: World, okr: UUID) -> None:
    by, person = world.sub_lead, world.member.person_id
    up = objective(world, "Be loved")
    alignment.align(okr, parent=up, by=by, at=world.later(hours=1))
    alignment.reshare(okr, parent=up, share=0.5, by=by, at=world.later(hours=2))
    goals.edit(
        okr,
        changes={"title": "Launch version 3", "owners": (person,), "period": world.q4},
        by=by,
        at=world.later(hours=3),
    )
    closing.close(named(REQUESTS), by=by, at=world.later(hours=4))
    closing.reopen(named(REQUESTS), by=by, at=world.later(hours=5))
    found = between(world)
    assert plain(of(found, Sort.TITLE)) == [("title", "Launch version 2.0", "Launch version 3")]
    assert plain(of(found, Sort.ALIGNMENT)) == [("share", None, 0.5), ("parent", None, "Be loved")]
    assert sorted(plain(of(found, Sort.PEOPLE)), key=str) == [
        ("checkin_owner_id", "Sune Bach", "Alma Berg"),
        ("owner", "Sune Bach", None),
        ("owner", None, "Alma Berg"),
    ]
    assert plain(of(found, Sort.STATE)) == [("state", "closed", "open"), ("state", "open", "closed")]
    period = next(one for one in of(found, Sort.DATES) if one.field == "period_id")
    assert (period.before["number"], period.after["number"]) == (3, 4)
    assert {one.by and one.by.name for one in found.changed if one.sort is not Sort.PROGRESS} <= {
        "Sune Bach",
        None,
    }


def test_progress_is_told_once_from_the_first_moment_to_the_second(world: World, okr: UUID) -> None:
    for hours, value in ((1, 60), (2, 45)):
        checkins.post(named(REQUESTS), value=Decimal(value), by=world.sub_lead, at=world.later(hours=hours))
    found = between(world, goal=named(REQUESTS))
    moved = {one.field: one for one in found.changed}
    assert (moved["value"].before, moved["value"].after) == (Decimal(75), Decimal(45))
    assert (moved["progress"].before, moved["progress"].after) == pytest.approx((0.5, 75 / 90))
    assert moved["value"].at == world.later(hours=2)
    assert "progress" in {one.field for one in between(world, goal=okr).changed}


def test_an_ended_goal_is_not_told_as_a_status_besides(world: World, okr: UUID) -> None:
    closing.close(named(REQUESTS), by=world.sub_lead, at=world.later(hours=1))
    statuses = [one for one in between(world).changed if one.field == "status"]
    assert all(Status.CLOSED not in {one.before, one.after} for one in statuses)
    assert plain(of(between(world), Sort.STATE)) == [("state", "open", "closed")]


@pytest.mark.parametrize(
    "who", ["owner", "admin", "lead", "sub_lead", "member", "mate", "stranger", "observer"]
)
def test_everybody_in_the_workspace_sees_what_moved_on_open_goals(world: World, okr: UUID, who: str) -> None:
    retarget(world, 40, hours=1)
    assert len(between(world, getattr(world, who)).moved_targets) == 1


def test_an_outsider_sees_nothing_that_moved(world: World, okr: UUID) -> None:
    retarget(world, 40, hours=1)
    goals.remove(objective(world, "Old"), by=world.sub_lead, at=world.later(hours=2))
    found = between(world, world.outsider)
    assert (found.added, found.removed, found.changed) == ((), (), ())


def test_a_private_goal_leaves_no_trace_in_what_moved_not_even_as_a_parent(world: World, okr: UUID) -> None:
    by = world.sub_lead
    person = by.person_id
    assert person is not None
    private = {"visibility": Visibility.CHOSEN, "owners": (person,), "teams": (), "level": Level.PERSON}
    quiet, leaving = objective(world, "Quiet", **private), objective(world, "Quietly gone", **private)
    child = objective(world, "Open child")
    alignment.align(child, parent=quiet, by=by, at=world.later(hours=1))
    alignment.unalign(child, parent=quiet, by=by, at=world.later(hours=1.2))
    goals.edit(child, changes={"visibility": Visibility.EVERYONE}, by=by, at=world.later(hours=1.5))
    goals.edit(quiet, changes={"title": "Quieter"}, by=by, at=world.later(hours=2))
    goals.remove(leaving, by=by, at=world.later(hours=3))
    own = between(world)
    assert "Quietly gone" in {one.goal.title for one in own.removed}
    assert {"title", "parent"} <= {one.field for one in own.changed}
    for other in (world.mate, world.stranger, world.admin, world.outsider):
        assert "uiet" not in repr(between(world, other)), other.name


def test_what_moved_can_be_kept_to_a_team_a_person_or_a_goal(world: World, okr: UUID) -> None:
    by, other = world.sub_lead, world.stranger
    person = other.person_id
    assert person is not None
    theirs = goals.create(
        key_result("Calls", teams=(world.sales,), owners=(person,)), by=other, at=world.later(days=-3)
    )
    retarget(world, 40, hours=1)
    metric = dataclasses.replace(key_result().metric, target=Decimal(20))  # type: ignore[type-var]
    goals.edit(theirs, changes={"metric": metric}, by=other, at=world.later(hours=2))

    def titles(**kept: UUID | None) -> set[str]:
        return {one.goal.title for one in between(world, by, **kept).moved_targets}

    assert titles() == {REQUESTS, "Calls"}
    assert titles(team=world.design) == {REQUESTS}
    assert titles(person=person) == {"Calls"}
    assert titles(goal=theirs) == {"Calls"}
    assert titles(team=world.design, goal=theirs) == set()


def test_thirty_goals_take_as_many_queries_as_one(
    world: World, okr: UUID, enter: In, django_assert_num_queries: Any
) -> None:
    by = world.sub_lead
    retarget(world, 40, hours=-1)
    span = {"since": world.later(days=-2), "until": world.at}
    client = enter(by)
    client.get("/changes")
    with django_assert_num_queries(QUERIES):
        changes.between(by, **span)
    with django_assert_num_queries(PAGE_QUERIES):
        client.get("/changes")
    at = world.later(hours=-3)
    drafts = tuple(key_result(f"No {number}", owners=(by.person_id,)) for number in range(30))
    top = GoalDraft(Kind.OBJECTIVE, "Wide", level=Level.TEAM, teams=(world.design,), period=world.q3)
    goals.write(top, key_results=drafts, by=by, at=at)
    person = world.member.person_id
    for number in range(30):
        one = named(f"No {number}")
        retarget(world, number, hours=-2, goal=one)
        more = {"owners": (person,), "teams": (world.product,), "period": world.year}
        goals.edit(one, changes=more, by=world.owner, at=world.later(hours=-1.5))
        alignment.align(one, parent=okr, by=world.owner, at=world.later(hours=-1.2))
        goals.edit(
            one, changes={"metric": STEPS, "milestones": (("Plan", None),)}, by=by, at=world.later(hours=-1)
        )
    with django_assert_num_queries(QUERIES):
        found = changes.between(by, **span)
    assert len([one for one in found.moved_targets if one.field == "milestone"]) == 30
    assert {"owner", "team", "parent", "period_id", "target_value"} <= {one.field for one in found.changed}
    with django_assert_num_queries(PAGE_QUERIES):
        page = text(client.get("/changes"))
    assert f"{len(found.moved_targets)} targets moved" in page


def test_the_page_tells_moved_targets_first_in_their_unit_with_who_and_when(
    world: World, okr: UUID, enter: In
) -> None:
    retarget(world, 40, hours=-2, unit="calls")
    goals.edit(okr, changes={"title": "Launch version 3"}, by=world.sub_lead, at=world.later(hours=-1))
    page = text(enter(world.member).get("/changes"))
    assert "Target from 30" in page
    assert "to 40 calls" in page
    assert "Sune Bach 17 Aug, 07:00" in page
    assert page.index("Moved targets") < page.index("New titles")
    assert "1 Jul 2026 – 17 Aug 2026" in page


def test_the_days_asked_for_count_whole_and_in_either_order(world: World, okr: UUID, enter: In) -> None:
    retarget(world, 40, hours=-30)
    client = enter(world.member)
    for asked in ("from=2026-08-16&to=2026-08-16", "from=2026-08-17&to=2026-08-16"):
        assert "1 target moved" in text(client.get(f"/changes?{asked}"))
    assert "Nothing moved" in text(client.get("/changes?from=2026-08-17&to=2026-08-17"))
    assert "Nothing moved" in text(client.get("/changes?from=2025-01-01&to=2025-02-01"))


@pytest.mark.parametrize(
    "asked", ["from=x&to=y", "from=&to=", "from=9999-12-31&to=0001-01-01", "to=2999-01-01"]
)
def test_days_that_are_none_are_answered_with_a_page(world: World, okr: UUID, enter: In, asked: str) -> None:
    assert enter(world.member).get(f"/changes?{asked}").status_code == 200


def test_a_removed_goal_is_named_without_a_link(world: World, okr: UUID, enter: In) -> None:
    gone = objective(world, "Old")
    goals.remove(gone, by=world.sub_lead, at=world.later(hours=-1))
    page = enter(world.member).get("/changes").content.decode()
    assert "Old</span>" in page
    assert f"/goals/{gone}" not in page


def test_the_tree_leads_to_what_moved_and_the_goal_to_its_history(world: World, okr: UUID, enter: In) -> None:
    client = enter(world.observer)
    assert 'href="/changes"' in client.get("/goals").content.decode()
    assert f'href="/goals/{okr}/history"' in client.get(f"/goals/{okr}").content.decode()


def test_the_history_tells_a_goals_life_the_latest_first(world: World, okr: UUID, enter: In) -> None:
    by, goal = world.sub_lead, named(REQUESTS)
    first = checkins.post(
        goal, value=Decimal(70), confidence=5, note="Slow", on=world.today - timedelta(days=4), by=by,
        at=world.later(hours=-9),
    )  # fmt: skip
    corrected = checkins.correct(
        first, value=Decimal(66), confidence=7, note="Better", on=world.today, by=world.lead,
        at=world.later(hours=-8),
    )  # fmt: skip
    checkins.withdraw(corrected, by=world.lead, at=world.later(hours=-7.5))
    retarget(world, 40, hours=-7)
    kpi = kpi_services.create(
        name="Uptime", unit="%", lower=Decimal(99), by=world.owner, at=world.later(hours=-6)
    )
    kpi_services.link(kpi, goal=goal, by=by, at=world.later(hours=-5))
    comments.post(goal, text="How is it going?\nSecond line", by=world.mate, at=world.later(hours=-4))
    closing.close(
        goal, by=by, reason="Done early", grade=Decimal("0.7"), grade_reason="Late", at=world.later(hours=-3)
    )
    closing.reopen(goal, by=by, at=world.later(hours=-2))
    page = text(enter(world.member).get(f"/goals/{goal}/history"))
    told = (
        "Sune Bach opened it again",
        "Sune Bach closed it grade 0.70",
        "Done early",
        "Bo Lind commented",
        "How is it going?",
        "Sune Bach made the KPI Uptime a guard-rail",
        "Sune Bach changed the target from 30 to 40 Moved target",
        "Liv Dahl withdrew a check-in",
        "Before: 66 · confidence 7/10 Better",
        "Liv Dahl corrected a check-in",
        "Before: for 13 Aug 2026 · 70 · confidence 5/10 Slow",
        "Sune Bach checked in for 13 Aug 2026",
        "Sune Bach wrote it down",
    )
    places = [page.index(one) for one in told]
    assert places == sorted(places), list(zip(told, places, strict=True))
    assert "Second line" not in page
    assert "the grade" not in page
    assert "00:00" in page


def test_a_history_read_on_a_past_day_ends_there(world: World, okr: UUID, enter: In) -> None:
    by, goal = world.sub_lead, named(REQUESTS)
    said = comments.post(goal, text="Early word", by=by, at=world.later(days=-3))
    comments.remove(said, by=by, at=world.later(hours=-2))
    retarget(world, 40, hours=-1)
    client = enter(world.member)
    page = text(client.get(f"/goals/{goal}/history?as_of=2026-08-15"))
    assert "Early word" in page
    assert "changed the target" not in page
    page = text(client.get(f"/goals/{goal}/history?as_of="))
    assert "Early word" not in page
    assert "changed the target" in page


def test_an_initiatives_history_tells_its_tasks(world: World, okr: UUID, enter: In) -> None:
    tasks.add(named("Click study"), title="Ask ten people", by=world.sub_lead, at=world.later(hours=-1))
    page = text(enter(world.member).get(f"/goals/{named('Click study')}/history"))
    assert "Sune Bach added the task Ask ten people" in page


def test_a_removed_comment_leaves_no_words_in_the_history(world: World, okr: UUID, enter: In) -> None:
    said = comments.post(okr, text="Sensitive thought", by=world.mate, at=world.later(hours=-4))
    comments.remove(said, by=world.admin, at=world.later(hours=-3))
    page = text(enter(world.member).get(f"/goals/{okr}/history"))
    assert "Anton Krogh removed a comment" in page
    assert "Bo Lind commented" in page
    assert "Sensitive" not in page


def test_a_private_parent_is_not_named_in_a_history(world: World, okr: UUID, enter: In) -> None:
    by = world.sub_lead
    person = by.person_id
    assert person is not None
    quiet = objective(
        world, "Quiet", visibility=Visibility.CHOSEN, owners=(person,), teams=(), level=Level.PERSON
    )
    child = objective(world, "Open child")
    alignment.align(child, parent=quiet, by=by, at=world.later(hours=-3))
    alignment.unalign(child, parent=quiet, by=by, at=world.later(hours=-2.5))
    goals.edit(child, changes={"visibility": Visibility.EVERYONE}, by=by, at=world.later(hours=-2))
    assert "Quiet" in text(enter(by).get(f"/goals/{child}/history"))
    assert "Quiet" not in text(enter(world.stranger).get(f"/goals/{child}/history"))


@pytest.mark.parametrize(
    ("who", "status"),
    [("sub_lead", 200), ("mate", 404), ("stranger", 404), ("admin", 404), ("outsider", 404)],
)
def test_the_history_of_a_private_goal_is_for_those_who_see_it(
    world: World, okr: UUID, enter: In, who: str, status: int
) -> None:
    person = world.sub_lead.person_id
    assert person is not None
    quiet = objective(
        world, "Quiet", visibility=Visibility.CHOSEN, owners=(person,), teams=(), level=Level.PERSON
    )
    assert enter(getattr(world, who)).get(f"/goals/{quiet}/history").status_code == status


def test_an_outsider_and_a_reader_of_a_removed_goal_get_404(world: World, okr: UUID, enter: In) -> None:
    assert enter(world.outsider).get(f"/goals/{okr}/history").status_code == 404
    gone = objective(world, "Old")
    goals.remove(gone, by=world.sub_lead, at=world.later(hours=-1))
    assert enter(world.sub_lead).get(f"/goals/{gone}/history").status_code == 404


def test_a_long_history_comes_in_pages_and_takes_no_query_more(
    world: World, okr: UUID, enter: In, django_assert_num_queries: Any
) -> None:
    client, where = enter(world.member), f"/goals/{okr}/history"
    client.get(where)
    with django_assert_num_queries(LIFE_ITSELF):
        lives.life(world.member, okr)
    with django_assert_num_queries(LIFE_QUERIES):
        assert "?page=2" not in client.get(where).content.decode()
    for number in range(120):
        comments.post(okr, text=f"Word no {number:03}", by=world.mate, at=world.later(minutes=number - 200))
    with django_assert_num_queries(LIFE_QUERIES):
        page = client.get(where).content.decode()
    assert page.count("Word no") == 100
    assert "Word no 119" in page
    assert "Word no 019" not in page
    assert "?page=2" in page
    second = text(client.get(f"{where}?page=2"))
    assert "Word no 019" in second
    assert "wrote it down" in second
    assert "Word no 020" not in second
    for asked in ("x", "-1", "0", "99999", "9" * 30):
        assert client.get(f"{where}?page={asked}").status_code == 200


def test_the_filters_of_what_moved_never_open_what_is_closed(world: World, okr: UUID) -> None:
    retarget(world, 40, hours=1)
    assert between(world, world.outsider, goal=named(REQUESTS)).changed == ()
    assert scope.goals(world.outsider).count() == 0
