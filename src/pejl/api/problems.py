"""Refusals as RFC 9457 problem documents: `{type, title, status, detail, errors: [{path, message}]}`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, UnreadablePostError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from pejl.queries import resources
from pejl.queries.scope import Forbidden, NotFound
from pejl.services import messages
from pejl.services.errors import Conflict, Reason, Rejected

log = logging.getLogger("pejl.api")
View = Callable[..., HttpResponse]
TYPE: Final = "application/problem+json"
TITLES: Final = {
    400: gettext_lazy("This is no request that can be read."),
    401: gettext_lazy("Send a token that is valid: Authorization: Bearer pejl_…"),
    403: gettext_lazy("This token may not do that."),
    404: gettext_lazy("There is no such thing here."),
    405: gettext_lazy("This address does not take that method."),
    409: gettext_lazy("Somebody else was here first."),
    412: gettext_lazy("It was changed since you read it."),
    413: gettext_lazy("This is too large."),
    422: gettext_lazy("This cannot be used as it is."),
    429: gettext_lazy("Too many requests: wait a little."),
    500: gettext_lazy("Something went wrong here. The request id says where to look."),
}
# The same to who reads the OpenAPI document, which is in English whoever asks.
MEANINGS: Final = {
    400: "No request that can be read",
    401: "No token, or one that is not valid",
    403: "The token, or the person it stands for, may not do that",
    404: "There is no such thing for this token",
    405: "The address does not take that method",
    409: "Somebody else was here first, or it cannot be together with what is there",
    412: "It was changed since it was read",
    413: "Too large",
    422: "Refused as it is: errors names the field of each trouble",
    429: "Too many requests",
    500: "Something went wrong here",
}
# What the schema refuses, by the first word of pydantic's own kinds; the rest say that the value is wrong.
_KINDS: Final = {
    "missing": gettext_lazy("This is needed."),
    "extra_forbidden": gettext_lazy("This is not known here."),
    "enum": gettext_lazy("Choose one from the list."),
    "literal_error": gettext_lazy("Choose one from the list."),
    "uuid": gettext_lazy("This is no id."),
    "date": gettext_lazy("Write the date as year, month and day, for instance 2026-12-31."),
    "datetime": gettext_lazy("Write the moment as in RFC 3339, for instance 2026-12-31T09:00:00Z."),
    "string_too_long": gettext_lazy("This is too long."),
    "string_too_short": gettext_lazy("Write something here."),
    "less_than": gettext_lazy("This is too large."),
    "greater_than": gettext_lazy("This is too small."),
    "decimal": gettext_lazy("Write it as a number, for instance 30."),
    "int": gettext_lazy("Write it as a whole number."),
    "bool": gettext_lazy("Write true or false."),
    "list": gettext_lazy("Send a list."),
}


class Stop(Exception):  # noqa: N818 - an answer
    """The request ends here with that status. `headers` go with it."""

    def __init__(self, status: int, *, detail: str = "", **headers: str) -> None:
        super().__init__(status)
        self.status, self.detail = status, detail
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def problem(
    request: HttpRequest,
    status: int,
    *,
    detail: str = "",
    errors: Iterable[dict[str, Any]] = (),
    **more: Any,
) -> HttpResponse:
    """`errors` name the field of each trouble by its path, "" for the whole."""
    told: dict[str, Any] = {
        "type": "about:blank",
        "title": str(TITLES.get(status, TITLES[400])),
        "status": status,
        "instance": f"urn:request:{getattr(request, 'id', '-')}",
    }
    if detail:
        told["detail"] = detail
    told |= more
    found = list(errors)
    if found:
        told["errors"] = found
    return HttpResponse(resources.encoded(told), status=status, content_type=TYPE)


@csrf_exempt
def nowhere(request: HttpRequest) -> HttpResponse:
    """Where no call of the API is."""
    return problem(request, 404)


def by_method(view: View) -> View:
    """A method that an address does not take is refused like everything else."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **given: Any) -> HttpResponse:
        response = view(request, *args, **given)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        told = problem(request, 405)
        told["Allow"] = response["Allow"]
        return told

    return answered


def handle(api: NinjaAPI) -> None:
    """Every way in which a request can end without what was asked for."""
    answers: tuple[tuple[type[Exception], Any], ...] = (
        (NotFound, lambda request, _error: problem(request, 404)),
        (Http404, lambda request, _error: problem(request, 404)),
        (Forbidden, lambda request, _error: problem(request, 403)),
        (Rejected, _rejected),
        (Stop, _stopped),
        (AuthenticationError, _unknown),
        (ValidationError, _invalid),
        (HttpError, lambda request, error: problem(request, error.status_code)),
        (RequestDataTooBig, lambda request, _error: problem(request, 413)),
        (UnreadablePostError, lambda request, _error: problem(request, 400)),
        (Exception, _unforeseen),
    )
    for kind, answer in answers:
        api.add_exception_handler(kind, answer)


def _rejected(request: HttpRequest, error: Rejected) -> HttpResponse:
    circle = next((dict(one.params) for one in error.reasons if one.code == "alignment.cycle"), None)
    status = 409 if isinstance(error, Conflict) or circle else 422
    more: dict[str, Any] = {}
    if circle:
        goals = zip(circle.get("ids", ()), circle["path"], strict=False)  # type: ignore[call-overload]
        more["title"] = _("This would close a circle.")
        more["path"] = [{"id": key, "title": title} for key, title in goals]
    first = _sentence(error.reasons[0]) if error.reasons else ""
    return problem(request, status, detail=first, errors=map(_told, error.reasons), **more)


def _told(reason: Reason) -> dict[str, Any]:
    told = {"path": reason.field, "code": reason.code, "message": _sentence(reason)}
    readings = dict(reason.params).get("readings")
    if readings is not None:
        told |= {"code": "ambiguous", "readings": list(readings)}  # type: ignore[call-overload]
    return told


def _sentence(reason: Reason) -> str:
    """To a program, which has no form and no page."""
    if reason.code == "once.other-input":
        return _("This Idempotency-Key was sent before with another request. Send another key.")
    return messages.sentence(reason)


def _stopped(request: HttpRequest, error: Stop) -> HttpResponse:
    response = problem(request, error.status, detail=error.detail)
    for name, value in error.headers.items():
        response[name] = value
    return response


def _unknown(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    response = problem(request, 401)
    response["WWW-Authenticate"] = 'Bearer realm="pejl"'
    return response


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problem(request, 422, errors=[_why(one) for one in error.errors])


def _why(one: dict[str, Any]) -> dict[str, Any]:
    """Pydantic says where as ("body", "data", "metric", "kind"); the first two are ours."""
    place = [str(part) for part in one.get("loc", ())]
    if place[:1] in (["body"], ["query"], ["path"], ["form"], ["file"], ["header"]):
        place = place[2:] if place[0] == "body" and len(place) > 1 else place[1:]
    kind = str(one.get("type", ""))
    told = next((said for start, said in _KINDS.items() if kind.startswith(start)), None)
    return {"path": ".".join(place), "code": kind, "message": str(told or _("This cannot be used as it is."))}


def _unforeseen(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("unforeseen: %s %s", request.method, request.path, exc_info=error)
    return problem(request, 500)
