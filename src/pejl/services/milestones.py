"""The steps of a milestone metric: reached on a day, or not yet."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pejl.domain.access import Right
from pejl.models import Goal, Milestone
from pejl.queries import scope
from pejl.queries.scope import Member, NotFound
from pejl.services import commands, events, figures, goals, links
from pejl.services.commands import command
from pejl.services.errors import Rejected


@command
def reach(item: UUID, *, on: date | None, by: Member, at: datetime) -> None:
    """Says on which day a milestone was reached, not after today; None takes it back."""
    row = Milestone.objects.current().filter(workspace_id=by.workspace_id, item=item).first()
    if row is None:
        raise NotFound
    goal = scope.goal(by, row.goal_id)
    if not scope.may(by, goal, Right.EDIT):
        scope.goal(by, goal.pk, right=Right.CHECK_IN)
    goals.opened(goal)
    if on is not None and on > by.today(at):
        raise Rejected.one("milestone.future", field="on")
    if mark(row, goal, on=on, at=at):
        verb = "milestone.reached" if on is not None else "milestone.taken-back"
        events.record(verb, by=by, at=at, goal=goal.pk, subject=item, title=row.title)
        figures.refresh(commands.workspace(by), [goal.pk], at=at, today=by.today(at))


def mark(row: Milestone, goal: Goal, *, on: date | None, at: datetime) -> bool:
    """The rows of it, inside a command that refreshes figures; whether anything changed."""
    if row.reached_on == on:
        return False
    links.end(Milestone.objects.filter(pk=row.pk), at=at)
    Milestone.objects.create(
        workspace_id=goal.workspace_id,
        goal=goal,
        item=row.item,
        title=row.title,
        share=row.share,
        reached_on=on,
        position=row.position,
        known_from=at,
    )
    return True
