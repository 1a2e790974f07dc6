"""The import of a portable export, once the file is proved: one transaction into an empty workspace."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey, OuterRef, Q, Subquery
from django.db.models.functions import Lower

from pejl.models import Account, Checkin, Comment, Goal, Kpi, Once, Person, Workspace
from pejl.models.base import Row
from pejl.queries.scope import Member
from pejl.services import commands, doctors, dumps_columns, figures, gates, inserts
from pejl.services.commands import command
from pejl.services.doctors import Fault
from pejl.services.dumps_columns import Shape, Unreadable
from pejl.services.dumps_files import Counts, Dump, Progress
from pejl.services.errors import Rejected

_IN_USE = (Goal, Kpi, Checkin, Comment)
_KEYS_AT_A_TIME = 900
_TOLD_EVERY = 5_000
_INSERTED, _LINKED = 0.7, 0.8


@command
def land(
    dump: Dump, *, by: Member, at: datetime, tables: Sequence[Shape], settings: Shape, told: Progress
) -> Counts:
    """Writes the rows of a proved dump. All or nothing: raises `Rejected`, or the database's own error."""
    gates.admin(by)
    _refuse_unless_empty(by)
    people = next(shape for shape in tables if shape.model is Person)
    self = _oneself(by)
    named = _key_in_file(dump, people, self)
    _clear(by, keep=self if self is not None and named is None else None)
    mask = _mask(dump, tables)
    _configure(dump, settings, by=by, mask=mask)
    done, total = 0, dump.counts.total or 1
    for shape in tables:
        table = inserts.Table(shape.model, workspace_id=by.workspace_id)
        for row in dump.rows(shape, mask=mask):
            table.add(row)
            done += 1
            if done % _TOLD_EVERY == 0:
                told(done / total * _INSERTED)
        table.flush()
    _join_accounts(by, self=self, named=None if named is None else dumps_columns.masked(named, mask))
    told(_INSERTED)
    connection.check_constraints()
    _refuse_strangers(by, tables)
    told(_LINKED)
    _examine(by, at=at, mend=dump.manifest.get("seen_by") == "person")
    told(1.0)
    return dump.counts


def _refuse_unless_empty(by: Member) -> None:
    for model in _IN_USE:
        if model._default_manager.filter(workspace_id=by.workspace_id).exists():  # noqa: SLF001 - Django's own name
            raise Rejected.one("file.not-empty")


def _oneself(by: Member) -> Person | None:
    if by.person_id is None:
        return None
    here = Person.objects.select_related("account").filter(workspace_id=by.workspace_id)
    found: Person | None = here.filter(pk=by.person_id).first()
    return found


def _key_in_file(dump: Dump, people: Shape, self: Person | None) -> UUID | None:
    """The person of the file who has the e-mail of whoever imports: their own before their account's."""
    if self is None:
        return None
    wanted = [self.email.lower(), self.account.email.lower() if self.account else ""]
    found = {row["email"].lower(): row["id"] for row in dump.rows(people)}
    return next((found[email] for email in wanted if email and email in found), None)


def _clear(by: Member, *, keep: Person | None) -> None:
    """Takes away what a new workspace came with. Answers to keys given before stay."""
    Person.objects.filter(workspace_id=by.workspace_id).update(manager=None)
    for model in apps.get_app_config("pejl").get_models():
        if issubclass(model, Row) and model is not Once:
            rows = model._default_manager.filter(workspace_id=by.workspace_id)  # noqa: SLF001
            if model is Person and keep is not None:
                rows = rows.exclude(pk=keep.pk)
            rows._raw_delete(rows.db)  # noqa: SLF001 - one statement, whatever hangs on them is gone as well


def _mask(dump: Dump, tables: Sequence[Shape]) -> int:
    """0 where no key of the file is in use on this server, else one that turns them all into free keys."""
    mask = 0
    while any(_in_use(dump, shape, mask) for shape in tables):
        mask = secrets.randbits(32)
    return mask


def _in_use(dump: Dump, shape: Shape, mask: int) -> bool:
    rows = shape.model._default_manager.all()  # noqa: SLF001
    if not rows.exists():
        return False
    keys = _keys(dump, shape, mask)
    while near := list(islice(keys, _KEYS_AT_A_TIME)):
        if rows.filter(pk__in=near).exists():
            return True
    return False


def _keys(dump: Dump, shape: Shape, mask: int) -> Iterator[UUID]:
    for number, line in enumerate(dump.lines(shape.name), start=1):
        try:
            yield dumps_columns.masked(dumps_columns.key_of(line), mask)
        except Unreadable as unreadable:
            raise Rejected.one(
                "file.row", file=f"{shape.name}.jsonl", line=str(number), name=unreadable.field
            ) from unreadable


def _configure(dump: Dump, settings: Shape, *, by: Member, mask: int) -> None:
    rows = list(islice(dump.rows(settings), 2))
    if len(rows) != 1:
        raise Rejected.one("file.damaged", file=f"{settings.name}.jsonl")
    if rows[0]["timezone"] not in available_timezones():
        raise Rejected.one("file.row", file=f"{settings.name}.jsonl", line="1", name="timezone")
    Workspace.objects.filter(pk=by.workspace_id).update(**rows[0], id_mask=mask)


def _join_accounts(by: Member, *, self: Person | None, named: UUID | None) -> None:
    """Whoever imports keeps their account; the others are joined with theirs by e-mail, if there is one."""
    here = Person.objects.filter(workspace_id=by.workspace_id)
    if self is not None and named is not None:
        here.filter(pk=named).update(account=self.account)
    others = Account.objects.annotate(address=Lower("email")).filter(address=Lower(OuterRef("email")))
    if self is not None and self.account_id is not None:
        others = others.exclude(pk=self.account_id)
    here.filter(account=None).exclude(email="").update(account=Subquery(others.values("pk")[:1]))


def _refuse_strangers(by: Member, tables: Sequence[Shape]) -> None:
    """No row may point at a row of another workspace, whatever the file says."""
    for shape in tables:
        for field in shape.model._meta.concrete_fields:
            if not isinstance(field, ForeignKey) or not issubclass(field.related_model, Row):
                continue
            rows: Any = shape.model._default_manager.filter(workspace_id=by.workspace_id)  # noqa: SLF001
            if rows.filter(
                ~Q(**{f"{field.name}__workspace": by.workspace_id}), **{f"{field.name}__isnull": False}
            ).exists():
                raise Rejected.one("file.inconsistent", what=f"{shape.name}.{field.attname}")


def _examine(by: Member, *, at: datetime, mend: bool) -> None:
    """What was taken in proves itself. In an export that somebody made without goals closed to them, the
    goals above those are computed anew."""
    faults = doctors.examine(by.slug, at=at).faults
    if faults and mend:
        with suppress(Rejected):
            figures.refresh(commands.workspace(by), _goals(faults), at=at, today=by.today(at))
        faults = doctors.examine(by.slug, at=at).faults
    if faults:
        what = f"{faults[0].title}: {faults[0].what}" if faults[0].title else faults[0].what
        raise Rejected.one("file.figures", what=what)


def _goals(faults: Sequence[Fault]) -> list[UUID]:
    return [fault.goal_id for fault in faults if fault.goal_id is not None]
