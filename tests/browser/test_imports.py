"""Bringing a table in without a mouse: chosen, its columns changed and kept, applied, and told on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.xdist_group("browser")

TABLE = "Mål;Hvem;Farve\nWin the north by keyboard;Bo Lind;red\n".encode()
# What the buttons of a form say just after it is sent, for the page that comes then.
NOTED = """() => document.addEventListener("submit", () => setTimeout(() => {
  const said = [...document.querySelectorAll("form[data-sent] button:not(.vh)")];
  sessionStorage.setItem("noted", said.map((one) => `${one.textContent} ${one.disabled}`).join());
}, 20))"""


def noted(page: Page) -> str:
    return str(page.evaluate("sessionStorage.getItem('noted')"))


def send(page: Page, table: bytes = TABLE) -> None:
    page.set_input_files("[name='file']", {"name": "plan.csv", "mimeType": "text/csv", "buffer": table})
    page.get_by_role("button", name="Look it through").focus()
    page.evaluate(NOTED)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="How each column was read")).to_be_visible()


def test_a_table_is_brought_in_with_the_keyboard(
    visit: Callable[..., Page], serve: Callable[[str], Any]
) -> None:
    page = visit(serve("en"), "/settings/imports")
    send(page)
    assert noted(page) == "Reading… true"
    violations = Axe().run(page).response["violations"]
    assert [one["id"] for one in violations] == []

    page.get_by_label("Hvem").focus()
    page.keyboard.type("Owner")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Farve")).to_be_focused()
    page.keyboard.type("Status")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Look through again")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("The plan")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("The columns are kept as “The plan”.")
    expect(page.get_by_label("Hvem")).to_have_value("owner")
    expect(page.get_by_label("Farve")).to_have_value("status")

    page.get_by_role("button", name="Apply").focus()
    page.evaluate(NOTED)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("The file is imported.")
    assert noted(page) == "Applying… true"
    assert page.troubles == []  # type: ignore[attr-defined]


def test_a_file_that_is_too_large_is_told_before_it_is_sent(
    visit: Callable[..., Page], serve: Callable[[str], Any]
) -> None:
    page = visit(serve("en"), "/settings/imports")
    page.evaluate("document.querySelector('[data-most]').dataset.most = '10'")
    page.set_input_files("[name='file']", {"name": "plan.csv", "mimeType": "text/csv", "buffer": TABLE})
    told = "document.querySelector('[name=file]').validationMessage"
    assert page.evaluate(told) == "This file is larger than 200 MB. Choose a smaller one."
    page.set_input_files("[name='file']", {"name": "a.csv", "mimeType": "text/csv", "buffer": b"Title\n"})
    assert page.evaluate(told) == ""
