"""What an assistant means by a name: goals, people, teams, periods. Each raises `Refused` in words."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from pejl.mcp.callers import Caller, Refused
from pejl.queries import directories, goals, listings, periods
from pejl.queries.goals import GoalRow
from pejl.queries.listings import Filters
from pejl.queries.scope import NotFound
from pejl.services import exports_yaml

NAMED = 200  # goals that are looked through for a title


def goal(caller: Caller, text: str) -> GoalRow:
    """The goal of that id, or the only one that is called just that."""
    found = _id(text)
    if found is not None:
        try:
            return goals.one(caller.by, found, now=caller.at)
        except NotFound:
            raise Refused(_("There is no such goal here.")) from None
    wanted = text.strip()
    part = listings.goals(
        caller.by, Filters(q=wanted), order="-updated", after=None, limit=NAMED, now=caller.at
    )
    same = [row for row in part.rows if row.title.casefold() == wanted.casefold()]
    if len(same) > 1:
        ids = ", ".join(str(row.id) for row in same[:10])
        raise Refused(_("Several goals are called that. Say which by its id: %(ids)s.") % {"ids": ids})
    if not same:
        raise Refused(_("No goal is called just that. Look for it with find_goals, and use its id."))
    return same[0]


def person(caller: Caller, text: str) -> UUID:
    return _one(text, directories.names(caller.by).people)


def team(caller: Caller, text: str) -> UUID:
    return _one(text, directories.names(caller.by).teams)


def period(caller: Caller, text: str) -> UUID:
    every = periods.every(caller.by)
    if text.strip().casefold() == "current":
        now = periods.current(every, today=caller.by.today(caller.at))
        if now is None:
            raise Refused(_("No period runs today."))
        return now.id
    named = [
        (one.id, name)
        for one in every
        for name in {exports_yaml.period_code(one), one.said("en"), one.said("da")}
    ]
    return _one(text, named)


def _one(text: str, among: Iterable[tuple[UUID, str]]) -> UUID:
    """By id, by the whole name, else by the only name that it is in."""
    word, key, pairs = text.strip().casefold(), _id(text), list(among)
    by_id = {one for one, _name in pairs if one == key}
    whole = {one for one, name in pairs if name.casefold() == word}
    part = {one for one, name in pairs if word in name.casefold()}
    for found in (by_id, whole, part):
        if len(found) == 1:
            return found.pop()
        if found:
            raise Refused(_("Several are called that. Say the whole name, or the id."))
    raise Refused(_("Nothing here is called that. Look at the names in find_goals."))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None
