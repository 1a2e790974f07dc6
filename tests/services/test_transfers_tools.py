"""Files of other OKR tools and people's own tables, previewed and applied."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from adapters import otherfiles as files
from adapters.test_spreadsheets import DANISH, DANISH_ROWS
from pejl.domain.values import Kind, Level, MetricKind, ProgressMode, State, Status, Visibility
from pejl.models import Edge, Goal, GoalPerson, GoalTeam, Import, Person
from pejl.queries import people
from pejl.queries.scope import Member
from pejl.services import doctors, exports, transfers, transfers_files, workspaces
from pejl.services.errors import Rejected
from world import World


@pytest.fixture(autouse=True)
def folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfers_files, "path", lambda load: tmp_path / str(load))


@pytest.fixture
def system(world: World) -> Member:
    """An empty workspace beside the cast's."""
    return people.system(workspaces.create("moved", name="Moved", at=world.at))


def bring(
    by: Member, world: World, file: io.BytesIO, *, name: str = "goals.csv", hours: float = 0, **options: Any
) -> dict[str, Any]:
    """Previewed and applied; the receipt, which both gave alike."""
    load = transfers.preview(file, name=name, by=by, at=world.later(hours=hours), **options)
    dry = Import.objects.get(pk=load).receipt
    transfers.apply(load, by=by, at=world.later(hours=hours))
    found: dict[str, Any] = Import.objects.get(pk=load).receipt
    assert found == dry
    assert doctors.examine(by.slug, at=world.later(hours=hours + 1)).faults == ()
    return found


def here(by: Member) -> dict[str, Goal]:
    return {goal.title: goal for goal in Goal.objects.filter(workspace_id=by.workspace_id)}


def edges(by: Member) -> set[tuple[str, str, float | None]]:
    found = Edge.objects.filter(workspace_id=by.workspace_id)
    return {(one.parent.title, one.child.title, one.share) for one in found.select_related("parent", "child")}


def owners(goal: Goal) -> list[str]:
    rows = GoalPerson.objects.filter(goal=goal).select_related("person").order_by("position")
    return [row.person.email or row.person.name for row in rows]


def teams(goal: Goal) -> list[str]:
    rows = GoalTeam.objects.filter(goal=goal).select_related("team").order_by("position")
    return [row.team.name for row in rows]


def test_an_appfire_table_lands_with_its_outline_its_weights_and_its_figures(
    world: World, system: Member
) -> None:
    receipt = bring(system, world, files.laid(files.APPFIRE, files.APPFIRE_ROWS))
    assert (receipt["source"], receipt["rows"]["rows"]["landed"]) == ("appfire-okr", 4)
    goals = here(system)
    assert edges(system) == {
        ("Win the north", "Orders from Norway", 0.25),
        ("Win the north", "Complaints", 0.75),
        ("Complaints", "Call every customer", None),
    }
    orders, complaints, top = goals["Orders from Norway"], goals["Complaints"], goals["Win the north"]
    assert (orders.value, orders.target_value, orders.progress) == (
        Decimal(15),
        Decimal(50),
        pytest.approx(0.3),
    )
    assert (orders.status, orders.level, teams(orders)) == (Status.AT_RISK, Level.TEAM, ["Alpha", "Beta"])
    assert (complaints.metric_kind, complaints.state) == (MetricKind.DECREASE, State.CLOSED)
    assert (complaints.grade_computed, complaints.grade_given) == (Decimal("0.9"), None)
    assert (complaints.period.start_date, complaints.period.end_date) == (date(2025, 7, 1), date(2025, 9, 30))
    assert (top.progress_mode, top.progress) == (
        ProgressMode.CHILDREN,
        pytest.approx(0.25 * 0.3 + 0.75 * 0.9),
    )
    assert goals["Call every customer"].kind == Kind.INITIATIVE
    assert [(one["title"], one["theirs"], one["ours"]) for one in receipt["progress"]["different"]] == [
        ("Win the north", 20, 75)
    ]
    assert dict(receipt["columns"])["Summary*"] == "title"


def test_a_culture_amp_table_lands_with_key_results_by_hand_and_its_private_goals(
    world: World, system: Member
) -> None:
    receipt = bring(system, world, files.laid(files.CULTURE_AMP, files.CULTURE_AMP_ROWS))
    assert {name: row["landed"] for name, row in receipt["rows"].items()} == {"rows": 2, "key_results": 2}
    goals = here(system)
    assert edges(system) == {("Grow", "Orders", None), ("Grow", "Visits", None)}
    assert {title: (goal.progress_mode, goal.value) for title, goal in goals.items()} == {
        "Grow": (ProgressMode.CHILDREN, None), "Orders": (ProgressMode.MANUAL, Decimal(50)),
        "Visits": (ProgressMode.MANUAL, Decimal(30)), "Learn": (ProgressMode.MANUAL, Decimal(100)),
    }  # fmt: skip
    assert goals["Grow"].progress == pytest.approx(0.4)
    assert owners(goals["Grow"]) == ["alma@nord.example", "bo@nord.example", "carl@nord.example"]
    assert goals["Learn"].visibility == Visibility.CHOSEN
    assert (goals["Learn"].state, goals["Learn"].grade_given) == (State.CLOSED, None)
    assert receipt["progress"] == {"same": 4, "different": []}
    assert receipt["unmapped"]["priority"] == 1


def test_a_danish_table_lands_with_its_objectives_and_can_be_brought_again(
    world: World, system: Member
) -> None:
    file = files.booked(DANISH, DANISH_ROWS, above=2)
    receipt = bring(system, world, file, name="mål.xlsx")
    assert receipt["rows"] == {
        "objectives": {"read": 1, "landed": 1, "merged": 0, "skipped": 0, "failed": 0},
        "rows": {"read": 2, "landed": 2, "merged": 0, "skipped": 0, "failed": 0},
    }
    goals = here(system)
    assert edges(system) == {("Vokse", "Ordrer", None), ("Vokse", "Klager", None)}
    assert (goals["Ordrer"].value, goals["Ordrer"].target_value) == (Decimal("1750.5"), Decimal(2500))
    assert (goals["Klager"].start_value, goals["Klager"].value) == (Decimal(20), Decimal("12.5"))
    assert (goals["Ordrer"].status, goals["Klager"].status) == (Status.ON_TRACK, Status.AT_RISK)
    assert goals["Vokse"].progress == pytest.approx((0.7002 + 0.75) / 2)
    assert (owners(goals["Ordrer"]), teams(goals["Vokse"])) == (["Alma Holm"], ["Salg"])
    assert (goals["Vokse"].period.number, goals["Vokse"].period.start_date) == (3, date(2025, 7, 1))
    assert receipt["unmapped"] == {"Farve": 1}
    again = bring(system, world, files.booked(DANISH, DANISH_ROWS, above=2), name="mål.xlsx", hours=1)
    assert again["made"] == again["changed"] == {}
    assert Goal.objects.filter(workspace_id=system.workspace_id).count() == 3


def test_a_profile_says_what_the_columns_of_a_table_are(world: World, system: Member) -> None:
    file = files.laid(("Title", "Who", "Number"), [("Grow", "bo@nord.example", "40")])
    bring(system, world, file, profile={"Who": "owner", "Number": "progress"})
    (goal,) = here(system).values()
    assert (owners(goal), goal.value) == (["bo@nord.example"], Decimal(40))


def test_a_goal_to_be_deleted_is_skipped_and_told(world: World, system: Member) -> None:
    receipt = bring(system, world, files.laid(files.PEOPLEBOX, files.PEOPLEBOX_ROWS))
    assert receipt["rows"]["rows"] == {"read": 3, "landed": 2, "merged": 0, "skipped": 1, "failed": 0}
    assert edges(system) == {("Grow", "Orders", None)}


def test_two_key_results_of_a_title_both_land_under_their_own_objectives(
    world: World, system: Member
) -> None:
    headings = ("Objective", "Key result", "Owner", "Period")
    rows = [
        ("North", "Budget", "Bo Krog", "Q1 2025"), ("South", "Budget", "Bo Krog", "Q1 2025"),
    ]  # fmt: skip
    bring(system, world, files.laid(headings, rows))
    assert edges(system) == {("North", "Budget", None), ("South", "Budget", None)}
    assert Goal.objects.filter(workspace_id=system.workspace_id).count() == 4


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_goals_exported_as_a_table_can_be_brought_into_another_workspace(
    world: World, system: Member, form: str
) -> None:
    out = io.BytesIO()
    exports.write(form, world.owner, out, at=world.at)
    bring(system, world, out, name=f"goals.{form}")
    before = Goal.objects.filter(workspace_id=world.owner.workspace_id, removed_at=None)
    assert set(here(system)) == set(before.values_list("title", flat=True))
    assert {title: goal.kind for title, goal in here(system).items()} == dict(
        before.values_list("title", "kind")
    )
    assert {(parent, child) for parent, child, _ in edges(system)} == {
        (one.parent.title, one.child.title)
        for one in Edge.objects.current().filter(workspace_id=world.owner.workspace_id)
    }


def test_a_table_of_something_else_is_refused(world: World, system: Member) -> None:
    with pytest.raises(Rejected, match=r"file\.unknown"):
        transfers.preview(files.laid(("A", "B"), [("1", "2")]), name="x.csv", by=system, at=world.at)
    assert not Person.objects.filter(workspace_id=system.workspace_id).exists()
