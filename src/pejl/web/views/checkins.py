"""The weekly check-in: all one's key results on one page, a line each."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pejl.domain.status import Limits
from pejl.domain.values import Refused
from pejl.queries import checkins as queries
from pejl.queries import moves, workspaces
from pejl.queries.checkins import Asked, Group
from pejl.queries.goals import GoalRow
from pejl.queries.scope import NotFound
from pejl.services import checkins, figures
from pejl.services.errors import Rejected
from pejl.web import checkinpages, pages
from pejl.web.checkinpages import Preview
from pejl.web.forms import checkins as forms


@pages.signed_in
@require_http_methods(["GET", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """Everything one is asked for."""
    groups = queries.mine(pages.member(request), now=pages.now(request))
    return _answer(request, groups, back="/")


@pages.signed_in
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    groups = queries.one(pages.member(request), goal_id, now=pages.now(request))
    return _answer(request, groups, back=f"/goals/{goal_id}")


def _answer(request: HttpRequest, groups: tuple[Group, ...], *, back: str) -> HttpResponse:
    if request.method != "POST":
        return _show(request, groups, back=back, errors={})
    by = pages.member(request)
    try:
        entries = forms.entries(request, _rows(groups))
        if entries:
            checkins.post_many(entries, by=by, at=pages.now(request), key=pages.key(request))
    except Rejected as rejected:
        return _show(request, groups, back=back, errors=pages.errors(rejected))
    if not entries:
        return _show(
            request,
            groups,
            back=back,
            errors={"": _("Nothing is filled in yet. Type a value or a note in one of the lines.")},
        )
    goals = {entry.goal_id for entry in entries}
    above = figures.ancestors(by.workspace_id, goals)
    moved = moves.at(by, goals | above, moment=pages.now(request))
    return pages.done(request, checkinpages.sent(len(entries), moved), back)


def _show(
    request: HttpRequest, groups: tuple[Group, ...], *, back: str, errors: Mapping[str, str]
) -> HttpResponse:
    typed, today = request.POST.dict(), pages.member(request).today(pages.now(request))
    blocks = checkinpages.blocks(
        groups,
        typed=typed,
        reached=_reached(request, groups),
        errors=errors,
        values=forms.values(request, _rows(groups)),
        preview=_preview(request) if typed else None,
    )
    return pages.render(
        request,
        "checkins/checkin.html",
        status=422 if errors else 200,
        blocks=blocks,
        first=checkinpages.first(blocks),
        back=back,
        errors=errors,
        heading=checkinpages.heading(sum(len(block.lines) for block in blocks)),
        today=today,
        on=typed.get("on") or today.isoformat(),
        action=request.path,
    )


@pages.signed_in
@require_POST
def preview(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    """What the value being typed would do to bar and status. Nothing is saved."""
    by = pages.member(request)
    groups = queries.one(by, goal_id, now=pages.now(request))
    asked = next((one for group in groups for one in group.asked if one.row.id == goal_id), None)
    if asked is None:
        raise NotFound
    value, errors = None, {}
    try:
        value = forms.value_of(request.POST, str(goal_id), asked.row)
    except Refused as refused:
        errors = pages.errors(Rejected.by_rule(refused, field=f"{goal_id}.value"))
    except Rejected as rejected:
        errors = {f"{goal_id}.value": text for text in pages.errors(rejected).values()}
    line = checkinpages.line(
        asked,
        typed=request.POST.dict(),
        reached=_reached(request, groups),
        errors=errors,
        value=value,
        preview=_preview(request),
    )
    return pages.render(request, "checkins/_live.html", line=line)


def _preview(request: HttpRequest) -> Preview:
    by = pages.member(request)
    workspace = workspaces.settings_of(by)
    return Preview(by.today(pages.now(request)), Limits(workspace.at_risk_points, workspace.off_track_points))


def _rows(groups: tuple[Group, ...]) -> dict[str, GoalRow]:
    return {str(one.row.id): one.row for one in _asked(groups)}


def _asked(groups: tuple[Group, ...]) -> list[Asked]:
    return [one for group in groups for one in group.asked]


def _reached(request: HttpRequest, groups: tuple[Group, ...]) -> dict[str, frozenset[str]]:
    keys = [str(one.row.id) for one in _asked(groups)]
    return {key: frozenset(request.POST.getlist(f"{key}.reached")) for key in keys}


urls: list[URLPattern] = [
    path("checkin", mine),
    path("goals/<uuid:goal_id>/checkin", one),
    path("goals/<uuid:goal_id>/checkin/preview", preview),
]
