"""What a file wants, in the terms of the workspace: which goal each entry is, and what its words mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from pejl.domain import plans, plans_lint, plans_measures, tags
from pejl.domain.plans import Aim, Place, Plan, Standing, Support, Wish
from pejl.domain.values import Kind, Refused, State
from pejl.services import drafts, exports_yaml, texts
from pejl.services.errors import Reason, Rejected
from pejl.services.plans_ground import Ground, Several

_Named = dict[tuple[Kind, str], list[Standing]]
_PLAIN = ("ambition", "level", "visibility", "state")


def of(file: Plan, ground: Ground) -> tuple[Wish, ...]:
    """A wish for each entry, in the order of the file. Raises `Rejected` with all that is wrong, each at its
    path in the file."""
    aims = plans.settled(file)
    reasons: list[Reason] = []
    refs = _matched(aims, ground, reasons)
    wishes = tuple(_Wishing(aim, refs, ground, reasons, top=file.spots).wish() for aim in aims)
    if reasons:
        # What many entries take from one place is told once, where it is said.
        raise Rejected({(one.code, one.field, one.params): one for one in reasons}.values())
    return wishes


def _matched(aims: tuple[Aim, ...], ground: Ground, reasons: list[Reason]) -> dict[str, str | None]:
    """Key → the goal it stands for: by its id, by the key it was given, else by its title."""
    refs: dict[str, str | None] = {}
    taken: set[str] = set()
    for aim in (one for one in aims if one.id is not None):
        ref = str(aim.id)
        now = ground.standing.get(ref)
        if now is None:
            reasons.append(Reason("plan.goal-unknown", aim.spot("id").path, (("id", ref),)))
        elif now.kind is not aim.kind:
            reasons.append(Reason("plan.other-kind", aim.spot("id").path, (("title", now.title),)))
        refs[aim.key] = ref if now else None
        taken.add(ref)
    by_key, by_title = _known(ground)
    others = {aim.key for aim in aims}
    for aim in aims:
        if aim.id is not None:
            continue
        home = refs.get(aim.parent or "")
        # What another entry is known by is not taken for its title.
        alike = [
            now
            for now in by_title.get((aim.kind, aim.title.casefold()), ())
            if ground.stored.get(now.ref) not in others - {aim.key}
        ]
        for some in (by_key.get((aim.kind, aim.key), ()), alike):
            fitting = [now for now in some if now.ref not in taken and _fits(aim, now, ground, home=home)]
            best = sorted(fitting, key=lambda now: (now.state is not State.OPEN, now.title != aim.title))
            if best:
                refs[aim.key] = best[0].ref
                taken.add(best[0].ref)
                break
    return {aim.key: refs.get(aim.key) for aim in aims}


def _known(ground: Ground) -> tuple[_Named, _Named]:
    """The goals by the key they were given, and by their title."""
    by_key: _Named = {}
    by_title: _Named = {}
    for now in ground.standing.values():
        by_title.setdefault((now.kind, now.title.casefold()), []).append(now)
        if now.ref in ground.stored:
            by_key.setdefault((now.kind, ground.stored[now.ref]), []).append(now)
    return by_key, by_title


def _fits(aim: Aim, now: Standing, ground: Ground, *, home: str | None) -> bool:
    """The same name elsewhere is another goal: in another team, or in another period under another title."""
    going = now.state is State.OPEN
    if aim.parent is not None and going:
        return home is not None and home in now.parents.every()
    teams = {ground.team_called(one).casefold() for one in now.fields["teams"]}
    said = {one.casefold() for one in aim.said.get("teams", ())}
    here = "teams" not in aim.said or teams == said or bool(teams & said)
    period = ground.period(aim.said["period"]) if aim.said.get("period") else None
    then = period is None or str(period.id) == now.fields["period"]
    return here and (then or (going and aim.title.casefold() == now.title.casefold()))


class _Wishing:
    """One entry on its way to a wish; what is wrong with it goes to `reasons`."""

    def __init__(
        self,
        aim: Aim,
        refs: dict[str, str | None],
        ground: Ground,
        reasons: list[Reason],
        *,
        top: Mapping[str, Place],
    ) -> None:
        self.aim, self.refs, self.ground, self.reasons, self.top = aim, refs, ground, reasons, top
        self.ref = refs.get(aim.key)
        self.now = ground.standing.get(self.ref or "")

    def wish(self) -> Wish:
        said = self.aim.said
        fields: dict[str, Any] = {}
        if self._renamed():
            fields["key"] = self.aim.key
        with self._told("title"):
            fields["title"] = texts.line(self.aim.title, field="", most=drafts.MOST_OF_A_TITLE)
        if "description" in said:
            with self._told("description"):
                fields["description"] = texts.note(said["description"] or "", field="")
        if "tags" in said:
            fields["tags"] = self._tags(said["tags"])
        for name in _PLAIN:
            if name in said:
                fields[name] = said[name]
        if "teams" in said:
            fields["teams"] = self._teams(said["teams"])
        if "owners" in said:
            fields["owners"] = self._owners(said["owners"])
        self._times(fields)
        if "metric" in said:
            self._metric(fields)
        home = None if self.aim.parent is None else self._name(self.aim.parent)
        return Wish(
            aim=self.aim,
            ref=self.ref,
            fields=fields,
            home=home,
            share=(said["share"],) if "share" in said else None,
            others=self._others(said["supports"], home) if "supports" in said else None,
        )

    def _renamed(self) -> bool:
        """Whether the goal is known by another key. One made from its title is not held against it."""
        if self.now is None or self.aim.key in {self.now.ref, self.now.key}:
            return False
        if self.now.ref in self.ground.stored:
            return True
        return not any(exports_yaml.natural(self.aim.key, one) for one in (self.aim.title, self.now.title))

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        """Takes a refusal down at that field and goes on."""
        try:
            yield
        except Rejected as rejected:
            for one in rejected.reasons:
                self._say(one.code, name, **dict(one.params))

    def _say(self, code: str, field: str, **params: object) -> None:
        self.reasons.append(Reason(code, self.aim.spot(field).path, tuple(params.items())))

    def _inherited(self, code: str, field: str, **params: object) -> None:
        """Where it is said: here or at the top; what is said between is told there."""
        at = self.aim.spots.get(field)
        if at is None and self.aim.parent is None:
            at = self.top.get({"teams": "team"}.get(field, field))
        if at is not None:
            self.reasons.append(Reason(code, at.path, tuple(params.items())))

    def _name(self, key: str) -> str:
        return self.refs.get(key) or key

    def _tags(self, said: Iterable[str]) -> tuple[str, ...]:
        """One that is there already in other letters stays as it is spelt."""
        here = {} if self.now is None else {tags.fold(one): one for one in self.now.fields["tags"]}
        return tuple(here.get(tags.fold(one), one) for one in tags.several(said))

    def _teams(self, said: Iterable[str]) -> tuple[str, ...]:
        found = []
        for text in said:
            try:
                ref = self.ground.team(text, among=self.now.fields["teams"] if self.now else ())
            except Several:
                self._say("plan.several", "teams", name=text)
                continue
            if ref is None:
                self._inherited("plan.team-unknown", "teams", name=text)
            else:
                found.append(ref)
        return tuple(dict.fromkeys(found))

    def _owners(self, said: Iterable[str]) -> tuple[str, ...]:
        found = []
        for text in said:
            try:
                found.append(self.ground.person(text, among=self.now.fields["owners"] if self.now else ()))
            except Several:
                self._say("plan.several", "owners", name=text)
        return tuple(dict.fromkeys(found))

    def _times(self, fields: dict[str, Any]) -> None:
        said = self.aim.said
        period = None if self.now is None else self.ground.period_of(self.now.fields["period"])
        if "period" in said:
            text = said["period"]
            period = self.ground.period(text) if text else None
            if text and period is None:
                self._inherited("plan.period-unknown", "period", name=text)
                return
            fields["period"] = None if period is None else str(period.id)
        for name, usual in (("start", period and period.start), ("due", period and period.end)):
            if name in said:
                fields[name] = said[name] or usual

    def _metric(self, fields: dict[str, Any]) -> None:
        measured = None if self.now is None else self.now.fields["metric"]
        written = self.aim.said["metric"]
        here = set() if measured is None else set(measured.items)
        asked = [] if written is None else [one for one in written.items if one is not None]
        if len(set(asked) & here) != len(asked):
            self._say("plan.milestone-unknown", "metric.milestones")
            return
        try:
            fields["metric"] = plans_measures.metric(
                written,
                now=None if measured is None else measured.metric,
                language=self.ground.language,
            )
        except Refused as refused:
            name = f"metric.{refused.field}"
            self._say(refused.code, name if name in self.aim.spots else "metric", **refused.params)

    def _others(self, said: Iterable[Support], home: str | None) -> dict[str, float | None]:
        found: dict[str, float | None] = {}
        for one in said:
            try:
                ref = self._above(one.goal)
            except Several:
                self.reasons.append(Reason("plan.several", one.at.path, (("name", one.goal),)))
                continue
            if ref is None:
                self.reasons.append(Reason("plan.reference-unknown", one.at.path, (("goal", one.goal),)))
            elif ref != home:
                found[ref] = one.share
        return found

    def _above(self, name: str) -> str | None:
        """A goal of the file by its key, else one of the workspace."""
        if name in self.refs:
            return self._name(name)
        if not plans_lint.is_id(name):
            return self.ground.goal(name)
        ref = str(UUID(name))
        # A parent that has ended is not among the goals that are compared.
        return ref if self.now is not None and ref in self.now.parents.every() else self.ground.goal(ref)
