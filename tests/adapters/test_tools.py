"""Tables of other OKR tools, each with the columns that it publishes."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from adapters import otherfiles as files
from pejl.adapters.formats import cells, layouts, layouts_goals, tools, viva_explorer
from pejl.adapters.formats.layouts import Layout
from pejl.adapters.formats.viva_explorer_goals import OWN_METRIC
from pejl.domain.transfers import GoalLine, Homeless, Named, ParentLine, Place, Problem, Said
from pejl.domain.values import (
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
from pejl.services import transfers

ALMA = Named(email="alma@nord.example")
BO = Named(email="bo@nord.example")
CARL = Named(email="carl@nord.example")
OBJECTIVE: dict[str, Any] = {
    "kind": Kind.OBJECTIVE, "progress_mode": ProgressMode.CHILDREN, "status_mode": StatusMode.PACE,
}  # fmt: skip
PER_CENT: dict[str, Any] = {"kind": Kind.KEY_RESULT, "status_mode": StatusMode.PACE}
MEASURED: dict[str, Any] = {"kind": Kind.KEY_RESULT, "progress_mode": ProgressMode.METRIC}
FILES = {
    "appfire-okr": files.laid(files.APPFIRE, files.APPFIRE_ROWS),
    "peoplebox": files.booked(files.PEOPLEBOX, files.PEOPLEBOX_ROWS),
    "betterworks": files.laid(files.BETTERWORKS, files.BETTERWORKS_ROWS),
    "culture-amp": files.laid(files.CULTURE_AMP, files.CULTURE_AMP_ROWS),
    "engagedly": files.booked(files.ENGAGEDLY, files.ENGAGEDLY_ROWS),
    "peoplecues": files.booked(files.PEOPLECUES, files.PEOPLECUES_ROWS),
    "mirro": files.booked(files.MIRRO, files.MIRRO_ROWS),
}
SPRING = {"start": date(2025, 1, 1), "end": date(2025, 3, 31)}


def read(layout: Layout, file: io.BytesIO, **options: Any) -> list[Said]:
    return list(layout.read(file, **options))


def goals(said: Iterable[Said]) -> list[GoalLine]:
    """The goals without their rows, which each reader test would only repeat."""
    return [dataclasses.replace(one, raw={}) for one in said if isinstance(one, GoalLine)]


def at(row: int, id_: str = "", file: str = "rows") -> Place:
    return Place(file, row, id_)


def problems(said: Iterable[Said]) -> list[tuple[int, str, str, str]]:
    return [(one.at.row, one.field, one.reason, one.kept_as) for one in said if isinstance(one, Problem)]


def homeless(said: Iterable[Said]) -> list[str]:
    return [one.field for one in said if isinstance(one, Homeless)]


def test_appfire_goals_stand_by_their_order_and_share_by_their_weights() -> None:
    said = read(tools.APPFIRE, FILES["appfire-okr"])
    assert goals(said) == [
        GoalLine(
            at(1), title="Win the north", description="All of it", level=Level.ORGANISATION,
            owners=(Named(name="Alma Holm"),), teams=(Named(name="Sales"),), period=Named(name="2025"),
            tags=("growth",), status=Status.ON_TRACK, status_word="On track", theirs=Decimal(20),
            **OBJECTIVE | {"status_mode": StatusMode.MANUAL},
        ),
        GoalLine(
            at(2), title="Orders from Norway", level=Level.TEAM, owners=(BO,),
            teams=(Named(name="Alpha"), Named(name="Beta")), period=Named(name="Q3 2025"),
            start=date(2025, 7, 1), end=date(2025, 9, 30), status=Status.AT_RISK, status_word="AT RISK",
            metric=Metric(MetricKind.REACH, "", Decimal(0), Decimal(50)), value=Decimal(15),
            parents=(ParentLine(id="rows:1", share=Decimal("0.25")),), **MEASURED,
        ),
        GoalLine(
            at(3), title="Complaints", level=Level.PERSON, owners=(Named(name="Bo Krog"),),
            period=Named(name="Q3 2025"), status=Status.CLOSED, state=State.CLOSED, status_word="Completed",
            status_mode=StatusMode.PACE, metric=Metric(MetricKind.DECREASE, "", Decimal(20), Decimal(10)),
            value=Decimal(11), parents=(ParentLine(id="rows:1", share=Decimal("0.75")),), **MEASURED,
        ),
        GoalLine(
            at(4), kind=Kind.INITIATIVE, title="Call every customer", owners=(Named(name="Bo Krog"),),
            period=Named(name="Q3 2025"), status=Status.NOT_STARTED, status_word="not Started",
            status_mode=StatusMode.PACE, parents=(ParentLine(id="rows:3"),),
        ),
    ]  # fmt: skip
    assert problems(said) == homeless(said) == []


def test_a_closed_goal_has_no_score_unless_the_file_gives_one() -> None:
    closed = [one for one in goals(read(tools.APPFIRE, FILES["appfire-okr"])) if one.state is State.CLOSED]
    assert [one.score for one in closed] == [None]


def test_a_place_in_the_outline_without_one_above_is_told_and_the_nearest_one_is_taken() -> None:
    rows = [list(row) for row in files.APPFIRE_ROWS]
    rows[1][0], rows[2][0], rows[3][0] = "1.4.2", "7.1", "1.4.2.1"
    said = read(tools.APPFIRE, files.laid(files.APPFIRE, rows))
    assert [[one.id for one in goal.parents] for goal in goals(said)] == [[], ["rows:1"], [], ["rows:2"]]
    assert problems(said) == [(3, "Order*", cells.NO_PARENT, "")]


def test_weights_with_one_missing_beside_them_count_alike_and_are_told() -> None:
    rows = [list(row) for row in files.APPFIRE_ROWS]
    rows[1][6] = ""
    said = read(tools.APPFIRE, files.laid(files.APPFIRE, rows))
    assert {one.share for goal in goals(said) for one in goal.parents} == {None}
    assert problems(said) == [(3, "Weight", layouts_goals.UNEVEN, "")]


def test_equal_weights_are_default_shares() -> None:
    rows = [list(row) for row in files.APPFIRE_ROWS]
    rows[1][6] = rows[2][6] = "2"
    said = read(tools.APPFIRE, files.laid(files.APPFIRE, rows))
    assert {one.share for goal in goals(said) for one in goal.parents} == {None}
    assert problems(said) == []


def test_peoplebox_goals_stand_by_row_and_goal_ids_and_deleted_rows_are_left_out() -> None:
    said = read(tools.PEOPLEBOX, FILES["peoplebox"])
    assert goals(said) == [
        GoalLine(
            at(1, "G-1"), title="Grow", level=Level.ORGANISATION, owners=(ALMA,), tags=("growth",),
            period=Named(name="Q1 2025"), status=Status.ON_TRACK, status_word="On Track", **SPRING,
            **OBJECTIVE | {"status_mode": StatusMode.MANUAL},
        ),
        GoalLine(
            at(2), title="Orders", description="Count", level=Level.TEAM, owners=(BO, ALMA),
            teams=(Named(name="Sales"),), period=Named(name="Q1 2025"), value=Decimal(35),
            metric=Metric(MetricKind.INCREASE, "", Decimal(10), Decimal(60)), status=Status.AT_RISK,
            status_word="Behind", parents=(ParentLine(id="G-1"),), **SPRING, **MEASURED,
        ),
    ]  # fmt: skip
    assert problems(said) == [(3, "Action", layouts_goals.DELETED, "")]
    assert homeless(said) == ["Check-in Type", "Check-in Type"]


def test_betterworks_milestones_are_key_results_by_hand_under_the_goal_above() -> None:
    said = read(tools.BETTERWORKS, FILES["betterworks"])
    assert goals(said) == [
        GoalLine(
            at(1), title="Grow", description="Long", owners=(ALMA,), tags=("Growth", "People"),
            theirs=Decimal(45), **SPRING, **OBJECTIVE,
        ),
        GoalLine(
            at(2), title="Orders", owners=(BO,), value=Decimal(60), theirs=Decimal(60),
            parents=(ParentLine(id="rows:1"),), **SPRING, **PER_CENT,
        ),
        GoalLine(at(3), title="Learn", owners=(BO,), **SPRING, **OBJECTIVE),
    ]  # fmt: skip
    assert problems(said) == homeless(said) == []


def test_culture_amp_has_several_key_results_in_a_row_and_parts_of_a_whole() -> None:
    said = read(tools.CULTURE_AMP, FILES["culture-amp"])
    everybody = (ALMA, BO, CARL)
    end = date(2025, 12, 31)
    under = (ParentLine(id="rows:1"),)
    assert goals(said) == [
        GoalLine(
            at(1), title="Grow", description="Why", owners=everybody, end=end, theirs=Decimal(40),
            created=date(2025, 1, 2), status=Status.ON_TRACK, status_word="on_track",
            **OBJECTIVE | {"status_mode": StatusMode.MANUAL},
        ),
        GoalLine(
            at(1, file="key_results"), title="Orders", owners=everybody, end=end, value=Decimal(50),
            theirs=Decimal(50), parents=under, **PER_CENT,
        ),
        GoalLine(
            at(2, file="key_results"), title="Visits", owners=everybody, end=end, value=Decimal(30),
            theirs=Decimal(30), parents=under, **PER_CENT,
        ),
        GoalLine(
            at(2), kind=Kind.OBJECTIVE, title="Learn", owners=(BO,), end=end, value=Decimal(100),
            theirs=Decimal(100), status=Status.CLOSED, state=State.CLOSED, status_word="completed",
            status_mode=StatusMode.PACE, chosen=(),
        ),
    ]  # fmt: skip
    assert homeless(said) == ["priority"]
    assert problems(said) == []


@pytest.mark.parametrize(
    ("word", "chosen"), [("Everyone", None), ("", None), ("private", ()), ("manager and up", ())]
)
def test_a_word_for_who_sees_a_goal_closes_it_unless_it_says_everybody(word: str, chosen: Any) -> None:
    row = [*files.CULTURE_AMP_ROWS[1]]
    row[3] = word
    said = read(tools.CULTURE_AMP, files.laid(files.CULTURE_AMP, [row]))
    assert goals(said)[0].chosen == chosen
    told = [(1, "visibility", layouts_goals.WHO_SEES, "")] if word.startswith("manager") else []
    assert problems(said) == told


def test_engagedly_goals_have_who_gave_them_and_an_archived_one_is_dropped() -> None:
    said = read(tools.ENGAGEDLY, FILES["engagedly"])
    assert goals(said) == [
        GoalLine(
            at(1, "E-1"), title="Grow", description="Why", owners=(BO,), status_word="active",
            creator=Named(name="Alma Holm", email="alma@nord.example"), start=date(2025, 1, 1),
            end=date(2025, 12, 31), **OBJECTIVE,
        ),
        GoalLine(
            at(2, "E-2"), title="Old", owners=(BO,), creator=ALMA, start=date(2024, 1, 1),
            end=date(2024, 12, 31), status=Status.DROPPED, state=State.DROPPED, status_word="archived",
            **OBJECTIVE,
        ),
    ]  # fmt: skip
    assert problems(said) == [(2, "Status", layouts_goals.ARCHIVED, "dropped")]
    assert homeless(said) == ["Notification Frequency", "Check-In Type"]


def test_peoplecues_metrics_are_key_results_under_one_objective() -> None:
    said = read(tools.PEOPLECUES, FILES["peoplecues"])
    under = (ParentLine(id="objectives:1"),)
    measured = MEASURED | {"status_mode": StatusMode.PACE, "owners": (ALMA,), "parents": under}
    assert goals(said) == [
        GoalLine(
            at(1, file="objectives"), title="Grow", description="Why", owners=(ALMA,), **SPRING, **OBJECTIVE
        ),
        GoalLine(
            at(1), title="Orders", metric=Metric(MetricKind.INCREASE, "", Decimal(10), Decimal(60)),
            **SPRING, **measured,
        ),
        GoalLine(
            at(2), title="Returns", metric=Metric(MetricKind.DECREASE, "%", Decimal(8), Decimal(4)),
            **SPRING, **measured,
        ),
        GoalLine(at(3), title="Learn", owners=(BO,), **SPRING, **OBJECTIVE),
    ]  # fmt: skip
    assert problems(said) == homeless(said) == []


def test_mirro_names_the_team_or_person_of_a_level_beside_it() -> None:
    said = read(tools.MIRRO, FILES["mirro"])
    assert goals(said) == [
        GoalLine(at(1), title="Grow", description="Why", level=Level.ORGANISATION, **OBJECTIVE),
        GoalLine(at(2, "7"), title="Sell", level=Level.TEAM, teams=(Named(name="Sales"),), **OBJECTIVE),
        GoalLine(at(3, "8"), title="Learn", level=Level.PERSON, owners=(BO,), **OBJECTIVE),
    ]
    assert problems(said) == [(4, "Objective Action", layouts_goals.DELETED, "")]


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_its_own_tools_alone(name: str) -> None:
    assert name == transfers.recognised(FILES[name], name="any.csv").NAME
    own = [one.NAME for one in (*tools.LAYOUTS, viva_explorer) if one.recognise(FILES[name], "any.csv")]
    assert own == [name]
    assert FILES[name].tell() == 0


@pytest.mark.parametrize("layout", tools.LAYOUTS, ids=lambda one: one.NAME)
def test_headings_come_in_any_order_and_case_and_fields_are_known(layout: Layout) -> None:
    assert layout.fits([heading.upper() for heading in reversed(layout.headings)])
    assert set(layout.headings.values()) - {""} <= set(layouts.FIELDS)
    for sign in layout.signs:
        assert not layout.fits([heading for heading in layout.headings if heading != sign])


def test_a_row_without_a_title_gives_no_goal() -> None:
    rows = [("", "goal", "5", "", "", "", "", ""), *files.BETTERWORKS_ROWS]
    said = read(tools.BETTERWORKS, files.laid(files.BETTERWORKS, rows))
    assert len(goals(said)) == 3
    assert problems(said) == [(1, "name", cells.NO_TITLE, "")]


def test_cells_that_cannot_be_read_are_told_and_the_goal_is_kept() -> None:
    row = ("Grow", "dream", "lots", "31/31/2025", "2025-03-31", "alma@nord.example", "", "")
    said = read(tools.BETTERWORKS, files.laid(files.BETTERWORKS, [row]))
    (goal,) = goals(said)
    assert (goal.kind, goal.start, goal.theirs) == (Kind.OBJECTIVE, None, None)
    assert problems(said) == [
        (1, "type", layouts_goals.NO_KIND, "objective"),
        (1, "progress", cells.NOT_A_NUMBER, ""),
        (1, "start_date", cells.NO_DATE, ""),
    ]


def test_an_unknown_status_word_is_kept_beside_no_status() -> None:
    rows = [[*files.APPFIRE_ROWS[0]]]
    rows[0][3] = "Splendid"
    said = read(tools.APPFIRE, files.laid(files.APPFIRE, rows))
    assert (goals(said)[0].status, goals(said)[0].status_word) == (None, "Splendid")
    assert problems(said) == [(1, "Status*", cells.NO_STATUS, "")]


def test_two_goals_of_a_title_under_different_parents_are_told_apart() -> None:
    rows = [
        ("1", "Objective", "North"), ("1.1", "Key result", "Keep the budget"),
        ("2", "Objective", "South"), ("2.1", "Key result", "Keep the budget"),
        ("2.1.1", "Work item", "Look at the books"),
    ]  # fmt: skip
    laid = [(*row, "On track", "Y2025", "Bo Krog", *[""] * 10) for row in rows]
    found = goals(read(tools.APPFIRE, files.laid(files.APPFIRE, laid)))
    assert [one.at.id for one in found] == ["", "", "", "South / Keep the budget", ""]
    assert found[-1].parents == (ParentLine(id="South / Keep the budget"),)


def test_an_objective_with_a_measure_of_its_own_keeps_it_where_the_tool_does_not_roll_up() -> None:
    rows = [[*row] for row in files.PEOPLEBOX_ROWS[:2]]
    rows[0][14:17] = ["0", "40", "10"]
    said = read(tools.PEOPLEBOX, files.laid(files.PEOPLEBOX, rows))
    assert goals(said)[0].progress_mode is ProgressMode.METRIC
    assert problems(said) == [(1, "Target Value", OWN_METRIC, "")]


def test_columns_tell_what_each_heading_is_read_as_and_a_profile_goes_before() -> None:
    file = FILES["betterworks"]
    assert tools.BETTERWORKS.columns(file)[:3] == [
        ("name", "title"), ("type", "kind"), ("progress", "progress"),
    ]  # fmt: skip
    profile = {"categories": "team", "description": ""}
    assert dict(tools.BETTERWORKS.columns(file, profile)) == dict(tools.BETTERWORKS.columns(file)) | profile
    said = read(tools.BETTERWORKS, file, profile=profile)
    assert goals(said)[0].teams == (Named(name="Growth"), Named(name="People"))
    assert (goals(said)[0].tags, goals(said)[0].description, homeless(said)) == ((), "", ["description"])


def test_numbered_columns_are_known_whatever_their_number() -> None:
    headings = (*files.CULTURE_AMP, "key_result_12_title", "key_result_12_completion")
    row = (*files.CULTURE_AMP_ROWS[0], "Calls", "0.25")
    found = goals(read(tools.CULTURE_AMP, files.laid(headings, [row])))
    assert [(one.title, one.value) for one in found[1:]] == [
        ("Orders", Decimal(50)), ("Visits", Decimal(30)), ("Calls", Decimal(25)),
    ]  # fmt: skip


def test_a_percentage_that_a_workbook_shows_is_not_scaled_again() -> None:
    file = files.laid(files.CULTURE_AMP, [(*files.CULTURE_AMP_ROWS[0][:9], "40 %", "Orders", "50%", "", "")])
    assert [one.theirs for one in goals(read(tools.CULTURE_AMP, file))] == [Decimal(40), Decimal(50)]


def test_another_table_is_refused_as_a_whole() -> None:
    with pytest.raises(Refused, match=r"file\.no-headings"):
        read(tools.APPFIRE, files.laid(("Title", "Owner"), [("Grow", "Bo")]))
