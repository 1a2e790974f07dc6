"""One file on its way in: every line once, in the order it comes; then links, figures, rows and receipt.

A dry run goes the same way and writes nothing, so that its receipt is the one that applying gives. What is
known is known from the moment of the import on: the record cannot say that it knew before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from pejl.adapters.formats import cells, layouts_goals, viva_zip
from pejl.domain import tags
from pejl.domain.receipts import Receipt
from pejl.domain.status import Limits
from pejl.domain.transfers import (
    CheckinLine,
    CommentLine,
    GoalLine,
    Homeless,
    Line,
    PeriodLine,
    PersonLine,
    Place,
    Problem,
    Said,
    TeamLine,
)
from pejl.domain.values import Status, StatusMode
from pejl.models import Checkin, Comment, Goal, Workspace
from pejl.queries.scope import Member
from pejl.services import drafts, transfers_comparing, transfers_goals, transfers_links
from pejl.services.transfers_figures import GIVEN, Aim, at_check_in, reached
from pejl.services.transfers_here import Here
from pejl.services.transfers_people import People, Teams
from pejl.services.transfers_periods import Periods
from pejl.services.transfers_rows import Known, Originals, Rows

TWICE: Final = "the id is in the file twice: only the first was taken"
REMOVED: Final = "the goal was removed here: left out"
CHANGED: Final = "changed here since it was imported: left as it is"
# Rows that are no row here by themselves; nothing is lost with them.
_LEFT_OUT: Final = frozenset({viva_zip.TAG_ALONE, layouts_goals.DELETED})
_NOTHING: Final[dict[str, Any]] = {}
TOLD_EVERY: Final = 500
UNCAPPED: Final = frozenset({"viva-goals"})
_ENDS: Final = frozenset({Status.CLOSED, Status.POSTPONED, Status.DROPPED})


class Landing:
    """`system` is the product whose ids the file carries, `form` the reader that knew it."""

    def __init__(
        self, workspace: Workspace, load: UUID, *, system: str, form: str, by: Member, at: datetime, dry: bool
    ) -> None:
        self.workspace, self.by, self.at, self.today = workspace, by, at, by.today(at)
        self.receipt = Receipt(form)
        self.rows = Rows(workspace.pk, at=at, dry=dry)
        self.originals = Originals(self.rows, workspace=workspace.pk, load=load, system=system, form=form)
        both = (workspace.pk, self.rows, self.originals, self.receipt)
        self.people = People(*both, at=at)
        self.teams = Teams(*both, self.people, at=at)
        self.periods = Periods(*both, starts=workspace.fiscal_year_start, uncapped=system in UNCAPPED)
        self.here = Here(workspace.pk, self.originals)
        self.aims: dict[str, Aim] = {}
        self.sources: dict[str, str] = {}
        self.titles: dict[str, list[str]] = {}
        self._limits = Limits(at_risk=workspace.at_risk_points, off_track=workspace.off_track_points)
        self._waiting: list[tuple[CheckinLine | CommentLine, bool]] = []
        self.touched: set[str] = set()
        self.changes: list[tuple[Goal, dict[str, Any], Aim]] = []
        self.tagged: set[str] = set()

    def run(self, said: Iterable[Said], *, progress: Callable[[int], None]) -> Receipt:
        """Takes every line, then links, computes, writes and compares. Raises `Refused` midway where the
        file is refused as a whole."""
        for number, (place, lines, problems) in enumerate(self._grouped(said), start=1):
            self._row(place, lines, problems)
            if number % TOLD_EVERY == 0:
                progress(number)
        self.teams.settle()
        for line, counts in self._waiting:
            outcome = self._word(line, last=True)
            if counts:
                self.receipt.count(line.at.file, outcome)
        edges = transfers_links.link(self)
        transfers_goals.write(self, edges)
        self.periods.write()
        self.rows.land()
        transfers_goals.settle(self)
        transfers_comparing.compare(self.receipt, list(self.aims.values()), edges=edges)
        self.receipt.problems.sort(key=lambda one: (one.at.file, one.at.row))
        self.receipt.made.update(
            {word: self.rows.count(model) for word, model in transfers_goals.COUNTED.items()}
        )
        return self.receipt

    def _grouped(self, said: Iterable[Said]) -> Iterable[tuple[Place | None, list[Line], list[Problem]]]:
        """What the file says, row by row: a row's lines come together, with the problems of it."""
        place: Place | None = None
        lines: list[Line] = []
        problems: list[Problem] = []
        for one in said:
            if isinstance(one, Homeless):
                self.receipt.unmapped[one.field] += 1
                continue
            if place is None or (one.at.file, one.at.row) != (place.file, place.row):
                if place is not None:
                    yield place, lines, problems
                place, lines, problems = one.at, [], []
            if isinstance(one, Problem):
                problems.append(one)
            else:
                lines.append(one)
        if place is not None:
            yield place, lines, problems

    def _row(self, place: Place | None, lines: list[Line], problems: list[Problem]) -> None:
        """A row is what its first line becomes; one of which nothing could be made has failed."""
        assert place is not None
        self.receipt.problems.extend(problems)
        if not lines:
            left_out = all(one.reason in _LEFT_OUT for one in problems)
            self.receipt.count(place.file, "skipped" if left_out else "failed")
        for number, line in enumerate(lines):
            outcome = self._take(line, counts=number == 0)
            if number == 0 and outcome:
                self.receipt.count(place.file, outcome)

    def _take(self, line: Line, *, counts: bool) -> str:
        """The outcome, "" where it is counted later."""
        match line:
            case PeriodLine():
                return self.periods.take(line)
            case TeamLine():
                self.teams.take(line)
                return ""
            case PersonLine():
                key, outcome, fresh = self.people.take(line)
                for team in self.teams.keys(line.teams) if fresh and key else ():
                    self.teams.join(team, str(key))
                return outcome
            case GoalLine():
                return self._goal(line)
            case CheckinLine() | CommentLine():
                outcome = self._word(line, last=False)
                if not outcome:
                    self._waiting.append((line, counts))
                return outcome
        raise AssertionError(line)

    def _goal(self, line: GoalLine) -> str:
        start, end = line.start, line.end
        period = self.periods.key(line.period, start=start, end=end)
        source = line.at.id or _source(line, period)
        if source in self.sources:
            self.receipt.problem(line.at, "id", TWICE)
            return "skipped"
        known = self.originals.known("goal", source)
        met = known.target if known else ("" if line.at.id else self.here.alike(line, period))
        raw, line = line.raw, replace(line, raw=_NOTHING, tags=self._tags(line))
        aim = transfers_goals.aim(self, line, key=met or self.rows.key(), period=period)
        if met:
            aim.known = self.here.goal(met)
            if aim.known is None or aim.known.removed_at is not None:
                self.receipt.problem(line.at, "id", REMOVED)
                return "skipped"
            aim.words = self.here.words(met)
            aim.fresh = known is not None and not self.originals.said_again(known, raw)
        outcome = "merged" if met else "landed"
        if met and aim.fresh and _went_on(known, aim.known):
            self.receipt.problem(line.at, "", CHANGED)
            outcome, aim.fresh, aim.line = "skipped", False, replace(line, tags=())
        self.sources[source] = aim.key
        if not line.at.id:  # what is said of it refers to its row
            self.sources[f"{line.at.file}:{line.at.row}"] = aim.key
        self.aims[aim.key] = aim
        self.titles.setdefault(line.title.casefold(), []).append(aim.key)
        if outcome != "skipped":
            self.originals.keep("goal", source, aim.key, raw)
        return outcome

    def _tags(self, line: GoalLine) -> tuple[str, ...]:
        """As a goal takes them; what is more than that is told."""
        found = tags.several(line.tags, most=drafts.MOST_OF_A_TAG)
        if len(found) > drafts.MOST_TAGS:
            self.receipt.unmapped["Tags"] += len(found) - drafts.MOST_TAGS
        return found[: drafts.MOST_TAGS]

    def _word(self, line: CheckinLine | CommentLine, *, last: bool) -> str:
        """A check-in or comment on a goal of the file, or on one that came with an earlier file. "" where
        the goal may still come."""
        key = self.sources.get(line.goal)
        if key is None and last and (known := self.originals.known("goal", line.goal)) is not None:
            key = known.target
        if key is None or (key not in self.aims and self.here.goal(key) is None):
            if last:
                self.receipt.problem(line.at, "goal", cells.NO_GOAL)
                return "failed"
            return ""
        if key not in self.aims and self.here.goal(key).removed_at is not None:
            self.receipt.problem(line.at, "goal", REMOVED)
            return "skipped"
        if isinstance(line, CommentLine):
            return self._comment(line, key)
        return self._checkin(line, key)

    def _checkin(self, line: CheckinLine, key: str) -> str:
        aim = self.aims.get(key)
        met = aim is None or aim.known is not None
        if met and self.here.heard("checkin", key, line.on, line.value, line.note):
            return "merged"
        if met:
            self.touched.add(key)
        if aim is None:
            given, done, shown = "", None, line.status
        else:
            given = line.status.value if self._by_hand(aim, line.status) and line.status else ""
            fraction = reached(aim, line.value)
            done = None if fraction is None else float(fraction)
            shown = line.status or at_check_in(aim, line.value, on=line.on, limits=self._limits)
            aim.words.hear(
                line.on, value=line.value, given=given, confidence=line.confidence, ended=line.status in _ENDS
            )
        self.rows.add(
            Checkin, goal_id=key, on=line.on, value=line.value, progress=done, confidence=line.confidence,
            status=shown or Status.NOT_STARTED, status_given=given, note=line.note,
            by_id=self.people.key(line.by),
        )  # fmt: skip
        return "landed"

    def say(self, aim: Aim, *, value: Decimal | None, status: str, on: Any) -> None:
        """What the goal's own row says and no check-in of it: a word without a speaker, so that the figure
        follows from a record."""
        fraction = reached(aim, value)
        aim.words.hear(on, value=value, given=status)
        shown = Status(status) if status else at_check_in(aim, value, on=on, limits=self._limits)
        self.rows.add(
            Checkin, goal_id=aim.key, on=on, value=value, status=shown, status_given=status,
            progress=None if fraction is None else float(fraction),
        )  # fmt: skip

    def new(self) -> list[str]:
        return [key for key, aim in self.aims.items() if aim.known is None]

    def _by_hand(self, aim: Aim, status: Status | None) -> bool:
        """A status that the other product worked out is no word of a person."""
        return aim.line.status_mode is StatusMode.MANUAL and status in GIVEN

    def _comment(self, line: CommentLine, key: str) -> str:
        aim = self.aims.get(key)
        if (aim is None or aim.known is not None) and self.here.heard("comment", key, line.text):
            return "merged"
        own = self.rows.key()
        self.rows.add(
            Comment, id=own, goal_id=key, item=own, text=line.text, by_id=self.people.key(line.by),
            posted_at=line.posted or self.at,
        )  # fmt: skip
        return "landed"


def _source(line: GoalLine, period: str | None) -> str:
    """An id for a goal of a file without ids: its title, kind, owner and period."""
    owner = next(iter(line.owners), None)
    named = "" if owner is None else (owner.email or owner.name).casefold()
    whole = "\0".join((line.kind.value, line.title.casefold(), named, period or ""))
    return f"={hashlib.blake2b(whole.encode(), digest_size=16).hexdigest()}"


def _went_on(known: Known | None, goal: Any) -> bool:
    """Whether people changed the goal since the file it came with was applied."""
    since = None if known is None else known.applied_at
    return since is not None and bool(goal.updated_at > since)
