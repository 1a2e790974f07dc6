"""What the page of webhooks says: kinds of events, how far a message came, and why not further."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pejl.domain import webhooks as rules
from pejl.queries.scope import Member
from pejl.queries.webhooks import DeliveryRow, WebhookRow
from pejl.web import format as told_as

KINDS: Final[dict[str, Any]] = {
    "goal": gettext_lazy("Goals: written, changed, aligned, closed"),
    "checkin": gettext_lazy("Check-ins"),
    "comment": gettext_lazy("Comments"),
    "milestone": gettext_lazy("Milestones"),
    "task": gettext_lazy("Tasks"),
    "period": gettext_lazy("Periods"),
    "kpi": gettext_lazy("KPIs and their readings"),
    "team": gettext_lazy("Teams"),
}
WHY: Final[dict[str, Any]] = {
    "address": gettext_lazy("cannot be called"),
    "connection": gettext_lazy("no connection"),
    "name": gettext_lazy("no such name"),
    "private": gettext_lazy("an address inside, which is not allowed"),
    "stopped": gettext_lazy("switched off"),
    "timeout": gettext_lazy("no answer within ten seconds"),
    "tls": gettext_lazy("no secure connection"),
    "unseen": gettext_lazy("not for its person to see"),
}
STATES: Final[dict[str, Any]] = {
    "waiting": gettext_lazy("waiting"),
    "delivered": gettext_lazy("arrived"),
    "dead": gettext_lazy("given up"),
}


@dataclass(frozen=True, slots=True)
class Hook:
    """A row of the list. `short` is the address without its way, which may be a secret; `told` what it is
    told, `ticks` the same to choose from: value, label, chosen."""

    row: WebhookRow
    short: str
    told: str
    ticks: list[tuple[str, str, bool]]


@dataclass(frozen=True, slots=True)
class Sent:
    """A row of the messages. `came` is how far it came, `then` when it is tried next."""

    row: DeliveryRow
    short: str
    state: str
    came: str
    then: str


def hook(row: WebhookRow, *, chosen: Sequence[str]) -> Hook:
    told = sorted(row.verbs, key=lambda verb: (rules.KINDS.index(verb.partition(".")[0]), verb))
    return Hook(row, short(row.url), ", ".join(map(kind, told)), ticks(chosen))


def sent(row: DeliveryRow, *, by: Member, now: datetime) -> Sent:
    came = _("answer %(status)s") % {"status": row.status} if row.status else str(WHY.get(row.error, ""))
    then = "" if row.next_at is None else _next(row.next_at, by=by, now=now)
    return Sent(row, short(row.url), str(STATES[row.state]), came, then)


def short(url: str) -> str:
    return urlsplit(url).netloc


def kind(verb: str) -> str:
    """`goal.*` → "Goals"; an exact name stays as it is."""
    name, _point, which = verb.partition(".")
    return str(KINDS[name]).partition(":")[0] if which == "*" else verb


def ticks(chosen: Sequence[str]) -> list[tuple[str, str, bool]]:
    """Every kind; and the exact names that a program asked for, so that saving the form keeps them."""
    whole = [(f"{name}.*", str(KINDS[name])) for name in rules.KINDS]
    exact = [(verb, verb) for verb in chosen if not verb.endswith(".*")]
    return [(verb, label, verb in chosen) for verb, label in (*whole, *exact)]


def _next(at: datetime, *, by: Member, now: datetime) -> str:
    if at <= now:
        return _("on its way")
    clock = told_as.clock(at, by.zone)
    if by.today(at) == by.today(now):
        return _("again at %(time)s") % {"time": clock}
    return _("again %(day)s at %(time)s") % {"day": told_as.day(at.astimezone(by.zone)), "time": clock}
