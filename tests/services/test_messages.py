from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from django.utils import translation

import pejl
from pejl.services import messages
from pejl.services.errors import Reason

SOURCE = Path(pejl.__file__).parent
CODE = re.compile(r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*")
RAISERS = {"Refused", "Reason", "one", "_refuse"} | {
    "Finding", "Unreadable", "_inherited", "_must", "_refused", "_say", "_should", "wrong",
}  # fmt: skip
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@cache
def raised() -> dict[str, list[set[str]]]:
    """Every code that the source refuses with, and for each place that does the figures it gives."""
    found: dict[str, list[set[str]]] = {}
    for path in SOURCE.rglob("*.py"):
        for call in calls(ast.parse(path.read_text(encoding="utf-8"))):
            code = call.args[0]
            assert isinstance(code, ast.Constant)
            found.setdefault(str(code.value), []).append(figures(call))
    return found


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in RAISERS and isinstance(node.args[0].value, str) and CODE.fullmatch(node.args[0].value):
            yield node


def figures(call: ast.Call) -> set[str]:
    """Keywords of the call, and the names in the pairs that a `Reason` is given."""
    named = {keyword.arg for keyword in call.keywords if keyword.arg}
    pairs = [one for argument in call.args[1:] for one in ast.walk(argument) if isinstance(one, ast.Tuple)]
    return named | {
        str(pair.elts[0].value) for pair in pairs if pair.elts and isinstance(pair.elts[0], ast.Constant)
    }


def placeholders(code: str) -> set[str]:
    return set(PLACEHOLDER.findall(str(messages.SENTENCES[code])))


def test_the_source_is_read() -> None:
    assert {"checkin.future", "metric.direction", "goal.changed", "amount.separator"} <= set(raised())


def test_every_refusal_has_a_sentence() -> None:
    assert set(raised()) - set(messages.SENTENCES) == set()


def test_no_sentence_is_for_a_refusal_that_nobody_makes() -> None:
    assert set(messages.SENTENCES) - set(raised()) == set()


@pytest.mark.parametrize("code", sorted(messages.SENTENCES))
def test_a_sentence_says_it_with_figures_that_its_refusal_gives(code: str) -> None:
    assert any(placeholders(code) <= given for given in raised()[code])


@pytest.mark.parametrize("code", sorted(messages.SENTENCES))
def test_a_sentence_is_whole_plain_and_short(code: str) -> None:
    with translation.override("en"):
        said = messages.sentence(Reason(code, "", tuple((name, "Alma") for name in placeholders(code))))
    assert said[0].isupper() or said.startswith("Alma")
    assert said.endswith((".", "…"))
    assert not re.search(r"!|%\(|%%|\b(please|sorry|invalid|error)\b", said, re.IGNORECASE)
    assert len(said) < 130


def test_figures_are_written_as_the_language_writes_them() -> None:
    low = Reason("kpi.range", "upper", (("lower", Decimal("99.5")), ("unit", "%")))
    with translation.override("en"):
        assert "99.5%" in messages.sentence(low)
    with translation.override("da"):
        assert "99,5\u00a0%" in messages.sentence(low)


def test_dates_are_written_as_the_language_writes_them() -> None:
    future = Reason("checkin.future", "on", (("today", date(2026, 8, 17)),))
    with translation.override("en"):
        assert "17 August 2026" in messages.sentence(future)
    with translation.override("da"):
        assert "17. august 2026" in messages.sentence(future)


def test_both_readings_are_named() -> None:
    with translation.override("en"):
        said = messages.sentence(
            Reason("amount.ambiguous", "value", (("readings", (Decimal(3478), Decimal("3.478"))),))
        )
        assert "3,478 or 3.478" in said


def test_the_path_that_closes_a_circle_is_shown() -> None:
    with translation.override("en"):
        said = messages.sentence(Reason("alignment.cycle", "parent", (("path", ["Grow", "Launch", "Grow"]),)))
        assert "Grow → Launch → Grow" in said


def test_shares_are_percent() -> None:
    with translation.override("en"):
        assert "120%" in messages.sentence(Reason("share.over-one", "share", (("total", 1.2),)))


def test_an_unknown_code_and_a_missing_figure_still_give_a_sentence() -> None:
    with translation.override("en"):
        assert messages.sentence(Reason("coming.later")) == "This cannot be used as it is (coming.later)."
        assert messages.sentence(Reason("kpi.name-taken")) == "There is a KPI called …. Choose another name."


def test_a_persons_own_per_cent_sign_does_no_harm() -> None:
    with translation.override("en"):
        assert "100 %(x)s" in messages.sentence(Reason("kpi.name-taken", "name", (("name", "100 %(x)s"),)))
