"""The progress of imported goals beside what the other product showed, and why it differs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from pejl.domain import receipts
from pejl.domain.receipts import Compared, Receipt
from pejl.domain.values import CONTROL_KINDS, Kind, ProgressMode, State
from pejl.services.transfers_figures import Aim, Edges

ON_BOUND: Final = "the value sits exactly on its bound: counted as reached here"
BELOW_BOUND: Final = "a goal under it sits exactly on its bound: counted as reached here"
BELOW: Final = "a goal under it differs"
ROUNDED: Final = "a figure under it was rounded there: nothing is rounded on the way up here"
SCALED: Final = "fixed shares under 100 % in all are scaled up to 100 % here"
LEFT_OUT: Final = "a goal under it without progress is left out here, and was 0 % there"
NOTHING: Final = "nothing contributes to it here"
UNEXPLAINED: Final = "the figure in the file does not follow from the goals under it"
TASKS: Final = "it goes by its tasks here"
NO_VALUE: Final = "the file has no value for it"
HERE: Final = "it has gone on here since"
_SLACK: Final = 1e-9
OWN: Final = "the value gives another figure than the file shows"


def compare(receipt: Receipt, aims: Sequence[Aim], *, edges: Edges) -> None:
    """Fills `same` and `different`, in the order of the file, for every goal of which it shows a progress.

    A goal that nobody ever checked in on, or under which nothing counts, stands at 0 beside a 0.
    """
    theirs = {aim.key: receipts.whole(aim.line.theirs) for aim in aims if aim.line.theirs is not None}
    ours = {aim.key: _ours(aim) for aim in aims}
    by_key = {aim.key: aim for aim in aims}
    apart = {key for key, said in theirs.items() if said != (ours[key] or 0) or _on_bound(by_key[key])}
    bound = _touched_by_bounds(apart, by_key, edges)
    for key, said in theirs.items():
        if key not in apart:
            receipt.same += 1
            continue
        aim = by_key[key]
        below = [(share, by_key[one]) for one, share in edges.get(key, ()) if one in by_key]
        why = _why(aim, below, theirs=theirs, ours=ours, bound=bound)
        receipt.different.append(Compared(aim.line.at.id, aim.line.title, said, ours[key], why))


def _why(
    aim: Aim,
    below: list[tuple[float | None, Aim]],
    *,
    theirs: dict[str, int],
    ours: dict[str, int | None],
    bound: set[str],
) -> str:
    if _on_bound(aim):
        return ON_BOUND
    if aim.mode is not ProgressMode.CHILDREN:
        return _why_by_itself(aim)
    counted = [(share, one) for share, one in below if _counts(one)]
    facts = (
        (aim.key in bound, BELOW_BOUND),
        (aim.progress is None, NOTHING),
        (any(_is_without(one) for _, one in counted), LEFT_OUT),
        (any(theirs.get(one.key, ours[one.key] or 0) != (ours[one.key] or 0) for _, one in counted), BELOW),
    )
    told = next((why for true, why in facts if true), "")
    return told or _why_of_shares(counted, said=theirs[aim.key])


def _is_without(aim: Aim) -> bool:
    """An objective that nothing under it gives a progress."""
    return aim.progress is None and aim.line.kind is Kind.OBJECTIVE


def _why_by_itself(aim: Aim) -> str:
    if aim.by_tasks:
        return TASKS
    if aim.known is not None and aim.line.value is not None and aim.words.value != aim.line.value:
        return HERE
    return NO_VALUE if aim.progress is None else OWN


def _why_of_shares(counted: list[tuple[float | None, Aim]], *, said: int) -> str:
    if _there(counted) != said:
        return UNEXPLAINED
    fixed = [share for share, _ in counted if share is not None]
    return SCALED if len(fixed) == len(counted) and math.fsum(fixed) < 1 - _SLACK else ROUNDED


def _there(counted: list[tuple[float | None, Aim]]) -> int:
    """What the other product made of the figures that it showed under the goal: fixed shares as they are,
    the rest shared equally by the others, 0 at least and no cap, half up."""
    figures = [(share, max(0.0, _shown(one))) for share, one in counted]
    left = 1 - math.fsum(share for share, _ in figures if share is not None)
    free = sum(1 for share, _ in figures if share is None)
    parts = (done * (left / free if share is None else share) for share, done in figures)
    return receipts.percent(math.fsum(parts) / 100)


def _shown(aim: Aim) -> float:
    """Per cent, as the other product had it: where the file does not say, as here."""
    said = aim.line.theirs
    return 100 * (aim.progress or 0.0) if said is None else float(said)


def _counts(aim: Aim) -> bool:
    return aim.line.state not in {State.POSTPONED, State.DROPPED} and aim.line.kind is not Kind.INITIATIVE


def _ours(aim: Aim) -> int | None:
    if aim.exact is not None and aim.mode is not ProgressMode.CHILDREN:
        return receipts.percent(aim.exact)
    return None if aim.progress is None else receipts.percent(aim.progress)


def _on_bound(aim: Aim) -> bool:
    metric = aim.metric
    if metric is None or metric.kind not in CONTROL_KINDS or aim.value is None:
        return False
    return aim.value in {metric.target, metric.lower, metric.upper}


def _touched_by_bounds(apart: set[str], aims: dict[str, Aim], edges: Edges) -> set[str]:
    """Goals that differ and have, at the end of a way down through others that count and differ, one that
    sits on its bound."""
    above: dict[str, list[str]] = {}
    for parent, some in edges.items():
        for child, _ in some:
            above.setdefault(child, []).append(parent)
    waiting = [key for key in apart if _on_bound(aims[key]) and _counts(aims[key])]
    found: set[str] = set()
    while waiting:
        for parent in above.get(waiting.pop(), ()):
            if parent in apart and parent not in found:
                found.add(parent)
                if _counts(aims[parent]):
                    waiting.append(parent)
    return found
