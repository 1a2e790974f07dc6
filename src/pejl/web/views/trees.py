"""Where goals are seen together: the organisation's, a team's, a person's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from pejl.queries import periods, tags, trees
from pejl.web import landings, pages, pasts, treepages
from pejl.web.landings import Answers
from pejl.web.treepages import Choice, Tagged


@pages.signed_in
@require_GET
@pasts.of_any_day
def organisation(request: HttpRequest) -> HttpResponse:
    by, choice, tagged = pages.member(request), _choice(request), _tagged(request)
    tree = trees.organisation(by, periods=choice.periods, now=pages.now(request), tag=tagged.tag)
    return _page(
        request, "trees/organisation.html", tree, choice, tagged=tagged, answers=_answers(request, tree)
    )


@pages.signed_in
@require_GET
@pasts.of_any_day
def team(request: HttpRequest, team_id: UUID) -> HttpResponse:
    by, choice, tagged = pages.member(request), _choice(request), _tagged(request)
    page = trees.team(by, team_id)
    tree = trees.of_team(by, team_id, periods=choice.periods, now=pages.now(request), tag=tagged.tag)
    settings = by.writes and (by.is_admin or team_id in by.leads)
    answers = _answers(request, tree)
    return _page(
        request, "trees/team.html", tree, choice, tagged=tagged, answers=answers, team=page, may_set=settings
    )


@pages.signed_in
@require_GET
@pasts.of_any_day
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    by, choice, tagged = pages.member(request), _choice(request), _tagged(request)
    page = trees.person(by, person_id)
    tree = trees.of_person(by, person_id, periods=choice.periods, now=pages.now(request), tag=tagged.tag)
    own = person_id == by.person_id
    return _page(request, "trees/person.html", tree, choice, tagged=tagged, person=page, own=own)


def _answers(request: HttpRequest, tree: trees.Tree) -> Answers:
    """The forecasts of all that is drawn. Never of what one person owns."""
    return landings.of(pages.member(request), treepages.rows(tree.branches), now=pages.now(request))


def _choice(request: HttpRequest) -> Choice:
    by = pages.member(request)
    every = periods.every(by)
    return treepages.choice(every, request.GET.get("period", ""), today=by.today(pages.now(request)))


def _tagged(request: HttpRequest) -> Tagged:
    return treepages.tagged(tags.in_use(pages.member(request)), request.GET.get("tag", ""))


def _page(
    request: HttpRequest,
    template: str,
    tree: trees.Tree,
    choice: Choice,
    *,
    tagged: Tagged,
    answers: Answers = landings.NONE,
    **more: Any,
) -> HttpResponse:
    by = pages.member(request)
    return pages.render(
        request,
        template,
        nodes=treepages.nodes(tree.branches, answers),
        ahead=bool(answers),
        tree=tree,
        choice=choice,
        tagged=tagged,
        me=by,
        may_write=by.writes,
        **more,
    )


urls: list[URLPattern] = [
    path("goals", organisation),
    path("teams/<uuid:team_id>", team),
    path("people/<uuid:person_id>", person),
]
