"""A person's own data; two who are one; who is to be forgotten."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pejl.queries import directories, own_data
from pejl.queries import workspaces as workspace_queries
from pejl.queries.directories import PersonRow
from pejl.queries.scope import Member, NotFound
from pejl.services import people_erasing, people_merging
from pejl.web import choices, pages, settingpages
from pejl.web import format as told_as
from pejl.web.forms import settings as forms
from pejl.web.settingpages import deed, stamp


@require_safe
@pages.signed_in
def data(request: HttpRequest) -> HttpResponse:
    """What is kept about whoever asks, as a file."""
    now = pages.now(request)
    told = own_data.of_account(request.user.pk, at=now)  # type: ignore[arg-type]
    day = pages.member(request).today(now).isoformat()
    return HttpResponse(
        json.dumps(told, ensure_ascii=False, indent=2) + "\n",
        content_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="pejl-{day}.json"',
            "Cache-Control": "no-store",
        },
    )


def _other(by: Member, person_id: UUID) -> PersonRow:
    """Somebody whom that person may change. Raises `NotFound`."""
    found = next((row for row in directories.people(by) if row.id == person_id), None)
    if found is None or not choices.may_manage(by, found.role):
        raise NotFound
    return found


def _merging(request: HttpRequest, person_id: UUID, **page: Any) -> HttpResponse:
    by = pages.member(request)
    one = _other(by, person_id)
    others = [
        row for row in directories.people(by) if row.id != person_id and choices.may_manage(by, row.role)
    ]
    alike = next((str(row.id) for row in others if row.name.casefold() == one.name.casefold()), "")
    return settingpages.page(
        request,
        "merging",
        page,
        person=one,
        alike=alike,
        others=[(str(row.id), f"{row.name}, {row.email or _('no address')}") for row in others],
    )


@deed(_merging, "/settings/people", shown=True)
def merging(request: HttpRequest, person_id: UUID) -> str:
    name = _other(pages.member(request), person_id).name
    people_merging.merge(person_id, into=forms.chosen(request, "into"), **stamp(request))
    return _("All that was of %(name)s is of the other one now.") % {"name": name}


def _erasing(request: HttpRequest, person_id: UUID, **page: Any) -> HttpResponse:
    by = pages.member(request)
    if person_id == by.person_id:
        raise NotFound
    return settingpages.page(request, "erasure", page, person=_other(by, person_id))


@deed(_erasing, "/settings/people", shown=True)
def erasing(request: HttpRequest, person_id: UUID) -> str:
    if person_id == pages.member(request).person_id:
        raise NotFound
    people_erasing.erase(person_id, **stamp(request))
    return _("They are a former colleague now, everywhere.")


def _erasing_me(request: HttpRequest, **page: Any) -> HttpResponse:
    return settingpages.page(request, "erasure", page, person=None, email=request.user.email)  # type: ignore[union-attr]


@deed(_erasing_me, "/", gate=settingpages.anybody, shown=True)
def erasing_me(request: HttpRequest) -> str:
    """Goes on to another workspace of the person, else signs them out. No key: it would keep a trace of the
    password."""
    by, typed, spoken = pages.member(request), request.POST.get("password", ""), told_as.language()
    if by.person_id is None:
        raise NotFound
    account_id: UUID = request.user.pk  # type: ignore[assignment]
    people_erasing.erase(by.person_id, password=typed, by=by, at=pages.now(request))
    if workspace_queries.slugs_of(account_id):
        request.session.pop("workspace", None)
    else:
        auth.logout(request)
        request.session["language"] = spoken
    return _("You are erased from %(name)s.") % {"name": by.workspace_name}


urls: list[URLPattern] = [
    path("settings/data", data),
    path("settings/erasure", erasing_me),
    path("settings/people/<uuid:person_id>/merging", merging),
    path("settings/people/<uuid:person_id>/erasure", erasing),
]
