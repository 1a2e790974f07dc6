"""YAML as plain nodes that know where they stand. Only what a plan needs: mappings, lists and scalars.

Nothing is built from the file: no tags, no anchors or aliases, no second document; size and depth are
bounded, and what is not YAML is one finding, never a crash.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from pejl.domain.plans import Finding, Place

MOST_BYTES: Final = 5_000_000
MOST_DEPTH: Final = 20
NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """`plain` is without quotes: only such a one can be a number, a date, true, false or nothing."""

    text: str
    plain: bool
    line: int
    column: int

    @property
    def empty(self) -> bool:
        return self.plain and self.text in NULLS


@dataclass(frozen=True, slots=True)
class Listing:
    items: list[Node]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Mapped:
    """Fields in their order, as written; the same name may come twice."""

    items: list[tuple[Scalar, Node]]
    line: int
    column: int


Node = Scalar | Listing | Mapped


class Unreadable(Exception):  # noqa: N818 - an answer
    """This is no YAML that is read here."""

    def __init__(self, rule: str, *, line: int = 1, column: int = 1, **params: object) -> None:
        super().__init__(rule)
        self.finding = Finding(rule, Place(line, column), params=tuple(params.items()))


def read(content: bytes) -> Node | None:
    """The document; None for an empty one. Raises :class:`Unreadable`."""
    if len(content) > MOST_BYTES:
        raise Unreadable("yaml.large", most=MOST_BYTES // 1_000_000)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable("yaml.encoding", line=line) from error
    try:
        return _Builder().built(YAML(typ="safe", pure=True).parse(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = {} if mark is None else {"line": mark.line + 1, "column": mark.column + 1}
        raise Unreadable("yaml.syntax", **place, why=str(error.problem or error.context or "")) from error
    except (YAMLError, ValueError, IndexError, TypeError, AttributeError, AssertionError) as error:
        # The parser trips over some input instead of refusing it.
        raise Unreadable("yaml.syntax", why=str(error).splitlines()[0] if str(error) else "") from error


class _Builder:
    def __init__(self) -> None:
        self._root: Node | None = None
        self._open: list[Listing | Mapped] = []
        self._names: list[Scalar | None] = []
        self._documents = 0

    def built(self, events: Iterator[Any]) -> Node | None:
        for event in events:
            self._take(event)
        return self._root

    def _take(self, event: Any) -> None:
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise _refused("yaml.several", event)
        elif isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise _refused("yaml.alias", event)
        elif isinstance(event, ScalarEvent):
            self._tagless(event)
            if any("\ud800" <= letter <= "\udfff" for letter in event.value):
                raise _refused("yaml.encoding", event)
            plain = event.style in (None, "")
            self._put(Scalar(event.value, plain, *_place(event)))
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._tagless(event)
            if len(self._open) >= MOST_DEPTH:
                raise _refused("yaml.deep", event, most=MOST_DEPTH)
            kind = Mapped if isinstance(event, MappingStartEvent) else Listing
            node = kind([], *_place(event))
            self._put(node)
            self._open.append(node)
            self._names.append(None)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._open.pop()
            self._names.pop()

    def _tagless(self, event: Any) -> None:
        if getattr(event, "tag", None) is not None or getattr(event, "ctag", None) is not None:
            raise _refused("yaml.tag", event)

    def _put(self, node: Node) -> None:
        if not self._open:
            self._root = node
            return
        above = self._open[-1]
        if isinstance(above, Listing):
            above.items.append(node)
            return
        name = self._names[-1]
        if name is not None:
            above.items.append((name, node))
            self._names[-1] = None
        elif isinstance(node, Scalar):
            self._names[-1] = node
        else:
            raise Unreadable("yaml.name", line=node.line, column=node.column)


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _refused(rule: str, event: Any, **params: object) -> Unreadable:
    line, column = _place(event)
    return Unreadable(rule, line=line, column=column, **params)
