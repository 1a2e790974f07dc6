"""Bringing a file in through the pages: looked through, applied or given up, and who may."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import translation

from adapters import vivafiles
from importing import PAGE, looked_through, preview_of, send, text
from okrs import In, enter
from pejl.adapters.formats import (
    cells,
    layouts_facts,
    layouts_goals,
    viva_explorer,
    viva_explorer_facts,
    viva_explorer_goals,
    viva_zip,
    viva_zip_goals,
    viva_zip_rows,
)
from pejl.models import Checkin, Goal, Import
from pejl.services import (
    transfers,
    transfers_comparing,
    transfers_goals,
    transfers_landing,
    transfers_links,
)
from pejl.web import importpages
from world import World

__all__ = ["enter"]


def figures(page: str, part: str) -> list[str]:
    """The row of one part of the file: read, new, here already, left out, failed."""
    row = re.search(rf'<th scope="row">{part}</th>(.*?)</tr>', page)
    assert row, part
    return re.findall(r">(\d+)</td>", row.group(1))


def made(page: str) -> dict[str, str]:
    """What the page counts, by what it is."""
    counts = re.search(r'<ul class="settings__counts import__made">.*?</ul>', page)
    assert counts
    return {what: number for number, what in re.findall(r">(\d+)</b> ([^<]+)</li>", counts.group())}


def lying(url: str) -> bool:
    return transfers.kept(UUID(url.rsplit("/", 1)[-1])).exists()


# ------------------------------------------------------------------------------------------- who may


@pytest.mark.parametrize(
    ("who", "status"), [("owner", 200), ("admin", 200), ("lead", 403), ("member", 403), ("observer", 403)]
)
def test_only_admins_see_the_imports(world: World, enter: In, who: str, status: int) -> None:
    url = looked_through(enter(world.admin))
    browser = enter(getattr(world, who))
    for page in (PAGE, url, f"{url}/receipt.json"):
        assert browser.get(page).status_code == status, page


def test_a_member_and_somebody_from_next_door_change_nothing(world: World, enter: In) -> None:
    url = looked_through(enter(world.admin))
    for who, refused in ((world.member, 403), (world.outsider, 404)):
        browser = enter(who)
        assert browser.post(f"{url}/application").status_code == refused
        assert browser.post(f"{url}/removal").status_code == refused
    assert send(enter(world.member), vivafiles.packed(vivafiles.whole())).status_code == 403
    assert (Import.objects.count(), Goal.objects.count()) == (1, 0)
    assert lying(url)


def test_an_import_is_not_known_next_door(world: World, enter: In) -> None:
    url = looked_through(enter(world.admin))
    browser = enter(world.outsider)
    assert "viva.zip" not in text(browser, PAGE)
    assert browser.get(url).status_code == 404
    assert browser.get(f"{url}/receipt.json").status_code == 404


def test_a_passer_by_signs_in_first(world: World) -> None:
    assert Client().get(PAGE).headers["Location"].startswith("/signin?next=")


# ----------------------------------------------------------------------------------- preview and apply


def test_a_file_is_looked_through_before_anything_changes(world: World, enter: In) -> None:
    browser = enter(world.admin)
    page = text(browser, looked_through(browser))
    assert Goal.objects.count() == 0
    assert "What will be made" in page
    # the sales team is here already; the goal kept by hand gets a check-in that carries its figure
    assert made(page) == {
        "goals": "4", "check-ins": "5", "alignments": "3", "people": "2", "team": "1", "period": "1",
        "comment": "1", "tasks": "2",
    }  # fmt: skip
    assert figures(page, "Goals") == ["4", "4", "0", "0", "0"]
    assert figures(page, "Check-ins") == ["2", "2", "0", "0", "0"]


def test_applying_does_what_the_preview_says_and_the_page_is_the_receipt(world: World, enter: In) -> None:
    browser = enter(world.admin)
    url = looked_through(browser)
    before = made(text(browser, url))
    assert browser.post(f"{url}/application").headers["Location"] == url
    page = text(browser, url)
    assert "Applied on 17 Aug 2026 at 09:00." in page
    assert made(page) == before
    assert f'action="{url}/application"' not in page
    assert f'action="{url}/removal"' not in page
    assert Goal.objects.filter(title="Win the north").count() == 1
    assert (Goal.objects.count(), Checkin.objects.count()) == (4, 5)
    assert not lying(url)


def test_applying_twice_is_harmless(world: World, enter: In) -> None:
    browser = enter(world.admin)
    url = looked_through(browser)
    assert [browser.post(f"{url}/application").status_code for _ in "ab"] == [303, 303]
    assert Goal.objects.count() == 4


def test_the_same_file_again_meets_what_is_there(world: World, enter: In) -> None:
    browser = enter(world.admin)
    browser.post(f"{looked_through(browser)}/application")
    again = looked_through(browser)
    page = text(browser, again)
    assert "Nothing: what is in this file is here already" in page
    assert figures(page, "Goals") == ["4", "0", "4", "0", "0"]
    browser.post(f"{again}/application")
    assert (Goal.objects.count(), Checkin.objects.count()) == (4, 5)


def test_what_is_here_and_is_said_anew_stands_under_what_is_changed(world: World, enter: In) -> None:
    browser, arrays = enter(world.admin), vivafiles.whole()
    url = looked_through(browser, arrays)
    assert "What will be changed" not in text(browser, url)
    browser.post(f"{url}/application")
    arrays["objectives"][0]["Title"] = "Win the whole north"
    url = looked_through(browser, arrays)
    changed = re.search(r"What will be changed</h2>.*?</section>", text(browser, url))
    assert changed
    assert re.findall(r">(\d+)</b> ([^<]+)</li>", changed.group()) == [("1", "goal")]
    browser.post(f"{url}/application")
    assert "What was changed" in text(browser, url)


def test_a_file_without_rows_says_so(world: World, enter: In) -> None:
    browser = enter(world.admin)
    page = text(browser, preview_of(browser, b"Id,Title,Object Type,Status,Checkins\n"))
    assert "Nothing: there are no rows in this file." in page


def test_giving_up_forgets_the_file(world: World, enter: In) -> None:
    browser = enter(world.admin)
    url = looked_through(browser)
    assert browser.post(f"{url}/removal").headers["Location"] == PAGE
    assert "Nothing was imported from it." in text(browser, PAGE)
    assert browser.get(url).status_code == 404
    assert not lying(url)


def test_what_is_applied_cannot_be_given_up(world: World, enter: In) -> None:
    browser = enter(world.admin)
    url = looked_through(browser)
    browser.post(f"{url}/application")
    answer = browser.post(f"{url}/removal")
    assert answer.status_code == 409
    assert "This import is applied already, so it stays." in answer.content.decode()
    assert Import.objects.count() == 1


def test_a_file_that_is_gone_is_told_calmly(world: World, enter: In) -> None:
    browser = enter(world.admin)
    url = looked_through(browser)
    transfers.kept(UUID(url.rsplit("/", 1)[-1])).unlink()
    answer = browser.post(f"{url}/application")
    assert answer.status_code == 409
    assert 'role="alert"' in answer.content.decode()
    page = text(browser, url)
    assert "no longer kept here, so it cannot be applied" in page
    assert f'action="{url}/application"' not in page


@pytest.mark.parametrize("deed", ["application", "removal"])
def test_a_deed_is_sent_with_its_token(world: World, enter: In, deed: str) -> None:
    browser = enter(world.admin)
    url = looked_through(browser)
    wary = Client(enforce_csrf_checks=True)
    wary.cookies = browser.cookies
    assert wary.post(f"{url}/{deed}").status_code == 400
    assert browser.get(f"{url}/{deed}").status_code == 405
    assert Import.objects.get().state == "previewed"


# ------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Hello", "Pejl cannot tell what this file holds."),
        (vivafiles.packed(vivafiles.whole()).getvalue()[:400], "This ZIP cannot be opened."),
        (vivafiles.packed({"objectives": '[{"ID": 1'}).getvalue(), "breaks off or is not JSON"),
        (b"", "Choose a file."),
    ],
)
def test_a_file_that_is_refused_as_a_whole_says_so_at_the_field(
    world: World, enter: In, content: bytes, said: str
) -> None:
    answer = send(enter(world.admin), content)
    assert answer.status_code == 422
    error = re.search(r'id="f-file-error">.*?</p>', answer.content.decode(), re.DOTALL)
    assert error
    assert said in error.group()
    assert Import.objects.count() == 0


def test_no_file_at_all_says_so_at_the_field(world: World, enter: In) -> None:
    answer = enter(world.admin).post(PAGE)
    assert answer.status_code == 422
    assert "Choose a file." in answer.content.decode()


# ---------------------------------------------------------------------------------- what the page says


def test_problems_say_where_what_and_why(world: World, enter: In) -> None:
    arrays = vivafiles.whole()
    arrays["checkins"].append(vivafiles.checkin(209, 999))
    browser = enter(world.admin)
    page = text(browser, looked_through(browser, arrays))
    assert figures(page, "Check-ins") == ["3", "2", "0", "0", "1"]
    row = re.search(r"<tr><td>Check-ins, row 3</td>.*?</tr>", page)
    assert row
    assert "209" in row.group()
    assert "goal is not in the export" in row.group()


def test_a_long_list_of_problems_is_cut_and_the_receipt_has_all(world: World, enter: In) -> None:
    arrays = vivafiles.whole()
    arrays["checkins"] += [vivafiles.checkin(1000 + number, 999) for number in range(importpages.SHOWN + 7)]
    browser = enter(world.admin)
    url = looked_through(browser, arrays)
    page = text(browser, url)
    receipt = browser.get(f"{url}/receipt.json").json()
    unshown = len(receipt["problems"]) - importpages.SHOWN
    assert unshown >= 7
    assert f"and {unshown} more, all in the receipt" in page
    assert page.count("goal is not in the export") <= importpages.SHOWN


def test_progress_that_differs_stands_beside_the_files(world: World, enter: In) -> None:
    browser = enter(world.admin)
    url = looked_through(browser)
    (apart,) = browser.get(f"{url}/receipt.json").json()["progress"]["different"]
    row = re.search(rf"<tr><td>{apart['title']}</td>.*?</tr>", text(browser, url))
    assert row
    assert f"In the file</span> {apart['theirs']}%" in row.group()
    assert f"Here</span> {apart['ours']}%" in row.group()
    assert apart["why"] in row.group()


def test_the_receipt_is_json_with_the_right_counts(world: World, enter: In) -> None:
    browser = enter(world.admin)
    url = looked_through(browser)
    before = browser.get(f"{url}/receipt.json")
    assert before.headers["Content-Type"] == "application/json"
    assert before.headers["Content-Disposition"] == 'attachment; filename="viva-receipt.json"'
    browser.post(f"{url}/application")
    after = browser.get(f"{url}/receipt.json").json()
    assert after == before.json()
    assert after["rows"]["objectives"] == {"read": 4, "landed": 4, "merged": 0, "skipped": 0, "failed": 0}
    assert after["made"]["goals"] == Goal.objects.count()


def test_the_list_tells_what_became_of_each_file(world: World, enter: In) -> None:
    browser = enter(world.admin)
    assert "No file has been imported yet." in text(browser, PAGE)
    url = looked_through(browser)
    assert ">not applied<" in text(browser, PAGE)
    browser.post(f"{url}/application")
    page = text(browser, PAGE)
    assert f'href="{url}">viva.zip</a>' in page
    assert ">applied<" in page
    assert "17 Aug 2026" in page


@pytest.mark.parametrize("language", ["en", "da"])
def test_the_pages_render_in_both_languages_without_inline_style(
    world: World, enter: In, language: str
) -> None:
    browser = enter(world.admin)
    browser.post("/language", {"language": language})
    for url in (looked_through(browser), PAGE):
        answer = browser.get(url)
        page = answer.content.decode()
        assert (answer.status_code, answer.headers["Content-Language"]) == (200, language)
        assert not re.search(r"<[^>]+\s(style|on\w+)=", page)
        forms = re.findall(r'<form method="post".*?</form>', page, re.DOTALL)
        assert all("csrfmiddlewaretoken" in form for form in forms)


# ------------------------------------------------------------------------------------------ reasons


@pytest.mark.parametrize(
    "module",
    [
        cells, viva_zip, viva_zip_goals, layouts_facts, layouts_goals, transfers_comparing, transfers_goals,
        transfers_landing, transfers_links,
    ],
)  # fmt: skip
def test_every_fixed_reason_can_be_translated(module: Any) -> None:
    reasons = {
        value
        for name, value in vars(module).items()
        if re.fullmatch(r"[A-Z]+(_[A-Z]+)*", name) and isinstance(value, str) and " " in value
    }
    assert reasons
    assert reasons <= set(importpages.REASONS)


def test_a_reason_with_a_figure_is_translated_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"number with a thousands separator: read as %(value)s": "tusindtalsskilletegn: læst %(value)s"}
    monkeypatch.setattr(importpages, "_", lambda text: said.get(text, text))
    filled = cells.number("1,250").reason
    assert importpages.reason(filled) == "tusindtalsskilletegn: læst 1250"


def test_a_reason_that_is_not_known_is_shown_as_it_is() -> None:
    assert importpages.reason("50% of %(it) is new here") == "50% of %(it) is new here"
    assert importpages.reason("") == ""


def test_sizes_are_written_as_the_language_writes_them() -> None:
    with translation.override("en"):
        assert [importpages.size(number) for number in (12, 14_400, 2_340_000)] == [
            "1\u00a0kB", "14\u00a0kB", "2.3\u00a0MB",
        ]  # fmt: skip
    with translation.override("da"):
        assert importpages.size(2_340_000) == "2,3\u00a0MB"


@pytest.mark.parametrize(
    "module",
    [viva_zip, viva_zip_goals, viva_zip_rows, viva_explorer, viva_explorer_facts, viva_explorer_goals],
)
def test_every_reason_of_a_reader_has_its_sentence(module: Any) -> None:
    """A reason is a constant that reads as a sentence."""
    said = {
        value
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str) and value.count(" ") > 1
    }
    assert said <= set(importpages.REASONS), said - set(importpages.REASONS)


def test_a_reason_with_figures_is_told_in_the_readers_language() -> None:
    with translation.override("da"):
        assert importpages.reason("type is not known: read as objective by its parents and its metric") == (
            "typen kendes ikke: læst som objective efter målene ovenover og målingen"
        )
        assert importpages.reason("number with a thousands separator: read as 1250") == (
            "tal med tusindtalsskilletegn: læst som 1250"
        )
        assert importpages.reason("something new") == "something new"
