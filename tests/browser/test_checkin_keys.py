"""The weekly check-in with the keyboard alone: six key results, the presses counted; and ways to leave it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.xdist_group("browser")

VALUES = ("1", "2", "3", "4", "5", "6")
SURE = ("0", "10", "1", "5", "9", "7")
SHARE = """async rows => {
    const typed = new FormData(document.querySelector("form.write"));
    Object.entries(rows).forEach(([name, text]) => typed.set(name, text));
    return (await fetch("/goals/new", { method: "POST", body: typed })).url;
}"""
NOTE = "Wednesday works better"


class Counted:
    """A keyboard that counts what is pressed beside the words and figures that are typed."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def press(self, key: str) -> None:
        self.presses += 1
        self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)


def six_key_results(page: Page, base: str, title: str) -> str:
    """An objective of one's own with six key results from 0 to 10; gives its address."""
    page.goto(f"{base}/goals/new")
    rows = {"title": title}
    for number in range(6):
        rows |= {
            f"key_results.{number}.title": f"{title}, {number + 1}",
            f"key_results.{number}.start": "0",
            f"key_results.{number}.target": "10",
        }
    return str(page.evaluate(SHARE, rows))


def lines(page: Page) -> Any:
    return page.locator("[data-checkin]")


def test_six_key_results_are_checked_in_on_with_thirteen_presses(
    serve: Callable[..., Any], visit: Callable[..., Page]
) -> None:
    server = serve("en")
    page = visit(server)
    objective = six_key_results(page, server.url, "Teach what we know")
    page.goto(objective)
    page.keyboard.press("c")
    page.wait_for_url("**/checkin")
    expect(lines(page)).to_have_count(6)
    expect(page.locator("#updated b")).to_have_text("0")
    expect(lines(page).first.locator("[name$='.value']")).to_be_focused()

    keys = Counted(page)
    for number, (value, sure) in enumerate(zip(VALUES, SURE, strict=True)):
        keys.write(value)
        keys.press("Tab")
        keys.write(sure)
        if number == 2:  # the third has something to say
            keys.press("Tab")
            keys.write(NOTE)
        if number < len(VALUES) - 1:
            keys.press("Enter")
    chosen = page.eval_on_selector_all(".pips input:checked", "all => all.map(one => one.value)")
    assert tuple(chosen) == SURE
    expect(page.locator("#updated")).to_have_text(re.compile(r"^6\D+6\D+$"))
    expect(page.locator(".ci__tick .icon")).to_have_count(6)
    with page.expect_navigation():
        keys.press("Control+Enter")
    assert page.url == objective
    assert keys.presses <= 13  # two a line, one for the note

    page.goto(f"{objective}/checkin")
    stands = page.eval_on_selector_all(".pips input:checked", "all => all.map(one => one.value)")
    was = page.eval_on_selector_all("[name$='.value']", "all => all.map(one => one.placeholder)")
    assert (tuple(stands), tuple(was)) == (SURE, VALUES)
    assert not page.troubles  # type: ignore[attr-defined]


def test_enter_walks_to_the_button_and_never_sends_half_a_check_in(
    serve: Callable[..., Any], visit: Callable[..., Page]
) -> None:
    server = serve("en")
    page = visit(server)
    objective = six_key_results(page, server.url, "Walk before running")
    page.goto(f"{objective}/checkin")
    page.locator("[name=on]").focus()
    for number in range(6):
        page.keyboard.press("Enter")
        expect(lines(page).nth(number).locator("[name$='.value']")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".cifoot button")).to_be_focused()
    assert page.url == f"{objective}/checkin"


def test_a_pip_is_chosen_by_mouse_and_taken_back_by_key(
    serve: Callable[..., Any], visit: Callable[..., Page]
) -> None:
    server = serve("en")
    page = visit(server)
    page.goto(f"{six_key_results(page, server.url, 'Choose nothing at all')}/checkin")
    first = lines(page).first
    first.get_by_role("radio", name="0 of 10", exact=True).click()
    expect(page.locator("#updated b")).to_have_text("1")
    page.keyboard.press("Backspace")
    expect(first.get_by_role("radio", name="No answer")).to_be_checked()
    expect(page.locator("#updated b")).to_have_text("0")


def test_escape_leaves_at_once_where_nothing_is_typed_and_asks_where_something_is(
    serve: Callable[..., Any], visit: Callable[..., Page]
) -> None:
    server = serve("en")
    page = visit(server)
    objective = six_key_results(page, server.url, "Leave in good order")
    page.goto(f"{objective}/checkin")
    page.keyboard.press("Escape")
    page.wait_for_url(objective)

    page.goto(f"{objective}/checkin")
    value = lines(page).first.locator("[name$='.value']")
    expect(value).to_be_focused()
    page.keyboard.type("4")
    question = page.get_by_role("dialog", name="Leave without sending?")
    page.keyboard.press("Escape")
    expect(question).to_be_visible()
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    expect(value).to_have_value("4")
    expect(value).to_be_focused()
    page.locator("[data-leave]").click()
    expect(question).to_be_visible()
    page.get_by_role("link", name="Leave without sending").click()
    page.wait_for_url(objective)
    assert not page.troubles  # type: ignore[attr-defined]


def test_without_scripts_zero_is_chosen_and_sent_with_the_mouse(
    serve: Callable[..., Any], visit: Callable[..., Page], browser: Browser
) -> None:
    server = serve("en")
    page = visit(server)
    objective = six_key_results(page, server.url, "Work without scripts")
    context = browser.new_context(
        java_script_enabled=False, locale="en-GB", storage_state=page.context.storage_state()
    )
    plain = context.new_page()
    plain.goto(f"{objective}/checkin")
    expect(plain.locator(".cihead .keyhint")).to_be_hidden()
    name = lines(plain).nth(1).locator("[name$='.value']").get_attribute("id")
    lines(plain).nth(1).locator(".pips__zero").click()
    plain.locator(".cifoot button").click()
    plain.wait_for_url(objective)
    plain.goto(f"{objective}/checkin")
    line = lines(plain).filter(has=plain.locator(f"[id='{name}']"))
    expect(line.get_by_role("radio", name="0 of 10", exact=True)).to_be_checked()
    expect(plain.get_by_role("radio", name="No answer").and_(plain.locator(":checked"))).to_have_count(5)
    context.close()
