"""Doing what a diff says, in an order in which no rule stands in the way of what is right in the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pejl.domain import alignment, plans
from pejl.domain.plans import Aim, Diff, Parents, Wish
from pejl.domain.plans_measures import Measured
from pejl.domain.values import Kind, Level, State, Visibility
from pejl.queries import plans as plans_read
from pejl.queries.scope import Member
from pejl.services import closing, commands, events, exports_yaml, figures, goals, people
from pejl.services.errors import Reason, Rejected
from pejl.services.goals import GoalDraft
from pejl.services.plans_ground import NEW, Ground

_COLUMNS: Final = {"start": "start_date", "due": "end_date"}
_DEPTH: Final = {Kind.INITIATIVE: 0, Kind.KEY_RESULT: 1, Kind.OBJECTIVE: 2}


def do(diff: Diff, ground: Ground, *, spoken: frozenset[str], by: Member, at: datetime) -> list[UUID]:
    """In a command of the caller. Answers the ids of the goals that were added, in the order of the file."""
    return _Deed(diff, ground, spoken=spoken, by=by, at=at).done()


class _Deed:
    def __init__(
        self, diff: Diff, ground: Ground, *, spoken: frozenset[str], by: Member, at: datetime
    ) -> None:
        self.diff, self.ground, self.spoken, self.by, self.at = diff, ground, spoken, by, at
        self.made: dict[str, UUID] = {}
        self.wishes: dict[str, Wish] = {}

    def done(self) -> list[UUID]:
        self._take_in()
        self._prune()
        changed = self._changed()
        for wish in changed:
            self._let_go(wish)
        self._add()
        for wish in changed:
            self._change(wish)
        for wish, state in sorted(self.diff.close, key=lambda one: _DEPTH[one[0].aim.kind]):
            with _at(wish.aim):
                closing.close(UUID(wish.ref or ""), outcome=state, by=self.by, at=self.at)
        self._name(changed)
        return [self.made[wish.aim.key] for wish in self.diff.add]

    def _take_in(self) -> None:
        """Owners who are not here yet become placeholders, each once."""
        self.people: dict[str, UUID] = {}
        refs = [one for wish in self._every() for one in wish.fields.get("owners", ()) if one.startswith(NEW)]
        for ref in refs:
            name = ref.removeprefix(NEW)
            if name.casefold() not in self.people:
                self.people[name.casefold()] = people.placeholder(name, by=self.by, at=self.at)

    def _every(self) -> list[Wish]:
        return [*self.diff.add, *self._changed()]

    def _changed(self) -> list[Wish]:
        """Each goal with changes once, in the order of the file."""
        return list({change.ref: change.wish for change in self.diff.change}.values())

    def _prune(self) -> None:
        for one in sorted(self.diff.prune, key=lambda one: _DEPTH[one.kind]):
            goal = UUID(one.ref)
            if one.ref in self.spoken:
                closing.close(goal, outcome=State.DROPPED, by=self.by, at=self.at)
            else:
                goals.remove(goal, by=self.by, at=self.at)

    def _let_go(self, wish: Wish) -> None:
        middle, _ = plans.moves(wish, self._now(wish))
        if middle is not None:
            with _at(wish.aim):
                self._edit(wish, {"parents": self._parents(middle)})

    def _change(self, wish: Wish) -> None:
        fields = {one.field for one in self.diff.change if one.ref == wish.ref}
        changes = self._columns(wish, fields)
        if fields & {"objective", "share", "supports"}:
            changes["parents"] = self._parents(plans.moves(wish, self._now(wish))[1])
        with _at(wish.aim):
            if changes:
                self._edit(wish, changes)

    def _edit(self, wish: Wish, changes: Mapping[str, Any]) -> None:
        goals.edit(UUID(wish.ref or ""), changes=changes, by=self.by, at=self.at)

    def _columns(self, wish: Wish, fields: set[str]) -> dict[str, Any]:
        """What of the wish is to be written, as fields of a draft."""
        changes: dict[str, Any] = {}
        if fields & {"from", "to", "unit", "metric"}:
            fields = (fields - {"from", "to", "unit"}) | {"metric"}
        if "period" in fields:
            # A new period brings its dates along, but for those that the file says.
            fields = fields | ({"start", "due"} & set(wish.fields))
        for name in fields - {"objective", "share", "supports", "key"}:
            value = wish.fields[name]
            if name == "metric":
                changes |= self._metric(wish, value)
            elif name == "owners":
                changes["owners"] = self._owners(value)
            elif name == "teams":
                changes["teams"] = tuple(UUID(one) for one in value)
            elif name == "period":
                changes["period"] = None if value is None else UUID(value)
            else:
                changes[_COLUMNS.get(name, name)] = value
        return changes

    def _metric(self, wish: Wish, measured: Measured | None) -> dict[str, Any]:
        """With its steps; how it is followed stays, but where measuring begins or ends."""
        written = {
            "metric": None if measured is None else measured.metric,
            "milestones": () if measured is None else measured.steps,
            "milestone_items": () if measured is None else measured.items,
        }
        now = self.ground.standing.get(wish.ref or "")
        begins = now is None or now.fields["metric"] is None or measured is None
        return {**written, "progress_mode": None} if begins else written

    def _add(self) -> None:
        new = {wish.aim.key: wish for wish in self.diff.add}
        above = {key: [one for one in self._hangs(wish) if one in new] for key, wish in new.items()}
        places = {key: place for place, key in enumerate(new, start=1)}
        workspace = commands.workspace(self.by)
        for key in alignment.order(new, children=above):
            wish = new[key]
            with _at(wish.aim):
                goal = goals.add(
                    self._draft(wish),
                    by=self.by,
                    at=self.at,
                    workspace=workspace,
                    position=float(places[key]),
                )
            self.made[key] = goal.pk
        if self.made:
            today = self.by.today(self.at)
            figures.refresh(workspace, list(self.made.values()), at=self.at, today=today)

    def _hangs(self, wish: Wish) -> dict[str, float | None]:
        return wish.parents(Parents()).every()

    def _draft(self, wish: Wish) -> GoalDraft:
        columns = self._columns(wish, set(wish.fields) - {"state"})
        level = columns.pop("level", Level.ORGANISATION)
        if level is Level.PERSON and not columns.get("owners"):
            columns["owners"] = self._owners_above(wish)
        return GoalDraft(
            kind=wish.aim.kind,
            level=level,
            visibility=columns.pop("visibility", Visibility.EVERYONE),
            parents=self._parents(self._hangs(wish)),
            **columns,
        )

    def _owners_above(self, wish: Wish) -> tuple[UUID, ...]:
        """A person's goal is whose the objective is, where it says nothing else."""
        for one in self.diff.add:
            if one.aim.key == wish.home:
                return self._owners(one.fields.get("owners", ()))
        standing = self.ground.standing.get(wish.home or "")
        return () if standing is None else self._owners(standing.fields["owners"])

    def _owners(self, refs: tuple[str, ...]) -> tuple[UUID, ...]:
        new = {ref: self.people[ref.removeprefix(NEW).casefold()] for ref in refs if ref.startswith(NEW)}
        return tuple(new.get(one) or UUID(one) for one in refs)

    def _parents(self, hangs: Mapping[str, float | None]) -> tuple[tuple[UUID, float | None], ...]:
        return tuple((self.made.get(one) or UUID(one), share) for one, share in hangs.items())

    def _now(self, wish: Wish) -> Parents:
        return self.ground.standing[wish.ref or ""].parents

    def _name(self, changed: list[Wish]) -> None:
        """Keeps the key of each goal that was written, so that the next file finds it by that."""
        for wish in self.diff.add:
            self._keep(self.made[wish.aim.key], wish)
        for wish in changed:
            stored = self.ground.stored.get(wish.ref or "")
            if stored != wish.aim.key and (stored or not exports_yaml.natural(wish.aim.key, wish.aim.title)):
                self._keep(UUID(wish.ref or ""), wish)

    def _keep(self, goal: UUID, wish: Wish) -> None:
        if wish.aim.key != wish.ref:
            events.record(plans_read.KEYED, by=self.by, at=self.at, goal=goal, key=wish.aim.key)


@contextmanager
def _at(aim: Aim) -> Iterator[None]:
    """Reasons get the path of the entry in the file."""
    try:
        yield
    except Rejected as rejected:
        raise type(rejected)(
            Reason(one.code, aim.at.path, one.params) for one in rejected.reasons
        ) from rejected
