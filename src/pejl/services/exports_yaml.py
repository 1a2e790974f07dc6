"""The open goals as OKRs written in a file: what is aimed at, without check-ins.

A key result or an initiative stands under its first objective; what else it supports stands in `supports`.
Those that have no objective come at the end. `docs/exports.md` describes each field.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO, Final
from uuid import UUID

from django.utils.text import slugify
from ruamel.yaml import YAML
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from pejl.domain import amounts
from pejl.domain.values import Kind, Level, Metric, MetricKind, PeriodKind, ProgressMode, Visibility
from pejl.queries import directories, plans, resources, sheets
from pejl.queries import periods as periods_read
from pejl.queries.frames import FramePeriod
from pejl.queries.goals import GoalRow
from pejl.queries.scope import Member
from pejl.queries.sheets import Planned

_AT_A_TIME: Final = 200
_LONGEST: Final = 40
_LETTERS: Final = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ß": "ss", "ð": "d", "þ": "th"})
_LETTER: Final = {PeriodKind.HALF: "H", PeriodKind.TERTIAL: "T", PeriodKind.QUARTER: "Q"}
# Words and clock times that older readers take for something else than text.
_ODD: Final = re.compile(r"(?i)y|n|yes|no|on|off|true|false|null|~|[-+]?[0-9][0-9_:.,]*")


class _Representer(RoundTripRepresenter):
    """With exact decimals as plain numbers."""

    def decimal(self, value: Decimal) -> Any:
        text = format(value, "f")
        return self.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text)

    def nothing(self, _value: None) -> Any:
        return self.represent_scalar("tag:yaml.org,2002:null", "null")


_Representer.add_representer(Decimal, _Representer.decimal)
_Representer.add_representer(type(None), _Representer.nothing)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What each entry needs to know of all the others."""

    keys: dict[UUID, str]
    homes: dict[UUID, UUID]
    emails: dict[UUID, str]
    period: FramePeriod | None
    language: amounts.Language


def write(by: Member, out: BinaryIO, *, now: datetime) -> None:
    text = io.TextIOWrapper(out, encoding="utf-8", newline="\n")
    planned, workspace = sheets.planned(by), sheets.workspace(by)
    period = periods_read.current(periods_read.every(by), today=by.today(now))
    frame = _Frame(
        keys=keys(planned.titles.items(), given=plans.keys(by)),
        homes={child: parent for parent, some in planned.under.items() for child in some},
        emails={row.id: row.email for row in directories.people(by) if row.email} if by.is_admin else {},
        period=period,
        language="da" if workspace.language.startswith("da") else "en",
    )
    writer = _writer()
    head: dict[str, Any] = {"workspace": workspace.slug}
    if period is not None:
        head["period"] = period_code(period)
    writer.dump(_plain(head), text)
    _objectives(by, planned, frame, writer=writer, text=text, now=now)
    _loose(by, planned, frame, writer=writer, text=text, now=now)
    text.flush()
    text.detach()


def keys(titles: Iterable[tuple[UUID, str]], *, given: Mapping[UUID, str] | None = None) -> dict[UUID, str]:
    """A short name of letters, digits and hyphens for each, made from its title; a later one of the same
    title is told apart by a number. `given` are names that some have from a file already.

    >>> from uuid import UUID
    >>> titles = ["Færre opkald", "Færre opkald!", "…"]
    >>> list(keys((UUID(int=number), title) for number, title in enumerate(titles)).values())
    ['faerre-opkald', 'faerre-opkald-2', 'goal']
    """
    every = list(titles)
    found: dict[UUID, str] = {}
    taken: set[str] = set()
    for goal, _ in every:
        name = (given or {}).get(goal)
        if name is not None and name not in taken:
            found[goal] = name
            taken.add(name)
    next_of: dict[str, int] = {}
    for goal, title in every:
        if goal in found:
            continue
        stem = _stem(title)
        key, number = stem, next_of.get(stem, 2)
        while key in taken:
            key, number = f"{stem}-{number}", number + 1
        next_of[stem] = number
        taken.add(key)
        found[goal] = key
    return {goal: found[goal] for goal, _ in every}


def natural(key: str, title: str) -> bool:
    """Whether the key is one that `keys` could make from the title.

    >>> natural("grow-2", "Grow!"), natural("growth", "Grow!")
    (True, False)
    """
    return bool(re.fullmatch(rf"{re.escape(_stem(title))}(-[0-9]+)?", key))


def period_code(period: FramePeriod) -> str:
    """2026, 2026-H1, 2026-T3, 2026-Q4, 2026-08; else its own name, or its two days."""
    if period.own_name:
        return period.own_name
    if period.kind is PeriodKind.YEAR:
        return str(period.year)
    if period.kind is PeriodKind.MONTH:
        return f"{period.start:%Y-%m}"
    if period.kind is PeriodKind.CUSTOM:
        return f"{period.start.isoformat()}/{period.end.isoformat()}"
    return f"{period.year}-{_LETTER[period.kind]}{period.number}"


def _stem(title: str) -> str:
    slug = slugify(title.lower().translate(_LETTERS))
    if len(slug) > _LONGEST:
        slug = slug[: _LONGEST + 1].rpartition("-")[0] or slug[:_LONGEST]
    return slug.strip("-_") or "goal"


def _objectives(
    by: Member, planned: Planned, frame: _Frame, *, writer: YAML, text: Any, now: datetime
) -> None:
    if not planned.objectives:
        text.write("objectives: []\n")
        return
    text.write("objectives:\n")
    for start in range(0, len(planned.objectives), _AT_A_TIME):
        some = planned.objectives[start : start + _AT_A_TIME]
        wanted = [one for goal in some for one in (goal, *planned.under.get(goal, ()))]
        rows = {row.id: row for row in sheets.goals(by, wanted, now=now)}
        for goal in some:
            below = [rows[one] for one in planned.under.get(goal, ())]
            _entry(_objective(rows[goal], below, frame), writer=writer, text=text)


def _loose(by: Member, planned: Planned, frame: _Frame, *, writer: YAML, text: Any, now: datetime) -> None:
    """A few at a time into two lists: which is which is known before any of them is read."""
    for kind, name in ((Kind.KEY_RESULT, "key_results"), (Kind.INITIATIVE, "initiatives")):
        begun = False
        for row in sheets.goals(by, planned.loose, now=now):
            if row.kind is kind:
                if not begun:
                    text.write(f"{name}:\n")
                    begun = True
                _entry(_below(row, frame, above=None), writer=writer, text=text)


def _entry(entry: dict[str, Any], *, writer: YAML, text: Any) -> None:
    """One item of a list: as deep as the writer sets every list."""
    writer.dump([_plain(entry)], text)


def _objective(row: GoalRow, below: Sequence[GoalRow], frame: _Frame) -> dict[str, Any]:
    told = _common(row, frame, above=None) | _measured(row, frame)
    for kind, name in ((Kind.KEY_RESULT, "key_results"), (Kind.INITIATIVE, "initiatives")):
        entries = [_below(one, frame, above=row) for one in below if one.kind is kind]
        if entries:
            told[name] = entries
    return told


def _common(row: GoalRow, frame: _Frame, *, above: GoalRow | None) -> dict[str, Any]:
    """`above` is the objective it stands in: what they have in common is said there."""
    told: dict[str, Any] = {"key": frame.keys[row.id], "id": str(row.id), "title": row.title}
    if row.description:
        told["description"] = row.description
    if row.tags:
        told["tags"] = list(row.tags)
    told |= _places(row, above=above)
    owners = [frame.emails.get(one.id) or one.name for one in row.owners]
    if len(owners) > 1:
        told["owners"] = owners
    elif owners:
        told["owner"] = owners[0]
    if row.ambition is not None:
        told["ambition"] = row.ambition.value
    if row.period != (frame.period if above is None else above.period):
        told["period"] = None if row.period is None else period_code(row.period)
    told |= _dates(row)
    if row.visibility is not (Visibility.EVERYONE if above is None else above.visibility):
        told["visibility"] = row.visibility.value
    if supports := _supports(row, frame):
        told["supports"] = supports
    return told


def _places(row: GoalRow, *, above: GoalRow | None) -> dict[str, Any]:
    """Teams, and the level where they do not tell it: a goal of a team is the team's, else everybody's."""
    teams = [one.name for one in row.teams]
    own = {one.id for one in row.teams} != {one.id for one in (above.teams if above else ())}
    usual = Level.TEAM if teams else Level.ORGANISATION
    if not own and above is not None:
        usual = above.level
    told: dict[str, Any] = {}
    if row.level is not usual:
        told["level"] = row.level.value
    if own and len(teams) == 1:
        told["team"] = teams[0]
    elif own:
        told["teams"] = teams
    return told


def _dates(row: GoalRow) -> dict[str, Any]:
    """Where they are not those of its period; an initiative is always due."""
    own_start = None if row.period is None else row.period.start
    own_end = None if row.period is None else row.period.end
    told: dict[str, Any] = {}
    if row.start_date is not None and row.start_date != own_start:
        told["start"] = row.start_date
    if row.end_date is not None and (row.kind is Kind.INITIATIVE or row.end_date != own_end):
        told["due"] = row.end_date
    return told


def _supports(row: GoalRow, frame: _Frame) -> list[dict[str, Any]]:
    """The parents it does not stand under; one that is not in the file by its id."""
    home = frame.homes.get(row.id)
    found = []
    for one in row.parents:
        if one.id != home:
            share = {} if one.share is None else {"share": one.share}
            found.append({"goal": frame.keys.get(one.id, str(one.id)), **share})
    return found


def _below(row: GoalRow, frame: _Frame, *, above: GoalRow | None) -> dict[str, Any]:
    told = _common(row, frame, above=above)
    home = frame.homes.get(row.id)
    for one in row.parents:
        if one.id == home and one.share is not None:
            told["share"] = one.share
    return told | _measured(row, frame)


def _measured(row: GoalRow, frame: _Frame) -> dict[str, Any]:
    """Nothing for a goal that is kept by hand."""
    if row.metric is None or row.progress_mode is ProgressMode.MANUAL:
        return {}
    return _measure(row, row.metric, frame)


def _measure(row: GoalRow, metric: Metric, frame: _Frame) -> dict[str, Any]:
    """`from`, `to` and `unit` where they say it all, else the whole metric."""
    unit = {"unit": metric.unit} if metric.unit else {}
    special = (metric.lower, metric.upper, metric.warning)
    draft = metric.kind is MetricKind.BASELINE and metric.target is None
    if (
        (metric.kind in {MetricKind.INCREASE, MetricKind.DECREASE} or draft)
        and (metric.unit or metric.start is not None)
        and all(one is None for one in special)
        and not metric.sum
        and not metric.phases
    ):
        ends = {"from": metric.start, "to": metric.target}
        return {
            **{name: _figure(one, metric, frame) for name, one in ends.items() if one is not None},
            **unit,
        }
    whole = resources.metric(metric)
    told = {
        name: _figure(one, metric, frame) if isinstance(one, Decimal) else one
        for name, one in whole.items()
        if one or isinstance(one, Decimal)
    }
    if metric.phases:
        told["phases"] = [
            {"date": one.on, "value": _figure(one.value, metric, frame)} for one in metric.phases
        ]
    if row.milestones:
        told["milestones"] = [
            {"title": one.title, **({} if one.share is None else {"share": one.share})}
            for one in row.milestones
        ]
    return {"metric": told}


def _figure(value: Decimal, metric: Metric, frame: _Frame) -> Any:
    return figure(value, unit=metric.unit, language=frame.language)


def figure(value: Decimal, *, unit: str, language: amounts.Language) -> Any:
    """The number as given; a duration as the clock shows it."""
    if unit in amounts.DURATIONS:
        return amounts.format(value, unit=unit, language=language)
    return value


def _writer() -> YAML:
    writer = YAML(typ="rt", pure=True)
    writer.Representer = _Representer
    writer.width = 4_096
    writer.allow_unicode = True
    writer.indent(mapping=2, sequence=4, offset=2)
    return writer


def _plain(value: Any) -> Any:
    """Texts so that every reader takes them for the texts they are; several lines as a block."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, str):
        return value
    if "\n" in value and not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]| \n|^\s", value):
        return LiteralScalarString(value)
    return DoubleQuotedScalarString(value) if _ODD.fullmatch(value) or "\n" in value else value
