"""The workspace as a file of OKRs is compared with it: its open goals, and whom and what their names mean."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from pejl.domain.amounts import Language
from pejl.domain.plans import Parents, Plan, Standing
from pejl.domain.plans_measures import Measured
from pejl.domain.values import ProgressMode, State
from pejl.queries import periods as periods_read
from pejl.queries import plans as plans_read
from pejl.queries import sheets
from pejl.queries.frames import FramePeriod
from pejl.queries.goals import GoalRow
from pejl.queries.scope import Member
from pejl.services import exports_yaml

NEW: Final = "new:"


class Several(Exception):  # noqa: N818 - an answer
    """The name fits more than one."""


@dataclass
class Ground:
    """Goals, people, teams and periods are named by their ids as texts; somebody who is not here yet by
    `new:` and what the file calls them."""

    language: Language
    admin: bool
    standing: dict[str, Standing] = field(default_factory=dict)
    rows: dict[str, GoalRow] = field(default_factory=dict)
    stored: dict[str, str] = field(default_factory=dict)
    people: list[tuple[UUID, str, str]] = field(default_factory=list)
    teams: list[tuple[UUID, str]] = field(default_factory=list)
    periods: list[FramePeriod] = field(default_factory=list)

    def person(self, text: str, *, among: Collection[str]) -> str:
        """Whom an e-mail or a name means; of several alike the one who is `among` the owners already.
        Raises `Several`."""
        return _one(self._by_word.get(text.casefold(), []), among=among) or f"{NEW}{text}"

    def team(self, text: str, *, among: Collection[str]) -> str | None:
        """Raises `Several`."""
        wanted = text.casefold()
        return _one([str(key) for key, name in self.teams if name.casefold() == wanted], among=among)

    def period(self, text: str) -> FramePeriod | None:
        wanted = text.casefold()
        found = [one for one in self.periods if exports_yaml.period_code(one).casefold() == wanted]
        return min(found, key=lambda one: bool(one.own_name), default=None)

    def period_of(self, ref: str | None) -> FramePeriod | None:
        return next((one for one in self.periods if str(one.id) == ref), None)

    def goal(self, text: str) -> str | None:
        """The open goal of that key, else the goal of that id. Raises `Several`."""
        if text.lower() in self.standing:
            return text.lower()
        return _one(self._by_key.get(text, []), among=())

    def digest(self) -> str:
        """Changes with everything that a file can say of the goals."""
        told = [dataclasses.replace(one, key="") for one in self.standing.values()]
        return hashlib.sha256(repr(sorted(told, key=lambda one: one.ref)).encode()).hexdigest()

    def called(self, ref: str) -> str:
        """A goal by its key."""
        return self.standing[ref].key if ref in self.standing else ref

    def person_called(self, ref: str) -> str:
        """As the export writes them: e-mails are for administrators."""
        return ref.removeprefix(NEW) if ref.startswith(NEW) else self._people_names.get(ref, ref)

    def team_called(self, ref: str) -> str:
        return self._team_names.get(ref, ref)

    @cached_property
    def _people_names(self) -> dict[str, str]:
        named = {str(one.id): one.name for row in self.rows.values() for one in row.owners}
        return named | {str(key): (self.admin and email) or name for key, name, email in self.people}

    @cached_property
    def _team_names(self) -> dict[str, str]:
        """Archived ones are known by the goals they have."""
        named = {str(one.id): one.name for row in self.rows.values() for one in row.teams}
        return named | {str(key): name for key, name in self.teams}

    @cached_property
    def _by_word(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for key, name, email in self.people:
            for word in {name.casefold(), email.casefold()} - {""}:
                found.setdefault(word, []).append(str(key))
        return found

    @cached_property
    def _by_key(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for ref, one in self.standing.items():
            if one.state is State.OPEN:
                found.setdefault(one.key, []).append(ref)
        return found


def of(by: Member, file: Plan, *, at: datetime) -> Ground:
    """The open goals the person sees, and those that have ended and the file may mean."""
    planned, workspace = sheets.planned(by), sheets.workspace(by)
    stored = plans_read.keys(by)
    ground = Ground(
        language="da" if workspace.language.startswith("da") else "en",
        admin=by.is_admin,
        stored={str(goal): key for goal, key in stored.items()},
        people=plans_read.people(by),
        teams=plans_read.teams(by),
        periods=periods_read.every(by),
    )
    keys = exports_yaml.keys(planned.titles.items(), given=stored)
    homes = {child: parent for parent, some in planned.under.items() for child in some}
    _stand(ground, sheets.goals(by, list(planned.titles), now=at), keys=keys, homes=homes)
    wanted = {aim.key for aim in file.aims}
    ids = {aim.id for aim in file.aims if aim.id} | {goal for goal, key in stored.items() if key in wanted}
    more = plans_read.ended(by, ids=ids, titles={aim.title for aim in file.aims})
    _stand(ground, sheets.goals(by, more, now=at), keys=stored, homes={})
    return ground


def _stand(
    ground: Ground, rows: Iterable[GoalRow], *, keys: dict[UUID, str], homes: dict[UUID, UUID]
) -> None:
    for row in rows:
        home = homes.get(row.id)
        shares = {str(one.id): one.share for one in row.parents}
        first = None if home is None else str(home)
        parents = Parents(
            home=first,
            share=shares.get(first or ""),
            others={one: share for one, share in shares.items() if one != first},
        )
        ref = str(row.id)
        ground.rows[ref] = row
        ground.standing[ref] = Standing(
            ref=ref,
            key=keys.get(row.id) or ref,
            kind=row.kind,
            title=row.title,
            state=row.state,
            parents=parents,
            fields={**_fields(row), "key": keys.get(row.id)},
        )


def _fields(row: GoalRow) -> dict[str, Any]:
    return {
        "title": row.title,
        "description": row.description,
        "tags": row.tags,
        "teams": tuple(str(one.id) for one in row.teams),
        "level": row.level,
        "owners": tuple(str(one.id) for one in row.owners),
        "ambition": row.ambition,
        "period": None if row.period_id is None else str(row.period_id),
        "start": row.start_date,
        "due": row.end_date,
        "visibility": row.visibility,
        "metric": _measured(row),
    }


def _measured(row: GoalRow) -> Measured | None:
    """As the export writes it: none for a goal kept by hand."""
    if row.metric is None or row.progress_mode is ProgressMode.MANUAL:
        return None
    steps = tuple((one.title, one.share) for one in row.milestones)
    items = tuple(one.item for one in row.milestones)
    return Measured(dataclasses.replace(row.metric, milestones=()), steps, items)


def _one(found: list[str], *, among: Collection[str]) -> str | None:
    if len(found) > 1:
        found = [one for one in found if one in among] or found
    if len(found) > 1:
        raise Several
    return found[0] if found else None
