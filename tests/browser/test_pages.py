"""Every page in both languages, light and dark, narrow and wide: no axe violation, nothing off the side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("browser")
SIZES = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
STEPS = ("", "/edit", "/close", "/align", "/checkin", "/postpone", "/copy", "/history")
FIXED = [
    "/",
    "/goals",
    "/checkin",
    "/goals/new",
    "/goals/new?as=sentence",
    "/kpis",
    "/kpis/new",
    "/settings",
    "/settings/workspace",
    "/settings/people",
    "/settings/teams",
    "/settings/periods",
    "/settings/imports",
    "/settings/exports",
    "/changes",
    "/nowhere",
]


def findings(page: Page) -> list[str]:
    found: dict[str, Any] = Axe().run(page).response
    return [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"][:3]]


def overflow(page: Page) -> int:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return int(wide)


def addresses(page: Page, base: str) -> list[str]:
    """The fixed pages, and one of each kind of goal, team, person and KPI that the demo has."""
    found = list(FIXED)
    page.goto(f"{base}/goals")
    goals = page.eval_on_selector_all(".tree a.row__title", "all => all.map(one => one.getAttribute('href'))")
    found += [goals[0], goals[1], goals[4]]
    page.goto(f"{base}/")
    mine = leads_to(page, ".okr__head a[href^='/goals/']")
    found += [f"{mine}{step}" for step in STEPS]
    found.append(leads_to(page, ".nav a[href^='/teams/']"))
    found.append(leads_to(page, "a[href^='/people/']"))
    page.goto(f"{base}/kpis")
    found.append(leads_to(page, "main a[href^='/kpis/']:not([href='/kpis/new'])"))
    then = date.today() - timedelta(days=20)  # noqa: DTZ011 - a day is all that is asked for
    return [*found, f"/?as_of={then}", "/goals", mine, "/goals?as_of="]


def leads_to(page: Page, selector: str) -> str:
    address = page.locator(selector).first.get_attribute("href")
    assert address, f"no link: {selector}"
    return address


@pytest.mark.parametrize(("language", "size"), list(product(("en", "da"), SIZES)))
def test_every_page_is_open_to_everybody(
    serve: Callable[..., Any], visit: Callable[..., Page], language: str, size: tuple[int, str]
) -> None:
    server = serve(language)
    width, scheme = size
    page = visit(server, width=width, scheme=scheme)
    wrong: list[str] = []
    for address in addresses(page, server.url):
        answer = page.goto(f"{server.url}{address}")
        assert answer is not None
        assert answer.status == (404 if address == "/nowhere" else 200), f"{address}: {answer.status}"
        assert page.locator("html").get_attribute("lang") == language
        wrong += [f"{address}: {one}" for one in findings(page)]
        if (wide := overflow(page)) > 0:
            wrong.append(f"{address}: {wide} px off the side")
    assert not wrong, "\n".join(wrong)
    assert not page.troubles  # type: ignore[attr-defined]


@pytest.mark.parametrize("address", ["/start", "/signin"])
def test_the_first_pages_are_open_to_everybody(
    serve: Callable[..., Any], visit: Callable[..., Page], address: str
) -> None:
    server = serve("" if address == "/start" else "da")
    page = visit(server, address, signed_in=False, width=390)
    assert page.url == f"{server.url}{address}"
    assert not findings(page)
    assert overflow(page) <= 0


def test_an_empty_workspace_leads_to_its_first_goal(
    serve: Callable[..., Any], visit: Callable[..., Page]
) -> None:
    server = serve("")
    page = visit(server, "/start", signed_in=False)
    typed = {
        "name": "Havnefogeden",
        "owner": "Karen Holm",
        "email": "karen@havn.example",
        "password": "en stille havn ved dag",
    }
    for name, value in typed.items():
        page.locator(f"[name={name}]").fill(value)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{server.url}/")
    assert page.locator("main a[href='/goals/new']").count() > 0
    for address in ("/", "/goals", "/checkin", "/kpis", "/settings/people"):
        page.goto(f"{server.url}{address}")
        assert not findings(page), address
