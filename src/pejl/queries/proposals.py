"""What a proposed write is about: the goals it moves, those above them, and how they stand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import get_language

from pejl.models import Goal, Period, Person, Proposal, Team
from pejl.queries import goals, resources, scope, trees
from pejl.queries.frames import FramePeriod
from pejl.queries.scope import Member

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """`told` is what was shown, `result` what came of it; both as JSON, None where nothing came of it yet."""

    id: UUID
    kind: str
    told: Told
    made_at: datetime
    applied_at: datetime | None
    result: Told | None
    undoes: UUID | None


def row(found: Proposal) -> ProposalRow:
    return ProposalRow(
        found.pk, found.kind, found.told, found.made_at, found.applied_at, found.result, found.undoes_id
    )


def plain(value: Any) -> Any:
    """As it comes back from JSON."""
    return json.loads(resources.encoded(value))


def above(by: Member, ids: Iterable[UUID]) -> list[UUID]:
    """These goals and all above them, the nearest first, seen or not. One query."""
    parents: dict[UUID, list[UUID]] = {}
    for parent, children in trees.edges(by).items():
        for child in children:
            parents.setdefault(child, []).append(parent)
    return trees.under(ids, parents)


def figures(by: Member, ids: Iterable[UUID], *, now: datetime) -> dict[UUID, Told]:
    """How those of these goals stand that the person sees."""
    return {
        one.id: {
            "value": one.value,
            "progress": one.progress,
            "status": one.status.value,
            "stale": one.stale_days is not None,
            "confidence": one.confidence,
            "last_checkin": one.last_checkin_on,
            "title": one.title,
            "kind": one.kind.value,
            "unit": one.unit,
        }
        for one in goals.rows(by, scope.goals(by).filter(pk__in=list(ids)), now=now)
    }


def basis(by: Member, ids: Iterable[UUID]) -> dict[str, list[Any]]:
    """Changes with everything that is decided or said about these goals. One query."""
    rows = scope.goals(by).filter(pk__in=list(ids))
    names = ("pk", "version", "checkin_count", "last_checkin_at")
    return {
        str(pk): [version, count, None if last is None else last.timestamp()]
        for pk, version, count, last in rows.values_list(*names)
    }


class Names:
    """What ids stand for, to somebody who reads it. Four queries."""

    def __init__(self, by: Member, drafts: Iterable[Mapping[str, Any]]) -> None:
        every = list(drafts)
        here = {"workspace_id": by.workspace_id}
        people = {one for draft in every for field in _PEOPLE for one in draft[field]}
        people |= {draft["checkin_owner"] for draft in every}
        teams = {one for draft in every for one in draft["teams"]}
        parents = {one for draft in every for one, _ in draft["parents"]}
        spans = Period.objects.filter(**here, pk__in={draft["period"] for draft in every} - {None})
        named = (
            Person.objects.filter(**here, pk__in=people - {None}),
            Team.objects.filter(**here, pk__in=teams),
        )
        self._names: dict[UUID | None, str] = {
            pk: name for rows in named for pk, name in rows.values_list("pk", "name")
        }
        titles = Goal.objects.filter(**here, pk__in=parents)
        self._names |= dict(titles.values_list("pk", "title"))
        language = (get_language() or "en")[:2]
        self._names |= {one.pk: FramePeriod.of(one).said(language) for one in spans}

    def value(self, field: str, value: Any) -> Any:
        """A field of a goal's draft as programs read it."""
        if field in {"period", "checkin_owner"}:
            return self._names.get(value)
        if field in _LISTS:
            return [self._names.get(one, str(one)) for one in value]
        if field == "parents":
            return [{"goal": self._names.get(one, str(one)), "share": share} for one, share in value]
        if field == "milestones":
            return [{"title": title, "share": share} for title, share in value]
        if field == "metric":
            return None if value is None else resources.metric(value)
        return list(value) if isinstance(value, tuple) else value


_PEOPLE = ("owners", "delegates", "viewers")
_LISTS = frozenset({*_PEOPLE, "teams"})
