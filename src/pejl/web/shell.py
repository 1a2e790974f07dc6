"""The frame of every signed-in page: the menu, one's teams, the period, who and where one is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from pejl.queries import frames
from pejl.queries.scope import Member
from pejl.web import charts, pasts
from pejl.web import format as told_as


@dataclass(frozen=True, slots=True)
class NavItem:
    label: str
    url: str
    icon: str
    current: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class NavTeam:
    name: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Shell:
    workspace_name: str
    workspaces: tuple[frames.Place, ...]
    person_name: str
    person_id: UUID | None
    nav: tuple[NavItem, ...]
    foot: tuple[NavItem, ...]
    teams: tuple[NavTeam, ...]
    period_name: str
    period_ruler: charts.Ruler | None
    today: date
    language: str
    theme: str
    can_create: bool
    as_of: date | None
    latest: date
    here: str
    asked: tuple[tuple[str, str], ...]


def build(request: HttpRequest) -> Shell:
    """Three queries, whatever the page."""
    by: Member = request.member  # type: ignore[attr-defined]
    now: datetime = request.now  # type: ignore[attr-defined]
    account_id: UUID = request.user.pk  # type: ignore[assignment]
    today = by.today(now)
    frame = frames.frame(by, account_id=account_id, now=now)
    language = told_as.language()
    period = frame.period
    ruler = None
    if period is not None:
        ruler = charts.ruler(
            start=period.start,
            end=period.end,
            today=today,
            language=language,
            mini=True,
            name=period.said(language),
        )
    return Shell(
        workspace_name=by.workspace_name,
        workspaces=frame.places,
        person_name=by.name,
        person_id=by.person_id,
        nav=_nav(request.path, due=frame.due, past=by.as_of is not None),
        foot=() if by.as_of else (_item(_("Settings"), "/settings", "settings", request.path),),
        teams=tuple(
            NavTeam(team.name, f"/teams/{team.id}", request.path == f"/teams/{team.id}")
            for team in frame.teams
        ),
        period_name=period.said(language) if period else "",
        period_ruler=ruler,
        today=today,
        language=language,
        theme=request.COOKIES.get("theme", "") if request.COOKIES.get("theme") in {"light", "dark"} else "",
        can_create=by.writes,
        as_of=None if by.as_of is None else today,
        latest=by.today(timezone.now()) - timedelta(days=1),
        here=request.path,
        asked=tuple((name, str(text)) for name, text in request.GET.items() if name != pasts.KEPT),
    )


def _nav(path: str, *, due: int, past: bool) -> tuple[NavItem, ...]:
    """A past day has nothing to check in on."""
    checkin = () if past else (_item(_("Check-in"), "/checkin", "checkin", path, count=due),)
    return (
        NavItem(_("Home"), "/", "home", path == "/"),
        *checkin,
        _item(_("Objectives"), "/goals", "goals", path),
        _item(_("KPIs"), "/kpis", "kpi", path),
    )


def _item(label: str, url: str, icon: str, path: str, *, count: int = 0) -> NavItem:
    return NavItem(label, url, icon, path == url or path.startswith(f"{url}/"), count)
