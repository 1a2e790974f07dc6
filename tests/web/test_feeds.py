"""What the feed still tells of words that were taken back or put right, and when a visit ends."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace
from uuid import UUID

import pytest

from okrs import In, enter, key_result, named, okr
from pejl.domain.values import Kind, Level, Visibility
from pejl.models import Goal, Person
from pejl.queries import events
from pejl.services import alignment, checkins, comments, goals
from pejl.services.goals import GoalDraft
from pejl.web import feeds
from world import World

__all__ = ["enter", "okr"]

KR = "Support requests a month"


def told(world: World, *, since: datetime | None = None) -> list[str]:
    found = events.feed(world.mate, since=since)
    return [f"{item.sentence} {item.text}".strip() for item in feeds.items(found.rows)]


def test_a_withdrawn_check_in_is_no_longer_told_nor_its_value(world: World, okr: UUID) -> None:
    posted = checkins.post(
        named(KR), value=Decimal(31), note="A slip", by=world.sub_lead, at=world.later(days=-1)
    )
    assert any("now 31" in line and "A slip" in line for line in told(world))
    checkins.withdraw(posted, by=world.sub_lead, at=world.at)
    assert not any("now 31" in line or "A slip" in line for line in told(world))
    assert any("now 75" in line for line in told(world)), "the word before it stands again"


def test_a_check_in_corrected_twice_is_told_as_it_stands_now(world: World, okr: UUID) -> None:
    posted = checkins.post(
        named(KR), value=Decimal(31), note="A slip", by=world.sub_lead, at=world.later(days=-1)
    )
    for minutes, value in ((1, 61), (2, 62)):
        posted = checkins.correct(
            posted,
            value=Decimal(value),
            note="Counted again",
            by=world.sub_lead,
            at=world.later(minutes=minutes),
        )
    (line,) = [line for line in told(world) if "checked in on" in line]
    assert "now 62" in line
    assert "Counted again" in line


def test_a_removed_comment_leaves_no_trace(world: World, okr: UUID) -> None:
    said = comments.post(okr, text="Not for everyone", by=world.lead, at=world.later(hours=-1))
    assert any("Not for everyone" in line for line in told(world))
    comments.remove(said, by=world.lead, at=world.at)
    assert not any("commented" in line for line in told(world))


def test_a_hidden_parent_is_not_named_where_a_goal_is_aligned_to_it(world: World, okr: UUID) -> None:
    draft = GoalDraft(
        Kind.OBJECTIVE,
        "Quiet plan",
        level=Level.TEAM,
        period=world.q3,
        teams=(world.product,),
        owners=(world.lead.person_id,),  # type: ignore[arg-type]
        visibility=Visibility.TEAM,
    )
    quiet = goals.create(draft, by=world.lead, at=world.later(days=-2))
    alignment.align(okr, parent=quiet, by=world.lead, at=world.later(days=-1))
    assert any("aligned" in line for line in told(world))
    assert not any("Quiet plan" in line for line in told(world))


def test_a_title_is_text_whatever_it_holds(world: World, okr: UUID) -> None:
    Goal.objects.filter(pk=okr).update(title="<b>50%(who)s</b> {0}")
    comments.post(okr, text="Yes", by=world.lead, at=world.at)
    (line,) = [line for line in told(world) if "commented" in line]
    assert "&lt;b&gt;50%(who)s&lt;/b&gt; {0}" in line


def test_a_value_on_the_first_page_keeps_the_confidence(world: World, okr: UUID, enter: In) -> None:
    goal = named(KR)
    Goal.objects.filter(pk=goal).update(last_checkin_at=world.later(days=-10))
    enter(world.sub_lead).post(f"/waiting/{goal}", {"value": "48", "key": "a"})
    found = Goal.objects.get(pk=goal)
    assert (found.value, found.confidence) == (Decimal(48), 6)


def test_what_is_new_stays_new_for_an_hour_and_looking_writes_once(
    world: World, okr: UUID, enter: In, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, me = enter(world.sub_lead), Person.objects.filter(pk=world.sub_lead.person_id)
    me.update(seen_at=world.later(days=-3))
    comments.post(okr, text="Wednesday suits us", by=world.mate, at=world.later(hours=-2))

    def new_at(moment: datetime) -> bool:
        monkeypatch.setattr("pejl.web.middleware.timezone", SimpleNamespace(now=lambda: moment))
        return 'class="new-dot"' in client.get("/").content.decode()

    assert new_at(world.at)
    assert new_at(world.later(minutes=50))
    assert me.get().seen_at == world.at
    assert not new_at(world.later(minutes=61))
    assert me.get().seen_at == world.later(minutes=61)


def test_somebody_sees_what_happens_under_their_own_goals(world: World, okr: UUID) -> None:
    draft = key_result(
        "Answers in an hour",
        period=world.q3,
        teams=(world.sales,),
        owners=(world.stranger.person_id,),  # type: ignore[arg-type]
        parents=((okr, None),),
    )
    made = goals.create(draft, by=world.admin, at=world.later(days=-2))
    checkins.post(made, value=Decimal(100), by=world.stranger, at=world.later(days=-1))
    found = events.feed(world.sub_lead, since=None)
    assert [row.goal.title for row in found.rows if row.goal] == ["Answers in an hour"]
