"""`/plan`: OKRs as code. The body is the YAML text; first the diff, then the same diff by its id."""

from __future__ import annotations

from typing import Any, Final, Literal
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from pejl.api import answers, callers
from pejl.api.answers import refusals
from pejl.api.callers import Bearer
from pejl.api.problems import Stop
from pejl.services import plans, plans_reading, plans_told

router = Router(tags=["plan"])
MOST_BYTES: Final = 1_000_000
_BODY: Final = {
    "requestBody": {
        "required": True,
        "description": "The file, as `pejl lint --schema` describes it",
        "content": {"application/yaml": {"schema": {"type": "object"}}},
    }
}


class PlanQuery(Schema):
    prune: bool = Field(False, description="Also end what the file leaves out of its periods")


class ApplicationQuery(Schema):
    id: str = Field(..., max_length=64, description="Of the diff that is to be done")


class PlannedGoal(Schema):
    key: str
    id: UUID | None = None
    kind: Literal["objective", "key_result", "initiative"]
    title: str


class AddedGoal(PlannedGoal):
    objective: str | None
    line: int


class PrunedGoal(PlannedGoal):
    outcome: Literal["removed", "dropped"]


class ClosedGoal(Schema):
    key: str
    id: UUID | None
    title: str
    outcome: Literal["closed", "dropped"]


class EndedGoal(Schema):
    key: str
    id: UUID | None
    title: str
    state: Literal["closed", "dropped", "postponed"]


class PlannedChange(Schema):
    """`field` is the name in the file; `old` and `new` are as the file would say them."""

    key: str
    id: UUID
    title: str
    field: str
    old: Any
    new: Any
    line: int


class PlanOut(Schema):
    """`left_out` and `ended` are left alone; `people` would become placeholders."""

    id: str
    add: list[AddedGoal]
    change: list[PlannedChange]
    close: list[ClosedGoal]
    prune: list[PrunedGoal]
    left_out: list[PlannedGoal]
    ended: list[EndedGoal]
    people: list[str]


class AppliedOut(Schema):
    """`added` are the goals that were made, in the order of `add`."""

    id: str
    added: list[UUID]


@router.post(
    "/plan",
    response={200: PlanOut, **refusals(413, 422)},
    summary="What applying a file of OKRs would add, change and close; it changes nothing",
    auth=Bearer(reads=True),
    openapi_extra=_BODY | {"x-scope": "read"},
)
def diff(request: HttpRequest, query: Query[PlanQuery]) -> HttpResponse:
    by, at = callers.member(request), callers.now(request)
    found = plans.compare(plans_reading.read(_body(request)), by=by, at=at, prune=query.prune)
    return answers.told(request, plans_told.told(found))


@router.post(
    "/plan/application",
    response={200: AppliedOut, **refusals(403, 404, 409, 413, 422)},
    summary="Do the diff of that id, all of it or nothing",
    openapi_extra=_BODY,
)
def apply(request: HttpRequest, query: Query[ApplicationQuery]) -> HttpResponse:
    by, at, key = callers.member(request), callers.now(request), callers.key(request)
    file = plans_reading.read(_body(request))
    added = plans.apply(file, plan_id=query.id, by=by, at=at, key=key)
    return answers.told(request, {"id": query.id, "added": added})


def _body(request: HttpRequest) -> bytes:
    """Raises `Stop`: reading YAML takes about five seconds for each MB."""
    try:
        content = request.body
    except RequestDataTooBig as error:
        raise Stop(413) from error
    if len(content) > MOST_BYTES:
        raise Stop(413, detail=_("A plan sent here has at most %(most)s MB.") % {"most": 1})
    return content
