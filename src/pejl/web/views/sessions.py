"""First run, signing in and out, and what a person chooses for this browser: language, workspace."""

from __future__ import annotations

import hashlib
import secrets

from django.contrib import auth
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pejl.domain.values import Role
from pejl.queries import workspaces as workspace_queries
from pejl.queries.scope import NotFound
from pejl.services import accounts, texts, workspaces
from pejl.services.errors import Reason, Rejected
from pejl.services.people import NewPerson
from pejl.web import choices, pages
from pejl.web import format as told_as

TRIES = 10
WAIT_SECONDS = 10 * 60


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """The first page of a fresh installation: names the workspace and its first owner."""
    if workspace_queries.any_exist():
        return HttpResponseRedirect("/")
    usual = {"language": told_as.language(), "fiscal_year_start": "1", "timezone": "Europe/Copenhagen"}
    typed: dict[str, str] = {**usual, **{name: str(text) for name, text in request.POST.items()}}
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            account = _founded(request, typed)
        except Rejected as rejected:
            errors = pages.errors(rejected)
        else:
            if account is not None:
                auth.login(request, account, backend="django.contrib.auth.backends.ModelBackend")
            return HttpResponseRedirect("/")
    return pages.bare(
        request,
        "sessions/start.html",
        status=422 if errors else 200,
        typed=typed,
        errors=errors,
        zones=choices.zones(),
        months=choices.months(),
        languages=choices.languages(),
    )


def _founded(request: HttpRequest, typed: dict[str, str]) -> accounts.Account | None:
    """Makes the workspace and its owner; None where somebody else was faster. Raises `Rejected`, the owner's
    name at its own field."""
    _lines(typed, "name", "owner")
    month = typed["fiscal_year_start"]
    slug = slugify(typed["name"])[:50].strip("-_").replace("_", "-") or f"okr-{secrets.token_hex(3)}"
    made = workspaces.create_first(
        slug,
        name=typed["name"],
        language=typed["language"],
        timezone=typed["timezone"],
        fiscal_year_start=int(month) if month.isascii() and month.isdigit() and len(month) < 3 else 0,  # noqa: PLR2004
        at=pages.now(request),
        owner=NewPerson(
            email=typed.get("email", ""),
            name=typed["owner"],
            role=Role.OWNER,
            password=typed.get("password", ""),
            language=typed["language"],
        ),
    )
    if not made:
        return None
    request.session["workspace"] = slug
    return accounts.by_email(typed["email"])


def _lines(typed: dict[str, str], *names: str) -> None:
    """Raises `Rejected` for each of these fields without a usable line of text."""
    reasons: list[Reason] = []
    for name in names:
        try:
            texts.line(typed.get(name, ""), field=name)
        except Rejected as rejected:
            reasons += rejected.reasons
    if reasons:
        raise Rejected(reasons)


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if not workspace_queries.any_exist():
        return HttpResponseRedirect("/start")
    if pages.member_or_none(request):
        return HttpResponseRedirect(pages.next_url(request))
    error = ""
    if request.method == "POST":
        error = _entered(request)
        if not error:
            return HttpResponseRedirect(pages.next_url(request))
    return pages.bare(
        request,
        "sessions/signin.html",
        status=422 if error else 200,
        email=request.POST.get("email", ""),
        error=error,
        next=pages.next_url(request),
    )


def _entered(request: HttpRequest) -> str:
    """Signs the person in, or says why not. An address has ten tries from one place in ten minutes."""
    email, password = request.POST.get("email", "").strip(), request.POST.get("password", "")
    told = f"{email.lower()} {request.META.get('REMOTE_ADDR', '')}"
    counted = "signin:" + hashlib.sha256(told.encode()).hexdigest()
    cache.add(counted, 0, WAIT_SECONDS)
    if cache.incr(counted) > TRIES:
        return _("Too many tries. Wait ten minutes and try again.")
    account = auth.authenticate(request, username=email, password=password)
    if account is None:
        return _("E-mail and password do not match. Check both and try again.")
    cache.delete(counted)
    auth.login(request, account)
    return ""


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Leaves; the browser keeps the language."""
    spoken = told_as.language()
    auth.logout(request)
    request.session["language"] = spoken
    return HttpResponseRedirect("/signin")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """English or Danish, kept with the account, else with this browser."""
    chosen = request.POST.get("language", "")
    if chosen in {"da", "en"}:
        request.session["language"] = chosen
        if request.user.is_authenticated:
            accounts.choose_language(request.user.pk, language=chosen)
    return HttpResponseRedirect(pages.next_url(request))


@require_POST
def workspace(request: HttpRequest) -> HttpResponse:
    """Moves to another workspace of the same account."""
    slug = request.POST.get("workspace", "")
    if not request.user.is_authenticated or slug not in workspace_queries.slugs_of(request.user.pk):
        raise NotFound
    request.session["workspace"] = slug
    return HttpResponseRedirect("/")


@require_GET
def health(_request: HttpRequest) -> HttpResponse:
    """200 when the database answers and its tables are those of this version; else 503."""
    well = workspace_queries.database_is_current()
    return JsonResponse({"status": "ok" if well else "unavailable"}, status=200 if well else 503)


urls: list[URLPattern] = [
    path("start", start),
    path("signin", sign_in),
    path("signout", sign_out),
    path("language", language),
    path("workspace", workspace),
    path("health", health),
]
