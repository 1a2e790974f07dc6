"""The pages of the settings: their tabs, one way to do a thing and to come back when it is refused."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext as _

from pejl.domain.access import Right
from pejl.domain.values import Role
from pejl.queries.scope import Forbidden, Member
from pejl.services.errors import Rejected
from pejl.web import goalpages, pages

SECRET = frozenset({"password", "current", "csrfmiddlewaretoken", "key"})
Page = Callable[..., HttpResponse]
Gate = Callable[[HttpRequest], Member]


def anybody(request: HttpRequest) -> Member:
    """Everybody who is signed in; the service decides."""
    return pages.member(request)


def admin(request: HttpRequest) -> Member:
    by = pages.member(request)
    if not by.is_admin:
        raise Forbidden(Right.SETTINGS)
    return by


def owner(request: HttpRequest) -> Member:
    by = pages.member(request)
    if by.role is not Role.OWNER:
        raise Forbidden(Right.DELETE_WORKSPACE)
    return by


def deed(
    show: Page, url: str, *, gate: Gate = admin, shown: bool = False
) -> Callable[[Callable[..., str]], Page]:
    """Makes a view of `work(request, **where)`, which does a thing and gives the sentence to say after it
    ("" says nothing).

    Then `url`, filled in from `where`; or, refused, `show(request, **where)` again with what was typed and
    what to mend. That page finds the form that was sent by `typed["form"]`, its address. Where the form
    stands at its page's own address, `shown` lets the address be read as well.
    """

    def made(work: Callable[..., str]) -> Page:
        @functools.wraps(work)
        def view(request: HttpRequest, **where: Any) -> HttpResponse:
            if request.method in {"GET", "HEAD"} and shown:
                gate(request)
                return show(request, **where)
            if request.method != "POST":
                return HttpResponseNotAllowed(["GET", "HEAD", "POST"] if shown else ["POST"])
            gate(request)
            try:
                said = work(request, **where)
            except Rejected as rejected:
                return show(request, **where, **_refused(request, rejected))
            return pages.done(request, said, url.format(**where))

        return pages.signed_in(view)

    return made


def _refused(request: HttpRequest, rejected: Rejected) -> dict[str, Any]:
    typed = {name: str(text) for name, text in request.POST.items() if name not in SECRET}
    return {
        "typed": {**typed, "form": request.path},
        "errors": pages.errors(rejected),
        "status": goalpages.status_of(rejected),
    }


def stamp(request: HttpRequest) -> dict[str, Any]:
    """Who does it, when, and the form's own key: what every write is given."""
    return {"by": pages.member(request), "at": pages.now(request), "key": pages.key(request)}


def page(request: HttpRequest, template: str, page: Mapping[str, Any], **context: Any) -> HttpResponse:
    """A page of the settings with its tabs. `template` is one of theirs, or has its own room in front; `page`
    holds `typed`, `errors` and `status` after a refusal."""
    by = pages.member(request)
    return pages.render(
        request,
        f"{template}.html" if "/" in template else f"settings/{template}.html",
        status=page.get("status", 200),
        typed=page.get("typed", {}),
        errors=page.get("errors", {}),
        me=by,
        tabs=_tabs(by, request.path),
        **context,
    )


def _tabs(by: Member, here: str) -> list[tuple[str, str, bool]]:
    """Title, address and whether it is the present one. What a person may not set is not offered."""
    tabs = [(_("You"), "/settings")]
    if by.is_admin:
        tabs += [(_("Workspace"), "/settings/workspace"), (_("People"), "/settings/people")]
    if by.is_admin or by.leads:
        tabs.append((_("Teams"), "/settings/teams"))
    if by.is_admin:
        tabs += [(_("Periods"), "/settings/periods"), (_("Import and export"), "/settings/imports")]
    else:
        tabs.append((_("Export"), "/settings/exports"))
    tabs.append((_("Tokens"), "/settings/tokens"))
    if by.is_admin:
        tabs.append((_("Webhooks"), "/settings/webhooks"))
    own = here in {"/settings", "/settings/me", "/settings/password", "/settings/erasure"}
    inside = f"{here}/".replace("/settings/exports/", "/settings/imports/") if by.is_admin else f"{here}/"
    return [(title, url, own if url == "/settings" else inside.startswith(f"{url}/")) for title, url in tabs]
