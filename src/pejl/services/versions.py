"""The only place that writes what was decided about a goal: the row of now, and the version that keeps it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pejl.models import Goal, GoalState, GoalVersion
from pejl.queries.scope import Member

COLUMNS = tuple(field.attname for field in GoalState._meta.local_fields)


def begin(goal: Goal, *, by: Member, at: datetime) -> None:
    """Adds the open version of a goal as its row stands."""
    GoalVersion.objects.create(
        workspace_id=goal.workspace_id,
        goal=goal,
        by_id=by.person_id,
        number=goal.version,
        known_from=at,
        **{column: getattr(goal, column) for column in COLUMNS},
    )


def change(goal: Goal, *, by: Member, at: datetime, **values: Any) -> dict[str, tuple[Any, Any]]:
    """Sets columns of `GoalState` (foreign keys as `…_id`) on the row, ends its version and adds the next.

    Answers what changed, as column → (before, after). Nothing is written where nothing differs.
    """
    changed = {
        column: (getattr(goal, column), value)
        for column, value in values.items()
        if getattr(goal, column) != value
    }
    if not changed:
        return {}
    for column, (_, value) in changed.items():
        setattr(goal, column, value)
    goal.version += 1
    goal.updated_at = at
    goal.save(update_fields=[*changed, "version", "updated_at"])
    begin(goal, by=by, at=end(goal, at=at))
    return changed


def end(goal: Goal, *, at: datetime) -> datetime:
    """Ends the open version, never before it began; answers the moment, so that no gap can come after it."""
    for version in GoalVersion.objects.current().filter(workspace_id=goal.workspace_id, goal=goal):
        version.known_to = max(at, version.known_from)
        version.save(update_fields=["known_to"])
        return version.known_to  # type: ignore[no-any-return]
    return at
