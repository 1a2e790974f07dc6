"""The first page of the day: what waits, what is one's own, what happened, where all of it leads."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pejl.queries import homes, visits
from pejl.queries.scope import NotFound
from pejl.services import checkins, people
from pejl.services.errors import Rejected
from pejl.web import homepages, pages, pasts
from pejl.web.forms import home as forms
from pejl.web.homepages import Trouble

VISIT = timedelta(hours=1)
LOOKING_BACK = timedelta(days=7)  # how far back the news of a past day go


@pages.signed_in
@require_GET
@pasts.of_any_day
def home(request: HttpRequest) -> HttpResponse:
    return _page(request, since=_since(request))


@pages.signed_in
@require_POST
def value(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    """One new value, typed on the first page: the row comes back as it stands now."""
    by, now = pages.member(request), pages.now(request)
    before = homes.due(by, goal_id, now=now)
    unit = homepages.entry_unit(before.row)
    if unit is None:
        raise NotFound
    try:
        fields = forms.new_value(request, unit=unit)
        # A value alone says nothing new about the confidence, so the goal keeps the one it has.
        confidence = before.row.confidence
        checkins.post(goal_id, **fields, confidence=confidence, by=by, at=now, key=pages.key(request))
    except Rejected as rejected:
        return _again(request, before, rejected)
    if request.headers.get("HX-Request"):
        sent = homepages.wait(homes.due(by, goal_id, now=now), by=by, now=now)
        return pages.render(request, "home/_sent.html", wait=sent)
    return pages.done(request, _("Checked in: %(title)s") % {"title": before.row.title}, "/")


def _again(request: HttpRequest, before: homes.Due, rejected: Rejected) -> HttpResponse:
    """What was typed, and what is wrong with it, in its row."""
    said = pages.errors(rejected)
    error = said.get("value") or next(iter(said.values()))
    trouble = Trouble(before.row.id, str(request.POST.get("value", "")), error)
    if request.headers.get("HX-Request"):
        wait = homepages.wait(before, by=pages.member(request), now=pages.now(request), trouble=trouble)
        return pages.render(request, "home/_due.html", status=422, wait=wait)
    return _page(request, since=_since(request), trouble=trouble)


def _page(request: HttpRequest, *, since: datetime | None, trouble: Trouble | None = None) -> HttpResponse:
    by, now = pages.member(request), pages.now(request)
    found = homes.home(by, since=since, now=now)
    page = homepages.page(found, by=by, now=now, trouble=trouble)
    status = 200 if trouble is None else 422
    return pages.render(request, "home/home.html", status=status, home=found, page=page, me=by, now=now)


def _since(request: HttpRequest) -> datetime | None:
    """The visit before this one. A visit lasts an hour: what is new stays new for as long.

    A GET that writes, once a visit: having looked is itself what is remembered, it changes nothing that
    anybody else sees, and looking again in the same visit writes nothing more.
    """
    by, now = pages.member(request), pages.now(request)
    if by.as_of is not None:
        return now - LOOKING_BACK
    kept, last = request.session.get("since", {}), visits.last(by)
    begins = last is None or now - last > VISIT
    if begins or kept.get("slug") != by.slug:
        kept = {"slug": by.slug, "at": last.isoformat() if last else ""}
        request.session["since"] = kept
    if begins:
        people.seen(by=by, at=now)
    return datetime.fromisoformat(kept["at"]) if kept["at"] else None


urls: list[URLPattern] = [
    path("", home),
    path("waiting/<uuid:goal_id>", value),
]
