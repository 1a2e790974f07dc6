"""Where a command finds the OKRs: on a server that the terminal is signed in to, else in the data folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, BinaryIO, Protocol, Self, TypeVar
from uuid import UUID

import click

from pejl.cli import completions, logins
from pejl.cli.wires import Told, Unclear

Command = TypeVar("Command", bound=Callable[..., Any])


class Source(Protocol):
    """Both answer alike, with JSON as the API gives it."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def me(self) -> Told: ...
    def goals(self, **filters: str) -> Iterator[Told]: ...
    def goal(self, goal_id: UUID) -> Told: ...
    def forecast(self, goal_id: UUID) -> Told: ...
    def turns(self) -> list[Told] | None: ...
    def teams(self) -> list[Told]: ...
    def people(self) -> list[Told]: ...
    def periods(self) -> list[Told]: ...
    def checkin(self, goal_id: UUID, body: Told) -> Told: ...
    def export(
        self, form: str, out: BinaryIO, *, as_of: str | None, seen: Callable[[int, int | None], None]
    ) -> None: ...


def here(command: Command) -> Command:
    """`--local` and `--workspace`."""
    command = click.option("--local", is_flag=True, help="On the data folder, in spite of a login.")(command)
    return click.option(
        "--workspace",
        "slug",
        shell_complete=completions.workspaces,
        help="Needed only where there are several.",
    )(command)


def somebody(command: Command) -> Command:
    """The same, and `--as`."""
    return here(
        click.option("--as", "email", metavar="EMAIL", help="Who you are, on the data folder.")(command)
    )


def of(*, local: bool, slug: str | None, email: str | None = None, person: bool = False) -> Source:
    """Raises `Unclear` where `--as` or `--workspace` do not fit."""
    login = None if local else logins.present()
    if login is None:
        from pejl.cli.local import Local

        return Local.of(slug=slug, email=email, person=person)
    from pejl.cli.remote import Remote

    if email is not None:
        line = f"The token says who you are on {login.url}; --as is for the data folder (--local)."
        raise Unclear(line)
    far = Remote(login)
    if slug is not None:
        belongs(far.me(), slug)
    return far


def belongs(me: Told, slug: str) -> None:
    """Raises `Unclear` where the token is one of another workspace."""
    there = me["workspace"].get("slug")
    if there != slug:
        raise Unclear(f"The token is one of the workspace {there}, not of {slug}.")
