"""Who a file refers to, found here or made: people by e-mail, then by a name that is one person's alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from pejl.domain.receipts import Receipt
from pejl.domain.transfers import Named, PersonLine, TeamLine
from pejl.domain.values import Role
from pejl.models import Person, Team, TeamMember
from pejl.services import inserts, people_merging
from pejl.services.transfers_rows import Originals, Rows

_LONGEST = 200
_LONGEST_EMAIL = 254


class People:
    """A role is never raised by a file: its owners and admins come as members, and the receipt says so."""

    def __init__(
        self, workspace: UUID, rows: Rows, originals: Originals, receipt: Receipt, *, at: Any
    ) -> None:
        self._rows, self._originals, self._receipt, self._at = rows, originals, receipt, at
        self._emails: dict[str, str] = {}
        self._names: dict[str, list[str]] = defaultdict(list)
        self._ids: dict[str, str] = {}
        self._blank: set[str] = set()
        self._new: dict[str, dict[str, Any]] = {}
        self._said: set[str] = set()
        self._managers: list[tuple[str, Named]] = []
        self._mended: dict[str, str] = {}
        here = Person.objects.filter(workspace_id=workspace).order_by("created_at", "pk")
        self._erased = {pk.hex for pk in here.exclude(erased_at=None).values_list("pk", flat=True)}
        known = set()
        for pk, name, email, account in here.filter(erased_at=None).values_list(
            "pk", "name", "email", "account_id"
        ):
            known.add(pk)
            self._know(pk.hex, name, email)
            if not email and account is None:
                self._blank.add(pk.hex)
        for pk, also in people_merging.also_known_as(workspace):
            if pk in known:
                self._know_too(pk.hex, also)

    def take(self, line: PersonLine) -> tuple[str | None, str, bool]:
        """Their key, the row's outcome, and whether the file says something new of them. A name alone that
        several have here is nobody yet: the goals it stands on tell."""
        known = self._originals.known("person", line.at.id)
        key = known.target if known else self._found(Named(line.at.id, line.name, line.email))
        if key in self._erased:  # they stay forgotten
            return key, "merged", False
        fresh = known is None or not self._originals.said_again(known, line.raw)
        if key is None and self._unclear(line):
            return None, "merged", False
        key = key or self._make(line.name, line.email)
        if line.at.id:
            self._ids[line.at.id] = key
        landed = key in self._new and key not in self._said
        if landed:
            self._said.add(key)
            role = Role.OBSERVER if line.observer and not line.admin else Role.MEMBER
            self._new[key] |= {"name": line.name[:_LONGEST], "role": role, "active": line.active}
            if line.manager is not None:
                self._managers.append((key, line.manager))
        if line.email:
            self._address(key, line.email)
        self._receipt.unmapped["Role"] += line.admin
        self._originals.keep("person", line.at.id, key, line.raw)
        return key, "landed" if landed else "merged", fresh

    def key(self, named: Named | None, *, among: Collection[str] = ()) -> str | None:
        """The person meant; where nobody is, a named placeholder without an account. Of several with the
        same name it is the one of `among`, if there is one."""
        if named is None:
            return None
        found = self._found(named, among=among)
        if found is None and (named.name or named.email):
            found = self._make(named.name, named.email)
        if found is not None and named.id:
            self._ids.setdefault(named.id, found)
        return found

    def keys(self, named: Iterable[Named], *, among: Collection[str] = ()) -> list[str]:
        found = (self.key(one, among=among) for one in named)
        return list(dict.fromkeys(key for key in found if key is not None))

    def write(self) -> None:
        """The new ones, and the addresses of those who were a name alone."""
        for key, manager in self._managers:
            above = self.key(manager)
            if above != key:
                self._new[key]["manager_id"] = above
        self._break_circles()
        for key, row in self._new.items():
            self._rows.add(Person, id=key, created_at=self._at, **row)
        if not self._rows.dry:
            inserts.update(Person, [(key, {"email": email}) for key, email in self._mended.items()])
        self._receipt.changed["people"] += len(self._mended)

    def _found(self, named: Named, *, among: Collection[str] = ()) -> str | None:
        if named.id and named.id in self._ids:
            return self._ids[named.id]
        if named.id and (known := self._originals.known("person", named.id)) is not None:
            return known.target
        email = _email(named.email).lower()
        if email and email in self._emails:
            return self._emails[email]
        same = self._names.get(_folded(named.name), []) if named.name else []
        if email:  # somebody else's address is somebody else
            same = [key for key in same if key in self._blank]
        if len(same) > 1:
            same = [key for key in same if key in among]
        return same[0] if len(same) == 1 else None

    def _unclear(self, line: PersonLine) -> bool:
        return not (line.at.id or line.email) and len(self._names.get(_folded(line.name), [])) > 1

    def _make(self, name: str, email: str) -> str:
        key = self._rows.key()
        email = _email(email)
        name = (name or email.partition("@")[0])[:_LONGEST]
        self._new[key] = {
            "name": name,
            "email": email,
            "role": Role.MEMBER,
            "active": True,
            "manager_id": None,
        }
        self._know(key, name, email)
        if not email:
            self._blank.add(key)
        return key

    def _address(self, key: str, email: str) -> None:
        """Gives an address to somebody who was a name alone, so that they can be taken over by it."""
        email = _email(email)
        if key not in self._blank or not email or email.lower() in self._emails:
            return
        self._blank.discard(key)
        self._emails[email.lower()] = key
        if key in self._new:
            self._new[key]["email"] = email
        else:
            self._mended[key] = email

    def _know(self, key: str, name: str, email: str) -> None:
        self._names[_folded(name)].append(key)
        if email:
            self._emails.setdefault(email.lower(), key)

    def _know_too(self, key: str, also: str) -> None:
        """A name or an address that was theirs before two became one, unless it is somebody else's now."""
        if "@" in also:
            self._emails.setdefault(also.lower(), key)
        elif key not in self._names[_folded(also)]:
            self._names[_folded(also)].append(key)

    def _break_circles(self) -> None:
        for key, row in self._new.items():
            seen, above = {key}, row["manager_id"]
            while above is not None and above in self._new:
                if above in seen:
                    row["manager_id"] = None
                    break
                seen.add(above)
                above = self._new[above]["manager_id"]


class Teams:
    """Teams by their id in the file, else by name under the team above."""

    def __init__(
        self, workspace: UUID, rows: Rows, originals: Originals, receipt: Receipt, people: People, *, at: Any
    ) -> None:
        self._rows, self._originals, self._receipt = rows, originals, receipt
        self._people, self._at = people, at
        self._here: dict[tuple[str | None, str], str] = {}
        self._names: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._waiting: list[TeamLine] = []
        found = Team.objects.filter(workspace_id=workspace).order_by("-archived_at", "created_at", "pk")
        for pk, name, parent in found.values_list("pk", "name", "parent_id"):
            above = None if parent is None else parent.hex
            self._here.setdefault((above, _folded(name)), pk.hex)
            self._names.setdefault(_folded(name), pk.hex)
        members = TeamMember.objects.filter(workspace_id=workspace)  # those who left once stay out
        self._joined = {(team.hex, one.hex) for team, one in members.values_list("team_id", "person_id")}

    def take(self, line: TeamLine) -> None:
        """A team waits for the one above it, which may stand later in the file; see `settle`."""
        self._waiting.append(line)

    def settle(self) -> None:
        """Finds or makes the teams that wait, those above first, and counts their rows. Teams that would
        stand under one another in a circle stand alone."""
        lines, self._waiting = self._waiting, []
        left = {_folded(line.name) for line in lines}
        while lines:
            ready = [line for line in lines if not self._waits(line, left)]
            alone = not ready
            for line in ready or lines[:1]:
                self._settle(line, alone=alone)
                lines.remove(line)
            left = {_folded(line.name) for line in lines}

    def key(self, named: Named) -> str | None:
        if self._waiting:
            self.settle()
        if named.id in self._ids:
            return self._ids[named.id]
        known = self._originals.known("team", named.id)
        found = known.target if known else self._names.get(_folded(named.name))
        if found is None and named.name:
            found = self._make(named.name, above=None, archived=False)
        if found is not None and named.id:
            self._ids[named.id] = found
        return found

    def keys(self, named: Iterable[Named]) -> list[str]:
        return list(dict.fromkeys(key for one in named if (key := self.key(one)) is not None))

    def join(self, team: str, person: str, *, lead: bool = False) -> None:
        if (team, person) not in self._joined:
            self._joined.add((team, person))
            self._rows.add(TeamMember, team_id=team, person_id=person, lead=lead)

    def _waits(self, line: TeamLine, left: Collection[str]) -> bool:
        parent = _folded(line.parent)
        return bool(parent) and parent != _folded(line.name) and parent in left

    def _settle(self, line: TeamLine, *, alone: bool) -> None:
        parent, name = _folded(line.parent), _folded(line.name)
        above = None
        if parent and parent != name:
            above = self._names.get(parent)
            if above is None or alone:
                reason = "team above is not in the export" if above is None else "teams stand in a circle"
                self._receipt.problem(line.at, "parent", reason)
                above = None
        known = self._originals.known("team", line.at.id)
        found = known.target if known else self._here.get((above, name))
        if found is None and not line.at.file:  # a name on a goal: nothing says what is above the team
            found = self._names.get(name)
        fresh = known is None or not self._originals.said_again(known, line.raw)
        key = found or self._make(line.name, above=above, archived=line.archived)
        if line.at.id:
            self._ids[line.at.id] = key
        self._originals.keep("team", line.at.id, key, line.raw)
        for lead in self._people.keys(line.leads) if fresh else ():
            self.join(key, lead, lead=True)
        self._receipt.count(line.at.file, "merged" if found else "landed")

    def _make(self, name: str, *, above: str | None, archived: bool) -> str:
        key = self._rows.add(
            Team, name=name[:_LONGEST], parent_id=above, created_at=self._at,
            archived_at=self._at if archived else None,
        )  # fmt: skip
        self._here[above, _folded(name)] = key
        self._names.setdefault(_folded(name), key)
        return key


def _folded(name: str) -> str:
    """A name as it is compared: no longer than it is kept, so that it is found again."""
    return name[:_LONGEST].casefold()


def _email(text: str) -> str:
    text = text.strip()
    return text if "@" in text and len(text) <= _LONGEST_EMAIL else ""
