"""What happens around every request: an id, who is asking, their language, and calm answers to trouble."""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import UUID

import uuid_utils.compat
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation

from pejl import logs
from pejl.queries import people
from pejl.queries.scope import Forbidden, NotFound

Next = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger("pejl.web")

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)


class RequestId:
    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid_utils.compat.uuid7().hex
        logs.request_id.set(request_id)
        request.id = request_id  # type: ignore[attr-defined]
        request.now = timezone.now()  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-Id"] = request_id
        response["Content-Security-Policy"] = CSP
        response["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        return response


class Member:
    """`request.member` is who is asking, in the workspace they last chose; None when signed out."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.member = None  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            slug = str(request.session.get("workspace", ""))
            account_id: UUID = request.user.pk
            request.member = people.member_of(account_id, slug=slug)  # type: ignore[attr-defined]
        return self.get_response(request)


class Language:
    """The account's language; else the one chosen in this browser, else what the browser asks for."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = getattr(request.user, "language", "") or request.session.get("language", "")
        if chosen not in {"da", "en"}:
            chosen = translation.get_language_from_request(request)
        with translation.override("da" if chosen.startswith(("da", "nb", "nn", "no")) else "en"):
            response = self.get_response(request)
            response["Content-Language"] = translation.get_language() or "en"
            return response


class Answers:
    """Turns "no such thing", "not yours to do" and anything unforeseen into a page without a traceback."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, NotFound | Http404):
            return page(request, 404)
        if isinstance(error, Forbidden):
            return page(request, 403)
        log.error("unforeseen: %s %s", request.method, request.path, exc_info=error)
        return page(request, 500)


def page(request: HttpRequest, status: int) -> HttpResponse:
    return render(
        request, "trouble.html", {"status": status, "request_id": getattr(request, "id", "-")}, status=status
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return page(request, 404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return page(request, 403)


def unforeseen(request: HttpRequest) -> HttpResponse:
    return page(request, 500)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was not ours, or whose page stood open since before signing in or out."""
    log.warning("form refused: %s", reason)
    return page(request, 400)
