"""The workspace as it was known at a moment: the same queries, over the tables of that moment.

Inside :func:`known` every table of the workspace is hidden behind a temporary view of the same name that
shows its rows as they stood then. No query knows about it, so a page of the past cannot come to differ
from the page it was; nothing can be written, because the views take no writes. All of it is undone at
the end with the transaction that holds it. The reason stands in docs/decisions/0004.

What stands is decided by the recorded time, `known_from <= moment < known_to`. Names of people and
teams, periods and the workspace's settings have no versions: they are those of today. Nobody sees more
of the past than of today: a goal that is closed to the reader now stays closed in the past.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db import connection, models, transaction

from pejl.models import (
    Checkin,
    Event,
    Figure,
    ForecastLearning,
    Goal,
    GoalForecast,
    GoalVersion,
    Person,
    Team,
)
from pejl.models.base import Row, Spanned
from pejl.models.goals import GoalState
from pejl.queries import scope
from pejl.queries.scope import Member

_HIDDEN = "pejl_hidden_goal"


@contextmanager
def known(by: Member, *, at: datetime) -> Iterator[Member]:
    """Everything read inside is as known `at`. Gives the member who looks back, and may change nothing.

    Reads are those of one snapshot. Must not be nested, nor stand inside a write.
    """
    with _reading():
        try:
            _hide(by)
            _shadow(by.workspace_id, at)
            yield dataclasses.replace(by, as_of=at)
        finally:
            transaction.set_rollback(True)


@contextmanager
def _reading() -> Iterator[None]:
    """A transaction that keeps no writer waiting: on SQLite ours begin by taking the write lock."""
    database: Any = connection
    mode = getattr(database, "transaction_mode", None)
    if mode is not None:
        database.transaction_mode = "DEFERRED"
    try:
        with transaction.atomic():
            if mode is not None:
                database.transaction_mode = mode
            yield
    finally:
        if mode is not None:
            database.transaction_mode = mode


def _hide(by: Member) -> None:
    """Notes the goals that are closed to the reader today."""
    closed = scope.hidden(by).values("pk").query
    try:
        sql, params = closed.sql_with_params()
    except EmptyResultSet:  # to the workspace itself nothing is closed
        sql, params = f"SELECT id AS pk FROM {_table(Goal)} WHERE 1 = 0", ()
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE {_HIDDEN} AS SELECT goals.pk AS goal_id FROM ({sql}) goals", params
        )


def _shadow(workspace_id: UUID, at: datetime) -> None:
    moment, workspace, home = _literal(at), _literal(workspace_id), _home()
    with connection.cursor() as cursor:
        for model in apps.get_app_config("pejl").get_models():
            if issubclass(model, Row) and (body := _body(model, moment=moment, home=home)):
                name = _quoted(model._meta.db_table)
                cursor.execute(f"CREATE TEMPORARY VIEW {name} AS {body} AND t.workspace_id = {workspace}")


def _body(model: Any, *, moment: str, home: str) -> str | None:
    """The view's SELECT, up to its workspace; None where today's rows serve."""
    if model is Goal:
        return _goals(moment=moment, home=home)
    given = dict.fromkeys((field.column for field in model._meta.concrete_fields), "")
    since = None
    if issubclass(model, Spanned):
        since = "known_from"
        given["known_to"] = _by_then("t.known_to", "t.known_to", moment)
        if model is Checkin:
            given["ended_by_id"] = _by_then("t.known_to", "t.ended_by_id", moment)
    elif model is Figure:
        since = "known_from"
    elif model is Event:
        since = "at"
    elif model in {GoalForecast, ForecastLearning}:
        since = "made_at"
    elif model is Team:
        since = "created_at"
        given["archived_at"] = _by_then("t.archived_at", "t.archived_at", moment)
    elif model is Person:
        since = "created_at"
    if since is None:
        return None
    columns = ", ".join(f"{sql or 't.' + _quoted(name)} AS {_quoted(name)}" for name, sql in given.items())
    return (
        f"SELECT {columns} FROM {home}{_quoted(model._meta.db_table)} t WHERE t.{_quoted(since)} <= {moment}"
    )


def _goals(*, moment: str, home: str) -> str:
    """A goal's row as its version, its latest figure and its check-ins of then would have made it. One that
    was removed before stands there, removed, as it does in the table of today."""
    decided = {field.column for field in GoalState._meta.get_fields() if isinstance(field, models.Field)}
    measured = {field.column for field in Figure._meta.concrete_fields} - {"id", "workspace_id", "goal_id"}
    said = (
        f"FROM {home}{_table(Checkin)} c WHERE c.workspace_id = t.workspace_id AND c.goal_id = t.id "
        f"AND c.known_from <= {moment} AND (c.known_to IS NULL OR c.known_to > {moment})"
    )
    special = {
        "updated_at": "v.known_from",
        "version": "v.number",
        "removed_at": _by_then("t.removed_at", "t.removed_at", moment),
        "status": "COALESCE(f.status, 'not_started')",
        "last_checkin_at": f"(SELECT MAX(c.known_from) {said})",
        "checkin_count": f"(SELECT COUNT(*) {said})",
    }
    columns = []
    for field in Goal._meta.concrete_fields:
        name = str(field.column)
        origin = "v" if name in decided else "f" if name in measured else "t"
        columns.append(f"{special.get(name, f'{origin}.{_quoted(name)}')} AS {_quoted(name)}")
    return (
        f"SELECT {', '.join(columns)} FROM {home}{_table(Goal)} t "
        f"JOIN {home}{_table(GoalVersion)} v ON v.workspace_id = t.workspace_id AND v.goal_id = t.id "
        f"AND v.known_from <= {moment} AND (v.known_to IS NULL OR v.known_to > {moment} "
        f"OR (v.known_to = t.removed_at AND v.known_from < v.known_to)) "
        f"LEFT JOIN {home}{_table(Figure)} f ON f.id = (SELECT l.id FROM {home}{_table(Figure)} l "
        f"WHERE l.workspace_id = t.workspace_id AND l.goal_id = t.id AND l.known_from <= {moment} "
        f"ORDER BY l.known_from DESC, l.id DESC LIMIT 1) "
        f"WHERE t.created_at <= {moment} AND t.id NOT IN (SELECT h.goal_id FROM {_HIDDEN} h)"
    )


def _by_then(when: str, value: str, moment: str) -> str:
    return f"CASE WHEN {when} <= {moment} THEN {value} END"


def _table(model: Any) -> str:
    return _quoted(model._meta.db_table)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _home() -> str:
    """Where the true tables are, so that a view does not read another view."""
    if connection.vendor == "sqlite":
        return "main."
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return f"{_quoted(cursor.fetchone()[0])}."


def _literal(value: UUID | datetime) -> str:
    """As both databases read it inside a view, which takes no parameters."""
    if isinstance(value, UUID):
        return f"'{value}'::uuid" if connection.vendor == "postgresql" else f"'{value.hex}'"
    if connection.vendor == "postgresql":
        return f"'{value.isoformat()}'::timestamptz"
    return f"'{connection.ops.adapt_datetimefield_value(value)}'"
