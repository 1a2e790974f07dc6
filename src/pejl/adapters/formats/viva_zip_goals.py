"""A goal of Viva Goals' organisation export, with all its traps, as one neutral line."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from pejl.adapters.formats import cells
from pejl.adapters.formats.viva_zip_rows import Row, blank, people
from pejl.domain import progress
from pejl.domain.transfers import GoalLine, Named, ParentLine, TaskLine
from pejl.domain.values import (
    CONTROL_KINDS,
    Ambition,
    Kind,
    Level,
    Metric,
    MetricKind,
    Phase,
    ProgressMode,
    Refused,
    State,
    StatusMode,
)

NO_TYPE: Final = "type is not known: read as objective"
NO_TARGET: Final = "target is missing: read as per cent by hand"
NO_TARGET_TYPE: Final = "target type is not known: read as per cent by hand"
NO_START: Final = "start is missing: read as 0"
NO_MODE: Final = "setting is not known: read as by hand"
NO_TASK: Final = "task without a name: left out"
REACH_START: Final = "a reach target starts at 0: the start is left out"
DIRECTION: Final = "direction does not fit start and target: read by the figures"
WARNING_SIDE: Final = "risk threshold is on the good side of the target: left out"
PHASES: Final = "targets on the way do not lead from start to target: left out"
SCORE: Final = "score is not from 0 to 1"
STRANGER: Final = "aligned to a goal that is not among the parents: left out"

_KINDS: Final = {
    "big rock": Kind.OBJECTIVE,
    "objective": Kind.OBJECTIVE,
    "kpi": Kind.KEY_RESULT,
    "key result": Kind.KEY_RESULT,
    "project": Kind.INITIATIVE,
    "initiative": Kind.INITIATIVE,
    "deliverable": Kind.INITIATIVE,
}
_LEVELS: Final = {
    "organization": Level.ORGANISATION,
    "organisation": Level.ORGANISATION,
    "team": Level.TEAM,
    "individual": Level.PERSON,
}
_TARGETS: Final = {
    "increase from": MetricKind.INCREASE,
    "decrease from": MetricKind.DECREASE,
    "reach": MetricKind.REACH,
    "stay above": MetricKind.AT_LEAST,
    "stay below": MetricKind.AT_MOST,
}
_UNITS: Final = {"number": "", "no unit": "", "percentage": "%", "percent": "%", "dollar": "USD"}
_MODES: Final = {
    "child": ProgressMode.CHILDREN,
    "manual": ProgressMode.MANUAL,
    "integrat": ProgressMode.SOURCE,
    "source": ProgressMode.SOURCE,
}
_STATUS_MODES: Final = {
    "manual": StatusMode.MANUAL,
    "key result": StatusMode.WORST,
    "progress": StatusMode.PACE,
}
_EVERYBODY: Final = frozenset({"everybody", "everyone"})
_ZERO, _ONE, _HUNDRED = Decimal(0), Decimal(1), Decimal(100)


def line(row: Row, *, organisation: str, tags: Sequence[str]) -> tuple[GoalLine, bool]:
    """The goal, and whether its values can be measured: where start and target say nothing it is read as
    per cent by hand, and the file's values, in a unit that nothing measures, are not its per cents."""
    kind = _kind(row)
    settings = row.part("Progress and Status Configuration")
    mode = _mode(settings)
    metric, measured = _measure(row, mode=mode)
    value = row.number("Progress")
    value = value if measured else None
    word = row.text("Status")
    status, state = cells.status(word, viva=True)
    if not cells.is_status(word):
        row.problem("Status", cells.NO_STATUS)
    teams, level = _teams(row, organisation=organisation)
    watchers = row.people("Check-in Owners")
    if len(watchers) > 1:
        row.lost("Check-in Owners")
    tasks, below = _tasks(row, kind=kind)
    if tasks and not below and mode is ProgressMode.CHILDREN:
        mode = ProgressMode.MANUAL  # what feeds it is its tasks
    row.take("Last Check-in")  # the check-ins say it
    return GoalLine(
        row.at,
        kind=kind,
        title=_title(row),
        description=row.text("Description"),
        level=level,
        owners=row.people("Owner"),
        delegates=row.people("Delegated To"),
        checkin_owner=watchers[0] if watchers else None,
        creator=next(iter(row.people("Created By")), None),
        teams=teams,
        period=next(iter(row.people("Time Period")), None),
        start=row.day("Start Date"),
        end=row.day("End Date"),
        ambition=_ambition(row),
        metric=metric,
        value=value,
        progress_mode=_kept_mode(mode, metric),
        status_mode=_status_mode(settings),
        status=status,
        status_word=word,
        state=state,
        score=_score(row, state=state),
        parents=_parents(row),
        tasks=tasks,
        tags=tuple(dict.fromkeys(tag for tag in tags if tag)),
        chosen=_chosen(row.part("Permissions")),
        created=row.day("Created At"),
        theirs=_theirs(metric, value),
        raw=row.raw,
    ), measured


def _title(row: Row) -> str:
    title = row.text("Title")
    if title:
        return " ".join(title.split())
    kept = f"{row.text('Type') or 'OKR'} {row.at.id}".strip()
    row.problem("Title", cells.NO_TITLE, kept)
    return kept


def _kind(row: Row) -> Kind:
    kind = _KINDS.get(row.text("Type").casefold())
    if kind is None:
        row.problem("Type", NO_TYPE, Kind.OBJECTIVE)
    return kind or Kind.OBJECTIVE


def _teams(row: Row, *, organisation: str) -> tuple[tuple[Named, ...], Level | None]:
    """No teams (null) and the organisation's own id both mean its level; an empty list is nobody's team's,
    so a person's. A level that is written out goes before both."""
    said = _LEVELS.get(row.text("Level", "Entity").casefold())
    if not row.has("Teams"):
        return (), said
    raw = row.take("Teams")
    found = tuple(dict.fromkeys(people(raw)))
    teams = tuple(one for one in found if not (organisation and one.id == organisation))
    if raw is None or len(teams) < len(found):
        return teams, said or Level.ORGANISATION
    return teams, said or (Level.TEAM if teams else Level.PERSON)


def _ambition(row: Row) -> Ambition | None:
    word = row.text("Goal Type").casefold().removesuffix(" goal")
    if word and word not in set(Ambition):
        row.lost("Goal Type")
    return Ambition(word) if word in set(Ambition) else None


def _mode(settings: Row) -> ProgressMode:
    word = settings.text("Progress").casefold()
    found = next((mode for part, mode in _MODES.items() if part in word), None)
    if word and found is None:
        settings.problem("Progress", NO_MODE, ProgressMode.MANUAL)
    return found or ProgressMode.MANUAL


def _kept_mode(mode: ProgressMode, metric: Metric | None) -> ProgressMode:
    """By hand is, with a metric, by the metric: the hand gives the value."""
    if mode is ProgressMode.CHILDREN:
        return mode
    if metric is None:
        return ProgressMode.MANUAL
    return ProgressMode.METRIC if mode is ProgressMode.MANUAL else mode


def _status_mode(settings: Row) -> StatusMode:
    word = settings.text("Status").casefold()
    found = next((mode for part, mode in _STATUS_MODES.items() if part in word), None)
    if word and found is None:
        settings.problem("Status", NO_MODE, StatusMode.MANUAL)
    return found or StatusMode.MANUAL


def _score(row: Row, *, state: State) -> Decimal | None:
    """A score of 0 is written also where there never was one; only a closed goal can have earned it."""
    score = row.number("Score")
    if score is not None and not _ZERO <= score <= _ONE:
        row.problem("Score", SCORE)
        return None
    return score if score or state is State.CLOSED else None


def _parents(row: Row) -> tuple[ParentLine, ...]:
    raw = row.take("Alignment")
    edges = [row.inner(one, prefix="Alignment.") for one in _listed(raw) if isinstance(one, dict)]
    known = {edge.text("ID"): edge for edge in edges}
    shares = {key: (_share(edge), edge.text("Title")) for key, edge in known.items()}
    has = row.has("Parent IDs")
    ids = [cells.plain(one) for one in _listed(row.take("Parent IDs"))] if has else list(shares)
    parents = dict.fromkeys(id_ for id_ in ids if id_)
    for _ in shares.keys() - parents.keys():
        row.problem("Alignment", STRANGER)
    lines = ((id_, *shares.get(id_, (None, ""))) for id_ in parents)
    return tuple(ParentLine(id_, title, share) for id_, share, title in lines)


def _share(edge: Row) -> Decimal | None:
    weight = edge.number("Weight")
    return weight / _HUNDRED if weight is not None and weight > 0 else None


def _tasks(row: Row, *, kind: Kind) -> tuple[tuple[TaskLine, ...], bool]:
    """The tasks, and whether goals hang below too (those say so themselves, by their parents)."""
    children = [one for one in _listed(row.take("Children")) if isinstance(one, dict)]
    parts = [row.inner(one, prefix="Children.") for one in children]
    tasks = [part for part in parts if part.has("Task Name")]
    for part in parts:
        part.take("ID", "Title", "Type")
    if kind is not Kind.INITIATIVE:
        return (), len(parts) > len(tasks)
    return tuple(_task_lines(tasks)), len(parts) > len(tasks)


def _task_lines(tasks: Sequence[Row]) -> Iterator[TaskLine]:
    for task in tasks:
        title = task.text("Task Name")
        done = task.text("Task Status").casefold() == "complete"
        due = task.day("Task Date")
        owner = next(iter(task.people("Task Owner")), None)
        if title:
            yield TaskLine(title, done=done, due=due, owner=owner)
        else:
            task.problem("Task Name", NO_TASK)


def _chosen(permissions: Row) -> tuple[Named, ...] | None:
    """Who alone may see it; None is everybody. A view of an unknown shape keeps it to those it names."""
    view, edit, align = (permissions.take(name) for name in ("View", "Edit", "Align"))
    if not blank(edit) and not _open(edit):
        permissions.lost("Edit")
    if not blank(align) and not _open(align):
        permissions.lost("Align")
    if view is None or _open(view):
        return None
    listed = [edit, align] if isinstance(view, str) else [view]
    return tuple(dict.fromkeys(one for raw in listed if not isinstance(raw, str) for one in people(raw)))


def _open(raw: Any) -> bool:
    return isinstance(raw, str) and raw.strip().casefold() in _EVERYBODY


def _listed(raw: Any) -> list[Any]:
    if raw is None:
        return []
    return raw if isinstance(raw, list) else [raw]


def _measure(row: Row, *, mode: ProgressMode) -> tuple[Metric | None, bool]:
    """The metric, None for plain per cent; and whether what the file gives as values is measured by it."""
    outcome = row.part("Outcome")
    phases = _phases(row)
    of_metric = outcome.text("Outcome Type").casefold() == "metric" or outcome.has("Target Type")
    metric = _metric(outcome) if of_metric else Metric(MetricKind.REACH, "%", _ZERO, _HUNDRED)
    if metric is None:
        return None, False
    if not of_metric and not phases and mode is not ProgressMode.SOURCE:
        return None, True  # with phases or a source, per cent needs a measure of its own
    numeric = mode is ProgressMode.CHILDREN and metric.unit not in ("%", "pp")
    metric = dataclasses.replace(metric, sum=numeric and metric.kind is not MetricKind.BASELINE)
    phased = dataclasses.replace(metric, phases=phases)
    if _fits(phased):
        return phased, True
    row.problem("Phased Targets", PHASES)
    return metric, True


def _metric(outcome: Row) -> Metric | None:
    word = outcome.text("Target Type").casefold()
    kind = MetricKind.BASELINE if "baseline" in word else _TARGETS.get(word)
    unit_word = outcome.text("Metric Unit")
    unit = _UNITS.get(unit_word.casefold(), unit_word)
    start, target, warning = (outcome.number(name) for name in ("Start", "Target", "Risk Threshold"))
    if kind is MetricKind.BASELINE:
        return Metric(kind, unit)
    if kind is None or target is None:
        field, reason = ("Target Type", NO_TARGET_TYPE) if kind is None else ("Target", NO_TARGET)
        outcome.problem(field, reason)
        return None
    if kind in CONTROL_KINDS:
        metric = Metric(kind, unit, target=target, warning=warning)
        if _fits(metric):
            return metric
        outcome.problem("Risk Threshold", WARNING_SIDE)
        return dataclasses.replace(metric, warning=None)
    return _moving(outcome, kind, unit=unit, start=start, target=target)


def _moving(
    outcome: Row, kind: MetricKind, *, unit: str, start: Decimal | None, target: Decimal
) -> Metric | None:
    if kind is MetricKind.REACH:
        if start:
            outcome.problem("Start", REACH_START, "0")
        start = _ZERO
    elif start is None:
        outcome.problem("Start", NO_START, "0")
        start = _ZERO
    if start == target:
        outcome.problem("Target", cells.START_IS_TARGET)
        return None
    by_figures = MetricKind.INCREASE if target > start else MetricKind.DECREASE
    if kind not in (MetricKind.REACH, by_figures):
        outcome.problem("Target Type", DIRECTION, by_figures)
        kind = by_figures
    return Metric(kind, unit, start, target)


def _phases(row: Row) -> tuple[Phase, ...]:
    raw = row.take("Phased Targets")
    if isinstance(raw, str):
        if raw.strip().casefold() not in ("", "disabled"):
            row.lost("Phased Targets")
        return ()
    if isinstance(raw, dict):
        outer = row.inner(raw, prefix="Phased Targets.")
        outer.take("Interval")  # the dates say it
        raw = outer.take("Phased Targets")
    found = {}
    for part in (row.inner(one, prefix="Phased Targets.") for one in _listed(raw)):
        value, on = part.number("Target Value"), part.day("Target Date")
        if value is not None and on is not None:
            found[on] = value
    return tuple(Phase(on, found[on]) for on in sorted(found))


def _fits(metric: Metric) -> bool:
    try:
        progress.check(metric)
    except Refused:
        return False
    return True


def _theirs(metric: Metric | None, value: Decimal | None) -> Decimal | None:
    """The per cent that Viva showed: a bound met exactly was a miss there."""
    if metric is None or value is None:
        return value
    if metric.kind in CONTROL_KINDS and metric.target is not None:
        above = metric.kind is MetricKind.AT_LEAST
        return _HUNDRED if (value > metric.target if above else value < metric.target) else _ZERO
    reached = progress.of(metric, value)
    return None if reached is None else reached * _HUNDRED
