"""The pages on which goals are written: what there is to choose from, and what is chosen to begin with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from pejl.domain import access
from pejl.domain.access import OrganisationPolicy, TeamPolicy
from pejl.domain.values import Kind, Level, ProgressMode, StatusMode, Visibility
from pejl.queries import directories, parents, periods, tags, workspaces
from pejl.queries import goals as goals_read
from pejl.queries.directories import TeamRow
from pejl.queries.goals import GoalRow
from pejl.queries.scope import Member
from pejl.services.errors import Conflict, Rejected
from pejl.web import format as told_as
from pejl.web import goalpages, pages, words
from pejl.web.forms import editing, measures
from pejl.web.forms import writing as forms

Pairs = list[tuple[str, str]]
GIVEN = ("title", "level", "team", "period", "owner", "ambition")
"""What an address can fill in beforehand."""
PEOPLE = ("owners", "delegates", "viewers")
ROWS = ("key_result", "next")
"""What asks for a row of a key result: one more, or the next empty one."""


@dataclass(frozen=True, slots=True)
class Choices:
    """`teams` and `levels` are those the person may write for; `every_team` all that are not archived."""

    people: Pairs
    teams: Pairs
    every_team: Pairs
    levels: Pairs
    periods: Pairs
    tags: list[str]
    now: str


def choices(request: HttpRequest) -> Choices:
    """Seven queries."""
    by, language = pages.member(request), told_as.language()
    rows = [team for team in directories.teams(by) if team.archived_at is None]
    spans = periods.every(by)
    current = periods.current(spans, today=by.today(pages.now(request)))
    mine = [team for team in rows if _may_write(by, Level.TEAM, team=team)]
    everyone = workspaces.settings_of(by).organisation_goals_by_anyone
    levels = [Level.ORGANISATION] if _may_write(by, Level.ORGANISATION, everyone=everyone) else []
    levels += [Level.TEAM] if mine else []
    return Choices(
        people=[(str(one.id), one.name) for one in directories.people(by) if one.active],
        teams=[(str(one.id), one.name) for one in sorted(mine, key=lambda one: one.id not in by.teams)],
        every_team=[(str(one.id), one.name) for one in rows],
        levels=[(level.value, words.level(level)) for level in (*levels, Level.PERSON)],
        periods=[(str(one.id), one.said(language)) for one in spans],
        tags=[one.name for one in tags.in_use(by)],
        now=str(current.id) if current else "",
    )


def _may_write(by: Member, level: Level, *, team: TeamRow | None = None, everyone: bool = False) -> bool:
    members = team is not None and team.goals_by_members
    return by.person_id is None or access.may_create(
        role=by.role,
        level=level,
        leads_team=team is not None and team.id in by.leads,
        member_of_team=team is not None and team.id in by.teams,
        team_policy=TeamPolicy.MEMBERS if members else TeamPolicy.LEADS,
        org_policy=OrganisationPolicy.ANYONE if everyone else OrganisationPolicy.ADMINS,
    )


def usual(request: HttpRequest, offered: Choices) -> dict[str, str]:
    """An empty form: mine, in my team, this quarter, but for what the address says."""
    by = pages.member(request)
    own = offered.teams[0][0] if offered.teams and UUID(offered.teams[0][0]) in by.teams | by.leads else ""
    found = {
        "level": Level.TEAM.value if own else offered.levels[0][0],
        "team": own or (offered.teams[0][0] if offered.teams else ""),
        "owner": str(by.person_id or ""),
        "period": offered.now,
        "ambition": "committed",
    }
    given = {name: request.GET[name] for name in GIVEN if request.GET.get(name)}
    return found | given | ({"level": Level.TEAM.value} if "team" in given and "level" not in given else {})


def okr(
    request: HttpRequest,
    *,
    typed: Mapping[str, str] | None = None,
    above: list[str] | None = None,
    rejected: Rejected | None = None,
    add: str = "",
) -> HttpResponse:
    """The form of a whole OKR; `typed` is kept, and `add` names what it is to have one more of."""
    offered = choices(request)
    typed = usual(request, offered) | dict(typed or {})
    above = _known(above if above is not None else request.GET.getlist("parent"))
    counts = {name: forms.rows(typed, name) for name in forms.FEWEST}
    errors = pages.errors(rejected) if rejected else {}
    focus = next(iter(errors), "") or _focus(typed, counts, add=add)
    return pages.render(
        request,
        "writing/new.html",
        status=goalpages.status_of(rejected),
        typed=typed,
        errors=errors,
        offered=offered,
        above=above,
        slots=min(len(above) + (1 if add == "parent" or not above else 0), forms.MOST_PARENTS),
        goals=_above(request, above),
        counts=counts,
        towards=_towards(typed, counts[forms.KEY_RESULTS]),
        kinds=measures.kinds(),
        units=measures.UNITS,
        focus=focus,
        pieces=forms.sentence(typed),
        tongue=forms.tongue(typed),
        tongues=forms.TONGUES,
    )


def _known(texts: list[str]) -> list[str]:
    return [str(one) for one in pages.ids(texts)][: forms.MOST_PARENTS]


def _focus(typed: Mapping[str, str], counts: dict[str, int], *, add: str) -> str:
    """The field to begin in; one more row where one was asked for."""
    if add == "next":
        empty = set(range(counts[forms.KEY_RESULTS])) - set(forms.filled(typed, forms.KEY_RESULTS))
        if empty:
            return f"{forms.KEY_RESULTS}.{min(empty)}.title"
    name = {"initiative": forms.INITIATIVES}.get(add, forms.KEY_RESULTS if add in ROWS else None)
    if name is None:
        return "" if add == "parent" else "title"
    counts[name] = min(counts[name] + 1, forms.MOST_ROWS)
    return f"{name}.{counts[name] - 1}.title"


def _towards(typed: Mapping[str, str], count: int) -> Pairs:
    """What an initiative can be for: the objective, or one of the key results above it."""
    found = [("", _("towards the objective"))]
    for row in range(count):
        title = typed.get(f"{forms.KEY_RESULTS}.{row}.title", "").strip()
        told = _("towards key result %(number)s") % {"number": row + 1}
        found.append((str(row), f"{told}: {title}" if title else told))
    return found


def _above(request: HttpRequest, chosen: Iterable[str]) -> Pairs:
    """The goals to align to, and those already chosen that the list leaves out."""
    by = pages.member(request)
    rows, _more = parents.choices(by)
    found = [(str(one.id), f"{one.title} ({words.choice(one)})") for one in rows]
    listed = {one for one, _title in found}
    others = [one for one in chosen if one not in listed]
    return found + [(one, goals_read.one(by, UUID(one), now=pages.now(request)).title) for one in others]


def single(
    request: HttpRequest,
    *,
    goal: GoalRow | None = None,
    parent: GoalRow | None = None,
    kind: Kind,
    typed: Mapping[str, str] | None = None,
    lists: editing.Lists | None = None,
    rejected: Rejected | None = None,
) -> HttpResponse:
    """The form of one goal: of `goal`, or of a new one under `parent`."""
    by, offered = pages.member(request), choices(request)
    if goal is not None:
        before, people = editing.shown(goal), editing.lists(goal)
    else:
        before = {"metric": "" if kind is Kind.INITIATIVE else measures.FROM_TO, "period": offered.now}
        before |= {"period": str(parent.period_id or "")} if parent is not None else {}
        people = {name: [] for name in editing.LISTS} | {"owners": [str(by.person_id or "")]}
    named = {name: _with(offered.people, getattr(goal, name, ())) for name in PEOPLE}
    conflict = isinstance(rejected, Conflict) and goal is not None
    errors = pages.errors(rejected) if rejected else {}
    below = (
        goals_read.children(by, goal.id, now=pages.now(request)) if goal and kind is Kind.OBJECTIVE else []
    )
    return pages.render(
        request,
        "writing/edit.html",
        status=goalpages.status_of(rejected),
        goal=goal,
        parent=parent,
        kind=kind,
        typed=before | dict(typed or {}),
        lists=lists if lists is not None else people,
        errors=errors,
        focus=next(iter(errors), "title" if goal is None else ""),
        offered=offered,
        named=named,
        kinds=measures.kinds(none=_none(kind)),
        units=measures.UNITS,
        summed=measures.SUMMED,
        modes=_modes(goal),
        changed=_changed(request, goal, offered) if conflict and goal is not None else [],
        below={one: [row for row in below if row.kind is one] for one in (Kind.KEY_RESULT, Kind.INITIATIVE)},
    )


def _none(kind: Kind) -> str:
    return _("what is under it") if kind is Kind.OBJECTIVE else _("by hand, in per cent")


def _with(people: Pairs, also: Iterable[goals_read.PersonRef]) -> Pairs:
    """Those who left stay choosable where they are chosen."""
    listed = {one for one, _name in people}
    return people + [(str(one.id), one.name) for one in also if str(one.id) not in listed]


def _modes(goal: GoalRow | None) -> dict[str, Pairs]:
    progress = [ProgressMode.METRIC, ProgressMode.CHILDREN, ProgressMode.MANUAL]
    if goal is not None and goal.progress_mode is ProgressMode.SOURCE:
        progress.append(ProgressMode.SOURCE)
    return {
        "progress": [(one.value, words.progress_mode(one)) for one in progress],
        "status": [(one.value, words.status_mode(one)) for one in StatusMode],
        "visibility": [(one.value, words.visibility(one)) for one in Visibility],
        "level": [(one.value, words.level(one)) for one in Level],
    }


def _changed(request: HttpRequest, goal: GoalRow, offered: Choices) -> Pairs:
    """What stands there now, where it differs from what was typed."""
    modes = _modes(goal)
    named = dict([*offered.people, *offered.every_team, *offered.periods, *measures.kinds()])
    named |= dict(pair for one in modes.values() for pair in one) | {measures.SUMMED: _("Yes")}
    people = (*goal.owners, *goal.delegates, *goal.viewers)
    named |= {str(one.id): one.name for one in people} | {str(one.id): one.name for one in goal.teams}
    fields = editing.moved(request, goal)
    return [(label(name), text or words.NONE) for name, text in editing.now_there(goal, fields, named=named)]


def label(name: str) -> str:
    """What a field is called on the page."""
    told = {
        "title": _("Title"),
        "description": _("Why"),
        "tags": _("Tags"),
        "ambition": _("Ambition"),
        "period": _("Period"),
        "start_date": _("Start date"),
        "end_date": _("Deadline"),
        "checkin_owner": _("Who checks in"),
        "level": _("Level"),
        "progress_mode": _("Progress from"),
        "status_mode": _("Status from"),
        "visibility": _("Seen by"),
        "metric": _("Measured by"),
        "start": _("Start"),
        "target": _("Target"),
        "lower": _("Lower bound"),
        "upper": _("Upper bound"),
        "warning": _("Warning bound"),
        "unit": _("Unit"),
        "milestones": _("Milestones"),
        "phases": _("Targets on the way"),
        "sum": _("Sum of the values below it"),
        "owners": _("Owners"),
        "delegates": _("Stand-ins"),
        "viewers": _("Chosen people"),
        "teams": _("Teams"),
    }
    return told[name]
