"""Where goals land, what is kept of it, and how it is judged."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from okrs import key_result, named, okr
from pejl.domain import forecast, forecast_learning
from pejl.domain.forecast import Refusal
from pejl.domain.values import Kind, Level, Metric, MetricKind, ProgressMode, State, Visibility
from pejl.jobs import Worker
from pejl.models import ForecastLearning, GoalForecast
from pejl.queries import accuracies, forecasts, past, scope
from pejl.queries import goals as read
from pejl.queries.forecasts import Answer, Landing, Unsaid
from pejl.queries.scope import Member
from pejl.services import checkins, closing, goals
from pejl.services import forecasts as record
from pejl.services.goals import GoalDraft
from world import World

__all__ = ["okr"]

KR = "Support requests a month"


def checked(goal: UUID, *values: float, world: World, by: Member | None = None, **more: Any) -> None:
    """Checked in on with these values, weekly, the last one yesterday."""
    for weeks, value in enumerate(reversed(values)):
        at = world.later(days=-1 - 7 * weeks)
        checkins.post(goal, value=Decimal(str(value)), by=by or world.sub_lead, at=at, on=at.date(), **more)


@pytest.fixture
def measured(world: World, okr: UUID) -> UUID:
    """Four words on the one key result: 75, then 66, 60, 52 of 120 → 30."""
    checked(named(KR), 66, 60, 52, world=world)
    return okr


def of(by: Member, *goal_ids: UUID, now: datetime, **more: Any) -> dict[UUID, Answer]:
    rows = read.rows(by, scope.goals(by).filter(pk__in=goal_ids), now=now)
    return forecasts.of_goals(by, rows, now=now, **more)


def landing(by: Member, goal: UUID, *, now: datetime, **more: Any) -> Landing:
    found = of(by, goal, now=now, **more)[goal]
    assert isinstance(found, Landing), found
    return found


def test_a_key_result_lands_where_the_domain_says_of_its_check_ins(world: World, measured: UUID) -> None:
    found = landing(world.member, named(KR), now=world.at)
    days = [
        (world.today - timedelta(days=ago), value) for ago, value in ((20, 75), (15, 66), (8, 60), (1, 52))
    ]
    said = forecast.forecast(
        start_date=date(2026, 7, 1),
        end_date=date(2026, 9, 30),
        start_value=120,
        target_value=30,
        observations=days,
        lower=0,
    )
    assert found.reach == pytest.approx(said.probability_at_most(30))
    assert found.near == pytest.approx(said.probability_at_most(57))
    assert found.observations == 5
    assert found.values is not None
    assert float(found.values[0.5]) == pytest.approx(said.quantile(0.5), abs=0.5)
    assert found.progress[0.1] == pytest.approx((120 - said.quantile(0.9)) / 90)
    assert list(found.progress.values()) == sorted(found.progress.values())


def test_its_objective_follows_from_it(world: World, measured: UUID) -> None:
    found = landing(world.member, measured, now=world.at)
    own = landing(world.member, named(KR), now=world.at)
    assert found.method == "simulation"
    assert found.values is None
    assert found.reach == pytest.approx(own.reach, abs=0.01)
    assert found.progress[0.5] == pytest.approx(min(1, own.progress[0.5]), abs=0.01)


def test_too_few_check_ins_are_refused_and_so_is_what_rests_on_them(world: World, okr: UUID) -> None:
    found = of(world.member, okr, named(KR), now=world.at)
    assert found[named(KR)] == Unsaid(named(KR), Refusal.TOO_FEW, None)
    assert found[okr] == Unsaid(okr, Refusal.THIN, None)


def test_what_has_ended_is_not_forecast(world: World, measured: UUID) -> None:
    closing.close(named(KR), outcome=State.CLOSED, by=world.sub_lead, at=world.at)
    assert named(KR) not in of(world.member, named(KR), now=world.at)
    assert of(world.member, named("Click study"), now=world.at) == {}


def test_a_typed_value_counts_as_if_it_were_checked_in(world: World, measured: UUID) -> None:
    before = landing(world.member, named(KR), now=world.at)
    typed = {named(KR): (world.today, Decimal(110))}
    after = landing(world.member, named(KR), now=world.at, supposing=typed)
    assert after.reach < before.reach - 0.2
    assert after.observations == before.observations + 1
    assert landing(world.member, named(KR), now=world.at) == before


def test_a_goal_kept_by_hand_lands_in_per_cent_of_the_way(world: World, okr: UUID) -> None:
    draft = GoalDraft(
        Kind.KEY_RESULT,
        "By eye",
        level=Level.TEAM,
        teams=(world.design,),
        period=world.q3,
        parents=((okr, None),),
        progress_mode=ProgressMode.MANUAL,
    )
    made = goals.create(draft, by=world.sub_lead, at=world.later(days=-40))
    checked(made, 10, 20, 35, 41, world=world)
    found = landing(world.member, made, now=world.at)
    assert found.values is None
    assert 0.41 < found.progress[0.5] <= 1.0
    assert found.progress[0.9] <= 1.0


def test_a_count_does_not_land_under_nothing_nor_a_share_over_all(world: World, okr: UUID) -> None:
    metric = Metric(MetricKind.INCREASE, unit="%", start=Decimal(50), target=Decimal(99))
    draft = GoalDraft(
        Kind.KEY_RESULT,
        "Share",
        level=Level.TEAM,
        teams=(world.design,),
        period=world.q3,
        metric=metric,
        parents=((okr, None),),
    )
    share = goals.create(draft, by=world.sub_lead, at=world.later(days=-40))
    checked(share, 70, 85, 97, world=world)
    checked(named(KR), 50, 30, 8, world=world)
    high, low = (landing(world.member, one, now=world.at).values for one in (share, named(KR)))
    assert high is not None
    assert low is not None
    assert high[0.9] <= 100
    assert low[0.1] >= 0


def test_what_is_closed_to_the_reader_counts_in_what_they_see(world: World, measured: UUID) -> None:
    before = landing(world.stranger, measured, now=world.at)
    assert world.sub_lead.person_id is not None
    draft = key_result(
        "Hidden",
        parents=((measured, None),),
        teams=(world.design,),
        owners=(world.sub_lead.person_id,),
        period=world.q3,
        visibility=Visibility.CHOSEN,
    )
    hidden = goals.create(draft, by=world.sub_lead, at=world.later(days=-40))
    checked(hidden, 118, 117, 117, world=world)
    after = landing(world.stranger, measured, now=world.at)
    assert after.progress[0.5] < before.progress[0.5] - 0.2
    assert after.observations == 2
    assert of(world.stranger, hidden, now=world.at) == {}
    assert after == landing(world.sub_lead, measured, now=world.at)


def test_as_known_on_a_day_nothing_of_later_is_used(world: World, measured: UUID) -> None:
    then = world.later(days=-4)
    with past.known(world.member, at=then) as reader:
        before = of(reader, named(KR), measured, now=then)
    checkins.post(
        named(KR), value=Decimal(1), by=world.sub_lead, at=world.at, on=then.date() - timedelta(days=1)
    )
    with past.known(world.member, at=then) as reader:
        assert of(reader, named(KR), measured, now=then) == before
    assert isinstance(before[named(KR)], Landing)


def test_the_number_of_queries_does_not_grow_with_the_goals(world: World, measured: UUID) -> None:
    rows = read.rows(world.member, scope.goals(world.member), now=world.at)
    with CaptureQueriesContext(connection) as few:
        forecasts.of_goals(world.member, rows, now=world.at)
    for count in range(12):
        draft = key_result(
            f"More {count}", parents=((measured, None),), teams=(world.design,), period=world.q3
        )
        checked(goals.create(draft, by=world.sub_lead, at=world.later(days=-40)), 110, 100, 90, world=world)
    rows = read.rows(world.member, scope.goals(world.member), now=world.at)
    with CaptureQueriesContext(connection) as many:
        assert len(forecasts.of_goals(world.member, rows, now=world.at)) == 14
    assert len(many) == len(few) == 7


def test_each_week_is_kept_once_as_it_was_said(world: World, measured: UUID) -> None:
    assert record.record(by=world.system, at=world.at) == 2
    assert record.record(by=world.system, at=world.later(hours=5)) == 0
    kept = GoalForecast.objects.get(goal=named(KR))
    said = landing(world.member, named(KR), now=world.at)
    assert kept.week == date(2026, 8, 17)
    assert (kept.reach, kept.near, kept.observations) == (said.reach, said.near, said.observations)
    assert (kept.start, kept.target, kept.end_date) == (Decimal(120), Decimal(30), date(2026, 9, 30))
    assert kept.pace_reach is not None
    checkins.post(named(KR), value=Decimal(110), by=world.sub_lead, at=world.later(days=1))
    assert record.record(by=world.system, at=world.later(days=3)) == 0
    assert record.record(by=world.system, at=world.later(days=7)) == 2
    kept.refresh_from_db()
    assert kept.reach == said.reach
    assert GoalForecast.objects.get(goal=named(KR), week=date(2026, 8, 24)).reach < kept.reach


def test_of_what_is_not_forecast_nothing_is_kept(world: World, okr: UUID) -> None:
    assert record.record(by=world.system, at=world.at) == 0


def test_the_worker_keeps_the_week_of_every_workspace_and_looks_again_the_next(
    world: World, measured: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    clock = [world.at]
    worker = Worker(clock=lambda: clock[0])
    worker.record()
    assert GoalForecast.objects.count() == 2
    with CaptureQueriesContext(connection) as idle:
        worker.record()
    assert not [one for one in idle.captured_queries if "forecast" in one["sql"]]
    Worker(clock=lambda: clock[0]).record()
    assert GoalForecast.objects.count() == 2
    clock[0] = world.later(days=7)
    worker.record()
    assert GoalForecast.objects.count() == 4


def test_what_goes_wrong_in_one_workspace_holds_up_no_other(
    world: World, measured: UUID, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = record.record

    def troubled(*, by: Member, at: datetime) -> int:
        if by.slug == "fjordlight":
            raise RuntimeError("the figures are odd")
        return real(by=by, at=at)

    monkeypatch.setattr(record, "record", troubled)
    with caplog.at_level(logging.INFO, logger="pejl.jobs"):
        Worker(clock=lambda: world.at).record()
    assert "unforeseen: the forecasts of fjordlight" in caplog.text
    assert "nordwind: 0 forecasts kept" in caplog.text


def test_a_large_objective_is_answered_from_its_record(
    world: World, measured: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    record.record(by=world.system, at=world.at)
    now = world.later(days=2)
    fresh = landing(world.member, measured, now=now)
    assert fresh.said_on is None
    monkeypatch.setattr(forecasts, "MOST", 1)
    kept = landing(world.member, measured, now=now)
    assert kept.said_on == date(2026, 8, 17)
    assert kept.progress == {p: pytest.approx(value) for p, value in fresh.progress.items()}
    assert landing(world.member, named(KR), now=now).said_on is None


def test_the_base_rate_is_told_from_twenty_closed_key_results_on(world: World, okr: UUID) -> None:
    ended(world, okr, 19)
    assert of(world.member, named(KR), now=world.at)[named(KR)].base_rate is None
    ended(world, okr, 1, name="Last")
    assert of(world.member, named(KR), now=world.at)[named(KR)].base_rate == pytest.approx(9 / 20)


def ended(
    world: World, okr: UUID, count: int, *, name: str = "Done", people: tuple[Member, ...] = ()
) -> None:
    """Key results of last quarter with a forecast on record in two weeks of their own; every other one
    reached."""
    start = datetime(2026, 4, 1, 9, tzinfo=world.at.tzinfo)
    made: list[UUID] = []
    owners = tuple(one.person_id for one in (world.sub_lead, *people) if one.person_id is not None)
    for place in range(count):
        draft = key_result(
            f"{name} {place}",
            parents=((okr, None),),
            teams=(world.design,),
            owners=owners,
            period=world.q2,
        )
        goal = goals.create(draft, by=world.sub_lead, at=start)
        for week, value in enumerate((110, 100, 85, 70)):
            by = people[place % len(people)] if people else world.sub_lead
            at = start + timedelta(weeks=week + 1)
            checkins.post(goal, value=Decimal(value), confidence=7, by=by, at=at, on=at.date())
        made.append(goal)
    for week in (5, 6) if name == "Done" else (7, 8):
        record.record(by=world.system, at=start + timedelta(weeks=week))
    for place, goal in enumerate(made):
        at = start + timedelta(weeks=12)
        last = Decimal(28 if place % 2 else 55)
        checkins.post(goal, value=last, by=world.sub_lead, at=at, on=at.date())
        closing.close(goal, outcome=State.CLOSED, by=world.sub_lead, at=at + timedelta(days=1))


def test_the_record_is_judged_from_thirty_closed_key_results_on(world: World, okr: UUID) -> None:
    ended(world, okr, 29)
    assert accuracies.accuracy(world.member) == accuracies.Accuracy(None, 29, 30, None)
    ended(world, okr, 1, name="Last")
    found = accuracies.accuracy(world.observer)
    assert found.so_far == 30
    scores = found.scores
    assert scores is not None
    assert (scores.key_results, scores.forecasts) == (30, 60)
    said = dict(GoalForecast.objects.filter(goal__state=State.CLOSED).values_list("pk", "reach"))
    reached = dict(GoalForecast.objects.values_list("pk", "goal__progress"))
    brier = sum((said[one] - (reached[one] >= 1)) ** 2 for one in said) / len(said)
    assert scores.brier == pytest.approx(brier)
    assert scores.brier_pace is not None
    assert (
        GoalForecast.objects.filter(base_rate=None, goal__kind=Kind.KEY_RESULT).count() == 58
    )  # nothing had been closed by then
    of_some = GoalForecast.objects.filter(goal__kind=Kind.KEY_RESULT).exclude(base_rate=None)
    rates = dict(of_some.values_list("pk", "base_rate"))
    assert scores.brier_base == pytest.approx(sum((rates[k] - (reached[k] >= 1)) ** 2 for k in rates) / 2)
    assert scores.inside80.count == 30


def test_a_target_that_moved_is_judged_by_what_was_said_of_it(world: World, okr: UUID) -> None:
    ended(world, okr, 30)
    before = accuracies.accuracy(world.member).scores
    GoalForecast.objects.filter(goal__state=State.CLOSED).update(target=Decimal(60))
    after = accuracies.accuracy(world.member).scores
    assert before is not None
    assert after is not None
    assert after.brier != before.brier
    assert sum(one.came.share * one.key_results for one in after.bins) == pytest.approx(30)


def test_what_was_dropped_is_not_judged(world: World, okr: UUID) -> None:
    checked(named(KR), 66, 60, 52, world=world)
    record.record(by=world.system, at=world.at)
    closing.close(named(KR), outcome=State.DROPPED, reason="Not now", by=world.sub_lead, at=world.at)
    assert accuracies.accuracy(world.member).so_far == 0


def test_confidence_is_told_of_five_persons_together_and_of_oneself_alone(world: World, okr: UUID) -> None:
    four = (world.sub_lead, world.lead, world.owner, world.admin)
    ended(world, okr, 12, people=four)
    assert accuracies.confidence(world.sub_lead).group is None
    assert accuracies.confidence(world.sub_lead).group_people == 4
    ended(world, okr, 12, name="More", people=(world.member, world.sub_lead))
    found = accuracies.confidence(world.sub_lead)
    assert found.group is not None
    assert found.group.people == 5
    assert found.group.key_results == 24
    assert found.group.brier == pytest.approx((0.09 + 0.49) / 2)
    assert accuracies.confidence(world.observer).own is None
    assert accuracies.confidence(world.lead).own is None  # three key results of one's own say too little


def test_from_enough_closed_key_results_the_forecasts_learn_and_say_so(
    world: World, measured: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecast_learning, "LEAST", 8)
    before = landing(world.member, named(KR), now=world.at)
    ended(world, measured, 8)
    assert not ForecastLearning.objects.exists()
    record.record(by=world.system, at=world.at)
    assert ForecastLearning.objects.get().key_results == 8
    after = landing(world.member, named(KR), now=world.at)
    assert before.method == "kernel mixture"
    assert after.method == "kernel mixture, calibrated"
    assert after.reach != before.reach
    assert GoalForecast.objects.get(goal=named(KR)).method == after.method
    assert accuracies.accuracy(world.member).learned_from == 8
    record.record(by=world.system, at=world.later(days=1))
    assert ForecastLearning.objects.count() == 1
