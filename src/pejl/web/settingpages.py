"""The pages of the settings: their tabs, one way to do a thing and to come back when it is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from pejl.domain.access import Right
from pejl.queries.scope import Forbidden, Member
from pejl.services.errors import Rejected
from pejl.web import goalpages, pages

SECRET = frozenset({"password", "current", "csrfmiddlewaretoken", "key"})


def act(
    request: HttpRequest,
    show: Callable[..., HttpResponse],
    work: Callable[[], object],
    *,
    said: str,
    url: str,
    **where: Any,
) -> HttpResponse:
    """Does it and goes on, or shows the page again with what was typed and what to mend.

    The page finds the form that was sent by `typed["form"]`, its address.
    """
    try:
        work()
    except Rejected as rejected:
        typed = {name: str(text) for name, text in request.POST.items() if name not in SECRET}
        page = {
            "typed": {**typed, "form": request.path},
            "errors": pages.errors(rejected),
            "status": goalpages.status_of(rejected),
        }
        return show(request, **where, **page)
    return pages.done(request, said, url)


def admin(request: HttpRequest) -> Member:
    by = pages.member(request)
    if not by.is_admin:
        raise Forbidden(Right.SETTINGS)
    return by


def page(request: HttpRequest, template: str, page: Mapping[str, Any], **context: Any) -> HttpResponse:
    """A page of the settings with its tabs. `page` holds `typed`, `errors` and `status` after a refusal."""
    by = pages.member(request)
    return pages.render(
        request,
        f"settings/{template}.html",
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
        tabs.append((_("Periods"), "/settings/periods"))
    mine = {"/settings/me", "/settings/password"}
    return [
        (
            title,
            url,
            here == url or here.startswith(f"{url}/") if url != "/settings" else here in {url, *mine},
        )
        for title, url in tabs
    ]
