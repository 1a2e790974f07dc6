"""The single fields of a plan: a node and what it means, or a finding where it stands."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final, TypeVar
from uuid import UUID

from pejl.adapters.formats.plans_nodes import Listing, Mapped, Node, Scalar
from pejl.domain.plans import Finding, Place, Support
from pejl.domain.plans_measures import Figure, Measure
from pejl.domain.values import MetricKind

E = TypeVar("E", bound=StrEnum)
MOST_LETTERS: Final = 20_000
MOST_OF_A_UNIT: Final = 40
MOST_DIGITS: Final = 64
_NUMBER: Final = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?")
_METRIC: Final = frozenset(
    {"kind", "unit", "start", "target", "lower", "upper", "warning", "sum", "phases", "milestones"}
)


class Wrong(Exception):  # noqa: N818 - an answer
    """This field cannot be used; the finding is told already."""


@dataclass(slots=True)
class Book:
    """The findings so far."""

    findings: list[Finding] = field(default_factory=list)

    def wrong(self, rule: str, node: Node, path: str, **params: object) -> Wrong:
        self.findings.append(Finding(rule, place(node, path), params=tuple(params.items())))
        return Wrong(rule)


def place(node: Node, path: str) -> Place:
    return Place(node.line, node.column, path)


def mapped(book: Book, node: Node, path: str, *, known: frozenset[str]) -> dict[str, tuple[Scalar, Node]]:
    """The fields by name, each with the node of its name. Raises :class:`Wrong`."""
    if not isinstance(node, Mapped):
        raise book.wrong("schema.mapping", node, path)
    found: dict[str, tuple[Scalar, Node]] = {}
    for name, value in node.items:
        at = f"{path}.{name.text}".lstrip(".")
        if name.text not in known:
            book.wrong("schema.unknown", name, at, name=name.text[:MOST_OF_A_UNIT])
        elif name.text in found:
            book.wrong("yaml.twice", name, at, name=name.text)
        else:
            found[name.text] = (name, value)
    return found


def listed(book: Book, node: Node, path: str) -> Iterator[tuple[Node, str]]:
    """The items with their paths; nothing at all is an empty list."""
    if isinstance(node, Scalar) and node.empty:
        return
    if not isinstance(node, Listing):
        raise book.wrong("schema.list", node, path)
    for number, item in enumerate(node.items):
        yield item, f"{path}.{number}"


def each(book: Book, node: Node, path: str, read: Callable[[Book, Node, str], Any]) -> tuple[Any, ...]:
    """What is read of each item; those that are wrong are told and left out."""
    found = []
    for item, at in listed(book, node, path):
        try:
            found.append(read(book, item, at))
        except Wrong:
            continue
    return tuple(found)


def text(book: Book, node: Node, path: str) -> str:
    if not isinstance(node, Scalar):
        raise book.wrong("schema.text", node, path)
    if node.empty or not node.text.strip():
        raise book.wrong("text.empty", node, path)
    if len(node.text) > MOST_LETTERS:
        raise book.wrong("text.long", node, path, most=MOST_LETTERS)
    return node.text


def words(book: Book, node: Node, path: str) -> str:
    """A text that may be empty."""
    if isinstance(node, Scalar) and (node.empty or not node.text.strip()):
        return ""
    return text(book, node, path)


def unit(book: Book, node: Node, path: str) -> str:
    found = words(book, node, path).strip()
    if len(found) > MOST_OF_A_UNIT:
        raise book.wrong("text.long", node, path, most=MOST_OF_A_UNIT)
    return found


def single(book: Book, node: Node, path: str) -> tuple[str, ...]:
    """`owner` or `team`: one, or nobody."""
    if isinstance(node, Scalar) and node.empty:
        return ()
    return (text(book, node, path).strip(),)


def several(book: Book, node: Node, path: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.strip() for one in each(book, node, path, text)))


def choice(kinds: type[E]) -> Callable[[Book, Node, str], E | None]:
    def read(book: Book, node: Node, path: str) -> E | None:
        if isinstance(node, Scalar) and node.empty:
            return None
        try:
            return kinds(node.text if isinstance(node, Scalar) else "")
        except ValueError:
            choices = ", ".join(one.value for one in kinds)
            raise book.wrong("schema.choice", node, path, choices=choices) from None

    return read


def key(book: Book, node: Node, path: str) -> str:
    found = text(book, node, path)
    if not re.fullmatch(r"[\w][\w.-]{0,99}", found):
        raise book.wrong("key.form", node, path, key=found[:MOST_OF_A_UNIT])
    return found


def identity(book: Book, node: Node, path: str) -> UUID:
    try:
        return UUID(node.text if isinstance(node, Scalar) else "")
    except ValueError:
        raise book.wrong("schema.id", node, path) from None


def day(book: Book, node: Node, path: str) -> date | None:
    if isinstance(node, Scalar) and node.empty:
        return None
    found = node.text if isinstance(node, Scalar) else ""
    try:
        return date.fromisoformat(found if re.fullmatch(r"\d{4}-\d{2}-\d{2}", found) else "")
    except ValueError:
        raise book.wrong("date.unreadable", node, path) from None


def period(book: Book, node: Node, path: str) -> str | None:
    if isinstance(node, Scalar) and node.empty:
        return None
    return text(book, node, path).strip()


def truth(book: Book, node: Node, path: str) -> bool:
    if isinstance(node, Scalar) and node.plain and node.text.lower() in {"true", "false"}:
        return node.text.lower() == "true"
    raise book.wrong("schema.truth", node, path)


def figure(book: Book, node: Node, path: str) -> Figure | None:
    """A number digit for digit, or a text to be read by the language."""
    if isinstance(node, Scalar) and node.empty:
        return None
    found = text(book, node, path).strip()
    number = _number(found) if isinstance(node, Scalar) and node.plain else None
    if number is not None:
        return number
    if isinstance(node, Scalar) and node.plain and _NUMBER.fullmatch(found):
        raise book.wrong("metric.number", node, path)
    return found


def fraction(book: Book, node: Node, path: str) -> Decimal | None:
    if isinstance(node, Scalar) and node.empty:
        return None
    number = _number(node.text) if isinstance(node, Scalar) and node.plain else None
    if number is None:
        raise book.wrong("share.range", node, path)
    return number


def share(book: Book, node: Node, path: str) -> float | None:
    found = fraction(book, node, path)
    if found is None:
        return None
    number = float(found)
    if not math.isfinite(number) or not 0 <= number <= 1:
        raise book.wrong("share.range", node, path)
    return number


def support(book: Book, node: Node, path: str) -> Support:
    """`{goal: key, share: 0.4}`, or the key alone."""
    if isinstance(node, Scalar):
        return Support(text(book, node, path).strip(), None, place(node, path))
    found = mapped(book, node, path, known=frozenset({"goal", "share"}))
    if "goal" not in found:
        raise book.wrong("schema.missing", node, path, name="goal")
    goal = text(book, found["goal"][1], f"{path}.goal").strip()
    given = share(book, found["share"][1], f"{path}.share") if "share" in found else None
    return Support(goal, given, place(found["goal"][1], path))


def measure(book: Book, node: Node, path: str, *, spots: dict[str, Place]) -> Measure | None:
    """`metric: {kind: …}`; `spots` learns where its fields stand, as `metric.target`."""
    if isinstance(node, Scalar) and node.empty:
        return None
    found = mapped(book, node, path, known=_METRIC)
    for name, (_, value) in found.items():
        spots[f"metric.{name}"] = place(value, f"{path}.{name}")
    if "kind" not in found:
        raise book.wrong("schema.missing", node, path, name="kind")

    def said(name: str, read: Callable[[Book, Node, str], Any], otherwise: Any) -> Any:
        return read(book, found[name][1], f"{path}.{name}") if name in found else otherwise

    kind = said("kind", choice(MetricKind), None)
    if kind is None:
        raise book.wrong("schema.missing", node, path, name="kind")
    figures: dict[str, Any] = {
        name: said(name, figure, None)
        for name in ("start", "target", "lower", "upper", "warning")
        if name in found
    }
    steps = said("milestones", lambda book, node, at: each(book, node, at, _step), ())
    return Measure(
        kind=kind,
        unit=said("unit", unit, ""),
        figures=figures,
        sum=said("sum", truth, False),
        phases=said("phases", lambda book, node, at: each(book, node, at, _phase), ()),
        steps=tuple((title, share) for title, share, _item in steps),
        items=tuple(item for _title, _share, item in steps),
    )


def _phase(book: Book, node: Node, path: str) -> tuple[date, Figure]:
    found = mapped(book, node, path, known=frozenset({"date", "value"}))
    for name in ("date", "value"):
        if name not in found:
            raise book.wrong("schema.missing", node, path, name=name)
    on = day(book, found["date"][1], f"{path}.date")
    value = figure(book, found["value"][1], f"{path}.value")
    if on is None or value is None:
        raise book.wrong("metric.phases", node, path)
    return on, value


def _step(book: Book, node: Node, path: str) -> tuple[str, Decimal | None, UUID | None]:
    if isinstance(node, Scalar):
        return text(book, node, path), None, None
    found = mapped(book, node, path, known=frozenset({"id", "title", "share"}))
    if "title" not in found:
        raise book.wrong("schema.missing", node, path, name="title")
    title = text(book, found["title"][1], f"{path}.title")
    share = fraction(book, found["share"][1], f"{path}.share") if "share" in found else None
    return title, share, identity(book, found["id"][1], f"{path}.id") if "id" in found else None


def _number(found: str) -> Decimal | None:
    """Exact, and of a size that can be written out."""
    if len(found) > MOST_DIGITS or not _NUMBER.fullmatch(found):
        return None
    try:
        number = Decimal(found)
    except InvalidOperation:
        return None
    if number.adjusted() > MOST_DIGITS or int(number.as_tuple().exponent) < -MOST_DIGITS:
        return None
    return Decimal(format(number, "f"))
