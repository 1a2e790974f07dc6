"""Writing a whole OKR, from fields or from a sentence, and changing what one goal is."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pejl.domain.access import Right
from pejl.domain.values import Kind, State
from pejl.queries import goals as goals_read
from pejl.queries import scope
from pejl.queries.goals import GoalRow
from pejl.queries.scope import Forbidden, Member, NotFound
from pejl.services import goals
from pejl.services.errors import Rejected
from pejl.web import goalpages, pages, writingpages
from pejl.web.forms import editing, measures
from pejl.web.forms import goals as goal_forms
from pejl.web.forms import writing as forms

PARTS = frozenset({Kind.KEY_RESULT, Kind.INITIATIVE})


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def new(request: HttpRequest) -> HttpResponse:
    """A whole OKR; with `kind` and `parent` one key result or initiative under a goal."""
    _writer(request)
    kind = request.POST.get("kind") or request.GET.get("kind") or ""
    if kind in PARTS and (request.POST.get("parent") or request.GET.get("parent")):
        return _part(request, Kind(kind))
    if request.method != "POST":
        if request.GET.get("as") == "sentence":
            return pages.render(request, "writing/sentence.html", text="", errors={})
        return writingpages.okr(request)
    if request.POST.get("add") == "sentence":
        return _from_sentence(request)
    if request.POST.get("add"):
        return _again(request)
    return _share(request)


def _writer(request: HttpRequest) -> Member:
    by = pages.member(request)
    if not by.writes:
        raise Forbidden(Right.CREATE)
    return by


def _from_sentence(request: HttpRequest) -> HttpResponse:
    text = request.POST.get("sentence", "")
    try:
        return writingpages.okr(request, typed=forms.from_sentence(text))
    except Rejected as rejected:
        return pages.render(
            request, "writing/sentence.html", status=422, text=text, errors=pages.errors(rejected)
        )


def _again(request: HttpRequest, rejected: Rejected | None = None) -> HttpResponse:
    """The form as it was typed, with the row that was asked for or with what is wrong."""
    return writingpages.okr(
        request,
        typed=request.POST.dict(),
        above=request.POST.getlist("parents"),
        rejected=rejected,
        add=request.POST.get("add", ""),
    )


def _share(request: HttpRequest) -> HttpResponse:
    by = pages.member(request)
    try:
        okr = forms.okr(request.POST)
    except Rejected as rejected:
        return _again(request, rejected)
    try:
        made = goals.write(
            okr.objective,
            key_results=okr.key_results,
            initiatives=okr.initiatives,
            towards=okr.towards,
            by=by,
            at=pages.now(request),
            key=pages.key(request),
        )
    except Rejected as rejected:
        return _again(request, okr.placed(rejected))
    except Forbidden:
        return _again(request, Rejected.one("goal.not-yours-to-move", field="level"))
    return pages.done(request, _("The OKR is shared."), f"/goals/{made}")


@require_POST
@pages.signed_in
def sentence(request: HttpRequest) -> HttpResponse:
    """The live sentence alone."""
    _writer(request)
    typed = request.POST.dict()
    return pages.render(
        request, "writing/_sentence.html", pieces=forms.sentence(typed), tongue=forms.tongue(typed)
    )


def _part(request: HttpRequest, kind: Kind) -> HttpResponse:
    by, at = pages.member(request), pages.now(request)
    parent = _parent(request, by)
    if request.method != "POST":
        return writingpages.single(request, parent=parent, kind=kind)
    try:
        draft = editing.draft(request, kind=kind, parent=parent)
        made = goals.create(draft, by=by, at=at, key=pages.key(request))
    except Rejected as rejected:
        return writingpages.single(
            request,
            parent=parent,
            kind=kind,
            typed=request.POST.dict(),
            lists=editing.typed_lists(request.POST),
            rejected=measures.at_fields(rejected),
        )
    said = _("The key result is added.") if kind is Kind.KEY_RESULT else _("The initiative is added.")
    return pages.done(request, said, f"/goals/{made}")


def _parent(request: HttpRequest, by: Member) -> GoalRow:
    try:
        wanted = goal_forms.identity(request.POST.get("parent") or request.GET.get("parent", ""))
    except Rejected:
        raise NotFound from None
    scope.goal(by, wanted, right=Right.CREATE)
    return goals_read.one(by, wanted, now=pages.now(request))


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def edit(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    by, at = pages.member(request), pages.now(request)
    scope.goal(by, goal_id, right=Right.EDIT)
    goal = goals_read.one(by, goal_id, now=at)
    if request.method != "POST":
        if goal.state is not State.OPEN:
            return HttpResponseRedirect(goalpages.address(goal_id))
        return writingpages.single(request, goal=goal, kind=goal.kind)
    try:
        goals.edit(
            goal_id,
            changes=editing.changes(request, goal),
            expected_version=goal_forms.version(goal_forms.reader(request)),
            by=by,
            at=at,
            key=pages.key(request),
        )
    except Rejected as rejected:
        return _kept(request, goal, rejected)
    return pages.done(request, _("The goal is saved."), goalpages.address(goal_id))


def _kept(request: HttpRequest, goal: GoalRow, rejected: Rejected) -> HttpResponse:
    return writingpages.single(
        request,
        goal=goal,
        kind=goal.kind,
        typed=request.POST.dict(),
        lists=editing.typed_lists(request.POST),
        rejected=measures.at_fields(rejected),
    )


urls: list[URLPattern] = [
    path("goals/new", new, name="goal-new"),
    path("goals/new/sentence", sentence, name="goal-new-sentence"),
    path("goals/<uuid:goal_id>/edit", edit, name="goal-edit"),
]
