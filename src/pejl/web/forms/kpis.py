"""What people type about a KPI: its range and its readings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from pejl.queries.kpis import KpiRow
from pejl.services.errors import Rejected
from pejl.web.forms import goals as forms


def kpi(request: HttpRequest) -> dict[str, Any]:
    """The form as `services.kpis` takes it. Raises `Rejected` with each figure that cannot be read."""
    read = forms.reader(request)
    unit = read.typed.get("unit", "").strip()
    found = {
        "name": read.typed.get("name", ""),
        "unit": unit,
        "lower": read.read("lower", lambda text: forms.amount(text, unit=unit)),
        "upper": read.read("upper", lambda text: forms.amount(text, unit=unit)),
        "owner": read.read("owner", forms.identity),
        "team": read.read("team", forms.identity),
    }
    read.finish()
    return found


def shown(row: KpiRow) -> Mapping[str, str]:
    """The KPI as it would be typed."""
    return {
        "name": row.name,
        "unit": row.unit,
        "lower": "" if row.lower is None else forms.typed_amount(row.lower, row.unit),
        "upper": "" if row.upper is None else forms.typed_amount(row.upper, row.unit),
        "owner": str(row.owner_id or ""),
        "team": str(row.team_id or ""),
    }


def reading(request: HttpRequest, *, unit: str) -> dict[str, Any]:
    """Value and day; without a day it is today's."""
    read = forms.reader(request)
    found = {
        "value": read.read("value", lambda text: forms.amount(text, unit=unit)),
        "on": read.read("on", forms.day),
    }
    if not read.typed.get("value", "").strip():
        read.reasons += Rejected.one("amount.empty", field="value").reasons
    read.finish()
    return found


def goal(request: HttpRequest) -> UUID:
    read = forms.reader(request)
    found = read.read("goal", forms.identity)
    read.finish()
    if found is None:
        raise Rejected.one("choice.unknown", field="goal")
    return found
