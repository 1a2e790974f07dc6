"""Calling somebody while writing a comment: the keyboard, the pointer, and what a screen reader is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.xdist_group("browser")

GOAL = "Launch version 2.0 that customers can use without asking for help"


def opened(visit: Callable[..., Page], serve: Callable[[str], Any], **window: int) -> Page:
    page = visit(serve("en"), "/goals", **window)
    page.get_by_role("link", name=GOAL).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(GOAL)
    return page


def test_a_person_is_called_with_the_keyboard(
    visit: Callable[..., Page], serve: Callable[[str], Any]
) -> None:
    page = opened(visit, serve)
    page.locator("#comment").focus()
    page.keyboard.type("Is it done, @ma")
    field, people = page.locator("#comment"), page.get_by_role("listbox")
    expect(people).to_be_visible()
    expect(field).to_have_attribute("role", "combobox")
    expect(field).to_have_attribute("aria-expanded", "true")
    first = people.get_by_role("option").first
    expect(first).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", first.get_attribute("id") or "none")

    page.keyboard.press("Escape")
    expect(people).to_have_count(0)
    assert field.get_attribute("role") is None
    expect(field).to_have_value("Is it done, @ma")

    page.keyboard.press("Control+a")
    page.keyboard.type("@")
    expect(people.get_by_role("option").nth(1)).to_be_visible()
    second = people.get_by_role("option").nth(1).get_attribute("data-name")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(field).to_have_value(f"@{second} ")
    expect(people).to_have_count(0)
    page.keyboard.type("can you look?")
    page.wait_for_timeout(400)
    expect(people).to_have_count(0)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#timeline")).to_contain_text(f"@{second} can you look?")
    assert page.troubles == []  # type: ignore[attr-defined]


def test_a_person_is_called_with_the_pointer_in_the_middle_of_a_text(
    visit: Callable[..., Page], serve: Callable[[str], Any]
) -> None:
    page = opened(visit, serve, width=390)
    field = page.locator("#comment")
    field.fill("Ask  about it")
    field.evaluate("one => one.setSelectionRange(4, 4)")
    field.press_sequentially("@fre")
    option = page.get_by_role("option", name="Freja Dahl")
    expect(option).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    option.click()
    expect(field).to_have_value("Ask @Freja Dahl about it")
    expect(field).to_be_focused()
    expect(page.get_by_role("listbox")).to_have_count(0)


def test_an_address_is_nobodys_name(visit: Callable[..., Page], serve: Callable[[str], Any]) -> None:
    page = opened(visit, serve)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/mentions?" in request.url else None)
    page.locator("#comment").press_sequentially("Write to help@fre")
    page.wait_for_timeout(400)
    assert asked == []
    expect(page.get_by_role("listbox")).to_have_count(0)
