"""KPIs on their pages: the list, one KPI, its readings, and the goals it guards; by the cast."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from okrs import In, enter, okr, text
from pejl.domain.values import Kind, Level, Visibility
from pejl.models import Guardrail, Kpi, Reading
from pejl.services import goals, kpis
from pejl.services.goals import GoalDraft
from world import World

__all__ = ["enter", "okr"]

EVERYBODY = ("owner", "admin", "lead", "sub_lead", "member", "mate", "stranger", "observer")


@pytest.fixture
def uptime(world: World) -> UUID:
    """Uptime in percent, at least 99.5, Design's; read twice, now out of range."""
    by = world.sub_lead
    made: UUID = kpis.create(
        "Uptime", unit="%", lower=Decimal("99.5"), owner=by.person_id, team=world.design, by=by, at=world.at
    )
    kpis.read(made, value=Decimal("99.8"), on=world.today - timedelta(days=7), by=by, at=world.at)
    kpis.read(made, value=Decimal("98.25"), on=world.today, by=by, at=world.at)
    return made


def field(page: str, name: str) -> str:
    part = re.search(rf'<(?:input|select)[^>]*\bname="{name}"[^>]*>.*?</div>', page, re.DOTALL)
    assert part, name
    return part.group()


def current(item: UUID) -> Any:
    return Kpi.objects.current().get(item=item)


def hidden_goal(world: World, title: str = "Quiet talks") -> UUID:
    by = world.member
    draft = GoalDraft(
        Kind.OBJECTIVE,
        title,
        level=Level.PERSON,
        period=world.q3,
        owners=(by.person_id,),  # type: ignore[arg-type]
        visibility=Visibility.CHOSEN,
    )
    made: UUID = goals.create(draft, by=by, at=world.at)
    return made


@pytest.mark.parametrize("who", EVERYBODY)
def test_everybody_in_the_workspace_reads_the_kpis(world: World, uptime: UUID, enter: In, who: str) -> None:
    browser = enter(getattr(world, who))
    page = text(browser.get("/kpis"))
    for told in ("Uptime", "at least 99.5%", "98.25%", "Out of range", "1 out of range"):
        assert told in page
    assert "99.80%" in text(browser.get(f"/kpis/{uptime}"))


def test_in_range_or_out_is_told_by_shape_and_word(world: World, uptime: UUID, enter: In) -> None:
    by, browser = world.sub_lead, enter(world.observer)
    out = browser.get("/kpis").content.decode()
    assert re.search(r'<path d="M6 0l6 6-6 6-6-6z"/></svg><span>Out of range', out)
    kpis.read(uptime, value=Decimal("99.5"), by=by, at=world.later(hours=1))
    fine = browser.get("/kpis").content.decode()
    assert re.search(r"<circle[^>]*/></svg><span>In range", fine)
    assert "none out of range" in fine


def test_for_an_outsider_and_a_passer_by_there_is_no_kpi(world: World, uptime: UUID, enter: In) -> None:
    outside = enter(world.outsider)
    assert "Uptime" not in outside.get("/kpis").content.decode()
    for url in (f"/kpis/{uptime}", f"/kpis/{uptime}/edit"):
        assert outside.get(url).status_code == 404
    for deed in ("edit", "readings", "goals", "removal"):
        answer = outside.post(f"/kpis/{uptime}/{deed}", {"name": "Mine", "value": "1"})
        assert answer.status_code in {404, 422}
        assert "Uptime" not in answer.content.decode()
    assert Client().get(f"/kpis/{uptime}").headers["Location"].startswith("/signin")
    assert current(uptime).name == "Uptime"


@pytest.mark.parametrize("language", ["en", "da"])
def test_every_page_renders_in_both_languages_without_inline_style(
    world: World, uptime: UUID, okr: UUID, enter: In, language: str
) -> None:
    kpis.link(uptime, goal=okr, by=world.sub_lead, at=world.at)
    browser = enter(world.sub_lead)
    browser.post("/language", {"language": language})
    for url in ("/kpis", "/kpis/new", f"/kpis/{uptime}", f"/kpis/{uptime}/edit"):
        answer = browser.get(url)
        page = answer.content.decode()
        assert (answer.status_code, answer.headers["Content-Language"]) == (200, language)
        assert not re.search(r"<[^>]+\s(style|on\w+)=", page)
        forms = re.findall(r'<form method="post".*?</form>', page, re.DOTALL)
        assert all("csrfmiddlewaretoken" in form for form in forms)
    assert ("98,25" if language == "da" else "98.25") in browser.get("/kpis").content.decode()


def test_without_kpis_the_page_says_what_one_is_and_offers_the_first(world: World, enter: In) -> None:
    assert "Make the first KPI" in text(enter(world.member).get("/kpis"))
    page = text(enter(world.observer).get("/kpis"))
    assert "No KPIs yet" in page
    assert "Make the first KPI" not in page


# ------------------------------------------------------------------------------------- making and changing


def test_a_member_makes_a_kpi_of_their_own(world: World, enter: In) -> None:
    browser, me = enter(world.member), str(world.member.person_id)
    assert f'<option value="{me}" selected>' in browser.get("/kpis/new").content.decode()
    typed = {"name": "Answer time", "unit": "h:mm", "lower": "", "upper": "2:30", "owner": me, "team": ""}
    answer = browser.post("/kpis/new", typed)
    made = Kpi.objects.current().get(name="Answer time")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/kpis/{made.item}")
    assert (made.lower, made.upper, made.owner_id) == (None, Decimal(9000), world.member.person_id)
    assert 'value="2:30"' in field(browser.get(f"/kpis/{made.item}/edit").content.decode(), "upper")


def test_a_kpi_of_somebody_else_is_refused_at_the_owner_and_nothing_typed_is_lost(
    world: World, enter: In
) -> None:
    typed = {"name": "Answer time", "owner": str(world.mate.person_id), "team": str(world.sales)}
    answer = enter(world.member).post("/kpis/new", typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Choose yourself as the owner" in field(page, "owner")
    assert 'value="Answer time"' in field(page, "name")
    assert f'<option value="{world.sales}" selected>' in page
    assert not Kpi.objects.exists()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("name", (" ", "Write something here.")),
        ("name", ("uptime", "There is a KPI called uptime")),
        ("lower", ("high", "Write it as a number")),
        ("upper", ("10", "upper bound lies under the lower one")),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(
    world: World, uptime: UUID, enter: In, name: str, told: tuple[str, str]
) -> None:
    typed, said = told
    me = str(world.member.person_id)
    whole = {"name": "Answers", "unit": "", "lower": "20", "upper": "", "owner": me, "team": "", name: typed}
    answer = enter(world.member).post("/kpis/new", whole)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in field(page, name)
    assert f'value="{typed}"' in field(page, name)
    assert Kpi.objects.current().count() == 1


def test_the_same_form_sent_twice_makes_one_kpi(world: World, enter: In) -> None:
    browser = enter(world.admin)
    for _ in range(2):
        assert browser.post("/kpis/new", {"name": "Churn", "key": "once"}).status_code == 303
    assert Kpi.objects.filter(name="Churn").count() == 1


def test_what_the_form_shows_can_be_saved_as_it_is(world: World, uptime: UUID, enter: In) -> None:
    browser = enter(world.sub_lead)
    page = browser.get(f"/kpis/{uptime}/edit").content.decode()
    assert 'value="99.5"' in field(page, "lower")
    design, me = str(world.design), str(world.sub_lead.person_id)
    typed = {"name": "Uptime", "unit": "%", "lower": "99.5", "upper": "", "owner": me, "team": design}
    assert browser.post(f"/kpis/{uptime}/edit", typed).status_code == 303
    assert Kpi.objects.filter(item=uptime).count() == 1
    browser.post(f"/kpis/{uptime}/edit", {**typed, "lower": "98"})
    assert current(uptime).lower == Decimal(98)
    assert "In range" in text(browser.get(f"/kpis/{uptime}"))


def test_the_unit_stays_once_there_are_readings(world: World, uptime: UUID, enter: In) -> None:
    me = str(world.sub_lead.person_id)
    typed = {"name": "Uptime", "unit": "hours", "owner": me, "team": str(world.design)}
    answer = enter(world.sub_lead).post(f"/kpis/{uptime}/edit", typed)
    assert answer.status_code == 422
    assert "so it stays" in field(answer.content.decode(), "unit")


@pytest.mark.parametrize(
    ("who", "status"),
    [("owner", 200), ("admin", 200), ("lead", 200), ("sub_lead", 200), ("member", 403), ("mate", 403),
     ("stranger", 403), ("observer", 403)],
)  # fmt: skip
def test_a_teams_kpi_is_changed_by_its_leads_and_admins(
    world: World, uptime: UUID, enter: In, who: str, status: int
) -> None:
    browser = enter(getattr(world, who))
    assert browser.get(f"/kpis/{uptime}/edit").status_code == status
    offered = f"/kpis/{uptime}/edit" in browser.get(f"/kpis/{uptime}").content.decode()
    assert offered is (status == 200)


def test_an_observer_makes_none(world: World, enter: In) -> None:
    browser = enter(world.observer)
    assert browser.get("/kpis/new").status_code == 403
    assert browser.post("/kpis/new", {"name": "Mine"}).status_code == 403


def test_a_kpi_is_followed_no_longer_after_the_page_has_asked(world: World, uptime: UUID, enter: In) -> None:
    browser = enter(world.sub_lead)
    page = browser.get(f"/kpis/{uptime}").content.decode()
    assert re.search(r"<details(?:(?!</details>).)*Stop following Uptime", page, re.DOTALL)
    assert enter(world.stranger).post(f"/kpis/{uptime}/removal").status_code == 403
    assert browser.post(f"/kpis/{uptime}/removal").status_code == 303
    assert not Kpi.objects.current().filter(item=uptime).exists()
    assert browser.get(f"/kpis/{uptime}").status_code == 404


# ---------------------------------------------------------------------------------------------- its readings


def test_a_member_of_the_team_adds_a_reading(world: World, uptime: UUID, enter: In) -> None:
    browser = enter(world.mate)
    typed = {"value": "99.9 %", "on": world.today.isoformat()}
    assert browser.post(f"/kpis/{uptime}/readings", typed).status_code == 303
    now = Reading.objects.current().get(kpi=uptime, on=world.today)
    assert (now.value, now.by_id) == (Decimal("99.9"), world.mate.person_id)
    assert "In range" in text(browser.get(f"/kpis/{uptime}"))


def test_a_reading_in_danish_is_read_as_danish(world: World, uptime: UUID, enter: In) -> None:
    browser = enter(world.mate)
    browser.post("/language", {"language": "da"})
    assert browser.post(f"/kpis/{uptime}/readings", {"value": "99,9"}).status_code == 303
    assert Reading.objects.current().get(kpi=uptime, on=world.today).value == Decimal("99.9")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"value": "", "on": ""}, ("value", "Write a number.")),
        ({"value": "fine", "on": ""}, ("value", "Write it as a number")),
        ({"value": "99", "on": "2026-08-18"}, ("on", "The date lies ahead")),
        ({"value": "99", "on": "soon"}, ("on", "Write the date")),
    ],
)
def test_a_reading_that_cannot_be_used_is_said_at_its_field(
    world: World, uptime: UUID, enter: In, typed: dict[str, str], told: tuple[str, str]
) -> None:
    name, said = told
    answer = enter(world.mate).post(f"/kpis/{uptime}/readings", typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in field(page, name)
    assert f'value="{typed["value"]}"' in field(page, "value")
    assert Reading.objects.current().filter(kpi=uptime).count() == 2


@pytest.mark.parametrize("who", ["stranger", "observer"])
def test_others_add_no_readings_and_are_not_asked_to(world: World, uptime: UUID, enter: In, who: str) -> None:
    browser = enter(getattr(world, who))
    assert f"/kpis/{uptime}/readings" not in browser.get(f"/kpis/{uptime}").content.decode()
    assert browser.post(f"/kpis/{uptime}/readings", {"value": "1"}).status_code == 403


def test_only_the_latest_thirteen_readings_are_shown(world: World, uptime: UUID, enter: In) -> None:
    for number in range(20):
        day = date(2026, 1, 1) + timedelta(days=number)
        kpis.read(uptime, value=Decimal(100 + number), on=day, by=world.owner, at=world.at)
    page = text(enter(world.observer).get(f"/kpis/{uptime}"))
    assert "98.25%" in page
    assert "119.00%" in page
    assert "109.00%" in page
    assert "108.00%" not in page


# ------------------------------------------------------------------------------------------ what it guards


def test_who_may_edit_a_goal_lets_the_kpi_guard_it_and_lets_go_again(
    world: World, uptime: UUID, okr: UUID, enter: In
) -> None:
    browser = enter(world.sub_lead)
    assert "Launch version 2.0" in field(browser.get(f"/kpis/{uptime}").content.decode(), "goal")
    assert browser.post(f"/kpis/{uptime}/goals", {"goal": str(okr)}).status_code == 303
    page = browser.get(f"/kpis/{uptime}").content.decode()
    assert "Launch version 2.0" in page.split('id="goals"')[1].split("</ul>")[0]
    assert f'value="{okr}"' not in page
    ending = f"/kpis/{uptime}/goals/{okr}/removal"
    assert re.search(rf'<details class="asks">(?:(?!</details>).)*{ending}', page, re.DOTALL)
    assert browser.post(ending).status_code == 303
    assert not Guardrail.objects.current().filter(kpi=uptime).exists()


def test_others_are_offered_neither_linking_nor_letting_go(
    world: World, uptime: UUID, okr: UUID, enter: In
) -> None:
    kpis.link(uptime, goal=okr, by=world.sub_lead, at=world.at)
    browser = enter(world.stranger)
    page = browser.get(f"/kpis/{uptime}").content.decode()
    assert "Launch version 2.0" in page
    assert "/removal" not in page
    assert 'name="goal"' not in page
    assert browser.post(f"/kpis/{uptime}/goals", {"goal": str(okr)}).status_code == 403
    assert browser.post(f"/kpis/{uptime}/goals/{okr}/removal").status_code == 403
    assert Guardrail.objects.current().filter(kpi=uptime, goal=okr).exists()


def test_a_hidden_goal_is_not_named_on_the_page_of_its_kpi(world: World, uptime: UUID, enter: In) -> None:
    hidden = hidden_goal(world)
    kpis.link(uptime, goal=hidden, by=world.member, at=world.at)
    assert "Quiet talks" in enter(world.member).get(f"/kpis/{uptime}").content.decode()
    for who in ("owner", "mate", "observer"):
        browser = enter(getattr(world, who))
        assert "Quiet talks" not in browser.get("/kpis").content.decode()
        assert "Quiet talks" not in browser.get(f"/kpis/{uptime}").content.decode()
    mate = enter(world.mate)
    assert mate.post(f"/kpis/{uptime}/goals", {"goal": str(hidden)}).status_code == 404
    assert mate.post(f"/kpis/{uptime}/goals/{hidden}/removal").status_code == 404


@pytest.mark.parametrize("typed", ["", "not an id"])
def test_a_goal_must_be_chosen(world: World, uptime: UUID, okr: UUID, enter: In, typed: str) -> None:
    answer = enter(world.sub_lead).post(f"/kpis/{uptime}/goals", {"goal": typed})
    assert answer.status_code == 422
    assert "Choose one from the list." in field(answer.content.decode(), "goal")


def test_a_goal_is_found_by_part_of_its_title(world: World, uptime: UUID, okr: UUID, enter: In) -> None:
    browser = enter(world.sub_lead)
    assert "Click study" not in field(browser.get(f"/kpis/{uptime}?q=launch").content.decode(), "goal")
    assert "Launch version" in field(browser.get(f"/kpis/{uptime}?q=launch").content.decode(), "goal")
    assert "No goal you may edit has that" in text(browser.get(f"/kpis/{uptime}?q=zebra"))


# ----------------------------------------------------------------------------------------------- the costs


def grow(world: World, uptime: UUID, numbers: range) -> None:
    """For each number a KPI with a reading, a goal that it and uptime guard, and a goal to choose."""
    by, at = world.owner, world.at
    for number in numbers:
        item = kpis.create(f"KPI {number}", owner=by.person_id, by=by, at=at)
        kpis.read(item, value=Decimal(number), by=by, at=at)
        for title in (f"Goal {number}", f"Free {number}"):
            draft = GoalDraft(Kind.OBJECTIVE, title, level=Level.ORGANISATION, period=world.q3)
            goal = goals.create(draft, by=by, at=at)
            if title.startswith("Goal"):
                kpis.link(item, goal=goal, by=by, at=at)
                kpis.link(uptime, goal=goal, by=by, at=at)


def test_the_pages_cost_the_same_with_one_row_and_with_thirty(
    world: World, uptime: UUID, enter: In, django_assert_num_queries: Any
) -> None:
    browser = enter(world.owner)
    costs = {"/kpis": 11, f"/kpis/{uptime}": 17}
    grow(world, uptime, range(1))
    browser.get("/kpis")
    for url, cost in costs.items():
        with django_assert_num_queries(cost):
            browser.get(url)
    grow(world, uptime, range(1, 30))
    for url, cost in costs.items():
        with django_assert_num_queries(cost):
            browser.get(url)
