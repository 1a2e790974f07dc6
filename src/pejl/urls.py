"""Addresses: the API, then the web door room by room."""

from __future__ import annotations

from django.urls import path

from pejl.api.urls import api
from pejl.mcp import http as mcp
from pejl.web.views import (
    changes,
    checkins,
    closing,
    comments,
    exports,
    feeds,
    forecasts,
    goals,
    home,
    imports,
    kpis,
    sessions,
    settings,
    tasks,
    tokens,
    trees,
    webhooks,
    writing,
)

urlpatterns = [
    path("api/v1/", api.urls),
    *mcp.urls,
    *sessions.urls,
    *home.urls,
    *trees.urls,
    *writing.urls,
    *goals.urls,
    *changes.urls,
    *closing.urls,
    *checkins.urls,
    *comments.urls,
    *tasks.urls,
    *kpis.urls,
    *forecasts.urls,
    *settings.urls,
    *imports.urls,
    *exports.urls,
    *tokens.urls,
    *webhooks.urls,
    *feeds.urls,
]

handler400 = "pejl.web.middleware.bad_request"
handler403 = "pejl.web.middleware.forbidden"
handler404 = "pejl.web.middleware.not_found"
handler500 = "pejl.web.middleware.unforeseen"
