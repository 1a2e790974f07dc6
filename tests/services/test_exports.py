"""Files taken out: the workbook, JSON and YAML hold what one may see, exactly, now and as it was."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from openpyxl import load_workbook
from ruamel.yaml import YAML

from okrs import key_result, named, okr
from pejl.domain.values import Kind, Level, Metric, MetricKind, Visibility
from pejl.models import Checkin, Goal
from pejl.queries import past
from pejl.queries.scope import Forbidden, Member
from pejl.services import checkins, comments, exports, goals, kpis
from pejl.services.goals import GoalDraft
from world import World

__all__ = ["okr"]

FORMS = ("xlsx", "csv", "json", "yaml")


def taken(form: str, by: Member, world: World, **more: Any) -> bytes:
    out = io.BytesIO()
    exports.write(form, by, out, at=more.pop("at", world.later(hours=1)), **more)
    return out.getvalue()


def own(title: str, world: World, **more: Any) -> GoalDraft:
    """A key result of the designers."""
    return key_result(title, teams=(world.design,), **more)


def as_json(by: Member, world: World, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(taken("json", by, world, **more), parse_float=Decimal)
    return found


def as_yaml(by: Member, world: World, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(taken("yaml", by, world, **more))
    return found


def book(by: Member, world: World) -> Any:
    return load_workbook(io.BytesIO(taken("xlsx", by, world)))


def sheet(by: Member, world: World, title: str) -> list[dict[str, Any]]:
    page = book(by, world)[title]
    lines = page.iter_rows(values_only=True)
    headings = next(lines)
    return [dict(zip(headings, line, strict=True)) for line in lines]


def dump(content: bytes, form: str) -> bytes:
    """What stands in the file, unpacked."""
    if form != "xlsx":
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return b"".join(parts.read(name) for name in sorted(parts.namelist()) if "sheet" in name)


# --------------------------------------------------------------------------------------- what may be seen


@pytest.mark.parametrize("form", FORMS)
def test_no_file_holds_a_goal_that_is_closed_to_the_one_asking(world: World, okr: UUID, form: str) -> None:
    comments.post(okr, text="A quiet word", by=world.sub_lead, at=world.at)
    for goal in Goal.objects.filter(workspace_id=world.owner.workspace_id).values_list("pk", flat=True):
        goals.edit(goal, changes={"visibility": Visibility.CHOSEN}, by=world.sub_lead, at=world.at)
    secret = (b"Launch version 2.0", b"Support requests", b"Half way", b"Click study", str(okr).encode())
    own = dump(taken(form, world.sub_lead, world), form)
    assert secret[0] in own
    for other in (world.stranger, world.observer, world.outsider):
        found = dump(taken(form, other, world), form)
        assert not [word for word in secret if word in found], other.name


def test_the_check_ins_and_tasks_of_a_goal_come_with_it(world: World, okr: UUID) -> None:
    comments.post(okr, text="A quiet word", by=world.sub_lead, at=world.at)
    found = as_json(world.mate, world)
    assert [(one["value"], one["note"], one["by"]) for one in found["checkins"]] == [
        (75, "Half way", "Sune Bach")
    ]
    assert [one["title"] for one in found["tasks"]] == ["Find people", "Write the script"]
    assert [(one["goal"], one["text"]) for one in found["comments"]] == [(str(okr), "A quiet word")]


def test_e_mails_are_for_admins(world: World, okr: UUID) -> None:
    assert "bo@fjordlight.example" in {one["email"] for one in as_json(world.admin, world)["people"]}
    for form in FORMS:
        assert b"@fjordlight.example" not in dump(taken(form, world.member, world), form), form


def test_the_whole_is_for_admins(world: World) -> None:
    assert "zip" in exports.offered(world.admin)
    assert "zip" not in exports.offered(world.member)
    with pytest.raises(Forbidden):
        taken("zip", world.member, world)


@pytest.mark.parametrize("form", FORMS)
def test_a_file_takes_as_many_queries_for_thirty_goals_as_for_a_few(
    world: World, okr: UUID, form: str
) -> None:
    with CaptureQueriesContext(connection) as few:
        taken(form, world.sub_lead, world)
    for number in range(30):
        goals.create(own(f"Requests {number}", world, parents=((okr, None),)), by=world.sub_lead, at=world.at)
    with CaptureQueriesContext(connection) as many:
        taken(form, world.sub_lead, world)
    assert len(many) == len(few)


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_workspace_has_a_file_too(world: World, form: str) -> None:
    assert taken(form, world.outsider, world)


def test_a_form_that_is_not_known_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="doc"):
        taken("doc", world.owner, world)


# ------------------------------------------------------------------------------------------ a past moment


@pytest.mark.parametrize("form", FORMS)
def test_a_file_of_a_past_moment_is_the_one_that_was_taken_then(world: World, okr: UUID, form: str) -> None:
    then = world.later(hours=1)
    before = dump(taken(form, world.sub_lead, world, at=then), form)
    goals.edit(okr, changes={"title": "Launch version 3"}, by=world.sub_lead, at=world.later(hours=3))
    post = {"by": world.sub_lead, "at": world.later(hours=3)}
    checkins.post(named("Support requests a month"), value=Decimal(60), **post)
    goals.create(own("Came later", world), **post)
    after = dump(taken(form, world.sub_lead, world, at=world.later(hours=9), as_of=then), form)
    now = dump(taken(form, world.sub_lead, world, at=world.later(hours=9)), form)
    assert after == before
    assert b"Came later" in now


def test_a_goal_that_was_closed_to_somebody_since_stays_closed_in_the_past(world: World, okr: UUID) -> None:
    goals.edit(okr, changes={"visibility": Visibility.CHOSEN}, by=world.sub_lead, at=world.later(hours=3))
    found = as_json(world.stranger, world, at=world.later(hours=9), as_of=world.later(hours=1))
    assert str(okr) not in {one["id"] for one in found["goals"]}


@pytest.mark.parametrize("form", FORMS)
def test_the_workspace_itself_looks_back_too(world: World, okr: UUID, form: str) -> None:
    goals.edit(okr, changes={"title": "Launch version 3"}, by=world.sub_lead, at=world.later(hours=3))
    then = {"at": world.later(hours=9), "as_of": world.later(hours=1)}
    found = dump(taken(form, world.system, world, **then), form)
    assert b"Launch version 2.0" in found
    assert b"Launch version 3" not in found


def test_nothing_is_left_of_a_look_back(world: World, okr: UUID) -> None:
    taken("json", world.owner, world, as_of=world.later(hours=-1))
    assert Checkin.objects.filter(workspace_id=world.owner.workspace_id).exists()
    with past.known(world.owner, at=world.at) as reader:
        assert reader.as_of == world.at


# ------------------------------------------------------------------------------------------- the workbook


def test_the_workbook_has_a_sheet_for_each_kind_of_thing(world: World, okr: UUID) -> None:
    whole = book(world.sub_lead, world)
    assert whole.sheetnames == ["Goals", "Check-ins", "Comments", "Tasks", "KPIs", "People and teams"]
    page = whole["Goals"]
    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref == f"A1:AB{page.max_row}"
    assert page.column_dimensions["C"].width > page.column_dimensions["B"].width


def test_figures_are_numbers_and_dates_are_dates(world: World, okr: UUID) -> None:
    page = book(world.sub_lead, world)["Goals"]
    headings = [cell.value for cell in page[1]]
    row = next(row for row in page.iter_rows(min_row=2) if row[2].value == "Support requests a month")
    cells = dict(zip(headings, row, strict=True))
    for heading, kind in (("Target", "n"), ("Progress", "n"), ("Start date", "d"), ("Created", "d")):
        assert cells[heading].data_type == kind, heading
    assert (cells["Progress"].value, cells["Progress"].number_format) == (0.5, "0%")
    assert cells["End date"].value.date() == date(2026, 9, 30)


def test_a_long_number_stands_in_the_workbook_digit_for_digit(world: World, okr: UUID) -> None:
    long = "0.1234567890123456789"
    goal = named("Support requests a month")
    checkins.post(goal, value=Decimal(long), by=world.sub_lead, at=world.at)
    assert f"<v>{long}</v>".encode() in dump(taken("xlsx", world.sub_lead, world), "xlsx")
    assert f'"value": {long}'.encode() in taken("json", world.sub_lead, world)
    assert long.encode() in taken("csv", world.sub_lead, world)


@pytest.mark.parametrize("title", ["=1+1", "#N/A", "@SUM(A1)", "12", "2026-01-01"])
def test_every_text_is_a_text(world: World, okr: UUID, title: str) -> None:
    goals.edit(okr, changes={"title": title}, by=world.sub_lead, at=world.at)
    page = book(world.sub_lead, world)["Goals"]
    cell = next(row[2] for row in page.iter_rows(min_row=2) if row[0].value == str(okr))
    assert (cell.data_type, cell.value) == ("s", title)


def test_a_character_that_no_workbook_can_hold_is_left_out(world: World, okr: UUID) -> None:
    Goal.objects.filter(pk=okr).update(description="a\x07b\r\nc" + "d" * 40_000)
    row = next(row for row in sheet(world.sub_lead, world, "Goals") if row["Id"] == str(okr))
    assert row["Description"].startswith("ab\ncd")
    assert len(row["Description"]) == 32_767


def test_more_rows_than_a_sheet_can_hold_go_on_the_next(
    world: World, okr: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pejl.services.exports_tables.MOST_ROWS", 3)
    whole = book(world.sub_lead, world)
    assert whole.sheetnames[:3] == ["Goals", "Goals 2", "Check-ins"]
    found = [row[0] for title in ("Goals", "Goals 2") for row in whole[title].iter_rows(min_row=2)]
    assert {cell.value for cell in found} == {
        str(pk)
        for pk in Goal.objects.filter(workspace_id=world.owner.workspace_id).values_list("pk", flat=True)
    }


def test_headings_are_in_the_language_of_the_reader(world: World, okr: UUID) -> None:
    with translation.override("da"):
        said = taken("csv", world.sub_lead, world).decode("utf-8-sig").splitlines()[0]
    with translation.override("en"):
        english = taken("csv", world.sub_lead, world).decode("utf-8-sig").splitlines()[0]
    assert english.startswith("Id,Kind,Title,")
    assert said != english


# --------------------------------------------------------------------------------------------------- JSON


def test_a_goal_in_json_has_the_fields_that_programs_know(world: World, okr: UUID) -> None:
    found = as_json(world.sub_lead, world)
    assert (found["format"], found["version"], found["workspace"]["slug"]) == ("pejl-json", 1, "fjordlight")
    rows = {one["title"]: one for one in found["goals"]}
    one, above = rows["Support requests a month"], rows["Launch version 2.0"]
    assert one["metric"]["kind"] == "decrease"
    assert (one["metric"]["start"], one["metric"]["target"], one["value"]) == (120, 30, 75)
    assert one["progress"] == Decimal("0.5")
    assert one["parents"] == [{"id": str(okr), "share": None, "effective_share": Decimal("1.0")}]
    assert above["children_count"] == 2
    assert above["teams"] == [{"id": str(world.design), "name": "Design"}]
    assert [period["name"] for period in found["periods"] if period["current"]] == ["Q3 2026"]
    assert {team["name"] for team in found["teams"]} == {"Product", "Design", "Sales"}


def test_a_hidden_child_is_not_counted(world: World, okr: UUID) -> None:
    goals.edit(
        named("Click study"), changes={"visibility": Visibility.CHOSEN}, by=world.sub_lead, at=world.at
    )
    rows = {one["title"]: one for one in as_json(world.stranger, world)["goals"]}
    assert rows["Launch version 2.0"]["children_count"] == 1


def test_a_kpi_comes_with_its_readings(world: World) -> None:
    item = kpis.create("Uptime", unit="%", lower=Decimal("99.5"), by=world.admin, at=world.at)
    for days, value in ((14, "99.9"), (7, "99.10")):
        on = world.today - timedelta(days=days)
        kpis.read(item, value=Decimal(value), on=on, by=world.admin, at=world.at)
    (one,) = as_json(world.member, world)["kpis"]
    assert (one["name"], one["value"], one["in_range"]) == ("Uptime", Decimal("99.10"), False)
    assert [reading["value"] for reading in one["readings"]] == [Decimal("99.9"), Decimal("99.10")]
    assert b'"value": 99.10' in taken("json", world.member, world)


# --------------------------------------------------------------------------------------------------- YAML


def test_the_open_goals_stand_under_their_objectives(world: World, okr: UUID) -> None:
    found = as_yaml(world.admin, world)
    assert (found["workspace"], found["period"]) == ("fjordlight", "2026-Q3")
    (objective,) = found["objectives"]
    assert (objective["key"], objective["id"]) == ("launch-version-20", str(okr))
    assert (objective["team"], objective["owner"]) == ("Design", "sune@fjordlight.example")
    assert "period" not in objective
    (one,) = objective["key_results"]
    assert (one["from"], one["to"]) == (120, 30)
    assert [each["key"] for each in objective["initiatives"]] == ["click-study"]
    assert "value" not in one


def test_what_else_a_goal_supports_stands_with_its_share(world: World, okr: UUID) -> None:
    at = {"by": world.admin, "at": world.at}
    draft = GoalDraft(Kind.OBJECTIVE, "Grow", level=Level.ORGANISATION, period=world.year)
    grow = goals.create(draft, **at)
    other = own("Fewer complaints", world, parents=((okr, None), (grow, 0.4)))
    goals.create(other, **at)
    found = as_yaml(world.admin, world)
    rows = {one["key"]: one for one in found["objectives"]}
    assert rows["grow"]["period"] == "2026"
    assert "key_results" not in rows["grow"]
    below = {one["key"]: one for one in rows["launch-version-20"]["key_results"]}
    assert below["fewer-complaints"]["supports"] == [{"goal": "grow", "share": 0.4}]
    assert "supports" not in below["support-requests-a-month"]


def test_goals_without_an_objective_come_at_the_end(world: World) -> None:
    goals.create(own("On its own", world), by=world.admin, at=world.at)
    found = as_yaml(world.admin, world)
    assert found["objectives"] == []
    assert [one["key"] for one in found["key_results"]] == ["on-its-own"]


def test_goals_of_the_same_title_have_keys_of_their_own_that_stay(world: World) -> None:
    for hours in range(3):
        goals.create(own("Færre opkald", world), by=world.admin, at=world.later(hours=hours))
    later = world.later(days=1)
    assert [one["key"] for one in as_yaml(world.admin, world, at=later)["key_results"]] == [
        "faerre-opkald", "faerre-opkald-2", "faerre-opkald-3",
    ]  # fmt: skip


def test_a_duration_is_written_as_a_clock_and_read_as_text(world: World) -> None:
    metric = Metric(MetricKind.INCREASE, unit="m:ss", start=Decimal(157), target=Decimal(225))
    goals.create(GoalDraft(Kind.KEY_RESULT, "Time on site", metric=metric), by=world.admin, at=world.at)
    (one,) = as_yaml(world.admin, world)["key_results"]
    assert (one["from"], one["to"], one["unit"]) == ("2:37", "3:45", "m:ss")
    assert b'from: "2:37"' in taken("yaml", world.admin, world)


def test_another_kind_of_metric_is_spelt_out(world: World) -> None:
    metric = Metric(MetricKind.AT_LEAST, unit="%", target=Decimal("99.50"))
    goals.create(GoalDraft(Kind.KEY_RESULT, "Uptime", metric=metric), by=world.admin, at=world.at)
    (one,) = as_yaml(world.admin, world)["key_results"]
    assert one["metric"] == {"kind": "at_least", "unit": "%", "target": 99.5}
    assert b"target: 99.50" in taken("yaml", world.admin, world)


@pytest.mark.parametrize(
    "title",
    ["no", "12", "2:37", "a: b", "# not a remark", "- item", "'", "tab\there", "Ærlig ☂", "null", "~"],
)
def test_every_title_is_read_back_as_it_is(world: World, title: str) -> None:
    goal = goals.create(own("x", world), by=world.admin, at=world.at)
    Goal.objects.filter(pk=goal).update(title=title, description=f"{title}\n\n  {title}\n")
    (one,) = as_yaml(world.admin, world)["key_results"]
    assert (one["title"], one["description"]) == (title, f"{title}\n\n  {title}\n")


def test_what_has_ended_is_not_aimed_at(world: World, okr: UUID) -> None:
    goals.remove(named("Click study"), by=world.sub_lead, at=world.at)
    (objective,) = as_yaml(world.admin, world)["objectives"]
    assert "initiatives" not in objective
