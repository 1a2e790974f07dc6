"""Who may change the workspace and its teams. Goals have their own gate, `pejl.queries.scope`."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from pejl.domain.access import Right
from pejl.domain.values import Role
from pejl.queries.scope import Forbidden, Member, NotFound

T = TypeVar("T")


def admin(by: Member) -> None:
    """Workspace settings and people: admins and owners. Raises `Forbidden`."""
    if not by.is_admin:
        raise Forbidden(Right.SETTINGS)


def lead(by: Member, team: UUID | None) -> None:
    """A team's own matters: its leads, the leads of teams above it, and admins. Raises `Forbidden`."""
    if not by.is_admin and (by.role is Role.OBSERVER or team not in by.leads):
        raise Forbidden(Right.TEAM_SETTINGS)


def writer(by: Member) -> None:
    """Anything at all: everybody but observers. Raises `Forbidden`."""
    if by.role is Role.OBSERVER:
        raise Forbidden(Right.CREATE)


def known(found: T | None) -> T:
    """The row, or `NotFound`."""
    if found is None:
        raise NotFound
    return found
