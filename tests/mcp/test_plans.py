"""An assistant changes goals by OKRs as code, and takes it back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from mcp_assistants import Assistant
from okrs import named, okr
from pejl.domain.values import Kind, State
from pejl.models import Event, Goal, GoalPerson, GoalPersonRole, Milestone, Person, Proposal
from pejl.services import checkins, closing, doctors, goals, milestones
from pejl.services.goals import GoalDraft
from world import World

__all__ = ["okr"]
SUPPORT = "Support requests a month"
FILE = """\
workspace: fjordlight
period: 2026-Q3
objectives:
  - key: launch
    title: Launch version 2.0
    description: Another text
    team: design
    owner: Alma Berg
    key_results:
      - {key: support, title: Support requests a month, to: 20}
      - {key: time, title: Time on site, from: "2:37", to: "3:45", unit: "m:ss"}
    initiatives:
      - {key: click-study, title: Click study, state: dropped}
"""


@pytest.fixture
def admin(world: World, okr: UUID) -> Assistant:
    return Assistant(world.admin, world.at)


def goal(title: str) -> dict[str, Any]:
    """All that was decided of a goal, but its version; its status is that of the day it was stored on."""
    row = Goal.objects.get(title=title, removed_at=None)
    told = {field.attname: getattr(row, field.attname) for field in Goal._meta.concrete_fields}
    owners = GoalPerson.objects.current().filter(goal=row, role=GoalPersonRole.OWNER)
    changing = ("version", "updated_at", "status")
    named_so = list(owners.order_by("position").values_list("person__name", flat=True))
    return {key: one for key, one in told.items() if key not in changing} | {"owners": named_so}


def differs(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {key: (one, after[key]) for key, one in before.items() if after[key] != one}


def planned(assistant: Assistant, file: str = FILE, **more: Any) -> Any:
    shown = assistant.call("plan_changes", okrs=file, **more)
    assistant.call("apply", proposal=shown["proposal"])
    return shown


def test_a_plan_is_shown_as_a_diff_and_done_as_shown(admin: Assistant) -> None:
    events = Event.objects.count()
    shown = admin.call("plan_changes", okrs=FILE.replace("Alma Berg", "Nobody Yet"))
    plan = shown["plan"]
    assert [one["title"] for one in plan["add"]] == ["Time on site"]
    changes = {(one["key"], one["field"]): (one["old"], one["new"]) for one in plan["change"]}
    assert changes["support", "to"] == (30, 20)
    assert [one["title"] for one in plan["close"]] == ["Click study"]
    assert plan["people"] == ["Nobody Yet"]
    assert (Event.objects.count(), Person.objects.filter(name="Nobody Yet").count()) == (events, 0)
    done = admin.call("apply", proposal=shown["proposal"])
    assert done["plan"] == plan
    assert done["made"] == {"added": [{"key": "time", "id": str(named("Time on site"))}]}
    assert Goal.objects.get(title=SUPPORT).target_value == 20
    assert Goal.objects.get(title="Click study").state == State.DROPPED
    assert admin.call("apply", proposal=shown["proposal"]) == done
    assert Goal.objects.filter(title="Time on site").count() == 1


def test_a_plan_of_goals_that_moved_is_refused(admin: Assistant, world: World, okr: UUID) -> None:
    shown = admin.call("plan_changes", okrs=FILE)
    goals.edit(okr, changes={"description": "Moved"}, by=world.sub_lead, at=world.at)
    said = admin.refused("apply", proposal=shown["proposal"])
    assert said == "The file or the goals changed since this plan was made. Make the plan again."
    assert Goal.objects.get(title=SUPPORT).target_value == 30


def test_a_file_that_cannot_be_used_is_told_at_its_path(admin: Assistant, world: World) -> None:
    result = admin.raw("plan_changes", okrs="key_results: [{key: a, title: A, to: a lot}]")
    (reason,) = result.structured_content["refused"]
    assert (reason["path"], reason["code"]) == ("key_results.0.to", "amount.unreadable")
    said = Assistant(world.stranger, world.at).refused("plan_changes", okrs=FILE)
    assert said == "You may not do that here."
    assert not Proposal.objects.exists()


def test_an_undone_plan_leaves_the_goals_as_they_were(admin: Assistant, world: World) -> None:
    names = ("Launch version 2.0", SUPPORT, "Click study")
    before = {one: goal(one) for one in names}
    shown = planned(admin)
    assert {one: goal(one) for one in names} != before
    admin.at = world.later(hours=1)
    changed = {one: goal(one) for one in names}
    back = admin.call("undo", proposal=shown["proposal"])["reversal"]
    assert {one: goal(one) for one in names} == changed, "it is only shown"
    assert [one["title"] for one in back["remove"]] == ["Time on site"]
    assert [one["title"] for one in back["reopen"]] == ["Click study"]
    fields = {(one["title"], one["field"]): (one["old"], one["new"]) for one in back["change"]}
    assert fields["Launch version 2.0", "owners"] == (["Alma Berg"], ["Sune Bach"])
    assert fields["Launch version 2.0", "description"][0] == "Another text"
    assert fields[SUPPORT, "metric"][0]["target"] == 20
    again = admin.call("undo", proposal=shown["proposal"])
    done = admin.call("apply", proposal=again["proposal"])
    assert done["reversal"] == back
    assert {one: differs(before[one], goal(one)) for one in names} == {one: {} for one in names}
    assert Goal.objects.get(title="Time on site").removed_at == admin.at
    assert "undone already" in admin.refused("undo", proposal=shown["proposal"])
    assert doctors.examine(world.slug, at=admin.at).faults == ()


def test_what_was_checked_in_on_is_dropped_and_not_removed(admin: Assistant, world: World) -> None:
    shown = planned(admin)
    added = named("Time on site")
    checkins.post(added, value=Decimal(180), by=world.sub_lead, at=world.later(minutes=5))
    admin.at = world.later(hours=1)
    back = admin.call("undo", proposal=shown["proposal"])
    assert ([one["title"] for one in back["reversal"]["drop"]], back["reversal"]["remove"]) == (
        ["Time on site"],
        [],
    )
    admin.call("apply", proposal=back["proposal"])
    row = Goal.objects.get(pk=added)
    assert (row.state, row.end_reason) == (State.DROPPED, "The plan that added it was undone.")


@pytest.mark.parametrize("what", ["changed", "added", "ended", "hung-under", "removed"])
def test_what_somebody_wrote_since_is_not_undone(
    admin: Assistant, world: World, okr: UUID, what: str
) -> None:
    shown = planned(admin)
    by, at = world.admin, world.later(minutes=5)
    title = {"ended": "Click study", "changed": "Launch version 2.0"}.get(what, "Time on site")
    if what == "changed":
        goals.edit(okr, changes={"description": "Mine"}, by=by, at=at)
    elif what == "added":
        goals.edit(named(title), changes={"description": "Mine"}, by=by, at=at)
    elif what == "ended":
        closing.reopen(named(title), by=by, at=at)
    elif what == "hung-under":
        under = GoalDraft(Kind.INITIATIVE, "Somebody's work", parents=((named(title), None),))
        goals.create(under, by=by, at=at)
    else:
        title = SUPPORT
        Goal.objects.filter(title=title).update(removed_at=at)
    admin.at = world.later(hours=1)
    before = Event.objects.count()
    said = admin.refused("undo", proposal=shown["proposal"])
    assert said == f"{title} changed since then, so this cannot be undone."
    assert Event.objects.count() == before


def test_a_field_that_the_plan_left_alone_may_have_moved(admin: Assistant, world: World, okr: UUID) -> None:
    shown = planned(admin)
    goals.edit(okr, changes={"tags": ("new",)}, by=world.admin, at=world.later(minutes=5))
    admin.at = world.later(hours=1)
    back = admin.call("undo", proposal=shown["proposal"])
    admin.call("apply", proposal=back["proposal"])
    assert Goal.objects.get(pk=okr).description.startswith("Half of those")


def test_an_undoing_is_not_applied_to_goals_that_moved_since_it_was_shown(
    admin: Assistant, world: World, okr: UUID
) -> None:
    shown = planned(admin)
    admin.at = world.later(hours=1)
    back = admin.call("undo", proposal=shown["proposal"])
    goals.edit(okr, changes={"title": "Launch it"}, by=world.admin, at=world.later(hours=1, minutes=1))
    said = admin.refused("apply", proposal=back["proposal"])
    assert said == "Launch it changed since this was proposed. Propose it again."
    assert Goal.objects.get(title=SUPPORT).target_value == 20


def test_what_pruning_removes_is_named_before_as_what_cannot_be_undone(
    admin: Assistant, world: World
) -> None:
    file = "\n".join(line for line in FILE.splitlines() if "itiative" not in line and "Click" not in line)
    shown = planned(admin, file + "\n", prune=True)
    assert [one["outcome"] for one in shown["plan"]["prune"]] == ["removed"]
    assert [one["title"] for one in shown["final"]] == ["Click study"]
    admin.at = world.later(hours=1)
    back = admin.call("undo", proposal=shown["proposal"])
    assert [one["title"] for one in back["reversal"]["left"]] == ["Click study"]
    admin.call("apply", proposal=back["proposal"])
    assert Goal.objects.get(title="Click study").removed_at == world.at


def test_nothing_is_final_where_what_is_pruned_is_only_dropped(admin: Assistant, world: World) -> None:
    checkins.post(named("Click study"), note="Half of it", by=world.sub_lead, at=world.at)
    file = "\n".join(line for line in FILE.splitlines() if "itiative" not in line and "Click" not in line)
    shown = planned(admin, file + "\n", prune=True)
    assert ([one["outcome"] for one in shown["plan"]["prune"]], shown.get("final", [])) == (["dropped"], [])
    admin.at = world.later(hours=1)
    back = admin.call("undo", proposal=shown["proposal"])["reversal"]
    assert ([one["title"] for one in back["reopen"]], back["left"]) == (["Click study"], [])


def test_parents_periods_and_shares_are_set_back(admin: Assistant, world: World, okr: UUID) -> None:
    file = """\
objectives:
  - {key: grow, title: Grow, period: 2026-Q4}
  - key: launch
    title: Launch version 2.0
    period: 2026-Q4
    supports: [{goal: grow, share: 0.4}]
    key_results:
      - {key: support, title: Support requests a month, share: 0.5}
"""
    before = goal("Launch version 2.0"), goal(SUPPORT)
    shown = planned(admin, file)
    assert Goal.objects.get(pk=okr).period_id == world.q4
    admin.at = world.later(hours=1)
    back = admin.call("undo", proposal=shown["proposal"])
    fields = {(one["title"], one["field"]): (one["old"], one["new"]) for one in back["reversal"]["change"]}
    assert fields["Launch version 2.0", "period"] == ("Q4 2026", "Q3 2026")
    assert fields["Launch version 2.0", "parents"] == ([{"goal": "Grow", "share": 0.4}], [])
    assert fields[SUPPORT, "parents"][0] == [{"goal": "Launch version 2.0", "share": 0.5}]
    admin.call("apply", proposal=back["proposal"])
    after = goal("Launch version 2.0"), goal(SUPPORT)
    assert [differs(*pair) for pair in zip(before, after, strict=True)] == [{}, {}]
    assert not Goal.objects.filter(title="Grow", removed_at=None).exists()
    assert doctors.examine(world.slug, at=admin.at + timedelta(hours=1)).faults == ()


def test_there_is_nothing_to_undo_where_nothing_was_done(admin: Assistant) -> None:
    shown = planned(admin, "workspace: fjordlight\nobjectives: [{key: launch, title: Launch version 2.0}]\n")
    assert admin.refused("undo", proposal=shown["proposal"]) == "There is nothing left to undo."


def test_milestones_that_are_set_back_are_the_same_ones_again(admin: Assistant, world: World) -> None:
    file = """\
key_results:
  - {key: rollout, title: Roll out, metric: {kind: milestones, milestones: [One, Two]}}
"""
    planned(admin, file)
    rows = Milestone.objects.filter(goal_id=named("Roll out"))
    one, two = rows.order_by("position").values_list("item", flat=True)
    milestones.reach(two, on=date(2026, 8, 10), by=world.admin, at=world.later(minutes=1))
    admin.at = world.later(minutes=2)
    shown = planned(admin, file.replace("[One, Two]", f"[{{id: {one}, title: First}}]"))
    admin.at = world.later(minutes=3)
    back = admin.call("undo", proposal=shown["proposal"])
    assert [change["field"] for change in back["reversal"]["change"]] == ["milestones"]
    admin.call("apply", proposal=back["proposal"])
    now = list(rows.current().order_by("position").values_list("item", "title", "reached_on"))
    assert now == [(one, "One", None), (two, "Two", date(2026, 8, 10))]
    assert doctors.examine(world.slug, at=admin.at).faults == ()
