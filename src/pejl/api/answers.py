"""Answers: exact JSON, entity tags, pages of a list."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import ConfigDict, Field

from pejl.api.problems import Stop
from pejl.queries import resources

MOST: Final = 200
USUAL: Final = 50
TYPE: Final = "application/json"


class Strict(Schema):
    """What is sent: a field that is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class Problem(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    instance: str
    detail: str | None = None
    errors: list[dict[str, Any]] | None = None


class Paged(Schema):
    """The part of a list that is asked for: the cursor is the `next` of the part before."""

    limit: int = Field(USUAL, ge=1, le=MOST)
    cursor: str = Field("", max_length=500)
    as_of: str = Field("", max_length=40, description="A date or an RFC 3339 moment")


class Once(Schema):
    as_of: str = Field("", max_length=40, description="A date or an RFC 3339 moment")


def told(request: HttpRequest, data: Any, *, status: int = 200) -> HttpResponse:
    """The answer, exact to the digit."""
    response = HttpResponse(resources.encoded(data), status=status, content_type=TYPE)
    for name, value in getattr(request, "rate", {}).items():
        response[name] = value
    return response


def one(request: HttpRequest, data: Any, *, status: int = 200) -> HttpResponse:
    """A single thing with its `ETag`; 304 where the caller has just that."""
    response = told(request, data, status=status)
    response["ETag"] = tag = etag(data)
    if request.method in {"GET", "HEAD"} and tag in _tags(request, "If-None-Match"):
        response.status_code, response.content = 304, b""
    return response


def etag(data: Any) -> str:
    return f'"{hashlib.blake2b(resources.encoded(data).encode(), digest_size=12).hexdigest()}"'


def unchanged(request: HttpRequest, data: Any) -> None:
    """Raises `Stop` (412) where `If-Match` is sent and names another state than this."""
    wanted = _tags(request, "If-Match")
    if wanted and "*" not in wanted and etag(data) not in wanted:
        raise Stop(412)


def _tags(request: HttpRequest, header: str) -> set[str]:
    return {part.strip() for part in request.headers.get(header, "").split(",")} - {""}


def page(items: list[Any], *, after: Any) -> dict[str, Any]:
    """`after` is what the next part begins behind, None at the end."""
    return {"items": items, "next": None if after is None else cursor(after)}


def cursor(place: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def place(text: str) -> Any:
    """What a cursor stands for; None for none. Raises `Stop`."""
    if not text:
        return None
    try:
        return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, UnicodeError) as error:
        raise Stop(422, detail=_("This is no cursor of this list.")) from error
