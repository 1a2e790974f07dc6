"""OKRs as code: what a file would change, and doing just that.

    file = plans_reading.read(content)              # what it says; refused where it cannot be used
    diff = plans.compare(file, by=member, at=now)   # what would be added, changed, closed
    plans.apply(file, plan_id=diff.id, by=member, at=now)

The id is of the file and of the goals as they stand: whoever applies a diff does what they saw, or nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pejl.domain import plans
from pejl.domain.plans import Diff, Plan, Standing, Wish
from pejl.domain.values import State
from pejl.queries import plans as plans_read
from pejl.queries.scope import Member
from pejl.services import plans_applying, plans_ground, plans_wishes
from pejl.services.commands import command
from pejl.services.errors import Conflict, Rejected
from pejl.services.plans_ground import NEW, Ground


@dataclass(frozen=True, slots=True)
class Compared:
    """A diff with its id, the ground it stands on, the people who would become placeholders, and those of
    the pruned goals that stay in the record as dropped because somebody checked in on them."""

    id: str
    file: Plan
    diff: Diff
    ground: Ground
    people: tuple[str, ...]
    spoken: frozenset[str]


def compare(file: Plan, *, by: Member, at: datetime, prune: bool = False) -> Compared:
    """What applying the file would do now. Raises `Rejected`, each reason at its path in the file."""
    if file.workspace is not None and file.workspace != by.slug:
        raise Rejected.one("plan.workspace", field="workspace", name=file.workspace, here=by.slug)
    ground = plans_ground.of(by, file, at=at)
    wishes = plans_wishes.of(file, ground)
    gone = [one.ref for one in _left_out(file, wishes, ground)]
    diff = plans.compare(wishes, ground.standing, left_out=gone, prune=prune)
    owners = (one for wish in wishes for one in wish.fields.get("owners", ()))
    spoken = plans_read.spoken(by, [UUID(one.ref) for one in diff.prune]) if diff.prune else set()
    return Compared(
        id=_id(file, ground, by=by, prune=prune),
        file=file,
        diff=diff,
        ground=ground,
        people=tuple(dict.fromkeys(one.removeprefix(NEW) for one in owners if one.startswith(NEW))),
        spoken=frozenset(str(one) for one in spoken),
    )


@command
def apply(file: Plan, *, plan_id: str, by: Member, at: datetime) -> list[UUID]:
    """Does the diff of that id, all of it or nothing; answers the ids of the goals that were added.

    Raises `Conflict` (`plan.moved`) where the file or the goals are no longer those of the diff, `Rejected`
    with reasons at their path in the file, `Forbidden` where the person may not do all of it.
    """
    for prune in (False, True):
        compared = compare(file, by=by, at=at, prune=prune)
        if compared.id == plan_id:
            return plans_applying.do(compared.diff, compared.ground, spoken=compared.spoken, by=by, at=at)
    raise Conflict.one("plan.moved")


def _left_out(file: Plan, wishes: tuple[Wish, ...], ground: Ground) -> Iterator[Standing]:
    """The open goals that the file speaks about without naming them: in its periods (and its team, where it
    is one team's), or under one of its goals."""
    named = {wish.ref for wish in wishes if wish.ref is not None}
    periods = {
        wish.fields.get("period", ground.standing[wish.ref].fields["period"] if wish.ref else None)
        for wish in wishes
    }
    if file.period is not None:
        found = ground.period(file.period)
        periods.add(None if found is None else str(found.id))
        if not any("period" in wish.fields and wish.fields["period"] is None for wish in wishes):
            periods.discard(None)
    team = None if file.team is None else ground.team(file.team, among=())
    for one in ground.standing.values():
        if one.state is not State.OPEN or one.ref in named:
            continue
        own = team is None or team in one.fields["teams"]
        if one.parents.home in named or (own and one.fields["period"] in periods):
            yield one


def _id(file: Plan, ground: Ground, *, by: Member, prune: bool) -> str:
    parts = (str(by.workspace_id), file.digest, str(prune), ground.digest())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
