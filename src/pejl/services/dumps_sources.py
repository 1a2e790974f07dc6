"""The rows that go out: of now or as known at a moment, without what is closed to the person asking.

Streams: a few thousand rows of a table at a time, all from one snapshot of the database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connections, transaction
from django.db.models import Count, ForeignKey, Max

from pejl.domain.values import Status
from pejl.models import (
    Checkin,
    Comment,
    Event,
    Figure,
    ForecastLearning,
    Goal,
    GoalForecast,
    GoalVersion,
    Import,
    ImportState,
    Milestone,
    Person,
    Profile,
    Record,
    Task,
    Team,
)
from pejl.models.base import Spanned
from pejl.queries import scope
from pejl.queries.scope import Member
from pejl.services import versions
from pejl.services.dumps_columns import Shape

AT_A_TIME = 2_000
_GOALS_AT_A_TIME = 500
_FIGURES = ("value", "progress", "status", "confidence", "last_checkin_on")
_KEYS_OF_THEIR_OWN = (
    (Checkin, "pk"),
    (Comment, "pk"),
    (Comment, "item"),
    (Milestone, "item"),
    (Task, "item"),
)
# The column that says when a row came to be known. Tables that are not here have no such moment.
SINCE: Mapping[Any, str] = {
    Figure: "known_from",
    ForecastLearning: "made_at",
    GoalForecast: "made_at",
    Event: "at",
    Goal: "created_at",
    Import: "at",
    Profile: "at",
    Record: "load__applied_at",
    Person: "created_at",
    Team: "created_at",
}
_LATER = {
    Goal: ("removed_at",),
    Import: ("applied_at",),
    Person: ("seen_at",),
    Team: ("archived_at",),
}


@dataclass(frozen=True, slots=True)
class Closed:
    """What the person asking may not see: goals, and all that hangs on them and has a key of its own."""

    goals: Collection[UUID] = frozenset()
    keys: Collection[UUID] = frozenset()


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything read inside is of one moment, and no writer waits for it.

    Inside a transaction it is that transaction's own view. On SQLite ours begin by taking the write lock;
    this one does not.
    """
    connection: Any = connections["default"]
    if connection.in_atomic_block:
        yield
        return
    mode = getattr(connection, "transaction_mode", None)
    if mode is not None:
        connection.transaction_mode = "DEFERRED"
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    finally:
        if mode is not None:
            connection.transaction_mode = mode


def closed(by: Member) -> Closed:
    """What stays at home when that person exports. The terminal sees everything."""
    goals = frozenset(scope.hidden(by).values_list("pk", flat=True))
    if not goals:
        return Closed()
    keys = set(goals)
    for model, name in (
        (Checkin, "pk"),
        (Comment, "pk"),
        (Comment, "item"),
        (Task, "item"),
        (Milestone, "item"),
    ):
        rows: Any = model.objects.filter(workspace_id=by.workspace_id, goal__in=scope.hidden(by))
        keys.update(rows.values_list(name, flat=True))
    return Closed(goals, frozenset(keys))


def every(shape: Shape) -> Iterator[tuple[Any, ...]]:
    """All rows of a table on this server, ordered by key."""
    return _streamed(shape.model._default_manager.all(), shape)  # noqa: SLF001 - Django's own name


def of_workspace(
    shape: Shape, workspace_id: UUID, *, as_of: datetime | None = None, closed: Closed | None = None
) -> Iterator[tuple[Any, ...]]:
    """The rows of a workspace, ordered by key; `as_of` those known then, as they were known."""
    model = shape.model
    found = model._default_manager.filter(workspace_id=workspace_id)  # noqa: SLF001
    since = "known_from" if issubclass(model, Spanned) else SINCE.get(model)
    if as_of is not None and since:
        found = found.filter(**{f"{since}__lte": as_of})
    rows: Iterator[tuple[Any, ...]] = _streamed(found, shape)
    if closed is not None and closed.goals:
        rows = _open_ones(shape, rows, closed)
    return rows if as_of is None else _as_known(shape, rows, workspace_id, as_of)


def _streamed(found: Any, shape: Shape) -> Iterator[tuple[Any, ...]]:
    rows: Iterator[tuple[Any, ...]] = (
        found.order_by("pk").values_list(*shape.names).iterator(chunk_size=AT_A_TIME)
    )
    return rows


def _open_ones(shape: Shape, rows: Iterable[tuple[Any, ...]], closed: Closed) -> Iterator[tuple[Any, ...]]:
    """Without rows of closed goals. Where a goal came from is forgotten if that is closed."""
    names = shape.names
    at = [number for number, name in enumerate(names) if name in _hanging(shape)]
    origin = names.index("origin_id") if shape.model is Goal else None
    receipt = names.index("receipt") if shape.model is Import else None
    for row in rows:
        if any(row[one] in closed.keys for one in at):
            continue
        if receipt is not None:
            row = (*row[:receipt], _discreet(row[receipt]), *row[receipt + 1 :])  # noqa: PLW2901
        if origin is not None and row[origin] in closed.goals:
            row = (*row[:origin], None, *row[origin + 1 :])  # noqa: PLW2901
        yield row


def _discreet(receipt: dict[str, Any]) -> dict[str, Any]:
    """The counts of a receipt, without what it says of single goals."""
    told = dict(receipt)
    if "problems" in told:
        told["problems"] = []
    if isinstance(told.get("progress"), dict):
        told["progress"] = {**told["progress"], "different": []}
    return told


def _hanging(shape: Shape) -> set[str]:
    """The columns by which a row belongs to a goal or a comment."""
    if shape.model is Goal:
        return {"id"}
    keys = {
        field.attname
        for field in shape.model._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.related_model in {Goal, Comment}
    }
    return keys | ({"subject", "target"} & set(shape.names))


def _as_known(
    shape: Shape, rows: Iterator[tuple[Any, ...]], workspace_id: UUID, as_of: datetime
) -> Iterator[tuple[Any, ...]]:
    """Spans that ended later are open again; what was not known yet is not there."""
    known = _peers(shape, workspace_id, as_of)
    while near := [dict(zip(shape.names, row, strict=True)) for row in islice(rows, _GOALS_AT_A_TIME)]:
        for row in near:
            _reopen(shape, row, as_of)
            for name, keys in known.items():
                if row[name] not in keys:
                    row[name] = None
        if shape.model is Goal:
            _rebuild(near, workspace_id, as_of)
        yield from (tuple(row.values()) for row in near)


def _reopen(shape: Shape, row: dict[str, Any], as_of: datetime) -> None:
    if issubclass(shape.model, Spanned) and row["known_to"] is not None and row["known_to"] > as_of:
        row["known_to"] = None
        if shape.model is Checkin:
            row["ended_by_id"] = None
    for name in _LATER.get(shape.model, ()):
        if row[name] is not None and row[name] > as_of:
            row[name] = None
    if shape.model is Import and row["applied_at"] is None:
        row["state"] = ImportState.PREVIEWED.value


def _peers(shape: Shape, workspace_id: UUID, as_of: datetime) -> Mapping[str, Collection[UUID]]:
    """Managers and teams above have no history: one who came later is nobody's yet."""
    name = {Person: "manager_id", Team: "parent_id"}.get(shape.model)
    if name is None:
        return {}
    found = shape.model._default_manager.filter(workspace_id=workspace_id, created_at__lte=as_of)  # noqa: SLF001
    return {name: {*found.values_list("pk", flat=True), None}}


def _rebuild(goals: list[dict[str, Any]], workspace_id: UUID, as_of: datetime) -> None:
    """Each goal as its last version, its last figure and its check-ins of then make it."""
    mine = {"workspace_id": workspace_id, "goal_id__in": [goal["id"] for goal in goals]}
    decided = _last(GoalVersion, ("number",), mine, as_of, ("number", *versions.COLUMNS))
    measured = _last(Figure, ("known_from", "pk"), mine, as_of, _FIGURES)
    said = {
        goal_id: (count, last)
        for goal_id, count, last in Checkin.objects.as_of(as_of)
        .filter(**mine)
        .values_list("goal_id")
        .annotate(Count("pk"), Max("known_from"))
        .order_by()
    }
    for goal in goals:
        version = decided.get(goal["id"])
        if version is not None:
            goal["version"] = version.pop("number")
            since = version.pop("known_from")
            goal["updated_at"] = goal["removed_at"] or since
            goal.update(version)
        figure = measured.get(goal["id"], {"status": Status.NOT_STARTED.value})
        goal.update({name: figure.get(name) for name in _FIGURES})
        goal["checkin_count"], goal["last_checkin_at"] = said.get(goal["id"], (0, None))


def _last(
    model: Any, order: tuple[str, ...], mine: Mapping[str, Any], as_of: datetime, names: tuple[str, ...]
) -> dict[UUID, dict[str, Any]]:
    wanted = ("known_from", *names) if model is GoalVersion else names
    rows = model.objects.filter(**mine, known_from__lte=as_of).order_by(*order)
    return {row.pop("goal_id"): row for row in rows.values("goal_id", *wanted).iterator(chunk_size=AT_A_TIME)}
