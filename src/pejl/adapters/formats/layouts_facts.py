"""Tables of goals: the rows by field, and what only all rows together tell, gathered before they are read.

A goal may be pointed at by its id, by a number that holds within the file alone, by its place in an
outline ("1.2.1" stands under "1.2"), or by its title. Whatever the file says, a :data:`Handle` says it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from pejl.adapters.formats import cells, tables, words
from pejl.adapters.formats.tables import Fields, Row
from pejl.domain.transfers import Place, Problem
from pejl.domain.values import Kind

Columns = Mapping[str, tuple[str, ...]]  # the headings of each field
Handle = tuple[str, str]
Row_ = tuple[str, int]  # the part of the file, and the row in it
Rows = Callable[[], Iterable[tuple[str, Row]]]  # the part of the file a row stands in, and the row

# What the key results of an objective that is no row of its own tell of it, where all say the same.
SHARED: Final = ("owner", "owner_email", "team", "period", "start_date", "end_date", "level", "level_name")
FRACTIONS: Final = "progress is from 0 to 1: read as parts of a whole"

DAY_FIRST: Final = "days of figures are read with the day first, as others in the file show"
MONTH_FIRST: Final = "days of figures are read with the month first, as others in the file show"

_DAYS: Final = ("start_date", "end_date", "created", "checked")
_FIGURES: Final = re.compile(r"([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4})")
_LAST_MONTH: Final = 12
_OUTLINE: Final = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_HUNDRED: Final = Decimal(100)
_ONE: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class Rules:
    """Where tables differ. `kind` is what a row without a word for it is, None by where it stands; `kinds`
    are the file's own words. `scale` takes its progress to per cent, None by the figures. `rolls_up`: the
    goals under an objective make its progress, whatever figures it has. `keyed`: what besides the title
    tells two objectives apart that are no rows of their own. `danish`: figures and days as Danes write
    them. `order`: which comes first in days of figures, "dm" or "md", "" where nothing says so.
    `fractions`: units whose figures are parts of a whole. `parts`: kinds of the parts of a file, for those
    that have several."""

    kind: Kind | None = None
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    scale: Decimal | None = Decimal(1)
    rolls_up: bool = False
    keyed: tuple[str, ...] = ("period",)
    danish: bool = False
    order: str = ""
    fractions: frozenset[str] = frozenset()
    parts: Mapping[str, Kind] = field(default_factory=dict)


class Asked:
    """One row, asked by field. What it has in no field is homeless."""

    def __init__(self, part: str, row: Row, *, columns: Columns, rules: Rules) -> None:
        self.columns, self.rules, self.part = columns, rules, part
        self.fields = Fields(Place(part, row.number, ""), row)
        self.row = row

    def named(self, at: Place) -> None:
        """Gives the row its id, before anything is said of it."""
        self.fields.at = at

    def raw(self, name: str) -> Any:
        return self.fields.take(*self.columns.get(name, ()))

    def text(self, name: str) -> str:
        return tables.text(self.raw(name))

    def joined(self, name: str) -> str:
        """The texts of all columns of a field that may have several."""
        found = (tables.text(self.fields.take(heading)) for heading in self.columns.get(name, ()))
        return "; ".join(text for text in found if text)

    def line(self, name: str) -> str:
        """A text on one line."""
        return " ".join(self.text(name).split())

    def number(self, name: str) -> Decimal | None:
        value, reason = words.figure(self.raw(name), danish=self.rules.danish)
        if reason:
            self.problem(name, reason, "" if value is None else f"{value:f}")
        return value

    def day(self, name: str) -> date | None:
        found, reason = day(self.raw(name), order=self.rules.order)
        if reason:
            self.problem(name, reason)
        return found

    def problem(self, name: str, reason: str, kept_as: str = "", **params: str) -> None:
        self.fields.problem(self.heading(name), reason, kept_as, **params)

    def heading(self, name: str) -> str:
        return next(iter(self.columns.get(name, ())), "")

    def lost(self, name: str) -> None:
        self.fields.lost(*self.columns.get(name, ()))

    def has(self, *names: str) -> bool:
        """Whether the table has a column for any of these."""
        return any(self.columns.get(name) for name in names)


def day(raw: object, *, order: str) -> cells.Reading[date]:
    """A day; one that has two readings is read in the order given.

    >>> day("03/04/2025", order="dm").value, day("03/04/2025", order="").reason
    (datetime.date(2025, 4, 3), 'date cannot be read')
    """
    found = cells.day(raw)
    figures = _FIGURES.fullmatch(cells.plain(raw)) if found.reason and order else None
    if figures is None:
        return found
    first, second, year = map(int, figures.groups())
    on, month = (first, second) if order == "dm" else (second, first)
    return cells.day(f"{year:04}-{month:02}-{on:02}")


@dataclass(slots=True)
class Above:
    """An objective that stands in a column beside its key results: the row it is, if any, else what all of
    them say alike."""

    ref: str = ""
    fed: bool = False
    title: str = ""
    description: str = ""
    shared: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Facts:
    """What all rows together tell: who feeds whom, which share of its parent each has, what ids there are."""

    refs: dict[Handle, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    fed: set[Handle] = field(default_factory=set)
    above: dict[tuple[str, ...], Above] = field(default_factory=dict)
    shares: dict[Row_, Decimal] = field(default_factory=dict)
    uneven: set[Row_] = field(default_factory=set)
    scale: Decimal = _ONE
    orders: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, rows: Rows, *, columns: Columns, rules: Rules) -> Facts:
        facts, most, broken = cls(), Decimal(0), False
        weights: list[tuple[Row_, Handle, Decimal | None]] = []
        outline: list[str] = []
        walk = Walk(facts)
        for part, row in rows():
            asked = Asked(part, row, columns=columns, rules=rules)
            walk.step(asked)
            parents = facts._hear(asked, walk)
            if parents and kind_word(asked) is not Kind.INITIATIVE:
                facts.fed.update(parents)
                outline += [text for sort, text in parents if sort == "order"]
            if parents and asked.has("share"):
                weight = words.figure(asked.raw("share"), danish=rules.danish).value
                weights.append(((part, row.number), parents[0], weight))
            facts._hear_days(asked)
            for raw in (asked.raw("progress"), *map(asked.fields.take, columns.get("part_progress", ()))):
                done = words.figure(raw, danish=rules.danish).value or Decimal(0)
                if (
                    words.percent(done, raw, scale=_HUNDRED) != done
                ):  # else it is 0, or says that it is per cent
                    most, broken = max(most, abs(done)), broken or done != done.to_integral_value()
        facts.fed |= {("order", facts.nearest(text)) for text in outline}
        facts.fed |= {("ref", one.ref) for one in facts.above.values() if one.ref and one.fed}
        _shares(facts, weights)
        facts.scale = rules.scale or (_HUNDRED if broken and most <= 1 else _ONE)
        return facts

    def said(self, rules: Rules, heading: str) -> Iterator[Problem]:
        if rules.scale is None and self.scale == _HUNDRED:
            yield Problem(Place("", 0, ""), heading, FRACTIONS)
        if self.order(rules) and not rules.danish and "" in self.orders:
            yield Problem(Place("", 0, ""), "", DAY_FIRST if self.order(rules) == "dm" else MONTH_FIRST)

    def order(self, rules: Rules) -> str:
        """Whether day or month comes first in days of figures: as those that have one reading show, where
        all show the same."""
        shown = self.orders - {""}
        return shown.pop() if len(shown) == 1 else "dm" if rules.danish else ""

    def nearest(self, order: str) -> str:
        """The number in the outline nearest above one, itself counted: "1.2" has "1" where there is none."""
        while order and ("order", order) not in self.refs:
            order = order.rpartition(".")[0]
        return order

    def is_fed(self, asked: Asked) -> bool:
        """Whether goals that count stand under the row, in rows of their own or in columns of it."""
        parts = any(asked.fields.text(heading) for heading in asked.columns.get("part_title", ()))
        return parts or any(handle in self.fed for handle in handles(asked))

    def _hear(self, asked: Asked, walk: Walk) -> list[Handle]:
        """Notes how the row may be pointed at; gives whom it points at."""
        ref = ref_of(asked)
        for handle in handles(asked):
            self.refs.setdefault(handle, ref)
        title = asked.line("title") or asked.line("objective")
        self.titles.setdefault(ref, title)
        key = walk.key
        if key is not None:
            self._share(asked, self.above[key], is_row=not asked.text("title"))
        return pointed(asked, walk)

    def _hear_days(self, asked: Asked) -> None:
        for name in _DAYS:
            figures = _FIGURES.fullmatch(asked.text(name))
            if figures is not None:
                first, second = int(figures[1]), int(figures[2])
                far = first > _LAST_MONTH, second > _LAST_MONTH
                self.orders.add({(True, False): "dm", (False, True): "md"}.get(far, ""))

    def _share(self, asked: Asked, above: Above, *, is_row: bool) -> None:
        if is_row and asked.text("objective"):
            above.ref = above.ref or ref_of(asked)
        above.fed = above.fed or bool(asked.text("title"))
        above.title = above.title or asked.line("objective")
        above.description = above.description or asked.text("objective_description")
        for name in SHARED:
            text = asked.joined(name)
            if above.shared.setdefault(name, text) != text:
                above.shared[name] = ""


class Walk:
    """Where in a table one is, going down: the objective in the column beside, and the last row that may
    have others under it."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.key: tuple[str, ...] | None = None
        self.last = ""
        self._own = ""

    def step(self, asked: Asked) -> None:
        """Goes to the row; one without an objective stands under that of the row above."""
        self.last = self._own or self.last
        self._own = ref_of(asked) if kind_word(asked) is Kind.OBJECTIVE else ""
        title = asked.line("objective")
        if title:
            beside = (asked.text(name).casefold() for name in asked.rules.keyed)
            self.key = (title.casefold(), *beside)
            self._facts.above.setdefault(self.key, Above())


def handles(asked: Asked) -> list[Handle]:
    """All ways in which others may point at the row."""
    title = asked.line("title") or asked.line("objective")
    found = [
        ("id", asked.text("id")),
        ("key", asked.text("key")),
        ("order", outlined(asked)),
        ("title", title.casefold()),
        ("ref", ref_of(asked)),
    ]
    return [handle for handle in found if handle[1]]


def pointed(asked: Asked, walk: Walk) -> list[Handle]:
    """What the row says of whom it stands under, as it says it. A text may be an id or a title."""
    found = [("id", one) for one in words.several(asked.text("parent_id"))]
    found += [("key", one) for one in words.several(asked.text("parent_key"))]
    above = outlined(asked).rpartition(".")[0]
    if above:
        found.append(("order", above))
    whole = "" if asked.text("parent_id") else asked.line("parent")
    for one in dict.fromkeys((whole, *words.several(whole))) if whole else ():
        found += [("id", one), ("title", one.casefold())]
    if not asked.has("parent_id", "parent_key", "parent", "order", "objective") and walk.last:
        word = kind_word(asked)
        found += [("ref", walk.last)] if word in (Kind.KEY_RESULT, Kind.INITIATIVE) else []
    return found


def outlined(asked: Asked) -> str:
    """The row's number in the outline, "" where it has none; "1." is "1"."""
    text = asked.text("order").rstrip(".")
    return text if _OUTLINE.fullmatch(text) else ""


def ref_of(asked: Asked) -> str:
    """What others call the row: its id, else where it stands."""
    return asked.text("id") or f"{asked.part}:{asked.row.number}"


def kind_word(asked: Asked) -> Kind | None:
    """The kind by the file's word for it, by the part of the file, or as all rows of such a file are."""
    word = asked.text("kind")
    own = asked.rules.kinds.get(word.casefold()) or words.kind(word)
    return own or asked.rules.parts.get(asked.part) or asked.rules.kind


def _shares(facts: Facts, weights: list[tuple[Row_, Handle, Decimal | None]]) -> None:
    """Weights beside one another as fractions of 1; None, a default share, where all of one parent have the
    same, or where one has none."""
    beside: defaultdict[Handle, list[tuple[Row_, Decimal | None]]] = defaultdict(list)
    for row, (sort, text), weight in weights:
        beside[sort, facts.nearest(text) if sort == "order" else text].append((row, weight))
    for some in beside.values():
        given = [weight for _, weight in some if weight is not None]
        whole = sum(given, Decimal(0))
        if not given or (len(set(given)) == 1 and len(given) == len(some)):
            continue
        if len(given) < len(some) or whole <= 0 or min(given) < 0:
            facts.uneven |= {row for row, weight in some if weight is not None}
            continue
        facts.shares |= {row: weight / whole for row, weight in some if weight is not None}
