"""The cast: a small company with named people, nested teams and a company next door.

    Fjordlight
      Ida      owner of the workspace      Product        lead: Liv
      Anton    admin                         └ Design     lead: Sune, members: Alma, Bo
      Olaf     observer                    Sales          member: Tove
    Nordwind
      Uwe      owner, an outsider to Fjordlight

It is Monday 17 August 2026, 09:00 in Copenhagen: the seventh week of the third quarter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import Model

from pejl.domain.values import PeriodKind, Role
from pejl.models import Period, Person, Workspace
from pejl.queries import people as found
from pejl.queries.scope import Member
from pejl.services import people, periods, teams, workspaces
from pejl.services.people import NewPerson

P = ParamSpec("P")
T = TypeVar("T")
AT = datetime(2026, 8, 17, 9, tzinfo=ZoneInfo("Europe/Copenhagen"))
FOUNDED = datetime(2026, 1, 5, 9, tzinfo=ZoneInfo("Europe/Copenhagen"))
PASSWORD = "a quiet harbour at dawn"


@dataclass(frozen=True, slots=True)
class World:
    """Who and what there is. `today` is the date at `at`; `later(…)` moves on from there."""

    slug: str
    at: datetime
    today: date
    system: Member
    owner: Member
    admin: Member
    lead: Member
    sub_lead: Member
    member: Member
    mate: Member
    stranger: Member
    observer: Member
    outsider: Member
    product: UUID
    design: UUID
    sales: UUID
    year: UUID
    q1: UUID
    q2: UUID
    q3: UUID
    q4: UUID

    def later(self, **step: float) -> datetime:
        return self.at + timedelta(**step)

    def again(self, member: Member) -> Member:
        """The same person as they are now: roles and teams are read when somebody comes in."""
        return _member(member.slug, member.person_id)


Rows = dict[Any, Model]


def laid_out(make: Callable[P, T]) -> Callable[P, T]:
    """For what fills a database that is empty or was itself laid out: of the same input, on workspaces that
    nobody wrote in meanwhile, it is made once, then laid out as it was."""
    before: dict[Any, tuple[T, list[list[Model]], list[Model]]] = {}

    @wraps(make)
    def filled(*args: P.args, **options: P.kwargs) -> T:
        revisions = Workspace.objects.order_by("pk").values_list("pk", "revision")
        key = (args, *sorted(options.items()), *revisions)
        if key not in before:
            then = _rows()
            made = make(*args, **options)
            now = _rows()
            added = [
                [row for pk, row in rows.items() if pk not in then[model]] for model, rows in now.items()
            ]
            changed = [
                row
                for model, rows in now.items()
                for pk, row in rows.items()
                if pk in then[model] and _values(row) != _values(then[model][pk])
            ]
            before[key] = made, [some for some in added if some], changed
            return made
        made, added, changed = before[key]
        with transaction.atomic():
            for some in added:
                type(some[0])._base_manager.bulk_create(some)
            for row in changed:
                row.save(force_update=True)
        return made

    return filled


def _rows() -> dict[type[Model], Rows]:
    models = apps.get_app_config("pejl").get_models()
    return {model: {row.pk: row for row in model._base_manager.all()} for model in models}


def _values(row: Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.fixture
def world(db: None) -> World:
    """A fresh one for each test that names it."""
    return build()


@laid_out
def build() -> World:
    slug = workspaces.create(
        "fjordlight",
        name="Fjordlight",
        language="en",
        timezone="Europe/Copenhagen",
        at=FOUNDED,
        owner=NewPerson("ida@fjordlight.example", "Ida Holm", Role.OWNER, PASSWORD),
    )
    workspaces.create(
        "nordwind",
        name="Nordwind",
        at=FOUNDED,
        owner=NewPerson("uwe@nordwind.example", "Uwe Kern", Role.OWNER, PASSWORD),
    )
    by = found.system(slug)
    ids = {
        name.split()[0].lower(): people.create(
            NewPerson(f"{name.split()[0].lower()}@fjordlight.example", name, role, PASSWORD),
            by=by,
            at=FOUNDED,
        )
        for name, role in _CAST
    }
    product = teams.create("Product", by=by, at=FOUNDED)
    design = teams.create("Design", parent=product, by=by, at=FOUNDED)
    sales = teams.create("Sales", by=by, at=FOUNDED)
    for team, name, leads in (
        (product, "liv", True),
        (design, "sune", True),
        (design, "alma", False),
        (design, "bo", False),
        (sales, "tove", False),
    ):
        teams.join(team, person=ids[name], lead=leads, by=by, at=FOUNDED)
    periods.ensure(by=by, at=AT)
    quarters = list(
        Period.objects.filter(workspace_id=by.workspace_id, kind=PeriodKind.QUARTER, year=2026)
        .order_by("start_date")
        .values_list("pk", flat=True)
    )
    return World(
        slug=slug,
        at=AT,
        today=AT.date(),
        system=by,
        owner=_named(slug, "Ida Holm"),
        admin=_member(slug, ids["anton"]),
        lead=_member(slug, ids["liv"]),
        sub_lead=_member(slug, ids["sune"]),
        member=_member(slug, ids["alma"]),
        mate=_member(slug, ids["bo"]),
        stranger=_member(slug, ids["tove"]),
        observer=_member(slug, ids["olaf"]),
        outsider=_named("nordwind", "Uwe Kern"),
        product=product,
        design=design,
        sales=sales,
        year=Period.objects.get(workspace_id=by.workspace_id, kind=PeriodKind.YEAR, year=2026).pk,
        q1=quarters[0],
        q2=quarters[1],
        q3=quarters[2],
        q4=quarters[3],
    )


_CAST = (
    ("Anton Krogh", Role.ADMIN),
    ("Liv Dahl", Role.MEMBER),
    ("Sune Bach", Role.MEMBER),
    ("Alma Berg", Role.MEMBER),
    ("Bo Lind", Role.MEMBER),
    ("Tove Friis", Role.MEMBER),
    ("Olaf Vig", Role.OBSERVER),
)


def _member(slug: str, person_id: UUID | None) -> Member:
    assert person_id is not None
    return found.member(slug, person_id)


def _named(slug: str, name: str) -> Member:
    return _member(slug, Person.objects.get(workspace__slug=slug, name=name).pk)
