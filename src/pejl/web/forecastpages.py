"""How good the forecasts are, and the confidence of people: scores in words, tables and a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pejl.domain import amounts, forecast_learning, forecast_scores
from pejl.domain.forecast_scores import Bin, Scores, Share
from pejl.queries import accuracies
from pejl.queries.accuracies import Accuracy
from pejl.web import charts
from pejl.web import format as told_as

_PLACES: Final = 3  # of an error: less would call different things the same


@dataclass(frozen=True, slots=True)
class Against:
    """One who says a chance, with the mean squared error of it; `about` says what it is."""

    name: str
    about: str
    figure: str
    best: bool


@dataclass(frozen=True, slots=True)
class Line:
    """What was said, how often it came, where the true share lies, and of how many key results."""

    said: str
    came: str
    truth: str
    count: str


@dataclass(frozen=True, slots=True)
class Judged:
    """`rests` says what the scores rest on."""

    rests: str
    compared: tuple[Against, ...]
    picture: charts.Reliability
    lines: tuple[Line, ...]
    ranges: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """`forecasts`, `group` and `own` are None while there is not enough; `missing` and `group_missing` say
    what is missing."""

    method: str
    forecasts: Judged | None
    missing: str
    group: Judged | None
    group_missing: str
    own: Judged | None


def page(accuracy: Accuracy, confidence: accuracies.Confidence) -> Page:
    return Page(
        method=_method(accuracy.learned_from),
        forecasts=None if accuracy.scores is None else _scores(accuracy.scores),
        missing=_("Not enough yet: %(count)s of %(needed)s closed key results.")
        % {"count": accuracy.so_far, "needed": accuracy.needed},
        group=None if confidence.group is None else _confidence(confidence.group),
        group_missing=_group_missing(confidence.group_people),
        own=None if confidence.own is None else _confidence(confidence.own),
    )


def _method(learned_from: int | None) -> str:
    if learned_from is None:
        told = _(
            "The method is used as it comes with Pejl; from %(least)s closed key results it learns from them."
        )
        return told % {"least": amounts.format(Decimal(forecast_learning.LEAST), language=told_as.language())}
    return ngettext(
        "The method has learned from %(count)s closed key result of this workspace.",
        "The method has learned from %(count)s closed key results of this workspace.",
        learned_from,
    ) % {"count": amounts.format(Decimal(learned_from), language=told_as.language())}


def _group_missing(people: int) -> str:
    if people < accuracies.GROUP:
        told = _(
            "Not enough yet: %(count)s of %(needed)s persons have told a confidence of what is closed now."
        )
        return told % {"count": people, "needed": accuracies.GROUP}
    return _("Not enough yet: too few key results with a confidence are closed.")


def _scores(scores: Scores) -> Judged:
    figures = [(_("The forecasts"), _("as they were shown each week"), scores.brier)]
    if scores.brier_base is not None:
        about = _("always the share that reached their target before")
        figures.append(
            (_("Base rate"), _beside(about, scores.brier_where_base, scores.brier), scores.brier_base)
        )
    if scores.brier_pace is not None:
        about = _("straight line so far, with its band")
        figures.append((_("Pace"), _beside(about, scores.brier_where_pace, scores.brier), scores.brier_pace))
    weeks = ngettext("%(count)s forecast", "%(count)s forecasts", scores.forecasts)
    return Judged(
        rests=f"{_key_results(scores.key_results)}, {weeks % {'count': _whole(scores.forecasts)}}",
        compared=_compared(figures),
        picture=charts.reliability(scores.bins),
        lines=_lines(scores.bins),
        ranges=tuple(
            _line(_("%(share)s of the outcomes") % {"share": told_as.percent(said)}, came)
            for said, came in ((0.5, scores.inside50), (0.8, scores.inside80))
        ),
    )


def _beside(about: str, ours: float | None, all_: float) -> str:
    """Where the other spoke of some only, ours on the same is said with it."""
    if ours is None or _error(ours) == _error(all_):
        return about
    return _("%(about)s; the forecasts on the same: %(figure)s") % {"about": about, "figure": _error(ours)}


def _confidence(scores: forecast_scores.Confidence) -> Judged:
    figures = [
        (_("Confidence"), _("as it was told at check-in"), scores.brier),
        (_("Base rate"), _("always the share that reached their target"), scores.brier_base),
    ]
    return Judged(
        rests=_key_results(scores.key_results),
        compared=_compared(figures),
        picture=charts.reliability(scores.bins),
        lines=_lines(scores.bins),
    )


def _compared(figures: Sequence[tuple[str, str, float]]) -> tuple[Against, ...]:
    best = min(figure for _name, _about, figure in figures)
    return tuple(Against(name, about, _error(figure), figure == best) for name, about, figure in figures)


def _lines(bins: Sequence[Bin]) -> tuple[Line, ...]:
    return tuple(_line(told_as.percents(one.low, one.high), one.came) for one in bins)


def _line(said: str, came: Share) -> Line:
    return Line(said, told_as.percent(came.share), told_as.percents(came.low, came.high), _whole(came.count))


def _key_results(count: int) -> str:
    return ngettext("%(count)s closed key result", "%(count)s closed key results", count) % {
        "count": _whole(count)
    }


def _error(figure: float) -> str:
    rounded = Decimal(str(figure)).quantize(Decimal(1).scaleb(-_PLACES), ROUND_HALF_UP)
    return amounts.format(rounded, language=told_as.language(), places=_PLACES)


def _whole(count: int) -> str:
    return amounts.format(Decimal(count), language=told_as.language())
