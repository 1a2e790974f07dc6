"""Every page in both languages, light and dark, narrow and wide: no axe violation, nothing off the side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

WIDE, NARROW = 1440, 390
CONTRAST = "color-contrast"
# Colours that fade into another scheme are at their end after the frame in which they set out.
SETTLED = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    await frame(); await frame();
    document.getAnimations().forEach(one => one.finish());
    await frame();
}"""
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
    "/forecasts",
    "/nowhere",
]


def findings(page: Page, *, scheme: str = "light", contrast: bool = True) -> list[str]:
    """What axe finds: in the dark by contrast alone."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options: dict[str, Any] = {"resultTypes": ["violations"], "rules": {CONTRAST: {"enabled": contrast}}}
    if scheme == "dark":
        options = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": [CONTRAST]}}
    found: list[dict[str, Any]] = page.evaluate(
        "options => axe.run(document, options).then(found => found.violations)", options
    )
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"][:3]]


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
    return [*found, f"/?as_of={then}", "/goals", mine]


def leads_to(page: Page, selector: str) -> str:
    address = page.locator(selector).first.get_attribute("href")
    assert address, f"no link: {selector}"
    return address


@pytest.mark.parametrize(
    "language", [pytest.param(one, marks=pytest.mark.xdist_group(f"pages-{one}")) for one in ("en", "da")]
)
def test_every_page_is_open_to_everybody(
    serve: Callable[..., Any], visit: Callable[..., Page], language: str
) -> None:
    server = serve(language)
    page = visit(server)
    wrong: list[str] = []
    for address in addresses(page, server.url):
        answer = page.goto(f"{server.url}{address}")
        assert answer is not None
        assert answer.status == (404 if address == "/nowhere" else 200), f"{address}: {answer.status}"
        assert page.locator("html").get_attribute("lang") == language
        wrong += [f"{address}: {one}" for one in _as_it_is_read(page, colours=language == "en")]
        if address == "/" and language == "en":  # the frame that only wide pages have
            wrong += [f"{WIDE} dark: {one}" for one in _in_the_dark(page)]
    page.goto(f"{server.url}/?as_of=")  # back to today
    assert not wrong, "\n".join(wrong)
    assert not page.troubles  # type: ignore[attr-defined]


def _as_it_is_read(page: Page, *, colours: bool) -> list[str]:
    """What is wrong with the page wide and narrow, light and dark. Only contrast knows the scheme, and hardly
    the width: light is asked for it wide and dark narrow. `colours` asks for it at all, for they are the same
    in every language. Leaves the page wide and light, as the next one is to load."""
    wrong: list[str] = []
    for width, contrast in ((WIDE, colours), (NARROW, False)):
        page.set_viewport_size({"width": width, "height": 1000})
        wrong += [f"{width}: {one}" for one in findings(page, contrast=contrast)]
        if (wide := overflow(page)) > 0:
            wrong.append(f"{width}: {wide} px off the side")
    if colours:
        wrong += [f"{NARROW} dark: {one}" for one in _in_the_dark(page)]
    page.set_viewport_size({"width": WIDE, "height": 1000})
    return wrong


def _in_the_dark(page: Page) -> list[str]:
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.evaluate(SETTLED)
    found = findings(page, scheme="dark")
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    return found


@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("address", ["/start", "/signin"])
def test_the_first_pages_are_open_to_everybody(
    serve: Callable[..., Any], visit: Callable[..., Page], address: str
) -> None:
    server = serve("" if address == "/start" else "da")
    page = visit(server, address, signed_in=False, width=390)
    assert page.url == f"{server.url}{address}"
    assert not findings(page)
    assert overflow(page) <= 0


@pytest.mark.xdist_group("browser")
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
