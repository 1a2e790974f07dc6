"""Bringing an organisation in: every row accounted for, figures as they were, and nothing twice."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps

from adapters import vivafiles as viva
from pejl.domain.values import Kind, Role, State, Status, Visibility
from pejl.models import Checkin, Edge, Goal, GoalPerson, Import, Period, Person, Record, Task, Team
from pejl.queries import people, scope
from pejl.queries.scope import Forbidden, Member, NotFound
from pejl.services import doctors, transfers, transfers_comparing, transfers_files, workspaces
from pejl.services.errors import Conflict, Rejected
from world import World

KR = {"Type": "Kpi", "Teams": [viva.SALES]}


@pytest.fixture(autouse=True)
def folder(tmp_path: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are kept in a folder of the test's own."""
    monkeypatch.setattr(transfers_files, "path", lambda load: tmp_path / str(load))


@pytest.fixture
def system(world: World) -> Member:
    """An empty workspace beside the cast's."""
    return people.system(workspaces.create("moved", name="Moved", at=world.at))


def bring(by: Member, world: World, arrays: dict[str, Any], *, hours: float = 0) -> dict[str, Any]:
    """Previewed and applied; the receipt, which both gave alike."""
    load = transfers.preview(viva.packed(arrays), name="export.zip", by=by, at=world.later(hours=hours))
    dry = Import.objects.get(pk=load).receipt
    transfers.apply(load, by=by, at=world.later(hours=hours))
    found: dict[str, Any] = Import.objects.get(pk=load).receipt
    assert found == dry
    for row in found["rows"].values():
        assert row["read"] == sum(row[one] for one in ("landed", "merged", "skipped", "failed"))
    assert doctors.examine(by.slug, at=world.later(hours=hours + 1)).faults == ()
    return found


def counts() -> dict[str, int]:
    models = apps.get_app_config("pejl").get_models()
    return {model.__name__: model._default_manager.count() for model in models if model is not Import}


def here(by: Member, title: str) -> Goal:
    return Goal.objects.get(workspace_id=by.workspace_id, title=title)


def test_a_whole_organisation_lands_with_every_row_in_the_receipt(world: World, system: Member) -> None:
    arrays = viva.whole()
    receipt = bring(system, world, arrays)
    assert {name: row["landed"] for name, row in receipt["rows"].items()} == {
        name: len(rows) for name, rows in arrays.items() if rows
    }
    top = here(system, "Win the north")
    assert top.progress is not None
    assert Edge.objects.filter(workspace_id=system.workspace_id, parent=top).count() == 3
    assert Task.objects.filter(workspace_id=system.workspace_id).count() > 0
    assert Record.objects.get(workspace_id=system.workspace_id, kind="goal", source_id="100").target == top.pk


def test_the_same_file_again_changes_nothing(world: World, system: Member) -> None:
    arrays = viva.whole()
    bring(system, world, arrays)
    before = counts()
    receipt = bring(system, world, arrays, hours=1)
    assert counts() == before
    assert all(row["landed"] == row["failed"] == 0 for row in receipt["rows"].values())


def test_a_preview_writes_nothing_but_itself_and_can_be_given_up(world: World, system: Member) -> None:
    before = counts()
    load = transfers.preview(viva.packed(viva.whole()), name="x.zip", by=system, at=world.at)
    assert counts() == before
    assert transfers.kept(load).exists()
    transfers.discard(load, by=system)
    assert not Import.objects.filter(pk=load).exists()
    assert not transfers.kept(load).exists()


def test_applying_twice_is_once(world: World, system: Member) -> None:
    load = transfers.preview(viva.packed(viva.whole()), name="x.zip", by=system, at=world.at)
    transfers.apply(load, by=system, at=world.at)
    before = counts()
    assert transfers.apply(load, by=system, at=world.later(hours=1)) == load
    assert counts() == before
    with pytest.raises(Conflict, match=r"import\.applied"):
        transfers.discard(load, by=system)


def test_a_stop_in_the_middle_leaves_nothing_and_the_next_run_does_all(
    world: World, system: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = transfers.preview(viva.packed(viva.whole()), name="x.zip", by=system, at=world.at)
    before = counts()

    def stumble(*_args: object, **_named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(transfers_comparing, "compare", stumble)
        with pytest.raises(KeyboardInterrupt):
            transfers.apply(load, by=system, at=world.at)
    assert counts() == before
    transfers.apply(load, by=system, at=world.at)
    assert here(system, "Win the north").progress is not None


def test_people_are_met_by_mail_and_made_without_an_account_or_a_higher_role(
    world: World, system: Member
) -> None:
    arrays = viva.whole() | {"Users": [viva.user(viva.ALMA, Role="Organization Owner"), viva.user(viva.BO)]}
    mine = Person.objects.create(
        workspace_id=system.workspace_id,
        name="A. Holm",
        email="ALMA@nord.example",
        role=Role.MEMBER,
        created_at=world.at,
    )
    receipt = bring(system, world, arrays)
    assert receipt["rows"]["Users"] == {"read": 2, "landed": 1, "merged": 1, "skipped": 0, "failed": 0}
    bo = Person.objects.get(workspace_id=system.workspace_id, email="bo@nord.example")
    assert (bo.account, bo.role, bo.name) == (None, Role.MEMBER, "Bo Krog")
    top = here(system, "Win the north")
    assert GoalPerson.objects.filter(goal=top, person=mine).exists()


@pytest.mark.parametrize(
    ("target", "value", "ours"), [(99.5, 99.5, 1.0), (99.5, 99.4, 0.0), (99.5, 99.6, 1.0)]
)
def test_a_value_on_its_bound_counts_here_and_the_receipt_says_so(
    world: World, system: Member, target: float, value: float, ours: float
) -> None:
    outcome = viva.metric(0.0, target, kind="Stay Above")
    receipt = bring(system, world, {"objectives": [viva.goal(1, **KR, Outcome=outcome, Progress=value)]})
    assert here(system, "Goal 1").progress == ours
    said = [one["why"] for one in receipt["progress"]["different"]]
    assert said == (
        ["the value sits exactly on its bound: counted as reached here"] if value == target else []
    )


def test_imported_periods_have_no_cap_and_the_figures_agree_with_what_people_remember(
    world: World, system: Member
) -> None:
    over = viva.metric(0.0, 100.0)
    arrays = {
        "TimePeriods": [viva.period(51, "Annual 2025", "2025-01-01", "2025-12-31")],
        "objectives": [
            viva.goal(1, Progress_and_Status_Configuration=viva.FROM_CHILDREN, Progress=126.0),
            viva.goal(2, **KR, Outcome=over, Progress=200.0, Parent_IDs=[1]),
            viva.goal(3, **KR, Outcome=over, Progress=52.0, Parent_IDs=[1]),
        ],
    }
    receipt = bring(system, world, arrays)
    assert Period.objects.get(workspace_id=system.workspace_id, year=2025, kind="year").capped is False
    assert here(system, "Goal 1").progress == pytest.approx(1.26)
    assert receipt["progress"]["different"] == []


def test_fixed_shares_and_several_parents_are_kept(world: World, system: Member) -> None:
    rollup = {"Progress_and_Status_Configuration": viva.FROM_CHILDREN}
    alignment = [
        {"ID": 1, "Title": "Goal 1", "Weight": "40.0%"},
        {"ID": 2, "Title": "Goal 2", "Weight": "0.0%"},
    ]
    arrays = {
        "objectives": [
            viva.goal(1, **rollup),
            viva.goal(2, **rollup),
            viva.goal(3, **KR, Outcome=viva.metric(), Alignment=alignment, Parent_IDs=[1, 2]),
        ]
    }
    bring(system, world, arrays)
    edges = Edge.objects.filter(child=here(system, "Goal 3")).order_by("parent__title")
    assert [edge.share for edge in edges] == [0.4, None]


def test_what_leads_nowhere_or_in_a_circle_is_named_and_the_rest_lands(world: World, system: Member) -> None:
    arrays = {
        "objectives": [
            viva.goal(1, Parent_IDs=[2]),
            viva.goal(2, Parent_IDs=[1]),
            viva.goal(3, Parent_IDs=[99]),
            viva.goal(4, End_Date="2025-13-40"),
        ],
        "checkins": [viva.checkin(7, 99), viva.checkin(8, 1, Current_Value="n/a")],
    }
    receipt = bring(system, world, arrays)
    said = {(one["file"], one["id"], one["reason"]) for one in receipt["problems"]}
    assert ("checkins", "7", "goal is not in the export") in said
    assert ("checkins", "8", "value is not a number") in said
    assert ("objectives", "3", "parent is not in the export") in said
    assert ("objectives", "4", "date cannot be read") in said
    assert sum("close a circle" in reason for _, _, reason in said) == 1
    assert receipt["rows"]["objectives"]["landed"] == 4
    assert receipt["rows"]["checkins"]["failed"] == 1
    assert Edge.objects.filter(workspace_id=system.workspace_id).count() == 1


def test_closed_postponed_and_private_goals_stay_so(world: World, system: Member) -> None:
    arrays = {
        "objectives": [
            viva.goal(1, **KR, Outcome=viva.metric(), Progress=80.0, Status="Closed", Score=0.7),
            viva.goal(2, **KR, Outcome=viva.metric(), Status="Postponed"),
            viva.goal(3, Status="At Risk"),
            viva.goal(4, Permissions={"View": [viva.BO], "Edit": {}, "Align": {}}),
        ]
    }
    bring(system, world, arrays)
    closed = here(system, "Goal 1")
    assert (closed.state, closed.status, closed.grade_computed, closed.grade_given) == (
        State.CLOSED, Status.CLOSED, Decimal("0.80"), Decimal("0.70"),
    )  # fmt: skip
    assert here(system, "Goal 2").state == State.POSTPONED
    assert here(system, "Goal 3").status == Status.OFF_TRACK
    assert here(system, "Goal 4").visibility == Visibility.CHOSEN


def test_what_hangs_under_a_private_goal_is_private_too(world: World, system: Member) -> None:
    arrays = {
        "objectives": [
            viva.goal(1, Permissions={"View": [viva.BO], "Edit": {}, "Align": {}}),
            viva.goal(2, **KR, Outcome=viva.metric(), Parent_IDs=[1]),
            viva.goal(3, **KR, Outcome=viva.metric(), Parent_IDs=[2]),
        ]
    }
    bring(system, world, arrays)
    bo = Person.objects.get(workspace_id=system.workspace_id, email="bo@nord.example")
    stranger = Person.objects.create(workspace_id=system.workspace_id, name="Ea", created_at=world.at)
    for title in ("Goal 1", "Goal 2", "Goal 3"):
        assert here(system, title).visibility == Visibility.CHOSEN
        goal = here(system, title).pk
        assert scope.goals(people.member("moved", bo.pk)).filter(pk=goal).exists()
        assert not scope.goals(people.member("moved", stranger.pk)).filter(pk=goal).exists()


def test_nested_and_archived_teams_come_with_their_leads(world: World, system: Member) -> None:
    teams = [
        viva.team(1, "Inner", Parent_Team="Outer"),
        viva.team(2, "Outer"),
        viva.team(3, "Old", Status="Archived"),
    ]
    bring(system, world, {"Teams": teams, "objectives": []})
    inner = Team.objects.get(workspace_id=system.workspace_id, name="Inner")
    assert inner.parent is not None
    assert inner.parent.name == "Outer"
    assert Team.objects.get(workspace_id=system.workspace_id, name="Old").archived_at == world.at


def test_a_figure_that_no_check_in_carries_gets_one_that_does(world: World, system: Member) -> None:
    arrays = {"objectives": [viva.goal(1, **KR, Outcome=viva.metric(), Progress=40.0)], "checkins": []}
    bring(system, world, arrays)
    row = here(system, "Goal 1")
    assert (row.value, row.progress) == (Decimal(40), 0.4)
    assert Checkin.objects.get(goal=row).by is None


@pytest.mark.parametrize("who", ["lead", "member", "stranger", "observer"])
def test_only_admins_import(world: World, who: str) -> None:
    with pytest.raises(Forbidden):
        transfers.preview(viva.packed(viva.whole()), name="x.zip", by=getattr(world, who), at=world.at)
    assert not Import.objects.exists()


def test_an_import_of_another_workspace_is_not_there(world: World, system: Member) -> None:
    load = transfers.preview(viva.packed(viva.whole()), name="x.zip", by=system, at=world.at)
    with pytest.raises(NotFound):
        transfers.apply(load, by=world.owner, at=world.at)
    with pytest.raises(NotFound):
        transfers.discard(load, by=world.outsider)


Spoil = Callable[[bytes], bytes]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.zip", b""),
        ("words.txt", b"Once upon a time"),
        ("cut.zip", viva.packed(viva.whole()).getvalue()[:-200]),
        ("json.zip", viva.packed(viva.whole() | {"objectives": '[{"ID": 1,'}).getvalue()),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence_and_leaves_nothing(
    world: World, system: Member, name: str, content: bytes
) -> None:
    before = counts()
    with pytest.raises(Rejected) as refused:
        transfers.preview(io.BytesIO(content), name=name, by=system, at=world.at)
    assert [(one.code.split(".")[0], one.field) for one in refused.value.reasons] == [("file", "file")]
    assert counts() == before
    assert not Import.objects.exists()


def test_spoilt_bytes_never_end_in_anything_but_a_refusal_or_a_receipt(world: World, system: Member) -> None:
    whole, chance = viva.packed(viva.whole()).getvalue(), random.Random(7)
    for _ in range(60):
        spoilt = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        before = counts()
        try:
            load = transfers.preview(io.BytesIO(bytes(spoilt)), name="x.zip", by=system, at=world.at)
        except Rejected:
            assert counts() == before
        else:
            transfers.discard(load, by=system)


def _kinds(by: Member) -> dict[str, int]:
    rows = Goal.objects.filter(workspace_id=by.workspace_id)
    return {kind: rows.filter(kind=kind).count() for kind in Kind}


def test_kinds_are_told_apart(world: World, system: Member) -> None:
    bring(system, world, viva.whole())
    assert _kinds(system) == {Kind.OBJECTIVE: 1, Kind.KEY_RESULT: 2, Kind.INITIATIVE: 1}
    assert UUID(str(here(system, "Win the north").pk))
