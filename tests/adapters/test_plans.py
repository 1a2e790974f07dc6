"""Files of OKRs as people write them: what is read, what is refused and where, and never a crash."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pejl.adapters.formats import plans, plans_nodes
from pejl.domain.plans import Plan
from pejl.domain.plans_measures import Measure
from pejl.domain.values import Ambition, Kind, MetricKind


def read(text: str) -> Plan:
    found, findings = plans.read(text.encode())
    assert findings == []
    return found


def wrong(text: str | bytes) -> list[tuple[int, int, str]]:
    _, findings = plans.read(text if isinstance(text, bytes) else text.encode())
    return [(one.at.line, one.at.column, one.rule) for one in findings]


def test_an_entry_says_only_what_stands_there() -> None:
    file = read(
        "workspace: fjordlight\nperiod: 2026-Q4\nobjectives:\n"
        "  - key: a\n    title: 2026\n    owner: alma@fjordlight.example\n    ambition: committed\n"
        "    key_results: [{key: b, title: B, from: 1.50, to: '2:37', unit: m:ss, due: 2026-11-30}]\n"
    )
    above, below = file.aims
    assert (file.workspace, file.period) == ("fjordlight", "2026-Q4")
    assert (above.title, above.kind, above.said) == (
        "2026",
        Kind.OBJECTIVE,
        {"owners": ("alma@fjordlight.example",), "ambition": Ambition.COMMITTED},
    )
    assert below.parent == "a"
    assert below.said["metric"] == Measure(unit="m:ss", figures={"start": Decimal("1.50"), "target": "2:37"})
    assert str(below.said["metric"].figures["start"]) == "1.50"
    assert below.said["due"] == date(2026, 11, 30)
    assert (below.spot("due").line, below.spot("due").column) == (8, 79)
    assert below.spot("due").path == "objectives.0.key_results.0.due"


def test_a_metric_is_spelt_out_with_its_steps_and_phases() -> None:
    (aim,) = read(
        "key_results:\n  - key: a\n    title: A\n    metric:\n      kind: milestones\n"
        "      milestones: [One, {title: Two, share: 0.5}]\n"
        "      phases: [{date: 2026-10-01, value: 5 mio.}]\n"
    ).aims
    measure = aim.said["metric"]
    assert measure.kind is MetricKind.MILESTONES
    assert measure.steps == (("One", None), ("Two", Decimal("0.5")))
    assert measure.phases == ((date(2026, 10, 1), "5 mio."),)


def test_nothing_is_something_that_is_said() -> None:
    (aim,) = read(
        "objectives: [{key: a, title: A, owner: null, team: ~, ambition: null, metric: null, "
        "description: ''}]"
    ).aims
    assert aim.said == {"owners": (), "teams": (), "ambition": None, "metric": None, "description": ""}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [(1, 1, "plan.empty")]),
        ("a: [", [(1, 5, "yaml.syntax")]),
        ("objectives:\n  - key: a\n   title: b", [(3, 4, "yaml.syntax")]),
        (b"workspace: f\nperiod: \xff", [(2, 1, "yaml.encoding")]),
        ("workspace: &x a\nperiod: *x", [(1, 12, "yaml.alias")]),
        ("workspace: !!python/name:os.system x", [(1, 12, "yaml.tag")]),
        ("workspace: a\n---\nworkspace: b", [(2, 1, "yaml.several")]),
        ("[" * 50, [(1, 21, "yaml.deep")]),
        ("workspace: a\nworkspace: b", [(2, 1, "yaml.twice")]),
        ("- a", [(1, 1, "schema.mapping")]),
        ("null", [(1, 1, "schema.mapping")]),
        ("goals: []", [(1, 1, "schema.unknown")]),
        ("objectives: {a: b}", [(1, 13, "schema.list")]),
        ("objectives: [a]", [(1, 14, "schema.mapping")]),
        ("objectives: [{title: A}]", [(1, 14, "schema.missing")]),
        ("objectives: [{key: a}]", [(1, 14, "schema.missing")]),
        ("objectives: [{key: a b, title: A}]", [(1, 20, "key.form")]),
        ("objectives: [{key: a, title: A, share: 1}]", [(1, 33, "schema.unknown")]),
        ("objectives: [{key: a, title: A, ambition: high}]", [(1, 43, "schema.choice")]),
        ("objectives: [{key: a, title: A, state: postponed}]", [(1, 40, "schema.choice")]),
        ("objectives: [{key: a, title: A, owner: x, owners: [y]}]", [(1, 51, "schema.both")]),
        ("key_results: [{key: a, title: A, to: 1, metric: {kind: done}}]", [(1, 38, "schema.both")]),
        ("key_results: [{key: a, title: A, metric: {target: 1}}]", [(1, 42, "schema.missing")]),
        ("key_results: [{key: a, title: A, due: 30/11-2026}]", [(1, 39, "date.unreadable")]),
        ("key_results: [{key: a, title: A, share: 1.5}]", [(1, 41, "share.range")]),
        ("key_results: [{key: a, title: A, share: half}]", [(1, 41, "share.range")]),
        ("key_results: [{key: a, title: A, to: 1e999}]", [(1, 38, "metric.number")]),
        ("key_results: [{key: a, title: A, id: 7}]", [(1, 38, "schema.id")]),
        ("key_results: [{key: a, title: [A]}]", [(1, 31, "schema.text")]),
        ("key_results: [{key: a, title: A, supports: [{share: 1}]}]", [(1, 45, "schema.missing")]),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(text: str | bytes, found: list[tuple[int, int, str]]) -> None:
    assert wrong(text) == found


def test_everything_wrong_is_told_at_once() -> None:
    assert [
        rule for _, _, rule in wrong("objectives: [{key: a, titel: A, due: soon}, {key: b, title: B, x: 1}]")
    ] == [
        "schema.unknown",
        "schema.missing",
        "date.unreadable",
        "schema.unknown",
    ]


def test_a_file_beyond_the_bound_is_not_looked_into() -> None:
    assert wrong(b"#" * (plans_nodes.MOST_BYTES + 1)) == [(1, 1, "yaml.large")]


# --------------------------------------------------------------------------------------------- the schema


def schema() -> Draft202012Validator:
    found = json.loads(plans.schema())
    Draft202012Validator.check_schema(found)
    return Draft202012Validator(found)


def entry(**more: Any) -> dict[str, Any]:
    return {"objectives": [{"key": "a", "title": "A", **more}]}


@pytest.mark.parametrize(
    "data",
    [
        entry(goals=[]),
        entry(ambition="high"),
        entry(key_results=[{"key": "b"}]),
        entry(key_results=[{"key": "b", "title": "B", "to": 1, "metric": {"kind": "done"}}]),
        entry(owner="x", owners=["y"]),
        entry(share=0.5),
        entry(supports=[{"goal": "b", "share": 2}]),
        {"goals": []},
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(data: dict[str, Any]) -> None:
    assert not schema().is_valid(data)
    assert wrong(json.dumps(data))


@pytest.mark.parametrize(
    "data",
    [
        entry(),
        entry(supports=["b", {"goal": "c", "share": 0.4}], due="2026-10-01", tags=["x"], teams=[]),
        entry(
            key_results=[{"id": "019b4549-7280-7474-af38-c6dd03c422af", "title": "B", "share": None, "to": 1}]
        ),
        entry(metric={"kind": "between", "lower": 1, "upper": "2"}),
    ],
)
def test_the_schema_takes_what_the_reader_takes(data: dict[str, Any]) -> None:
    assert schema().is_valid(data)
    assert not wrong(json.dumps(data))


# ------------------------------------------------------------------------------------------------ odd files

WORDS = st.sampled_from([
    "key", "title", "objectives", "key_results", "metric", "kind", "from", "to", "unit", "supports",
    "share", "~", "null", "2026-Q4", "1e9", "0x1", "1_000", "2:37", ".inf", "-.5", "---", "...", "&a", "*a",
    "!!int", "!x", "<<", "|", ">-", "'", '"', "{", "}", "[", "]", ":", "#", "é", "😀", "\\ud800",
    "%YAML 1.1", "- ", "? ", "\t", "\n", "\n  ", "\u2028", "\ufeff", "\u0000", "\u0085",
])  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS
FIELDS = st.sampled_from([
    "key", "id", "title", "owner", "owners", "team", "tags", "period", "due", "from", "to", "unit",
    "metric", "supports", "share", "state", "level", "key_results", "initiatives", "kind", "target",
    "phases", "milestones",
])  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(FIELDS, below, max_size=5),
    max_leaves=12,
)
FILES = st.dictionaries(
    st.sampled_from(["objectives", "key_results", "period", "team"]), TREES | st.lists(TREES)
)


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS | st.text(max_size=4), max_size=30).map(" ".join) | FILES.map(json.dumps) | st.text())
def test_any_text_is_read_or_refused_at_a_place_inside_it(text: str) -> None:
    content = text.encode(errors="surrogatepass")
    file, findings = plans.read(content)
    lines = content.decode(errors="replace").count("\n") + content.count(b"\r") + text.count("\x85") + 2
    assert all(1 <= one.at.line <= lines + text.count("\u2028") and one.at.column >= 1 for one in findings)
    for aim in file.aims:
        assert aim.title or findings
        assert not any("\ud800" <= letter <= "\udfff" for letter in aim.title)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    file, findings = plans.read(content)
    assert findings or not file.aims
