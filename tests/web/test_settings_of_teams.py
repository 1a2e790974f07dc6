"""Settings of teams and periods: who may set what, by the cast, and what becomes of it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from okrs import In, enter, text
from pejl.domain.values import Kind, Level, PeriodKind
from pejl.models import Period, Team, TeamMember
from pejl.services import goals, people, periods, teams
from pejl.services.goals import GoalDraft
from world import World

__all__ = ["enter"]


def person(world: World, who: str) -> UUID:
    found: UUID = getattr(world, who).person_id
    return found


def field(page: str, name: str) -> str:
    part = re.search(rf'<(?:input|select|textarea)[^>]*\bname="{name}"[^>]*>.*?</div>', page, re.DOTALL)
    assert part, name
    return part.group()


# --------------------------------------------------------------------------------------------------- teams


def test_an_admin_makes_a_team_anywhere_and_a_lead_under_their_own(world: World, enter: In) -> None:
    assert enter(world.admin).post("/settings/teams", {"name": "Finance", "parent": ""}).status_code == 303
    assert Team.objects.get(name="Finance").parent_id is None
    lead = enter(world.lead)
    assert lead.post("/settings/teams", {"name": "Research", "parent": str(world.product)}).status_code == 303
    assert Team.objects.get(name="Research").parent_id == world.product
    assert lead.post("/settings/teams", {"name": "Loose", "parent": ""}).status_code == 403
    assert lead.post("/settings/teams", {"name": "Loose", "parent": str(world.sales)}).status_code == 403


def test_two_teams_side_by_side_never_share_a_name(world: World, enter: In) -> None:
    answer = enter(world.admin).post("/settings/teams", {"name": "sales", "parent": ""})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "There is a team called sales" in field(page, "name")
    assert 'value="sales"' in field(page, "name")


def test_a_lead_renames_the_team_and_takes_people_in_and_out(world: World, enter: In) -> None:
    lead, base = enter(world.sub_lead), f"/settings/teams/{world.design}"
    tove = person(world, "stranger")
    assert lead.post(f"{base}/name", {"name": "Form"}).status_code == 303
    assert Team.objects.get(pk=world.design).name == "Form"
    members = TeamMember.objects.current().filter(team=world.design, person=tove)
    lead.post(f"{base}/members", {"person": str(tove), "lead": "yes"})
    assert members.get().lead
    lead.post(f"{base}/members", {"person": str(tove), "lead": "no"})
    assert not members.get().lead
    lead.post(f"{base}/members/{tove}/removal")
    assert not members.exists()


def test_somebody_must_be_chosen(world: World, enter: In) -> None:
    answer = enter(world.sub_lead).post(
        f"/settings/teams/{world.design}/members", {"person": "", "lead": "no"}
    )
    assert answer.status_code == 422
    assert "Choose a person." in text(answer)


def test_a_team_is_moved_by_whoever_leads_both_places(world: World, enter: In) -> None:
    url = f"/settings/teams/{world.design}/place"
    assert enter(world.sub_lead).post(url, {"parent": str(world.sales)}).status_code == 403
    assert enter(world.admin).post(url, {"parent": str(world.sales)}).status_code == 303
    assert Team.objects.get(pk=world.design).parent_id == world.sales


def test_a_team_never_hangs_under_itself(world: World, enter: In) -> None:
    browser = enter(world.admin)
    answer = browser.post(f"/settings/teams/{world.product}/place", {"parent": str(world.design)})
    assert answer.status_code == 422
    assert "cannot hang under itself" in answer.content.decode()
    page = browser.get(f"/settings/teams/{world.product}").content.decode()
    assert f'value="{world.design}"' not in field(page, "parent")


def test_a_team_has_its_own_rhythm_or_follows_the_workspace(world: World, enter: In) -> None:
    lead, url = enter(world.sub_lead), f"/settings/teams/{world.design}/work"
    assert lead.post(url, {"checkin_every_weeks": "2", "checkin_weekday": "4"}).status_code == 303
    row = Team.objects.get(pk=world.design)
    assert (row.checkin_every_weeks, row.checkin_weekday, row.goals_by_members) == (2, 4, False)
    page = lead.get(f"/settings/teams/{world.design}").content.decode()
    assert '<option value="4" selected>' in field(page, "checkin_weekday")
    follow = {"checkin_every_weeks": "", "checkin_weekday": "", "goals_by_members": "yes"}
    assert lead.post(url, follow).status_code == 303
    row.refresh_from_db()
    assert (row.checkin_every_weeks, row.checkin_weekday, row.goals_by_members) == (None, None, True)
    refused = lead.post(url, {**follow, "checkin_every_weeks": "3"})
    assert refused.status_code == 422
    assert "Choose every week" in field(refused.content.decode(), "checkin_every_weeks")


def test_archiving_asks_first_says_what_is_in_the_way_and_can_be_undone(world: World, enter: In) -> None:
    browser = enter(world.admin)
    page = browser.get(f"/settings/teams/{world.sales}").content.decode()
    assert re.search(
        r'<details class="asks[^>]*>(?:(?!</details>).)*value="yes"(?:(?!</details>).)*Archive Sales',
        page,
        re.DOTALL,
    )
    stopped = browser.post(f"/settings/teams/{world.product}/archive", {"archived": "yes"})
    assert stopped.status_code == 422
    assert "Product has teams under it (1)" in stopped.content.decode()
    browser.post(f"/settings/teams/{world.sales}/archive", {"archived": "yes"})
    assert Team.objects.get(pk=world.sales).archived_at is not None
    assert "Bring it back" in browser.get(f"/settings/teams/{world.sales}").content.decode()
    browser.post(f"/settings/teams/{world.sales}/archive", {"archived": "no"})
    assert Team.objects.get(pk=world.sales).archived_at is None


def test_a_lead_is_not_offered_to_archive_what_hangs_under_another(world: World, enter: In) -> None:
    assert "/archive" not in enter(world.sub_lead).get(f"/settings/teams/{world.design}").content.decode()
    assert "/archive" in enter(world.lead).get(f"/settings/teams/{world.design}").content.decode()


@pytest.mark.parametrize("deed", ["name", "place", "work", "members", "archive"])
@pytest.mark.parametrize(
    ("who", "status"), [("member", 403), ("stranger", 403), ("observer", 403), ("outsider", 404)]
)
def test_a_team_is_left_alone_by_those_who_do_not_lead_it(
    world: World, enter: In, deed: str, who: str, status: int
) -> None:
    mate = person(world, "mate")
    typed = {"name": "Mine", "parent": "", "person": str(mate), "lead": "yes", "archived": "yes"}
    answer = enter(getattr(world, who)).post(f"/settings/teams/{world.design}/{deed}", typed)
    assert answer.status_code == status
    row = Team.objects.get(pk=world.design)
    assert (row.name, row.parent_id, row.archived_at) == ("Design", world.product, None)
    assert not TeamMember.objects.current().get(team=world.design, person=mate).lead


# ------------------------------------------------------------------------------------------------- periods


def test_a_period_of_ones_own_is_made_changed_and_removed(world: World, enter: In) -> None:
    browser = enter(world.admin)
    typed = {"name": "Summer", "start": "2026-06-01", "end": "2026-08-31"}
    assert browser.post("/settings/periods", typed).status_code == 303
    made = Period.objects.get(name="Summer")
    assert (made.kind, made.start_date, made.end_date) == (
        PeriodKind.CUSTOM,
        date(2026, 6, 1),
        date(2026, 8, 31),
    )
    changed = {**typed, "name": "High summer", "end": "2026-07-31"}
    assert browser.post(f"/settings/periods/{made.pk}", changed).status_code == 303
    made.refresh_from_db()
    assert (made.name, made.end_date) == ("High summer", date(2026, 7, 31))
    page = browser.get("/settings/periods").content.decode()
    assert re.search(r'<details class="asks">(?:(?!</details>).)*Remove High summer', page, re.DOTALL)
    assert browser.post(f"/settings/periods/{made.pk}/removal").status_code == 303
    assert not Period.objects.filter(pk=made.pk).exists()


@pytest.mark.parametrize(
    ("typed", "name", "said"),
    [
        ({"name": "", "start": "2026-06-01", "end": "2026-08-31"}, "name", "Write something here."),
        ({"name": "Summer", "start": "", "end": "2026-08-31"}, "start", "Write the date"),
        ({"name": "Summer", "start": "2026-06-01", "end": "soon"}, "end", "Write the date"),
        ({"name": "Summer", "start": "2026-06-01", "end": "2026-05-01"}, "end", "ends before it starts"),
    ],
)
def test_a_period_that_cannot_be_is_said_at_its_field(
    world: World, enter: In, typed: dict[str, str], name: str, said: str
) -> None:
    answer = enter(world.admin).post("/settings/periods", typed)
    assert answer.status_code == 422
    form = answer.content.decode().split('id="new"')[1]
    assert said in field(form, name)
    assert f'value="{typed["name"]}"' in field(form, "name")


def test_a_period_with_goals_and_one_of_the_calendar_stay(world: World, enter: In) -> None:
    browser = enter(world.admin)
    mine = periods.create(
        "Summer", start=date(2026, 6, 1), end=date(2026, 12, 31), by=world.owner, at=world.at
    )
    goals.create(
        GoalDraft(Kind.OBJECTIVE, "Swim", level=Level.ORGANISATION, period=mine), by=world.owner, at=world.at
    )
    assert "so it stays" in browser.get("/settings/periods").content.decode()
    for period, said in ((mine, "has goals in its record"), (world.q1, "follows the calendar")):
        answer = browser.post(f"/settings/periods/{period}/removal")
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert Period.objects.filter(pk=period).exists()


# ----------------------------------------------------------------------------------------------- the costs


def test_the_lists_cost_the_same_with_one_row_and_with_thirty(
    world: World, enter: In, django_assert_num_queries: Any
) -> None:
    browser = enter(world.owner)
    urls = {"/settings/people": 10, "/settings/teams": 10, "/settings/periods": 9}
    for url, cost in urls.items():
        browser.get(url)
        with django_assert_num_queries(cost):
            browser.get(url)
    for number in range(30):
        who = people.placeholder(f"Person {number}", by=world.owner, at=world.at)
        team = teams.create(f"Team {number}", by=world.owner, at=world.at)
        teams.join(team, person=who, by=world.owner, at=world.at)
        start = date(2030, 1, 1 + number)
        periods.create(f"Period {number}", start=start, end=start, by=world.owner, at=world.at)
    for url, cost in urls.items():
        with django_assert_num_queries(cost):
            browser.get(url)
