"""Answers: exact JSON, entity tags, pages of a list."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from operator import itemgetter
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import ConfigDict, Field

from pejl.api import callers
from pejl.api.problems import Stop
from pejl.queries import resources
from pejl.queries.resources import Told
from pejl.services.errors import Rejected

MOST: Final = 200
USUAL: Final = 50
TYPE: Final = "application/json"


class Strict(Schema):
    """What is sent: a field that is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class Problem(Schema):
    """RFC 9457. `path` is the circle that an alignment would close."""

    type: str
    title: str
    status: int
    instance: str
    detail: str | None = None
    errors: list[dict[str, Any]] | None = None
    path: list[dict[str, Any]] | None = None


def refusals(*statuses: int) -> dict[int, Any]:
    """What an operation may answer besides what was asked for, for its `response=`: these, and what every
    operation behind a token may answer.

    >>> sorted(refusals(404, 422))
    [401, 404, 422, 429]
    """
    return dict.fromkeys((401, *statuses, 429), Problem)


class Paged(Schema):
    """The part of a list that is asked for: the cursor is the `next` of the part before."""

    limit: int = Field(USUAL, ge=1, le=MOST)
    cursor: str = Field("", max_length=500)
    as_of: str = Field("", max_length=40, description="A date or an RFC 3339 moment")


class Once(Schema):
    as_of: str = Field("", max_length=40, description="A date or an RFC 3339 moment")


def told(request: HttpRequest, data: Any, *, status: int = 200) -> HttpResponse:
    """The answer, exact to the digit."""
    return again(request, resources.encoded(data).encode(), status=status)


def again(request: HttpRequest, body: bytes, *, tag: str = "", status: int = 200) -> HttpResponse:
    """An answer that is written already."""
    response = HttpResponse(body, status=status, content_type=TYPE)
    for name, value in getattr(request, "rate", {}).items():
        response[name] = value
    if tag:
        response["ETag"] = tag
    return response


def one(request: HttpRequest, data: Any, *, status: int = 200) -> HttpResponse:
    """A single thing with its `ETag`; 304 where the caller has just that."""
    body = resources.encoded(data).encode()
    tag = _tag(body)
    if had(request, tag):
        return nothing_new(request, tag=tag)
    return again(request, body, tag=tag, status=status)


def nothing_new(request: HttpRequest, *, tag: str) -> HttpResponse:
    return again(request, b"", tag=tag, status=304)


def had(request: HttpRequest, tag: str) -> bool:
    """Whether the caller says that they have just that."""
    known = {one.removeprefix("W/") for one in _tags(request, "If-None-Match")}
    return request.method in {"GET", "HEAD"} and bool(known & {tag, "*"})


def made(request: HttpRequest, data: Any, *, address: str) -> HttpResponse:
    """201 with the new thing, its `ETag`, and its address under `/api/v1`."""
    response = one(request, data, status=201)
    response["Location"] = f"/api/v1{address}"
    return response


def etag(data: Any) -> str:
    return _tag(resources.encoded(data).encode())


def _tag(body: bytes) -> str:
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def unchanged(request: HttpRequest, data: Any) -> None:
    """Raises `Stop` (412) where `If-Match` is sent and names another state than this, but not to who asks
    once more for what is done already."""
    wanted = set() if callers.repeated(request) else _tags(request, "If-Match")
    if wanted and "*" not in wanted and etag(data) not in wanted:
        raise Stop(412)


def _tags(request: HttpRequest, header: str) -> set[str]:
    return {part.strip() for part in request.headers.get(header, "").split(",")} - {""}


def page(items: list[Any], *, after: Any) -> dict[str, Any]:
    """`after` is what the next part begins behind, None at the end."""
    return {"items": items, "next": None if after is None else cursor(after)}


def part(found: Iterable[Told], query: Paged) -> tuple[list[Told], str | None]:
    """The part of a whole list that is asked for, in order of id, which is the order in which things were
    made; and the id behind which the next part begins, None at the end. Raises `Stop`."""
    after = place(query.cursor)
    if after is not None and not isinstance(after, str):
        raise no_cursor()
    rows = sorted(((str(one["id"]), one) for one in found), key=itemgetter(0))
    rest = [row for row in rows if after is None or row[0] > after]
    some = rest[: query.limit]
    return [one for _, one in some], some[-1][0] if len(rest) > len(some) else None


def cursor(place: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def place(text: str) -> Any:
    """What a cursor stands for; None for none. Raises `Stop`."""
    if not text:
        return None
    try:
        return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, UnicodeError, RecursionError) as error:
        raise no_cursor() from error


def no_cursor() -> Stop:
    return Stop(422, detail=_("This is no cursor of this list."))


@contextmanager
def named(**fields: str) -> Iterator[None]:
    """A refusal inside names the fields of the body: `named(start="start_date")`."""
    try:
        yield
    except Rejected as rejected:
        reasons = [replace(one, field=fields.get(one.field, one.field)) for one in rejected.reasons]
        raise type(rejected)(reasons) from rejected
