"""Who and what a file refers to, found here or made: people, teams, periods."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from pejl.domain import periods as calendar
from pejl.domain.transfers import Named, PeriodLine, PersonLine, TeamLine
from pejl.domain.values import PeriodKind, Role
from pejl.models import Goal, Period, Person, Team, TeamMember
from pejl.models.fields import new_id
from pejl.queries.scope import Member
from pejl.services.inserts import Table

Outcome = str


class People:
    """People of the workspace by e-mail, by their id in the file, by name where it is nobody else's."""

    def __init__(self, by: Member, *, at: datetime) -> None:
        self._at = at
        self.table = Table(Person, workspace_id=by.workspace_id, role=Role.MEMBER, created_at=at)
        self._emails: dict[str, str] = {}
        self._names: dict[str, list[str]] = defaultdict(list)
        self._ids: dict[str, str] = {}
        self._made: set[str] = set()
        for pk, name, email in Person.objects.filter(workspace_id=by.workspace_id).values_list(
            "pk", "name", "email"
        ):
            self._know(pk.hex, name, email)

    def take(self, line: PersonLine) -> tuple[str, Outcome]:
        found = self._found(Named(line.at.id, line.name, line.email))
        key = found or self._make(line.name, line.email, active=line.active)
        if line.at.id:
            self._ids[line.at.id] = key
        made = key in self._made  # also where a line before it named them
        self._made.discard(key)
        return key, "landed" if made else "merged"

    def key(self, named: Named | None) -> str | None:
        """The person meant; a named placeholder without an account where nobody is."""
        if named is None or not (named.id or named.name or named.email):
            return None
        found = self._found(named) or self._make(named.name, named.email)
        if named.id:
            self._ids.setdefault(named.id, found)
        return found

    def keys(self, named: Iterable[Named]) -> list[str]:
        return list(dict.fromkeys(key for one in named if (key := self.key(one)) is not None))

    def _found(self, named: Named) -> str | None:
        if named.id in self._ids:
            return self._ids[named.id]
        if named.email:
            return self._emails.get(named.email.casefold())
        same = self._names.get(named.name.casefold(), [])
        return same[0] if len(same) == 1 else None

    def _make(self, name: str, email: str, *, active: bool = True) -> str:
        key = new_id().hex
        name = (name or email.partition("@")[0])[:200]
        self.table.add({"id": key, "name": name, "email": email[:254], "active": active})
        self._made.add(key)
        self._know(key, name, email)
        return key

    def _know(self, key: str, name: str, email: str) -> None:
        self._names[name.casefold()].append(key)
        if email:
            self._emails[email.casefold()] = key


class Teams:
    """Teams by their id in the file, by name and the team above."""

    def __init__(self, by: Member, people: People, *, at: datetime) -> None:
        self._at, self._people = at, people
        here: dict[str, Any] = {"workspace_id": by.workspace_id}
        self.table = Table(Team, **here, created_at=at)
        self.members = Table(TeamMember, after=(people.table, self.table), **here, known_from=at)
        self._names: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._waiting: dict[str, tuple[TeamLine, str]] = {}
        for pk, name in Team.objects.filter(**here).order_by("-created_at", "-pk").values_list("pk", "name"):
            self._names[name.casefold()] = pk.hex
        self._joined = {
            (team.hex, person.hex)
            for team, person in TeamMember.objects.current()
            .filter(**here)
            .values_list("team_id", "person_id")
        }

    def take(self, line: TeamLine) -> tuple[str, Outcome]:
        """A new team waits for the one above it, which may stand later in the file; see `settle`."""
        found = self._names.get(line.name.casefold())
        key = found or new_id().hex
        if found is None:
            self._names[line.name.casefold()] = key
            self._waiting[key] = (line, line.parent.casefold())
        if line.at.id:
            self._ids[line.at.id] = key
        for lead in self._people.keys(line.leads):
            self.join(key, lead, lead=True)
        return key, "merged" if found else "landed"

    def settle(self) -> None:
        """Writes the teams taken in, those above first; one that would stand under itself stands alone."""
        while self._waiting:
            ready = [
                key
                for key, (_, parent) in self._waiting.items()
                if self._names.get(parent) not in self._waiting or self._names.get(parent) == key
            ] or list(self._waiting)[:1]
            for key in ready:
                line, parent = self._waiting.pop(key)
                above = self._names.get(parent) if parent else None
                self._write(key, line, above=None if above == key or above in self._waiting else above)

    def key(self, named: Named) -> str | None:
        if named.id in self._ids:
            return self._ids[named.id]
        if named.name.casefold() not in self._names:
            if not named.name:
                return None
            key = self._names[named.name.casefold()] = new_id().hex
            self.table.add({"id": key, "name": named.name[:200]})
        return self._names[named.name.casefold()]

    def keys(self, named: Iterable[Named]) -> list[str]:
        return list(dict.fromkeys(key for one in named if (key := self.key(one)) is not None))

    def join(self, team: str, person: str, *, lead: bool = False) -> None:
        if (team, person) not in self._joined:
            self._joined.add((team, person))
            self.members.add({"id": new_id().hex, "team_id": team, "person_id": person, "lead": lead})

    def _write(self, key: str, line: TeamLine, *, above: str | None) -> None:
        archived = self._at if line.archived else None
        self.table.add({"id": key, "name": line.name[:200], "parent_id": above, "archived_at": archived})


class Periods:
    """Periods by their dates, then by name. `uncapped` gives the new ones, and those nobody used yet, the
    rule of a product without a cap."""

    def __init__(self, by: Member, *, uncapped: bool, starts: int) -> None:
        self._by, self._uncapped, self._starts = by, uncapped, starts
        self.table = Table(Period, workspace_id=by.workspace_id)
        self._dates: dict[tuple[date, date], str] = {}
        self._names: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self.spans: dict[str, tuple[date, date]] = {}
        rows = Period.objects.filter(workspace_id=by.workspace_id).order_by("-name", "pk")
        for row in rows:
            span = (row.start_date, row.end_date)
            self._know(row.pk.hex, row.name, span)
        self._freed: set[str] = set()

    def take(self, line: PeriodLine) -> tuple[str | None, Outcome]:
        if line.start is None or line.end is None or line.end < line.start:
            return self._names.get(line.name.casefold()), "failed"
        span = (line.start, line.end)
        found = self._dates.get(span)
        key = found or self._make(line.name, span)
        if found and self._uncapped:
            self._free(found)
        self._names[line.name.casefold()] = key
        if line.at.id:
            self._ids[line.at.id] = key
        return key, "merged" if found else "landed"

    def key(self, named: Named | None) -> str | None:
        if named is None:
            return None
        return self._ids.get(named.id) or self._names.get(named.name.casefold())

    def _make(self, name: str, span: tuple[date, date]) -> str:
        key, (start, end) = new_id().hex, span
        kind, year, number = _calendar(span, starts=self._starts)
        own = name[:100] if kind is PeriodKind.CUSTOM else ""
        self.table.add(
            {
                "id": key,
                "kind": kind,
                "name": own,
                "start_date": start,
                "end_date": end,
                "year": year,
                "number": number,
                "capped": False if self._uncapped else None,
            }
        )
        self._know(key, own, span)
        return key

    def _free(self, key: str) -> None:
        """A period that is here already takes the imported rule only while no goal is in it."""
        if key in self._freed:
            return
        self._freed.add(key)
        here = {"workspace_id": self._by.workspace_id}
        if not Goal.objects.filter(**here, period_id=key).exists():
            Period.objects.filter(**here, pk=key, capped=None).update(capped=False)

    def _know(self, key: str, name: str, span: tuple[date, date]) -> None:
        self._dates[span] = key
        self.spans[key] = span
        if name:
            self._names.setdefault(name.casefold(), key)


def _calendar(span: tuple[date, date], *, starts: int) -> tuple[PeriodKind, int, int]:
    """A stretch that the calendar knows is named by it; any other keeps its own name."""
    start, end = span
    for scheme in (PeriodKind.QUARTER, PeriodKind.HALF, PeriodKind.TERTIAL):
        for year in {start.year, end.year}:
            for one in calendar.for_year(year, starts=starts, scheme=scheme):
                if (one.start, one.end) == span:
                    return one.kind, one.year, one.number
    return PeriodKind.CUSTOM, start.year, 0
