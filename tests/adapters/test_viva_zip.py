from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from adapters import vivafiles
from adapters.vivafiles import ALMA, BO, FROM_CHILDREN, SALES, goal, metric
from pejl.adapters.formats import cells, viva_zip
from pejl.domain.transfers import (
    CheckinLine,
    CommentLine,
    GoalLine,
    Homeless,
    Named,
    ParentLine,
    PeriodLine,
    PersonLine,
    Place,
    Problem,
    Said,
    TaskLine,
    TeamLine,
)
from pejl.domain.values import (
    Ambition,
    Kind,
    Level,
    Metric,
    MetricKind,
    Phase,
    ProgressMode,
    Refused,
    State,
    Status,
    StatusMode,
)

ALMA_NAMED = Named("1", "Alma Holm", "alma@nord.example")
BO_NAMED = Named("2", "Bo Krog", "bo@nord.example")


def said(**arrays: Any) -> list[Said]:
    return list(viva_zip.read(vivafiles.packed(arrays)))


def one_goal(record: Mapping[str, Any]) -> tuple[GoalLine, list[Problem], list[str]]:
    """The line of an export with this goal only, the problems, and the fields without a home."""
    first, *rest = said(objectives=[record])
    assert isinstance(first, GoalLine)
    problems = [one for one in rest if isinstance(one, Problem)]
    return first, problems, [one.field for one in rest if isinstance(one, Homeless)]


def reasons(problems: list[Problem]) -> list[tuple[str, str, str]]:
    return [(one.field, one.reason, one.kept_as) for one in problems]


def test_every_row_of_every_array_gives_one_line_in_the_order_that_later_lines_need() -> None:
    lines = [one for one in said(**vivafiles.whole()) if not isinstance(one, Homeless)]
    assert [type(one).__name__ for one in lines] == (
        ["PeriodLine"] + ["TeamLine"] * 2 + ["PersonLine"] * 2 + ["GoalLine"] * 4
        + ["CheckinLine"] * 2 + ["CommentLine"]
    )  # fmt: skip
    assert [one.at for one in lines if isinstance(one, TeamLine)] == [
        Place("Teams", 1, "31"),
        Place("Teams", 2, "32"),
    ]


@pytest.mark.parametrize("gone", list(vivafiles.whole()))
def test_any_member_may_be_missing(gone: str) -> None:
    arrays = vivafiles.whole()
    del arrays[gone]
    found = {one.at.file for one in said(**arrays) if not isinstance(one, Homeless)}
    assert found == {"TimePeriods", "Teams", "Users", "objectives", "checkins", "comments"} - {gone}


def test_members_are_found_whatever_their_case_suffix_and_folder() -> None:
    names = {"objectives": "Export 1/OBJECTIVES.JSON", "Users": "export 1/users-of-today.json"}
    file = vivafiles.packed({"objectives": [goal(1)], "Users": [vivafiles.user(BO)]}, names=names)
    assert viva_zip.recognise(file, "x.bin")
    assert [one.at.file for one in viva_zip.read(file) if not isinstance(one, Homeless)] == [
        "Users",
        "objectives",
    ]


def test_an_export_is_recognised_by_what_is_in_it_also_when_cut_off() -> None:
    whole = vivafiles.packed(vivafiles.whole()).getvalue()
    file = io.BytesIO(whole)
    file.seek(7)
    assert viva_zip.recognise(file, "notes.txt")
    assert file.tell() == 0
    assert viva_zip.recognise(io.BytesIO(whole[: len(whole) // 2]), "a.zip")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Id,Title\n1,objectives_export.json\n",
        b"PK\3\4 but no archive",
        vivafiles.packed({"a": "[]"}, names={"a": "xl/workbook.xml"}).getvalue(),
        vivafiles.packed({"a": "[]"}, names={"a": "objectivesque.json"}).getvalue(),
    ],
)
def test_other_files_are_not_recognised(content: bytes) -> None:
    assert not viva_zip.recognise(io.BytesIO(content), "Organization_CompleteData_1_1.zip")


def test_a_key_result_is_read_whole() -> None:
    record = goal(
        7,
        Title=" Orders\nfrom 0 to 100 ",
        Type="Kpi",
        Description="Why:\r\nmore",
        Owner=[ALMA, BO],
        Teams=[SALES],
        Delegated_To=BO,
        Parent_IDs=[3, 4],
        Alignment=[{"ID": 3, "Title": "Three", "Weight": "40.0%"}],
        Outcome=metric(0.0, 100.0, unit="Dollar"),
        Progress=12.5,
        Status="At Risk",
        Goal_Type="Committed",
    )
    line, problems, lost = one_goal(record)
    assert line == GoalLine(
        Place("objectives", 1, "7"),
        kind=Kind.KEY_RESULT,
        title="Orders from 0 to 100",
        description="Why:\nmore",
        level=Level.TEAM,
        owners=(ALMA_NAMED, BO_NAMED),
        delegates=(BO_NAMED,),
        checkin_owner=ALMA_NAMED,
        creator=ALMA_NAMED,
        teams=(Named("31", "Sales"),),
        period=Named("51", "Annual 2025"),
        start=date(2025, 1, 1),
        end=date(2025, 12, 31),
        ambition=Ambition.COMMITTED,
        metric=Metric(MetricKind.INCREASE, "USD", Decimal(0), Decimal(100)),
        value=Decimal("12.5"),
        progress_mode=ProgressMode.METRIC,
        status_mode=StatusMode.MANUAL,
        status=Status.OFF_TRACK,
        status_word="At Risk",
        parents=(ParentLine("3", "Three", Decimal("0.4")), ParentLine("4")),
        created=date(2024, 12, 12),
        theirs=Decimal("12.5"),
        raw=line.raw,
    )
    assert line.raw["Title"] == " Orders\nfrom 0 to 100 "
    assert line.raw["Progress"] == Decimal("12.5")
    assert isinstance(line.raw["Progress"], Decimal)
    assert (problems, lost) == ([], ["Outcome.Metric Name"])


def test_the_tree_is_the_parent_ids_and_alignment_gives_shares_only() -> None:
    alignment = [{"ID": 3, "Title": "A", "Weight": "0.0%"}, {"ID": 9, "Title": "B", "Weight": "50.0%"}]
    line, problems, _ = one_goal(goal(7, Parent_IDs=[3], Alignment=alignment))
    assert line.parents == (ParentLine("3", "A", None),)
    assert reasons(problems) == [
        ("Alignment", "aligned to a goal that is not among the parents: left out", "")
    ]
    line, _, _ = one_goal(goal(7, Parent_IDs=[3, 3, 4], Alignment=None))
    assert line.parents == (ParentLine("3"), ParentLine("4"))
    line, _, _ = one_goal(goal(7, Parent_IDs=None, Alignment=alignment))
    assert line.parents == ()


@pytest.mark.parametrize(
    ("teams", "level", "named"),
    [
        (None, Level.ORGANISATION, ()),
        ([{"ID": vivafiles.ORGANISATION, "Name": "Nord"}], Level.ORGANISATION, ()),
        ([SALES], Level.TEAM, (Named("31", "Sales"),)),
        ([], Level.PERSON, ()),
    ],
)
def test_the_level_follows_the_teams(teams: Any, level: Level, named: tuple[Named, ...]) -> None:
    line, _, _ = one_goal(goal(7, Teams=teams))
    assert (line.level, line.teams) == (level, named)


def test_a_goal_that_says_nothing_of_teams_leaves_the_level_open_unless_written_out() -> None:
    assert one_goal(goal(7, drop=["Teams"]))[0].level is None
    assert one_goal(goal(7, drop=["Teams"], Level="Individual"))[0].level is Level.PERSON


@pytest.mark.parametrize(
    ("outcome", "found"),
    [
        (metric(80, 90, unit="Percentage"), Metric(MetricKind.INCREASE, "%", Decimal(80), Decimal(90))),
        (metric(120, 30, kind="Decrease From"), Metric(MetricKind.DECREASE, "", Decimal(120), Decimal(30))),
        (
            metric(0.0, 12, kind="Reach", unit="ships"),
            Metric(MetricKind.REACH, "ships", Decimal(0), Decimal(12)),
        ),
        (metric(0, 99.5, kind="Stay Above"), Metric(MetricKind.AT_LEAST, "", target=Decimal("99.5"))),
        (metric(0, 4, kind="Stay Below"), Metric(MetricKind.AT_MOST, "", target=Decimal(4))),
        (metric(0, 0, kind="Find a baseline"), Metric(MetricKind.BASELINE)),
        (
            metric(0, 99.5, kind="Stay Above", **{"Risk Threshold": 98}),
            Metric(MetricKind.AT_LEAST, "", target=Decimal("99.5"), warning=Decimal(98)),
        ),
        (metric("1,000", "2,000.5"), Metric(MetricKind.INCREASE, "", Decimal(1000), Decimal("2000.5"))),
        (vivafiles.PER_CENT, None),
    ],
)
def test_outcomes_become_metrics(outcome: dict[str, Any], found: Metric | None) -> None:
    assert one_goal(goal(7, Type="Kpi", Outcome=outcome))[0].metric == found


@pytest.mark.parametrize(("kind", "start", "target", "read"), [
    ("Increase From", 90, 80, MetricKind.DECREASE), ("Decrease From", 80, 90, MetricKind.INCREASE),
])  # fmt: skip
def test_a_direction_that_does_not_fit_is_read_by_the_figures(
    kind: str, start: int, target: int, read: MetricKind
) -> None:
    line, problems, _ = one_goal(goal(7, Outcome=metric(start, target, kind=kind), Progress=85))
    assert line.metric == Metric(read, "", Decimal(start), Decimal(target))
    assert reasons(problems) == [
        ("Outcome.Target Type", "direction does not fit start and target: read by the figures", read.value)
    ]
    assert line.theirs == 50


def test_a_start_that_is_the_target_is_read_as_per_cent_by_hand_without_its_values() -> None:
    goals = [goal(7, Type="Kpi", Outcome=metric(5.0, 5.0), Progress=5.0)]
    line, *rest = said(objectives=goals, checkins=[vivafiles.checkin(1, 7, Current_Value=5.0)])
    assert isinstance(line, GoalLine)
    assert (line.metric, line.value, line.theirs, line.progress_mode) == (
        None,
        None,
        None,
        ProgressMode.MANUAL,
    )
    checkin = next(one for one in rest if isinstance(one, CheckinLine))
    assert checkin.value is None
    assert [one.reason for one in rest if isinstance(one, Problem)] == [
        "start and target are the same: read as per cent by hand",
        "value has no measure: its goal is read as per cent by hand",
    ]


@pytest.mark.parametrize(
    ("outcome", "field", "reason"),
    [
        (metric(0, None), "Outcome.Target", "target is missing: read as per cent by hand"),
        (
            metric(0, 9, kind="Wiggle"),
            "Outcome.Target Type",
            "target type is not known: read as per cent by hand",
        ),
    ],
)
def test_a_metric_that_cannot_measure_says_why(outcome: dict[str, Any], field: str, reason: str) -> None:
    line, problems, _ = one_goal(goal(7, Outcome=outcome))
    assert (line.metric, reasons(problems)) == (None, [(field, reason, "")])


def test_a_risk_threshold_on_the_good_side_is_left_out() -> None:
    line, problems, _ = one_goal(goal(7, Outcome=metric(0, 4, kind="Stay Below", **{"Risk Threshold": 3})))
    assert line.metric == Metric(MetricKind.AT_MOST, target=Decimal(4))
    assert [one.field for one in problems] == ["Outcome.Risk Threshold"]


@pytest.mark.parametrize(
    ("outcome", "value", "theirs"),
    [
        (metric(0, 99.5, kind="Stay Above"), 99.5, 0),
        (metric(0, 99.5, kind="Stay Above"), 99.6, 100),
        (metric(0, 4, kind="Stay Below"), 4, 0),
        (metric(0, 4, kind="Stay Below"), 3.9, 100),
        (metric(120, 30, kind="Decrease From"), 75, 50),
        (metric(0, 100), 126.0, 126),
        (metric(0, 100), -10.0, -10),
        (metric(0, 0, kind="Baseline"), 7, None),
        (metric(0, 100), None, None),
        (vivafiles.PER_CENT, 138.0, 138),
    ],
)
def test_their_per_cent_has_strict_bounds_and_no_cap(
    outcome: dict[str, Any], value: float | None, theirs: int | None
) -> None:
    assert one_goal(goal(7, Outcome=outcome, Progress=value))[0].theirs == theirs


def test_numbers_never_pass_through_binary_fractions() -> None:
    text = '[{"ID": 7, "Title": "T", "Type": "Big rock", "Progress": 0.10000000000000000000001}]'
    line = next(iter(viva_zip.read(vivafiles.packed({"objectives": text}))))
    assert isinstance(line, GoalLine)
    assert line.value == Decimal("0.10000000000000000000001")


@pytest.mark.parametrize(
    ("raw", "value", "problems"),
    [
        ("1,250", 1250, [("Progress", "number with a thousands separator: read as 1250", "1250")]),
        ("12.5", Decimal("12.5"), []),
        ("n/a", None, [("Progress", "value is not a number", "")]),
        (None, None, []),
        (40, 40, []),
    ],
)
def test_progress_comes_in_many_shapes(raw: Any, value: Any, problems: list[tuple[str, str, str]]) -> None:
    line, found, _ = one_goal(goal(7, Type="Kpi", Outcome=metric(0, 100), Progress=raw))
    assert (line.value, reasons(found)) == (value, problems)


def test_a_date_that_cannot_be_read_leaves_the_goal_without_it() -> None:
    line, problems, _ = one_goal(goal(7, End_Date="2025-13-40"))
    assert (line.start, line.end) == (date(2025, 1, 1), None)
    assert reasons(problems) == [("End Date", "date cannot be read", "")]


def _phased(*phases: tuple[float, str]) -> dict[str, Any]:
    return {
        "Interval": "monthly",
        "Phased Targets": [{"Target Value": value, "Target Date": on} for value, on in phases],
    }


def test_targets_on_the_way_are_read_in_order_of_time() -> None:
    phased = _phased((40.0, "2025-06-01"), (0.0, "2025-01-01"))
    line, problems, _ = one_goal(goal(7, Type="Kpi", Outcome=metric(0, 100), Phased_Targets=phased))
    assert line.metric is not None
    assert line.metric.phases == (Phase(date(2025, 1, 1), Decimal(0)), Phase(date(2025, 6, 1), Decimal(40)))
    assert problems == []


def test_targets_on_the_way_that_lead_elsewhere_are_left_out() -> None:
    phased = _phased((900.0, "2025-06-01"))
    line, problems, _ = one_goal(goal(7, Type="Kpi", Outcome=metric(0, 100), Phased_Targets=phased))
    assert line.metric == Metric(MetricKind.INCREASE, "", Decimal(0), Decimal(100))
    assert reasons(problems) == [
        ("Phased Targets", "targets on the way do not lead from start to target: left out", "")
    ]


def test_per_cent_with_targets_on_the_way_gets_a_measure_that_carries_them() -> None:
    line, _, _ = one_goal(goal(7, Phased_Targets=_phased((30.0, "2025-06-01")), Progress=20.0))
    assert line.metric == Metric(
        MetricKind.REACH, "%", Decimal(0), Decimal(100), phases=(Phase(date(2025, 6, 1), Decimal(30)),)
    )
    assert (line.progress_mode, line.theirs) == (ProgressMode.METRIC, 20)


@pytest.mark.parametrize(
    ("word", "outcome", "mode"),
    [
        ("Update from Children", vivafiles.PER_CENT, ProgressMode.CHILDREN),
        ("Update Manually", vivafiles.PER_CENT, ProgressMode.MANUAL),
        ("Update Manually", metric(), ProgressMode.METRIC),
        ("Update from Integration", metric(), ProgressMode.SOURCE),
        ("Update from Integration", vivafiles.PER_CENT, ProgressMode.SOURCE),
    ],
)
def test_progress_modes(word: str, outcome: dict[str, Any], mode: ProgressMode) -> None:
    settings = {"Progress": word, "Status": "Update Manually"}
    assert (
        one_goal(goal(7, Outcome=outcome, Progress_and_Status_Configuration=settings))[0].progress_mode
        is mode
    )


def test_a_number_fed_by_its_children_is_their_sum_and_a_per_cent_is_not() -> None:
    def summed(unit: str) -> bool:
        fed = goal(7, Outcome=metric(unit=unit), Progress_and_Status_Configuration=FROM_CHILDREN)
        found = one_goal(fed)[0].metric
        assert found is not None
        return found.sum

    assert summed("Dollar")
    assert not summed("Percentage")


def test_status_modes_and_a_setting_that_is_not_known() -> None:
    assert (
        one_goal(goal(7, Progress_and_Status_Configuration=FROM_CHILDREN))[0].status_mode is StatusMode.PACE
    )
    settings = {"Progress": "Update by moonlight", "Status": "Update based on key results"}
    line, problems, _ = one_goal(goal(7, Progress_and_Status_Configuration=settings))
    assert (line.progress_mode, line.status_mode) == (ProgressMode.MANUAL, StatusMode.WORST)
    assert [(one.field, one.kept_as) for one in problems] == [
        ("Progress and Status Configuration.Progress", "manual")
    ]


@pytest.mark.parametrize(
    ("word", "status", "state"),
    [
        ("Not Started", Status.NOT_STARTED, State.OPEN),
        ("On Track", Status.ON_TRACK, State.OPEN),
        ("Behind", Status.AT_RISK, State.OPEN),
        ("At Risk", Status.OFF_TRACK, State.OPEN),
        ("Closed", Status.CLOSED, State.CLOSED),
        ("Postponed", Status.POSTPONED, State.POSTPONED),
    ],
)
def test_status_words_are_vivas_own_and_kept(word: str, status: Status, state: State) -> None:
    line, problems, _ = one_goal(goal(7, Status=word))
    assert (line.status, line.state, line.status_word, problems) == (status, state, word, [])


def test_a_status_word_that_is_not_known_is_kept_and_told() -> None:
    line, problems, _ = one_goal(goal(7, Status="Marinating"))
    assert (line.status, line.state, line.status_word) == (None, State.OPEN, "Marinating")
    assert reasons(problems) == [("Status", "status word is not known", "")]


@pytest.mark.parametrize(
    ("score", "status", "found"),
    [(0.0, "On Track", None), (0.0, "Closed", 0), (0.7, "Closed", Decimal("0.7")), (None, "Closed", None)],
)
def test_a_score_of_nought_counts_only_when_closed(score: float | None, status: str, found: Any) -> None:
    assert one_goal(goal(7, Score=score, Status=status))[0].score == found


def test_a_score_over_one_is_told_and_left_out() -> None:
    line, problems, _ = one_goal(goal(7, Score=7.0, Status="Closed"))
    assert (line.score, reasons(problems)) == (None, [("Score", "score is not from 0 to 1", "")])


def test_tasks_stand_in_the_children_of_initiatives() -> None:
    children = [
        {
            "ID": 1,
            "Task Name": "Ask ten",
            "Task Status": "Complete",
            "Task Date": "2025-03-01",
            "Task Owner": BO,
        },
        {"ID": 2, "Task Name": "Write", "Task Status": "Incomplete"},
        {"ID": 3, "Task Name": "Wait", "Task Status": "Unknown", "Task Date": "later"},
        {"ID": 8, "Title": "A goal", "Type": "Kpi"},
    ]
    line, problems, lost = one_goal(goal(7, Type="Project", Children=children))
    assert line.kind is Kind.INITIATIVE
    assert line.tasks == (
        TaskLine("Ask ten", done=True, due=date(2025, 3, 1), owner=BO_NAMED),
        TaskLine("Write", done=False),
        TaskLine("Wait", done=False),
    )
    assert reasons(problems) == [("Children.Task Date", "date cannot be read", "")]
    assert lost == []


def test_an_initiative_fed_by_its_tasks_alone_is_not_fed_by_goals() -> None:
    task = {"ID": 1, "Task Name": "Ask", "Task Status": "Complete"}
    fed = {"Type": "Project", "Progress_and_Status_Configuration": FROM_CHILDREN}
    assert one_goal(goal(7, **fed, Children=[task]))[0].progress_mode is ProgressMode.MANUAL
    assert one_goal(goal(7, **fed, Children=[task, {"ID": 8}]))[0].progress_mode is ProgressMode.CHILDREN


@pytest.mark.parametrize(
    ("permissions", "chosen"),
    [
        ({"View": "Everybody", "Edit": {}, "Align": "Everybody"}, None),
        (None, None),
        ({"View": [ALMA], "Edit": {}, "Align": "Everybody"}, (ALMA_NAMED,)),
        ({"View": {"Users": [ALMA, BO], "Teams": [SALES]}}, (ALMA_NAMED, BO_NAMED)),
        ({"View": "Only selected people", "Edit": {"Users": [BO]}}, (BO_NAMED,)),
        ({"View": {}}, ()),
    ],
)
def test_a_view_that_is_not_everybodys_is_for_chosen_people(permissions: Any, chosen: Any) -> None:
    assert one_goal(goal(7, Permissions=permissions))[0].chosen == chosen


def test_permissions_to_edit_and_align_have_no_home() -> None:
    permissions = {"View": "Everybody", "Edit": {"Users": [BO]}, "Align": "Nobody"}
    assert one_goal(goal(7, Permissions=permissions))[2] == ["Permissions.Edit", "Permissions.Align"]


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (None, ()),
        (BO, (BO_NAMED,)),
        ([BO, ALMA, BO], (BO_NAMED, ALMA_NAMED)),
        ("Bo", (Named(name="Bo"),)),
    ],
)
def test_delegates_come_in_many_shapes(raw: Any, found: tuple[Named, ...]) -> None:
    assert one_goal(goal(7, Delegated_To=raw))[0].delegates == found


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (None, ()),
        (["North, west", "b", "b"], ("North, west", "b")),
        ([{"ID": 5, "Name": "a"}, {"ID": 61}], ("a", "Growth")),
        ([61], ("Growth",)),
        ("a; b,c", ("a", "b", "c")),
    ],
)
def test_tags_are_read_in_any_shape(raw: Any, found: tuple[str, ...]) -> None:
    stream = said(Tags=[{"ID": 61, "Name": "Growth"}], objectives=[goal(7, Tags=raw)])
    assert stream[0] == Problem(
        Place("Tags", 1, "61"), "", "a tag has no place by itself: tags come with their goals"
    )
    assert [one.tags for one in stream if isinstance(one, GoalLine)] == [found]


def test_fields_that_nobody_knows_are_named_and_empty_ones_are_not() -> None:
    _, problems, lost = one_goal(
        goal(7, Mood="bright", Shoe_Size=None, Outcome={"Outcome Type": "Percentage", "Hue": 3})
    )
    assert (problems, sorted(lost)) == ([], ["Mood", "Outcome.Hue"])


def test_a_goal_without_a_title_or_a_known_type_still_comes() -> None:
    line, problems, _ = one_goal(goal(7, Title="  ", Type="Moonshot"))
    assert (line.title, line.kind) == ("Moonshot 7", Kind.OBJECTIVE)
    assert reasons(problems) == [
        ("Type", "type is not known: read as objective", "objective"),
        ("Title", "title is missing", "Moonshot 7"),
    ]


@pytest.mark.parametrize("row", [None, 5, "text", [], {}])
def test_a_row_that_is_no_record_is_a_problem_and_no_line(row: Any) -> None:
    assert said(objectives=[goal(1), row])[1:] == [
        Problem(Place("objectives", 2, ""), "", "row cannot be read")
    ]


def test_people_with_managers_roles_and_endings() -> None:
    users = [
        vivafiles.user(ALMA, Role="Organization Owner", Source=None),
        vivafiles.user(BO, Manager=ALMA, Member_Type="observer", Status="inactive", Source=None),
        vivafiles.user({"ID": 3, "Name": "", "Email": "c@nord.example"}, Teams=None, Source=None),
    ]
    first, second, third, problem = said(Users=users)
    assert isinstance(first, PersonLine)
    assert isinstance(second, PersonLine)
    assert isinstance(third, PersonLine)
    assert (first.name, first.email, first.admin, first.observer, first.active) == (
        "Alma Holm", "alma@nord.example", True, False, True,
    )  # fmt: skip
    assert first.teams == (Named("31", "Sales"),)
    assert (second.manager, second.admin, second.observer, second.active) == (ALMA_NAMED, False, True, False)
    assert (third.name, third.teams) == ("c@nord.example", ())
    assert problem == Problem(Place("Users", 3, "3"), "Name", "name is missing", "c@nord.example")


def test_teams_name_their_parent_and_may_be_archived() -> None:
    teams = [vivafiles.team(32, "North", Parent_Team="Sales", Status="Archived", Description="Up")]
    line, *lost = said(Teams=teams)
    assert isinstance(line, TeamLine)
    assert (line.name, line.parent, line.leads, line.archived) == ("North", "Sales", (ALMA_NAMED,), True)
    assert lost == [Homeless("Team Type"), Homeless("Description")]


def test_periods_keep_their_dates() -> None:
    (line,) = said(TimePeriods=[vivafiles.period(51, "Sprint 7 (custom)", "2025-02-03", "2025-02-21")])
    assert isinstance(line, PeriodLine)
    assert (line.name, line.start, line.end) == ("Sprint 7 (custom)", date(2025, 2, 3), date(2025, 2, 21))


def test_a_check_in_is_read_whole() -> None:
    assert said(checkins=[vivafiles.checkin(201, 101)]) == [
        CheckinLine(
            Place("checkins", 1, "201"),
            goal="101",
            on=date(2025, 2, 3),
            value=Decimal("25.0"),
            status=Status.AT_RISK,
            status_word="Behind",
            note="Moving",
            by=ALMA_NAMED,
        )
    ]


@pytest.mark.parametrize(
    ("note", "text"),
    [
        ({}, ""),
        (None, ""),
        ("Bare", "Bare"),
        ({"Check In Note": "1 < 2 <b>", "Check In Note HTML": "<p>other</p>"}, "1 < 2 <b>"),
        ({"Check In Note": "", "Check In Note HTML": "<p>One</p><p>&lt;two&gt;</p>"}, "One\n<two>"),
    ],
)
def test_the_note_is_the_plain_one_and_html_only_where_that_is_missing(note: Any, text: str) -> None:
    (line,) = said(checkins=[vivafiles.checkin(1, 2, Check_In_Note=note)])
    assert isinstance(line, CheckinLine)
    assert line.note == text


def test_html_becomes_lines_without_its_scripts() -> None:
    html = "<p>One&nbsp;&amp; <b>two</b></p><script>alert(1)</script><ul><li>three</li></ul>4 < 5"
    (line,) = said(checkins=[vivafiles.checkin(1, 2, Check_In_Note={"Check In Note HTML": html})])
    assert isinstance(line, CheckinLine)
    assert line.note == "One & two\nthree\n4 < 5"


def test_a_check_in_whose_value_is_not_a_number_keeps_the_rest() -> None:
    line, problem = said(checkins=[vivafiles.checkin(1, 2, Current_Value="n/a")])
    assert isinstance(line, CheckinLine)
    assert (line.value, line.note, line.status) == (None, "Moving", Status.AT_RISK)
    assert problem == Problem(Place("checkins", 1, "1"), "Current Value", "value is not a number")


def test_a_check_in_takes_its_activity_date_where_its_own_cannot_be_read() -> None:
    line, problem = said(checkins=[vivafiles.checkin(1, 2, CheckIn_Date="soon", Activity_Date="2025-02-09")])
    assert isinstance(line, CheckinLine)
    assert line.on == date(2025, 2, 9)
    assert problem == Problem(
        Place("checkins", 1, "1"), "CheckIn Date", "date cannot be read", kept_as="2025-02-09"
    )


@pytest.mark.parametrize("on", [None, "", "soon"])
def test_a_check_in_without_any_date_is_a_problem_and_no_line(on: str | None) -> None:
    assert said(checkins=[vivafiles.checkin(1, 2, CheckIn_Date=on, Activity_Date=None)]) == [
        Problem(Place("checkins", 1, "1"), "CheckIn Date", "date cannot be read")
    ]


def test_a_back_dated_check_in_stands_on_its_own_date() -> None:
    line, lost = said(checkins=[vivafiles.checkin(1, 2, Activity_Date="2025-02-09")])
    assert isinstance(line, CheckinLine)
    assert (line.on, lost) == (date(2025, 2, 3), Homeless("Activity Date"))


def test_comments_have_their_moment_in_utc() -> None:
    assert said(comments=[vivafiles.comment(301, 101), vivafiles.comment(302, 101, Comment=" ")]) == [
        CommentLine(
            Place("comments", 1, "301"),
            goal="101",
            text="What changed?",
            by=BO_NAMED,
            posted=datetime(2025, 2, 14, 21, 5, 45, tzinfo=UTC),
        ),
        Problem(Place("comments", 2, "302"), "Comment", "text is missing"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        '[{"ID": 1, "Title": "a"}, {"ID": 2, "Tit',
        '[{"ID": 1}] trailing',
        '{"ID": 1}',
        "",
        '[{"ID": 1, "Progress": NaN}]',
        b'[{"ID": 1, "Title": "\xff\xfe"}]',
        "[" + "[" * 100_000,
    ],
)
def test_broken_json_refuses_the_file_and_names_the_member(text: str | bytes) -> None:
    file = vivafiles.packed({"objectives": text})
    with pytest.raises(Refused, match=r"file\.broken-json|file\.too-large") as refused:
        list(viva_zip.read(file))
    assert refused.value.params.get("member", "objectives") == "objectives"


def test_deep_nesting_is_refused_not_a_crash() -> None:
    deep = '[{"ID": 1, "Outcome": ' + "[" * 5000 + "]" * 5000 + "}]"
    with pytest.raises(Refused, match=r"file\.too-large"):
        list(viva_zip.read(vivafiles.packed({"objectives": deep})))


def test_a_byte_order_mark_does_no_harm() -> None:
    (line,) = viva_zip.read(vivafiles.packed({"TimePeriods": b'\xef\xbb\xbf [{"ID": 1, "Name": "Q1"}]'}))
    assert isinstance(line, PeriodLine)


def test_a_member_that_stands_there_twice_refuses_the_file() -> None:
    names = {"a": "objectives_1.json", "b": "Objectives_2.json"}
    with pytest.raises(Refused, match=r"file\.duplicate-member") as refused:
        list(viva_zip.read(vivafiles.packed({"a": "[]", "b": "[]"}, names=names)))
    assert refused.value.params["member"] == "objectives"


def test_what_a_mac_puts_beside_the_members_is_not_read() -> None:
    name = vivafiles.member_name("objectives")
    names = {"a": name, "b": f"__MACOSX/{name}", "c": f"__MACOSX/._{name}"}
    assert len(list(viva_zip.read(vivafiles.packed({"a": [goal(1)], "b": "x", "c": "x"}, names=names)))) == 1


def test_a_zip_within_the_zip_is_not_opened() -> None:
    inner = vivafiles.packed(vivafiles.whole()).getvalue()
    with pytest.raises(Refused, match=r"file\.not-recognised"):
        list(viva_zip.read(vivafiles.packed({"a": inner}, names={"a": "Organization_CompleteData_1_1.zip"})))


def test_an_encrypted_member_refuses_the_file() -> None:
    content = bytearray(vivafiles.packed({"objectives": [goal(1)]}).getvalue())
    content[6] |= 1
    content[content.rfind(b"PK\1\2") + 8] |= 1
    with pytest.raises(Refused, match=r"file\.encrypted"):
        list(viva_zip.read(io.BytesIO(content)))


def test_a_wrong_checksum_refuses_the_file() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("objectives.json", '[{"ID": 1, "Title": "Win"}]')
    content = file.getvalue().replace(b'"Win"', b'"Won"')
    with pytest.raises(Refused, match=r"file\.broken-zip"):
        list(viva_zip.read(io.BytesIO(content)))


@pytest.mark.parametrize("part", [0.3, 0.9, 0.99])
def test_a_cut_off_zip_is_refused(part: float) -> None:
    content = vivafiles.packed(vivafiles.whole()).getvalue()
    with pytest.raises(Refused, match=r"file\.broken-zip"):
        list(viva_zip.read(io.BytesIO(content[: int(len(content) * part)])))


def test_a_ratio_bomb_is_refused_before_it_unpacks() -> None:
    with pytest.raises(Refused, match=r"file\.too-large"):
        list(viva_zip.read(vivafiles.packed({"objectives": "[" + " " * 4_000_000 + "]"})))


def test_too_many_rows_refuse_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "MAX_ROWS", 3)
    with pytest.raises(Refused, match=r"file\.too-large"):
        said(objectives=[goal(number) for number in range(4)])


def test_rows_come_before_the_member_is_read_to_its_end() -> None:
    rows = [goal(number, Title=f"{number * 7919 % 10007} {number}") for number in range(2000)]
    stream = viva_zip.read(vivafiles.packed({"objectives": rows, "checkins": "broken"}))
    assert isinstance(next(stream), GoalLine)
    with pytest.raises(Refused, match=r"file\.broken-json"):
        list(stream)
