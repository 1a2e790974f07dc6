"""Imports as their admins see them: the file, when and by whom, and the receipt; and the kept profiles."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from pejl.models import Import, ImportState, Profile
from pejl.queries.scope import Member, NotFound

RECENT: Final = 50


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One import. `state` is previewed or applied, `format` the reader that knew the file, `file_size` in
    bytes, `receipt` as the public contract has it, `profile` the columns that were chosen ({heading: field}).
    `by` is a name, "" where the workspace did it itself; `applied_at` is None until it is applied."""

    id: UUID
    state: str
    file_name: str
    file_size: int
    format: str
    at: datetime
    applied_at: datetime | None
    by: str
    receipt: dict[str, Any] = field(default_factory=dict)
    profile: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """How the columns of a table are read ({heading: field}, "" for left out), kept under `name`."""

    id: UUID
    name: str
    columns: dict[str, str]
    by: str
    at: datetime


def one(by: Member, import_id: UUID) -> ImportRow:
    """With its receipt. Raises `NotFound`, also for everybody who is no admin. One query."""
    row = _rows(by).filter(pk=import_id).first()
    if row is None:
        raise NotFound
    return replace(_row(row, receipt=row.receipt), profile=row.profile)


def applied(by: Member, import_id: UUID) -> bool:
    """Whether it is. Raises `NotFound` as :func:`one` does. One small query."""
    state = _rows(by).filter(pk=import_id).values_list("state", flat=True).first()
    if state is None:
        raise NotFound
    return bool(state == ImportState.APPLIED)


def profiles(by: Member) -> list[ProfileRow]:
    """Those of the workspace by name. Raises `NotFound` for everybody who is no admin. One query."""
    if not by.is_admin:
        raise NotFound
    rows = Profile.objects.select_related("by").filter(workspace_id=by.workspace_id)
    found = [ProfileRow(row.pk, row.name, row.columns, row.by.name if row.by else "", row.at) for row in rows]
    return sorted(found, key=lambda one: (one.name.casefold(), one.id))


def recent(by: Member) -> list[ImportRow]:
    """The newest `RECENT` of the workspace, the newest first, without their receipts, which can be long.
    Raises `NotFound` for everybody who is no admin. One query."""
    rows = _rows(by).defer("receipt", "profile").order_by("-at", "-pk")[:RECENT]
    return [_row(row, receipt={}) for row in rows]


def _rows(by: Member) -> QuerySet[Import]:
    if not by.is_admin:
        raise NotFound
    rows: QuerySet[Import] = Import.objects.select_related("by").filter(workspace_id=by.workspace_id)
    return rows


def _row(row: Import, *, receipt: dict[str, Any]) -> ImportRow:
    return ImportRow(
        id=row.pk,
        state=row.state,
        file_name=row.file_name,
        file_size=row.file_size,
        format=row.format,
        at=row.at,
        applied_at=row.applied_at,
        by=row.by.name if row.by else "",
        receipt=receipt,
    )
