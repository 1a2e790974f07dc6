"""The first run, signing in and out, the choice of language and workspace, and the health of the service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from pejl.domain.values import PeriodKind, Role
from pejl.models import Account, Period, Person, Workspace
from pejl.queries import people as found
from pejl.services import people
from pejl.services.people import NewPerson
from world import PASSWORD, World

FIRST = {
    "name": "Fjordlight",
    "language": "en",
    "timezone": "Europe/Copenhagen",
    "fiscal_year_start": "7",
    "owner": "Ida Holm",
    "email": "ida@fjordlight.example",
    "password": PASSWORD,
}
IDA = {"email": "ida@fjordlight.example", "password": PASSWORD}


@pytest.fixture(autouse=True)
def _no_tries_left_over() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def browser() -> Client:
    return Client(headers={"accept-language": "en"})


def field(response: Any, name: str) -> str:
    """The control of that name with what stands between it and the next one."""
    part = re.search(rf'<(?:input|select)[^>]*\bname="{name}".*?</div>', response.content.decode(), re.DOTALL)
    assert part, name
    return part.group()


@pytest.mark.django_db
def test_a_fresh_server_leads_everybody_to_the_first_run(browser: Client) -> None:
    assert browser.get("/settings").headers["Location"] == "/start"
    assert browser.get("/signin").headers["Location"] == "/start"
    assert browser.get("/start").status_code == 200


@pytest.mark.django_db
def test_the_first_run_makes_workspace_owner_and_periods_and_signs_in(browser: Client) -> None:
    answer = browser.post("/start", FIRST)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    workspace = Workspace.objects.get()
    assert (workspace.name, workspace.slug, workspace.fiscal_year_start) == ("Fjordlight", "fjordlight", 7)
    owner = Person.objects.get()
    assert (owner.name, owner.role) == ("Ida Holm", Role.OWNER)
    assert Period.objects.filter(kind=PeriodKind.QUARTER).count() >= 4
    assert browser.get("/settings").status_code == 200


@pytest.mark.django_db
def test_the_first_run_happens_once(browser: Client) -> None:
    browser.post("/start", FIRST)
    again = Client().post("/start", {**FIRST, "name": "Second", "email": "eve@second.example"})
    assert again.headers["Location"] == "/"
    assert Workspace.objects.count() == 1
    assert not Account.objects.filter(email="eve@second.example").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("name", " ", "Write something here."),
        ("owner", "", "Write something here."),
        ("email", "ida", "Write an e-mail address"),
        ("password", "short", "Use at least 10"),
        ("fiscal_year_start", "13", "Choose the month"),
        ("timezone", "Mars/Olympus", "There is no time zone"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field_and_the_rest_is_kept(
    browser: Client, name: str, typed: str, said: str
) -> None:
    answer = browser.post("/start", {**FIRST, name: typed})
    assert answer.status_code == 422
    assert said in field(answer, name)
    kept = "email" if name != "email" else "owner"
    assert FIRST[kept] in field(answer, kept)
    assert PASSWORD not in answer.content.decode()
    assert not Workspace.objects.exists()


@pytest.mark.django_db
def test_a_name_without_latin_letters_still_gets_a_workspace(browser: Client) -> None:
    assert browser.post("/start", {**FIRST, "name": "灯台"}).status_code == 302
    assert Workspace.objects.get().slug.startswith("okr-")


def test_the_right_password_leads_to_the_page_that_was_asked_for(world: World, browser: Client) -> None:
    asked = browser.get("/settings/people").headers["Location"]
    assert asked == "/signin?next=%2Fsettings%2Fpeople"
    assert 'value="/settings/people"' in browser.get(asked).content.decode()
    answer = browser.post("/signin", {**IDA, "next": "/settings/people"})
    assert answer.headers["Location"] == "/settings/people"


def test_case_and_space_around_the_address_do_not_matter(world: World, browser: Client) -> None:
    answer = browser.post("/signin", {**IDA, "email": " Ida@Fjordlight.example "})
    assert answer.status_code == 302


def test_a_wrong_password_is_said_at_the_field_and_the_address_is_kept(world: World, browser: Client) -> None:
    answer = browser.post("/signin", {**IDA, "password": "not this"})
    assert answer.status_code == 422
    assert "E-mail and password do not match" in field(answer, "password")
    assert 'aria-invalid="true"' in field(answer, "password")
    assert IDA["email"] in field(answer, "email")
    assert "not this" not in answer.content.decode()


def test_an_unknown_address_is_answered_like_a_wrong_password(world: World, browser: Client) -> None:
    unknown = browser.post("/signin", {**IDA, "email": "nobody@fjordlight.example"})
    assert "E-mail and password do not match" in field(unknown, "password")


@pytest.mark.parametrize(
    "away", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"]
)
def test_signing_in_never_leads_off_the_site(world: World, browser: Client, away: str) -> None:
    assert browser.post("/signin", {**IDA, "next": away}).headers["Location"] == "/"


def test_after_ten_wrong_tries_even_the_right_password_waits(world: World, browser: Client) -> None:
    for _ in range(10):
        assert "do not match" in field(browser.post("/signin", {**IDA, "password": "no"}), "password")
    answer = browser.post("/signin", IDA)
    assert answer.status_code == 422
    assert "Too many tries" in field(answer, "password")
    anton = browser.post("/signin", {"email": "anton@fjordlight.example", "password": PASSWORD})
    assert anton.status_code == 302


def test_signing_in_clears_the_count_of_tries(world: World, browser: Client) -> None:
    for _ in range(9):
        browser.post("/signin", {**IDA, "password": "no"})
    assert browser.post("/signin", IDA).status_code == 302
    browser.post("/signout")
    assert "do not match" in field(browser.post("/signin", {**IDA, "password": "no"}), "password")


def test_somebody_without_access_any_more_is_not_let_in(world: World, browser: Client) -> None:
    browser.post("/signin", {"email": "tove@fjordlight.example", "password": PASSWORD})
    assert browser.get("/settings").status_code == 200
    assert world.stranger.person_id is not None
    people.deactivate(world.stranger.person_id, by=world.owner, at=world.at)
    assert browser.get("/settings").status_code == 404


def test_signing_out_ends_the_session_and_keeps_the_language(world: World, browser: Client) -> None:
    browser.post("/signin", IDA)
    browser.post("/language", {"language": "da", "next": "/settings"})
    assert browser.get("/signout").status_code == 405
    assert browser.post("/signout").headers["Location"] == "/signin"
    assert browser.get("/settings").headers["Location"].startswith("/signin")
    assert '<html lang="da"' in browser.get("/signin").content.decode()


def test_the_language_is_kept_with_the_account(world: World, browser: Client) -> None:
    browser.post("/signin", IDA)
    answer = browser.post("/language", {"language": "da", "next": "/settings"})
    assert answer.headers["Location"] == "/settings"
    elsewhere = Client(headers={"accept-language": "en"})
    elsewhere.post("/signin", IDA)
    assert elsewhere.get("/settings").headers["Content-Language"] == "da"


def test_a_passer_by_may_choose_a_language_but_only_one_that_is_there(world: World, browser: Client) -> None:
    browser.post("/language", {"language": "da", "next": "/signin"})
    browser.post("/language", {"language": "xx", "next": "https://evil.example"})
    assert '<html lang="da"' in browser.get("/signin").content.decode()


def test_the_workspace_can_be_changed_only_to_one_of_ones_own(world: World, browser: Client) -> None:
    nordwind = found.system("nordwind")
    new = NewPerson("ida@fjordlight.example", "Ida Holm", Role.OBSERVER)
    browser.post("/signin", IDA)
    assert browser.post("/workspace", {"workspace": "nordwind"}).status_code == 404
    people.create(new, by=nordwind, at=world.at)
    assert browser.post("/workspace", {"workspace": "nordwind"}).headers["Location"] == "/"
    assert "Nordwind" in browser.get("/settings").content.decode()


@pytest.mark.django_db
def test_the_service_is_well_when_its_tables_are_those_of_this_version(browser: Client) -> None:
    answer = browser.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_the_service_is_unavailable_while_a_migration_waits(browser: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'pejl'")
    assert browser.get("/health").status_code == 503


def test_the_pages_at_the_door_speak_both_languages_without_inline_style(world: World) -> None:
    for language in ("en", "da"):
        page = Client(headers={"accept-language": language}).get("/signin").content.decode()
        assert f'<html lang="{language}"' in page
        assert not re.search(r"<[^>]+\s(style|on\w+)=", page)
