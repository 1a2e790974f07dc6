"""Looking back in the browser: any day's pages, an unmistakable banner, and nothing to write."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from okrs import In, enter, named, okr, text
from pejl.models import Checkin
from pejl.services import checkins, goals, kpis
from world import World

__all__ = ["enter", "okr"]


@pytest.fixture
def changed(world: World, okr: UUID) -> UUID:
    """The OKR of twenty days ago, renamed and checked in on ten days later."""
    by = world.sub_lead
    goals.edit(okr, changes={"title": "Launch version 3"}, by=by, at=world.later(days=-10))
    result = named("Support requests a month")
    checkins.post(result, value=Decimal(48), confidence=9, note="Nearly", by=by, at=world.later(days=-10))
    return okr


def test_every_page_that_is_read_shows_the_day_that_was_asked_for(
    world: World, changed: UUID, enter: In
) -> None:
    kpi = kpis.create(name="Uptime", by=world.owner, at=world.later(days=-30))
    browser = enter(world.sub_lead)
    for address in (
        "/goals",
        f"/goals/{changed}",
        f"/teams/{world.design}",
        f"/people/{world.sub_lead.person_id}",
    ):
        assert "Launch version 3" in text(browser.get(address))
        then = text(browser.get(f"{address}?as_of=2026-08-05"))
        assert "Launch version 2.0" in then
        assert "Launch version 3" not in then
        assert "Wednesday 5 August 2026. This is what was known at the end of that day." in then
        browser.get("/?as_of=")
    for address in ("/", "/kpis", f"/kpis/{kpi}"):
        assert "Back to today" in text(browser.get(f"{address}?as_of=2026-08-05"))


def test_the_day_is_kept_until_one_comes_back(world: World, changed: UUID, enter: In) -> None:
    browser = enter(world.sub_lead)
    browser.get("/?as_of=2026-08-05")
    assert "Launch version 2.0" in text(browser.get(f"/goals/{changed}"))
    assert "Launch version 3" in text(browser.get(f"/goals/{changed}?as_of="))
    assert "Back to today" not in text(browser.get(f"/goals/{changed}"))


@pytest.mark.parametrize(
    "asked", ["2026-08-17", "2027-01-01", "yesterday", "2026-13-40", "9999-12-31", "\x00"]
)
def test_today_later_and_what_is_no_date_are_now(world: World, changed: UUID, enter: In, asked: str) -> None:
    browser = enter(world.sub_lead)
    browser.get("/?as_of=2026-08-05")
    assert "Launch version 3" in text(browser.get(f"/goals/{changed}", {"as_of": asked}))


def test_an_exact_moment_can_be_asked_for(world: World, changed: UUID, enter: In) -> None:
    browser = enter(world.sub_lead)
    before = (world.later(days=-10, seconds=-1)).isoformat()
    assert "Launch version 2.0" in text(browser.get(f"/goals/{changed}", {"as_of": before}))
    after = (world.later(days=-10)).isoformat()
    assert "Launch version 3" in text(browser.get(f"/goals/{changed}", {"as_of": after}))


def test_nothing_can_be_written_while_looking_back_and_nothing_typed_is_lost(
    world: World, changed: UUID, enter: In
) -> None:
    browser = enter(world.sub_lead)
    page = browser.get(f"/goals/{changed}?as_of=2026-08-05").content.decode()
    for link in ("/settings", "/edit", "/close", "/checkin", "/align", "/comments", "/goals/new"):
        assert f'{link}"' not in page, link
    result, before = named("Support requests a month"), Checkin.objects.count()
    answer = browser.post(f"/goals/{result}/comments", {"text": "Well <done>", "key": "1"})
    assert answer.status_code == 409
    assert 'name="text" value="Well &lt;done&gt;"' in answer.content.decode()
    assert Checkin.objects.count() == before
    assert browser.get(f"/goals/{changed}/edit").status_code == 409
    assert (
        browser.post(f"/goals/{result}/comments?as_of=", {"text": "Well done", "key": "2"}).status_code == 303
    )
    assert "Well done" in text(browser.get(f"/goals/{result}"))


def test_an_outsider_finds_nothing_in_the_past_either(world: World, changed: UUID, enter: In) -> None:
    assert enter(world.outsider).get(f"/goals/{changed}?as_of=2026-08-05").status_code == 404


def test_a_day_before_the_beginning_is_empty_and_calm(world: World, changed: UUID, enter: In) -> None:
    browser = enter(world.sub_lead)
    assert browser.get("/?as_of=2001-01-01").status_code == 200
    assert browser.get("/goals").status_code == 200
    assert browser.get(f"/goals/{changed}").status_code == 404
