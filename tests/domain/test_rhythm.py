"""When a check-in is due, by the wall clock of four places."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pejl.domain import rhythm
from pejl.domain.rhythm import Rhythm
from pejl.domain.values import Refused

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
PLACES = ["Europe/Copenhagen", "UTC", "Asia/Tokyo", "Pacific/Auckland"]
LONG_AGO = date(2020, 1, 1)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
RHYTHMS = st.builds(
    Rhythm, weekday=st.integers(0, 6), at=st.times().map(lambda t: t.replace(microsecond=0)),
    every_weeks=st.sampled_from([1, 2, 4]),
)  # fmt: skip


@pytest.mark.parametrize(
    ("place", "due"),
    [
        ("Europe/Copenhagen", "2026-07-13T07:00:00+00:00"),
        ("UTC", "2026-07-13T09:00:00+00:00"),
        ("Asia/Tokyo", "2026-07-13T00:00:00+00:00"),
        ("Pacific/Auckland", "2026-07-12T21:00:00+00:00"),
    ],
)
def test_monday_at_nine_is_nine_on_everyone_s_own_wall(place: str, due: str) -> None:
    now = datetime(2026, 7, 15, 12, tzinfo=UTC)
    assert rhythm.last_due(Rhythm(), now=now, zone=ZoneInfo(place)).astimezone(UTC).isoformat() == due


def test_the_turn_comes_at_the_very_moment() -> None:
    nine = datetime(2026, 7, 13, 9, tzinfo=COPENHAGEN)
    assert rhythm.last_due(Rhythm(), now=nine, zone=COPENHAGEN) == nine
    assert rhythm.last_due(Rhythm(), now=nine - timedelta(seconds=1), zone=COPENHAGEN) == nine - timedelta(
        days=7
    )
    assert rhythm.next_due(Rhythm(), now=nine, zone=COPENHAGEN) == nine + timedelta(days=7)


@pytest.mark.parametrize(
    ("place", "before", "after"),
    [
        ("Europe/Copenhagen", "2026-03-23T09:00:00+01:00", "2026-03-30T09:00:00+02:00"),
        ("Europe/Copenhagen", "2026-10-19T09:00:00+02:00", "2026-10-26T09:00:00+01:00"),
        ("Pacific/Auckland", "2026-09-21T09:00:00+12:00", "2026-09-28T09:00:00+13:00"),
        ("Asia/Tokyo", "2026-03-23T09:00:00+09:00", "2026-03-30T09:00:00+09:00"),
    ],
)
def test_the_wall_clock_holds_when_the_clocks_change(place: str, before: str, after: str) -> None:
    zone, now = ZoneInfo(place), datetime.fromisoformat(before) + timedelta(hours=1)
    assert rhythm.last_due(Rhythm(), now=now, zone=zone).isoformat() == before
    assert rhythm.next_due(Rhythm(), now=now, zone=zone).isoformat() == after


def test_an_hour_that_the_clocks_skip_is_taken_an_hour_later() -> None:
    sunday_night = Rhythm(weekday=6, at=time(2, 30))
    now = datetime(2026, 3, 29, 12, tzinfo=UTC)
    assert rhythm.last_due(sunday_night, now=now, zone=COPENHAGEN).isoformat() == "2026-03-29T03:30:00+02:00"


def test_an_hour_that_comes_twice_is_taken_the_first_time() -> None:
    sunday_night = Rhythm(weekday=6, at=time(2, 30))
    between = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 02:10 for the second time
    assert (
        rhythm.last_due(sunday_night, now=between, zone=COPENHAGEN).isoformat() == "2026-10-25T02:30:00+02:00"
    )
    first_time = datetime(2026, 10, 25, 0, 10, tzinfo=UTC)  # 02:10 for the first time
    assert rhythm.last_due(sunday_night, now=first_time, zone=COPENHAGEN).day == 18


def test_every_second_week_leaves_one_out() -> None:
    fortnight = Rhythm(every_weeks=2)
    days = {
        rhythm.last_due(fortnight, now=datetime(2026, 7, day, 12, tzinfo=UTC), zone=COPENHAGEN)
        .date()
        .isoformat()
        for day in range(1, 29)
    }
    assert days == {"2026-06-29", "2026-07-13", "2026-07-27"}


def test_the_anchor_chooses_which_weeks_and_any_day_of_its_week_will_do() -> None:
    now, fortnight = datetime(2026, 7, 15, 12, tzinfo=UTC), Rhythm(every_weeks=2)
    for day in (6, 9, 12):
        due = rhythm.last_due(fortnight, now=now, zone=COPENHAGEN, anchor=date(2026, 7, day))
        assert due.date() == date(2026, 7, 6)


@given(RHYTHMS, MOMENTS, st.sampled_from(PLACES))
def test_now_lies_between_the_last_and_the_next_due_moment(turns: Rhythm, now: datetime, place: str) -> None:
    zone = ZoneInfo(place)
    last = rhythm.last_due(turns, now=now, zone=zone)
    coming = rhythm.next_due(turns, now=now, zone=zone)
    assert last.astimezone(UTC) <= now < coming.astimezone(UTC)
    assert last.weekday() == coming.weekday() == turns.weekday
    assert (coming.date() - last.date()).days == 7 * turns.every_weeks


@given(RHYTHMS, MOMENTS, st.sampled_from(PLACES))
def test_a_check_in_now_is_enough_until_the_next_due_moment(turns: Rhythm, now: datetime, place: str) -> None:
    zone = ZoneInfo(place)
    coming = rhythm.next_due(turns, now=now, zone=zone).astimezone(UTC)

    def due(at: datetime) -> bool:
        return rhythm.is_due(last_checkin_at=now, rhythm=turns, now=at, zone=zone, since=LONG_AGO)

    assert not due(now)
    assert not due(coming - timedelta(microseconds=1))
    assert due(coming)


def test_without_any_check_in_the_first_is_asked_for_at_the_first_turn_after_the_start() -> None:
    def due(day: int, hour: int) -> bool:
        now = datetime(2026, 7, day, hour, tzinfo=COPENHAGEN)
        return rhythm.is_due(
            last_checkin_at=None, rhythm=Rhythm(), now=now, zone=COPENHAGEN, since=date(2026, 7, 8)
        )

    assert [due(8, 12), due(13, 8), due(13, 9), due(15, 9)] == [False, False, True, True]


def test_a_goal_that_starts_on_the_day_of_the_turn_is_asked_on_that_day() -> None:
    now, monday = datetime(2026, 7, 13, 12, tzinfo=COPENHAGEN), date(2026, 7, 13)
    told = {"last_checkin_at": None, "rhythm": Rhythm(), "now": now, "zone": COPENHAGEN}
    assert rhythm.is_due(since=monday, **told)  # type: ignore[arg-type]
    assert not rhythm.is_due(since=monday + timedelta(days=1), **told)  # type: ignore[arg-type]


def test_a_check_in_an_hour_before_the_turn_does_not_count_for_it() -> None:
    now = datetime(2026, 7, 13, 10, tzinfo=COPENHAGEN)
    early, in_time = now.replace(hour=8), now.replace(hour=9)
    told = {"rhythm": Rhythm(), "now": now, "zone": COPENHAGEN, "since": LONG_AGO}
    assert rhythm.is_due(last_checkin_at=early, **told)  # type: ignore[arg-type]
    assert not rhythm.is_due(last_checkin_at=in_time, **told)  # type: ignore[arg-type]


def test_a_moment_without_a_zone_is_an_error() -> None:
    with pytest.raises(ValueError, match="time zone"):
        rhythm.last_due(Rhythm(), now=datetime(2026, 7, 13, 9), zone=COPENHAGEN)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"weekday": 7}, "rhythm.weekday", "weekday"),
        ({"weekday": -1}, "rhythm.weekday", "weekday"),
        ({"every_weeks": 3}, "rhythm.weeks", "every_weeks"),
        ({"every_weeks": 0}, "rhythm.weeks", "every_weeks"),
    ],
)
def test_a_rhythm_that_no_calendar_has_is_refused(wrong: dict[str, int], code: str, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        Rhythm(**wrong)  # type: ignore[arg-type]
    assert (refusal.value.code, refusal.value.field) == (code, field)
