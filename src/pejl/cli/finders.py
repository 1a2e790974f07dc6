"""What somebody means by the words they type: a goal, a team, a person, a period."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from pejl.cli import tables
from pejl.cli.sources import Source
from pejl.cli.wires import Failed, Told, Unclear, plain

SPOKEN: Final = frozenset({"metric", "manual"})
MOST_LISTED: Final = 12
_RUN: Final = re.compile(r"[0-9A-Za-z]+")


def identity(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def goal(source: Source, text: str) -> Told:
    """The goal of that id, else the only open one whose title begins with the text, else the only one whose
    title holds all its words. Raises `Failed`, and `Several` with all that fit."""
    known = identity(text)
    if known is not None:
        return source.goal(known)
    # What is searched for is plain letters: a database may not know that Ø is ø.
    runs = sorted(_RUN.findall(text), key=len, reverse=True)
    search = {"q": runs[0][:200]} if runs else {}
    found = [one for one in source.goals(**search) if one.get("status") in tables.OPEN]
    spoken = [one for one in found if one.get("progress_mode") in SPOKEN]
    fitting = fits(spoken, text) or fits(found, text)
    if not fitting:
        raise Failed(f'No open goal is called "{text}".')
    if len(fitting) > 1:
        raise Several(text, fitting)
    return fitting[0]


class Several(Unclear):
    """Several goals fit: they are listed, and nothing is done."""

    def __init__(self, text: str, found: Sequence[Told]) -> None:
        super().__init__(f'{len(found)} goals fit "{text}". Say more of the title, or its id:')
        self.found = tuple(found)

    def show(self, file: Any = None) -> None:
        import click

        super().show(file)
        for one in self.found[:MOST_LISTED]:
            click.echo(f"  {one['id']}  {tables.title(one)} ({tables.names(one.get('owners'))})", err=True)
        if len(self.found) > MOST_LISTED:
            click.echo(f"  … and {len(self.found) - MOST_LISTED} more", err=True)


def fits(goals: Iterable[Told], text: str) -> list[Told]:
    """Whose title is the text, else begins with it, else holds all its words."""
    wanted = " ".join(text.casefold().split())
    every = [(" ".join(str(one["title"]).casefold().split()), one) for one in goals]
    return (
        [one for title, one in every if title == wanted]
        or [one for title, one in every if title.startswith(wanted)]
        or [one for title, one in every if all(word in title for word in wanted.split())]
    )


def team(source: Source, text: str) -> str:
    """Its id. Raises `Failed`."""
    return _named(source.teams(), text, what="team")


def person(source: Source, text: str) -> str:
    """Their id, by name or e-mail; e-mails are known to admins alone. Raises `Failed`."""
    if text.casefold() == "me":
        return me(source.me())
    found = source.people()
    by_mail = [one for one in found if str(one.get("email") or "").casefold() == text.casefold()]
    return str(by_mail[0]["id"]) if by_mail else _named(found, text, what="person")


def me(told: Told) -> str:
    """The id of the person of `GET /me`. Raises `Unclear` where it is nobody."""
    who = (told["person"] or {}).get("id")
    if who is None:
        raise Unclear("Say who you are with --as EMAIL.")
    return str(who)


def period(source: Source, text: str) -> str:
    """Its id, by name (Q4 2026) or as 2026-Q4; "current" is the one that holds today. Raises `Failed`."""
    found = source.periods()
    if text.casefold() == "current":
        now = [one for one in found if one.get("current")]
        if not now:
            raise Failed("No period holds today.")
        return str(now[0]["id"])
    wanted = _signs(text)
    same = [one for one in found if _signs(str(one["name"])) == wanted]
    if same:
        return str(same[0]["id"])
    return _named(found, text, what="period")


def _signs(text: str) -> frozenset[str]:
    """2026-Q4 and Q4 2026 are the same."""
    return frozenset(re.findall(r"\w+", text.casefold()))


def _named(found: Sequence[Told], text: str, *, what: str) -> str:
    known = identity(text)
    if known is not None:
        return str(known)
    wanted = " ".join(text.casefold().split())
    every = [(str(one["name"]).casefold(), one) for one in found]
    fitting = [one for name, one in every if name == wanted] or [
        one for name, one in every if name.startswith(wanted)
    ]
    if not fitting:
        raise Failed(f'There is no {what} called "{text}".')
    if len(fitting) > 1:
        listed = " or ".join(plain(str(one["name"])) for one in fitting[:MOST_LISTED])
        raise Unclear(f'"{text}" may be the {what} {listed}.')
    return str(fitting[0]["id"])
