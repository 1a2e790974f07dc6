"""The rhythm of check-ins: when a word is asked for, by the clock on the person's own wall.

    due moments = the weekday of the anchor's week + n · every_weeks weeks, at the hour, local time
    due         = no check-in at or after the last due moment

Mondays at nine in Copenhagen, over the night the clocks go forward (29 March 2026): the wall clock
stays at nine, the time between is an hour short of a week.

>>> from datetime import UTC
>>> copenhagen = ZoneInfo("Europe/Copenhagen")
>>> now = datetime(2026, 3, 31, 12, tzinfo=UTC)
>>> last_due(Rhythm(), now=now, zone=copenhagen).isoformat()
'2026-03-30T09:00:00+02:00'
>>> before = datetime(2026, 3, 27, 8, tzinfo=UTC)
>>> last_due(Rhythm(), now=before, zone=copenhagen).isoformat()
'2026-03-23T09:00:00+01:00'
>>> is_due(last_checkin_at=before, rhythm=Rhythm(), now=now, zone=copenhagen, since=date(2026, 1, 1))
True
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pejl.domain.values import Refused

ANCHOR = date(2024, 1, 1)  # a Monday; which weeks a rhythm of two or four weeks falls in is counted from it
WEEKS = (1, 2, 4)
WEEKDAYS = range(7)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """``weekday`` 0 is Monday; ``at`` is local wall-clock time; every 1, 2 or 4 weeks."""

    weekday: int = 0
    at: time = time(9)
    every_weeks: int = 1

    def __post_init__(self) -> None:
        if self.weekday not in WEEKDAYS:
            raise Refused("rhythm.weekday", field="weekday", weekday=self.weekday)
        if self.every_weeks not in WEEKS:
            raise Refused("rhythm.weeks", field="every_weeks", weeks=self.every_weeks)


def last_due(rhythm: Rhythm, *, now: datetime, zone: ZoneInfo, anchor: date = ANCHOR) -> datetime:
    """The latest due moment at or before ``now`` (aware), in ``zone``.

    An hour that the clocks skip is taken as long after midnight as it would have been (02:30 becomes
    03:30); one that comes twice is taken the first time.
    """
    turn = _turn(rhythm, now=now, zone=zone, anchor=anchor)
    return _moment(rhythm, turn=turn, zone=zone, anchor=anchor)


def next_due(rhythm: Rhythm, *, now: datetime, zone: ZoneInfo, anchor: date = ANCHOR) -> datetime:
    """The first due moment after ``now`` (aware), in ``zone``."""
    turn = _turn(rhythm, now=now, zone=zone, anchor=anchor)
    return _moment(rhythm, turn=turn + 1, zone=zone, anchor=anchor)


def is_due(
    *,
    last_checkin_at: datetime | None,
    rhythm: Rhythm,
    now: datetime,
    zone: ZoneInfo,
    since: date,
    anchor: date = ANCHOR,
) -> bool:
    """Whether a check-in is asked for now. Due moments before ``since`` (the goal's start) ask for none."""
    asked = last_due(rhythm, now=now, zone=zone, anchor=anchor)
    if asked.date() < since:
        return False
    return last_checkin_at is None or last_checkin_at.astimezone(UTC) < asked.astimezone(UTC)


def _turn(rhythm: Rhythm, *, now: datetime, zone: ZoneInfo, anchor: date) -> int:
    if now.tzinfo is None:
        raise ValueError("now must carry a time zone")
    days = (now.astimezone(zone).date() - _first_day(rhythm, anchor=anchor)).days
    turn = days // (7 * rhythm.every_weeks)
    # Two times of one zone compare by their wall clocks, which lie when the clocks change: compare in UTC.
    passed = _moment(rhythm, turn=turn, zone=zone, anchor=anchor).astimezone(UTC) <= now.astimezone(UTC)
    return turn if passed else turn - 1


def _moment(rhythm: Rhythm, *, turn: int, zone: ZoneInfo, anchor: date) -> datetime:
    day = _first_day(rhythm, anchor=anchor) + timedelta(weeks=turn * rhythm.every_weeks)
    wall = datetime.combine(day, rhythm.at.replace(fold=0), tzinfo=zone)
    return wall.astimezone(UTC).astimezone(zone)


def _first_day(rhythm: Rhythm, *, anchor: date) -> date:
    return anchor + timedelta(days=rhythm.weekday - anchor.weekday())
