"""One row of Viva Goals' Explorer export: the goal, what is to be said of it, and its check-ins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from pejl.adapters.formats import cells, tables, viva_explorer_cells
from pejl.adapters.formats.tables import Fields, Row
from pejl.adapters.formats.viva_explorer_cells import Aligned
from pejl.adapters.formats.viva_explorer_facts import (
    CREATOR,
    ID,
    LEVELS,
    OWNER,
    PERIOD,
    TEAM,
    Facts,
    has_metric,
    is_outcome,
    kind_word,
    named,
    parents,
)
from pejl.domain.transfers import CheckinLine, GoalLine, Named, ParentLine, Place, Problem, Said
from pejl.domain.values import (
    Ambition,
    Kind,
    Level,
    Metric,
    MetricKind,
    ProgressMode,
    State,
    Status,
    StatusMode,
)

NO_KIND: Final = "type is not known: read as %(kind)s by its parents and its metric"
NO_TARGET: Final = "target is missing: read as per cent by hand"
NO_START: Final = "start is missing: read as 0"
OWN_METRIC: Final = "the file does not tell whether its key results feed it: read by its own metric"
WORKED_OUT: Final = "value is missing: worked out from the progress in per cent"
OTHER_UNIT: Final = "value is in per cent, the goal is not"
NO_MEASURE: Final = "value has no measure: its goal is read as per cent by hand"
LEFT_OVER: Final = "parent cannot be read"
NAMES: Final = "a comma may part names or stand in one: read as %(names)s"
UNNAMED: Final = "cell without a heading is no check-in: left out"
SCORE: Final = "score is not from 0 to 1"

_UNITS: Final = {
    "number": "", "no unit": "", "none": "", "%": "%", "percentage": "%", "percent": "%",
    "$": "USD", "dollar": "USD", "€": "EUR", "euro": "EUR", "£": "GBP", "kr": "DKK", "kr.": "DKK",
}  # fmt: skip
_NOTHING: Final = frozenset({"n/a", "na", "-", "–", "none", "null"})
_ZERO, _ONE, _HUNDRED = Decimal(0), Decimal(1), Decimal(100)


class Reader:
    """Turns rows into lines; counts the check-ins of the whole file."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._checkins = 0

    def goal(self, row: Row) -> Iterator[Said]:
        """The goal, its problems and homeless fields."""
        fields, logs = _opened(row)
        said = [(one, viva_explorer_cells.checkin(cells.plain(one))) for one in logs]
        goal, _ = _goal(fields, self._facts, raw=_raw(row, logs), logs=[one for _, one in said if one])
        _last_checkin(fields, goal)
        for one, found in said:
            if not found:
                fields.problem("", UNNAMED, cells.plain(one)[:80])
        if "" in row.troubles:
            fields.problem("", row.troubles[""])
        fields.homeless()
        yield goal
        yield from fields.said

    def checkins(self, row: Row) -> Iterator[Said]:
        """The check-ins of the row, each with its problems. What their goal is measured by is read anew, so
        that a long file need not be held; what there is to say of that :meth:`goal` says."""
        fields, logs = _opened(row)
        if not logs and fields.take("Last Check-in") is not None:
            last = _last_checkin(fields, _goal(fields, self._facts, raw={}, logs=[])[0])
            if last is not None:
                yield last
        found = [one for log in logs if (one := viva_explorer_cells.checkin(cells.plain(log)))]
        metric, measured = _measure(fields) if found else (None, True)
        ref = _ref(fields.at)
        for number, one in enumerate(found, start=1):
            self._checkins += 1
            at = Place("checkins", self._checkins, f"{ref}.{number}")
            yield from _checkin(one, at=at, goal=ref, metric=metric, measured=measured)


def _opened(row: Row) -> tuple[Fields, list[Any]]:
    """The fields of the row and the cells that hold its check-ins."""
    id_ = tables.text(next((row.cells[key] for key in row.cells if tables.folded(key) in _ID), ""))
    fields = Fields(Place("rows", row.number, id_), row)
    fields.take(*ID)
    return fields, [one for one in (fields.take("Checkins"), *row.spilled) if one is not None]


_ID: Final = frozenset(map(tables.folded, ID))


def _ref(at: Place) -> str:
    return at.id or f"{at.file}:{at.row}"


def _raw(row: Row, logs: list[Any]) -> dict[str, Any]:
    """The row whole, with all its check-ins under one heading."""
    heading = next((key for key in row.cells if tables.folded(key) == "checkins"), "Checkins")
    return {**row.cells, heading: logs} if logs else row.cells


def _goal(fields: Fields, facts: Facts, *, raw: dict[str, Any], logs: list[Any]) -> tuple[GoalLine, bool]:
    """The goal, and whether what the file gives as values is measured by what it became."""
    kind = _kind(fields, facts)
    title = _title(fields)
    theirs = _figure(fields, "Progress %", "Progress")
    metric, measured = _measure(fields)
    word = fields.text("Status")
    status, state = cells.status(word, viva=True)
    if not cells.is_status(word):
        fields.problem("Status", cells.NO_STATUS)
    value = _value(fields, metric, measured=measured, theirs=theirs, logs=logs, begun=_begun(status, logs))
    mode = _mode(fields, metric, fed=kind is Kind.OBJECTIVE and _key(fields, title, facts) in facts.fed)
    teams, level = _teams(fields)
    return GoalLine(
        fields.at,
        kind=kind,
        title=title,
        description=fields.text("Description"),
        level=level,
        owners=_owners(fields, facts),
        creator=_named(fields.text(*CREATOR)),
        teams=teams,
        period=_named(fields.text(*PERIOD)),
        start=fields.day("Start Date"),
        end=fields.day("End Date"),
        ambition=_ambition(fields),
        metric=metric,
        value=value,
        progress_mode=mode,
        status_mode=StatusMode.PACE if mode is ProgressMode.CHILDREN else StatusMode.MANUAL,
        status=status,
        status_word=word,
        state=state,
        score=_score(fields, state=state),
        parents=_parents(fields, facts),
        tags=tuple(dict.fromkeys(cells.words(fields.text("Tag", "Tags"), by=";,"))),
        created=fields.day("Created At"),
        theirs=theirs,
        raw=raw,
    ), measured


def _key(fields: Fields, title: str, facts: Facts) -> str:
    return facts.key(Aligned(fields.at.id, title, None))


def _kind(fields: Fields, facts: Facts) -> Kind:
    word = kind_word(fields)
    found = facts.sure(word)
    kind = found or facts.kind(word, placed=_placed(fields, word))
    if found is None and any(facts.words):
        fields.problem("Object Type", NO_KIND, kind, kind=named(kind))
    return kind


def _placed(fields: Fields, word: str) -> bool:
    """Whether it stands as a key result does; for an outcome its metric is enough."""
    return has_metric(fields) and (is_outcome(word) or bool(parents(fields)[0]))


def _title(fields: Fields) -> str:
    title = " ".join(fields.text("Title").split())
    if title:
        return title
    kept = f"{kind_word(fields) or 'OKR'} {fields.at.id or fields.at.row}"
    fields.problem("Title", cells.NO_TITLE, kept)
    return kept


def _named(name: str) -> Named | None:
    return Named(name=name) if name else None


def _owners(fields: Fields, facts: Facts) -> tuple[Named, ...]:
    names, sure = facts.people(fields.text(*OWNER))
    if not sure:
        listed = "; ".join(names)
        fields.problem("Owner", NAMES, listed, names=listed)
    return tuple(Named(name=name) for name in names)


def _teams(fields: Fields) -> tuple[tuple[Named, ...], Level | None]:
    """The teams and the level; older files tell the level ("OKR type") and its team's name beside it."""
    names = cells.words(fields.text(*TEAM), by=";\n")
    level, name = LEVELS.get(fields.text("OKR type").casefold()), fields.text("Type name")
    if level is Level.TEAM and not names:
        names = cells.words(name, by=";\n")
    elif name and level is None and name not in names:
        fields.lost("Type name")
    return tuple(Named(name=one) for one in dict.fromkeys(names)), level


def _ambition(fields: Fields) -> Ambition | None:
    word = fields.text("Goal Type").casefold().removesuffix(" goal")
    if word and word not in set(Ambition):
        fields.lost("Goal Type")
    return Ambition(word) if word in set(Ambition) else None


def _score(fields: Fields, *, state: State) -> Decimal | None:
    """A score of 0 is written also where there never was one; only a closed goal can have earned it."""
    score = _figure(fields, "Score")
    if score is not None and not _ZERO <= score <= _ONE:
        fields.problem("Score", SCORE)
        return None
    return score if score or state is State.CLOSED else None


def _figure(fields: Fields, *names: str) -> Decimal | None:
    return None if fields.text(*names).casefold() in _NOTHING else fields.number(*names)


# --------------------------------------------------------------------------------------------- parents


def _parents(fields: Fields, facts: Facts) -> tuple[ParentLine, ...]:
    found, rest = parents(fields)
    if rest:
        fields.problem("Aligned To", LEFT_OVER, rest[:80])
    equal = all(viva_explorer_cells.is_share(one.weight, of=len(found)) for one in found)
    lines: dict[str, ParentLine] = {}
    for one in found:
        share = None if equal else _share(fields, one, facts.defaults.get(facts.key(one)))
        line = ParentLine(one.id, one.title, share) if facts.ids else ParentLine("", one.title, share)
        lines.setdefault(line.id or line.title, line)
    return tuple(lines.values())


def _share(fields: Fields, one: Aligned, default: Decimal | None) -> Decimal | None:
    """None for a default share: the weight that the parent's other goals have too."""
    if one.weight is None or viva_explorer_cells.near(one.weight, default):
        return None
    if one.weight > _HUNDRED:
        fields.problem("Aligned To", LEFT_OVER, f"{one.weight:f} %")
        return None
    return one.weight / _HUNDRED


# -------------------------------------------------------------------------------------------- measures


def _measure(fields: Fields) -> tuple[Metric | None, bool]:
    """The metric, None for plain per cent; and whether the file's values are measured by it."""
    named = fields.text("Metric Name")
    if named:
        fields.lost("Metric Name")
    word = fields.text("Unit")
    unit = _UNITS.get(word.casefold(), word)
    if not has_metric(fields):
        return None, True
    start, target = _figure(fields, "Start"), _figure(fields, "Target")
    if target is None:
        fields.problem("Target", NO_TARGET)
        return None, False
    if start is None:
        fields.problem("Start", NO_START, "0")
        start = _ZERO
    if start == target:
        fields.problem("Target", cells.START_IS_TARGET)
        return None, False
    if not start and target > start:
        return Metric(MetricKind.REACH, unit, _ZERO, target), True
    kind = MetricKind.INCREASE if target > start else MetricKind.DECREASE
    return Metric(kind, unit, start, target), True


def _begun(status: Status | None, logs: list[Any]) -> bool:
    return bool(logs) or status is not Status.NOT_STARTED


def _value(
    fields: Fields,
    metric: Metric | None,
    *,
    measured: bool,
    theirs: Decimal | None,
    logs: list[Any],
    begun: bool,
) -> Decimal | None:
    raw, actual = fields.text("Actual Progress"), _figure(fields, "Actual Progress")
    if metric is None:
        return theirs if actual is None or not measured else actual
    if actual is not None and _other_unit(raw, metric):
        fields.problem("Actual Progress", OTHER_UNIT)
        actual = None
    value = actual if actual is not None else _last(logs, metric)
    if value is None:
        return _worked_out(fields, metric, theirs) if begun else None
    return value


def _last(logs: list[Any], metric: Metric) -> Decimal | None:
    """The value of the latest check-in, of the last of a day."""
    said = []
    for at, found in enumerate(logs):
        on, raw = cells.day(found[viva_explorer_cells.DATE]).value, found.get(viva_explorer_cells.VALUE, "")
        value = cells.number(raw).value
        if on is not None and value is not None and not _other_unit(raw, metric):
            said.append((on, at, value))
    return max(said)[2] if said else None


def _worked_out(fields: Fields, metric: Metric, theirs: Decimal | None) -> Decimal | None:
    if theirs is None or metric.start is None or metric.target is None:
        return None
    value = metric.start + (metric.target - metric.start) * theirs / _HUNDRED
    fields.problem("Actual Progress", WORKED_OUT, f"{value.normalize():f}")
    return value


def _other_unit(raw: str, metric: Metric) -> bool:
    return raw.endswith("%") and metric.unit not in ("%", "pp")


def _mode(fields: Fields, metric: Metric | None, *, fed: bool) -> ProgressMode:
    if metric is None:
        return ProgressMode.CHILDREN if fed else ProgressMode.MANUAL
    if fed:
        fields.problem("Progress %", OWN_METRIC)
    return ProgressMode.METRIC


# -------------------------------------------------------------------------------------------- check-ins


def _last_checkin(fields: Fields, goal: GoalLine) -> CheckinLine | None:
    """The check-in that the row sums up in columns of its own; it is no row, so it stands at no place."""
    on, note = fields.day("Last Check-in"), fields.text("Last Check-in Note")
    if on is None:
        return None
    fed = goal.progress_mode is ProgressMode.CHILDREN
    value, word = None if fed else goal.value, goal.status_word
    return CheckinLine(
        Place("", 0, ""), _ref(goal.at), on, value=value, status=goal.status, status_word=word, note=note
    )


def _checkin(found: Any, *, at: Place, goal: str, metric: Metric | None, measured: bool) -> Iterator[Said]:
    said: list[Problem] = []
    on = _on(found, at, said)
    value = _said_value(found, at, said, metric=metric, measured=measured)
    word = found.get(viva_explorer_cells.STATUS, "")
    if not cells.is_status(word):
        said.append(Problem(at, viva_explorer_cells.STATUS, cells.NO_STATUS))
    if on is not None:
        yield CheckinLine(
            at,
            goal=goal,
            on=on,
            value=value,
            status=cells.status(word, viva=True)[0],
            status_word=word,
            note=found.get(viva_explorer_cells.NOTE, ""),
            by=_named(found.get(viva_explorer_cells.USER, "")),
        )
    yield from said


def _on(found: Any, at: Place, said: list[Problem]) -> date | None:
    on, reason = cells.day(found[viva_explorer_cells.DATE])
    active = cells.day(found.get(viva_explorer_cells.ACTIVITY, "")).value
    if reason or (on is None and active is None):
        kept = "" if active is None else active.isoformat()
        said.append(Problem(at, viva_explorer_cells.DATE, cells.NO_DATE, kept))
    return on or active


def _said_value(
    found: Any, at: Place, said: list[Problem], *, metric: Metric | None, measured: bool
) -> Decimal | None:
    raw = found.get(viva_explorer_cells.VALUE, "")
    value, reason = cells.number("" if raw.casefold() in _NOTHING else raw)
    if value is not None and not measured:
        value, reason = None, NO_MEASURE
    elif value is not None and metric is not None and _other_unit(raw, metric):
        value, reason = None, OTHER_UNIT
    if reason:
        said.append(Problem(at, viva_explorer_cells.VALUE, reason, "" if value is None else f"{value:f}"))
    return value
