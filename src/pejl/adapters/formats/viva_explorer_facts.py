"""What all rows of Viva Goals' Explorer export together tell, gathered before they are read one by one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from pejl.adapters.formats import cells, tables, viva_explorer_cells
from pejl.adapters.formats.tables import Fields, Table
from pejl.adapters.formats.viva_explorer_cells import Aligned
from pejl.domain.transfers import PeriodLine, PersonLine, Place, Problem, Said, TeamLine
from pejl.domain.values import Kind, Level

ID: Final = ("Id", "Objective ID", "OKR ID", "Goal ID")
TEAM: Final = ("Team", "Teams")
CREATOR: Final = ("Creator", "Created By")
OWNER: Final = ("Owner", "Owners")
PERIOD: Final = ("Period", "Time Period")
ALIGNED: Final = ("Aligned To (weight, Objective ID)", "Aligned To", "Aligned To (weight, Id)")
LEVELS: Final = {
    "organization": Level.ORGANISATION,
    "organisation": Level.ORGANISATION,
    "company": Level.ORGANISATION,
    "team": Level.TEAM,
    "department": Level.TEAM,
    "individual": Level.PERSON,
    "user": Level.PERSON,
}

OTHER_ENCODING: Final = "text is not in UTF-8: read as Windows-1252"
NO_KINDS: Final = "the file has no types: read by parents and metrics"
READ_AS: Final = "“%(word)s” is read as %(kind)s, because the file has another word for the other"

_HUNDRED: Final = Decimal(100)
_PER_CENT: Final = frozenset({"", "%", "percentage", "percent"})


@dataclass(slots=True)
class Facts:
    """What all rows together tell. Goals are known by ``key``: the id, or the title in a file without."""

    ids: bool
    words: dict[str, str] = field(default_factory=dict)
    teams: dict[str, None] = field(default_factory=dict)
    single: dict[str, None] = field(default_factory=dict)
    owners: dict[str, None] = field(default_factory=dict)
    periods: dict[str, Counter[tuple[date, date]]] = field(default_factory=dict)
    weights: defaultdict[str, list[Decimal]] = field(default_factory=lambda: defaultdict(list))
    parents_of: defaultdict[tuple[str, bool], set[str]] = field(default_factory=lambda: defaultdict(set))
    defaults: dict[str, Decimal | None] = field(default_factory=dict)
    fed: set[str] = field(default_factory=set)
    commas: bool = False

    @classmethod
    def of(cls, table: Table) -> Facts:
        known = set(map(tables.folded, ID))
        facts = cls(ids=any(tables.folded(heading) in known for heading in table.headings))
        for row in table.rows:
            facts._hear(Fields(Place("rows", row.number, ""), row))
        for (word, placed), keys in facts.parents_of.items():
            if facts.kind(word, placed=placed) is Kind.KEY_RESULT:
                facts.fed |= keys
        facts.defaults = {key: viva_explorer_cells.free(given) for key, given in facts.weights.items()}
        facts.commas = any("," in name for name in facts.single)
        facts.parents_of.clear()
        facts.weights.clear()
        return facts

    def key(self, one: Aligned) -> str:
        return one.id if self.ids else one.title.casefold()

    def kind(self, word: str, *, placed: bool) -> Kind:
        """The kind by its word; in doubt by the words of the other rows, else by where the goal is:
        ``placed`` is under a parent and with a metric of its own."""
        return self.sure(word) or (Kind.KEY_RESULT if placed else Kind.OBJECTIVE)

    def sure(self, word: str) -> Kind | None:
        """The kind where words alone tell. Objective and key result each have one word in a file."""
        found = viva_explorer_cells.kind(word)
        if found is not None or not is_outcome(word):
            return found
        others = {viva_explorer_cells.kind(one) for one in self.words}
        if (Kind.OBJECTIVE in others) is (Kind.KEY_RESULT in others):
            return None
        return Kind.KEY_RESULT if Kind.OBJECTIVE in others else Kind.OBJECTIVE

    def said(self, table: Table) -> Iterator[Said]:
        nowhere = Place("", 0, "")
        if table.encoding == tables.WINDOWS:
            yield Problem(nowhere, "", OTHER_ENCODING)
        if not any(self.words):
            yield Problem(nowhere, "Object Type", NO_KINDS)
        for key, word in self.words.items():
            found = self.sure(key)
            if is_outcome(key) and found is not None:
                yield Problem(nowhere, "Object Type", READ_AS, found, {"word": word, "kind": named(found)})
        for name, spans in self.periods.items():
            start, end = viva_explorer_cells.dates(name, spans)
            yield PeriodLine(nowhere, name=name, start=start, end=end)
        for name in self.teams:
            yield TeamLine(nowhere, name=name)
        owners = (one for cell in self.owners for one in self.people(cell)[0])
        for name in dict.fromkeys([*self.single, *owners]):
            yield PersonLine(nowhere, name=name)

    def people(self, cell: str) -> tuple[tuple[str, ...], bool]:
        return viva_explorer_cells.names(cell, known=self.single, commas=self.commas)

    def _hear(self, fields: Fields) -> None:
        word = kind_word(fields)
        self.words.setdefault(viva_explorer_cells.worded(word), word)
        self._hear_names(fields)
        found, _ = parents(fields)
        for one in found:
            if one.weight is not None:
                self.weights[self.key(one)].append(one.weight)
        if found:
            self.parents_of[word, has_metric(fields)].update(map(self.key, found))

    def _hear_names(self, fields: Fields) -> None:
        self.teams |= dict.fromkeys(cells.words(fields.text(*TEAM), by=";\n"))
        self._alone(fields.text(*CREATOR))
        if owner := fields.text(*OWNER):
            self.owners[owner] = None
        for raw in (fields.take("Checkins"), *fields.row.spilled):
            self._alone(_user(raw))
        if period := fields.text(*PERIOD):
            spans = self.periods.setdefault(period, Counter())
            start, end = cells.day(fields.take("Start Date")).value, cells.day(fields.take("End Date")).value
            if start is not None and end is not None and start <= end:
                spans[start, end] += 1

    def _alone(self, name: str) -> None:
        if name:
            self.single[name] = None


def _user(raw: Any) -> str:
    if not isinstance(raw, str):
        return ""
    _, _, rest = raw.partition("; User:")
    return cells.plain(rest.partition(";")[0])


def kind_word(fields: Fields) -> str:
    """The file's word for the kind; in an older file "OKR type", unless that tells the level."""
    word, older = fields.text("Object Type"), fields.text("OKR type")
    return word or ("" if older.casefold() in LEVELS else older)


def named(kind: Kind) -> str:
    """The kind as a sentence says it."""
    return kind.replace("_", " ")


def is_outcome(word: str) -> bool:
    """Whether it is the word that some have for objectives and others for key results."""
    return viva_explorer_cells.worded(word) in ("outcome", "outcomes")


def has_metric(fields: Fields) -> bool:
    """Whether the goal is measured by more than per cent from 0 to 100."""
    if fields.text("Metric Name") or fields.text("Unit").casefold() not in _PER_CENT:
        return True
    start, target = cells.number(fields.take("Start")).value, cells.number(fields.take("Target")).value
    return bool(start) or target not in (None, _HUNDRED)


def parents(fields: Fields) -> tuple[tuple[Aligned, ...], str]:
    """The parents, and what is left over of their cell."""
    return viva_explorer_cells.aligned(fields.text(*ALIGNED))
