"""Taking the workspace out in the browser and from the terminal: what one may see, in tables and whole."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from okrs import In, enter, key_result, named, okr, text
from pejl.domain.values import Visibility
from pejl.models import Goal
from pejl.queries.scope import Member
from pejl.services import checkins, dumps, exports, goals
from world import World

__all__ = ["enter", "okr"]


def table(by: Member, world: World, form: str = "csv", **more: Any) -> list[dict[str, str]]:
    out = io.BytesIO()
    exports.write(form, by, out, at=world.later(hours=1), **more)
    return list(csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig"))))


def test_a_csv_has_one_row_for_each_goal_with_numbers_and_dates_as_they_are(world: World, okr: UUID) -> None:
    rows = {row["Title"]: row for row in table(world.sub_lead, world)}
    assert len(rows) == Goal.objects.filter(workspace_id=world.owner.workspace_id).count()
    one = rows["Support requests a month"]
    assert (one["Start"], one["Target"], one["Value"], one["Progress"]) == ("120", "30", "75", "0.5")
    assert (one["Start date"], one["Parents"], one["Kind"]) == (
        "2026-07-01",
        "Launch version 2.0",
        "key_result",
    )


@pytest.mark.parametrize("title", ["=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(A1)", "\t=1"])
def test_no_text_becomes_a_formula(world: World, okr: UUID, title: str) -> None:
    Goal.objects.filter(pk=okr).update(title=title)
    assert [row["Title"] for row in table(world.sub_lead, world) if row["Id"] == str(okr)] == [f"'{title}"]
    out = io.BytesIO()
    exports.write("xlsx", world.sub_lead, out, at=world.later(hours=1))
    sheet = load_workbook(out)["Goals"]
    cell = next(row[2] for row in sheet.iter_rows(min_row=2) if row[0].value == str(okr))
    assert (cell.data_type, str(cell.value).strip()) == ("s", title.strip())


def test_a_workbook_has_goals_and_check_ins_with_numbers_as_numbers(world: World, okr: UUID) -> None:
    checkins.post(named("Support requests a month"), value=Decimal("62.5"), by=world.sub_lead, at=world.at)
    out = io.BytesIO()
    exports.write("xlsx", world.sub_lead, out, at=world.later(hours=1))
    book = load_workbook(out)
    assert book.sheetnames[:2] == ["Goals", "Check-ins"]
    said = list(book["Check-ins"].iter_rows(min_row=2, values_only=True))
    assert [(row[4], row[2].date().isoformat()) for row in said] == [(75, "2026-07-28"), (62.5, "2026-08-17")]


def test_an_export_holds_only_what_one_may_see(world: World, okr: UUID) -> None:
    goals.edit(okr, changes={"visibility": Visibility.CHOSEN}, by=world.sub_lead, at=world.at)
    assert table(world.stranger, world) == []
    assert table(world.outsider, world) == []
    assert len(table(world.sub_lead, world)) == 3


def test_a_table_of_a_past_day_is_as_it_was(world: World, okr: UUID) -> None:
    before = table(world.sub_lead, world)
    goals.edit(okr, changes={"title": "Launch version 3"}, by=world.sub_lead, at=world.later(hours=5))
    then = world.later(hours=1)
    out = io.BytesIO()
    exports.write("csv", world.sub_lead, out, at=world.later(hours=9), as_of=then)
    assert list(csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig")))) == before


def test_a_table_takes_as_many_queries_for_thirty_goals_as_for_three(world: World, okr: UUID) -> None:
    with CaptureQueriesContext(connection) as few:
        table(world.sub_lead, world)
    for number in range(30):
        draft = key_result(f"Requests {number}", parents=((okr, None),), teams=(world.design,))
        goals.create(draft, by=world.sub_lead, at=world.at)
    with CaptureQueriesContext(connection) as many:
        table(world.sub_lead, world)
    assert len(many) == len(few)


@pytest.mark.parametrize("form", exports.FORMATS)
def test_everybody_downloads_what_they_see(world: World, okr: UUID, enter: In, form: str) -> None:
    browser = enter(world.admin)
    assert "Excel" in text(browser.get("/settings/exports"))
    answer = browser.get(f"/settings/exports/file?format={form}")
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="fjordlight-2026-08-17.{form}"'
    content = b"".join(answer.streaming_content)
    assert content
    if form == "zip":
        assert dumps.recognise(io.BytesIO(content))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("format=doc", "Choose one of these."),
        ("format=zip", "Choose one of these."),
        ("format=csv&on=soon", "Write the day as 2026-10-03."),
    ],
)
def test_a_wrong_choice_is_one_sentence(world: World, enter: In, query: str, said: str) -> None:
    answer = enter(world.member).get(f"/settings/exports/file?{query}")
    assert answer.status_code == 422
    assert said in text(answer)


def test_a_day_can_be_chosen(world: World, okr: UUID, enter: In) -> None:
    goals.edit(okr, changes={"title": "Launch version 3"}, by=world.sub_lead, at=world.later(hours=-1))
    day = (world.at - timedelta(days=2)).date()
    browser = enter(world.sub_lead)
    for query, title in ((f"&on={day}", b"Launch version 2.0"), ("", b"Launch version 3")):
        answer = browser.get(f"/settings/exports/file?format=csv{query}")
        assert title in b"".join(answer.streaming_content)
