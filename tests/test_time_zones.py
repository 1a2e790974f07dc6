"""The same local day gives the same answers in every time zone, whatever zone the server stands in."""

from __future__ import annotations

import os
import time as clock
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from pejl.domain.values import Kind, Level, Metric, MetricKind, PeriodKind, Status
from pejl.models import Checkin, Goal, Period
from pejl.queries import dues, people
from pejl.queries import goals as pages
from pejl.queries import periods as calendars
from pejl.queries.scope import Member
from pejl.services import checkins, doctors, goals, periods, workspaces
from pejl.services import people as staff
from pejl.services.errors import Rejected
from pejl.services.goals import GoalDraft
from world import World

ZONES = ("Europe/Copenhagen", "UTC", "Asia/Tokyo", "Pacific/Auckland")
SERVERS = ("UTC", "Asia/Tokyo", "Pacific/Auckland", "America/Los_Angeles")
MONDAY = date(2026, 8, 17)
# Auckland puts the clocks forward on 27 September 2026, Copenhagen back on 25 October.
QUARTER_DAYS = (date(2026, 7, 1), date(2026, 9, 30))


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """The zone of the process, as the machine's `TZ` sets it."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    clock.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    clock.tzset()


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody's key result, asked for every Monday at nine, in a company of that zone."""

    by: Member
    zone: ZoneInfo
    goal: UUID

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """That moment on the wall, as the server is told it: in UTC."""
        return datetime.combine(day, time(hour, minute), tzinfo=self.zone).astimezone(UTC)


@pytest.fixture(params=ZONES)
def place(request: pytest.FixtureRequest, server: str, world: World) -> Place:
    zone = ZoneInfo(request.param)
    workspaces.configure({"timezone": request.param}, by=world.owner, at=world.at)
    by = world.again(world.member)
    assert by.timezone == request.param
    assert by.person_id is not None
    draft = GoalDraft(
        Kind.KEY_RESULT,
        "Requests a month",
        level=Level.TEAM,
        teams=(world.design,),
        period=world.q3,
        owners=(by.person_id,),
        metric=Metric(MetricKind.DECREASE, start=Decimal(120), target=Decimal(20)),
    )
    made = datetime.combine(QUARTER_DAYS[0], time(0, 5), tzinfo=zone).astimezone(UTC)
    return Place(by, zone, goals.create(draft, by=people.system(world.slug), at=made))


def due(place: Place, now: datetime) -> bool:
    return dues.turns(place.by, now=now)[place.goal].due


def row(place: Place, now: datetime) -> pages.GoalRow:
    return pages.one(place.by, place.goal, now=now)


def test_today_is_the_persons_own_date_from_midnight_to_midnight(place: Place) -> None:
    assert place.by.today(place.at(MONDAY, 0, 0)) == MONDAY
    assert place.by.today(place.at(MONDAY, 23, 59)) == MONDAY
    assert place.by.today(place.at(MONDAY - timedelta(days=1), 23, 59)) == date(2026, 8, 16)


def test_a_word_late_in_the_evening_is_of_that_day(place: Place) -> None:
    key = checkins.post(place.goal, value=Decimal(70), by=place.by, at=place.at(MONDAY, 23, 50))
    assert Checkin.objects.get(pk=key).on == MONDAY
    early = checkins.post(place.goal, value=Decimal(60), by=place.by, at=place.at(date(2026, 8, 18), 0, 10))
    assert Checkin.objects.get(pk=early).on == date(2026, 8, 18)
    assert Goal.objects.get(pk=place.goal).last_checkin_on == date(2026, 8, 18)
    assert Goal.objects.get(pk=place.goal).value == 60
    assert doctors.examine(place.by.slug, at=place.at(date(2026, 8, 18), 1)).faults == ()


def test_tomorrow_is_the_future_until_midnight(place: Place) -> None:
    tomorrow = MONDAY + timedelta(days=1)
    with pytest.raises(Rejected) as rejected:
        checkins.post(place.goal, value=Decimal(70), on=tomorrow, by=place.by, at=place.at(MONDAY, 23, 59))
    assert [reason.code for reason in rejected.value.reasons] == ["checkin.future"]
    checkins.post(place.goal, value=Decimal(70), on=tomorrow, by=place.by, at=place.at(tomorrow, 0, 0))


def test_a_check_in_is_due_from_monday_at_nine_on_the_wall(place: Place) -> None:
    sunday = MONDAY - timedelta(days=1)
    checkins.post(place.goal, value=Decimal(70), by=place.by, at=place.at(sunday, 12))
    assert not due(place, place.at(MONDAY, 8, 59))
    assert due(place, place.at(MONDAY, 9))
    assert due(place, place.at(MONDAY, 23, 59))
    checkins.post(place.goal, value=Decimal(60), by=place.by, at=place.at(MONDAY, 9, 1))
    assert not due(place, place.at(MONDAY, 9, 2))
    assert not due(place, place.at(date(2026, 8, 24), 8, 59))
    assert due(place, place.at(date(2026, 8, 24), 9))


def test_due_stays_at_nine_over_the_nights_the_clocks_change(place: Place) -> None:
    for monday in (date(2026, 9, 28), date(2026, 10, 26)):
        friday = monday - timedelta(days=3)
        checkins.post(place.goal, value=Decimal(50), by=place.by, at=place.at(friday, 10))
        assert not due(place, place.at(monday, 8, 59))
        assert due(place, place.at(monday, 9))


def test_expected_and_status_move_at_midnight_and_not_within_the_day(place: Place) -> None:
    checkins.post(place.goal, value=Decimal(70), by=place.by, at=place.at(MONDAY, 9))
    first, last = (row(place, place.at(MONDAY, *hour)) for hour in ((9, 5), (23, 59)))
    start, end = QUARTER_DAYS
    assert first.expected == last.expected == (MONDAY - start).days / (end - start).days
    assert (first.progress, first.status, last.status) == (0.5, Status.AT_RISK, Status.AT_RISK)
    after = row(place, place.at(date(2026, 8, 18), 0, 1))
    assert after.expected == (date(2026, 8, 18) - start).days / (end - start).days


def test_a_goal_starts_on_its_first_day_and_is_expected_whole_on_its_last(place: Place) -> None:
    start, end = QUARTER_DAYS
    assert row(place, place.at(start - timedelta(days=1), 23, 59)).status == Status.NOT_STARTED
    assert row(place, place.at(start, 0, 1)).status == Status.ON_TRACK
    assert row(place, place.at(start, 23, 59)).expected == 0
    assert row(place, place.at(end, 0, 1)).expected == 1


def test_silence_of_two_intervals_is_stale_from_the_next_midnight(place: Place) -> None:
    checkins.post(place.goal, value=Decimal(20), by=place.by, at=place.at(MONDAY, 23, 50))
    fortnight = MONDAY + timedelta(days=14)
    assert row(place, place.at(fortnight, 23, 59)).stale_days is None
    assert row(place, place.at(fortnight + timedelta(days=1), 0, 1)).stale_days == 15


def test_the_coming_year_is_there_from_the_first_minute_of_the_last_quarter(place: Place) -> None:
    system = people.system(place.by.slug)
    first = date(2026, 10, 1)
    assert periods.ensure(by=system, at=place.at(first - timedelta(days=1), 23, 59)) == []
    made = periods.ensure(by=system, at=place.at(first, 0, 0))
    rows = Period.objects.filter(pk__in=made)
    assert sorted(rows.values_list("kind", "year", "number")) == [
        (PeriodKind.QUARTER, 2027, number) for number in (1, 2, 3, 4)
    ] + [(PeriodKind.YEAR, 2027, 1)]


def test_the_current_period_turns_at_midnight(place: Place) -> None:
    every = calendars.every(place.by)
    last, first = date(2026, 9, 30), date(2026, 10, 1)
    before = calendars.current(every, today=place.by.today(place.at(last, 23, 59)))
    after = calendars.current(every, today=place.by.today(place.at(first, 0, 0)))
    assert before is not None
    assert after is not None
    assert (before.start, before.end) == QUARTER_DAYS
    assert after.start == first


def test_somebody_abroad_has_their_own_day_in_the_same_company(place: Place) -> None:
    assert place.by.person_id is not None
    changes = {"timezone": "Pacific/Kiritimati"}  # fourteen hours ahead of UTC: the first there is
    staff.edit(place.by.person_id, changes, by=place.by, at=place.at(MONDAY, 8))
    abroad = people.member(place.by.slug, place.by.person_id)
    noon = datetime(2026, 8, 17, 12, tzinfo=UTC)
    key = checkins.post(place.goal, value=Decimal(70), by=abroad, at=noon)
    assert Checkin.objects.get(pk=key).on == date(2026, 8, 18)
    assert place.by.today(noon) == noon.astimezone(place.zone).date()
