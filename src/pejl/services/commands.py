"""What every write is: one transaction behind the workspace's lock, retried on contention, done once per key.

>>> # @command
>>> # def close(goal_id, *, by, at, grade=None): ...
"""

from __future__ import annotations

import functools
import hashlib
import random
import secrets
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Self, TypeVar
from uuid import UUID

from django.db import OperationalError, connection, transaction

from pejl.domain.values import Refused
from pejl.models import Once, Workspace
from pejl.queries.scope import Member
from pejl.services import outbox
from pejl.services.errors import Rejected

R = TypeVar("R")
TRIES = 8
_AGAIN = {"40001", "40P01", "55P03"}


class Key(str):
    """A key that comes with a digest of what was asked with it. By that it is the same request again,
    whatever the command would be given by now: what it is given may follow from what the first one wrote."""

    __slots__ = ("digest",)
    digest: str

    def __new__(cls, text: str, *, digest: str) -> Self:
        made = super().__new__(cls, text)
        made.digest = digest
        return made

    def done(self, *, by: Member) -> bool:
        """Whether the person's command of that key was done. Raises `Rejected` where it was another one."""
        rows = Once.objects.filter(workspace_id=by.workspace_id, person=by.person_id, key=str(self))
        before = rows.values_list("digest", flat=True).first()
        if before not in {None, self.digest}:
            raise Rejected.one("once.other-input", field="key")
        return before is not None


def command(function: Callable[..., R]) -> Callable[..., R]:
    """Makes `function(subject, *, by, at, …)` a write.

    The workspace is locked before anything is read. `key` makes it idempotent: the same key gives the
    first answer again, the same key with other input is rejected (`once.other-input`). The answer is
    a UUID, None, or a list of UUIDs. A rule of the domain that refuses becomes `Rejected`.
    """

    @functools.wraps(function)
    def run(*args: Any, by: Member, at: datetime, key: str | None = None, **options: Any) -> R:
        def once() -> Any:
            with transaction.atomic(), outbox.remembered():
                lock(by.workspace_id)
                if key is None:
                    return function(*args, by=by, at=at, **options)
                return _once(function, args, {**options}, by=by, at=at, key=key)

        try:
            answer: R = retried(once)
        except Refused as refused:
            raise Rejected.by_rule(refused) from refused
        return answer

    return run


def lock(workspace_id: UUID) -> None:
    """Waits until this transaction is the only writer of the workspace, and begins its next revision.

    Must come before any read that a write is computed from. On SQLite the immediate transaction holds
    the write lock already.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(workspace_id)])
    # By chance and not by one more: a workspace that is restored must not come by a number it had already.
    Workspace.objects.filter(pk=workspace_id).update(revision=secrets.randbits(63))


def retried(work: Callable[[], Any]) -> Any:
    """Does it again when the database was busy or could not serialize; never inside another transaction."""
    for attempt in range(TRIES):
        try:
            return work()
        except OperationalError as error:
            if connection.in_atomic_block or attempt == TRIES - 1 or not _passing(error):
                raise
            time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311 - spreads writers apart
    raise AssertionError


def _passing(error: OperationalError) -> bool:
    state = getattr(error.__cause__, "sqlstate", None)
    return state in _AGAIN or "locked" in str(error) or "busy" in str(error)


def _number(workspace_id: UUID) -> int:
    """A signed 64-bit lock number; UUIDv7 has its randomness at the end."""
    return int.from_bytes(workspace_id.bytes[-8:], "big", signed=True)


def _once(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    options: dict[str, Any],
    *,
    by: Member,
    at: datetime,
    key: str,
) -> Any:
    name = f"{function.__module__.rsplit('.', 1)[-1]}.{function.__name__}"
    if isinstance(key, Key):
        digest, key = key.digest, str(key)
    else:
        digest = hashlib.sha256(repr((name, args, sorted(options.items()))).encode()).hexdigest()
    before = Once.objects.filter(workspace_id=by.workspace_id, person=by.person_id, key=key).first()
    if before is not None:
        if before.digest != digest:
            raise Rejected.one("once.other-input", field="key")
        return _read(before.answer)
    answer = function(*args, by=by, at=at, **options)
    Once.objects.create(
        workspace_id=by.workspace_id,
        person=by.person_id,
        key=key,
        command=name,
        digest=digest,
        answer=_written(answer),
        at=at,
    )
    return answer


def _written(answer: Any) -> Any:
    if isinstance(answer, list):
        return [_written(one) for one in answer]
    return str(answer) if isinstance(answer, UUID) else answer


def _read(answer: Any) -> Any:
    if isinstance(answer, list):
        return [_read(one) for one in answer]
    return UUID(answer) if isinstance(answer, str) else answer


def workspace(by: Member) -> Workspace:
    return Workspace.objects.get(pk=by.workspace_id)
