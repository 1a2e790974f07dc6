"""The page of one goal and what is done from it, by the cast."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from okrs import In, enter, key_result, named, okr, text
from pejl.domain.values import Kind, Level, Metric, MetricKind, State, Visibility
from pejl.models import Checkin, Comment, Edge, Goal, Milestone, Task
from pejl.services import alignment, checkins, closing, comments, goals, tasks
from pejl.services.goals import GoalDraft
from world import World

__all__ = ["enter", "okr"]


def test_the_page_tells_the_goal_its_key_results_and_what_was_said(
    world: World, okr: UUID, enter: In
) -> None:
    page = text(enter(world.sub_lead).get(f"/goals/{okr}"))
    for told in (
        "Launch version 2.0",
        "Half of those who leave",
        "Support requests a month",
        "75",
        "Half way",
    ):
        assert told in page
    assert "Click study" in page
    assert "0 of 2 tasks done" in page
    assert "Committed" in page or "committed" in page


@pytest.mark.parametrize(
    "who", ["owner", "admin", "lead", "sub_lead", "member", "mate", "stranger", "observer"]
)
def test_everybody_in_the_workspace_reads_an_open_goal(world: World, okr: UUID, enter: In, who: str) -> None:
    assert enter(getattr(world, who)).get(f"/goals/{okr}").status_code == 200


def test_for_an_outsider_and_a_passer_by_there_is_no_goal(world: World, okr: UUID, enter: In) -> None:
    assert enter(world.outsider).get(f"/goals/{okr}").status_code == 404
    assert Client().get(f"/goals/{okr}").headers["Location"].startswith("/signin")


def test_a_private_goal_does_not_exist_for_an_admin(world: World, enter: In) -> None:
    draft = key_result(
        "Quiet talks", period=world.q3, owners=(world.member.person_id,), visibility=Visibility.CHOSEN
    )  # type: ignore[arg-type]
    hidden = goals.create(
        GoalDraft(
            Kind.OBJECTIVE,
            "Quiet",
            level=Level.PERSON,
            period=world.q3,
            owners=draft.owners,
            visibility=Visibility.CHOSEN,
        ),
        by=world.member,
        at=world.at,
    )
    assert enter(world.member).get(f"/goals/{hidden}").status_code == 200
    for path in ("", "/align", "/close", "/postpone", "/copy", "/remove"):
        assert enter(world.admin).get(f"/goals/{hidden}{path}").status_code == 404


def test_an_observer_sees_no_way_to_change_it(world: World, okr: UUID, enter: In) -> None:
    page = enter(world.observer).get(f"/goals/{okr}").content.decode()
    for way in ("/checkin", "/edit", "/close", "/postpone", "/align", "/copy", "/tick", "/tasks"):
        assert f'"/goals/{okr}{way}' not in page
    assert enter(world.observer).post(f"/goals/{okr}/close", {"outcome": "closed"}).status_code == 403
    assert Goal.objects.get(pk=okr).state == State.OPEN


@pytest.mark.parametrize("language", ["en", "da"])
def test_every_page_comes_in_both_languages_without_inline_style_or_script(
    world: World, okr: UUID, enter: In, language: str
) -> None:
    client = enter(world.sub_lead)
    client.get("/")
    session = client.session
    session["language"] = language
    session.save()
    checkin = Checkin.objects.current().get(goal_id=named("Support requests a month")).pk
    task = Task.objects.current().filter(title="Find people").get().item
    remark = comments.post(okr, text="Hm", by=world.sub_lead, at=world.at)
    paths = [f"/goals/{okr}{part}" for part in ("", "/align", "/close", "/postpone", "/copy", "/remove")]
    paths += [f"/goals/{named(title)}" for title in ("Support requests a month", "Click study")]
    paths += [f"/checkins/{checkin}", f"/tasks/{task}", f"/comments/{remark}"]
    for path in paths:
        response = client.get(path)
        assert response.status_code == 200, path
        page = response.content.decode()
        assert re.search(r"\sstyle=|\son[a-z]+=|<script(?![^>]*src=)", page) is None, path


def test_the_number_of_queries_does_not_grow_with_the_rows(
    world: World, okr: UUID, enter: In, django_assert_num_queries: Any
) -> None:
    client = enter(world.sub_lead)
    client.get(f"/goals/{okr}")
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(f"/goals/{okr}")
    for number in range(30):
        title = f"Result {number}"
        goals.create(
            key_result(
                title,
                period=world.q3,
                teams=(world.design,),
                parents=((okr, None),),
                owners=(world.sub_lead.person_id,),
            ),  # type: ignore[arg-type]
            by=world.sub_lead,
            at=world.at,
        )
        checkins.post(named(title), value=Decimal(100), note="Moving", by=world.sub_lead, at=world.at)
        comments.post(okr, text=f"Remark {number}", by=world.mate, at=world.at)
        tasks.add(named("Click study"), title=f"Task {number}", by=world.sub_lead, at=world.at)
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(f"/goals/{okr}?limit=200")


PAGE_QUERIES = 59


def test_a_comment_is_posted_shown_changed_and_removed(world: World, okr: UUID, enter: In) -> None:
    client = enter(world.mate)
    answer = client.post(f"/goals/{okr}/comments", {"text": "Is the date fixed?", "key": "a"})
    assert answer.status_code == 303
    client.post(f"/goals/{okr}/comments", {"text": "Is the date fixed?", "key": "a"})
    remark = Comment.objects.current().get(goal_id=okr)
    assert "Is the date fixed?" in text(client.get(f"/goals/{okr}"))
    client.post(f"/comments/{remark.item}", {"text": "Is the day fixed?"})
    assert "Is the day fixed?" in text(client.get(f"/goals/{okr}"))
    assert enter(world.stranger).post(f"/comments/{remark.item}", {"text": "No"}).status_code == 403
    client.post(f"/comments/{remark.item}/remove")
    assert "Is the day fixed?" not in text(client.get(f"/goals/{okr}"))


def test_an_empty_comment_is_refused_at_its_field(world: World, okr: UUID, enter: In) -> None:
    answer = enter(world.mate).post(f"/goals/{okr}/comments", {"text": "  "})
    assert answer.status_code == 422
    assert "Write something here." in text(answer)
    assert 'aria-describedby="comment-error comment-hint"' in answer.content.decode()


def test_an_answer_stays_with_its_check_in_through_a_correction(world: World, okr: UUID, enter: In) -> None:
    client, kr = enter(world.sub_lead), named("Support requests a month")
    first = Checkin.objects.current().get(goal_id=kr).pk
    client.post(f"/goals/{okr}/comments", {"text": "Because of the guide?", "checkin": str(first)})
    answer = client.post(
        f"/checkins/{first}", {"value": "66", "note": "Counted again", "on": "", "confidence": "7"}
    )
    assert answer.status_code == 303
    assert Goal.objects.get(pk=kr).value == Decimal(66)
    page = text(client.get(f"/goals/{okr}"))
    assert "Because of the guide?" in page
    assert "corrected" in page
    assert "Half way" in page


def test_a_wrong_correction_keeps_what_was_typed(world: World, okr: UUID, enter: In) -> None:
    first = Checkin.objects.current().get().pk
    answer = enter(world.sub_lead).post(
        f"/checkins/{first}", {"value": "many", "note": "Counted again", "on": "2026-08-02"}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="many"' in page
    assert "Counted again" in page
    assert 'aria-invalid="true"' in page
    assert Goal.objects.get(pk=named("Support requests a month")).value == Decimal(75)


def test_a_withdrawn_check_in_leaves_its_trace(world: World, okr: UUID, enter: In) -> None:
    first = Checkin.objects.current().get().pk
    assert enter(world.stranger).post(f"/checkins/{first}/withdraw").status_code == 403
    enter(world.sub_lead).post(f"/checkins/{first}/withdraw")
    assert Goal.objects.get(pk=named("Support requests a month")).value is None
    assert "withdrew the check-in" in text(enter(world.mate).get(f"/goals/{okr}"))


def test_tasks_are_added_ticked_changed_and_removed(world: World, okr: UUID, enter: In) -> None:
    client, study = enter(world.sub_lead), named("Click study")
    client.post(f"/goals/{study}/tasks", {"title": "Run the sessions"})
    first = Task.objects.current().get(title="Find people").item
    for _ in range(2):
        client.post(f"/tasks/{first}/tick", {"done": "1"})
    assert Goal.objects.get(pk=study).progress == pytest.approx(1 / 3)
    client.post(
        f"/tasks/{first}",
        {"title": "Find ten people", "due": "2026-09-01", "owner": str(world.mate.person_id)},
    )
    changed = Task.objects.current().get(item=first)
    assert (changed.title, changed.done, changed.owner_id) == ("Find ten people", True, world.mate.person_id)
    client.post(f"/tasks/{first}/remove")
    assert Goal.objects.get(pk=study).progress == 0
    assert enter(world.stranger).post(f"/goals/{study}/tasks", {"title": "No"}).status_code == 403


def test_a_task_without_a_title_is_refused_where_it_was_typed(world: World, okr: UUID, enter: In) -> None:
    study = named("Click study")
    answer = enter(world.sub_lead).post(f"/goals/{study}/tasks", {"title": " ", "on": str(okr)})
    assert answer.status_code == 422
    assert "Write something here." in text(answer)
    due = enter(world.sub_lead).post(
        f"/tasks/{Task.objects.current().get(title='Find people').item}",
        {"title": "Find them", "due": "soon"},
    )
    assert due.status_code == 422
    assert 'value="soon"' in due.content.decode()
    assert 'value="Find them"' in due.content.decode()


def test_a_milestone_is_reached_and_taken_back(world: World, okr: UUID, enter: In) -> None:
    kr = goals.create(
        GoalDraft(
            Kind.KEY_RESULT,
            "Three countries",
            level=Level.TEAM,
            teams=(world.design,),
            period=world.q3,
            metric=Metric(MetricKind.MILESTONES),
            milestones=(("Denmark", None), ("Norway", None)),
            parents=((okr, None),),
        ),
        by=world.sub_lead,
        at=world.later(days=-1),
    )
    client, item = enter(world.sub_lead), Milestone.objects.current().get(title="Denmark").item
    client.post(f"/milestones/{item}/reach", {"reached": "1"})
    assert Goal.objects.get(pk=kr).progress == 0.5
    client.post(f"/milestones/{item}/reach", {"reached": "0"})
    assert Goal.objects.get(pk=kr).progress == 0
    assert "reached the milestone Denmark" in text(client.get(f"/goals/{kr}"))


def test_aligning_takes_a_share_in_per_cent_and_tells_the_circle(world: World, okr: UUID, enter: In) -> None:
    above = goals.create(GoalDraft(Kind.OBJECTIVE, "Grow", period=world.q3), by=world.owner, at=world.at)
    client = enter(world.sub_lead)
    assert "Grow" in text(client.get(f"/goals/{okr}/align?q=gro"))
    assert "Grow" not in text(client.get(f"/goals/{okr}/align?q=shrink"))
    client.post(f"/goals/{okr}/parents", {"parent": str(above), "share": "40 %"})
    edge = Edge.objects.current().get(child_id=okr)
    assert (edge.parent_id, edge.share) == (above, 0.4)
    assert client.post(f"/goals/{okr}/parents/{above}/share", {"share": "140"}).status_code == 422
    client.post(f"/goals/{okr}/parents/{above}/share", {"share": ""})
    assert Edge.objects.current().get(child_id=okr).share is None
    circle = enter(world.owner).post(f"/goals/{above}/parents", {"parent": str(okr)})
    assert circle.status_code == 422
    assert "Grow → Launch version 2.0 → Grow" in text(circle)
    client.post(f"/goals/{okr}/parents/{above}/remove")
    assert not Edge.objects.current().filter(child_id=okr).exists()


def test_a_goal_with_check_ins_is_not_removed_one_without_is(world: World, okr: UUID, enter: In) -> None:
    client = enter(world.sub_lead)
    kept = client.post(f"/goals/{named('Support requests a month')}/remove")
    assert kept.status_code == 422
    assert "has check-ins" in text(kept)
    study = named("Click study")
    gone = client.post(f"/goals/{study}/remove")
    assert gone.status_code == 303
    assert gone.headers["Location"] == f"/goals/{okr}"
    assert client.get(f"/goals/{study}").status_code == 404


def test_what_was_changed_is_told_in_sentences(world: World, okr: UUID, enter: In) -> None:
    kr = named("Support requests a month")
    metric = Metric(MetricKind.DECREASE, start=Decimal(120), target=Decimal(20))
    goals.edit(kr, changes={"metric": metric, "title": "Support requests"}, by=world.sub_lead, at=world.at)
    page = text(enter(world.mate).get(f"/goals/{kr}"))
    assert "changed the target from 30 to 20" in page
    assert "changed the title from Support requests a month to Support requests" in page
    assert "changed the target from 30 to 20" not in text(enter(world.mate).get(f"/goals/{kr}?show=comments"))


def test_a_closed_goal_tells_grade_verdict_and_what_was_learned(world: World, okr: UUID, enter: In) -> None:
    closing.close(okr, learned="Guides beat pages.", by=world.sub_lead, at=world.at)
    page = text(enter(world.mate).get(f"/goals/{okr}"))
    for told in ("0.5", "amber", "missed", "Guides beat pages."):
        assert told in page


def below(response: Any) -> str:
    """What the page says is up further down."""
    found = re.search(r'<ul class="marks marks--below".*?</section>', response.content.decode(), re.DOTALL)
    return "" if found is None else re.sub(r"\s+", " ", re.sub(r"<(?!a )[^>]+>", " ", found.group()))


def test_what_is_up_below_is_told_after_the_goals_own_marks(world: World, okr: UUID, enter: In) -> None:
    above = goals.create(
        GoalDraft(Kind.OBJECTIVE, "Grow", level=Level.ORGANISATION, period=world.q3),
        by=world.owner,
        at=world.at,
    )
    alignment.align(okr, parent=above, by=world.sub_lead, at=world.at)
    page = enter(world.owner).get(f"/goals/{above}")
    assert "It has no key result" in text(page)
    assert "It has no key result" not in below(page)
    assert f'Nobody owns it<a href="/goals/{named("Click study")}">Click study' in below(page)
    assert page.content.decode().index("It has no key result") < page.content.decode().index("marks--below")


def test_goals_below_with_the_same_mark_stand_together_with_their_number(
    world: World, okr: UUID, enter: In
) -> None:
    for title in ("First", "Second"):
        draft = key_result(title, period=world.q3, teams=(world.design,), parents=((okr, None),))
        goals.create(draft, by=world.sub_lead, at=world.at)
    told = below(enter(world.mate).get(f"/goals/{okr}"))
    assert "Nobody owns it 3 goals" in told
    for title in ("First", "Second", "Click study"):
        assert f'<a href="/goals/{named(title)}">{title}' in told
    for title in ("Second", "Click study"):
        goals.remove(named(title), by=world.sub_lead, at=world.at)
    told = below(enter(world.mate).get(f"/goals/{okr}"))
    assert f'Nobody owns it<a href="/goals/{named("First")}">First' in told


def test_what_is_up_with_a_hidden_goal_below_shows_to_nobody_who_does_not_see_it(
    world: World, okr: UUID, enter: In
) -> None:
    draft = GoalDraft(
        Kind.OBJECTIVE,
        "Quiet",
        level=Level.PERSON,
        period=world.q3,
        owners=(world.member.person_id,),  # type: ignore[arg-type]
        parents=((okr, None),),
        visibility=Visibility.CHOSEN,
    )
    hidden = goals.create(draft, by=world.member, at=world.at)
    assert f"/goals/{hidden}" in below(enter(world.member).get(f"/goals/{okr}"))
    page = enter(world.admin).get(f"/goals/{okr}")
    assert str(hidden) not in page.content.decode()
    assert "It has no key result" not in text(page)


def test_a_closed_goal_asks_for_nothing(world: World, okr: UUID, enter: In) -> None:
    assert below(enter(world.mate).get(f"/goals/{okr}"))
    closing.close(okr, learned="", by=world.sub_lead, at=world.at)
    assert "Asks for a look" not in text(enter(world.mate).get(f"/goals/{okr}"))
