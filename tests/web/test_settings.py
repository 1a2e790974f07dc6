"""Settings: who may set what, by the cast, and what becomes of it."""

from __future__ import annotations

import re
from datetime import time
from decimal import Decimal
from uuid import UUID

import pytest
from django.test import Client

from okrs import In, enter, text
from pejl.domain.values import Kind, Level, Role, Visibility
from pejl.models import Once, Person, Workspace
from pejl.services import goals, people
from pejl.services.goals import GoalDraft
from pejl.services.people import NewPerson
from world import PASSWORD, World

__all__ = ["enter"]

ADMIN_PAGES = ("/settings/workspace", "/settings/people", "/settings/periods")
WORKSPACE = {
    "name": "Fjordlight",
    "language": "en",
    "timezone": "Europe/Copenhagen",
    "fiscal_year_start": "1",
    "scheme": "quarter",
    "checkin_every_weeks": "2",
    "checkin_weekday": "3",
    "checkin_at": "14:30",
    "at_risk_points": "5",
    "off_track_points": "20.5",
    "red_to": "0.35",
    "amber_to": "0.65",
    "capped": "yes",
}


def person(world: World, who: str) -> UUID:
    found: UUID = getattr(world, who).person_id
    return found


def field(page: str, name: str) -> str:
    part = re.search(rf'<(?:input|select|textarea)[^>]*\bname="{name}"[^>]*>.*?</div>', page, re.DOTALL)
    assert part, name
    return part.group()


def tabs(page: str) -> list[str]:
    inside = re.search(r'<nav class="tabs".*?</nav>', page, re.DOTALL)
    assert inside
    return re.findall(r">([^<>]+)</a>", inside.group())


# -------------------------------------------------------------------------------------------- who sees what


@pytest.mark.parametrize("url", ADMIN_PAGES)
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("owner", 200),
        ("admin", 200),
        ("lead", 403),
        ("member", 403),
        ("stranger", 403),
        ("observer", 403),
        ("outsider", 200),
    ],
)
def test_only_admins_set_up_the_workspace(world: World, enter: In, url: str, who: str, status: int) -> None:
    """The outsider owns a workspace next door, and sees that one."""
    answer = enter(getattr(world, who)).get(url)
    assert answer.status_code == status
    if who == "outsider":
        assert "Fjordlight" not in answer.content.decode()
        assert "Ida Holm" not in answer.content.decode()


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        (
            "owner",
            ["You", "Workspace", "People", "Teams", "Periods", "Import and export", "Tokens", "Webhooks"],
        ),
        ("lead", ["You", "Teams", "Export", "Tokens"]),
        ("member", ["You", "Export", "Tokens"]),
        ("observer", ["You", "Export", "Tokens"]),
    ],
)
def test_the_tabs_offer_only_what_the_person_may_set(
    world: World, enter: In, who: str, offered: list[str]
) -> None:
    assert tabs(enter(getattr(world, who)).get("/settings").content.decode()) == offered


@pytest.mark.parametrize(
    ("who", "status"),
    [("owner", 200), ("admin", 200), ("lead", 200), ("sub_lead", 200), ("member", 404), ("stranger", 404),
     ("observer", 404), ("outsider", 404)],
)  # fmt: skip
def test_a_team_is_set_up_by_its_leads_and_admins(world: World, enter: In, who: str, status: int) -> None:
    assert enter(getattr(world, who)).get(f"/settings/teams/{world.design}").status_code == status


@pytest.mark.parametrize("url", ["/settings", "/settings/teams", *ADMIN_PAGES])
def test_a_passer_by_signs_in_first(world: World, url: str) -> None:
    assert Client().get(url).headers["Location"].startswith("/signin?next=")


@pytest.mark.parametrize("language", ["en", "da"])
@pytest.mark.parametrize("url", ["/settings", "/settings/teams", *ADMIN_PAGES, "team"])
def test_every_page_renders_in_both_languages_without_inline_style(
    world: World, enter: In, url: str, language: str
) -> None:
    browser = enter(world.owner)
    browser.post("/language", {"language": language})
    answer = browser.get(f"/settings/teams/{world.design}" if url == "team" else url)
    page = answer.content.decode()
    assert (answer.status_code, answer.headers["Content-Language"]) == (200, language)
    assert not re.search(r"<[^>]+\s(style|on\w+)=", page)
    forms = re.findall(r'<form method="post".*?</form>', page, re.DOTALL)
    assert all("csrfmiddlewaretoken" in form for form in forms)


# ------------------------------------------------------------------------------------------------- oneself


def test_everybody_sets_their_own_name_language_and_zone(world: World, enter: In) -> None:
    browser = enter(world.observer)
    answer = browser.post("/settings/me", {"name": "Olaf V.", "language": "da", "timezone": "Asia/Tokyo"})
    assert answer.status_code == 303
    row = Person.objects.get(pk=person(world, "observer"))
    assert (row.name, row.timezone, row.account.language) == ("Olaf V.", "Asia/Tokyo", "da")
    page = browser.get("/settings").content.decode()
    assert 'value="Olaf V."' in page
    assert '<option value="Asia/Tokyo" selected>' in page


def test_what_cannot_be_used_about_oneself_is_said_at_its_field(world: World, enter: In) -> None:
    typed = {"name": " ", "language": "da", "timezone": "Asia/Tokyo"}
    answer = enter(world.member).post("/settings/me", typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Write something here." in field(page, "name")
    assert '<option value="Asia/Tokyo" selected>' in page


def test_a_new_password_holds_and_this_browser_stays_signed_in(world: World, enter: In) -> None:
    here, there = enter(world.member), enter(world.member)
    typed = {"current": PASSWORD, "password": "morning fog on the water"}
    assert here.post("/settings/password", typed).status_code == 303
    assert here.get("/settings").status_code == 200
    assert there.get("/settings").status_code == 302
    account = Person.objects.get(pk=person(world, "member")).account
    assert account.check_password("morning fog on the water")


@pytest.mark.parametrize(
    ("typed", "name", "said"),
    [
        (
            {"current": "wrong", "password": "morning fog on the water"},
            "current",
            "not your present password",
        ),
        ({"current": PASSWORD, "password": "short"}, "password", "Use at least 10"),
        ({"current": PASSWORD, "password": ""}, "password", "Use at least 10"),
    ],
)
def test_a_password_that_cannot_be_used_is_said_at_its_field_and_not_shown(
    world: World, enter: In, typed: dict[str, str], name: str, said: str
) -> None:
    answer = enter(world.member).post("/settings/password", typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in field(page, name)
    assert "morning fog" not in page
    assert Person.objects.get(pk=person(world, "member")).account.check_password(PASSWORD)


# ------------------------------------------------------------------------------------------- the workspace


def test_an_admin_sets_up_the_workspace(world: World, enter: In) -> None:
    browser = enter(world.admin)
    assert browser.post("/settings/workspace", WORKSPACE).status_code == 303
    row = Workspace.objects.get(slug=world.slug)
    assert (row.checkin_every_weeks, row.checkin_weekday, row.checkin_at) == (2, 3, time(14, 30))
    assert (row.at_risk_points, row.off_track_points) == (5.0, 20.5)
    assert (row.red_to, row.amber_to) == (Decimal("0.35"), Decimal("0.65"))
    assert (row.capped, row.initiatives_contribute, row.organisation_goals_by_anyone) == (True, False, False)
    page = browser.get("/settings/workspace").content.decode()
    assert 'value="20.5"' in field(page, "off_track_points")
    assert 'value="14:30"' in field(page, "checkin_at")


def test_the_page_as_it_stands_can_be_saved_in_danish(world: World, enter: In) -> None:
    browser = enter(world.admin)
    browser.post("/settings/workspace", WORKSPACE)
    browser.post("/language", {"language": "da"})
    page = browser.get("/settings/workspace").content.decode()
    assert 'value="20,5"' in field(page, "off_track_points")
    danish = {**WORKSPACE, "off_track_points": "20,5", "red_to": "0,35", "amber_to": "0,65"}
    assert browser.post("/settings/workspace", danish).status_code == 303
    assert Workspace.objects.get(slug=world.slug).off_track_points == 20.5


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("name", "", "Write something here."),
        ("timezone", "Mars/Olympus", "There is no time zone called Mars/Olympus"),
        ("fiscal_year_start", "13", "Choose the month"),
        ("fiscal_year_start", "", "Choose the month"),
        ("scheme", "weeks", "Choose months, quarters"),
        ("checkin_every_weeks", "3", "Choose every week"),
        ("checkin_weekday", "x", "Choose a day of the week"),
        ("checkin_at", "25:00", "Write the time of day"),
        ("checkin_at", "", "Write the time of day"),
        ("off_track_points", "far", "Write it as a number"),
        ("off_track_points", "3", "write more than 5 points"),
        ("red_to", "2", "Write a bound from 0.0 to 1.0"),
        ("amber_to", "0.2", "lies above 0.35"),
    ],
)
def test_a_setting_that_cannot_be_used_is_said_at_its_field_and_nothing_is_saved(
    world: World, enter: In, name: str, typed: str, said: str
) -> None:
    answer = enter(world.admin).post("/settings/workspace", {**WORKSPACE, "name": "Fjord", name: typed})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in field(page, name)
    if name not in {
        "name",
        "timezone",
        "scheme",
        "fiscal_year_start",
        "checkin_every_weeks",
        "checkin_weekday",
    }:
        assert f'value="{typed}"' in field(page, name)
    assert Workspace.objects.get(slug=world.slug).name == "Fjordlight"


# -------------------------------------------------------------------------------------------------- people


def test_an_admin_takes_somebody_in_who_can_sign_in(world: World, enter: In) -> None:
    typed = {"name": "Nora Bek", "email": "nora@fjordlight.example", "role": "member", "password": PASSWORD}
    assert "can sign in now" in text(enter(world.admin).post("/settings/people", typed, follow=True))
    assert Client().post("/signin", {"email": typed["email"], "password": PASSWORD}).status_code == 302


def test_without_a_password_nobody_can_sign_in_until_one_is_set(world: World, enter: In) -> None:
    typed = {"name": "Nora Bek", "email": "nora@fjordlight.example", "role": "member", "password": ""}
    browser = enter(world.admin)
    assert "once there is a password" in text(browser.post("/settings/people", typed, follow=True))
    nora = Person.objects.get(name="Nora Bek")
    assert not nora.account.has_usable_password()
    assert Client().post("/signin", {"email": typed["email"], "password": ""}).status_code == 422
    assert browser.post(f"/settings/people/{nora.pk}/password", {"password": PASSWORD}).status_code == 303
    assert Client().post("/signin", {"email": typed["email"], "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("email", "bo@fjordlight.example", "belongs to somebody in this workspace already"),
        ("email", "bo", "Write an e-mail address"),
        ("name", "", "Write something here."),
        ("role", "queen", "Choose a role."),
        ("password", "short", "Use at least 10"),
    ],
)
def test_somebody_who_cannot_be_taken_in_is_said_at_the_field(
    world: World, enter: In, name: str, typed: str, said: str
) -> None:
    whole = {"name": "Nora Bek", "email": "nora@fjordlight.example", "role": "member", "password": PASSWORD}
    before = Person.objects.count()
    answer = enter(world.admin).post("/settings/people", {**whole, name: typed})
    assert answer.status_code == 422
    form = answer.content.decode().split('id="new"')[1]
    assert said in field(form, name)
    assert (whole["email"] if name != "email" else whole["name"]) in form
    assert PASSWORD not in form
    assert Person.objects.count() == before


def test_the_same_form_sent_twice_takes_one_person_in(world: World, enter: In) -> None:
    typed = {"name": "Nora Bek", "email": "nora@fjordlight.example", "role": "member", "key": "once"}
    browser = enter(world.admin)
    for _ in range(2):
        assert browser.post("/settings/people", typed).status_code == 303
    assert Person.objects.filter(name="Nora Bek").count() == 1


def test_a_password_leaves_no_trace_among_the_keys(world: World, enter: In) -> None:
    browser, before = enter(world.admin), Once.objects.count()
    url = f"/settings/people/{person(world, 'mate')}/password"
    assert browser.post(url, {"password": "morning fog on the water", "key": "k"}).status_code == 303
    assert Once.objects.count() == before


def test_a_role_is_changed_but_never_above_ones_own(world: World, enter: In) -> None:
    browser = enter(world.admin)
    url = f"/settings/people/{person(world, 'mate')}/role"
    assert browser.post(url, {"role": "observer"}).status_code == 303
    assert Person.objects.get(pk=person(world, "mate")).role == Role.OBSERVER
    assert browser.post(url, {"role": "owner"}).status_code == 403
    assert 'value="owner"' not in browser.get("/settings/people").content.decode()


def test_an_admin_is_not_offered_to_change_an_owner(world: World, enter: In) -> None:
    page = enter(world.admin).get("/settings/people").content.decode()
    assert f"/settings/people/{person(world, 'owner')}/" not in page
    assert f"/settings/people/{person(world, 'mate')}/role" in page


def test_taking_access_away_asks_first_and_can_be_undone(world: World, enter: In) -> None:
    browser, mate = enter(world.admin), person(world, "mate")
    page = browser.get("/settings/people").content.decode()
    asked = re.search(
        rf'<details class="asks">(?:(?!</details>).)*/settings/people/{mate}/activity', page, re.DOTALL
    )
    assert asked
    browser.post(f"/settings/people/{mate}/activity", {"active": "no"})
    assert not Person.objects.get(pk=mate).active
    browser.post(f"/settings/people/{mate}/activity", {"active": "yes"})
    assert Person.objects.get(pk=mate).active


def test_the_last_owner_stays(world: World, enter: In) -> None:
    answer = enter(world.owner).post(f"/settings/people/{person(world, 'owner')}/role", {"role": "member"})
    assert answer.status_code == 422
    assert Person.objects.get(pk=person(world, "owner")).role == Role.OWNER


def test_a_name_in_a_plan_gets_an_account(world: World, enter: In) -> None:
    nora = people.placeholder("Nora Bek", by=world.owner, at=world.at)
    browser, url = enter(world.admin), f"/settings/people/{nora}/invitation"
    typed = {"name": "Nora Bek", "email": "nora", "role": "member", "password": PASSWORD}
    refused = browser.post(url, typed)
    assert refused.status_code == 422
    assert "Write an e-mail address" in refused.content.decode()
    assert browser.post(url, {**typed, "email": "nora@fjordlight.example"}).status_code == 303
    signed_in = Client().post("/signin", {"email": "nora@fjordlight.example", "password": PASSWORD})
    assert signed_in.status_code == 302


@pytest.mark.parametrize("deed", ["role", "activity", "invitation", "password"])
@pytest.mark.parametrize(("who", "status"), [("lead", 403), ("observer", 403), ("outsider", 404)])
def test_people_are_changed_by_admins_of_their_workspace_alone(
    world: World, enter: In, deed: str, who: str, status: int
) -> None:
    mate = person(world, "mate")
    typed = {
        "role": "observer",
        "active": "no",
        "email": "x@x.example",
        "name": "x",
        "password": "a new one of mine",
    }
    answer = enter(getattr(world, who)).post(f"/settings/people/{mate}/{deed}", typed)
    assert answer.status_code == status
    row = Person.objects.get(pk=mate)
    assert (row.role, row.active, row.account.check_password(PASSWORD)) == (Role.MEMBER, True, True)


# ----------------------------------------------------------------------------------- ownership and the end

LAST = ("/settings/workspace/transfer", "/settings/workspace/removal")


@pytest.mark.parametrize("url", LAST)
@pytest.mark.parametrize("who", ["admin", "lead", "member", "stranger", "observer"])
def test_only_the_owner_is_offered_to_hand_over_or_delete(
    world: World, enter: In, who: str, url: str
) -> None:
    browser, mate = enter(getattr(world, who)), str(person(world, "mate"))
    assert browser.get(url).status_code == 403
    typed = {"person": mate, "confirm_name": "Fjordlight"}
    assert browser.post(url, typed).status_code == 403
    assert url not in browser.get("/settings/workspace").content.decode()
    assert Person.objects.get(pk=mate).role == Role.MEMBER
    assert Workspace.objects.filter(slug=world.slug).exists()


@pytest.mark.parametrize("language", ["en", "da"])
@pytest.mark.parametrize("url", LAST)
def test_the_owner_finds_both_and_they_come_with_their_token(
    world: World, enter: In, url: str, language: str
) -> None:
    browser = enter(world.owner)
    browser.post("/language", {"language": language})
    assert f'href="{url}"' in browser.get("/settings/workspace").content.decode()
    answer = browser.get(url)
    page = answer.content.decode()
    assert (answer.status_code, answer.headers["Content-Language"]) == (200, language)
    assert re.search(rf'<form method="post" action="{url}"[^>]*><input type="hidden" name="csrf', page)


def test_the_owner_hands_the_workspace_over(world: World, enter: In) -> None:
    browser, mate = enter(world.owner), person(world, "mate")
    offered = field(browser.get(LAST[0]).content.decode(), "person")
    assert str(mate) in offered
    assert str(person(world, "owner")) not in offered
    said = text(browser.post(LAST[0], {"person": str(mate)}, follow=True))
    assert "You are an administrator now." in said
    assert Person.objects.get(pk=mate).role == Role.OWNER
    assert Person.objects.get(pk=person(world, "owner")).role == Role.ADMIN
    assert browser.get(LAST[1]).status_code == 403


def test_whom_it_cannot_be_handed_to_is_said_at_the_field_and_the_choice_is_kept(
    world: World, enter: In
) -> None:
    browser = enter(world.owner)
    nobody = browser.post(LAST[0], {"person": ""})
    assert nobody.status_code == 422
    assert "Choose a person." in field(nobody.content.decode(), "person")
    nora = people.create(NewPerson("nora@fjordlight.example", "Nora"), by=world.owner, at=world.at)
    refused = browser.post(LAST[0], {"person": str(nora)})
    assert refused.status_code == 422
    part = field(refused.content.decode(), "person")
    assert "Choose somebody else who can sign in here." in part
    assert f'<option value="{nora}" selected>' in part
    assert browser.post(LAST[0], {"person": str(person(world, "outsider"))}).status_code == 404


def test_the_page_tells_what_will_be_gone_but_nothing_of_the_private_goals_of_others(
    world: World, enter: In
) -> None:
    for visibility in (Visibility.EVERYONE, Visibility.TEAM, Visibility.CHOSEN):
        draft = GoalDraft(
            Kind.OBJECTIVE, "Swim", level=Level.TEAM, teams=(world.design,), period=world.q3,
            owners=(person(world, "sub_lead"),), visibility=visibility,
        )  # fmt: skip
        goals.create(draft, by=world.sub_lead, at=world.at)
    said = text(enter(world.owner).get(LAST[1]))
    for count in ("2 goals", "0 check-ins", "3 teams", "8 people"):
        assert count in said


def test_a_name_that_is_not_the_workspace_s_deletes_nothing_and_is_kept(world: World, enter: In) -> None:
    answer = enter(world.owner).post(LAST[1], {"confirm_name": "fjordlight"})
    assert answer.status_code == 422
    part = field(answer.content.decode(), "confirm_name")
    assert "Write Fjordlight, letter for letter." in part
    assert 'value="fjordlight"' in part
    assert Workspace.objects.filter(slug=world.slug).exists()


def test_after_the_last_workspace_of_an_account_comes_the_sign_in_page(world: World, enter: In) -> None:
    browser = enter(world.owner)
    mate = enter(world.mate)
    answer = browser.post(LAST[1], {"confirm_name": "Fjordlight"}, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/signin")
    assert mate.get("/").headers["Location"].startswith("/signin")
    assert not Workspace.objects.filter(slug=world.slug).exists()


def test_after_the_last_workspace_of_all_comes_the_first_run(world: World, enter: In) -> None:
    enter(world.outsider).post(LAST[1], {"confirm_name": "Nordwind"})
    answer = enter(world.owner).post(LAST[1], {"confirm_name": "Fjordlight"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/start"
    assert answer.status_code == 200


def test_somebody_with_another_workspace_goes_on_there(world: World, enter: In) -> None:
    """Whoever owns both sees, of the one that is left, only that one."""
    people.create(
        NewPerson("ida@fjordlight.example", "Ida Holm", Role.MEMBER), by=world.outsider, at=world.at
    )
    browser = enter(world.owner)
    browser.post("/workspace", {"workspace": world.slug})
    answer = browser.post(LAST[1], {"confirm_name": "Fjordlight"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/"
    said = text(answer)
    assert "Fjordlight is deleted." in said
    assert "Nordwind" in said


def test_whoever_has_no_other_workspace_is_told_on_the_page_outside_it(world: World, enter: In) -> None:
    browser = enter(world.owner)
    answer = browser.post(LAST[1], {"confirm_name": "Fjordlight"}, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/signin")
    assert "Fjordlight is deleted." in text(answer)
    assert "Fjordlight is deleted." not in text(browser.get("/signin"))
