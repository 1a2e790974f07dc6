"""How the columns of a table are read, chosen and kept on the page, and how far an import is."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from importing import PAGE, TABLE, looked_through, preview_of, text
from okrs import In, enter
from pejl.models import Goal, Import, Profile
from pejl.services import profiles, transfers, transfers_files
from pejl.web import importcolumns
from world import World

__all__ = ["enter"]

HEADINGS = ["Mål", "Hvem", "Farve"]


def choices(page: str) -> list[tuple[str, str]]:
    """Each heading with the field that is chosen for it."""
    rows = re.findall(r'<li class="columnrow">.*?</li>', page)
    found = []
    for row in rows:
        heading = re.search(r'name="heading" value="([^"]*)"', row)
        chosen = re.search(r'<option value="([^"]*)" selected>', row)
        assert heading
        found.append((heading.group(1), chosen.group(1) if chosen else ""))
    return found


def choose(browser: Client, url: str, *fields: str, then: str = "look", name: str = "") -> Any:
    form = {"heading": HEADINGS, "field": list(fields), "then": then, "name": name}
    return browser.post(f"{url}/columns", form)


def test_the_page_shows_how_each_column_was_read(world: World, enter: In) -> None:
    browser = enter(world.admin)
    page = text(browser, preview_of(browser))
    assert choices(page) == [("Mål", "title"), ("Hvem", ""), ("Farve", "")]
    assert "Read by what the headings say." in page
    for number in range(1, 4):  # each field is named by its heading
        assert f'<label for="column-{number}">' in page
        assert f'id="column-{number}"' in page


def test_other_columns_are_chosen_and_the_file_is_looked_through_again(world: World, enter: In) -> None:
    browser = enter(world.admin)
    url = preview_of(browser)
    answer = choose(browser, url, "title", "owner", "status")
    assert (answer.status_code, answer.headers["Location"]) == (303, url)
    page = text(browser, url)
    assert "The file is looked through again." in page
    assert "Read as chosen here." in page
    assert choices(page) == [("Mål", "title"), ("Hvem", "owner"), ("Farve", "status")]
    assert Goal.objects.count() == 0
    browser.post(f"{url}/application")
    page = text(browser, url)
    assert choices(page) == []
    assert "<dt>Farve</dt><dd>Status</dd>" in page
    assert Goal.objects.get().status == "off_track"


def test_what_was_chosen_stays_when_it_is_refused(world: World, enter: In) -> None:
    browser = enter(world.admin)
    url = preview_of(browser)
    answer = choose(browser, url, "title", "owner", "status", then="keep", name=" ")
    assert answer.status_code == 422
    page = re.sub(r"\s+", " ", answer.content.decode())
    assert re.search(r'id="f-name-error">.*?Write something here', page)
    assert choices(page) == [("Mål", "title"), ("Hvem", "owner"), ("Farve", "status")]
    assert Import.objects.get().profile == {}
    assert choose(browser, url, "title", "password", "").status_code == 422
    assert choose(browser, url, "", "", "", then="keep", name="Nothing").status_code == 422
    assert not Profile.objects.exists()


def test_columns_are_kept_as_a_profile_that_reads_the_next_such_file(world: World, enter: In) -> None:
    browser = enter(world.admin)
    url = preview_of(browser)
    choose(browser, url, "title", "owner", "status", then="keep", name="The plan")
    said = "Read by the profile “The plan”, as is every file with exactly these headings."
    page = text(browser, url)
    assert "The columns are kept as “The plan”." in page
    assert said in page
    page = text(browser, preview_of(browser))
    assert said in page
    assert choices(page) == [("Mål", "title"), ("Hvem", "owner"), ("Farve", "status")]


def test_a_profile_is_picked_with_the_file_or_on_its_page(world: World, enter: In) -> None:
    browser = enter(world.admin)
    plain = {"Mål": "description", "Hvem": "title"}
    made = str(profiles.save("Plain", columns=plain, by=world.admin, at=world.at))
    assert f'<option value="{made}">Plain</option>' in text(browser, PAGE)
    url = preview_of(browser, profile=made)
    page = text(browser, url)
    assert choices(page)[:2] == [("Mål", "description"), ("Hvem", "title")]
    assert "Read by the profile “Plain”, and the rest by what the headings say." in page
    browser.post(f"{url}/profile", {"profile": ""})
    assert choices(text(browser, url))[:2] == [("Mål", "title"), ("Hvem", "")]
    browser.post(f"{url}/profile", {"profile": made})
    page = text(browser, url)
    assert choices(page)[:2] == [("Mål", "description"), ("Hvem", "title")]
    assert f'<option value="{made}" selected>Plain</option>' in page


def test_a_profile_of_next_door_cannot_be_picked(world: World, enter: In) -> None:
    theirs = str(profiles.save("Plain", columns={"Mål": "title"}, by=world.outsider, at=world.at))
    browser = enter(world.admin)
    assert "Plain" not in text(browser, PAGE)
    profiles.save("Ours", columns={"Mål": "title"}, by=world.admin, at=world.at)
    answer = browser.post(PAGE, {"file": SimpleUploadedFile("a.csv", TABLE), "profile": theirs})
    assert answer.status_code == 422
    assert 'id="f-profile-error"' in answer.content.decode()
    assert browser.post(f"{preview_of(browser)}/profile", {"profile": theirs}).status_code == 422
    assert browser.post(f"{PAGE}/profiles/{theirs}/removal").status_code == 404


def test_profiles_are_listed_and_removed(world: World, enter: In) -> None:
    browser = enter(world.admin)
    assert "None is kept yet." in text(browser, PAGE)
    made = profiles.save("The plan", columns={"Mål": "title", "Hvem": ""}, by=world.admin, at=world.at)
    page = text(browser, PAGE)
    assert "<b>The plan</b>" in page
    assert "2 columns" in page
    assert enter(world.member).post(f"{PAGE}/profiles/{made}/removal").status_code == 403
    answer = browser.post(f"{PAGE}/profiles/{made}/removal")
    assert answer.headers["Location"] == PAGE
    assert "The profile is removed." in text(browser, PAGE)
    assert not Profile.objects.exists()


def test_a_file_without_a_choice_shows_what_is_known(world: World, enter: In) -> None:
    browser = enter(world.admin)
    page = text(browser, preview_of(browser, b"Id,Title,Object Type,Odd,Checkins\n1,Win,Objective,,\n"))
    assert "<dt>Object Type</dt><dd>Type</dd>" in page
    assert re.search(r"<dt>Odd</dt><dd[^>]*>Not read</dd>", page)
    assert choices(page) == []
    assert "How each column was read" not in text(browser, looked_through(browser))


def test_a_member_and_somebody_from_next_door_choose_nothing(world: World, enter: In) -> None:
    url = preview_of(enter(world.admin))
    for who, refused in ((world.member, 403), (world.outsider, 404)):
        browser = enter(who)
        assert choose(browser, url, "title", "owner", "").status_code == refused
        assert choose(browser, url, "title", "owner", "", then="keep", name="Mine").status_code == refused
        assert browser.post(f"{url}/profile", {"profile": ""}).status_code == refused
    assert Import.objects.get().profile == {}
    assert not Profile.objects.exists()


def test_every_field_a_column_can_be_is_translated() -> None:
    offered = {label for reader in transfers.FORMATS for label in transfers.labels(reader.NAME).values()}
    assert offered
    assert offered - {"Check-ins"} <= set(importcolumns.FIELDS)


# ------------------------------------------------------------------------------------------ how far


def test_how_far_an_import_is_can_be_asked(world: World, enter: In) -> None:
    browser = enter(world.admin)
    url = looked_through(browser)
    assert browser.get(f"{url}/progress").json() == {
        "applied": False, "done": None, "total": None, "said": "",
    }  # fmt: skip
    transfers_files.tell(UUID(url.rsplit("/", 1)[-1]), done=1500, total=20_000)
    answer = browser.get(f"{url}/progress")
    assert answer.json() == {
        "applied": False, "done": 1500, "total": 20_000, "said": "1,500 of 20,000 rows are read.",
    }  # fmt: skip
    assert answer.headers["Cache-Control"] == "no-store"
    browser.post(f"{url}/application")
    assert browser.get(f"{url}/progress").json() == {
        "applied": True, "done": None, "total": None, "said": "",
    }  # fmt: skip


def test_how_far_an_import_is_is_told_its_own_admins_alone(world: World, enter: In) -> None:
    url = looked_through(enter(world.admin))
    assert enter(world.member).get(f"{url}/progress").status_code == 403
    assert enter(world.outsider).get(f"{url}/progress").status_code == 404
    assert Client().get(f"{url}/progress").status_code == 302
    assert enter(world.admin).post(f"{url}/progress").status_code == 405


def test_a_page_of_a_file_that_is_being_applied_says_so_and_offers_nothing_else(
    world: World, enter: In
) -> None:
    browser = enter(world.admin)
    url = preview_of(browser)
    assert f'data-way="{url}/progress" hidden' in text(browser, url)
    transfers_files.tell(UUID(url.rsplit("/", 1)[-1]), done=9, total=9)
    page = text(browser, url)
    assert "This file is being applied." in page
    assert "All rows are read. They are being written" in page
    assert f'data-way="{url}/progress">' in page
    for deed in ("application", "removal", "columns"):
        assert f'action="{url}/{deed}"' not in page
