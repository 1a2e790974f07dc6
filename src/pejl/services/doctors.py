"""Proves that what is stored is what the rules give: figures, edges, spans, rows without a home.

Reads only. Everything is computed again from scratch, by the functions that the writes use.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F

from pejl.domain import alignment
from pejl.domain.values import Refused
from pejl.models import (
    Checkin,
    Comment,
    Edge,
    Figure,
    Goal,
    GoalPerson,
    GoalTag,
    GoalTeam,
    GoalVersion,
    Guardrail,
    Milestone,
    Task,
    Workspace,
)
from pejl.queries.scope import NotFound
from pejl.services import figures

SPANNED = (Checkin, Comment, Edge, GoalPerson, GoalTag, GoalTeam, GoalVersion, Guardrail, Milestone, Task)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it should be: on which goal, what is stored, what is right."""

    workspace: str
    goal_id: UUID | None
    title: str
    what: str
    stored: str
    right: str

    def line(self) -> str:
        goal = f"{self.title} ({self.goal_id}): " if self.goal_id else ""
        return f"{self.workspace}: {goal}{self.what}: stored {self.stored}, right is {self.right}"

    def as_dict(self) -> dict[str, str | None]:
        return {
            "workspace": self.workspace,
            "goal": str(self.goal_id) if self.goal_id else None,
            "title": self.title,
            "what": self.what,
            "stored": self.stored,
            "right": self.right,
        }


@dataclass(frozen=True, slots=True)
class Report:
    slug: str
    counts: dict[str, int]
    faults: tuple[Fault, ...]


def examine(slug: str, *, at: datetime) -> Report:
    """The whole workspace. Raises `NotFound` for an unknown slug."""
    workspace = Workspace.objects.filter(slug=slug).first()
    if workspace is None:
        raise NotFound
    titles = dict(Goal.objects.filter(workspace=workspace).values_list("pk", "title"))
    today = at.astimezone(ZoneInfo(workspace.timezone)).date()
    found = [
        *_figures(workspace, titles, today=today),
        *_edges(workspace, titles),
        *_versions(workspace, titles),
        *_spans(workspace, titles),
        *_strangers(workspace, titles),
        *_last_figures(workspace, titles),
        *_orphans(workspace),
    ]
    counts = {
        "goals": len(titles),
        "edges": Edge.objects.current().filter(workspace=workspace).count(),
        "check-ins": Checkin.objects.filter(workspace=workspace).count(),
    }
    return Report(slug, counts, tuple(found))


def _fault(  # noqa: PLR0917 - the columns of one row
    workspace: Workspace,
    titles: dict[UUID, str],
    goal_id: UUID | None,
    what: str,
    stored: object,
    right: object,
) -> Fault:
    title = titles.get(goal_id, "") if goal_id else ""
    return Fault(workspace.slug, goal_id, title, what, str(stored), str(right))


def _figures(workspace: Workspace, titles: dict[UUID, str], *, today: date) -> Iterator[Fault]:
    """Every figure again from the records, or why none can be computed."""
    try:
        differences = figures.verify(workspace, today=today)
    except Refused as refused:
        if refused.code != "alignment.cycle":
            yield _fault(workspace, titles, None, "figures", refused.code, "shares of 1 in all, at most")
        return
    for one in differences:
        yield _fault(workspace, titles, one.goal_id, one.field, one.stored, one.right)


def _edges(workspace: Workspace, titles: dict[UUID, str]) -> Iterator[Fault]:
    """No cycle, and none from or to a goal that was removed."""
    edges = Edge.objects.current().filter(workspace=workspace)
    children: dict[UUID, list[UUID]] = {}
    for child, parent in edges.values_list("child_id", "parent_id"):
        children.setdefault(parent, []).append(child)
    try:
        alignment.order(titles, children=children)
    except Refused as refused:
        path: Any = refused.params["path"]
        circle = " → ".join(titles.get(one, str(one)) for one in path)
        yield _fault(workspace, titles, path[0], "alignment", circle, "no way back to itself")
    for end in ("child", "parent"):
        for goal_id in edges.filter(**{f"{end}__removed_at__isnull": False}).values_list(
            f"{end}_id", flat=True
        ):
            yield _fault(workspace, titles, goal_id, "alignment", "an edge", "none: the goal was removed")


def _versions(workspace: Workspace, titles: dict[UUID, str]) -> Iterator[Fault]:
    """Each goal's versions follow one another without gap or overlap; the open one says what it says."""
    spans: dict[UUID, list[tuple[int, datetime, datetime | None]]] = {}
    rows = GoalVersion.objects.filter(workspace=workspace).order_by("goal_id", "number")
    for goal_id, number, start, end in rows.values_list(
        "goal_id", "number", "known_from", "known_to"
    ).iterator():
        spans.setdefault(goal_id, []).append((number, start, end))
    removed = set(
        Goal.objects.filter(workspace=workspace, removed_at__isnull=False).values_list("pk", flat=True)
    )
    for goal_id in titles:
        own = spans.get(goal_id, [])
        if not own:
            yield _fault(workspace, titles, goal_id, "versions", "none", "one or more")
            continue
        for (number, _, end), (_, start, _) in pairwise(own):
            if end != start:
                yield _fault(workspace, titles, goal_id, f"version {number} ends", end, start)
        if (own[-1][2] is None) == (goal_id in removed):
            yield _fault(workspace, titles, goal_id, "last version ends", own[-1][2], "open unless removed")
    for field in ("title", "state", "target_value", "start_value", "end_date"):
        differing = GoalVersion.objects.filter(workspace=workspace, known_to=None).exclude(
            **{field: F(f"goal__{field}")}
        )
        pairs = differing.exclude(**{f"{field}__isnull": True, f"goal__{field}__isnull": True})
        for goal_id, kept, shown in pairs.values_list("goal_id", field, f"goal__{field}"):
            if kept != shown:
                yield _fault(workspace, titles, goal_id, field, shown, kept)


def _spans(workspace: Workspace, titles: dict[UUID, str]) -> Iterator[Fault]:
    for model in SPANNED:
        backwards = model.objects.filter(workspace=workspace, known_to__lt=F("known_from"))
        for row in backwards:
            goal_id = getattr(row, "goal_id", None) or getattr(row, "child_id", None)
            yield _fault(
                workspace,
                titles,
                goal_id,
                f"{model.__name__} span",
                f"{row.known_from} to {row.known_to}",
                "forward",
            )


def _strangers(workspace: Workspace, titles: dict[UUID, str]) -> Iterator[Fault]:
    """Nothing hangs on a goal of another workspace."""
    for model in SPANNED:
        for link in ("child", "parent") if model is Edge else ("goal",):
            rows: Any = model.objects.filter(workspace=workspace).exclude(**{f"{link}__workspace": workspace})
            for goal_id in rows.values_list(f"{link}_id", flat=True):
                stored = "another workspace's goal"
                yield _fault(workspace, titles, goal_id, model.__name__, stored, "its own")


def _last_figures(workspace: Workspace, titles: dict[UUID, str]) -> Iterator[Fault]:
    """What the goal shows is what its history says last."""
    last: dict[UUID, tuple[float | None, Any]] = {}
    rows = Figure.objects.filter(workspace=workspace).order_by("known_from", "pk")
    for goal_id, progress, value in rows.values_list("goal_id", "progress", "value").iterator():
        last[goal_id] = (progress, value)
    for goal_id, progress, value in Goal.objects.filter(workspace=workspace).values_list(
        "pk", "progress", "value"
    ):
        kept = last.get(goal_id, (None, None))
        if kept != (progress, value):
            yield _fault(workspace, titles, goal_id, "last figure in history", kept, (progress, value))


def _orphans(workspace: Workspace) -> Iterator[Fault]:
    """Rows that point at nothing. PostgreSQL refuses them; SQLite can be asked."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_key_check")
        for table, row, target, _ in cursor.fetchall():
            yield _fault(
                workspace, {}, None, f"row {row} of {table}", f"points at nothing in {target}", "no such row"
            )
