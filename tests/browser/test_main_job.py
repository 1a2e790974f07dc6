"""The main job with the keyboard alone: write, align, check in, see it roll up, close, reopen, postpone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.xdist_group("browser")

TEXTS: dict[str, dict[str, Any]] = {
    "en": {
        "company": "Be easy to do business with",
        "objective": "Launch a version that customers can use alone",
        "sentence": "I will launch a version that customers can use alone as measured by fewer support "
        "requests from 120 to 30 and longer visits from 2:37 to 3:45 through a click study.",
        "key_results": ["fewer support requests", "longer visits"],
        "initiative": "a click study",
        "values": ["97.5", "3:11", "75"],
        "percents": ["13%", "38%", "50%"],
        "organisation": "Organisation",
        "grade": "0.5",
        "closed": "Closed",
        "postponed": "Postponed",
        "reason": "Checkout came first",
        "learned": "Ask five people first",
    },
    "da": {
        "company": "Vær let at handle med",
        "objective": "Få kunderne til at klare sig selv",
        "sentence": "Jeg vil få kunderne til at klare sig selv ud fra færre henvendelser fra 120 til 30 og "
        "længere besøg fra 2:37 til 3:45 via et klikstudie.",
        "key_results": ["færre henvendelser", "længere besøg"],
        "initiative": "et klikstudie",
        "values": ["97,5", "3:11", "75"],
        "percents": ["13\u00a0%", "38\u00a0%", "50\u00a0%"],
        "organisation": "Organisation",
        "grade": "0,5",
        "closed": "Lukket",
        "postponed": "Udskudt",
        "reason": "Betalingen kom først",
        "learned": "Spørg fem personer først",
    },
}


class Keyboard:
    """A person without a mouse: goes on with Tab until they are where they want to be, and types."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, selector: str, *, most: int = 160) -> None:
        for _ in range(most):
            if self.page.evaluate("one => document.activeElement?.matches(one) ?? false", selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never comes to {selector}")

    def write(self, selector: str, text: str) -> None:
        self.to(selector)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def choose(self, selector: str, label: str, *, most: int = 120) -> None:
        """A choice of a list, with the arrows."""
        self.to(selector)
        chosen = "document.activeElement.selectedOptions[0].textContent.trim()"
        for _ in range(most):
            if self.page.evaluate(chosen).startswith(label):
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{selector} has no {label}")

    def pick(self, selector: str) -> None:
        """One of several, with the arrows."""
        name = selector.split("[value=", maxsplit=1)[0]
        self.to(name)
        for _ in range(8):
            if self.page.evaluate("one => document.activeElement.matches(one)", selector):
                self.page.keyboard.press("Space")
                return
            self.page.keyboard.press("ArrowRight")
        raise AssertionError(f"the arrows never come to {selector}")

    def date(self, selector: str, day: date) -> None:
        """A date field takes its parts in the order of the browser's own language."""
        for form in ("%m%d%Y", "%d%m%Y"):
            self.to(selector)
            self.page.keyboard.type(day.strftime(form))
            if self.page.evaluate("document.activeElement.value") == day.isoformat():
                return
            self.page.evaluate("document.activeElement.blur()")
        raise AssertionError(f"{selector} does not take {day}")

    def send(self) -> None:
        with self.page.expect_navigation():
            self.page.keyboard.press("Control+Enter")

    def press(self, selector: str, key: str = "Enter") -> None:
        self.to(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press(key)


def shown(page: Page, address: str, title: str) -> str:
    """The figure that the organisation's or the team's tree shows for a goal."""
    page.goto(address)
    node = page.locator(
        ".node", has=page.locator("a.row__title", has_text=re.compile(f"^{re.escape(title)}$"))
    ).first
    return node.locator(".node__now").inner_text().strip()


@pytest.mark.parametrize("language", ["en", "da"])
def test_the_main_job_is_done_with_the_keyboard_alone(  # noqa: PLR0915 - one story
    serve: Callable[..., Any], visit: Callable[..., Page], language: str
) -> None:
    words = TEXTS[language]
    server = serve(language)
    page = visit(server)
    keys = Keyboard(page)
    today = datetime.now(ZoneInfo("Europe/Copenhagen")).date()

    # The company's goal, written at the organisation's level.
    page.keyboard.press("n")
    page.wait_for_url("**/goals/new")
    keys.write("[name=title]", words["company"])
    keys.pick("[name=level][value=organisation]")
    keys.send()

    # The team's OKR, aligned under it.
    page.keyboard.press("n")
    page.wait_for_url("**/goals/new")
    keys.write("[name=title]", words["objective"])
    keys.choose("[name=parents]", words["company"])
    for place, (title, start, target, unit) in enumerate(
        [(words["key_results"][0], "120", "30", ""), (words["key_results"][1], "2:37", "3:45", "m:ss")]
    ):
        row = f"key_results.{place}"
        keys.write(f"[name='{row}.title']", title)
        keys.write(f"[name='{row}.start']", start)
        keys.write(f"[name='{row}.target']", target)
        if unit:
            keys.write(f"[name='{row}.unit']", unit)
    keys.write("[name='initiatives.0.title']", words["initiative"])
    expect(page.locator("#sentence")).to_have_text(words["sentence"])
    keys.send()
    objective = page.url
    assert page.locator("h1").inner_text() == words["objective"]
    assert page.locator(".upline").inner_text().count(words["company"]) == 1
    team = page.locator(".nav a[href^='/teams/']").first.get_attribute("href")

    # Three check-ins, over three days; after each the goal, the team and the company show the same figure.
    lines = [0, 1, 0]
    for number, (line, value, percent) in enumerate(
        zip(lines, words["values"], words["percents"], strict=True)
    ):
        page.goto(objective)
        page.keyboard.press("c")
        page.wait_for_url("**/checkin")
        page.wait_for_load_state()
        row = page.locator("fieldset", has=page.locator("legend", has_text=words["key_results"][line]))
        name = row.locator("[name$='.value']").get_attribute("name") or ""
        keys.write(f"[name='{name}']", value)
        keys.to(f"[name='{name.replace('.value', '.confidence')}']")
        page.keyboard.press("8")
        keys.date("[name=on]", today - timedelta(days=2 - number))
        keys.send()
        assert page.url == objective, page.locator("main").inner_text()
        assert shown(page, f"{server.url}/goals", words["objective"]) == percent
        assert shown(page, f"{server.url}/goals", words["company"]) == percent
        assert shown(page, f"{server.url}{team}", words["objective"]) == percent

    # Closed with its score, reopened, and carried on in another period.
    page.goto(f"{objective}/close")
    keys.write("[name=learned]", words["learned"])
    keys.press("main form .btn--primary")
    assert page.url == objective
    body = page.locator("main").inner_text()
    assert words["closed"] in body
    assert words["grade"] in body
    assert words["learned"] in body
    keys.to(".ohead details.menu-of > summary")
    page.keyboard.press("Enter")
    keys.press("form[action$='/reopen'] button")
    assert words["closed"] not in page.locator("#facts").inner_text()

    page.goto(f"{objective}/postpone")
    keys.write("[name=reason]", words["reason"])
    keys.press("main form .btn--primary")
    assert page.url != objective, "postponing leads to the clone"
    assert page.locator("h1").inner_text() == words["objective"]
    page.goto(objective)
    assert words["postponed"] in page.locator("main").inner_text()
    # What was postponed no longer counts: the company's goal has nothing left to go by.
    assert shown(page, f"{server.url}/goals", words["company"]) == "–"
    assert not page.troubles  # type: ignore[attr-defined]
    done = server.pejl("doctor")
    assert done.returncode == 0, done.stdout
