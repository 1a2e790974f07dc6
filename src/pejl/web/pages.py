"""What every page needs: who asks, the frame around it, one way to refuse and one way to go on."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render as django_render
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from pejl.queries import past, workspaces
from pejl.queries.scope import Member, NotFound
from pejl.services import messages as sentences
from pejl.services.errors import Rejected
from pejl.web import pasts, shell

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def signed_in(view: View[P]) -> View[P]:
    """Only for somebody who belongs to a workspace; others are led to sign in, or to the first run."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **options: P.kwargs) -> HttpResponse:
        by = member_or_none(request)
        if by is not None:
            then = pasts.moment(request, by, now=now(request))
            if then is None:
                return view(request, *args, **options)
            if not getattr(view, "of_any_day", False) or request.method not in {"GET", "HEAD"}:
                return away(request, by=by, then=then)
            with past.known(by, at=then) as reader:
                request.member, request.now = reader, then  # type: ignore[attr-defined]
                return view(request, *args, **options)
        if not workspaces.any_exist():
            return HttpResponseRedirect("/start")
        if request.user.is_authenticated:
            raise NotFound
        return HttpResponseRedirect("/signin?" + urlencode({"next": request.get_full_path()}))

    return guarded  # type: ignore[return-value]


def away(request: HttpRequest, *, by: Member, then: datetime) -> HttpResponse:
    """Somebody who looks back meant to write: nothing is written, and what they typed can be sent today."""
    typed = [(name, text) for name, texts in request.POST.lists() for text in texts]
    hidden = {"csrfmiddlewaretoken", "key"}
    return bare(
        request,
        "past.html",
        status=409,
        day=by.today(then),
        typed=[one for one in typed if one[0] not in hidden] if request.method == "POST" else [],
        path=request.path,
        sends=request.method == "POST",
    )


def member_or_none(request: HttpRequest) -> Member | None:
    found: Member | None = getattr(request, "member", None)
    return found


def member(request: HttpRequest) -> Member:
    found = member_or_none(request)
    if found is None:
        raise NotFound
    return found


def render(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """A page in its frame, or a fragment: fragments leave the frame's queries unasked."""
    frame = {} if template.rsplit("/", 1)[-1].startswith("_") else {"shell": shell.build(request)}
    return django_render(request, template, {**frame, **context}, status=status)


def done(request: HttpRequest, message: str, url: str) -> HttpResponse:
    """Says what happened on the next page."""
    messages.success(request, message)
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


def errors(rejected: Rejected) -> dict[str, str]:
    """Field → its one sentence, in the reader's language. "" holds what belongs to the whole form."""
    found: dict[str, str] = {}
    for reason in rejected.reasons:
        found.setdefault(reason.field, sentences.sentence(reason))
    return found


def next_url(request: HttpRequest, default: str = "/") -> str:
    """Where to go on to: only ever a place of our own."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe and wanted.startswith("/") else default


def key(request: HttpRequest) -> str | None:
    """The form's own idempotency key: sent twice, done once."""
    return request.POST.get("key", "")[:100] or None


def ids(texts: list[str]) -> tuple[UUID, ...]:
    """The ids among these texts; anything else is left out."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return tuple(dict.fromkeys(found))


def bare(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """A page outside the frame: first run, sign-in."""
    return django_render(request, template, context, status=status)


def now(request: HttpRequest) -> datetime:
    """The moment of the request, read once."""
    moment: datetime = request.now  # type: ignore[attr-defined]
    return moment
