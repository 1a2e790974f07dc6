"""OKRs written in a file: what it says, what it means, and how it differs from what stands.

What an entry leaves out it takes from the objective it stands in (period, team, level, visibility) or from
the top of the file (period, team); anything else that is left out stays as it is. Nothing is taken away by
leaving it out, unless the file is to be the whole (`prune`).

>>> file = Plan(period="2026-Q4", aims=(
...     Aim(key="grow", kind=Kind.OBJECTIVE, title="Grow", said={"teams": ("Product",)}),
...     Aim(key="sales", kind=Kind.KEY_RESULT, title="Sales", parent="grow", said={}),
... ))
>>> settled(file)[1].said["teams"], settled(file)[1].said["period"], settled(file)[1].said["level"].value
(('Product',), '2026-Q4', 'team')
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from pejl.domain import plans_measures
from pejl.domain.plans_measures import Measured
from pejl.domain.values import Kind, Level, State

_INHERITED: Final = ("period", "teams", "level", "visibility")


class Severity(StrEnum):
    """`MUST`: it cannot be used like that. The others are advice and stop nothing."""

    MUST = "must"
    SHOULD = "should"
    CONSIDER = "consider"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the file; lines and columns count from 1. `path` is `objectives.0.key_results.2.to`."""

    line: int = 1
    column: int = 1
    path: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the file: the code of the rule, and its figures for the sentence."""

    rule: str
    at: Place
    severity: Severity = Severity.MUST
    params: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Support:
    """A goal above, by its key or id, and the share on it; None is an equal one."""

    goal: str
    share: float | None = None
    at: Place = Place()


@dataclass(frozen=True, slots=True)
class Aim:
    """One goal of the file. `parent` is the key of the objective it stands in. `said` holds what the file
    says by the names of the export; people, teams and periods as they are written."""

    key: str
    kind: Kind
    title: str
    id: UUID | None = None
    parent: str | None = None
    at: Place = Place()
    said: Mapping[str, Any] = field(default_factory=dict)
    spots: Mapping[str, Place] = field(default_factory=dict)

    def spot(self, name: str) -> Place:
        return self.spots.get(name, self.at)


@dataclass(frozen=True, slots=True)
class Plan:
    """A file as it was read. `digest` tells two files apart."""

    workspace: str | None = None
    period: str | None = None
    team: str | None = None
    aims: tuple[Aim, ...] = ()
    digest: str = ""
    spots: Mapping[str, Place] = field(default_factory=dict)

    def place(self, path: str) -> Place:
        """The spot of that path, else of what it stands in."""
        spots = {one.path: one for aim in self.aims for one in (aim.at, *aim.spots.values())}
        spots |= {one.path: one for one in self.spots.values()}
        while path and path not in spots:
            path = path.rpartition(".")[0]
        return spots.get(path, Place())


@dataclass(frozen=True, slots=True)
class Parents:
    """The objective a goal stands in with its share, and what else it supports."""

    home: str | None = None
    share: float | None = None
    others: Mapping[str, float | None] = field(default_factory=dict)

    def every(self) -> dict[str, float | None]:
        """`others` after the home, as they are joined."""
        first = {} if self.home is None else {self.home: self.share}
        return {**first, **self.others}


@dataclass(frozen=True, slots=True)
class Standing:
    """A goal as it stands in the workspace. `fields` are comparable with those of a `Wish`."""

    ref: str
    key: str
    kind: Kind
    title: str
    state: State = State.OPEN
    parents: Parents = Parents()
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wish:
    """A goal as the file wants it: `ref` is the one it stands for, None for a new one. `home`, `share` and
    `others` say where it hangs; `share` and `others` None where the file says nothing of them."""

    aim: Aim
    ref: str | None
    fields: Mapping[str, Any] = field(default_factory=dict)
    home: str | None = None
    share: tuple[float | None] | None = None
    others: Mapping[str, float | None] | None = None

    @property
    def name(self) -> str:
        """What others call it by."""
        return self.ref or self.aim.key

    def parents(self, now: Parents) -> Parents:
        """Where it is to hang, given where it hangs."""
        now = now if self.home is None else _at_home(now, self.home)
        share = self.share[0] if self.share else now.share if now.home == self.home else None
        others = dict(now.others) if self.others is None else dict(self.others)
        others.pop(self.home or "", None)
        return Parents(self.home, share if self.home is not None else None, others)


@dataclass(frozen=True, slots=True)
class Change:
    """`field` is the name in the file; `old` and `new` are comparable values, not yet for people."""

    wish: Wish
    field: str
    old: Any
    new: Any

    @property
    def key(self) -> str:
        return self.wish.aim.key

    @property
    def ref(self) -> str:
        return self.wish.ref or ""


@dataclass(frozen=True, slots=True)
class Diff:
    """What applying the file does, and (`left_out`, `ended`) what it leaves alone: goals the file does not
    name, and goals it names that have ended. `close` are goals the file says are to end."""

    add: tuple[Wish, ...] = ()
    change: tuple[Change, ...] = ()
    close: tuple[tuple[Wish, State], ...] = ()
    prune: tuple[Standing, ...] = ()
    left_out: tuple[Standing, ...] = ()
    ended: tuple[tuple[Wish, State], ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.add or self.change or self.close or self.prune)


def settled(plan: Plan) -> tuple[Aim, ...]:
    """The goals of the file with what they take from above them."""
    top: dict[str, Any] = {}
    if plan.period is not None:
        top["period"] = plan.period
    if plan.team is not None:
        top |= {"teams": (plan.team,), "level": Level.TEAM}
    done: dict[str, Aim] = {}
    for aim in plan.aims:
        above = done[aim.parent].said if aim.parent in done else top
        said = dict(aim.said)
        if "level" not in said and "teams" in said:
            said["level"] = Level.TEAM if said["teams"] else Level.ORGANISATION
        taken = {name: above[name] for name in _INHERITED if name in above and name not in said}
        done[aim.key] = dataclasses.replace(aim, said={**taken, **said})
    return tuple(done.values())


def compare(
    wishes: Sequence[Wish], standing: Mapping[str, Standing], *, left_out: Iterable[str] = (), prune: bool
) -> Diff:
    """What is to be done so that the workspace says what the file says.

    `left_out` are goals (refs) that the file speaks about without naming them.
    """
    add, change, close, ended = [], [], [], []
    for wish in wishes:
        state = wish.fields.get("state", State.OPEN)
        if wish.ref is None:
            if state is State.OPEN:
                add.append(wish)
            continue
        now = standing[wish.ref]
        if now.state is not State.OPEN:
            if now.state is not state:
                ended.append((wish, now.state))
            continue
        change += list(_changes(wish, now))
        if state is not State.OPEN:
            close.append((wish, state))
    gone = tuple(standing[ref] for ref in left_out)
    return Diff(
        tuple(add), tuple(change), tuple(close), gone if prune else (), () if prune else gone, tuple(ended)
    )


def moves(wish: Wish, now: Parents) -> tuple[dict[str, float | None] | None, dict[str, float | None]]:
    """How it comes from where it hangs to where it is to hang: first what it lets go of (None for nothing),
    then the end. In between others can take the place and the share that were let go."""
    before, after = now.every(), wish.parents(now).every()
    middle = {
        one: share if (share or 0) <= (before[one] or 0) else before[one]
        for one, share in after.items()
        if one in before
    }
    return (None if middle == before else middle), after


def _at_home(now: Parents, home: str) -> Parents:
    """The same parents, told from that one where it is among them."""
    every = now.every()
    if home not in every:
        # It leaves the objective that it stands in.
        return Parents(None, None, dict(now.others))
    return Parents(home, every[home], {one: share for one, share in every.items() if one != home})


def _changes(wish: Wish, now: Standing) -> Iterator[Change]:
    def told(name: str, old: Any, new: Any) -> Change:
        return Change(wish, name, old, new)

    for name, new in wish.fields.items():
        old = now.fields.get(name)
        if name in {"state", "metric"} or old == new:
            continue
        yield told(name, old, new)
    yield from _moves(wish, now.parents, told)
    if "metric" in wish.fields and now.fields.get("metric") != wish.fields["metric"]:
        yield from _remeasured(now.fields.get("metric"), wish.fields["metric"], told)


def _moves(wish: Wish, now: Parents, told: Any) -> Iterator[Change]:
    after = wish.parents(now)
    if after.every() == now.every():
        return
    same = _at_home(now, wish.home) if wish.home in now.every() else now
    if same.home != after.home:
        yield told("objective", now.home, after.home)
    if same.share != after.share:
        yield told("share", same.share, after.share)
    if same.others != after.others:
        yield told("supports", dict(same.others), dict(after.others))


def _remeasured(old: Measured | None, new: Measured | None, told: Any) -> Iterator[Change]:
    """`from`, `to` and `unit` apart where both can be said so, else the whole."""
    if not (plans_measures.is_short(old) and plans_measures.is_short(new)):
        yield told("metric", old, new)
        return
    a, b = (None if one is None else one.metric for one in (old, new))
    unit = b.unit if b else a.unit if a else ""
    for name, column in (("from", "start"), ("to", "target"), ("unit", "unit")):
        before, after = (getattr(one, column) if one else None for one in (a, b))
        if (before or None if name == "unit" else before) != (after or None if name == "unit" else after):
            shown = tuple(
                (one, unit) if name != "unit" and one is not None else one for one in (before, after)
            )
            yield told(name, *shown)
