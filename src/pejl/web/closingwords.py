"""The pages that end a goal or carry it on, in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from pejl.domain.values import Kind, MetricKind, ProgressMode
from pejl.queries.closings import Closing, Target
from pejl.queries.goals import GoalRow
from pejl.web import format as told
from pejl.web import goalwords, words
from pejl.web.forms import goals as forms
from pejl.web.goalwords import Graded


@dataclass(frozen=True, slots=True)
class Page:
    """What is said on the closing page: `final` is the present value as one would type it, `how` how the
    suggested grade comes about. `asks_value` is False where the value comes from elsewhere."""

    lead: str
    measure: str
    asks_value: bool
    final: str
    graded: Graded | None
    grade: str
    how: str


@dataclass(frozen=True, slots=True)
class Periods:
    """The periods to choose among, as (id, name), and the one that is offered."""

    choices: tuple[tuple[str, str], ...]
    offered: str


def page(closing: Closing) -> Page:
    goal = closing.goal
    graded = goalwords.graded(closing.computed, ambition=goal.ambition, bands=closing.bands)
    return Page(
        lead=_lead(goal),
        measure=goalwords.measure(goal),
        asks_value=asks_value(goal),
        final="" if goal.value is None else forms.typed_amount(goal.value, forms.unit_of(goal)),
        graded=graded,
        grade=goalwords.grade_line(graded),
        how=_how(closing),
    )


def periods(targets: tuple[Target, ...]) -> Periods:
    named = tuple((str(one.id), period(one)) for one in targets)
    offered = next((str(one.id) for one in targets if one.next), named[0][0] if named else "")
    return Periods(named, offered)


def period(one: Target) -> str:
    return words.period(
        one.name, kind=one.kind, start=one.start_date, end=one.end_date, year=one.year, number=one.number
    )


def asks_value(goal: GoalRow) -> bool:
    """Whether a person may say the value: not where it follows from children, a source, steps or tasks."""
    if goal.progress_mode is ProgressMode.MANUAL:
        return not (goal.kind is Kind.INITIATIVE and goal.tasks_total)
    stepwise = goal.metric is not None and goal.metric.kind is MetricKind.MILESTONES
    return goal.progress_mode is ProgressMode.METRIC and not stepwise


def _lead(goal: GoalRow) -> str:
    if goal.progress is None:
        return _("Nothing has moved yet.")
    return _("It stands at %(progress)s.") % {"progress": told.percent(goal.progress)}


def _how(closing: Closing) -> str:
    if closing.parts and any(part.share is not None for part in closing.parts):
        return _("The mean of its key results, weighed by their shares.")
    return _("Follows from the progress: %(progress)s, counted from 0 to 100%%.") % {
        "progress": told.percent(closing.goal.progress or 0.0)
    }
