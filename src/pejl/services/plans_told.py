"""A diff as programs read it: `{id, add, change: [{key, field, old, new}], close, prune, …}`, in the words of
the file."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from pejl.domain.plans import Change, Standing, Wish
from pejl.domain.plans_measures import Measured
from pejl.domain.values import State
from pejl.queries import resources
from pejl.services import exports_yaml
from pejl.services.plans import Compared
from pejl.services.plans_ground import Ground

Told = dict[str, Any]
_LISTS = {"owners": "owner", "teams": "team"}


def told(compared: Compared) -> Told:
    """Measured figures are numbers, durations the clock's text. `left_out` are goals of the workspace that
    the file does not name, `ended` goals that it names and that have ended; both are left alone. `people`
    would become placeholders."""
    diff, ground = compared.diff, compared.ground
    return {
        "id": compared.id,
        "add": [_added(wish) for wish in diff.add],
        "change": [_changed(change, ground) for change in diff.change],
        "close": [
            {"key": wish.aim.key, "id": _id(wish.ref), "title": wish.aim.title, "outcome": state.value}
            for wish, state in diff.close
        ],
        "prune": [_pruned(one, spoken=one.ref in compared.spoken) for one in diff.prune],
        "left_out": [_standing(one) for one in diff.left_out],
        "ended": [
            {"key": wish.aim.key, "id": _id(wish.ref), "title": wish.aim.title, "state": state.value}
            for wish, state in diff.ended
        ],
        "people": list(compared.people),
    }


def _id(ref: str | None) -> UUID | None:
    return None if ref is None else UUID(ref)


def _added(wish: Wish) -> Told:
    return {
        "key": wish.aim.key,
        "kind": wish.aim.kind.value,
        "title": wish.fields["title"],
        "objective": None if wish.home is None else wish.aim.parent,
        "line": wish.aim.at.line,
    }


def _standing(one: Standing) -> Told:
    return {"key": one.key, "id": UUID(one.ref), "kind": one.kind.value, "title": one.title}


def _pruned(one: Standing, *, spoken: bool) -> Told:
    return {**_standing(one), "outcome": State.DROPPED.value if spoken else "removed"}


def _changed(change: Change, ground: Ground) -> Told:
    name = change.field
    old, new = (_value(name, one, ground) for one in (change.old, change.new))
    if name in _LISTS and len(old) < 2 and len(new) < 2:  # noqa: PLR2004 - one or none
        name, old, new = _LISTS[name], next(iter(old), None), next(iter(new), None)
    return {
        "key": change.key,
        "id": UUID(change.ref),
        "title": change.wish.aim.title,
        "field": name,
        "old": old,
        "new": new,
        "line": change.wish.aim.spot(change.field).line,
    }


def _value(name: str, value: Any, ground: Ground) -> Any:  # noqa: PLR0911 - one for each kind of field
    if name == "owners":
        return [ground.person_called(one) for one in value]
    if name == "teams":
        return [ground.team_called(one) for one in value]
    if name == "period":
        found = ground.period_of(value)
        return None if found is None else exports_yaml.period_code(found)
    if name == "objective":
        return None if value is None else ground.called(value)
    if name == "supports":
        return _supports(value, ground)
    if name in {"from", "to"} and value is not None:
        return _figure(value[0], value[1], ground)
    if name == "metric":
        return _metric(value, ground)
    if name == "unit":
        return value or None
    return list(value) if isinstance(value, tuple) else value


def _supports(value: Mapping[str, float | None], ground: Ground) -> list[Told]:
    return [
        {"goal": ground.called(one), **({} if share is None else {"share": share})}
        for one, share in value.items()
    ]


def _figure(value: Decimal, unit: str, ground: Ground) -> Any:
    return exports_yaml.figure(value, unit=unit, language=ground.language)


def _metric(value: Measured | None, ground: Ground) -> Told | None:
    if value is None:
        return None
    unit = value.metric.unit
    whole = resources.metric(value.metric)
    said = {name: one for name, one in whole.items() if one or isinstance(one, Decimal)}
    told = {
        name: _figure(one, unit, ground) if isinstance(one, Decimal) else one for name, one in said.items()
    }
    if value.metric.phases:
        told["phases"] = [
            {"date": one.on, "value": _figure(one.value, unit, ground)} for one in value.metric.phases
        ]
    if value.steps:
        told["milestones"] = [
            {"title": title, **({} if share is None else {"share": share})} for title, share in value.steps
        ]
    return told
