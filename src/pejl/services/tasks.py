"""The steps of an initiative. Its progress is the part of them that is done."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pejl.domain.access import Right
from pejl.domain.values import Kind
from pejl.models import Goal, Person, Task
from pejl.queries import scope
from pejl.queries.scope import Member, NotFound
from pejl.services import commands, events, figures, goals, links, texts
from pejl.services.commands import command
from pejl.services.drafts import MOST_OF_A_STEP
from pejl.services.errors import Rejected

CHANGEABLE = frozenset({"title", "owner", "due", "done"})


@command
def add(
    goal_id: UUID,
    *,
    title: str,
    by: Member,
    at: datetime,
    owner: UUID | None = None,
    due: date | None = None,
    done: bool = False,
) -> UUID:
    """Adds a task last; answers its `item`, which stays the same however often it is changed."""
    goal = scope.goal(by, goal_id, right=Right.EDIT)
    goals.opened(goal)
    if goal.kind != Kind.INITIATIVE:
        raise Rejected.one("task.only-initiatives")
    last = _tasks(goal).order_by("-position").values_list("position", flat=True).first()
    task = links.add_task(
        goal,
        texts.line(title, field="title", most=MOST_OF_A_STEP),
        at=at,
        owner=_known(owner, by=by),
        due=due,
        done=done,
        position=0 if last is None else last + 1,
    )
    _moved(goal, "task.added", task.item, title=task.title, by=by, at=at)
    item: UUID = task.item
    return item


@command
def change(item: UUID, *, by: Member, at: datetime, **changes: Any) -> None:
    """Changes `title`, `owner`, `due` or `done`; what is not named stays.

    Whoever may check in may tick a task off; the rest takes the right to edit.
    """
    if not changes.keys() <= CHANGEABLE:
        raise TypeError(f"not changed here: {', '.join(sorted(changes.keys() - CHANGEABLE))}")
    task, goal = _found(item, by=by)
    right = (
        Right.CHECK_IN if changes.keys() <= {"done"} and not scope.may(by, goal, Right.EDIT) else Right.EDIT
    )
    scope.goal(by, goal.pk, right=right)
    goals.opened(goal)
    after = {"title": task.title, "owner": task.owner_id, "due": task.due, "done": task.done, **changes}
    after["title"] = texts.line(after["title"], field="title", most=MOST_OF_A_STEP)
    if after["owner"] != task.owner_id:
        after["owner"] = _known(after["owner"], by=by)
    if after == {"title": task.title, "owner": task.owner_id, "due": task.due, "done": task.done}:
        return
    links.end(_tasks(goal).filter(item=item), at=at)
    links.add_task(goal, at=at, item=item, position=task.position, **after)
    verb = "task.done" if after["done"] and not task.done else "task.changed"
    _moved(goal, verb, item, title=after["title"], by=by, at=at)


@command
def remove(item: UUID, *, by: Member, at: datetime) -> None:
    task, goal = _found(item, by=by)
    scope.goal(by, goal.pk, right=Right.EDIT)
    goals.opened(goal)
    links.end(_tasks(goal).filter(item=item), at=at)
    _moved(goal, "task.removed", item, title=task.title, by=by, at=at)


def _found(item: UUID, *, by: Member) -> tuple[Task, Goal]:
    task = Task.objects.current().filter(workspace_id=by.workspace_id, item=item).first()
    if task is None:
        raise NotFound
    return task, scope.goal(by, task.goal_id)


def _tasks(goal: Goal) -> Any:
    return Task.objects.current().filter(workspace_id=goal.workspace_id, goal=goal)


def _known(owner: UUID | None, *, by: Member) -> UUID | None:
    if owner is not None and not Person.objects.filter(workspace_id=by.workspace_id, pk=owner).exists():
        raise Rejected.one("person.unknown", field="owner")
    return owner


def _moved(goal: Goal, verb: str, item: UUID, *, title: str, by: Member, at: datetime) -> None:
    events.record(verb, by=by, at=at, goal=goal.pk, subject=item, title=title)
    figures.refresh(commands.workspace(by), [goal.pk], at=at, today=by.today(at))
