"""Webhooks: made, tried, changed; what was sent, and what did not arrive. Admins only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pejl.queries import webhooks as webhooks_read
from pejl.services import webhooks
from pejl.services.errors import Rejected
from pejl.services.webhooks import NewWebhook
from pejl.web import goalpages, hookwords, pages, settingpages
from pejl.web.settingpages import deed, stamp

HERE = "/settings/webhooks"
USUAL = ("goal.*", "checkin.*", "period.*")


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def every(request: HttpRequest) -> HttpResponse:
    """The secret of one that is made stands in the answer, which nobody keeps."""
    by = settingpages.admin(request)
    if request.method != "POST":
        return _every(request)
    verbs = tuple(request.POST.getlist("events"))
    try:
        made = webhooks.create(NewWebhook(request.POST.get("url", ""), verbs), **stamp(request))
    except Rejected as rejected:
        typed = {"url": request.POST.get("url", ""), "form": HERE}
        return _every(
            request, typed=typed, errors=pages.errors(rejected), status=goalpages.status_of(rejected)
        )
    return _shown(request, webhooks_read.secret(by, made), status=201)


@require_http_methods(["POST"])
@pages.signed_in
def turn(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    by = settingpages.admin(request)
    webhooks.turn(webhook_id, **stamp(request))
    return _shown(request, webhooks_read.secret(by, webhook_id), turned=True)


def _shown(request: HttpRequest, secret: str, **page: Any) -> HttpResponse:
    response = _every(request, made=secret, **page)
    response["Cache-Control"] = "no-store"
    return response


def _every(request: HttpRequest, *, made: str = "", turned: bool = False, **page: Any) -> HttpResponse:
    by, now = pages.member(request), pages.now(request)
    dead = request.GET.get("show") == "given-up"
    typed = page.get("typed", {})
    form, ticked = typed.get("form", ""), request.POST.getlist("events")
    hooks = [
        hookwords.hook(row, chosen=ticked if form == f"{HERE}/{row.id}" else row.verbs)
        for row in webhooks_read.every(by, now=now)
    ]
    rows = webhooks_read.deliveries(by, dead=dead) if hooks else []
    page.pop("webhook_id", None)
    page.pop("delivery_id", None)
    return settingpages.page(
        request,
        "webhooks",
        page,
        made=made,
        turned=turned,
        hooks=hooks,
        ticks=hookwords.ticks(ticked if form == HERE else USUAL),
        sent=[hookwords.sent(row, by=by, now=now) for row in rows],
        only_dead=dead,
        given_up=sum(one.row.dead for one in hooks),
        now=now,
    )


@deed(_every, HERE)
def edit(request: HttpRequest, webhook_id: UUID) -> str:
    verbs = request.POST.getlist("events")
    webhooks.edit(webhook_id, url=request.POST.get("url", ""), verbs=tuple(verbs), **stamp(request))
    return _("The webhook is changed.")


@deed(_every, HERE)
def remove(request: HttpRequest, webhook_id: UUID) -> str:
    webhooks.remove(webhook_id, **stamp(request))
    return _("The webhook is removed.")


@deed(_every, HERE)
def test(request: HttpRequest, webhook_id: UUID) -> str:
    webhooks.test(webhook_id, **stamp(request))
    return _("A test message is on its way. Load the page again to see how far it came.")


@deed(_every, HERE)
def resume(request: HttpRequest, webhook_id: UUID) -> str:
    webhooks.resume(webhook_id, **stamp(request))
    return _("The webhook is on again.")


@deed(_every, HERE)
def replay(request: HttpRequest, delivery_id: UUID) -> str:
    webhooks.replay(delivery_id, **stamp(request))
    return _("The message is on its way again.")


urls: list[URLPattern] = [
    path("settings/webhooks", every),
    path("settings/webhooks/<uuid:webhook_id>", edit),
    path("settings/webhooks/<uuid:webhook_id>/removal", remove),
    path("settings/webhooks/<uuid:webhook_id>/secret", turn),
    path("settings/webhooks/<uuid:webhook_id>/test", test),
    path("settings/webhooks/<uuid:webhook_id>/resumption", resume),
    path("settings/webhooks/messages/<uuid:delivery_id>/again", replay),
]
