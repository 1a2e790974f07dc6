"""OKRs as code: a diff says what would happen, applying it does that or nothing, and the export agrees."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from okrs import key_result, named, okr
from pejl.adapters.formats import plans as plans_format
from pejl.domain.values import Kind, Level, State, Visibility
from pejl.models import Goal, GoalVersion, Milestone, Person, Workspace
from pejl.queries import resources
from pejl.queries.scope import Forbidden, Member
from pejl.services import (
    alignment,
    checkins,
    closing,
    doctors,
    exports,
    goals,
    milestones,
    plans,
    plans_reading,
    plans_told,
)
from pejl.services.errors import Conflict, Rejected
from pejl.services.goals import GoalDraft
from world import World

__all__ = ["okr"]

EXAMPLE = """\
workspace: fjordlight
period: 2026-Q4
objectives:
  - key: launch-2                 # stable name inside the file
    title: Launch version 2.0
    team: product
    owner: alma@fjordlight.example
    ambition: aspirational
    supports: [{goal: grow, share: 0.4}]
    key_results:
      - {key: support, title: Fewer support requests a month, from: 120, to: 30, unit: requests, owner: bo@fjordlight.example}
      - {key: steps, title: Shorter checkout, from: 9, to: 6, unit: steps}
      - {key: time, title: Time on site, from: "2:37", to: "3:45", unit: "m:ss"}
    initiatives: [{key: clicks, title: Click study, due: 2026-11-30}]
"""  # noqa: E501


@pytest.fixture
def grow(world: World) -> UUID:
    draft = GoalDraft(Kind.OBJECTIVE, "Grow", level=Level.ORGANISATION, period=world.q4)
    return goals.create(draft, by=world.admin, at=world.at)


def exported(by: Member, world: World) -> str:
    out = io.BytesIO()
    exports.write("yaml", by, out, at=world.at)
    return out.getvalue().decode()


def loaded(text: str) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return found


def written(data: dict[str, Any]) -> str:
    out = io.StringIO()
    YAML(typ="safe", pure=True).dump(data, out)
    return out.getvalue()


def planned(text: str, by: Member, world: World, *, prune: bool = False) -> dict[str, Any]:
    """As programs read it."""
    compared = plans.compare(plans_reading.read(text.encode()), by=by, at=world.at, prune=prune)
    found: dict[str, Any] = json.loads(resources.encoded(plans_told.told(compared)))
    return found


def applied(text: str, by: Member, world: World, *, prune: bool = False) -> list[UUID]:
    found = planned(text, by, world, prune=prune)
    return plans.apply(plans_reading.read(text.encode()), plan_id=found["id"], by=by, at=world.at)


def nothing(found: dict[str, Any]) -> bool:
    return not any(found[name] for name in ("add", "change", "close", "prune", "people"))


def codes(error: pytest.ExceptionInfo[Rejected]) -> dict[str, str]:
    return {one.field: one.code for one in error.value.reasons}


def test_the_worked_file_becomes_what_it_says(world: World, grow: UUID) -> None:
    found = planned(EXAMPLE, world.admin, world)
    assert [one["key"] for one in found["add"]] == ["launch-2", "support", "steps", "time", "clicks"]
    assert [one["title"] for one in found["left_out"]] == ["Grow"]
    ids = applied(EXAMPLE, world.admin, world)
    goal = Goal.objects.get(pk=ids[1])
    assert (goal.title, goal.metric_kind, goal.unit) == (
        "Fewer support requests a month",
        "decrease",
        "requests",
    )
    assert (goal.start_value, goal.target_value, goal.period_id) == (120, 30, world.q4)
    assert Goal.objects.get(pk=ids[3]).target_value == 225
    assert Goal.objects.get(pk=ids[4]).end_date == date(2026, 11, 30)
    assert nothing(planned(EXAMPLE, world.admin, world))
    assert not doctors.examine(world.slug, at=world.at).faults


def test_a_plan_of_the_export_is_empty(world: World, okr: UUID, grow: UUID) -> None:
    applied(EXAMPLE, world.admin, world)
    assert nothing(planned(exported(world.admin, world), world.admin, world))
    assert nothing(planned(exported(world.admin, world), world.admin, world, prune=True))
    assert nothing(planned(exported(world.member, world), world.member, world))


def test_an_export_is_what_the_schema_describes(world: World, okr: UUID, grow: UUID) -> None:
    applied(EXAMPLE, world.admin, world)
    goals.edit(okr, changes={"period": None, "tags": ("a", "b")}, by=world.admin, at=world.at)
    data = json.loads(json.dumps(loaded(exported(world.admin, world)), default=str))
    assert [one.get("period", "") for one in data["objectives"]][:2] == [None, "2026-Q4"]
    Draft202012Validator(json.loads(plans_format.schema())).validate(data)


# ------------------------------------------------------------------------------------------- what is changed


def test_a_change_is_told_as_the_file_says_it_and_done_with_its_history(world: World, grow: UUID) -> None:
    applied(EXAMPLE, world.admin, world)
    text = (
        EXAMPLE.replace("to: 30,", "to: 25,").replace('"3:45"', '"4:00"').replace("owner: bo@", "owner: liv@")
    )
    text = text.replace("from: 9, to: 6, unit: steps", "from: 9, to: 6, unit: clicks").replace(
        "share: 0.4", "share: 0.5"
    )
    found = planned(text, world.admin, world)
    assert {(one["key"], one["field"], str(one["old"]), str(one["new"])) for one in found["change"]} == {
        ("support", "to", "30", "25"),
        ("support", "owner", "bo@fjordlight.example", "liv@fjordlight.example"),
        ("time", "to", "3:45", "4:00"),
        ("steps", "unit", "steps", "clicks"),
        ("launch-2", "supports", "[{'goal': 'grow', 'share': 0.4}]", "[{'goal': 'grow', 'share': 0.5}]"),
    }
    applied(text, world.admin, world)
    assert nothing(planned(text, world.admin, world))
    assert Goal.objects.get(title="Time on site").target_value == 240
    versions = GoalVersion.objects.filter(goal__title="Fewer support requests a month").order_by(
        "known_from", "number"
    )
    assert [one.target_value for one in versions] == [30, 25]


def test_what_is_left_out_stays_and_nothing_said_takes_away(world: World, okr: UUID) -> None:
    data = loaded(exported(world.admin, world))
    (one,) = data["objectives"]
    for name in ("description", "ambition", "owner"):
        one.pop(name)
    assert nothing(planned(written(data), world.admin, world))
    one |= {"description": "", "ambition": None, "owner": None}
    applied(written(data), world.admin, world)
    goal = Goal.objects.get(pk=okr)
    assert (goal.description, goal.ambition) == ("", "")
    assert nothing(planned(written(data), world.admin, world))


def test_only_prune_ends_what_the_file_does_not_name(world: World, okr: UUID) -> None:
    data = loaded(exported(world.admin, world))
    (one,) = data["objectives"]
    one.pop("key_results")
    one.pop("initiatives")
    text = written(data)
    found = planned(text, world.admin, world)
    assert nothing(found)
    assert {one["key"] for one in found["left_out"]} == {"support-requests-a-month", "click-study"}
    pruned = planned(text, world.admin, world, prune=True)
    assert {one["key"]: one["outcome"] for one in pruned["prune"]} == {
        "support-requests-a-month": "dropped",
        "click-study": "removed",
    }
    applied(text, world.admin, world, prune=True)
    assert Goal.objects.get(title="Support requests a month").state == State.DROPPED
    assert Goal.objects.get(title="Click study").removed_at is not None
    assert nothing(planned(text, world.admin, world, prune=True))


def test_prune_keeps_to_the_periods_and_the_team_of_the_file(world: World, okr: UUID, grow: UUID) -> None:
    other = key_result("Calls a day", teams=(world.sales,), period=world.q3)
    goals.create(other, by=world.admin, at=world.at)
    file = (
        "period: 2026-Q3\nteam: design\nobjectives: [{key: launch-version-20, title: Launch version 2.0}]\n"
    )
    found = planned(file, world.admin, world, prune=True)
    assert {one["key"] for one in found["prune"]} == {"support-requests-a-month", "click-study"}
    whole = file.replace("team: design\n", "")
    found = planned(
        whole.replace("version 2.0}", "version 2.0, team: design}"), world.admin, world, prune=True
    )
    assert {one["key"] for one in found["prune"]} == {
        "support-requests-a-month",
        "click-study",
        "calls-a-day",
    }


def test_a_goal_is_closed_by_its_state(world: World, okr: UUID) -> None:
    data = loaded(exported(world.admin, world))
    data["objectives"][0]["initiatives"][0]["state"] = "dropped"
    text = written(data)
    assert [(one["key"], one["outcome"]) for one in planned(text, world.admin, world)["close"]] == [
        ("click-study", "dropped")
    ]
    applied(text, world.admin, world)
    assert Goal.objects.get(title="Click study").state == State.DROPPED
    assert nothing(planned(text, world.admin, world))


def test_a_goal_that_has_ended_meanwhile_is_told_and_left_alone(world: World, okr: UUID) -> None:
    text = exported(world.admin, world)
    closing.close(named("Support requests a month"), by=world.sub_lead, at=world.at)
    found = planned(text, world.admin, world)
    assert nothing(found)
    assert [(one["key"], one["state"]) for one in found["ended"]] == [("support-requests-a-month", "closed")]
    without = "\n".join(line for line in text.splitlines() if " id:" not in line)
    assert [one["key"] for one in planned(without, world.admin, world)["ended"]] == [
        "support-requests-a-month"
    ]


def test_shares_and_places_change_hands_in_one_go(world: World, okr: UUID) -> None:
    at = {"by": world.admin, "at": world.at}
    other = goals.create(
        key_result("Second", teams=(world.design,), period=world.q3, parents=((okr, 0.2),)), **at
    )
    first = named("Support requests a month")
    alignment.reshare(first, parent=okr, share=0.8, **at)
    data = loaded(exported(world.admin, world))
    shares = {"support-requests-a-month": 0.2, "second": 0.8}
    for one in data["objectives"][0]["key_results"]:
        one["share"] = shares[one["key"]]
    new = {"key": "home", "title": "Another home", "team": "Design", "ambition": "committed"}
    data["objectives"].append({**new, "initiatives": data["objectives"][0].pop("initiatives")})
    text = written(data)
    told = {
        (one["key"], one["field"], one["old"], one["new"])
        for one in planned(text, world.admin, world)["change"]
    }
    assert ("click-study", "objective", "launch-version-20", "home") in told
    assert ("second", "share", 0.2, 0.8) in told
    applied(text, world.admin, world)
    assert nothing(planned(text, world.admin, world))
    row = next(one for one in exported_rows(world) if one["title"] == "Second")
    assert (row["share"], row["id"]) == (0.8, str(other))
    assert not doctors.examine(world.slug, at=world.at).faults


def exported_rows(world: World) -> list[dict[str, Any]]:
    data = loaded(exported(world.admin, world))
    found = [*data["objectives"], *data.get("key_results", ()), *data.get("initiatives", ())]
    for one in data["objectives"]:
        found += [*one.get("key_results", ()), *one.get("initiatives", ())]
    return found


# ------------------------------------------------------------------------------------ which goal is which


def test_a_goal_keeps_its_key_whatever_its_title_becomes(world: World, grow: UUID) -> None:
    applied(EXAMPLE, world.admin, world)
    goals.edit(
        named("Shorter checkout"), changes={"title": "A checkout of few steps"}, by=world.admin, at=world.at
    )
    (change,) = planned(EXAMPLE, world.admin, world)["change"]
    assert (change["key"], change["field"], change["old"]) == ("steps", "title", "A checkout of few steps")
    assert "key: steps" in exported(world.admin, world)


def test_the_same_keys_in_the_file_of_another_team_are_other_goals(world: World, grow: UUID) -> None:
    applied(EXAMPLE, world.admin, world)
    others = EXAMPLE.replace("team: product", "team: sales").replace("share: 0.4", "share: 0.1")
    assert len(planned(others, world.admin, world)["add"]) == 5
    coming = (
        EXAMPLE.replace("2026-Q4", "2026-Q3")
        .replace("version 2.0", "version 3")
        .replace("2026-11-30", "2026-09-01")
    )
    assert planned(coming, world.admin, world)["add"][0]["key"] == "launch-2"


def test_a_file_without_ids_finds_the_goals_that_are_there_by_their_titles(world: World, okr: UUID) -> None:
    text = "\n".join(line for line in exported(world.admin, world).splitlines() if " id:" not in line)
    assert nothing(planned(text, world.admin, world))


def test_a_title_is_no_way_to_the_goal_of_another_entry(world: World) -> None:
    file = "objectives:\n  - {key: a, title: One}\n  - {key: b, title: Two}\n"
    first, second = applied(file, world.admin, world)
    turned = file.replace("One", "Three").replace("Two", "One").replace("Three", "Two")
    applied(turned, world.admin, world)
    assert [Goal.objects.get(pk=one).title for one in (first, second)] == ["Two", "One"]
    assert nothing(planned(turned, world.admin, world))


def test_a_key_that_is_renamed_is_kept_under_its_new_name(world: World, okr: UUID) -> None:
    text = exported(world.admin, world).replace("key: click-study", "key: clicks")
    (change,) = planned(text, world.admin, world)["change"]
    assert (change["field"], change["old"], change["new"]) == ("key", "click-study", "clicks")
    applied(text, world.admin, world)
    assert exported(world.admin, world) == text


# --------------------------------------------------------------------------------------- all of it or nothing


def test_a_diff_is_done_as_it_was_shown_or_not_at_all(world: World, okr: UUID) -> None:
    text = exported(world.admin, world).replace("to: 30", "to: 20")
    seen = planned(text, world.admin, world)["id"]
    goals.edit(okr, changes={"description": "Moved"}, by=world.sub_lead, at=world.at)
    for stale in (seen, "0" * 32):
        with pytest.raises(Conflict) as error:
            plans.apply(plans_reading.read(text.encode()), plan_id=stale, by=world.admin, at=world.at)
        assert codes(error) == {"": "plan.moved"}
    assert Goal.objects.get(title="Support requests a month").target_value == 30


def test_a_check_in_does_not_make_a_diff_stale(world: World, okr: UUID) -> None:
    text = exported(world.admin, world).replace("to: 30", "to: 20")
    seen = planned(text, world.admin, world)["id"]
    checkins.post(named("Support requests a month"), value=Decimal(50), by=world.sub_lead, at=world.at)
    plans.apply(plans_reading.read(text.encode()), plan_id=seen, by=world.admin, at=world.at)
    assert Goal.objects.get(title="Support requests a month").target_value == 20


def test_a_rule_that_says_no_leaves_everything_as_it_was(world: World, okr: UUID) -> None:
    data = loaded(exported(world.admin, world))
    data["objectives"][0]["title"] = "Changed first"
    (measured,) = data["objectives"][0]["key_results"]
    for name in ("from", "to", "unit"):
        measured.pop(name, None)
    measured["metric"] = None
    with pytest.raises(Rejected) as error:
        applied(written(data), world.admin, world)
    assert codes(error) == {"objectives.0.key_results.0": "goal.measured-otherwise"}
    assert Goal.objects.get(pk=okr).title == "Launch version 2.0"


def test_who_may_not_change_a_goal_may_not_by_a_file(world: World, okr: UUID) -> None:
    text = exported(world.admin, world).replace("to: 30", "to: 20")
    with pytest.raises(Forbidden):
        applied(text, world.stranger, world)
    assert Goal.objects.get(title="Support requests a month").target_value == 30


def test_a_hidden_goal_is_no_goal_in_a_file(world: World, okr: UUID) -> None:
    text = exported(world.admin, world)
    goals.edit(okr, changes={"visibility": Visibility.CHOSEN}, by=world.sub_lead, at=world.at)
    with pytest.raises(Rejected) as error:
        planned(text, world.stranger, world)
    assert set(codes(error).values()) == {"plan.goal-unknown"}


def test_the_same_key_of_idempotence_applies_once(world: World, grow: UUID) -> None:
    plan = plans_reading.read(EXAMPLE.encode())
    seen = planned(EXAMPLE, world.admin, world)["id"]
    once = {"plan_id": seen, "by": world.admin, "at": world.at, "key": "abc"}
    assert plans.apply(plan, **once) == plans.apply(plan, **once)
    assert Goal.objects.filter(title="Shorter checkout").count() == 1


# ------------------------------------------------------------------------------------------ names and figures


def test_an_owner_who_is_not_here_becomes_one_placeholder(world: World) -> None:
    text = (
        "objectives:\n"
        "  - {key: a, title: A, owner: Nina Ny}\n"
        "  - {key: b, title: B, owners: [nina ny, Alma Berg]}\n"
    )
    assert planned(text, world.admin, world)["people"] == ["Nina Ny", "nina ny"]
    applied(text, world.admin, world)
    assert Person.objects.filter(name__iexact="nina ny").count() == 1
    assert nothing(planned(text, world.admin, world))


def test_what_no_name_fits_is_refused_at_its_field(world: World) -> None:
    Person.objects.create(workspace_id=world.admin.workspace_id, name="Alma Berg", created_at=world.at)
    text = """\
period: 2031-Q1
objectives:
  - {key: a, title: A, team: nobody, period: 2026-Q3, supports: [nowhere], key_results: [{key: c, title: C}]}
  - {key: b, title: B, owner: alma berg, period: null}
  - {key: d, title: D, id: 019b4549-7280-7474-af38-c6dd03c422af}
"""
    with pytest.raises(Rejected) as error:
        planned(text, world.admin, world)
    assert codes(error) == {
        "objectives.0.team": "plan.team-unknown",
        "objectives.0.supports.0": "plan.reference-unknown",
        "objectives.1.owner": "plan.several",
        "objectives.2.id": "plan.goal-unknown",
        "period": "plan.period-unknown",
    }
    with pytest.raises(Rejected) as error:
        planned("workspace: nordwind\nobjectives: []\n", world.admin, world)
    assert codes(error) == {"workspace": "plan.workspace"}


def test_figures_are_read_by_the_language_of_the_workspace(world: World) -> None:
    text = 'key_results: [{key: a, title: Revenue, from: "1.5", to: "2.5"}]\n'
    applied(text, world.admin, world)
    assert Goal.objects.get(title="Revenue").target_value == Decimal("2.5")
    Workspace.objects.filter(pk=world.admin.workspace_id).update(language="da")
    text = 'key_results: [{key: b, title: Omsætning, from: "12 mio. kr.", to: "24,5 mio. kr."}]\n'
    applied(text, world.admin, world)
    goal = Goal.objects.get(title="Omsætning")
    assert (goal.start_value, goal.target_value, goal.unit) == (12_000_000, 24_500_000, "DKK")
    assert nothing(planned(text, world.admin, world))


def test_every_kind_of_metric_comes_back_as_it_was(world: World) -> None:
    text = """\
key_results:
  - {key: a, title: Uptime, metric: {kind: at_least, target: 99.50, warning: 99, unit: "%"}}
  - {key: b, title: Share, metric: {kind: between, lower: 1, upper: 3.25}}
  - {key: c, title: Reach, metric: {kind: reach, target: 100, unit: customers}}
  - key: d
    title: Steps
    metric: {kind: milestones, milestones: [{title: One, share: 0.25}, {title: Two, share: 0.75}]}
  - {key: e, title: Done, metric: {kind: done}}
  - {key: f, title: Draft, from: 12, unit: hours}
  - key: g
    title: Phased
    metric: {kind: increase, start: 0, target: 10, phases: [{date: 2026-08-20, value: 4}]}
  - {key: h, title: By hand}
"""
    applied(text, world.admin, world)
    assert nothing(planned(text, world.admin, world))
    told = exported(world.admin, world)
    assert "from: 12\n    unit: hours" in told
    assert nothing(planned(told, world.admin, world))
    cleared = text.replace("metric: {kind: done}", "metric: null").replace(
        "title: By hand", "title: By hand, to: 5, from: 1"
    )
    assert {one["field"] for one in planned(cleared, world.admin, world)["change"]} == {
        "metric",
        "from",
        "to",
    }
    applied(cleared, world.admin, world)
    assert nothing(planned(cleared, world.admin, world))


# ------------------------------------------------------------------------------- any edit of an exported file

TITLES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=12
)
EDITS = st.fixed_dictionaries(
    {},
    optional={
        "title": TITLES,
        "description": st.sampled_from(["", "One line", "Two\nlines", "- no list"]),
        "tags": st.lists(st.sampled_from(["growth", "Customers", "ærlig"]), unique=True),
        "owner": st.sampled_from(["alma@fjordlight.example", "Somebody New", None]),
        "ambition": st.sampled_from(["committed", "aspirational", None]),
        "period": st.sampled_from(["2026-Q4", "2026", None]),
        "due": st.dates(date(2026, 12, 1), date(2026, 12, 30)),
        "team": st.sampled_from(["Product", "Sales"]),
    },
)
FIGURES = st.fixed_dictionaries(
    {},
    optional={
        "from": st.integers(100, 200),
        "to": st.integers(-5, 99) | st.none(),
        "unit": st.sampled_from(["requests", "%", "USD"]),
        "share": st.sampled_from([0, 0.5, 1]) | st.none(),
    },
)


EDITED = st.tuples(
    EDITS, st.builds(lambda one, other: one | other, EDITS, FIGURES), st.booleans(), st.booleans()
)


@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@given(edited=EDITED)
def test_an_edited_file_becomes_what_the_export_says(world: World, okr: UUID, edited: Any) -> None:
    above, below, more, fewer = edited
    data = loaded(exported(world.admin, world))
    one = data["objectives"][0]
    one.update(above)
    one["key_results"][0].update(below)
    for initiative in one["initiatives"]:
        initiative["due"] = date(2026, 12, 31)
    if more:
        new = {"key": f"new-{len(one['key_results'])}", "title": "New", "from": 1, "to": 2}
        one["key_results"].append(new)
    if fewer and len(one["key_results"]) > 1:
        one["key_results"].pop()
    text = written(data)
    applied(text, world.admin, world, prune=fewer)
    assert nothing(planned(text, world.admin, world, prune=fewer))
    now = {row["key"]: row for row in exported_rows(world)}
    for entry in (one, *one["key_results"]):
        row = now[entry["key"]]
        for name in ("title", "owner", "ambition", "from", "to", "share"):
            if name in entry:
                assert row.get(name) == entry[name], name
    assert nothing(planned(exported(world.admin, world), world.admin, world, prune=True))
    assert not doctors.examine(world.slug, at=world.at).faults


def test_a_milestone_that_is_renamed_by_its_id_stays_the_same_one(world: World) -> None:
    file = """\
key_results:
  - key: rollout
    title: Roll out
    metric: {kind: milestones, milestones: [{title: One, share: 0.25}, {title: Two, share: 0.75}]}
"""
    (goal,) = applied(file, world.admin, world)
    rows = Milestone.objects.filter(goal_id=goal)
    one, two = rows.order_by("position").values_list("item", flat=True)
    milestones.reach(one, on=date(2026, 8, 10), by=world.admin, at=world.at)
    renamed = file.replace("{title: One,", f"{{id: {one}, title: First,")
    (change,) = planned(renamed, world.admin, world)["change"]
    assert [step["title"] for step in change["new"]["milestones"]] == ["First", "Two"]
    applied(renamed, world.admin, world)
    now = list(rows.current().order_by("position").values_list("item", "title", "reached_on"))
    assert now == [(one, "First", date(2026, 8, 10)), (two, "Two", None)]
    assert nothing(planned(renamed, world.admin, world))
    for wrong in (
        file.replace("{title: One,", f"{{id: {goal}, title: One,"),
        renamed.replace("title: Two", f"id: {one}, title: Two"),
    ):
        with pytest.raises(Rejected) as error:
            planned(wrong, world.admin, world)
        assert codes(error) == {"key_results.0.metric.milestones": "plan.milestone-unknown"}
