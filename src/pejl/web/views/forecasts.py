"""How good the forecasts are."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from pejl.queries import accuracies
from pejl.queries.scope import NotFound
from pejl.web import forecastpages, pages, pasts


@require_safe
@pages.signed_in
@pasts.of_any_day
def accuracy(request: HttpRequest) -> HttpResponse:
    """What was said each week, held against what came; not there for who wants to see no forecasts."""
    by = pages.member(request)
    if not by.forecasts:
        raise NotFound
    page = forecastpages.page(accuracies.accuracy(by), accuracies.confidence(by))
    return pages.render(request, "forecasts/forecasts.html", page=page)


urls: list[URLPattern] = [
    path("forecasts", accuracy),
]
