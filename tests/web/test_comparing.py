"""What moved, as the page tells it: whose goals, which days, and as known on a past day."""

from __future__ import annotations

import dataclasses
import re
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from okrs import In, enter, key_result, named, okr, text
from pejl.domain.values import Kind, Level, Visibility
from pejl.queries import goals as goals_read
from pejl.services import alignment, checkins, closing, goals
from pejl.services.goals import GoalDraft
from world import World

__all__ = ["enter", "okr"]
REQUESTS = "Support requests a month"


def retarget(world: World, target: int, *, at: datetime, goal: UUID | None = None) -> None:
    row = goals_read.one(world.sub_lead, goal or named(REQUESTS), now=at)
    assert row.metric is not None
    metric = dataclasses.replace(row.metric, target=Decimal(target))
    goals.edit(row.id, changes={"metric": metric}, by=world.sub_lead, at=at)


def objective(world: World, title: str, *, days: float = -5, **more: Any) -> UUID:
    own = {"level": Level.TEAM, "teams": (world.design,), "period": world.q3, **more}
    made: UUID = goals.create(
        GoalDraft(Kind.OBJECTIVE, title, **own), by=world.sub_lead, at=world.later(days=days)
    )
    return made


def group(client: Client, title: str, asked: str = "") -> str:
    """What stands in one group of the page; "" where there is none."""
    page = text(client.get(f"/changes{asked}"))
    found = re.search(rf" {title} \d+ (.*?)(?= (?:{TITLES}) \d+ |$)", page)
    return found[1] if found else ""


TITLES = (
    "Moved targets|Added|Removed|Ended or opened again|Periods and dates|Alignment|People and teams|"
    "New titles|Status|Progress|Other changes"
)


def test_a_moved_target_says_who_when_from_and_to(world: World, okr: UUID, enter: In) -> None:
    retarget(world, 40, at=world.later(hours=-2))
    told = group(enter(world.mate), "Moved targets")
    assert told.startswith(f"{REQUESTS} Target from 30 to 40 Sune Bach 17 Aug, 07:00")


def test_aligned_anew_names_the_goal_it_left_and_the_one_it_came_to(
    world: World, okr: UUID, enter: In
) -> None:
    first, second = objective(world, "Be loved"), objective(world, "Be found")
    alignment.align(okr, parent=first, by=world.sub_lead, at=world.later(days=-4))
    alignment.unalign(okr, parent=first, by=world.sub_lead, at=world.later(hours=-3))
    alignment.align(okr, parent=second, by=world.sub_lead, at=world.later(hours=-2))
    told = group(enter(world.mate), "Alignment", "?from=2026-08-17&to=2026-08-17")
    assert "Sune Bach aligned it to Be found 17 Aug, 07:00" in told
    assert "Sune Bach ended the alignment to Be loved 17 Aug, 06:00" in told


def test_owners_who_changed_are_named_with_who_did_it(world: World, okr: UUID, enter: In) -> None:
    goals.edit(
        okr, changes={"owners": (world.member.person_id,)}, by=world.sub_lead, at=world.later(hours=-1)
    )
    told = group(enter(world.mate), "People and teams")
    assert "Sune Bach made Alma Berg an owner" in told
    assert "Sune Bach took Sune Bach off as an owner" in told


def test_goals_that_came_went_and_ended_are_told(world: World, okr: UUID, enter: In) -> None:
    gone = objective(world, "Old", days=-60)
    goals.remove(gone, by=world.sub_lead, at=world.later(hours=-3))
    objective(world, "New", days=-0.1)
    closing.close(named(REQUESTS), by=world.sub_lead, at=world.later(hours=-2))
    client, asked = enter(world.mate), "?from=2026-08-16&to=2026-08-17"
    assert group(client, "Added", asked).startswith("New Sune Bach wrote it down")
    assert group(client, "Removed", asked).startswith("Old Sune Bach removed it")
    assert "Sune Bach closed it" in group(client, "Ended or opened again", asked)


def test_tags_of_one_moment_are_told_in_one_line(world: World, okr: UUID, enter: In) -> None:
    goals.edit(okr, changes={"tags": ("Growth", "Calm")}, by=world.sub_lead, at=world.later(hours=-2))
    goals.edit(okr, changes={"tags": ("Calm",)}, by=world.sub_lead, at=world.later(hours=-1))
    told = group(enter(world.mate), "Other changes")
    assert "Sune Bach put the tags Growth, Calm on it" in told
    assert "Sune Bach took the tag Growth off it" in told


def test_the_page_can_be_kept_to_a_team_and_to_a_person(world: World, okr: UUID, enter: In) -> None:
    person = world.stranger.person_id
    assert person is not None
    theirs = goals.create(
        key_result("Calls", teams=(world.sales,), owners=(person,)), by=world.owner, at=world.later(days=-3)
    )
    retarget(world, 40, at=world.later(hours=-2))
    metric = dataclasses.replace(goals_read.one(world.owner, theirs, now=world.at).metric, target=Decimal(9))  # type: ignore[type-var]
    goals.edit(theirs, changes={"metric": metric}, by=world.owner, at=world.later(hours=-1))
    client = enter(world.mate)

    def moved(asked: str) -> set[str]:
        told = group(client, "Moved targets", asked)
        return {title for title in ("Calls", REQUESTS) if title in told}

    assert moved("") == {"Calls", REQUESTS}
    assert moved(f"?team={world.design}") == {REQUESTS}
    assert moved(f"?person={person}") == {"Calls"}
    assert moved(f"?team={world.design}&person={person}") == set()
    for strange in ("x", "00000000-0000-0000-0000-000000000000", str(world.outsider.person_id)):
        assert moved(f"?team={strange}&person={strange}") == {"Calls", REQUESTS}
    page = client.get(f"/changes?team={world.design}&from=2026-08-16&to=2026-08-17").content.decode()
    assert f'<option value="{world.design}" selected>Design</option>' in page
    assert f"&amp;team={world.design}" in page  # the shortcuts keep the choice
    assert "Nordwind" not in page
    assert "Uwe Kern" not in page


def test_looking_back_it_tells_what_was_known_by_that_day(world: World, okr: UUID, enter: In) -> None:
    gone = objective(world, "Old", days=-9)
    retarget(world, 40, at=world.later(days=-4))
    goals.remove(gone, by=world.sub_lead, at=world.later(days=-3))
    goals.edit(okr, changes={"title": "Launch version 3"}, by=world.sub_lead, at=world.later(days=-1))
    retarget(world, 50, at=world.later(days=-1))
    client = enter(world.mate)
    page = text(client.get("/changes?as_of=2026-08-14"))
    assert "1 Jul 2026 – 14 Aug 2026" in page
    assert "to 40" in page
    assert "to 50" not in page
    assert "Launch version 3" not in page
    assert "Removed 1 Old Sune Bach removed it" in page
    assert 'max="2026-08-14"' in client.get("/changes").content.decode()
    assert 'href="/changes"' in client.get("/goals").content.decode()
    earlier = text(client.get("/changes?as_of=2026-08-13"))
    assert "Removed 1" not in earlier
    assert "1 target moved" in earlier
    assert "2 targets moved" in text(client.get("/changes?as_of="))


@pytest.mark.parametrize("who", ["stranger", "admin", "observer"])
def test_looking_back_shows_nobody_a_goal_that_is_closed_to_them(
    world: World, okr: UUID, enter: In, who: str
) -> None:
    retarget(world, 40, at=world.later(days=-4))
    checkins.post(named(REQUESTS), value=Decimal(70), by=world.sub_lead, at=world.later(days=-3))
    goals.edit(okr, changes={"visibility": Visibility.CHOSEN}, by=world.sub_lead, at=world.later(hours=-1))
    page = text(enter(getattr(world, who)).get("/changes?as_of=2026-08-15"))
    assert REQUESTS not in page
    assert "Nothing moved" in page
    assert REQUESTS in text(enter(world.sub_lead).get("/changes?as_of=2026-08-15"))
