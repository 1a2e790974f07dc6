"""Files that come again, and files that meet what people made here: nothing twice, nothing overwritten."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps

from adapters import vivafiles as viva
from pejl.domain.transfers import CheckinLine, GoalLine, Named, ParentLine, PersonLine, Place, Said
from pejl.domain.values import Kind, Metric, MetricKind, ProgressMode, State, Status, Visibility
from pejl.models import Checkin, Edge, Event, Goal, GoalPerson, GoalVersion, Import, Period, Person, Record
from pejl.queries import people
from pejl.queries.scope import Member
from pejl.services import checkins, doctors, goals, transfers, workspaces
from pejl.services.goals import GoalDraft
from world import World

KR = {"Type": "Kpi", "Teams": [viva.SALES]}


@pytest.fixture
def system(world: World) -> Member:
    """An empty workspace beside the cast's."""
    return people.system(workspaces.create("moved", name="Moved", at=world.at))


def bring(
    by: Member, world: World, file: io.BytesIO, *, name: str = "x.zip", hours: float = 0
) -> dict[str, Any]:
    load = transfers.preview(file, name=name, by=by, at=world.later(hours=hours))
    dry = Import.objects.get(pk=load).receipt
    transfers.apply(load, by=by, at=world.later(hours=hours))
    found: dict[str, Any] = Import.objects.get(pk=load).receipt
    assert found == dry
    assert doctors.examine(by.slug, at=world.later(hours=hours + 1)).faults == ()
    return found


def zipped(**arrays: Any) -> io.BytesIO:
    return viva.packed(viva.whole() | arrays)


def lines(monkeypatch: pytest.MonkeyPatch, *said: Said) -> io.BytesIO:
    """A file of a product without ids, that says just this."""

    def read(_file: Any) -> Iterator[Said]:
        yield from said

    reader = SimpleNamespace(NAME="lines", recognise=lambda _file, _name: True, read=read)
    monkeypatch.setattr(transfers, "FORMATS", (reader,))
    return io.BytesIO(b"lines")


def counts() -> dict[str, int]:
    models = apps.get_app_config("pejl").get_models()
    return {model.__name__: model._default_manager.count() for model in models if model is not Import}


def here(by: Member, title: str) -> Goal:
    return Goal.objects.get(workspace_id=by.workspace_id, title=title)


def changed(**fields: Any) -> list[dict[str, Any]]:
    """The organisation's goals, the key result 101 with other fields."""
    return [one | fields if one["ID"] == 101 else one for one in viva.whole()["objectives"]]


def test_what_a_later_export_says_otherwise_is_a_new_version_of_the_goal(
    world: World, system: Member
) -> None:
    bring(system, world, zipped())
    goal = here(system, "Goal 101")
    later = zipped(objectives=changed(Title="Orders a week", Status="Postponed"))
    receipt = bring(system, world, later, hours=1)
    assert (receipt["changed"], receipt["made"]) == ({"goals": 1}, {})
    goal.refresh_from_db()
    assert (goal.title, goal.state, goal.version) == ("Orders a week", State.POSTPONED, 2)
    assert list(GoalVersion.objects.filter(goal=goal).order_by("number").values_list("title", flat=True)) == [
        "Goal 101", "Orders a week",
    ]  # fmt: skip
    assert Record.objects.get(target=goal.pk).raw["Title"] == "Orders a week"
    before = counts()
    later.seek(0)
    assert bring(system, world, later, hours=2)["changed"] == {}
    assert counts() == before


def test_a_goal_that_people_changed_here_is_left_as_it_is_and_named(world: World, system: Member) -> None:
    bring(system, world, zipped())
    goal = here(system, "Goal 101")
    goals.edit(goal.pk, changes={"title": "Ours"}, by=system, at=world.later(hours=1))
    receipt = bring(system, world, zipped(objectives=changed(Title="Theirs")), hours=2)
    assert receipt["rows"]["objectives"] == {"read": 4, "landed": 0, "merged": 3, "skipped": 1, "failed": 0}
    assert [one["reason"] for one in receipt["problems"]] == [
        "changed here since it was imported: left as it is"
    ]
    goal.refresh_from_db()
    assert goal.title == "Ours"


def test_new_check_ins_of_a_later_export_land_and_the_figures_follow(world: World, system: Member) -> None:
    bring(system, world, zipped())
    more = [*viva.whole()["checkins"], viva.checkin(203, 101, Current_Value=90.0, CheckIn_Date="2025-03-03")]
    receipt = bring(system, world, zipped(checkins=more), hours=1)
    assert receipt["rows"]["checkins"] == {"read": 3, "landed": 1, "merged": 2, "skipped": 0, "failed": 0}
    goal = here(system, "Goal 101")
    assert (goal.value, goal.progress, goal.last_checkin_on) == (Decimal(90), 0.9, date(2025, 3, 3))


def test_a_check_in_that_was_withdrawn_here_does_not_come_back(world: World, system: Member) -> None:
    bring(system, world, zipped())
    said = Checkin.objects.filter(goal=here(system, "Goal 101"), note="Moving").earliest("pk")
    checkins.withdraw(said.pk, by=system, at=world.later(hours=1))
    before = counts()
    bring(system, world, zipped(), hours=2)
    assert counts() == before


def test_the_table_of_the_same_organisation_after_its_zip_changes_nothing(
    world: World, system: Member
) -> None:
    bring(system, world, zipped())
    before, stood = counts(), sorted(map(str, Goal.objects.values_list()))
    heading = "Id,Title,Object Type,Owner,Period,Start Date,End Date,Actual Progress,Status,Checkins"
    said = (
        "Checkin Date: 2025-02-03; User: Alma Holm; Note: Moving; Metric Name: orders; Status: Behind; "
        "Current Value: 50.0; Activity Date: 2025-02-03 20:57:08 UTC;"
    )
    rows = [
        "100,Win the north,Objective,Alma Holm,Annual 2025,2025-01-01,2025-12-31,45.0,On Track,",
        f'101,Goal 101,Key result,Alma Holm,Annual 2025,2025-01-01,2025-12-31,75.0,On Track,"{said}"',
    ]
    table = io.BytesIO("\n".join([heading, *rows]).encode())
    receipt = bring(system, world, table, name="explorer.csv", hours=1)
    assert receipt["rows"]["rows"]["merged"] == 2
    assert receipt["rows"]["checkins"] == {"read": 1, "landed": 0, "merged": 1, "skipped": 0, "failed": 0}
    assert counts() == before
    assert sorted(map(str, Goal.objects.values_list())) == stood


def test_a_file_without_ids_meets_goals_by_title_owner_period_and_kind(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = GoalDraft(Kind.OBJECTIVE, "Grow", period=world.q3, owners=(world.member.person_id,))  # type: ignore[arg-type]
    goal = goals.create(draft, by=world.owner, at=world.at)
    said = [
        GoalLine(
            Place("rows", number, ""), Kind.OBJECTIVE, "grow", owners=(Named(name=name),),
            period=Named(name="Q3 2026"),
        )
        for number, name in enumerate(("Alma Berg", "Bo Lind"), start=1)
    ]  # fmt: skip
    word = CheckinLine(Place("rows", 1, ""), "rows:1", on=date(2026, 8, 3), value=Decimal(30), note="Moving")
    by = people.system(world.slug)
    receipt = bring(by, world, lines(monkeypatch, said[0], word, said[1]), hours=1)
    assert receipt["rows"]["rows"] == {"read": 2, "landed": 1, "merged": 1, "skipped": 0, "failed": 0}
    assert Checkin.objects.get(goal=goal).note == "Moving"
    assert Goal.objects.filter(workspace_id=by.workspace_id).count() == 2
    before = counts()
    bring(by, world, lines(monkeypatch, said[0], word, said[1]), hours=2)
    assert counts() == before


def test_what_hangs_under_a_private_goal_is_private_for_the_same_people(world: World, system: Member) -> None:
    chosen = {"View": [viva.BO], "Edit": {}, "Align": {}}
    arrays = {"objectives": [viva.goal(1, Permissions=chosen), viva.goal(2, **KR, Parent_IDs=[1])]}
    bring(system, world, viva.packed(arrays))
    child = here(system, "Goal 2")
    assert child.visibility == Visibility.CHOSEN
    names = GoalPerson.objects.filter(goal=child, role="viewer").values_list("person__name", flat=True)
    assert set(names) == {"Bo Krog"}


def test_people_are_one_by_address_and_by_a_name_that_is_one_persons_alone(
    world: World, system: Member
) -> None:
    make = {"workspace_id": system.workspace_id, "created_at": world.at}
    known = Person.objects.create(name="Bo Krog", **make)
    other = Person.objects.create(name="Alma Holm", email="another@nord.example", **make)
    users = [viva.user(viva.ALMA, Role="Organization Owner"), viva.user(viva.BO, Manager=viva.ALMA)]
    receipt = bring(system, world, zipped(Users=users))
    known.refresh_from_db()
    assert known.email == "bo@nord.example"
    made = Person.objects.get(workspace_id=system.workspace_id, email="alma@nord.example")
    assert made.pk != other.pk
    assert (made.role, made.account) == ("member", None)
    assert receipt["unmapped"]["Role"] == 1


def test_goals_that_were_in_an_imported_period_already_are_computed_anew_without_the_cap(
    world: World, system: Member
) -> None:
    period = Period.objects.create(
        workspace_id=system.workspace_id, kind="year", year=2025, number=1, start_date=date(2025, 1, 1),
        end_date=date(2025, 12, 31),
    )  # fmt: skip
    metric = Metric(MetricKind.REACH, target=Decimal(100))
    top = goals.write(
        GoalDraft(Kind.OBJECTIVE, "Ours", period=period.pk),
        key_results=(GoalDraft(Kind.KEY_RESULT, "Far", metric=metric),),
        by=system,
        at=world.at,
    )
    checkins.post(here(system, "Far").pk, value=Decimal(180), by=system, at=world.at)
    assert Goal.objects.get(pk=top).progress == 1.0
    bring(system, world, zipped(), hours=1)
    assert Goal.objects.get(pk=top).progress == 1.8


def test_shares_over_the_whole_are_named_and_counted_as_default_shares(world: World, system: Member) -> None:
    from_children = {"Progress_and_Status_Configuration": viva.FROM_CHILDREN}
    half = {"Alignment": [{"ID": 1, "Title": "Goal 1", "Weight": "70.0%"}], "Parent_IDs": [1]}
    arrays = {"objectives": [viva.goal(1, **from_children), viva.goal(2, **half), viva.goal(3, **half)]}
    receipt = bring(system, world, viva.packed(arrays))
    assert sorted(Edge.objects.values_list("share", flat=True), key=str) == [0.7, None]
    assert [(one["id"], one["field"]) for one in receipt["problems"]] == [("3", "share")]


def test_an_import_is_one_event_and_the_same_again_is_none(world: World, system: Member) -> None:
    before = Event.objects.count()
    bring(system, world, zipped())
    event = Event.objects.order_by("pk").last()
    assert event is not None
    assert (Event.objects.count(), event.verb) == (before + 1, "workspace.imported")
    bring(system, world, zipped(), hours=1)
    assert Event.objects.count() == before + 1


def test_a_status_by_hand_stands_here_as_the_file_has_it(world: World, system: Member) -> None:
    arrays = {"objectives": [viva.goal(1, **KR, Outcome=viva.metric(), Progress=90.0, Status="At Risk")]}
    bring(system, world, viva.packed(arrays))
    goal = here(system, "Goal 1")
    assert (goal.status, goal.progress) == (Status.OFF_TRACK, 0.9)
    checkins.post(goal.pk, value=Decimal(95), by=system, at=world.later(hours=1))
    goal.refresh_from_db()
    assert goal.status == Status.OFF_TRACK  # kept by hand until somebody says otherwise


def test_a_parent_by_title_is_found_where_one_goal_has_it(
    world: World, system: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    def goal(row: int, title: str, *above: str) -> GoalLine:
        parents = tuple(ParentLine(title=one) for one in above)
        mode = ProgressMode.MANUAL
        return GoalLine(Place("rows", row, ""), Kind.OBJECTIVE, title, parents=parents, progress_mode=mode)

    two = PersonLine(Place("", 0, ""), "Alma Holm")
    file = lines(monkeypatch, two, goal(1, "One"), goal(2, "Two", "one"), goal(3, "Three", "Nowhere"))
    receipt = bring(system, world, file)
    (edge,) = Edge.objects.filter(workspace_id=system.workspace_id)
    assert (edge.child.title, edge.parent.title) == ("Two", "One")
    assert [one["reason"] for one in receipt["problems"]] == ["parent is not in the export"]
