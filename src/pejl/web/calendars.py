"""Calendars as iCalendar (RFC 5545) and histories as Atom (RFC 4287), in the language in force.

Nothing in them depends on the moment they are fetched at but what is due: what did not change is the same to
the byte, and is not sent again.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final

import icalendar
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pejl.queries.feeds import Asked, History
from pejl.queries.frames import FramePeriod
from pejl.queries.scope import Member
from pejl.web import feeds
from pejl.web import format as told_as

LASTS: Final = timedelta(minutes=15)


def calendar(by: Member, turns: Sequence[Asked], ends: Sequence[FramePeriod], *, base: str) -> bytes:
    """Check-ins at their moments, a quarter of an hour each; periods on their last day. `base` is the address
    of this server."""
    made = icalendar.Calendar()
    made.add("prodid", "-//Pejl//Pejl//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", f"Pejl · {by.workspace_name}")
    for turn in turns:
        made.add_component(_turn(by, turn, base=base))
    for period in ends:
        made.add_component(_end(period, base=base))
    return bytes(made.to_ical())


def _turn(by: Member, turn: Asked, *, base: str) -> icalendar.Event:
    count = len(turn.goals)
    title = ngettext("Check-in: %(count)s goal", "Check-in: %(count)s goals", count) % {"count": count}
    at = turn.at.astimezone(UTC)
    kind = "due" if turn.due else "next"
    made = _event(f"{kind}-{at:%Y%m%dT%H%M}-{by.person_id}", title, changed_at=turn.changed_at)
    made.add("dtstart", at)
    made.add("dtend", at + LASTS)
    made.add("description", "\n".join(turn.goals))
    made.add("url", f"{base}/checkin")
    return made


def _end(period: FramePeriod, *, base: str) -> icalendar.Event:
    name = period.said(told_as.language())
    began = datetime.combine(period.start, time(), tzinfo=UTC)
    made = _event(f"end-{period.id}", _("%(period)s ends") % {"period": name}, changed_at=began)
    made.add("dtstart", period.end)
    made.add("dtend", period.end + timedelta(days=1))
    made.add("url", f"{base}/goals")
    return made


def _event(key: str, title: str, *, changed_at: datetime) -> icalendar.Event:
    """It tells of something and takes nobody's time: others still see its hour as free."""
    made = icalendar.Event()
    made.add("uid", f"{key}@pejl")
    made.add("dtstamp", changed_at.astimezone(UTC).replace(microsecond=0))
    made.add("summary", title)
    made.add("transp", "TRANSPARENT")
    return made


def atom(history: History, *, room: str, base: str, here: str) -> bytes:
    """`room` is where it stands here, such as `/goals/…`; `here` is the feed's own address."""
    feed = _Atom(
        title=f"{history.title} · Pejl",
        link=base + room,
        description="",
        language=translation.get_language() or "en",
        feed_url=here,
        feed_guid=f"urn:uuid:{history.id}",
        began=history.updated_at,
    )
    for item in feeds.items(history.rows):
        row = item.row
        feed.add_item(
            title=html.unescape(strip_tags(item.sentence)),
            link=f"{base}/goals/{row.goal.id}" if row.goal else base + room,
            description=item.text,
            unique_id=f"urn:uuid:{row.id}",
            author_name=row.by or "Pejl",
            pubdate=row.at,
            updateddate=row.at,
        )
    return str(feed.writeString("utf-8")).encode()


class _Atom(Atom1Feed):
    """An empty one was last changed when its subject began, not at the moment it is asked for."""

    def latest_post_date(self) -> datetime:
        began: datetime = self.feed["began"]
        return super().latest_post_date() if self.items else began
