"""The API put together: routers, who may come in, how it says no."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.parser import Parser

from pejl.api import (
    checkins,
    closures,
    comments,
    exports,
    forecasts,
    goalwrites,
    health,
    histories,
    imports,
    kpis,
    me,
    people,
    periods,
    plans,
    problems,
    tasks,
    teams,
    webhooks,
)
from pejl.api.callers import Bearer
from pejl.api.documents import Documented


class Exact(Parser):
    """Numbers as they were written: 0.1 is not a float."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            return json.loads(request.body, parse_float=Decimal, parse_constant=_no_number)
        except (ValueError, ArithmeticError, RecursionError) as error:
            raise HttpError(400, "body") from error


def _no_number(word: str) -> Any:
    raise ValueError(word)


api = Documented(
    title="Pejl",
    version="1",
    description="Objectives, key results and initiatives with their record.",
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
    auth=Bearer(),
    parser=Exact(),
)
problems.handle(api)
PARTS = (
    me,
    goalwrites,  # and with it the goals that are read
    checkins,
    tasks,
    closures,
    comments,
    histories,
    forecasts,
    periods,
    teams,
    people,
    kpis,
    imports,
    exports,
    plans,
    health,
    webhooks,
)
for part in PARTS:
    api.add_router("", part.router)
