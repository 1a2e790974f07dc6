"""Emptying a workspace: a few statements for each table, however many rows there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import Exists, ForeignKey, OuterRef, QuerySet

from pejl.models import Account, Person, Workspace
from pejl.models.base import Row


def clear(workspace: UUID) -> None:
    """Deletes the workspace, every row in it, and the accounts that have no person in another one.

    In the caller's transaction, behind the workspace's lock; who may is asked before. Writers elsewhere
    wait meanwhile. Time grows with the size of the database, not with the square of it.
    """
    tables = [model for model in apps.get_app_config("pejl").get_models() if issubclass(model, Row)]
    with _keys_indexed(tables):
        _forget_accounts(workspace)
        for model in tables:
            _empty(model._default_manager.filter(workspace_id=workspace))  # noqa: SLF001 - Django's own name
        _empty(Workspace.objects.filter(pk=workspace))


def _forget_accounts(workspace: UUID) -> None:
    """Locked, so that nobody takes them in elsewhere meanwhile."""
    here = Person.objects.filter(workspace_id=workspace, account_id=OuterRef("pk"))
    elsewhere = Person.objects.exclude(workspace_id=workspace).filter(account_id=OuterRef("pk"))
    accounts = Account.objects.filter(Exists(here))
    list(accounts.select_for_update().values_list("pk"))
    _empty(accounts.filter(~Exists(elsewhere)))


def _empty(rows: QuerySet[Any]) -> None:
    """One statement, where `delete()` would load each row and follow each of its keys."""
    rows._raw_delete(rows.db)  # noqa: SLF001 - Django's fast path


@contextmanager
def _keys_indexed(tables: list[type[Row]]) -> Iterator[None]:
    """Every foreign key has an index of its own inside, and no constraint waits at either end.

    The database looks for rows that still point at each row it deletes. The indexes that stay begin with the
    workspace and do not help it there: without these it would read whole tables for every goal.
    """
    quote = connection.ops.quote_name
    keys = [
        (quote(table._meta.db_table), quote(field.column))
        for table in tables
        for field in table._meta.local_fields
        if isinstance(field, ForeignKey) and field.name != "workspace"
    ]
    names = [quote(f"clearing_{number}") for number, _key in enumerate(keys)]
    with connection.cursor() as cursor:
        _settle()
        for name, (table, column) in zip(names, keys, strict=True):
            cursor.execute(f"CREATE INDEX {name} ON {table} ({column})")
        yield
        _settle()
        for name in names:
            cursor.execute(f"DROP INDEX {name}")


def _settle() -> None:
    """Checks what PostgreSQL would check at the end: it alters no table while a check of it waits."""
    if connection.vendor == "postgresql":
        connection.check_constraints()
