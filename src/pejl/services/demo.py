"""The demo workspace: Fjordlight, written through the same commands as any other workspace.

The same seed, day and language give the same goals, check-ins and comments.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.db import transaction

from pejl.domain import amounts
from pejl.domain.values import Kind, Level, PeriodKind, ProgressMode, Role, State
from pejl.models import Checkin, Milestone, Period, Task, Workspace
from pejl.queries import people as found
from pejl.queries.scope import Member
from pejl.services import (
    checkins,
    closing,
    comments,
    goals,
    kpis,
    people,
    periods,
    tasks,
    teams,
    workspaces,
)
from pejl.services import (
    demo_figures as figures,
)
from pejl.services import (
    demo_parts as parts,
)
from pejl.services import (
    demo_story as story,
)
from pejl.services.demo_stage import SLUG, ZONE, Stage, moment
from pejl.services.goals import GoalDraft
from pejl.services.people import NewPerson

WEEKS = 12
MOVED_AFTER = 3
DOMAIN = "fjordlight.example"


def ensure(*, language: amounts.Language, seed: int, at: datetime, email: str, password: str) -> bool:
    """Fills the workspace if it is not there. Whole or not at all. Answers whether it was made now.

    `email` is the person who signs in, with `password`; nobody else in the story can.
    """
    if Workspace.objects.filter(slug=SLUG).exists():
        return False
    today = at.astimezone(ZONE).date()
    stage = Stage(language=language, today=today, at=at, seed=seed)
    with transaction.atomic():
        _company(stage, email=email, password=password)
        for aim in story.AIMS:
            _aim(stage, aim)
        _kpis(stage)
        _remarks(stage)
        stage.forecasts(WEEKS)
        for when, _, act in sorted(stage.acts, key=lambda one: one[:2]):
            act(when)
        people.seen(by=stage.actor("anna"), at=at - timedelta(days=3))
    return True


def _company(stage: Stage, *, email: str, password: str) -> None:
    founded = moment(stage.today - timedelta(days=420))
    workspaces.create(
        SLUG,
        name=stage.said(story.NAME),
        language=stage.language,
        timezone=str(ZONE),
        at=founded,
        owner=NewPerson(f"karen@{DOMAIN}", "Karen Holm", Role.OWNER),
    )
    system = found.system(SLUG)
    stage.workspace_id = system.workspace_id
    periods.ensure(by=system, at=moment(stage.today - timedelta(days=100)))
    periods.ensure(by=system, at=stage.at)
    for key, name, parent in story.TEAMS:
        stage.teams[key] = teams.create(
            stage.said(name), parent=stage.teams[parent] if parent else None, by=system, at=founded
        )
    for one in story.PEOPLE:
        own = one.key == email.split("@", maxsplit=1)[0]
        if one.key == "karen":
            stage.people["karen"] = found.by_email(SLUG, f"karen@{DOMAIN}")
        else:
            new = NewPerson(
                email if own else f"{one.key}@{DOMAIN}",
                one.name,
                Role(one.role),
                password if own else None,
                stage.language if own else "",
            )
            stage.people[one.key] = people.create(new, by=system, at=founded)
        if one.team:
            teams.join(
                stage.teams[one.team], person=stage.people[one.key], lead=one.lead, by=system, at=founded
            )
    _spans(stage, system)


def _spans(stage: Stage, system: Member) -> None:
    rows = list(Period.objects.filter(workspace_id=system.workspace_id))

    def at(kind: PeriodKind, day: date) -> Period:
        return next(row for row in rows if row.kind == kind and row.start_date <= day <= row.end_date)

    stage.periods["year"] = at(PeriodKind.YEAR, stage.today)
    stage.periods["quarter"] = at(PeriodKind.QUARTER, stage.today)
    stage.periods["last"] = at(PeriodKind.QUARTER, stage.periods["quarter"].start_date - timedelta(days=1))


def _aim(stage: Stage, aim: parts.Aim) -> None:
    """The OKR is written before its period begins; then its weeks follow."""
    period = stage.periods[aim.span]
    written = moment(period.start_date - timedelta(days=4), time(10, 30))
    objective = GoalDraft(
        Kind.OBJECTIVE,
        stage.said(aim.title),
        description=stage.said(aim.why),
        level=Level.PERSON if aim.personal else Level.TEAM if aim.team else Level.ORGANISATION,
        period=period.pk,
        ambition=aim.ambition,
        owners=(stage.people[aim.owner],),
        teams=(stage.teams[aim.team],) if aim.team else (),
        metric=figures.total(stage, aim),
        tags=_tags(stage, aim.key),
        progress_mode=ProgressMode.CHILDREN,
    )

    def write(at: datetime) -> None:
        parents = tuple((stage.goals[parent], share) for parent, share in aim.parents)
        draft = GoalDraft(
            **{name: getattr(objective, name) for name in objective.__slots__} | {"parents": parents}
        )
        author = stage.author(aim.owner)
        stage.goals[aim.key] = goals.write(draft, by=author, at=at)
        for result in aim.results:
            stage.goals[result.key] = goals.create(_result(stage, aim, result), by=author, at=at)
        for work in aim.works:
            above = stage.goals[work.towards] if work.towards else stage.goals[aim.key]
            stage.goals[f"{aim.key}:{work.title[0]}"] = goals.create(
                _work(stage, aim, work, above), by=author, at=at
            )

    stage.later(written, write)
    for result in aim.results:
        _weeks(stage, aim, result)
        if result.first_target is not None:
            _move(stage, aim, result)
    for work in aim.works:
        _ticks(stage, aim, work)
    if aim.ending:
        _ending(stage, aim)


def _result(stage: Stage, aim: parts.Aim, result: parts.Result) -> GoalDraft:
    period = stage.periods[aim.span]
    return GoalDraft(
        Kind.KEY_RESULT,
        stage.said(result.title),
        level=Level.PERSON if aim.personal else Level.TEAM if aim.team else Level.ORGANISATION,
        period=period.pk,
        ambition=aim.ambition,
        owners=(stage.people[result.owner],),
        teams=(stage.teams[aim.team],) if aim.team else (),
        metric=figures.metric(stage, result, first=True),
        tags=_tags(stage, result.key),
        milestones=tuple((stage.said(step), None) for step in result.steps),
        parents=((stage.goals[aim.key], result.share),),
    )


def _work(stage: Stage, aim: parts.Aim, work: parts.Work, above: UUID) -> GoalDraft:
    return GoalDraft(
        Kind.INITIATIVE,
        stage.said(work.title),
        level=Level.PERSON if aim.personal else Level.TEAM if aim.team else Level.ORGANISATION,
        period=stage.periods[aim.span].pk,
        owners=(stage.people[work.owner],),
        teams=(stage.teams[aim.team],) if aim.team else (),
        parents=((above, None),),
        tasks=tuple(stage.said(task) for task in work.tasks),
    )


def _mondays(stage: Stage, aim: parts.Aim, *, silent: int) -> list[date]:
    """The days of its check-ins: weekly, up to now or the end of its period, at most twelve weeks back."""
    period = stage.periods[aim.span]
    first = max(period.start_date, stage.today - timedelta(weeks=WEEKS) + timedelta(days=1))
    if aim.span == "last":
        first = max(period.start_date, period.end_date - timedelta(weeks=WEEKS))
    last = min(stage.today, period.end_date) - timedelta(weeks=silent)
    # The newest word lies a day or more back, so that this week's check-in is due for some.
    days, day = [], last - timedelta(days=stage.chance(aim.key).randint(1, 5))
    while day >= first:
        days.append(day)
        day -= timedelta(weeks=1)
    return sorted(days)


def _weeks(stage: Stage, aim: parts.Aim, result: parts.Result) -> None:
    days = _mondays(stage, aim, silent=result.silent)
    chance = stage.chance(result.key)
    notes = dict(zip(days[-len(result.notes) :], result.notes, strict=False)) if result.notes else {}
    period = stage.periods[aim.span]
    length = (period.end_date - period.start_date).days or 1
    for day in days:
        elapsed = (day - period.start_date).days / length
        wobble = chance.uniform(-result.noise, result.noise)
        confidence = max(1, min(10, result.confidence + chance.choice((-1, 0, 0, 1))))
        note = stage.said(notes[day]) if day in notes else ""
        clock = time(chance.randint(8, 16), chance.randint(0, 59))

        def word(
            at: datetime,
            *,
            elapsed: float = elapsed,
            wobble: float = wobble,
            confidence: int = confidence,
            note: str = note,
            day: date = day,
        ) -> None:
            goal = stage.goals[result.key]
            reached = _reached(stage, goal, elapsed * result.pace) if result.steps else ()
            value = (
                None
                if result.steps
                else figures.value_at(figures.metric(stage, result), result, elapsed, wobble)
            )
            if value is not None and result.whole:
                value = value.quantize(Decimal(1), rounding=ROUND_HALF_UP)
            checkins.post(
                goal,
                value=value,
                confidence=confidence,
                note=note,
                on=min(day, stage.today),
                reached=reached,
                by=stage.actor(result.owner),
                at=at,
            )

        stage.later(moment(day, clock), word)


def _reached(stage: Stage, goal: UUID, part: float) -> tuple[UUID, ...]:
    items = list(
        Milestone.objects.current()
        .filter(workspace_id=stage.workspace_id, goal_id=goal)
        .order_by("position")
        .values_list("item", flat=True)
    )
    return tuple(items[: int(part * len(items))])


def _move(stage: Stage, aim: parts.Aim, result: parts.Result) -> None:
    """The target becomes the one it has today, some weeks into its period, and why is said beside it."""

    def move(at: datetime) -> None:
        changes = {"metric": figures.metric(stage, result)}
        goals.edit(stage.goals[result.key], changes=changes, by=stage.author(result.owner), at=at)
        why = stage.said(result.moved_because)
        comments.post(stage.goals[result.key], text=why, by=stage.author(result.owner), at=at)

    stage.later(moment(stage.periods[aim.span].start_date + timedelta(weeks=MOVED_AFTER), time(15, 20)), move)


def _tags(stage: Stage, key: str) -> tuple[str, ...]:
    return tuple(stage.said(tag) for tag in story.TAGS.get(key, ()))


def _ticks(stage: Stage, aim: parts.Aim, work: parts.Work) -> None:
    for place in range(work.done):
        when = stage.at - timedelta(weeks=work.done - place, hours=3)

        def tick(at: datetime, *, place: int = place) -> None:
            goal = stage.goals[f"{aim.key}:{work.title[0]}"]
            here = Task.objects.current().filter(workspace_id=stage.workspace_id, goal_id=goal)
            row = here.order_by("position")[place : place + 1].get()
            tasks.change(row.item, done=True, by=stage.author(work.owner), at=at)

        stage.later(max(when, moment(stage.periods[aim.span].start_date)), tick)


def _ending(stage: Stage, aim: parts.Aim) -> None:
    """Last quarter is over: closed and scored, or moved on."""
    when = moment(stage.periods["last"].end_date, time(15))

    def end(at: datetime) -> None:
        by = stage.actor(aim.owner)
        if aim.ending == "postpone":
            closing.postpone(
                stage.goals[aim.key],
                period=stage.periods["quarter"].pk,
                reason=stage.said(aim.learned),
                by=by,
                at=at,
            )
            return
        for key in [*(result.key for result in aim.results), aim.key]:
            learned = stage.said(aim.learned) if key == aim.key else ""
            closing.close(
                stage.goals[key], outcome=State.CLOSED, learned=learned, by=stage.author(aim.owner), at=at
            )

    stage.later(when, end)


def _kpis(stage: Stage) -> None:
    first = stage.today - timedelta(weeks=WEEKS)
    for key, name, unit, lower, upper, owner, team, guarded, middle, wobble in story.KPIS:

        def make(
            at: datetime,
            *,
            key: str = key,
            name: parts.Text = name,
            unit: str = unit,
            lower: parts.Text | None = lower,
            upper: parts.Text | None = upper,
            owner: str = owner,
            team: str = team,
        ) -> None:
            bounds = [
                figures.amount(stage, stage.said(bound), unit)[0] if bound else None
                for bound in (lower, upper)
            ]
            stage.goals[f"kpi:{key}"] = kpis.create(
                stage.said(name),
                unit=unit,
                lower=bounds[0],
                upper=bounds[1],
                owner=stage.people[owner],
                team=stage.teams[team],
                by=stage.author(owner),
                at=at,
            )

        stage.later(moment(first, time(8)), make)
        chance = stage.chance(f"kpi:{key}")
        for week in range(WEEKS + 1):
            day = first + timedelta(weeks=week)
            value = Decimal(str(round(middle + chance.uniform(-wobble, wobble), 0 if key == "severe" else 2)))

            def read(
                at: datetime, *, key: str = key, value: Decimal = value, day: date = day, owner: str = owner
            ) -> None:
                kpis.read(stage.goals[f"kpi:{key}"], value=value, on=day, by=stage.author(owner), at=at)

            stage.later(moment(day, time(8, 30)), read)
        for goal in guarded:

            def guard(at: datetime, *, key: str = key, goal: str = goal, owner: str = owner) -> None:
                kpis.link(stage.goals[f"kpi:{key}"], goal=stage.goals[goal], by=stage.author(owner), at=at)

            stage.later(moment(max(first, stage.periods["quarter"].start_date), time(11)), guard)


def _remarks(stage: Stage) -> None:
    for remark in story.REMARKS:
        when = stage.at - timedelta(weeks=remark.weeks_ago, hours=5)
        lines = [(remark.by, remark.text), *remark.answers]
        for place, (author, text) in enumerate(lines):

            def say(
                at: datetime, *, remark: parts.Remark = remark, author: str = author, text: parts.Text = text
            ) -> None:
                if remark.on not in stage.goals:
                    return
                goal = stage.goals[remark.on]
                said = Checkin.objects.current().filter(workspace_id=stage.workspace_id, goal_id=goal)
                last = said.order_by("-on", "-known_from").first()
                comments.post(
                    goal,
                    text=stage.said(text),
                    checkin=last.pk if last else None,
                    by=stage.actor(author),
                    at=at,
                )

            stage.later(when + timedelta(minutes=40 * place), say)
