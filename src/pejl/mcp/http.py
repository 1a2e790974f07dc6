"""`/mcp`: the protocol over HTTP, for programs with a token.

Each request is answered by itself and as JSON: no session is kept, so any worker can answer any of them. The
library is loaded by the first request, not by a server that nobody asks for it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from pejl.queries import tokens as tokens_read
from pejl.services import rates, tokens

if TYPE_CHECKING:
    from pejl.queries.tokens import Holder
    from pejl.services.rates import Rate

MOST_BYTES: Final = 1_000_000
_REFUSED: Final = -32000  # the protocol's own range for errors of a server


class _Stop(Exception):  # noqa: N818 - an answer
    """The request ends here with that status."""

    def __init__(self, status: int, why: str, **headers: str) -> None:
        super().__init__(status)
        self.status, self.why, self.headers = status, why, headers


@csrf_exempt  # a token is sent by a program; no browser adds it by itself
def endpoint(request: HttpRequest) -> HttpResponse:
    try:
        found = _let_in(request)
        rate = _counted(found)
        response = _answer(request, _body(request), found)
    except _Stop as stop:
        told = {"jsonrpc": "2.0", "id": None, "error": {"code": _REFUSED, "message": stop.why}}
        return JsonResponse(told, status=stop.status, headers=stop.headers)
    for name, value in (rate.headers() if rate is not None else {}).items():
        response[name] = value
    return response


urls = [path("mcp", endpoint)]


def _own(origin: str | None) -> bool:
    """Programs send none; a page in a browser does, and only our own may."""
    if origin is None:
        return True
    own, asked = urlsplit(settings.CONFIG.base_url), urlsplit(origin)
    return (own.scheme, own.netloc.lower()) == (asked.scheme, asked.netloc.lower())


def _let_in(request: HttpRequest) -> Holder:
    """Raises `_Stop`."""
    if not _own(request.headers.get("Origin")):
        raise _Stop(403, _("Requests from the pages of other servers are refused."))
    if request.method != "POST":
        raise _Stop(405, _("Send a POST request."), Allow="POST")
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    at: Any = request.now  # type: ignore[attr-defined]
    found = tokens_read.holder(token.strip(), now=at) if scheme.lower() == "bearer" else None
    if found is None:
        why = _("Send a token that is valid: Authorization: Bearer pejl_…")
        raise _Stop(401, why, **{"WWW-Authenticate": 'Bearer realm="pejl"'})
    tokens.used(found.token_id, last=found.used_at, at=at)
    return found


def _counted(found: Holder) -> Rate | None:
    """Against the rate of the API. Raises `_Stop`."""
    config = settings.CONFIG
    rate = rates.counted(found.token_id, rate=config.api_rate, workers=config.workers, clock=time.time())
    if rate is not None and rate.over:
        raise _Stop(429, _("Too many requests: wait a little."), **{"Retry-After": str(rate.reset)})
    return rate


def _body(request: HttpRequest) -> bytes:
    """Raises `_Stop`."""
    try:
        body = request.body
    except UnreadablePostError as error:
        raise _Stop(400, _("This is no request that can be read.")) from error
    except RequestDataTooBig:
        raise _Stop(413, _("This is too large.")) from None
    if len(body) > MOST_BYTES:
        raise _Stop(413, _("This is too large."))
    return body


def _answer(request: HttpRequest, body: bytes, found: Holder) -> HttpResponse:
    from pejl.mcp import bridges, servers
    from pejl.mcp.callers import Caller

    caller = Caller(found.member, request.now, writes=found.writes)  # type: ignore[attr-defined]
    status, headers, content = bridges.exchange(
        servers.of(lambda: caller), path=request.path, headers=request.headers.items(), body=body
    )
    response = HttpResponse(content, status=status)
    del response["Content-Type"]
    for name, value in headers:
        response[name] = value
    return response
