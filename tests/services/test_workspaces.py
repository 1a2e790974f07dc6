from __future__ import annotations

from datetime import time
from decimal import Decimal

import pytest

from pejl.domain.values import PeriodKind
from pejl.models import Event, Period, Person, Workspace
from pejl.queries.scope import Forbidden
from pejl.services import workspaces
from pejl.services.errors import Rejected
from pejl.services.people import NewPerson
from world import AT, World


def codes(rejected: pytest.ExceptionInfo[Rejected]) -> set[str]:
    return {reason.code for reason in rejected.value.reasons}


def test_a_new_workspace_has_its_periods_and_its_owner(db: None) -> None:
    slug = workspaces.create(
        "harbour",
        name=" The  Harbour ",
        at=AT,
        owner=NewPerson("mia@harbour.example", "Mia", password="a long quiet word"),
    )
    workspace = Workspace.objects.get(slug=slug)
    assert workspace.name == "The Harbour"
    assert list(
        Period.objects.filter(workspace=workspace)
        .order_by("kind", "start_date")
        .values_list("kind", "number")
    ) == [
        ("quarter", 1),
        ("quarter", 2),
        ("quarter", 3),
        ("quarter", 4),
        ("year", 1),
    ]
    person = Person.objects.get(workspace=workspace)
    assert person.account is not None
    assert person.account.check_password("a long quiet word")


def test_a_workspace_without_an_owner_is_empty_of_people(db: None) -> None:
    workspaces.create("harbour", name="Harbour", at=AT)
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"slug": "Harbour Town"}, "workspace.slug"),
        ({"slug": "-harbour"}, "workspace.slug"),
        ({"name": "  "}, "text.empty"),
        ({"language": "sv"}, "workspace.language"),
        ({"timezone": "Europe/Atlantis"}, "workspace.timezone"),
        ({"fiscal_year_start": 13}, "workspace.month"),
        ({"owner": NewPerson("mia", "Mia")}, "person.email"),
        ({"owner": NewPerson("mia@harbour.example", "Mia", password="short")}, "password.short"),
    ],
)
def test_what_is_written_wrongly_makes_nothing(db: None, change: dict[str, object], code: str) -> None:
    given: dict[str, object] = {"slug": "harbour", "name": "Harbour", **change}
    slug = str(given.pop("slug"))
    with pytest.raises(Rejected) as rejected:
        workspaces.create(slug, at=AT, **given)  # type: ignore[arg-type]
    assert code in codes(rejected)
    assert not Workspace.objects.exists()


def test_a_slug_is_used_once(world: World) -> None:
    with pytest.raises(Rejected) as rejected:
        workspaces.create(world.slug, name="Another", at=AT)
    assert codes(rejected) == {"workspace.slug-taken"}


def test_an_admin_sets_the_workspace_up_and_it_is_remembered(world: World) -> None:
    workspaces.configure(
        {"name": "Fjordlight ApS", "checkin_at": time(8, 30), "amber_to": Decimal("0.65")},
        by=world.admin,
        at=world.at,
    )
    workspace = Workspace.objects.get(slug=world.slug)
    assert (workspace.name, workspace.checkin_at, workspace.amber_to) == (
        "Fjordlight ApS",
        time(8, 30),
        Decimal("0.65"),
    )
    event = Event.objects.get(verb="workspace.configured")
    assert event.by_id == world.admin.person_id
    assert event.data["before"]["name"] == "Fjordlight"


@pytest.mark.parametrize("who", ["lead", "member", "stranger", "observer"])
def test_nobody_but_admins_and_owners_sets_it_up(world: World, who: str) -> None:
    with pytest.raises(Forbidden):
        workspaces.configure({"name": "Mine"}, by=getattr(world, who), at=world.at)
    assert Workspace.objects.get(slug=world.slug).name == "Fjordlight"


def test_every_wrong_setting_is_named_at_its_field_and_none_is_written(world: World) -> None:
    with pytest.raises(Rejected) as rejected:
        workspaces.configure(
            {
                "name": "New",
                "timezone": "Mars",
                "at_risk_points": 101,
                "checkin_every_weeks": 3,
                "capped": "yes",
            },
            by=world.owner,
            at=world.at,
        )
    assert {reason.field for reason in rejected.value.reasons} == {
        "timezone",
        "at_risk_points",
        "checkin_every_weeks",
        "capped",
    }
    assert Workspace.objects.get(slug=world.slug).name == "Fjordlight"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"at_risk_points": 30}, "workspace.points-order"),
        ({"red_to": Decimal("0.8")}, "workspace.bands-order"),
    ],
)
def test_bounds_stay_in_order(world: World, changes: dict[str, object], code: str) -> None:
    with pytest.raises(Rejected) as rejected:
        workspaces.configure(changes, by=world.owner, at=world.at)
    assert codes(rejected) == {code}


def test_another_scheme_brings_its_periods_beside_the_old_ones(world: World) -> None:
    workspaces.configure({"scheme": PeriodKind.TERTIAL}, by=world.owner, at=world.at)
    kinds = Period.objects.filter(workspace__slug=world.slug).values_list("kind", flat=True)
    assert sorted(kinds) == ["quarter"] * 4 + ["tertial"] * 3 + ["year"]
