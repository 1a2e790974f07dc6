"""Calendars and feeds by their secret address: what they hold, for whom, and when they are nothing."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from icalendar import Calendar

from callers import Caller
from okrs import In, enter, named, okr, text
from pejl.domain.values import Kind, Level, Visibility
from pejl.models import Account, Goal, Person, Token
from pejl.queries.scope import Member
from pejl.services import checkins, closing, goals, people, tokens
from pejl.services.goals import GoalDraft
from pejl.services.tokens import NewToken
from world import World

__all__ = ["enter", "okr"]
ATOM = "{http://www.w3.org/2005/Atom}"
ADDRESS = re.compile(r"https?://[^<\s]*/feeds/pejl_[0-9a-f]{32}[\w-]{43}/[^<\s]*")


@pytest.fixture
def clock(world: World, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    moment = SimpleNamespace(now=world.at)
    monkeypatch.setattr("pejl.web.middleware.timezone", SimpleNamespace(now=lambda: moment.now))
    return moment


def secret(world: World, member: Member) -> str:
    return tokens.create(NewToken("calendar", days=None, feed=True), by=member, at=world.at)


def calendar(token: str, **headers: str) -> Any:
    return Client().get(f"/feeds/{token}/checkins.ics", headers=headers)


def events(response: Any) -> list[Any]:
    assert response.status_code == 200
    return list(Calendar.from_ical(response.content).walk("VEVENT"))


def entries(response: Any) -> list[str]:
    assert response.status_code == 200
    root = ET.fromstring(response.content)  # noqa: S314 - our own
    return [str(one.findtext(f"{ATOM}title")) for one in root.iter(f"{ATOM}entry")]


def test_the_calendar_holds_what_is_due_what_comes_and_the_ends_of_periods(
    world: World, okr: UUID, clock: SimpleNamespace
) -> None:
    found = events(calendar(secret(world, world.sub_lead)))
    asked = [one for one in found if str(one["summary"]).startswith("Check-in")]
    assert str(asked[0]["summary"]) == "Check-in: 1 goal"
    assert str(asked[0]["description"]) == "Support requests a month"
    assert asked[0].decoded("dtstart") == world.at.astimezone(asked[0].decoded("dtstart").tzinfo)
    weeks = {one.decoded("dtstart") - asked[0].decoded("dtstart") for one in asked}
    assert {timedelta(weeks=0), timedelta(weeks=1), timedelta(weeks=6)} <= weeks
    assert timedelta(weeks=7) not in weeks, "the goal ends with the quarter"
    ends = {str(one["summary"]): one.decoded("dtstart") for one in found if one not in asked}
    assert ends["Q3 2026 ends"] == date(2026, 9, 30)
    assert len({str(one["uid"]) for one in found}) == len(found)


def test_a_check_in_takes_what_was_due_out_of_the_calendar(
    world: World, okr: UUID, clock: SimpleNamespace
) -> None:
    token = secret(world, world.sub_lead)
    before = calendar(token)
    clock.now = world.later(hours=1)
    assert calendar(token, **{"If-None-Match": before["ETag"]}).status_code == 304
    checkins.post(
        named("Support requests a month"), value=Decimal(70), by=world.sub_lead, at=world.later(hours=2)
    )
    clock.now = world.later(hours=3)
    after = calendar(token, **{"If-None-Match": before["ETag"]})
    assert len(events(after)) == len(events(before)) - 1
    assert after["Cache-Control"] == "private, no-cache"


def test_summer_time_moves_no_check_in(world: World, okr: UUID, clock: SimpleNamespace) -> None:
    Goal.objects.update(end_date=date(2026, 12, 31))
    clock.now = world.later(weeks=9)
    found = [one.decoded("dtstart") for one in events(calendar(secret(world, world.sub_lead)))]
    hours = {one.astimezone(world.sub_lead.zone).hour for one in found if hasattr(one, "hour")}
    assert hours == {9}
    assert len({one.hour for one in found if hasattr(one, "hour")}) == 2


def test_the_feed_of_a_goal_tells_its_history_newest_first(
    world: World, okr: UUID, clock: SimpleNamespace
) -> None:
    goal = named("Support requests a month")
    closing.close(goal, value=Decimal(20), by=world.sub_lead, at=world.at)
    response = Client().get(f"/feeds/{secret(world, world.member)}/goals/{goal}.atom")
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert entries(response) == [
        "Sune Bach closed Support requests a month",
        "Sune Bach checked in on Support requests a month, now 75",
        "Sune Bach wrote the key result Support requests a month",
    ]
    assert "Half way" in response.content.decode()
    assert response["Last-Modified"] == "Mon, 17 Aug 2026 07:00:00 GMT"


def test_the_feed_of_a_team_holds_only_what_its_reader_sees(
    world: World, okr: UUID, clock: SimpleNamespace
) -> None:
    for title, more in (
        ("Plain & simple", {}),
        ("Hidden", {"visibility": Visibility.CHOSEN, "viewers": (world.mate.person_id,)}),
    ):
        draft = GoalDraft(Kind.OBJECTIVE, title, level=Level.TEAM, teams=(world.design,), **more)  # type: ignore[arg-type]
        goals.create(draft, by=world.sub_lead, at=world.at)
    way = f"teams/{world.design}.atom"
    told = entries(Client().get(f"/feeds/{secret(world, world.member)}/{way}"))
    assert "Sune Bach wrote the objective Plain & simple" in told
    assert not any("Hidden" in one for one in told)
    mate = entries(Client().get(f"/feeds/{secret(world, world.mate)}/{way}"))
    assert any("Hidden" in one for one in mate)
    hidden = Goal.objects.get(title="Hidden").pk
    assert Client().get(f"/feeds/{secret(world, world.member)}/goals/{hidden}.atom").status_code == 404
    assert Client().get(f"/feeds/{secret(world, world.outsider)}/{way}").status_code == 404


def test_an_empty_feed_is_the_same_each_time(world: World, clock: SimpleNamespace) -> None:
    address = f"/feeds/{secret(world, world.member)}/teams/{world.sales}.atom"
    first = Client().get(address)
    clock.now = world.later(days=3)
    again = Client().get(address, headers={"If-None-Match": first["ETag"]})
    assert (entries(first), again.status_code) == ([], 304)


def test_a_feed_speaks_the_language_of_its_account(world: World, clock: SimpleNamespace) -> None:
    Account.objects.filter(pk=Person.objects.get(pk=world.member.person_id).account_id).update(language="da")
    found = events(calendar(secret(world, world.member), **{"Accept-Language": "en"}))
    assert any("3. kvt." in str(one["summary"]) for one in found)


def test_what_is_no_secret_revoked_or_of_somebody_who_left_is_not_found(
    world: World, clock: SimpleNamespace
) -> None:
    token = secret(world, world.member)
    plain = tokens.create(NewToken("program", writes=True), by=world.member, at=world.at)
    assert calendar(token).status_code == 200
    for wrong in ("x", plain, token[:-1], token[:-1] + ("a" if token[-1] != "a" else "b")):
        assert calendar(wrong).status_code == 404
    tokens.revoke(Token.objects.get(feed=True).pk, by=world.member, at=world.at)
    assert calendar(token).status_code == 404
    other = secret(world, world.mate)
    assert calendar(other).status_code == 200
    people.deactivate(world.mate.person_id, by=world.owner, at=world.at)  # type: ignore[arg-type]
    assert calendar(other).status_code == 404


def test_a_secret_of_a_feed_opens_no_api_and_changes_nothing(world: World, clock: SimpleNamespace) -> None:
    token = tokens.create(NewToken("calendar", writes=True, feed=True), by=world.member, at=world.at)
    assert Caller(token).get("/me").status_code == 401
    assert not Token.objects.get().writes
    assert Client().post(f"/feeds/{token}/checkins.ics").status_code == 405


def test_an_address_is_made_on_the_page_of_tokens_and_seen_once(world: World, okr: UUID, enter: In) -> None:
    browser, goal = enter(world.member), named("Support requests a month")
    assert f"/settings/tokens?goal={goal}#feeds" in browser.get(f"/goals/{goal}").content.decode()
    assert (
        f"/settings/tokens?team={world.design}#feeds"
        in browser.get(f"/teams/{world.design}").content.decode()
    )
    asked = browser.get(f"/settings/tokens?goal={goal}&team={world.design}")
    assert "For Support requests a month" in text(asked)
    made = browser.post(f"/settings/tokens/feeds?goal={goal}&team={world.design}", {"feed": "My phone"})
    assert (made.status_code, made["Cache-Control"]) == (201, "no-store")
    addresses = ADDRESS.findall(made.content.decode())
    assert [one.rsplit("/", 2)[-1] for one in addresses] == [
        f"{goal}.atom", f"{world.design}.atom", "checkins.ics"
    ]  # fmt: skip
    for one in addresses:
        assert Client().get(one.removeprefix("http://testserver")).status_code == 200
    again = browser.get("/settings/tokens")
    assert "My phone" in text(again)
    assert not ADDRESS.search(again.content.decode())
    assert browser.post(f"/settings/tokens/{Token.objects.get().pk}/removal").status_code == 303
    assert Client().get(addresses[0].removeprefix("http://testserver")).status_code == 404


def test_nobody_is_told_of_a_goal_they_do_not_see(world: World, okr: UUID, enter: In) -> None:
    draft = GoalDraft(
        Kind.OBJECTIVE, "Hidden", level=Level.TEAM, teams=(world.design,), visibility=Visibility.CHOSEN
    )
    hidden = goals.create(draft, by=world.sub_lead, at=world.at)
    assert enter(world.stranger).get(f"/settings/tokens?goal={hidden}").status_code == 404
