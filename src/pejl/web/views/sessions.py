"""First run, signing in and out, and what a person chooses for this browser: language, workspace."""

from __future__ import annotations

import secrets
from zoneinfo import available_timezones

from django.contrib import auth
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path
from django.utils.text import slugify
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pejl.domain.values import Role
from pejl.queries import workspaces as workspace_queries
from pejl.queries.scope import NotFound
from pejl.services import accounts, workspaces
from pejl.services.errors import Rejected
from pejl.services.people import NewPerson
from pejl.web import pages

TRIES = 10
WAIT_SECONDS = 10 * 60


@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """The first page of a fresh installation: names the workspace and its first owner."""
    if workspace_queries.any_exist():
        return HttpResponseRedirect("/")
    typed = {"language": get_language(), "fiscal_year_start": "1", "timezone": "Europe/Copenhagen", **request.POST.dict()}
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            account = _founded(request, typed)
        except Rejected as rejected:
            errors = pages.errors(rejected)
        else:
            auth.login(request, account, backend="django.contrib.auth.backends.ModelBackend")
            return HttpResponseRedirect("/")
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return pages.bare(
        request, "sessions/start.html", status=422 if errors else 200, typed=typed, errors=errors, zones=zones
    )


def _founded(request: HttpRequest, typed: dict[str, str]) -> accounts.Account:
    month = typed["fiscal_year_start"]
    slug = workspaces.create(
        slugify(typed.get("name", ""))[:50] or f"okr-{secrets.token_hex(3)}",
        name=typed.get("name", ""),
        language=typed["language"],
        timezone=typed["timezone"],
        fiscal_year_start=int(month) if month.isascii() and month.isdigit() else 0,
        at=pages.now(request),
        owner=NewPerson(
            email=typed.get("email", ""), name=typed.get("owner", ""), role=Role.OWNER, password=typed.get("password", "")
        ),
    )
    request.session["workspace"] = slug
    return accounts.by_email(typed["email"])


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if not workspace_queries.any_exist():
        return HttpResponseRedirect("/start")
    if pages.member_or_none(request):
        return HttpResponseRedirect(pages.next_url(request))
    typed, errors = request.POST.dict(), {}
    if request.method == "POST":
        counted = f"signin:{typed.get('email', '').lower()[:254]}:{request.META.get('REMOTE_ADDR')}"
        if cache.get(counted, 0) >= TRIES:
            errors["password"] = _("Too many tries. Wait ten minutes and try again.")
        else:
            account = auth.authenticate(request, username=typed.get("email", ""), password=typed.get("password", ""))
            if account is not None:
                cache.delete(counted)
                auth.login(request, account)
                return HttpResponseRedirect(pages.next_url(request))
            cache.set(counted, cache.get(counted, 0) + 1, WAIT_SECONDS)
            errors["password"] = _("E-mail and password do not match. Check both and try again.")
    return pages.bare(
        request, "sessions/signin.html", status=422 if errors else 200, typed=typed, errors=errors, next=pages.next_url(request)
    )


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    auth.logout(request)
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
