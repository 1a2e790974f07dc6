"""Tables that people keep themselves, in English and Danish."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import otherfiles as files
from adapters.test_tools import BO, goals, homeless, problems
from pejl.adapters.formats import cells, layouts_facts, layouts_goals, spreadsheets
from pejl.adapters.formats.spreadsheets import match
from pejl.domain.transfers import CheckinLine, GoalLine, Named, ParentLine, Place, Said
from pejl.domain.values import Kind, Metric, MetricKind, ProgressMode, Refused, Status, StatusMode

DANISH = (
    "Mål", "Nøgleresultat", "Ansvarlig", "Afdeling", "Periode", "Start", "Måltal", "Nu", "Enhed", "Status",
    "Farve",
)  # fmt: skip
DANISH_ROWS = (
    ("Vokse", "Ordrer", "Alma Holm", "Salg", "3. kvartal 2025", "0", "2.500", "1.750,5", "stk", "På kurs",
     "blå"),
    (None, "Klager", "Bo Krog", "Salg", "3. kvartal 2025", "20", "10", "12,5", "", "I risiko", None),
)  # fmt: skip


def read(file: io.BytesIO, **options: Any) -> list[Said]:
    return list(spreadsheets.read(file, **options))


def table(headings: Sequence[str], *rows: Sequence[Any]) -> list[Said]:
    return read(files.laid(headings, rows))


def test_a_danish_table_of_objectives_and_key_results_is_read_under_other_rows() -> None:
    said = read(files.booked(DANISH, DANISH_ROWS, above=2))
    under: dict[str, Any] = {
        "kind": Kind.KEY_RESULT, "teams": (Named(name="Salg"),), "period": Named(name="Q3 2025"),
        "progress_mode": ProgressMode.METRIC, "parents": (ParentLine(id="objectives:1"),),
    }  # fmt: skip
    assert goals(said) == [
        GoalLine(
            Place("objectives", 1, ""), kind=Kind.OBJECTIVE, title="Vokse", teams=(Named(name="Salg"),),
            period=Named(name="Q3 2025"), progress_mode=ProgressMode.CHILDREN, status_mode=StatusMode.PACE,
        ),
        GoalLine(
            Place("rows", 1, ""), title="Ordrer", owners=(Named(name="Alma Holm"),),
            metric=Metric(MetricKind.REACH, "", Decimal(0), Decimal(2500)), value=Decimal("1750.5"),
            status=Status.ON_TRACK, status_word="På kurs", **under,
        ),
        GoalLine(
            Place("rows", 2, ""), title="Klager", owners=(Named(name="Bo Krog"),),
            metric=Metric(MetricKind.DECREASE, "", Decimal(20), Decimal(10)), value=Decimal("12.5"),
            status=Status.AT_RISK, status_word="I risiko", **under,
        ),
    ]  # fmt: skip
    assert problems(said) == [(1, "Måltal", "number with a thousands separator: read as 2500", "2500")]
    assert homeless(said) == ["Farve"]


def test_an_english_table_of_goals_with_parents_by_title() -> None:
    said = table(
        ("Goal name", "Owner", "Owner email", "Parent", "Due", "Baseline", "Target", "Current", "Points"),
        ("Grow", "Alma Holm", "", "", "31 Dec 2025", "", "", "", ""),
        ("Orders", "Bo Krog", "bo@nord.example", "Grow", "31/12/2025", "10", "60", "35", "5"),
    )
    first, second = goals(said)
    assert (first.kind, first.progress_mode) == (Kind.OBJECTIVE, ProgressMode.CHILDREN)
    assert first.owners == (Named(name="Alma Holm"),)
    assert second.kind is Kind.KEY_RESULT
    assert second.owners == (Named(name="Bo Krog", email="bo@nord.example"),)
    assert second.parents == (ParentLine(title="Grow"),)
    assert (first.end, second.end) == (date(2025, 12, 31), date(2025, 12, 31))
    assert second.value == Decimal(35)
    assert homeless(said) == ["Points"]


def test_a_parent_that_is_an_id_is_met_by_its_id() -> None:
    said = table(
        ("Id", "Title", "Parent"), ("A-1", "Grow", ""), ("A-2", "Sell", "a-1; A-1"), ("A-3", "x", "A-1")
    )
    assert goals(said)[2].parents == (ParentLine(id="A-1"),)
    assert goals(said)[1].parents == (ParentLine(title="a-1"), ParentLine(id="A-1"))


def test_key_results_without_a_column_for_parents_stand_under_the_objective_above() -> None:
    said = table(
        ("Type", "Title", "Progress"),
        ("Objective", "Grow", ""), ("KR", "Orders", "40"), ("Initiative", "Call", ""),
        ("Objective", "Learn", ""), ("KR", "Courses", "60"),
    )  # fmt: skip
    assert [(one.kind, [up.id for up in one.parents]) for one in goals(said)] == [
        (Kind.OBJECTIVE, []), (Kind.KEY_RESULT, ["rows:1"]), (Kind.INITIATIVE, ["rows:1"]),
        (Kind.OBJECTIVE, []), (Kind.KEY_RESULT, ["rows:4"]),
    ]  # fmt: skip


def test_an_objective_that_is_a_row_of_its_own_is_not_made_again() -> None:
    said = table(
        ("Objective", "Key result", "Owner", "Description"),
        ("Grow", "", "Alma Holm", "All of it"), ("", "Orders", "Bo Krog", ""), ("Grow", "Visits", "", ""),
    )  # fmt: skip
    assert [(one.title, one.kind, [up.id for up in one.parents]) for one in goals(said)] == [
        ("Grow", Kind.OBJECTIVE, []), ("Orders", Kind.KEY_RESULT, ["rows:1"]),
        ("Visits", Kind.KEY_RESULT, ["rows:1"]),
    ]  # fmt: skip
    assert goals(said)[0].description == "All of it"


def test_an_objective_beside_its_key_results_takes_only_what_all_of_them_say() -> None:
    said = table(
        ("Objective", "Key result", "Owner", "Team"),
        ("Grow", "Orders", "Alma Holm", "Sales"), ("Grow", "Visits", "Bo Krog", "Sales"),
    )  # fmt: skip
    made = goals(said)[0]
    assert (made.title, made.owners, made.teams) == ("Grow", (), (Named(name="Sales"),))


@pytest.mark.parametrize(
    ("figures", "per_cent", "told"),
    [
        (("0.5", "0.25", "1"), ("50.0", "25.00", "100"), True),
        (("50", "25", "1"), ("50", "25", "1"), False),
        (("0", "1", "1"), ("0", "1", "1"), False),
        (("50%", "0.5%", "1%"), ("50", "0.5", "1"), False),
    ],
)
def test_progress_in_parts_of_a_whole_is_told_from_per_cent_by_all_its_figures(
    figures: tuple[str, ...], per_cent: tuple[str, ...], told: bool
) -> None:
    said = table(("Title", "Progress"), *((f"Goal {one}", done) for one, done in enumerate(figures)))
    assert [one.theirs for one in goals(said)] == [Decimal(one) for one in per_cent]
    assert problems(said) == ([(0, "Progress", layouts_facts.FRACTIONS, "")] if told else [])


def test_key_results_in_numbered_columns_stand_under_their_row() -> None:
    headings = ("Objective", "KR 1", "KR 1 progress", "KR 2", "KR 2 progress")
    said = table(headings, ("Grow", "Orders", "0.5", "Visits", "0.25"), ("Learn", "", "", "", ""))
    assert [(one.title, one.value, [up.id for up in one.parents]) for one in goals(said)] == [
        ("Grow", None, []), ("Orders", Decimal(50), ["rows:1"]), ("Visits", Decimal(25), ["rows:1"]),
        ("Learn", None, []),
    ]  # fmt: skip


def test_a_row_that_tells_the_day_of_its_last_check_in_gives_one() -> None:
    said = table(
        ("Title", "Start value", "Target", "Current", "Status", "Confidence", "Comment", "Last updated"),
        ("Orders", "0", "10", "4", "Yellow", "70%", "Slow start", "2025-02-03"),
        ("Visits", "0", "10", "4", "", "6", "No day", ""),
    )  # fmt: skip
    checkins = [one for one in said if isinstance(one, CheckinLine)]
    assert checkins == [
        CheckinLine(
            Place("", 0, ""), goal="rows:1", on=date(2025, 2, 3), value=Decimal(4), status=Status.AT_RISK,
            status_word="Yellow", note="Slow start", confidence=7,
        )
    ]  # fmt: skip
    assert sorted(homeless(said)) == ["Comment", "Confidence"]


def test_a_profile_says_which_column_is_which() -> None:
    file = files.laid(("Hvad", "Hvem", "Owner", "Hvornår"), [("Vokse", "Bo Krog", "Alma", "31-12-2025")])
    profile = {"Hvad": "title", "hvem": "owner", "Hvornår": "end_date"}
    assert spreadsheets.columns(file, profile) == [
        ("Hvad", "title"), ("Hvem", "owner"), ("Owner", ""), ("Hvornår", "end_date"),
    ]  # fmt: skip
    said = read(file, profile=profile)
    (goal,) = goals(said)
    assert (goal.title, goal.owners, goal.end) == ("Vokse", (Named(name="Bo Krog"),), date(2025, 12, 31))
    assert homeless(said) == ["Owner"]


def test_a_field_that_is_not_known_in_a_profile_reads_nothing() -> None:
    assert match(("Title", "Owner"), {"Owner": "boss"}) == {"Title": "title", "Owner": ""}


@pytest.mark.parametrize(
    ("headings", "found"),
    [
        ("Mål;Start;Slut", "title;start_date;end_date"),
        ("Titel;Start;Mål;Nuværende", "title;from;to;value"),
        ("Mål;Startværdi;Målværdi;Fremdrift", "title;from;to;progress"),
        ("Objective;Key Results;Due Date", "objective;title;end_date"),
        ("Objective;Owner;Quarter", "title;owner;period"),
        ("Title;Kind;Start;Target;Value;Parents", "title;kind;from;to;value;parent"),
        ("Navn;Overordnet;Frist;Mærkater;Beskrivelse", "title;parent;end_date;tags;description"),
        ("Objective;KR 1;KR 2", "title;part_title;part_title"),
    ],
)
def test_headings_are_known_by_their_words_and_by_those_beside_them(headings: str, found: str) -> None:
    assert list(match(headings.split(";")).values()) == found.split(";")


def test_every_word_is_that_of_a_field() -> None:
    for words in (spreadsheets._ENGLISH, spreadsheets._DANISH):
        assert set(words) <= set(spreadsheets.FIELDS)


@pytest.mark.parametrize("headings", ["Hello", "A,B,C", "Owner", "Price,Colour"])
def test_a_table_of_other_things_is_not_recognised(headings: str) -> None:
    file = files.laid(headings.split(","), [("1", "2", "3")])
    assert not spreadsheets.recognise(file, "x.csv")
    with pytest.raises(Refused, match=r"file\.no-headings"):
        read(file)


@pytest.mark.parametrize("headings", ["Name", "Hvad,Ansvarlig", "Title,Who"])
def test_one_heading_that_is_known_is_enough_to_choose_the_others(headings: str) -> None:
    file = files.laid(headings.split(","), [("1", "2")])
    assert spreadsheets.recognise(file, "x.csv")
    assert len(spreadsheets.columns(file)) == len(headings.split(","))


def test_rows_above_the_headings_that_might_be_headings_are_passed_by() -> None:
    file = files.laid(("Periode", "Q3 2025"), [("", ""), ("Titel", "Ansvarlig"), ("Vokse", "Bo Krog")])
    assert [one.title for one in goals(read(file))] == ["Vokse"]


def test_days_of_a_danish_table_are_read_in_danish_order() -> None:
    assert goals(table(("Titel", "Frist"), ("Vokse", "03/04/2025")))[0].end == date(2025, 4, 3)
    said = table(("Title", "Due"), ("Grow", "03/04/2025"))
    assert goals(said)[0].end is None
    assert problems(said) == [(1, "Due", "date cannot be read", "")]


@pytest.mark.parametrize(
    ("others", "found", "said"),
    [
        (["31/12/2025"], date(2025, 4, 3), layouts_facts.DAY_FIRST),
        (["12/31/2025"], date(2025, 3, 4), layouts_facts.MONTH_FIRST),
        (["12/31/2025", "31/12/2025"], None, "date cannot be read"),
    ],
)
def test_a_day_with_two_readings_is_read_as_the_other_days_of_the_file_show(
    others: list[str], found: date | None, said: str
) -> None:
    lines = table(("Title", "Due"), ("Grow", "03/04/2025"), *(("Other", one) for one in others))
    assert goals(lines)[0].end == found
    assert [reason for _, _, reason, _ in problems(lines)] == [said]


def test_cells_without_a_heading_are_counted() -> None:
    assert homeless(table(("Title", "Owner"), ("Grow", "Bo", "left", "over"))) == [layouts_goals.UNHEADED] * 2


def test_several_owners_and_teams_are_parted() -> None:
    said = table(("Title", "Owner", "Team"), ("Grow", "Bo Krog <bo@nord.example>; Alma Holm", "North, South"))
    (goal,) = goals(said)
    assert goal.owners == (Named(name="Bo Krog", email=BO.email), Named(name="Alma Holm"))
    assert goal.teams == (Named(name="North"), Named(name="South"))


_WORD = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf")), max_size=12)
_ODD = st.sampled_from(["1.000,5", "50%", "1e400", "2025-02-30", "Objective", "1.2", "=1+", "-", "A; B"])
_HEADINGS = ["Title", "Type", "Parent", "Order", "Weight", "Start", "Target", "Progress", "Status"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(_WORD | _ODD, min_size=1, max_size=12), max_size=6), st.permutations(_HEADINGS))
def test_whatever_stands_in_the_cells_each_row_is_a_goal_or_a_problem(
    rows: list[list[str]], headings: list[str]
) -> None:
    said = read(files.laid(headings, rows))
    filled = [number for number, row in enumerate(rows, start=1) if any(one.strip() for one in row)]
    untitled = [row for row, _, reason, _ in problems(said) if reason == cells.NO_TITLE]
    assert sorted([one.at.row for one in goals(said)] + untitled) == filled
