"""The life of one goal in sentences that begin with a name, each with its moment and what stood before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pejl.domain import changes as rules
from pejl.domain.changes import Sort
from pejl.domain.values import Status
from pejl.queries.goals import PersonRef
from pejl.queries.histories import Change
from pejl.queries.lives import Checked, Deed, Ending, Guarded, Life, Said, Talk
from pejl.web import changepages, changes, goalwords
from pejl.web import format as told_as

MOST_LETTERS = 180
LONG = frozenset({"description", "phases"})
TALK = {
    "posted": gettext_lazy("commented"),
    "answered": gettext_lazy("answered a check-in"),
    "edited": gettext_lazy("changed a comment"),
    "removed": gettext_lazy("removed a comment"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One deed. `parts` are figures to stand after the sentence, `before` those that stood there and no
    longer do; `quotes` are words that somebody wrote, `former` those that stood there before. `dated` says
    for which day it is, where that is not the day of its recording. `target` marks a moved target."""

    at: datetime
    clock: str
    by: PersonRef | None
    sentence: str
    status: Status | None = None
    parts: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    former: str = ""
    dated: str = ""
    target: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """What was recorded on one day, in the reader's zone."""

    on: date
    deeds: tuple[Told, ...]


def days(life: Life, *, zone: ZoneInfo) -> tuple[Day, ...]:
    """Newest first."""
    found: dict[date, list[Told]] = {}
    for deed in life.deeds:
        found.setdefault(deed.at.astimezone(zone).date(), []).append(_told(deed, life, zone))
    return tuple(Day(on, tuple(deeds)) for on, deeds in found.items())


def _told(deed: Deed, life: Life, zone: ZoneInfo) -> Told:
    base: dict[str, Any] = {"at": deed.at, "clock": told_as.clock(deed.at, zone), "by": deed.by}
    if isinstance(deed, Change):
        return Told(**base, **_changed(deed, life.endings.get(deed.at)))
    if isinstance(deed, Checked):
        return Told(**base, **_checked(deed, life, zone))
    if isinstance(deed, Talk):
        return Told(**base, sentence=str(TALK[deed.verb]), quotes=tuple(_short([deed.text])))
    return Told(**base, sentence=_guarded(deed))


def _changed(change: Change, ending: Ending | None) -> dict[str, Any]:
    told: dict[str, Any] = {"sentence": changes.sentence(change)}
    told["target"] = rules.sort(change.field) is Sort.TARGET
    if change.field in LONG:
        words = [
            changepages.field_value(change.field, held, unit=change.unit) if held else ""
            for held in (change.before, change.after)
        ]
        told |= {"former": words[0], "quotes": tuple(one for one in words[1:] if one)}
    if change.field == "state" and ending is not None and change.after != "open":
        told |= {"parts": _grades(ending), "quotes": tuple(_short([ending.reason, ending.learned]))}
    return told


def _grades(ending: Ending) -> tuple[str, ...]:
    computed, given = ending.grade_computed, ending.grade_given
    found = []
    if given is not None:
        found.append(_("grade %(grade)s") % {"grade": told_as.grade(given)})
        if computed is not None and computed != given:
            found.append(_("computed %(grade)s") % {"grade": told_as.grade(computed)})
        found += _short([ending.grade_reason])
    elif computed is not None:
        found.append(_("grade %(grade)s") % {"grade": told_as.grade(computed)})
    return tuple(found)


def _checked(deed: Checked, life: Life, zone: ZoneInfo) -> dict[str, Any]:
    before, after = deed.before, deed.after
    said = after or before
    assert said is not None
    dated = "" if deed.at.astimezone(zone).date() == said.on else _for(said.on)
    if after is None:
        return {"sentence": _("withdrew a check-in"), "before": _figures(said, life), "dated": dated,
                "former": said.note}  # fmt: skip
    told: dict[str, Any] = {
        "parts": _figures(after, life),
        "status": after.status,
        "quotes": (after.note,) if after.note else (),
        "dated": dated,
    }
    if before is None:
        return {**told, "sentence": _("checked in")}
    stood = _figures(before, life)
    if before.on != after.on:
        stood = (_for(before.on), *stood)
    return {
        **told,
        "sentence": _("corrected a check-in"),
        "before": stood,
        "former": before.note if before.note != after.note else "",
    }


def _for(day: date) -> str:
    return _("for %(day)s") % {"day": told_as.day_year(day)}


def _figures(said: Said, life: Life) -> tuple[str, ...]:
    figure = goalwords.value(said.value, unit=life.unit, metric_kind=life.metric_kind)
    sure = "" if said.confidence is None else _("confidence %(n)s/10") % {"n": said.confidence}
    return tuple(part for part in (figure, sure) if part)


def _guarded(deed: Guarded) -> str:
    if deed.begun:
        return _("made the KPI %(name)s a guard-rail") % {"name": deed.kpi}
    return _("took off the guard-rail %(name)s") % {"name": deed.kpi}


def _short(texts: Iterable[str]) -> list[str]:
    """The first line of each that says anything."""
    found = []
    for text in texts:
        line = next(iter(text.strip().splitlines()), "")
        if line:
            found.append(line if len(line) <= MOST_LETTERS else line[: MOST_LETTERS - 1].rstrip() + "…")
    return found
