from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from adapters import vivafiles
from adapters.vivafiles import BO, goal, metric
from pejl.adapters.formats import viva_explorer, viva_explorer_cells, viva_zip
from pejl.domain.transfers import (
    CheckinLine,
    GoalLine,
    Homeless,
    Named,
    ParentLine,
    PeriodLine,
    PersonLine,
    Place,
    Problem,
    Said,
    TeamLine,
)
from pejl.domain.values import (
    Ambition,
    Kind,
    Level,
    Metric,
    MetricKind,
    ProgressMode,
    Refused,
    State,
    Status,
    StatusMode,
)

ALIGNED = "Aligned To (weight, Objective ID)"
HEADINGS = (
    "Id", "Title", "Team", "Creator", "Owner", "Period", "Start Date", "End Date", "Description", ALIGNED,
    "Metric Name", "Unit", "Target", "Object Type", "Goal Type", "Start", "Created At", "Last Check-in",
    "Progress %", "Actual Progress", "Status", "Last Check-in Note", "Score", "Checkins",
)  # fmt: skip


def objective(id_: int, **fields: Any) -> dict[str, Any]:
    """A percentage objective, with its fields put over by `fields` ("_" for a blank in a name)."""
    row = {
        "Id": id_, "Title": f"Goal {id_}", "Owner": "Alma Holm", "Creator": "Alma Holm",
        "Period": "Annual 2025", "Start Date": "2025-01-01", "End Date": "2025-12-31", "Unit": "%",
        "Target": "100.0", "Start": "0.0", "Object Type": "Objective", "Goal Type": "Aspirational Goal",
        "Created At": "2024-12-12 09:00:00 UTC", "Progress %": "40", "Actual Progress": "40.0",
        "Status": "On Track",
    }  # fmt: skip
    return row | {key.replace("_", " "): value for key, value in fields.items()}


def key_result(id_: int, under: str = "", **fields: Any) -> dict[str, Any]:
    measure = {
        "Object_Type": "Key result",
        "Metric_Name": "orders",
        "Unit": "",
        "Start": "10",
        "Target": "50",
    }
    measure |= {"Progress_%": "50", "Actual_Progress": "30"}
    return objective(id_, **measure | fields) | ({ALIGNED: under} if under else {})


def said_in(note: str = "Moving", on: str = "2025-02-03", status: str = "Behind", value: str = "20") -> str:
    return (
        f"Checkin Date: {on}; User: Alma Holm; Note: {note}; Metric Name: orders; Status: {status}; "
        f"Current Value: {value}; Activity Date: {on} 20:57:08 UTC;"
    )


def table(
    rows: Sequence[Mapping[str, Any]], *, drop: Sequence[str] = (), spill: Sequence[Sequence[str]] = ()
) -> list[list[Any]]:
    """The table of these rows; `spill` are the further check-ins of each, to the right of the headings."""
    extra = list(dict.fromkeys(key for row in rows for key in row if key not in HEADINGS))
    headings = [*extra, *(one for one in HEADINGS if one not in drop)]
    spilled = [*spill, *([] for _ in rows)]
    return [headings, *([row.get(key, "") for key in headings] + [*more] for row, more in zip(rows, spilled))]  # noqa: B905


def packed(lines: Sequence[Sequence[Any]]) -> io.BytesIO:
    out = io.StringIO()
    csv.writer(out).writerows(lines)
    return io.BytesIO(out.getvalue().encode("utf-8-sig"))


def read(*rows: Mapping[str, Any], **more: Any) -> list[Said]:
    return list(viva_explorer.read(packed(table(rows, **more))))


def goals(said: Sequence[Said]) -> list[GoalLine]:
    return [one for one in said if isinstance(one, GoalLine)]


def checkins(said: Sequence[Said]) -> list[CheckinLine]:
    return [one for one in said if isinstance(one, CheckinLine)]


def told(said: Sequence[Said]) -> list[tuple[str, str, str]]:
    return [(one.field, one.reason, one.kept_as) for one in said if isinstance(one, Problem)]


def test_a_row_is_read_whole() -> None:
    under = "Win (the north)(weight: 100.00%, Id: 7)"
    said = read(
        objective(7, Title="Win (the north)", Status="At Risk"),
        key_result(8, under, Owner="Alma Holm, Bo Krog", Team="Sales; North", Description="Why\nso",
                   Status="Closed", Score="0.5", Goal_Type="Committed Goal", Checkins=said_in()),
        spill=[[], [said_in("Later", "2025-02-10", "At Risk", "30")]],
    )  # fmt: skip
    assert [type(one).__name__ for one in said] == [
        "PeriodLine", "TeamLine", "TeamLine", "PersonLine", "PersonLine", "GoalLine", "GoalLine",
        "Homeless", "CheckinLine", "CheckinLine",
    ]  # fmt: skip
    first, second = goals(said)
    assert (first.status, first.status_word, first.kind) == (Status.OFF_TRACK, "At Risk", Kind.OBJECTIVE)
    assert second == GoalLine(
        Place("rows", 2, "8"),
        kind=Kind.KEY_RESULT,
        title="Goal 8",
        description="Why\nso",
        owners=(Named(name="Alma Holm"), Named(name="Bo Krog")),
        creator=Named(name="Alma Holm"),
        teams=(Named(name="Sales"), Named(name="North")),
        period=Named(name="Annual 2025"),
        start=date(2025, 1, 1),
        end=date(2025, 12, 31),
        ambition=Ambition.COMMITTED,
        metric=Metric(MetricKind.INCREASE, "", Decimal(10), Decimal(50)),
        value=Decimal(30),
        progress_mode=ProgressMode.METRIC,
        status_mode=StatusMode.MANUAL,
        status=Status.CLOSED,
        status_word="Closed",
        state=State.CLOSED,
        score=Decimal("0.5"),
        parents=(ParentLine("7", "Win (the north)"),),
        created=date(2024, 12, 12),
        theirs=Decimal(50),
        raw=second.raw,
    )
    assert second.raw["Checkins"] == [said_in(), said_in("Later", "2025-02-10", "At Risk", "30")]
    assert checkins(said)[1] == CheckinLine(
        Place("checkins", 2, "8.2"), "8", date(2025, 2, 10), value=Decimal(30), status=Status.OFF_TRACK,
        status_word="At Risk", note="Later", by=Named(name="Alma Holm"),
    )  # fmt: skip


def test_people_teams_and_periods_come_once_and_stand_at_no_place() -> None:
    said = read(
        objective(7, Team="Sales", Owner="Bo Krog"),
        objective(8, Team="Sales; North", Owner="Bo Krog, Carla", Checkins=said_in()),
    )
    nowhere = Place("", 0, "")
    assert [one for one in said if isinstance(one, PeriodLine)] == [
        PeriodLine(nowhere, "Annual 2025", date(2025, 1, 1), date(2025, 12, 31))
    ]
    assert [one for one in said if isinstance(one, TeamLine)] == [
        TeamLine(nowhere, "Sales"),
        TeamLine(nowhere, "North"),
    ]
    people = [one for one in said if isinstance(one, PersonLine)]
    assert people == [PersonLine(nowhere, name) for name in ("Alma Holm", "Bo Krog", "Carla")]


@pytest.mark.parametrize(
    ("name", "dates", "found"),
    [
        ("Sprint", [("2025-02-03", "2025-02-21")] * 2, (date(2025, 2, 3), date(2025, 2, 21))),
        ("Q1 2025", [("2025-04-01", "2025-06-30")] * 3, (date(2025, 4, 1), date(2025, 6, 30))),
        ("Q1 2025", [("2025-02-01", "2025-06-30"), ("2025-01-01", "2025-01-31")],
         (date(2025, 1, 1), date(2025, 3, 31))),
        ("2025 H2", [("", "")], (date(2025, 7, 1), date(2025, 12, 31))),
        ("Annual 2025", [("", "")], (date(2025, 1, 1), date(2025, 12, 31))),
        ("Q5 2025", [("", "")], (None, None)),
        ("Sprint", [("2025-02-01", "2025-06-30"), ("2025-01-01", "2025-01-31")], (None, None)),
        ("Sprint", [("2025-06-30", "2025-01-01")], (None, None)),
    ],
)  # fmt: skip
def test_a_period_has_the_days_of_its_goals_or_of_its_name(
    name: str, dates: list[tuple[str, str]], found: tuple[date | None, date | None]
) -> None:
    rows = [objective(n, Period=name, Start_Date=start, End_Date=end) for n, (start, end) in enumerate(dates)]
    (period,) = (one for one in read(*rows) if isinstance(one, PeriodLine))
    assert (period.start, period.end) == found


@pytest.mark.parametrize("gone", HEADINGS)
def test_any_column_may_be_missing(gone: str) -> None:
    rows = [objective(7, Checkins=said_in()), key_result(8, "Goal 7(weight: 100.00%, Id: 7)")]
    file = packed(table(rows, drop=[gone]))
    if gone == "Title":
        assert not viva_explorer.recognise(file, "x.csv")
        return
    assert viva_explorer.recognise(file, "x.csv")
    found = list(viva_explorer.read(file))
    assert len(goals(found)) == 2
    assert goals(found)[1].parents[0].title == "Goal 7" if gone != ALIGNED else not goals(found)[1].parents


@pytest.mark.parametrize(
    "heading",
    [
        "Id,Name,Owner", "Order,Type,Summary,Status,Period,Owner,OKR type", "Title,Owner,Status",
        "Row ID,Goal Title,Goal Type,Checkins", "",
    ],
)  # fmt: skip
def test_other_tables_are_not_recognised(heading: str) -> None:
    file = io.BytesIO(f"{heading}\n1,2,3\n".encode())
    assert not viva_explorer.recognise(file, "x.csv")
    assert file.tell() == 0
    with pytest.raises(Refused, match=r"file\.no-headings"):
        list(viva_explorer.read(file))


def test_a_workbook_is_recognised_and_says_the_same_as_the_text() -> None:
    rows = [objective(7), key_result(8, "Goal 7(weight: 100.00%, Id: 7)", Checkins=said_in())]
    lines = table(rows, spill=[[], [said_in("Later", value="25")]])
    book = openpyxl.Workbook(write_only=True)
    book.create_sheet("Read me").append(["An export"])
    sheet = book.create_sheet("Export")
    for number, line in enumerate(lines):
        link = f'=HYPERLINK("https://goals.example/{line[0]}","{line[0]}")'
        figures = [float(one) if number and one in ("30", "0.0") else one for one in line[1:]]
        sheet.append([link if number else line[0], *figures])
    file = io.BytesIO()
    book.save(file)
    assert viva_explorer.recognise(file, "x.xlsx")
    assert bare(viva_explorer.read(file)) == bare(read(*rows, spill=[[], [said_in("Later", value="25")]]))


def bare(said: Any) -> list[str]:
    """What was said but for the original records, whose cells have types of their own in a workbook."""
    return [repr(one).partition(", raw=")[0] for one in said]


def test_an_organisation_says_the_same_in_both_exports() -> None:
    whole = vivafiles.whole()
    whole["objectives"][2] |= {"Progress": 97.5, "Status": "Postponed"}
    whole["objectives"].append(goal(104, Owner=[BO], Outcome=metric(0.0, 8.0, kind="Reach"), Progress=2.0))
    aligned = {"Object_Type": "Key result", "Metric_Name": "orders", "Unit": "", "Team": "Sales"}
    under = "Win the north(weight: 40.00%, Id: 100)", "Win the north(weight: 60.00%, Id: 100)"
    notes = [said_in("Moving", value="50.0"), said_in("Moving", value="75.0")]
    said = read(
        objective(100, Title="Win the north", **{"Actual Progress": "45.0", "Progress %": "45"}),
        key_result(101, under[0], **aligned, Start="0.0", Target="100.0", Actual_Progress="75.0",
                   **{"Progress %": "75"}, Checkins=notes[0]),
        key_result(102, under[1], **aligned, Start="120.0", Target="30.0", Actual_Progress="97.5",
                   Status="Postponed", **{"Progress %": "25"}),
        objective(103, Object_Type="Initiative", **{ALIGNED: "Win the north(weight: 0.00%, Id: 100)"}),
        objective(104, Owner="Bo Krog", Metric_Name="orders", Unit="", Target="8.0", Actual_Progress="2.0"),
        spill=[[], [notes[1]]],
    )  # fmt: skip
    theirs = list(viva_zip.read(vivafiles.packed(whole)))
    assert [alike(one) for one in goals(said)] == [alike(one) for one in goals(theirs)]
    ours, same = (
        Counter((c.goal, c.on, c.value, c.status, c.note) for c in checkins(x)) for x in (said, theirs)
    )
    assert ours == same
    assert sum(ours.values()) == 2
    shares = [parent.share for one in goals(said) for parent in one.parents]
    assert shares == [Decimal("0.4"), Decimal("0.6"), Decimal(0)]


def alike(line: GoalLine) -> tuple[Any, ...]:
    """What both exports can tell of a goal."""
    kind = line.metric and (line.metric.start, line.metric.target)
    named = [[one.name for one in several] for several in (line.owners, line.teams)]
    parents = [one.id for one in line.parents]
    mode = line.progress_mode
    return (line.at.id, line.kind, line.title, kind, line.value, line.status, line.start, line.end, mode,
            line.ambition, line.created, *named, parents)  # fmt: skip


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        (("Objective", "Key result", "Deliverable"), "OKI"),
        (("Big Rock", "Metric", "To Do"), "OKI"),
        (("Theme", "Outcome", "Milestone"), "OKI"),
        (("Outcome", "Result", "Action"), "OKI"),
        (("Goal", "KPI", "Project"), "OKI"),
        (("Company objective", "Team key results", "initiatives"), "OKI"),
        (("Målsætning", "Nøgleresultat", "Initiativ"), "OKI"),
    ],
)
def test_kinds_are_told_by_the_words_of_the_organisation(words: Sequence[str], kinds: str) -> None:
    rows = [objective(n, Object_Type=word) for n, word in enumerate(words)]
    letters = {"O": Kind.OBJECTIVE, "K": Kind.KEY_RESULT, "I": Kind.INITIATIVE}
    assert [one.kind for one in goals(read(*rows))] == [letters[one] for one in kinds]


def test_a_word_that_two_kinds_share_is_told_by_the_other_rows_and_said_once() -> None:
    said = read(objective(7), *(objective(n, Object_Type="Outcome") for n in (8, 9)))
    assert [one.kind for one in goals(said)] == [Kind.OBJECTIVE, Kind.KEY_RESULT, Kind.KEY_RESULT]
    (problem,) = (one for one in said if isinstance(one, Problem))
    assert (problem.at, problem.kept_as) == (Place("", 0, ""), "key_result")
    assert problem.params == {"word": "Outcome", "kind": "key result"}


@pytest.mark.parametrize("word", ["Outcome", "Moonshot"])
def test_a_word_that_stays_in_doubt_is_told_by_parents_and_metric(word: str) -> None:
    under = "Goal 7(weight: 100.00%, Id: 7)"
    said = read(
        objective(7, Object_Type=word),
        key_result(8, under, Object_Type=word),
        objective(9, Object_Type=word, **{ALIGNED: under}),
        key_result(10, Object_Type=word),
    )
    kinds = [one.kind for one in goals(said)]
    last = Kind.KEY_RESULT if word == "Outcome" else Kind.OBJECTIVE  # a metric alone tells of an outcome
    assert kinds == [Kind.OBJECTIVE, Kind.KEY_RESULT, Kind.OBJECTIVE, last]
    assert [kept for name, _, kept in told(said) if name == "Object Type"] == kinds
    assert goals(said)[0].progress_mode is ProgressMode.CHILDREN


def test_a_file_without_types_says_so_once() -> None:
    said = read(
        objective(7), key_result(8, "Goal 7(weight: 100.00%, Id: 7)"), drop=["Object Type", "Metric Name"]
    )
    assert [one.kind for one in goals(said)] == [Kind.OBJECTIVE, Kind.KEY_RESULT]
    assert [reason for _, reason, _ in told(said)] == ["the file has no types: read by parents and metrics"]


def test_older_files_have_other_columns() -> None:
    rows = [
        objective(7, Tag="north; growth", OKR_type="Team", Type_name="Sales"),
        objective(8, OKR_type="Organization", Type_name="Nord"),
        objective(9, OKR_type="Individual", Type_name="Alma Holm"),
    ]
    first, second, third = goals(read(*rows, drop=["Unit", "Actual Progress"]))
    assert (first.tags, first.level, first.teams) == (("north", "growth"), Level.TEAM, (Named(name="Sales"),))
    assert (second.level, third.level) == (Level.ORGANISATION, Level.PERSON)
    assert first.value == Decimal(40)
    key = goals(read(objective(7, OKR_type="Key result"), drop=["Object Type"]))[0]
    assert (key.kind, key.level) == (Kind.KEY_RESULT, None)


def test_without_ids_goals_are_known_by_their_titles_and_rows() -> None:
    said = read(
        objective(7, Title="Win  (the north)"),
        key_result(8, "Win (the north)(weight: 100.00%, Id: 7)", Checkins=said_in()),
        drop=["Id"],
    )
    parent, child = goals(said)
    assert (parent.at, child.at) == (Place("rows", 1, ""), Place("rows", 2, ""))
    assert child.parents == (ParentLine("", "Win (the north)"),)
    assert parent.progress_mode is ProgressMode.CHILDREN
    (checkin,) = checkins(said)
    assert (checkin.at, checkin.goal) == (Place("checkins", 1, "rows:2.1"), "rows:2")


@pytest.mark.parametrize("between", ["; ", ", ", "\n", ";\n"])
def test_several_parents_are_parted_by_their_weights(between: str) -> None:
    cell = between.join(
        ["Win (north; south), again(weight: 50.00%, Id: 7)", "Grow (weight: 50.00%, Id: 8)"]
    )  # fmt: skip
    parents = goals(read(objective(9, **{ALIGNED: cell})))[0].parents
    assert parents == (ParentLine("7", "Win (north; south), again"), ParentLine("8", "Grow"))


def test_each_of_two_parents_has_a_share_of_its_own() -> None:
    cell = "Win (a; b)(weight: 60.00%, Id: 7)Grow(weight: 40.00%, Id: 8)"
    line = goals(read(objective(7, Title="Win (a; b)"), key_result(9, cell)))[1]
    assert line.parents == (
        ParentLine("7", "Win (a; b)", Decimal("0.6")),
        ParentLine("8", "Grow", Decimal("0.4")),
    )


def weights(*given: str) -> tuple[list[Decimal | None], list[tuple[str, str, str]]]:
    """The shares of goals under one parent with these weights in the file."""
    rows = [key_result(n, f"Goal 7(weight: {weight}%, Id: 7)") for n, weight in enumerate(given, start=8)]
    said = read(objective(7), *rows)
    return [one.parents[0].share for one in goals(said)[1:]], told(said)


@pytest.mark.parametrize(
    "given", [("14.29",) * 7, ("100.00",) * 3, ("33.33", "33.34", "33.33"), ("0.00",) * 2]
)
def test_equal_weights_are_default_shares(given: tuple[str, ...]) -> None:
    assert weights(*given) == ([None] * len(given), [])


def test_a_weight_that_differs_is_a_fixed_share() -> None:
    assert weights("40.00", "20.00", "20.00", "20.00") == ([Decimal("0.4"), None, None, None], [])
    assert weights("70.00", "30.00")[0] == [Decimal("0.7"), Decimal("0.3")]
    assert weights("40.00", "40.00")[0] == [Decimal("0.4"), Decimal("0.4")]
    assert weights("40.00")[0] == [Decimal("0.4")]
    assert weights("50.00", "50.00", "0.00")[0] == [None, None, Decimal(0)]


def test_what_cannot_be_read_of_the_parents_is_told() -> None:
    said = read(objective(7, **{ALIGNED: "Win(weight: 100.00%, Id: 9); and more"}))
    assert goals(said)[0].parents == (ParentLine("9", "Win"),)
    assert told(said) == [("Aligned To", "parent cannot be read", "and more")]
    assert goals(read(objective(7, **{ALIGNED: "Win"})))[0].parents == (ParentLine("", "Win"),)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"Start": "10", "Target": "50"}, Metric(MetricKind.INCREASE, "", Decimal(10), Decimal(50))),
        ({"Start": "50", "Target": "10"}, Metric(MetricKind.DECREASE, "", Decimal(50), Decimal(10))),
        ({"Start": "0.0", "Target": "4"}, Metric(MetricKind.REACH, "", Decimal(0), Decimal(4))),
        ({"Start": "4", "Target": "0"}, Metric(MetricKind.DECREASE, "", Decimal(4), Decimal(0))),
        ({"Unit": "$"}, Metric(MetricKind.INCREASE, "USD", Decimal(10), Decimal(50))),
        ({"Unit": "visits"}, Metric(MetricKind.INCREASE, "visits", Decimal(10), Decimal(50))),
        (
            {"Unit": "%", "Start": "0", "Target": "100"},
            Metric(MetricKind.REACH, "%", Decimal(0), Decimal(100)),
        ),
        ({"Unit": "%", "Start": "0", "Target": "100", "Metric_Name": ""}, None),
        ({"Unit": "", "Start": "", "Target": "", "Metric_Name": ""}, None),
    ],
)
def test_metrics_are_read_from_start_and_target(fields: dict[str, str], found: Metric | None) -> None:
    line = goals(read(key_result(8, **fields)))[0]
    assert line.metric == found
    assert line.progress_mode is (ProgressMode.MANUAL if found is None else ProgressMode.METRIC)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"Start": "50"}, "start and target are the same: read as per cent by hand"),
        ({"Target": ""}, "target is missing: read as per cent by hand"),
    ],
)
def test_a_metric_that_cannot_measure_leaves_the_per_cent(fields: dict[str, str], reason: str) -> None:
    said = read(key_result(8, **fields, Checkins=said_in()))
    line = goals(said)[0]
    assert (line.metric, line.value, line.progress_mode) == (None, Decimal(50), ProgressMode.MANUAL)
    assert [one for _, one, _ in told(said)] == [
        reason, "value has no measure: its goal is read as per cent by hand",
    ]  # fmt: skip
    assert checkins(said)[0].value is None


def test_a_value_that_may_be_one_to_stay_above_is_read_as_moving_there() -> None:
    said = read(key_result(8, Start="0", Target="99.5", Actual_Progress="98.5", **{"Progress %": "0"}))
    line = goals(said)[0]
    assert line.metric == Metric(MetricKind.REACH, "", Decimal(0), Decimal("99.5"))
    assert line.theirs == 0
    assert told(said) == []


def test_a_missing_value_is_that_of_the_latest_check_in_else_worked_out() -> None:
    later = said_in(on="2025-03-01", value="26")
    spilled = read(key_result(8, Checkins=later), spill=[[said_in()]], drop=["Actual Progress"])
    assert goals(spilled)[0].value == Decimal(26)
    said = read(key_result(8), drop=["Actual Progress"])
    assert goals(said)[0].value == Decimal(30)
    reason = "value is missing: worked out from the progress in per cent"
    assert told(said) == [("Actual Progress", reason, "30")]
    silent = key_result(8, Status="Not Started", **{"Progress %": "0"})
    assert goals(read(silent, drop=["Actual Progress"]))[0].value is None


def test_objectives_with_key_results_in_the_file_are_fed_by_them() -> None:
    under = "Goal 7(weight: 100.00%, Id: 7)"
    said = read(objective(7), key_result(8, under), objective(9, **{ALIGNED: under}))
    first, second, third = goals(said)
    assert (first.progress_mode, first.status_mode) == (ProgressMode.CHILDREN, StatusMode.PACE)
    assert (second.progress_mode, third.progress_mode) == (ProgressMode.METRIC, ProgressMode.MANUAL)


def test_an_objective_with_a_metric_and_key_results_keeps_its_metric_and_says_so() -> None:
    own = {**key_result(7), "Object Type": "Objective"}
    said = read(own, key_result(8, "Goal 7(weight: 100.00%, Id: 7)"))
    assert goals(said)[0].progress_mode is ProgressMode.METRIC
    assert [reason for _, reason, _ in told(said)] == [
        "the file does not tell whether its key results feed it: read by its own metric"
    ]


@pytest.mark.parametrize(
    ("score", "status", "found"),
    [("", "Closed", None), ("N/A", "Closed", None), ("0.0", "Closed", Decimal(0)), ("0.0", "Behind", None)],
)
def test_a_score_may_be_empty_or_not_available(score: str, status: str, found: Decimal | None) -> None:
    said = read(objective(7, Score=score, Status=status))
    assert goals(said)[0].score == found
    assert told(said) == []


def test_names_with_a_comma_are_kept_whole_where_they_stand_alone_elsewhere() -> None:
    said = read(
        objective(7, Creator="Holm, Alma", Owner="Holm, Alma, Krog, Bo"),
        objective(8, Creator="Krog, Bo", Owner="Krog, Bo"),
        objective(9, Creator="Krog, Bo", Owner="Krog, Bo, Lind, Ea"),
    )
    first, second, third = ([one.name for one in line.owners] for line in goals(said))
    assert (first, second) == (["Holm, Alma", "Krog, Bo"], ["Krog, Bo"])
    assert third == ["Krog, Bo", "Lind", "Ea"]
    assert [(name, kept) for name, _, kept in told(said)] == [("Owner", "Krog, Bo; Lind; Ea")]


@pytest.mark.parametrize(
    "note",
    [
        "", "plain", "one; two;", "Status: red; all is; Current Value: 3", "see; User: me; Note: x",
        "two\nlines, and a comma", "<b>fed</b> 👍",
    ],
)  # fmt: skip
def test_notes_may_hold_anything(note: str) -> None:
    (checkin,) = checkins(read(key_result(8, Checkins=said_in(note))))
    assert (checkin.note, checkin.status_word, checkin.value) == (note, "Behind", Decimal(20))
    assert checkin.by == Named(name="Alma Holm")


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("Checkin Date: 2025-03-10;", {"Checkin Date": "2025-03-10", "User": "", "Note": ""}),
        (
            "Checkin Date: 2025-03-10; User: A; Note: text; Status: On Track; Current Value: 25%;",
            {"Checkin Date": "2025-03-10", "User": "A", "Note": "text", "Status": "On Track",
             "Current Value": "25%"},
        ),
        (
            "Checkin Date: 2025-03-10; User: A; Metric Name: m; n; Status: On Track",
            {"Checkin Date": "2025-03-10", "User": "A", "Note": "", "Metric Name": "m; n",
             "Status": "On Track"},
        ),
        ("A note; Checkin Date: 2025-03-10;", {}),
    ],
)  # fmt: skip
def test_any_part_of_a_check_in_may_be_missing(cell: str, found: dict[str, str]) -> None:
    assert viva_explorer_cells.checkin(cell) == found


def test_a_check_in_in_per_cent_counts_where_its_goal_is_in_per_cent() -> None:
    assert checkins(read(objective(7, Checkins=said_in(value="25%"))))[0].value == Decimal(25)
    said = read(key_result(8, Checkins=said_in(value="25%")))
    assert checkins(said)[0].value is None
    assert told(said) == [("Current Value", "value is in per cent, the goal is not", "")]


def test_check_ins_keep_what_can_be_read() -> None:
    broken = [said_in(on="2025-13-40"), said_in(value="many"), said_in(status="Marinating")]
    moved = said_in().replace("Checkin Date: 2025-02-03", "Checkin Date: soon")
    said = read(key_result(8, Checkins=broken[0]), spill=[[*broken[1:], moved, "stray"]])
    assert [(one.at.row, one.at.id, one.value) for one in checkins(said)] == [
        (2, "8.2", None), (3, "8.3", Decimal(20)), (4, "8.4", Decimal(20)),
    ]  # fmt: skip
    assert told(said) == [
        ("", "cell without a heading is no check-in: left out", "stray"),
        ("Checkin Date", "date cannot be read", ""),
        ("Current Value", "value is not a number", ""),
        ("Status", "status word is not known", ""),
        ("Checkin Date", "date cannot be read", "2025-02-03"),
    ]
    assert goals(said)[0].raw["Checkins"][-1] == "stray"


def test_the_last_check_in_is_read_from_its_columns_where_the_file_has_no_others() -> None:
    last = {"Last_Check-in": "2025-02-14", "Last_Check-in_Note": "On the way"}
    said = read(key_result(8, **last), drop=["Checkins"])
    (checkin,) = checkins(said)
    assert (checkin.at, checkin.goal, checkin.on) == (Place("", 0, ""), "8", date(2025, 2, 14))
    assert (checkin.value, checkin.note, checkin.status) == (Decimal(30), "On the way", Status.ON_TRACK)
    assert len(checkins(read(key_result(8, **last, Checkins=said_in())))) == 1


def test_columns_that_nobody_knows_are_named_where_they_are_filled_in() -> None:
    said = read(objective(7, Region="North"), objective(8, Region=""))
    assert [one.field for one in said if isinstance(one, Homeless)] == ["Region"]


def test_a_row_with_trouble_still_comes() -> None:
    said = read(
        objective(
            7, Title="", Start_Date="2025-13-40", Status="Marinating", Score="7", **{"Progress %": "many"}
        )
    )
    line = goals(said)[0]
    assert (line.title, line.start, line.status, line.score, line.theirs) == (
        "Objective 7",
        None,
        None,
        None,
        None,
    )
    assert {name for name, _, _ in told(said)} == {"Title", "Start Date", "Status", "Score", "Progress %"}


def test_text_of_another_encoding_is_told_once() -> None:
    text = packed(table([objective(7, Title="Ål")])).getvalue().decode("utf-8-sig")
    said = list(viva_explorer.read(io.BytesIO(text.encode("cp1252"))))
    assert goals(said)[0].title == "Ål"
    assert said[0] == Problem(Place("", 0, ""), "", "text is not in UTF-8: read as Windows-1252")


def test_check_ins_come_after_all_goals() -> None:
    last = {"Last_Check-in": "2025-02-14"}
    said = read(objective(7, Checkins=said_in()), objective(8, **last), key_result(9, Checkins=said_in()),
                spill=[[said_in("Later"), "stray"]])  # fmt: skip
    kinds = [type(one) for one in said]
    assert kinds.index(CheckinLine) > max(at for at, one in enumerate(kinds) if one is GoalLine)
    assert [(one.at.row, one.at.id, one.goal) for one in checkins(said)] == [
        (1, "7.1", "7"), (2, "7.2", "7"), (0, "", "8"), (3, "9.1", "9"),
    ]  # fmt: skip
    assert [reason for _, reason, _ in told(said)] == ["cell without a heading is no check-in: left out"]


@pytest.mark.parametrize(
    "headings",
    [
        "Title,Object Type,Period,Owner", "title,PERIOD,owner,status", "Status,Title,Checkins,Period",
        "Title;Object Type;Owner;Aligned To (weight, Objective ID)", "Title,Aligned To,Start,Target",
        "Title\tObject Type\tPeriod\tStatus",
    ],
)  # fmt: skip
def test_a_few_of_its_headings_are_enough(headings: str) -> None:
    delimiter = next(one for one in "\t;," if one in headings)
    file = io.BytesIO(f"{headings}\n{delimiter.join('abcd')}\n".encode())
    assert viva_explorer.recognise(file, "x.csv")
    assert file.tell() == 0
    assert len(goals(list(viva_explorer.read(file)))) == 1


def test_rows_come_as_they_are_read() -> None:
    rows = [objective(number) for number in range(3000)]
    file = packed(table(rows))
    said = viva_explorer.read(file)
    assert isinstance(next(one for one in said if isinstance(one, GoalLine)), GoalLine)
    assert file.tell() < len(file.getvalue())
