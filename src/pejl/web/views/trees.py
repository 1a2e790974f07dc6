"""Where goals are seen together: the organisation's, a team's, a person's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from pejl.queries import periods, trees
from pejl.web import pages, pasts, treepages
from pejl.web.treepages import Choice


@pages.signed_in
@require_GET
@pasts.of_any_day
def organisation(request: HttpRequest) -> HttpResponse:
    by, choice = pages.member(request), _choice(request)
    tree = trees.organisation(by, periods=choice.periods, now=pages.now(request))
    return _page(request, "trees/organisation.html", tree, choice)


@pages.signed_in
@require_GET
@pasts.of_any_day
def team(request: HttpRequest, team_id: UUID) -> HttpResponse:
    by, choice = pages.member(request), _choice(request)
    page = trees.team(by, team_id)
    tree = trees.of_team(by, team_id, periods=choice.periods, now=pages.now(request))
    settings = by.writes and (by.is_admin or team_id in by.leads)
    return _page(request, "trees/team.html", tree, choice, team=page, may_set=settings)


@pages.signed_in
@require_GET
@pasts.of_any_day
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    by, choice = pages.member(request), _choice(request)
    page = trees.person(by, person_id)
    tree = trees.of_person(by, person_id, periods=choice.periods, now=pages.now(request))
    return _page(request, "trees/person.html", tree, choice, person=page, own=person_id == by.person_id)


def _choice(request: HttpRequest) -> Choice:
    by = pages.member(request)
    every = periods.every(by)
    return treepages.choice(every, request.GET.get("period", ""), today=by.today(pages.now(request)))


def _page(request: HttpRequest, template: str, tree: trees.Tree, choice: Choice, **more: Any) -> HttpResponse:
    by = pages.member(request)
    return pages.render(
        request,
        template,
        nodes=treepages.nodes(tree.branches),
        tree=tree,
        choice=choice,
        me=by,
        may_write=by.writes,
        **more,
    )


urls: list[URLPattern] = [
    path("goals", organisation),
    path("teams/<uuid:team_id>", team),
    path("people/<uuid:person_id>", person),
]
