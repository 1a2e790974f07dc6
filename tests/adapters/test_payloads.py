"""Goals as the interfaces of other products answer with them."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from adapters import otherfiles as files
from adapters.test_tools import at, goals, homeless, problems
from pejl.adapters.formats import cells, payloads, tools
from pejl.adapters.formats.payloads import ASANA, ATLASSIAN, LARK, PAYLOADS, QUANTIVE, Payload
from pejl.domain.transfers import GoalLine, Named, ParentLine, Said
from pejl.domain.values import (
    Kind,
    Metric,
    MetricKind,
    ProgressMode,
    Refused,
    State,
    Status,
    StatusMode,
)
from pejl.services import transfers

GOAL = {
    "id": "g1", "name": "Grow", "description": "Why", "ownerId": "u1", "dateFrom": "2025-01-01T00:00:00Z",
    "dateTo": "2025-03-31T00:00:00Z", "sessionId": "s1",
}  # fmt: skip
METRIC = {
    "id": "m1", "goalId": "g1", "name": "Orders", "ownerId": "u1", "initialValue": 10, "target": 60.5,
    "targetOperator": "at_least", "dueDate": "2025-03-31T00:00:00Z",
}  # fmt: skip
QUANTIVE_FILE = {"goals": [GOAL], "metrics": [METRIC]}
ASANA_GOAL = {
    "gid": "1", "name": "Grow", "owner": {"gid": "9", "name": "Alma Holm"}, "due_on": "2025-03-31",
    "start_on": "2025-01-01", "time_period": {"gid": "5", "display_name": "Q1 2025"}, "status": "green",
    "metric": {
        "initial_number_value": 0, "current_number_value": 0.25, "target_number_value": 0.5,
        "unit": "percentage", "currency_code": None, "precision": 0,
    },
}  # fmt: skip
LARK_FILE = [
    {"text": "Grow", "notes": "Why", "krs": [{"text": "Orders"}, {"text": "Visits"}]},
    {"text": "Learn", "notes": "", "krs": []},
]
ATLASSIAN_ROWS = [
    {
        "goal_id": "a", "key": "N-1", "name": "Grow", "description": "Why", "owner_id": "u",
        "parent_goal_id": None, "phase": "in_progress", "status": "at_risk", "started_at": "2025-01-01",
        "targeted_at": "2025-06-30", "target_date_type": "month", "teams": ["Sales", "Ops"],
        "type_id": "t", "is_archived": False, "created_at": "2024-12-01",
    },
    {
        "goal_id": "b", "name": "Sell", "parent_goal_id": "a", "phase": "done", "status": "on_track",
        "targeted_at": "2025-06-30", "is_archived": True,
    },
    {"goal_id": "c", "name": "Rest", "status": "off_track", "targeted_at": None, "is_archived": True},
]  # fmt: skip
FILES = {
    "quantive": QUANTIVE_FILE,
    "asana": {"data": [ASANA_GOAL]},
    "lark": LARK_FILE,
    "atlassian-goals": {"items": ATLASSIAN_ROWS},
}
OBJECTIVE: dict[str, Any] = {
    "kind": Kind.OBJECTIVE, "progress_mode": ProgressMode.CHILDREN, "status_mode": StatusMode.PACE,
}  # fmt: skip


def read(reader: Payload, payload: Any) -> list[Said]:
    return list(reader.read(files.told(payload)))


def test_quantive_metrics_are_key_results_of_their_goal() -> None:
    said = read(QUANTIVE, QUANTIVE_FILE)
    assert goals(said) == [
        GoalLine(
            at(1, "g1"), title="Grow", description="Why", owners=(Named(id="u1"),),
            start=date(2025, 1, 1), end=date(2025, 3, 31), **OBJECTIVE,
        ),
        GoalLine(
            at(1, "m1", "metrics"), kind=Kind.KEY_RESULT, title="Orders", owners=(Named(id="u1"),),
            end=date(2025, 3, 31), metric=Metric(MetricKind.INCREASE, "", Decimal(10), Decimal("60.5")),
            progress_mode=ProgressMode.METRIC, status_mode=StatusMode.PACE, parents=(ParentLine(id="g1"),),
        ),
    ]  # fmt: skip
    assert problems(said) == []
    assert homeless(said) == ["ownerId", "sessionId", "ownerId"]


@pytest.mark.parametrize(
    ("operator", "start", "kind"),
    [
        ("at_least", 10, MetricKind.INCREASE),
        ("at_least", 70, MetricKind.AT_LEAST),
        ("at_most", 70, MetricKind.DECREASE),
        ("at_most", 10, MetricKind.AT_MOST),
        ("should stay above", 10, MetricKind.AT_LEAST),
        ("sideways", 10, MetricKind.INCREASE),
    ],
)
def test_a_target_is_a_bound_where_the_file_says_so_or_there_is_no_way_to_go(
    operator: str, start: int, kind: MetricKind
) -> None:
    said = read(QUANTIVE, [METRIC | {"targetOperator": operator, "initialValue": start}])
    metric = goals(said)[0].metric
    assert metric is not None
    assert metric.kind is kind
    assert ("targetOperator" in homeless(said)) is (operator == "sideways")


def test_an_asana_percentage_is_a_part_of_a_whole() -> None:
    said = read(ASANA, {"data": [ASANA_GOAL]})
    assert goals(said) == [
        GoalLine(
            at(1, "1"), kind=Kind.OBJECTIVE, title="Grow", owners=(Named(id="9", name="Alma Holm"),),
            period=Named(name="Q1 2025"), start=date(2025, 1, 1), end=date(2025, 3, 31),
            metric=Metric(MetricKind.REACH, "%", Decimal(0), Decimal(50)), value=Decimal(25),
            progress_mode=ProgressMode.METRIC, status=Status.ON_TRACK, status_word="green",
        )
    ]  # fmt: skip
    assert homeless(said) == ["time_period.gid", "metric.precision"]


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("missed", State.CLOSED), ("partial", State.CLOSED), ("achieved", State.CLOSED),
        ("dropped", State.DROPPED), ("red", State.OPEN),
    ],
)  # fmt: skip
def test_how_an_asana_goal_ended_is_kept_as_its_word_and_never_as_a_score(word: str, state: State) -> None:
    (goal,) = goals(read(ASANA, [ASANA_GOAL | {"status": word}]))
    assert (goal.state, goal.status_word, goal.score) == (state, word, None)


def test_an_asana_amount_of_money_has_its_currency() -> None:
    metric = ASANA_GOAL["metric"] | {"unit": "currency", "currency_code": "DKK", "target_number_value": 900}  # type: ignore[operator]
    (goal,) = goals(read(ASANA, {"data": ASANA_GOAL | {"metric": metric}}))
    assert goal.metric == Metric(MetricKind.REACH, "DKK", Decimal(0), Decimal(900))


def test_lark_key_results_stand_in_their_objective() -> None:
    said = read(LARK, LARK_FILE)
    under = (ParentLine(id="rows:1"),)
    assert goals(said) == [
        GoalLine(at(1), title="Grow", description="Why", **OBJECTIVE),
        GoalLine(
            at(1, file="key_results"), kind=Kind.KEY_RESULT, title="Orders", status_mode=StatusMode.PACE,
            parents=under,
        ),
        GoalLine(
            at(2, file="key_results"), kind=Kind.KEY_RESULT, title="Visits", status_mode=StatusMode.PACE,
            parents=under,
        ),
        GoalLine(at(2), title="Learn", **OBJECTIVE),
    ]  # fmt: skip
    assert problems(said) == homeless(said) == []


def test_a_phase_that_ended_a_goal_goes_before_its_status() -> None:
    said = read(ATLASSIAN, {"items": ATLASSIAN_ROWS})
    first, second, third = goals(said)
    assert first == GoalLine(
        at(1, "a"), title="Grow", description="Why", owners=(Named(id="u"),),
        teams=(Named(name="Sales"), Named(name="Ops")), start=date(2025, 1, 1), end=date(2025, 6, 30),
        created=date(2024, 12, 1), status=Status.AT_RISK, status_word="at_risk",
        **OBJECTIVE | {"status_mode": StatusMode.MANUAL},
    )  # fmt: skip
    assert (second.state, second.status_word, second.parents) == (State.CLOSED, "done", (ParentLine(id="a"),))
    assert (third.state, third.status_word) == (State.DROPPED, "off_track")
    assert problems(said) == [(3, "is_archived", "archived there: read as dropped", "dropped")]
    assert homeless(said) == ["owner_id", "key", "target_date_type", "type_id"]


def test_the_same_rows_as_a_table_are_the_same_goals() -> None:
    headings = tuple(ATLASSIAN_ROWS[0])
    rows = [
        [
            "; ".join(value) if isinstance(value, list) else "" if value in (None, False) else value
            for value in (row.get(heading) for heading in headings)
        ]
        for row in ATLASSIAN_ROWS
    ]
    file = files.laid(headings, rows)
    assert transfers.recognised(file, name="x.csv") is tools.ATLASSIAN
    assert goals(tools.ATLASSIAN.read(file)) == goals(read(ATLASSIAN, ATLASSIAN_ROWS))


@pytest.mark.parametrize("name", FILES)
def test_each_answer_is_its_own_products_alone_wrapped_or_bare(name: str) -> None:
    payload: Any = FILES[name]
    bare = payload if isinstance(payload, list) else [one for some in payload.values() for one in some]
    for shape in (payload, bare, {"data": bare}, {"items": bare, "next": None}):
        file = files.told(shape)
        assert [one.NAME for one in PAYLOADS if one.recognise(file, "x")] == [name]
        assert name == transfers.recognised(file, name="x.json").NAME
    wrapped = goals(read(next(one for one in PAYLOADS if name == one.NAME), {"data": bare}))
    assert wrapped == goals(read(next(one for one in PAYLOADS if name == one.NAME), payload))


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{}", b"[1, 2]", b'[{"name": "x"}]', b"[{", b"Title\nGrow", b"\xff"]
)
def test_other_json_and_other_files_are_no_answers(text: bytes) -> None:
    assert not any(one.recognise(io.BytesIO(text), "x.json") for one in PAYLOADS)


def test_an_answer_that_breaks_off_is_refused() -> None:
    whole = files.told(LARK_FILE).getvalue()
    with pytest.raises(Refused, match=r"file\.broken-json"):
        list(LARK.read(io.BytesIO(whole[:-10])))


def test_a_record_larger_than_any_honest_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "MAX_RECORD", 100_000)
    file = files.told([{"text": "x" * 50_000, "krs": [], "notes": ["y" * 50_000] * 5}])
    with pytest.raises(Refused, match=r"file\.too-large"):
        list(payloads.records(file))


def test_many_small_records_are_not_one_large_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "MAX_RECORD", 100_000)
    file = files.told([{"text": "x" * 1000, "krs": []}] * 500)
    assert sum(1 for _ in payloads.records(file)) == 500


def test_a_record_nested_too_deep_is_refused() -> None:
    deep = b'[{"text": "x", "krs": ' + b"[" * 40 + b"]" * 40 + b"}]"
    with pytest.raises(Refused, match=r"file\.too-large"):
        list(payloads.records(io.BytesIO(deep)))
