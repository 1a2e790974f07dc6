"""What somebody changed about a goal, as the rest of a sentence that begins with their name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pejl.domain.values import State
from pejl.queries.histories import Change
from pejl.web import format as told_as
from pejl.web import words

WHAT = {
    "kind": gettext_lazy("the kind"),
    "title": gettext_lazy("the title"),
    "description": gettext_lazy("the description"),
    "level": gettext_lazy("the level"),
    "period_id": gettext_lazy("the period"),
    "start_date": gettext_lazy("the start date"),
    "end_date": gettext_lazy("the deadline"),
    "ambition": gettext_lazy("the ambition"),
    "checkin_owner_id": gettext_lazy("who checks in"),
    "progress_mode": gettext_lazy("where progress comes from"),
    "status_mode": gettext_lazy("where the status comes from"),
    "status_pinned": gettext_lazy("whether the status is held"),
    "visibility": gettext_lazy("who sees it"),
    "metric_kind": gettext_lazy("how it is measured"),
    "unit": gettext_lazy("the unit"),
    "start_value": gettext_lazy("the start"),
    "target_value": gettext_lazy("the target"),
    "lower": gettext_lazy("the lower bound"),
    "upper": gettext_lazy("the upper bound"),
    "warning": gettext_lazy("the warning bound"),
    "sums": gettext_lazy("whether it sums what is under it"),
    "phases": gettext_lazy("the targets on the way"),
    "grade_given": gettext_lazy("the grade"),
}
STATES = {
    State.OPEN: gettext_lazy("opened it again"),
    State.CLOSED: gettext_lazy("closed it"),
    State.POSTPONED: gettext_lazy("postponed it"),
    State.DROPPED: gettext_lazy("dropped it"),
}
ADDED = {
    "owner": gettext_lazy("made %(name)s an owner"),
    "delegate": gettext_lazy("made %(name)s a stand-in"),
    "viewer": gettext_lazy("let %(name)s see it"),
    "team": gettext_lazy("put the team %(name)s on it"),
    "parent": gettext_lazy("aligned it to %(name)s"),
    "task": gettext_lazy("added the task %(name)s"),
    "milestone": gettext_lazy("added the milestone %(name)s"),
}
ENDED = {
    "owner": gettext_lazy("took %(name)s off as an owner"),
    "delegate": gettext_lazy("took %(name)s off as a stand-in"),
    "viewer": gettext_lazy("no longer lets %(name)s see it"),
    "team": gettext_lazy("took the team %(name)s off it"),
    "parent": gettext_lazy("ended the alignment to %(name)s"),
    "task": gettext_lazy("removed the task %(name)s"),
    "milestone": gettext_lazy("removed the milestone %(name)s"),
}
RENAMED = {
    "task": gettext_lazy("renamed the task %(before)s to %(after)s"),
    "milestone": gettext_lazy("renamed the milestone %(before)s to %(after)s"),
}
TICKED = {
    ("task_done", True): gettext_lazy("ticked off the task %(name)s"),
    ("task_done", False): gettext_lazy("opened the task %(name)s again"),
    ("milestone_done", True): gettext_lazy("reached the milestone %(name)s"),
    ("milestone_done", False): gettext_lazy("took back the milestone %(name)s"),
}
_WORDS: dict[str, Callable[[Any], str]] = {
    "kind": words.kind,
    "level": words.level,
    "ambition": words.ambition,
    "progress_mode": words.progress_mode,
    "status_mode": words.status_mode,
    "visibility": words.visibility,
    "metric_kind": words.metric_kind,
}
_UNTOLD = frozenset({"description", "phases", "status_pinned", "sums"})
_AMOUNTS = frozenset({"start_value", "target_value", "lower", "upper", "warning"})


def sentence(change: Change) -> str:
    """ "changed the target from 7 to 6": the name in front, the goal and the date behind are the page's."""
    field, before, after = change.field, change.before, change.after
    if field in {"created", "state"}:
        return _("wrote it down") if field == "created" else str(STATES[State(after)])
    if (field, after) in TICKED:
        return str(TICKED[field, after]) % {"name": change.also}
    if field == "share":
        told = {"name": change.also, "before": _share(before), "after": _share(after)}
        return _("changed its share of %(name)s from %(before)s to %(after)s") % told
    if field in RENAMED and before and after:
        return str(RENAMED[field]) % {"before": before, "after": after}
    if field in ADDED:
        return str((ADDED if after else ENDED)[field]) % {"name": after or before}
    return _tags(after or before, added=bool(after)) if field == "tag" else _decided(change)


def value(field: str, value: Any, *, unit: str = "") -> str:
    """What a field held, in words; "" for nothing. Amounts are in `unit`."""
    if value is None or value == "":
        return ""
    if field in _WORDS:
        return _WORDS[field](value)
    if field == "period_id":
        return words.period(**value)
    if isinstance(value, date):
        return told_as.day(value)
    if isinstance(value, Decimal):
        return told_as.amount(value, unit if field in _AMOUNTS else "")
    return str(value)


def _decided(change: Change) -> str:
    told = {
        "what": WHAT[change.field],
        "before": value(change.field, change.before, unit=change.unit),
        "after": value(change.field, change.after, unit=change.unit),
    }
    if change.field in _UNTOLD:
        return _("changed %(what)s") % told
    if not told["after"]:
        return _("removed %(what)s (%(before)s)") % told
    if not told["before"]:
        return _("set %(what)s to %(after)s") % told
    return _("changed %(what)s from %(before)s to %(after)s") % told


def _tags(names: str, *, added: bool) -> str:
    """Several stand with commas between them, which no tag has in it."""
    count = names.count(",") + 1
    if added:
        told = ngettext("put the tag %(name)s on it", "put the tags %(name)s on it", count)
    else:
        told = ngettext("took the tag %(name)s off it", "took the tags %(name)s off it", count)
    return told % {"name": names}


def _share(share: float | None) -> str:
    return _("an equal share") if share is None else told_as.percent(share)
