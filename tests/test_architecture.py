"""The laws of the house that no single module can keep alone."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import F, UniqueConstraint

from pejl.domain.values import Kind, Level, Metric, MetricKind
from pejl.models import Checkin, Event, Goal, Once
from pejl.models.base import Row, Spanned
from pejl.services import alignment, checkins, closing, comments, figures, goals, milestones, tasks, teams
from pejl.services.goals import GoalDraft
from world import World

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "pejl"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
MODELS: list[Any] = list(apps.get_app_config("pejl").get_models())
SPANNED = [model for model in MODELS if issubclass(model, Spanned)]
LINES = 400
OUTSIDE = {"Account", "Workspace"}  # a sign-in may belong to several workspaces; a workspace is itself
CHANGING = {"update", "delete", "bulk_update", "update_or_create", "aupdate", "adelete", "abulk_update"}
WRITERS_OF_EVENTS = {"services/events.py", "services/seeding.py", "services/seeding_courses.py"}


def inside(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def calls(path: Path) -> Iterator[ast.Call]:
    return (
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
    )


def names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def test_the_layers_hold() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_module_is_longer_than_four_hundred_lines() -> None:
    long = {
        inside(path): lines
        for path in MODULES
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LINES
    }
    assert long == {}


def test_every_table_belongs_to_a_workspace() -> None:
    strangers = {model.__name__ for model in MODELS if not issubclass(model, Row)}
    assert strangers == OUTSIDE


@pytest.mark.parametrize(
    "model", [one for one in MODELS if issubclass(one, Row)], ids=lambda one: one.__name__
)
def test_the_workspace_leads_every_index_and_unique_key(model: Any) -> None:
    for index in model._meta.indexes:
        assert index.fields[0] == "workspace", index.name
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint):
            first = constraint.fields[0] if constraint.fields else constraint.expressions[0]
            assert first in ("workspace", F("workspace")), constraint.name
    assert model._meta.unique_together in ((), [])
    assert [field.name for field in model._meta.local_fields if field.unique] == ["id"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "model", [one for one in MODELS if issubclass(one, Row)], ids=lambda one: one.__name__
)
def test_the_database_itself_has_no_index_that_another_column_leads(model: Any) -> None:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table)
    led = {
        name: tuple(one["columns"])
        for name, one in found.items()
        if (one["index"] or one["unique"]) and not one["primary_key"]
    }
    assert led
    assert {name: columns for name, columns in led.items() if columns[0] != "workspace_id"} == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "model", [one for one in MODELS if issubclass(one, Row)], ids=lambda one: one.__name__
)
def test_one_index_of_each_table_covers_all_rows_of_a_workspace(model: Any) -> None:
    """A partial one does not find them all; then everything is read, of every workspace."""
    partial = {one.name for one in (*model._meta.indexes, *model._meta.constraints) if _condition(one)}
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table)
    assert [
        name
        for name, one in found.items()
        if (one["index"] or one["unique"]) and one["columns"][0] == "workspace_id" and name not in partial
    ]


def _condition(one: Any) -> Any:
    return getattr(one, "condition", None)


def test_events_are_written_and_reworded_in_one_place() -> None:
    """What was done never changes; whom it names does where two were one or somebody is forgotten."""
    changed, written = [], set()
    for path in MODULES:
        for call in calls(path):
            if isinstance(call.func, ast.Attribute) and call.func.attr in CHANGING:
                told = names(call.func.value) | {name for word in call.args for name in names(word)}
                changed += [f"{inside(path)}:{call.lineno}"] if {"Event", "Once"} & told else []
            first = call.args[0] if call.args else None
            makes = isinstance(call.func, ast.Name) and call.func.id == "Event"
            creates = isinstance(call.func, ast.Attribute) and (
                ast.unparse(call.func) in {"Event.objects.create", "Event.objects.bulk_create"}
                or (call.func.attr == "add" and isinstance(first, ast.Name) and first.id == "Event")
                or (call.func.attr == "add" and "Event" in names(call.func.value))
            )
            written |= {inside(path)} if makes or creates else set()
    assert {place.partition(":")[0] for place in changed} == {"services/events.py"}
    assert "services/events.py" in written
    assert written <= WRITERS_OF_EVENTS


def test_nothing_in_the_house_calls_signals_or_overrides_save() -> None:
    found = []
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("signals"):
                found.append(f"{inside(path)}:{node.lineno}")
            if (
                isinstance(node, ast.FunctionDef)
                and node.name == "save"
                and inside(path).startswith("models")
            ):
                found.append(f"{inside(path)}:{node.lineno}")
    assert found == []


def test_the_rules_never_ask_what_time_it_is() -> None:
    """Domain, services and queries are told the time; only doors look at the clock."""
    asked = {"now", "today", "utcnow", "localtime", "localdate"}
    found = [
        f"{inside(path)}:{call.lineno}"
        for path in MODULES
        if inside(path).split("/")[0] in {"domain", "services", "queries", "models"}
        for call in calls(path)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in asked
        and names(call.func.value) & {"datetime", "date", "timezone"}
    ]
    assert found == []


UPDATE = re.compile(r'^\s*UPDATE "(\w+)" SET (.*?)(?: WHERE |$)', re.DOTALL)
COLUMN = re.compile(r'"(\w+)" = ')
DELETE = re.compile(r'^\s*DELETE FROM "(\w+)"')
MAY_CHANGE = {model._meta.db_table: {"known_to"} for model in SPANNED} | {
    # Who ended it; and what it came to, filled in by the transaction that writes it.
    Checkin._meta.db_table: {"known_to", "ended_by_id", "progress", "status"},
    Event._meta.db_table: set(),
    Once._meta.db_table: set(),
    "pejl_figure": set(),
}


@contextmanager
def watched() -> Iterator[list[str]]:
    """What is overwritten that is kept for ever, by table and column."""
    broken: list[str] = []

    def look(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if (gone := DELETE.match(sql)) and gone[1] in MAY_CHANGE:
            broken.append(f"{gone[1]}: deleted")
        if (changed := UPDATE.match(sql)) and changed[1] in MAY_CHANGE:
            columns = set(COLUMN.findall(changed[2])) - MAY_CHANGE[changed[1]]
            broken.extend(f"{changed[1]}.{column}" for column in columns)
        return execute(sql, params, many, context)

    watching: AbstractContextManager[None] = connection.execute_wrapper(look)
    with watching:
        yield broken


@pytest.mark.django_db
def test_the_watch_sees_an_overwritten_span() -> None:
    with watched() as broken:
        Checkin.objects.filter(note="x").update(note="y")
        Event.objects.filter(verb="x").delete()
        Event.objects.filter(verb="x").update(verb="y")
    assert broken[0] == "pejl_checkin.note"
    assert broken[-1] == "pejl_event.verb"


def test_a_busy_week_overwrites_nothing_that_is_kept(world: World) -> None:
    person = world.member.person_id
    assert person is not None
    common: dict[str, Any] = {"level": Level.TEAM, "teams": (world.design,), "period": world.q3}
    down = Metric(MetricKind.DECREASE, start=Decimal(120), target=Decimal(20))
    by, at = world.sub_lead, world.at

    def later() -> Any:
        nonlocal at
        at += timedelta(minutes=1)
        return at

    with watched() as broken:
        top = goals.create(GoalDraft(Kind.OBJECTIVE, "Top", **common), by=by, at=later())
        whole = goals.write(
            GoalDraft(Kind.OBJECTIVE, "Whole", owners=(person,), parents=((top, None),), **common),
            key_results=(
                GoalDraft(Kind.KEY_RESULT, "Requests", metric=down),
                GoalDraft(
                    Kind.KEY_RESULT, "Steps", metric=Metric(MetricKind.MILESTONES),
                    milestones=(("First", None), ("Second", None)),
                ),
            ),
            initiatives=(GoalDraft(Kind.INITIATIVE, "Study", tasks=("Ask", "Answer")),),
            by=by,
            at=later(),
        )  # fmt: skip
        ids = dict(Goal.objects.values_list("title", "pk"))
        said = checkins.post(ids["Requests"], value=Decimal(70), note="So far", by=by, at=later())
        said = checkins.correct(said, value=Decimal(80), by=by, at=later())
        checkins.withdraw(said, by=by, at=later())
        checkins.post(ids["Requests"], value=Decimal(60), on=date(2026, 8, 3), by=by, at=later())
        checkins.pin(ids["Requests"], pinned=True, by=by, at=later())
        step = _items("milestone", "First")
        milestones.reach(step, on=world.today, by=by, at=later())
        tasks.change(_items("task", "Ask"), done=True, by=by, at=later())
        changes = {"title": "Wholly", "owners": (), "delegates": (person,), "teams": (world.product,)}
        goals.edit(whole, changes=changes, by=world.lead, at=later())
        alignment.reshare(whole, parent=top, share=0.4, by=world.lead, at=later())
        alignment.unalign(whole, parent=top, by=world.lead, at=later())
        talk = comments.post(top, text="@Bo Lind, look", by=by, at=later())
        comments.edit(talk, text="Look", by=by, at=later())
        comments.remove(talk, by=by, at=later())
        closing.close(ids["Requests"], value=Decimal(20), by=world.lead, at=later())
        closing.reopen(ids["Requests"], by=world.lead, at=later())
        closing.postpone(whole, period=world.q4, reason="Not now", by=world.lead, at=later())
        teams.leave(world.design, person=person, by=world.lead, at=later())
        spare = goals.create(GoalDraft(Kind.OBJECTIVE, "Spare", **common), by=by, at=later())
        goals.remove(spare, by=by, at=later())
        figures.refresh(_workspace(world), [top], at=later(), today=world.today)
    assert broken == []
    assert Event.objects.count() > 20


def _items(table: str, title: str) -> Any:
    return apps.get_model("pejl", table).objects.current().get(title=title).item


def _workspace(world: World) -> Any:
    return apps.get_model("pejl", "Workspace").objects.get(slug=world.slug)
