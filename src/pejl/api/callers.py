"""Who calls, what they may, how often, and at which moment they look."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from pejl.api.problems import Stop
from pejl.domain import periods
from pejl.queries import past
from pejl.queries import tokens as tokens_read
from pejl.queries.scope import Member
from pejl.queries.tokens import Holder
from pejl.services import rates, tokens
from pejl.services.commands import Key

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
LONGEST_KEY: Final = 100
_KEY: Final = re.compile(r"[!-~]*")


class Bearer(HttpBearer):
    """`Authorization: Bearer pejl_…`. A token that only reads is stopped before anything is written; `reads`
    is for a call that writes nothing though it is a POST."""

    def __init__(self, *, reads: bool = False) -> None:
        super().__init__()
        self.reads = reads

    def authenticate(self, request: HttpRequest, token: str) -> Holder | None:
        at = now(request)
        found = tokens_read.holder(token, now=at)
        if found is None:
            return None
        request.member = found.member  # type: ignore[attr-defined] # who a file comes from, to what receives it
        counted(request, found)
        if request.method not in SAFE and not self.reads and not found.writes:
            raise Stop(403, detail=_("This token only reads. Make one with the scope write."))
        given = key(request)
        request.repeated = (  # type: ignore[attr-defined]
            request.method not in SAFE and isinstance(given, Key) and given.done(by=found.member)
        )
        tokens.used(found.token_id, last=found.used_at, at=at)
        return found


def caller(request: HttpRequest) -> Holder:
    found: Holder = request.auth  # type: ignore[attr-defined]
    return found


def member(request: HttpRequest) -> Member:
    return caller(request).member


def now(request: HttpRequest) -> datetime:
    moment: datetime = request.now  # type: ignore[attr-defined]
    return moment


@contextmanager
def known(request: HttpRequest) -> Iterator[tuple[Member, datetime]]:
    """Who reads, and the moment they look at: now, or `?as_of=`, a date (its end) or an RFC 3339 moment.
    What is read inside must be whole when it is left."""
    by, at = member(request), now(request)
    asked = request.GET.get("as_of", "")
    then = moment(asked, name="as_of", by=by) if asked else None
    if then is None or then >= at:
        yield by, at
        return
    with past.known(by, at=then) as reader:
        yield reader, then


def moment(text: str, *, name: str, by: Member) -> datetime:
    """A date stands for its end, in the zone of who asks. Raises `Stop`."""
    try:
        found = periods.moment(text, zone=by.zone)
    except ValueError:
        found = None
    if found is None:
        raise Stop(422, detail=_("%(name)s takes a date or an RFC 3339 moment.") % {"name": name})
    return found


def repeated(request: HttpRequest) -> bool:
    """Whether this very request was done before, by its key: it is answered alike, and asks nothing of what
    has become of the thing since."""
    return getattr(request, "repeated", False)


def key(request: HttpRequest) -> str | None:
    """`Idempotency-Key`, with what is asked by it; a form says that by its parts, not as a whole. Raises
    `Stop` for one that is too long, or is more than letters and signs."""
    given = request.headers.get("Idempotency-Key", "")
    if len(given) > LONGEST_KEY or not _KEY.fullmatch(given):
        raise Stop(422, detail=_("An Idempotency-Key has at most %(most)s letters.") % {"most": LONGEST_KEY})
    if not given or request.content_type == "multipart/form-data":
        return given or None
    asked = "\n".join((request.method or "", request.get_full_path(), _said(request.body)))
    return Key(given, digest=hashlib.sha256(asked.encode()).hexdigest())


def _said(body: bytes) -> str:
    """The same for JSON that says the same."""
    try:
        found = json.loads(body, parse_float=Decimal)
        return json.dumps(found, sort_keys=True, default=repr)
    except (ValueError, ArithmeticError, RecursionError):
        return hashlib.sha256(body).hexdigest()


def counted(request: HttpRequest, found: Holder) -> None:
    """Counts the request against `PEJL_API_RATE`, requests a minute for each token. Raises `Stop` (429)."""
    config = settings.CONFIG
    rate = rates.counted(found.token_id, rate=config.api_rate, workers=config.workers, clock=time.time())
    if rate is None:
        return
    request.rate = rate.headers()  # type: ignore[attr-defined]
    if rate.over:
        raise Stop(429, Retry_After=str(rate.reset))
