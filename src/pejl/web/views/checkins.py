"""The weekly check-in: all one's key results on one page, a line each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pejl.domain.status import Limits
from pejl.queries import checkins as queries
from pejl.queries import moves, workspaces
from pejl.queries.checkins import Group
from pejl.queries.goals import GoalRow
from pejl.services import checkins, figures
from pejl.services.errors import Reason, Rejected
from pejl.web import checkinpages, landings, pages
from pejl.web.checkinpages import Ahead, Preview
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
    typed, today = request.POST, pages.member(request).today(pages.now(request))
    values = forms.values(typed, _rows(groups), reasons=[])
    preview = _preview(request, groups) if typed else None
    blocks = checkinpages.blocks(
        groups,
        typed=typed,
        errors=errors,
        values=values,
        preview=preview,
        ahead=_ahead(request, groups, values, on=preview.on if preview else today),
    )
    lines = checkinpages.lines(blocks)
    return pages.render(
        request,
        "checkins/checkin.html",
        status=422 if errors else 200,
        blocks=blocks,
        first=checkinpages.first(lines),
        count=checkinpages.count(lines),
        unsent=any(line.said for line in lines),
        back=back,
        errors=errors,
        heading=checkinpages.heading(len(lines)),
        today=today,
        on=typed.get("on") or today.isoformat(),
        action=request.path,
    )


@pages.signed_in
@require_POST
def preview(request: HttpRequest, goal_id: UUID | None = None) -> HttpResponse:
    """What has been typed would do to bars and statuses: of one goal, or of all lines that say something.
    Nothing is saved. The number of lines updated comes along where it is another than the page shows."""
    by, now = pages.member(request), pages.now(request)
    groups = queries.mine(by, now=now) if goal_id is None else queries.one(by, goal_id, now=now)
    reasons: list[Reason] = []
    values = forms.values(request.POST, _rows(groups), reasons=reasons)
    preview = _preview(request, groups)
    blocks = checkinpages.blocks(
        groups,
        typed=request.POST,
        errors=pages.errors(Rejected(reasons)) if reasons else {},
        values=values,
        preview=preview,
        ahead=_ahead(request, groups, values, on=preview.on),
    )
    lines = checkinpages.lines(blocks)
    count = checkinpages.count(lines, others=forms.lines(request.POST))
    return pages.render(
        request,
        "checkins/_preview.html",
        lines=lines if len(lines) == 1 else [line for line in lines if line.said],
        count=count,
        told=request.POST.get("updated") != str(count.done),
    )


def _preview(request: HttpRequest, groups: tuple[Group, ...]) -> Preview:
    """By the day in the form; a day that cannot be read, or is still to come, counts as today."""
    by, rows = pages.member(request), list(_rows(groups).values())
    workspace, today = workspaces.settings_of(by), by.today(pages.now(request))
    on = min(forms.day(request.POST, []) or today, today)
    behind = [row.id for row in rows if row.last_checkin_on is not None and on < row.last_checkin_on]
    return Preview(
        today=today,
        on=on,
        limits=Limits(workspace.at_risk_points, workspace.off_track_points),
        held=queries.held(by, rows),
        known=queries.known_on(workspace, behind, on=on),
    )


def _ahead(
    request: HttpRequest, groups: tuple[Group, ...], values: Mapping[str, Decimal | None], *, on: date
) -> Ahead:
    """The forecasts, asked once as they stand and once more where a value was typed."""
    by, now, rows = pages.member(request), pages.now(request), _rows(groups)
    supposing = {rows[key].id: (on, value) for key, value in values.items() if value is not None}
    touched = [row for row in rows.values() if row.id in supposing]
    return Ahead(
        standing=landings.of(by, rows.values(), now=now),
        supposed=landings.of(by, touched, now=now, supposing=supposing) if touched else {},
    )


def _rows(groups: tuple[Group, ...]) -> dict[str, GoalRow]:
    return {str(one.row.id): one.row for group in groups for one in group.asked}


urls: list[URLPattern] = [
    path("checkin", mine),
    path("checkin/preview", preview),
    path("goals/<uuid:goal_id>/checkin", one),
    path("goals/<uuid:goal_id>/checkin/preview", preview),
]
