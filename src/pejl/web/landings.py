"""Forecasts as pages show them: asked for where the reader wants to see them, and told in words.

Never for persons: nothing here is put together by who owns a goal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final, TypeAlias
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pejl.domain import forecast, forecast_graphs
from pejl.domain.forecast import Refusal
from pejl.domain.values import Ambition, Kind, ProgressMode
from pejl.queries import forecasts
from pejl.queries.forecasts import Landing, Unsaid
from pejl.queries.goals import GoalRow
from pejl.queries.scope import Member
from pejl.web import charts
from pejl.web import format as told_as

Answer: TypeAlias = Landing | Unsaid
Answers: TypeAlias = Mapping[UUID, Answer]
NONE: Final[Answers] = {}
NEAR: Final = 0.7  # of the way: what counts as reached of a goal that was meant to be out of reach
_CHECKED_IN: Final = frozenset({ProgressMode.METRIC, ProgressMode.MANUAL})


@dataclass(frozen=True, slots=True)
class Told:
    """The forecast of one goal. `sentence` says it in full, or why there is none; `chance` is the short of it
    ("" for none), `beside` what it rests on, `span` the range in per cent of the way ("" for none)."""

    sentence: str
    chance: str
    beside: tuple[str, ...]
    span: str


def of(
    by: Member,
    rows: Iterable[GoalRow],
    *,
    now: datetime,
    supposing: Mapping[UUID, tuple[date, Decimal]] | None = None,
) -> dict[UUID, Answer]:
    """What is forecast of these goals, or why nothing is. Nothing is asked for a reader who wants to see no
    forecasts, and nothing is told of what has come to its last day: that is no forecast any more."""
    if not by.forecasts:
        return {}
    found = forecasts.of_goals(by, rows, now=now, supposing=supposing or {})
    return {
        key: one for key, one in found.items() if not isinstance(one, Landing) or one.method != forecast.ENDED
    }


def drawn(answers: Answers, goal_id: UUID) -> Landing | None:
    """What the bar of the goal can show."""
    found = answers.get(goal_id)
    return found if isinstance(found, Landing) else None


def labelled(bar: charts.Bearing, answers: Answers, row: GoalRow) -> charts.Bearing:
    """The bar with its chance in the label, for who is read to."""
    said = chance(answers.get(row.id), row.kind) if bar.band is not None else ""
    return replace(bar, label=f"{bar.label} {said}.") if said else bar


def told(answers: Answers, rows: Iterable[GoalRow]) -> dict[UUID, Told]:
    """The words for each goal of which there is something to say."""
    found = {row.id: _told(answers[row.id], row) for row in rows if row.id in answers}
    return {key: one for key, one in found.items() if one is not None}


def chance(answer: Answer | None, kind: Kind) -> str:
    """ "About 60% for the target", of an objective "for all of it"; "" without a forecast."""
    if not isinstance(answer, Landing):
        return ""
    return _begun(_aim(answer, kind))


def moved(before: Answer | None, after: Answer | None, kind: Kind) -> str:
    """ "About 60% for the target, was 45%": what typing a value does to the chance."""
    if not isinstance(before, Landing) or not isinstance(after, Landing):
        return chance(after, kind)
    was = told_as.chance(before.reach, bare=True)
    if was == told_as.chance(after.reach, bare=True):
        return chance(after, kind)
    return _("%(chance)s, was %(before)s") % {"chance": chance(after, kind), "before": was}


def _told(answer: Answer, row: GoalRow) -> Told | None:
    if isinstance(answer, Unsaid):
        said = _refused(answer)
        return Told(said, "", _base(answer.base_rate), "") if said else None
    metric = row.metric if row.progress_mode in {ProgressMode.METRIC, ProgressMode.SOURCE} else None
    low, _middle, high = charts.ends(answer, metric=metric, language=told_as.language())
    if metric is not None and answer.values is not None and charts.falls(metric):
        low, high = high, low
    return Told(
        sentence=_sentence(answer, row, low, high),
        chance=chance(answer, row.kind),
        beside=tuple(part for part in (_seen(answer, row), _dated(answer)) if part),
        span=told_as.percents(answer.progress[charts.LOW], answer.progress[charts.HIGH]),
    )


def _sentence(answer: Landing, row: GoalRow, low: str, high: str) -> str:
    chances = [_aim(answer, row.kind)]
    if row.kind is Kind.OBJECTIVE or row.ambition is Ambition.ASPIRATIONAL:
        near = {"chance": told_as.chance(answer.near), "part": told_as.percent(NEAR)}
        chances.append(_("%(chance)s for %(part)s of the way") % near)
    said = {"chances": ", ".join(chances), "low": low, "high": high}
    if low == high:
        return _("If things go on as they have: %(chances)s, landing around %(low)s.") % said
    return _("If things go on as they have: %(chances)s, landing between %(low)s and %(high)s.") % said


def _aim(answer: Landing, kind: Kind) -> str:
    said = {"chance": told_as.chance(answer.reach)}
    return (
        _("%(chance)s for all of it") % said
        if kind is Kind.OBJECTIVE
        else _("%(chance)s for the target") % said
    )


def _refused(answer: Unsaid) -> str:
    """What cannot be forecast by its kind needs no words: nobody waits for it."""
    if answer.why is Refusal.TOO_FEW:
        return _("Too few check-ins for a forecast (three are needed).")
    if answer.why is Refusal.THIN:
        return _("Too few of its key results have a forecast to say where it lands.")
    return ""


def _base(rate: float | None) -> tuple[str, ...]:
    if rate is None:
        return ()
    return (
        _("Of the closed key results here %(share)s reached their target.")
        % {"share": told_as.percent(rate)},
    )


def _seen(answer: Landing, row: GoalRow) -> str:
    if answer.method == forecast_graphs.SIMULATED:
        count = answer.observations
        return ngettext("from %(count)s key result", "from %(count)s key results", count) % {"count": count}
    count = answer.observations - 1  # the start is one of them
    if row.progress_mode in _CHECKED_IN:
        return ngettext("%(count)s check-in", "%(count)s check-ins", count) % {"count": count}
    return ngettext("%(count)s figure", "%(count)s figures", count) % {"count": count}


def _dated(answer: Landing) -> str:
    if answer.said_on is None:
        return ""
    return _("as of %(day)s") % {"day": told_as.day(answer.said_on)}


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]
