from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from adapters import vivafiles
from pejl.domain.values import Kind, Level, Metric, MetricKind, PeriodKind, Role
from pejl.models import (
    Account,
    Delivery,
    Event,
    ForecastLearning,
    Goal,
    GoalForecast,
    Period,
    Person,
    Profile,
    Webhook,
    Workspace,
)
from pejl.models.base import Row
from pejl.queries.scope import Forbidden, Member, NotFound
from pejl.services import checkins, comments, goals, kpis, people, proposals, tokens, transfers, workspaces
from pejl.services.errors import Rejected
from pejl.services.goals import GoalDraft
from pejl.services.people import NewPerson
from pejl.services.tokens import NewToken
from world import AT, PASSWORD, World

ROWS: list[Any] = [model for model in apps.get_app_config("pejl").get_models() if issubclass(model, Row)]


def codes(rejected: pytest.ExceptionInfo[Rejected]) -> set[str]:
    return {reason.code for reason in rejected.value.reasons}


def id_of(member: Member) -> UUID:
    assert member.person_id is not None
    return member.person_id


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


# ---------------------------------------------------------------------------------------------- ownership


def roles(world: World) -> dict[str, str]:
    return dict(Person.objects.filter(workspace__slug=world.slug).values_list("name", "role"))


def test_the_owner_hands_over_and_becomes_an_administrator(world: World) -> None:
    workspaces.transfer(id_of(world.member), by=world.owner, at=world.at)
    assert world.again(world.member).role is Role.OWNER
    assert world.again(world.owner).role is Role.ADMIN
    event = Event.objects.get(verb="workspace.transferred")
    assert (event.by_id, event.subject) == (world.owner.person_id, world.member.person_id)
    assert event.data == {"before": "Ida Holm", "after": "Alma Berg"}


def test_who_has_handed_over_does_not_do_it_again(world: World) -> None:
    """`world.owner` was read before the first of the two."""
    workspaces.transfer(id_of(world.member), by=world.owner, at=world.at)
    before = roles(world)
    with pytest.raises(Forbidden):
        workspaces.transfer(id_of(world.mate), by=world.owner, at=world.at)
    with pytest.raises(Forbidden):
        workspaces.remove(world.owner.workspace_id, by=world.owner, at=world.at, confirm_name="Fjordlight")
    assert roles(world) == before


def test_the_same_form_sent_twice_hands_over_once(world: World) -> None:
    for _ in range(2):
        workspaces.transfer(id_of(world.member), by=world.owner, at=world.at, key="once")
    assert Event.objects.filter(verb="workspace.transferred").count() == 1


@pytest.mark.parametrize("who", ["admin", "lead", "sub_lead", "member", "stranger", "observer"])
def test_nobody_but_the_owner_hands_over_or_deletes(world: World, who: str) -> None:
    by, before = getattr(world, who), roles(world)
    with pytest.raises(Forbidden):
        workspaces.transfer(id_of(world.mate), by=by, at=world.at)
    with pytest.raises(Forbidden):
        workspaces.transfer(by.person_id, by=by, at=world.at)
    with pytest.raises(Forbidden):
        workspaces.remove(by.workspace_id, by=by, at=world.at, confirm_name="Fjordlight")
    assert roles(world) == before
    assert Workspace.objects.filter(slug=world.slug).exists()


def test_the_owner_next_door_finds_nothing_here(world: World) -> None:
    with pytest.raises(NotFound):
        workspaces.transfer(id_of(world.mate), by=world.outsider, at=world.at)
    with pytest.raises(NotFound):
        workspaces.remove(world.owner.workspace_id, by=world.outsider, at=world.at, confirm_name="Fjordlight")
    assert Workspace.objects.count() == 2


def test_the_terminal_has_nothing_to_hand_over(world: World) -> None:
    with pytest.raises(Forbidden):
        workspaces.transfer(id_of(world.mate), by=world.system, at=world.at)


@pytest.mark.parametrize("who", ["owner", "inactive", "placeholder", "without a password"])
def test_a_workspace_is_handed_to_somebody_else_who_can_sign_in(world: World, who: str) -> None:
    if who == "placeholder":
        other = people.placeholder("Nora Bek", by=world.owner, at=world.at)
    elif who == "without a password":
        other = people.create(NewPerson("nora@fjordlight.example", "Nora"), by=world.owner, at=world.at)
    else:
        other = id_of(world.owner if who == "owner" else world.mate)
    if who == "inactive":
        people.deactivate(other, by=world.owner, at=world.at)
    with pytest.raises(Rejected) as rejected:
        workspaces.transfer(other, by=world.owner, at=world.at)
    assert [(one.code, one.field) for one in rejected.value.reasons] == [("workspace.new-owner", "person")]
    assert world.again(world.owner).role is Role.OWNER


# ------------------------------------------------------------------------------------------------ removal


def test_the_name_is_written_letter_for_letter(world: World) -> None:
    for typed in ("", "fjordlight", "Fjordlight ", "Nordwind"):
        with pytest.raises(Rejected) as rejected:
            workspaces.remove(world.owner.workspace_id, by=world.owner, at=world.at, confirm_name=typed)
        assert [(one.code, one.field) for one in rejected.value.reasons] == [
            ("workspace.confirm-name", "confirm_name")
        ]
    assert Person.objects.filter(workspace__slug=world.slug).count() == 8


def test_nothing_is_left_of_a_removed_workspace_and_its_neighbour_is_untouched(world: World) -> None:
    fill(world)
    uwe = id_of(world.outsider)
    people.create(NewPerson("uwe@nordwind.example", "Uwe Kern"), by=world.owner, at=world.at)
    gone, kept = world.owner.workspace_id, world.outsider.workspace_id
    assert {model.__name__ for model in ROWS if not rows(model, gone)} == set()
    neighbour = {model: rows(model, kept) for model in ROWS}
    workspaces.remove(gone, by=world.owner, at=world.at, confirm_name="Fjordlight")
    connection.check_constraints()
    assert {model.__name__ for model in ROWS if rows(model, gone)} == set()
    assert {model: rows(model, kept) for model in ROWS} == neighbour
    assert not Workspace.objects.filter(pk=gone).exists()
    account = Account.objects.get()
    assert Person.objects.get(account=account).pk == uwe
    assert account.check_password(PASSWORD)


def test_a_removal_costs_the_same_however_much_there_is(world: World, django_assert_num_queries: Any) -> None:
    with CaptureQueriesContext(connection) as small:
        workspaces.remove(
            world.outsider.workspace_id, by=world.outsider, at=world.at, confirm_name="Nordwind"
        )
    fill(world)
    for number in range(30):
        goals.create(
            GoalDraft(Kind.OBJECTIVE, f"Goal {number}", level=Level.ORGANISATION, period=world.q3),
            by=world.owner,
            at=world.at,
        )
    with django_assert_num_queries(len(small)):
        workspaces.remove(world.owner.workspace_id, by=world.owner, at=world.at, confirm_name="Fjordlight")


def test_the_tables_keep_the_indexes_they_had(world: World) -> None:
    before = {model: indexes(model) for model in ROWS}
    assert before[Goal]
    workspaces.remove(world.owner.workspace_id, by=world.owner, at=world.at, confirm_name="Fjordlight")
    assert {model: indexes(model) for model in ROWS} == before


def indexes(model: Any) -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, model._meta.db_table))


def rows(model: Any, workspace: UUID) -> int:
    found: int = model.objects.filter(workspace_id=workspace).count()
    return found


def fill(world: World) -> None:
    """At least one row in every table, and each kind of key between them."""
    by, at, me = world.owner, world.at, id_of(world.owner)
    people.edit(id_of(world.mate), {"manager": id_of(world.member)}, by=by, at=at)
    shared: dict[str, Any] = {"level": Level.TEAM, "teams": (world.design,), "period": world.q3}
    objective = goals.write(
        GoalDraft(Kind.OBJECTIVE, "Swim", owners=(me,), tags=("water",), **shared),
        key_results=(
            GoalDraft(
                Kind.KEY_RESULT,
                "Lanes",
                metric=Metric(MetricKind.MILESTONES),
                milestones=(("Dug", None), ("Filled", None)),
                **shared,
            ),
            GoalDraft(
                Kind.KEY_RESULT,
                "Metres",
                owners=(me,),
                metric=Metric(MetricKind.INCREASE, start=Decimal(0), target=Decimal(100)),
                **shared,
            ),
        ),
        initiatives=(GoalDraft(Kind.INITIATIVE, "Training", tasks=("Find a coach",), **shared),),
        by=by,
        at=at,
        key="once",
    )
    metres = Goal.objects.get(workspace_id=by.workspace_id, title="Metres").pk
    said = checkins.post(metres, value=Decimal(20), confidence=5, note="Wet", by=by, at=at)
    checkins.correct(said, value=Decimal(30), confidence=5, note="Wetter", by=by, at=world.later(hours=1))
    comments.post(objective, text="Look", mentions=(id_of(world.member),), by=by, at=at)
    kpi = kpis.create("Warmth", unit="", lower=None, upper=Decimal(30), owner=me, by=by, at=at)
    kpis.read(kpi, value=Decimal(24), by=by, at=at)
    kpis.link(kpi, goal=objective, by=by, at=at)
    load = transfers.preview(vivafiles.packed(vivafiles.whole()), name="moved.zip", by=by, at=at)
    transfers.apply(load, by=by, at=at)
    transfers.preview(vivafiles.packed(vivafiles.whole()), name="again.zip", by=by, at=at)
    tokens.create(NewToken("Pool"), by=by, at=at)
    proposals.check_in(metres, value=Decimal(40), by=by, at=world.later(hours=1))
    here: dict[str, Any] = {"workspace_id": by.workspace_id}
    ForecastLearning.objects.create(**here, key_results=100, made_at=at)
    GoalForecast.objects.create(
        **here,
        goal_id=metres,
        week=at.date(),
        made_at=at,
        observations=4,
        method="kernel mixture",
        reach=0.5,
        near=0.8,
        end_date=at.date(),
    )
    Profile.objects.create(**here, name="Lanes", columns={"Bane": "title"}, by_id=me, at=at)
    hook = Webhook.objects.create(
        **here, url="https://pool.example/hook", secret="whsec_x", person_id=me, created_at=at
    )
    Delivery.objects.create(
        **here, webhook=hook, event=objective, verb="goal.created", due_at=at, created_at=at
    )
