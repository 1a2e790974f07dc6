"""Writes what a file says: every line in one pass, the links between goals at the end.

All of it happens in the caller's transaction, behind the workspace's lock. What is known is known from
the moment of the import on: the record cannot say that it knew before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pejl.domain.receipts import Receipt
from pejl.domain.transfers import (
    CheckinLine,
    CommentLine,
    GoalLine,
    Homeless,
    ParentLine,
    PeriodLine,
    PersonLine,
    Place,
    Problem,
    Said,
    TeamLine,
)
from pejl.domain.values import (
    Level,
    ProgressMode,
    Status,
    Visibility,
)
from pejl.models import (
    Checkin,
    Comment,
    Edge,
    Goal,
    GoalPerson,
    GoalPersonRole,
    GoalTeam,
    GoalVersion,
    Record,
    Task,
    Workspace,
)
from pejl.models.fields import new_id
from pejl.queries import measures
from pejl.queries.scope import Member
from pejl.services import figures, inserts, privacy, transfers_comparing, transfers_lines, transfers_links
from pejl.services.inserts import Table
from pejl.services.transfers_people import People, Periods, Teams

TOLD_EVERY = 500
OPEN = {Status.NOT_STARTED, Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK}
Told = Callable[[int], None]


class Landing:
    """One import on its way. `system` names the product whose ids the file carries."""

    def __init__(
        self,
        workspace: Workspace,
        load: UUID,
        *,
        system: str,
        form: str,
        by: Member,
        at: datetime,
    ) -> None:
        self.workspace, self.by, self.at, self.today = workspace, by, at, by.today(at)
        self.receipt = Receipt(form)
        here = {"workspace_id": workspace.pk}
        known = {**here, "known_from": at}
        self.people = People(by, at=at)
        self.teams = Teams(by, self.people, at=at)
        self.periods = Periods(by, uncapped=system == "viva-goals", starts=workspace.fiscal_year_start)
        first = (self.people.table, self.teams.table, self.periods.table)
        self.goals = Table(Goal, after=first, **here)
        then = {"after": (self.goals,)}
        self.versions = Table(GoalVersion, **then, **known, number=1)
        self.on_goals, self.in_teams = Table(GoalPerson, **then, **known), Table(GoalTeam, **then, **known)
        self.edges, self.tasks = Table(Edge, **then, **known), Table(Task, **then, **known)
        self.checkins, self.comments = Table(Checkin, **then, **known), Table(Comment, **then, **known)
        self.records = Table(Record, **here, load_id=load, system=system, format=form)
        rows = Record.objects.filter(workspace_id=workspace.pk, system=system)
        self.before = {
            (kind, source): (target, form)
            for kind, source, target, form in rows.values_list("kind", "source_id", "target", "format")
        }
        self.format, self.system = form, system
        self.ids: dict[str, UUID] = {}
        self.new: dict[UUID, GoalLine] = {}
        self.titles: dict[str, list[str]] = defaultdict(list)
        self.parents: list[tuple[Place, UUID, tuple[ParentLine, ...]]] = []
        self.theirs: list[tuple[str, UUID, str, Decimal, bool]] = []
        self.latest: dict[UUID, tuple[date, Decimal | None]] = {}
        self.counts: Counter[UUID] = Counter()
        self.confidence: dict[UUID, int] = {}
        self.said_before: dict[UUID, Counter[tuple[Any, ...]]] = {}
        self.pending: dict[tuple[str, int], Place] = {}
        self.last: Place | None = None
        self.lines = 0

    def run(self, said: Iterable[Said], *, told: Told = lambda _lines: None) -> Receipt:
        """Takes every line, then links, computes and compares. Answers the receipt."""
        for one in said:
            self._take(one)
            if self.lines % TOLD_EVERY == 0:
                told(self.lines)
        for place in self.pending.values():
            self.receipt.count(place.file, "failed")
        self.teams.settle()
        self._stand()
        self._link()
        self._flush()
        self._close_below()
        self._figures()
        self._compare()
        self.receipt.made.update(
            goals=self.goals.count, checkins=self.checkins.count, edges=self.edges.count,
            people=self.people.table.count, teams=self.teams.table.count, periods=self.periods.table.count,
            comments=self.comments.count, tasks=self.tasks.count,
        )  # fmt: skip
        told(self.lines)
        return self.receipt

    # -------------------------------------------------------------------------------------- lines

    def _take(self, one: Said) -> None:
        if isinstance(one, Homeless):
            self.receipt.unmapped[one.field] += 1
            return
        if isinstance(one, Problem):
            self._problem(one)
            if one.at != self.last:
                self.pending[one.at.file, one.at.row] = one.at
            return
        self.last = one.at
        self.lines += 1
        self.pending.pop((one.at.file, one.at.row), None)
        self.receipt.count(one.at.file, self._land(one))

    def _land(self, line: Any) -> str:
        match line:
            case PeriodLine():
                key, outcome = self.periods.take(line)
                if key is None:
                    self._problem(Problem(line.at, "dates", "a period needs a first and a last day"))
                return self._recorded("period", line, key, outcome)
            case TeamLine():
                return self._recorded("team", line, *self.teams.take(line))
            case PersonLine():
                self.teams.settle()
                key, outcome = self.people.take(line)
                for team in self.teams.keys(line.teams):
                    self.teams.join(team, key)
                return self._recorded("person", line, key, outcome)
            case GoalLine():
                self.teams.settle()
                return self._goal(line)
            case CheckinLine():
                return self._checkin(line)
            case CommentLine():
                return self._comment(line)
        raise AssertionError(line)

    def _recorded(self, kind: str, line: Any, key: str | None, outcome: str) -> str:
        """Keeps the original beside what it became."""
        if key is not None and line.at.id and line.at.file and (kind, line.at.id) not in self.before:
            target = UUID(key)
            self.before[kind, line.at.id] = (target, self.format)
            self.records.add(
                {
                    "id": new_id().hex,
                    "kind": kind,
                    "source_id": line.at.id[:200],
                    "target": target,
                    "raw": transfers_lines.as_json(line.raw),
                }
            )
        return outcome

    def _problem(self, problem: Problem) -> None:
        self.receipt.problems.append(problem)

    # -------------------------------------------------------------------------------------- goals

    def _goal(self, line: GoalLine) -> str:
        source = line.at.id or f"{line.at.file}:{line.at.row}"
        self.titles[line.title.casefold()].append(source)
        if source in self.ids:
            self._problem(Problem(line.at, "id", "the id is in the file twice: only the first was taken"))
            return "skipped"
        found = self.before.get(("goal", source)) or self._same(line)
        if found is not None:
            self.ids[source] = found[0]
            return "merged"
        goal = new_id()
        self.ids[source] = goal
        self._recorded("goal", line, goal.hex, "landed")
        self._write_goal(goal, line)
        self.new[goal] = replace(line, raw={}, description="")  # not all of a large file need be held
        if line.parents:
            self.parents.append((line.at, goal, line.parents))
        if line.theirs is not None:
            self.theirs.append((line.at.id, goal, line.title, line.theirs, transfers_lines.on_bound(line)))
        for tag in line.tags:
            self.receipt.unmapped["Tags"] += bool(tag)
        return "landed"

    def _same(self, line: GoalLine) -> tuple[UUID, str] | None:
        """A file without ids meets what it made before by title, kind and dates."""
        if line.at.id:
            return None
        rows = Goal.objects.filter(
            workspace_id=self.workspace.pk, removed_at=None, kind=line.kind, title=line.title[:500]
        )
        start, end = self._dates(line, self.periods.key(line.period))
        found = list(rows.filter(start_date=start, end_date=end).values_list("pk", flat=True)[:2])
        return (found[0], self.format) if len(found) == 1 else None

    def _write_goal(self, goal: UUID, line: GoalLine) -> None:
        owners, creator = self.people.keys(line.owners), self.people.key(line.creator)
        teams, viewers = self.teams.keys(line.teams), self.people.keys(line.chosen or ())
        period = self.periods.key(line.period)
        start, end = self._dates(line, period)
        level = line.level or (Level.TEAM if teams else Level.PERSON if owners else Level.ORGANISATION)
        metric = transfers_lines.sound(line.metric)
        mode = line.progress_mode
        if mode is ProgressMode.METRIC and metric is None:
            mode = ProgressMode.MANUAL
        checkin_owner = self.people.key(line.checkin_owner) or (owners[0] if owners else None)
        ended = transfers_lines.ended(line, metric, end, today=self.today, at=self.at)
        given = mode is ProgressMode.SOURCE and line.value is not None
        reached = transfers_lines.reached(metric, line.value) if given and line.value is not None else None
        state = {
            "kind": line.kind, "title": line.title[:500], "description": line.description,
            "level": level, "period_id": period, "start_date": start, "end_date": end,
            "ambition": line.ambition or "", "checkin_owner_id": checkin_owner,
            "progress_mode": mode, "status_mode": line.status_mode,
            "visibility": Visibility.EVERYONE if line.chosen is None else Visibility.CHOSEN,
            "state": line.state, **measures.columns(metric), **ended,
        }  # fmt: skip
        self.goals.add(
            {
                "id": goal.hex, **state, "created_by_id": creator, "created_at": self.at,
                "updated_at": self.at, "position": float(len(self.ids)),
                "value": line.value if given else None, "progress": reached,
                "status": line.status or Status.NOT_STARTED,
            }
        )  # fmt: skip
        self.versions.add({"id": new_id().hex, "goal_id": goal, "by_id": None, **state})
        self._who(goal, GoalPersonRole.OWNER, owners)
        self._who(goal, GoalPersonRole.DELEGATE, self.people.keys(line.delegates))
        self._who(goal, GoalPersonRole.VIEWER, viewers)
        for place, team in enumerate(teams):
            self.in_teams.add({"id": new_id().hex, "goal_id": goal, "team_id": team, "position": place})
        for place, task in enumerate(line.tasks):
            self.tasks.add(
                {
                    "id": new_id().hex, "goal_id": goal, "item": new_id().hex, "title": task.title[:300],
                    "done": task.done, "due": task.due, "owner_id": self.people.key(task.owner),
                    "position": place,
                }
            )  # fmt: skip

    def _who(self, goal: UUID, role: GoalPersonRole, people: list[str]) -> None:
        for place, person in enumerate(people):
            self.on_goals.add(
                {"id": new_id().hex, "goal_id": goal, "person_id": person, "role": role.value,
                 "position": place}
            )  # fmt: skip

    def _dates(self, line: GoalLine, period: str | None) -> tuple[date | None, date | None]:
        first, last = self.periods.spans.get(period or "", (None, None))
        start, end = line.start or first, line.end or last
        return (start, end) if start is None or end is None or start <= end else (end, start)

    # -------------------------------------------------------------------------------------- words

    def _checkin(self, line: CheckinLine) -> str:
        goal = self.ids.get(line.goal)
        if goal is None:
            self._problem(Problem(line.at, "goal", "goal is not in the export"))
            return "failed"
        if goal not in self.new:
            same = (line.on, line.value, line.note)
            left = self._heard(goal)
            if left[same] > 0:
                left[same] -= 1
                return "merged"
            reason = "the goal is here already: new check-ins are not added to it"
            self._problem(Problem(line.at, "goal", reason))
            return "skipped"
        self._write_checkin(
            goal, on=line.on, value=line.value, status=line.status, by=self.people.key(line.by),
            note=line.note, confidence=line.confidence,
        )  # fmt: skip
        return "landed"

    def _write_checkin(
        self, goal: UUID, *, on: date, value: Decimal | None, status: Status | None, by: str | None,
        note: str, confidence: int | None = None,
    ) -> None:  # fmt: skip
        line = self.new[goal]
        given = status if status in OPEN else None
        reached = None if value is None else transfers_lines.progress_at(line, value)
        self.counts[goal] += 1
        last = self.latest.get(goal)
        if last is None or on >= last[0]:
            self.latest[goal] = (on, value if value is not None else (last[1] if last else None))
            if confidence is not None:
                self.confidence[goal] = confidence
        self.checkins.add(
            {
                "id": new_id().hex, "goal_id": goal, "on": on, "value": value,
                "progress": reached, "confidence": confidence,
                "status": given or Status.NOT_STARTED, "status_given": given or "", "note": note,
                "by_id": by,
            }
        )  # fmt: skip

    def _heard(self, goal: UUID) -> Counter[tuple[Any, ...]]:
        """What the check-ins here say on a goal that was imported before."""
        if goal not in self.said_before:
            rows = Checkin.objects.filter(workspace_id=self.workspace.pk, goal_id=goal)
            self.said_before[goal] = Counter(rows.values_list("on", "value", "note"))
        return self.said_before[goal]

    def _comment(self, line: CommentLine) -> str:
        goal = self.ids.get(line.goal)
        if goal is None:
            self._problem(Problem(line.at, "goal", "goal is not in the export"))
            return "failed"
        if ("comment", line.at.id) in self.before or goal not in self.new:
            return "merged"
        key = new_id()
        posted = line.posted or self.at
        self.comments.add(
            {
                "id": key.hex, "goal_id": goal, "item": key.hex, "text": line.text,
                "by_id": self.people.key(line.by), "posted_at": posted,
            }
        )  # fmt: skip
        return "landed"

    # -------------------------------------------------------------------------------------- the end

    def _stand(self) -> None:
        """Puts on every goal what its check-ins come to. A goal whose figure no check-in of the file carries
        gets one that does, so that the figure has a record to follow from."""
        for goal, line in self.new.items():
            last = self.latest.get(goal)
            if transfers_lines.stands(line) and (last is None or last[1] != line.value):
                day = min(line.end or self.today, self.today)
                on = max(last[0], day) if last else day
                self._write_checkin(goal, on=on, value=line.value, status=line.status, by=None, note="")
        self.goals.flush()
        inserts.update(
            Goal,
            [
                (
                    goal.hex,
                    {"last_checkin_on": on, "last_checkin_at": self.at, "checkin_count": self.counts[goal],
                     "confidence": self.confidence.get(goal)},
                )
                for goal, (on, _value) in self.latest.items()
            ],
        )  # fmt: skip

    def _link(self) -> None:
        for problem in transfers_links.write(self.edges, self.parents, ids=self.ids, titles=self.titles):
            self._problem(problem)

    def _flush(self) -> None:
        for table in (
            self.versions, self.on_goals, self.in_teams, self.tasks, self.edges, self.checkins,
            self.comments, self.records, self.people.table, self.teams.table, self.teams.members,
        ):  # fmt: skip
            table.flush()

    def _close_below(self) -> None:
        """What hangs under a private goal is private too, whatever the file says of it."""
        private = [goal for goal, line in self.new.items() if line.chosen is not None]
        for goal in Goal.objects.filter(workspace_id=self.workspace.pk, pk__in=private):
            privacy.spread(goal, by=self.by, at=self.at)

    def _figures(self) -> None:
        figures.refresh(self.workspace, list(self.new), at=self.at, today=self.today)

    def _compare(self) -> None:
        """Theirs and ours, in whole per cent, half up, for every goal of the file that says."""
        transfers_comparing.compare(self.receipt, self.theirs, self.new, workspace=self.workspace)
