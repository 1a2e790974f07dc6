"""Writing goals: drafts filled in, versions without gaps, privacy, rights, and whole OKRs."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError

from pejl.domain.values import Kind, Level, Metric, MetricKind, ProgressMode, State, Status, Visibility
from pejl.models import (
    Checkin,
    Edge,
    Event,
    Figure,
    Goal,
    GoalPerson,
    GoalPersonRole,
    GoalVersion,
    Milestone,
    Task,
)
from pejl.queries import past, scope
from pejl.queries.scope import Forbidden, NotFound
from pejl.services import alignment, checkins, goals
from pejl.services.errors import Conflict, Rejected
from pejl.services.goals import GoalDraft
from world import World

REQUESTS = Metric(MetricKind.DECREASE, unit="requests", start=Decimal(120), target=Decimal(30))


def objective(world: World, **more: Any) -> GoalDraft:
    """Alma's own, open to all, in the third quarter."""
    base: dict[str, Any] = {
        "level": Level.TEAM,
        "teams": (world.design,),
        "owners": (world.member.person_id,),
        "period": world.q3,
    }
    return GoalDraft(Kind.OBJECTIVE, **{"title": "Checkout feels effortless", **base, **more})


def key_result(**more: Any) -> GoalDraft:
    return GoalDraft(Kind.KEY_RESULT, **{"title": "Fewer support requests", "metric": REQUESTS, **more})


def created(world: World, **more: Any) -> UUID:
    answer: UUID = goals.create(objective(world, **more), by=world.member, at=world.at)
    return answer


def codes(rejected: pytest.ExceptionInfo[Rejected]) -> set[tuple[str, str]]:
    return {(reason.field, reason.code) for reason in rejected.value.reasons}


def test_a_draft_takes_the_dates_of_its_period_and_its_first_owner_checks_in(world: World) -> None:
    goal = Goal.objects.get(pk=created(world))
    assert (goal.start_date, goal.end_date) == (date(2026, 7, 1), date(2026, 9, 30))
    assert goal.checkin_owner_id == world.member.person_id
    assert goal.progress_mode == ProgressMode.CHILDREN
    assert goal.progress is None


def test_a_new_goal_has_an_open_version_a_first_figure_and_an_event(world: World) -> None:
    goal = created(world)
    version = GoalVersion.objects.get(goal_id=goal)
    assert (version.number, version.known_from, version.known_to) == (1, world.at, None)
    assert Figure.objects.get(goal_id=goal).known_from == world.at
    assert list(Event.objects.filter(goal_id=goal).values_list("verb", flat=True)) == ["goal.created"]


def test_everything_wrong_with_a_draft_is_told_at_its_field(world: World) -> None:
    wrong = dataclasses.replace(
        objective(world),
        title="  ",
        start_date=date(2026, 9, 1),
        end_date=date(2026, 8, 1),
        metric=Metric(MetricKind.INCREASE, start=Decimal(1), target=Decimal(1)),
        teams=(),
        owners=(world.outsider.person_id,),
    )
    with pytest.raises(Rejected) as rejected:
        goals.create(wrong, by=world.admin, at=world.at)
    assert codes(rejected) >= {
        ("title", "text.empty"),
        ("end_date", "goal.ends-before-start"),
        ("target", "metric.start-is-target"),
        ("teams", "goal.needs-team"),
        ("owners", "person.unknown"),
    }
    assert not Goal.objects.exists()


def test_a_whole_okr_is_written_at_once_and_hangs_together(world: World) -> None:
    top = goals.write(
        objective(world),
        key_results=(
            key_result(),
            key_result(title="Uptime", metric=Metric(MetricKind.AT_LEAST, "%", target=Decimal("99.5"))),
        ),
        initiatives=(GoalDraft(Kind.INITIATIVE, "New receipts", tasks=("Draft", "Print")),),
        by=world.member,
        at=world.at,
    )
    below = Goal.objects.filter(pk__in=Edge.objects.filter(parent_id=top).values("child_id")).order_by(
        "position"
    )
    assert [(goal.kind, goal.title, goal.level) for goal in below] == [
        ("key_result", "Fewer support requests", "team"),
        ("key_result", "Uptime", "team"),
        ("initiative", "New receipts", "team"),
    ]
    assert {goal.period_id for goal in below} == {world.q3}
    assert Task.objects.current().filter(goal=below[2]).count() == 2
    assert Goal.objects.get(pk=top).progress == 0.0


def test_an_okr_with_a_fault_anywhere_is_not_written_at_all(world: World) -> None:
    wrong = key_result(metric=dataclasses.replace(REQUESTS, target=Decimal(120)))
    with pytest.raises(Rejected) as rejected:
        goals.write(
            objective(world, title=""),
            key_results=(key_result(), wrong),
            initiatives=(GoalDraft(Kind.INITIATIVE, ""),),
            by=world.member,
            at=world.at,
        )
    assert codes(rejected) == {
        ("title", "text.empty"),
        ("key_results.1.target", "metric.start-is-target"),
        ("initiatives.0.title", "text.empty"),
    }
    assert not Goal.objects.exists()


def parts(**more: Any) -> dict[str, Any]:
    """Two key results, and an initiative for the second of them."""
    found = {
        "key_results": (key_result(), key_result(title="Shorter queues")),
        "initiatives": (GoalDraft(Kind.INITIATIVE, "New receipts"), GoalDraft(Kind.INITIATIVE, "New till")),
    }
    return found | more


def told(verb: str) -> list[tuple[str, str, Any, UUID | None]]:
    """Goal, subject and data of every such event, by their titles, and who did it."""
    titles = dict(Goal.objects.values_list("pk", "title"))
    return [
        (titles[one.goal_id], titles[one.subject], one.data, one.by_id)
        for one in Event.objects.filter(verb=verb).order_by("pk")
    ]


def test_an_initiative_is_written_for_the_objective_and_for_a_key_result(world: World) -> None:
    goals.write(objective(world), **parts(towards={1: 1}), by=world.member, at=world.at)
    names = Edge.objects.current().values_list("child__title", "parent__title")
    assert {pair for pair in names if pair[0].startswith("New")} == {
        ("New receipts", "Checkout feels effortless"),
        ("New till", "Checkout feels effortless"),
        ("New till", "Shorter queues"),
    }


def test_an_initiative_written_for_a_key_result_is_told_as_if_aligned_afterwards(world: World) -> None:
    goals.write(objective(world), **parts(towards={0: 1}), by=world.member, at=world.at)
    at_once = told("goal.aligned")
    Event.objects.all().delete()
    goals.write(objective(world), **parts(), by=world.member, at=world.at)
    newest = {goal.title: goal.pk for goal in Goal.objects.order_by("pk")}
    alignment.align(newest["New receipts"], parent=newest["Shorter queues"], by=world.member, at=world.at)
    assert at_once == told("goal.aligned")
    assert at_once == [("New receipts", "Shorter queues", {"share": None}, world.member.person_id)]


@pytest.mark.parametrize(("place", "result"), [(0, 2), (0, -1), (2, 0), (-1, 0)])
def test_an_initiative_is_for_no_key_result_that_is_not_there(world: World, place: int, result: int) -> None:
    with pytest.raises(Rejected) as rejected:
        goals.write(objective(world), **parts(towards={place: result}), by=world.member, at=world.at)
    assert codes(rejected) == {(f"initiatives.{place}.towards", "choice.unknown")}
    assert not Goal.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_whole_okr_is_written_again_where_the_database_was_busy(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    join, tries = alignment.join, []

    def busy(child: Goal, parent: Goal, **options: Any) -> None:
        if parent.kind == Kind.KEY_RESULT and not tries:
            tries.append(child.pk)
            raise OperationalError("database is locked")
        join(child, parent, **options)

    monkeypatch.setattr(alignment, "join", busy)
    goals.write(objective(world), **parts(towards={0: 0}), by=world.member, at=world.at)
    assert len(tries) == 1
    assert Goal.objects.count() == 5
    assert Edge.objects.current().filter(parent__title="Fewer support requests").count() == 1


REVENUE = Metric(MetricKind.INCREASE, unit="USD", start=Decimal(0), target=Decimal(100), sum=True)


def test_a_measure_that_sums_is_kept_and_takes_its_value_from_below(world: World) -> None:
    top = created(world, metric=REVENUE)
    for value in (20, 30):
        part = dataclasses.replace(REVENUE, sum=False)
        below: dict[str, Any] = {"owners": (world.member.person_id,), "parents": ((top, None),)}
        one = key_result(title=f"Sell {value}", metric=part, **below)
        made = goals.create(one, by=world.member, at=world.at)
        checkins.post(made, value=Decimal(value), by=world.member, at=world.at)
    kept = Goal.objects.get(pk=top)
    assert (kept.sums, kept.progress_mode, kept.value) == (True, ProgressMode.CHILDREN, Decimal(50))
    assert GoalVersion.objects.get(goal_id=top).sums


def test_turning_the_sum_on_or_off_moves_where_progress_comes_from(world: World) -> None:
    plain = dataclasses.replace(REVENUE, sum=False)
    goal = created(world, metric=plain)
    assert Goal.objects.get(pk=goal).progress_mode == ProgressMode.METRIC
    for metric, mode in ((REVENUE, ProgressMode.CHILDREN), (plain, ProgressMode.METRIC)):
        goals.edit(goal, changes={"metric": metric}, by=world.member, at=world.at)
        now = Goal.objects.get(pk=goal)
        assert (now.sums, now.progress_mode) == (metric.sum, mode)
    both = {"metric": REVENUE, "progress_mode": ProgressMode.METRIC}
    with pytest.raises(Rejected) as rejected:
        goals.edit(goal, changes=both, by=world.member, at=world.at)
    assert codes(rejected) == {("progress_mode", "goal.sum-from-children")}


def test_the_same_key_writes_one_goal_and_other_input_under_it_is_refused(world: World) -> None:
    draft = objective(world)
    first = goals.create(draft, by=world.member, at=world.at, key="k1")
    again = goals.create(draft, by=world.member, at=world.later(minutes=1), key="k1")
    assert first == again
    assert Goal.objects.count() == 1
    with pytest.raises(Rejected) as rejected:
        goals.create(objective(world, title="Another"), by=world.member, at=world.at, key="k1")
    assert codes(rejected) == {("key", "once.other-input")}


def test_versions_follow_one_another_without_gaps_or_overlaps(world: World) -> None:
    goal = created(world)
    moments = [world.later(hours=hour) for hour in (1, 2, 2, 3)]
    for place, at in enumerate(moments):
        goals.edit(goal, changes={"title": f"Title {place}"}, by=world.member, at=at)
    versions = list(GoalVersion.objects.filter(goal_id=goal).order_by("number"))
    assert [version.number for version in versions] == [1, 2, 3, 4, 5]
    assert all(before.known_to == after.known_from for before, after in pairwise(versions))
    assert [version.title for version in versions if version.known_to is None] == ["Title 3"]
    for at, title in (
        (world.at, "Checkout feels effortless"),
        (moments[0], "Title 0"),
        (moments[2], "Title 2"),
    ):
        assert [version.title for version in GoalVersion.objects.as_of(at).filter(goal_id=goal)] == [title]


def test_an_edit_that_comes_from_an_earlier_clock_leaves_no_span_backwards(world: World) -> None:
    goal = created(world)
    goals.edit(goal, changes={"title": "Later"}, by=world.member, at=world.later(hours=2))
    goals.edit(goal, changes={"title": "Earlier"}, by=world.member, at=world.later(hours=1))
    versions = list(GoalVersion.objects.filter(goal_id=goal).order_by("number"))
    assert all(before.known_to == after.known_from for before, after in pairwise(versions))
    assert all(one.known_to is None or one.known_to >= one.known_from for one in versions)


def test_an_edit_that_changes_nothing_leaves_no_trace(world: World) -> None:
    goal = created(world)
    goals.edit(goal, changes={"title": "Checkout feels effortless"}, by=world.member, at=world.later(hours=1))
    assert GoalVersion.objects.filter(goal_id=goal).count() == 1
    assert not Event.objects.filter(goal_id=goal, verb="goal.edited").exists()


def test_two_people_cannot_change_the_same_version(world: World) -> None:
    goal = created(world)
    goals.edit(goal, changes={"title": "First"}, by=world.member, at=world.later(hours=1), expected_version=1)
    with pytest.raises(Conflict) as conflict:
        goals.edit(
            goal, changes={"title": "Second"}, by=world.admin, at=world.later(hours=2), expected_version=1
        )
    assert codes(conflict) == {("", "goal.changed")}
    assert Goal.objects.get(pk=goal).title == "First"


def test_a_moved_target_counts_the_value_anew_and_moves_the_parent(world: World) -> None:
    top = goals.write(objective(world), key_results=(key_result(),), by=world.member, at=world.at)
    child = Edge.objects.get(parent_id=top).child_id
    _checked_in(world, child, Decimal(75))
    assert Goal.objects.get(pk=top).progress == pytest.approx(0.5)
    moved = dataclasses.replace(REQUESTS, target=Decimal(60))
    goals.edit(child, changes={"metric": moved}, by=world.member, at=world.later(days=1))
    assert Goal.objects.get(pk=child).progress == pytest.approx(0.75)
    assert Goal.objects.get(pk=top).progress == pytest.approx(0.75)
    told = Event.objects.get(goal_id=child, verb="goal.edited").data["changed"]
    assert told["target_value"] == ["30", "60"]


def test_a_goal_measured_one_way_is_not_measured_another_way_under_its_checkins(world: World) -> None:
    top = goals.write(objective(world), key_results=(key_result(),), by=world.member, at=world.at)
    child = Edge.objects.get(parent_id=top).child_id
    _checked_in(world, child, Decimal(75))
    with pytest.raises(Rejected) as rejected:
        goals.edit(
            child,
            changes={"metric": None, "progress_mode": ProgressMode.MANUAL},
            by=world.member,
            at=world.at,
        )
    assert codes(rejected) == {("progress_mode", "goal.measured-otherwise")}


def test_milestones_of_the_same_title_stay_reached_when_others_are_added(world: World) -> None:
    metric = Metric(MetricKind.MILESTONES)
    goal = goals.create(
        key_result(
            metric=metric, milestones=(("Plan", None), ("Build", None)), level=Level.PERSON,
            owners=(world.member.person_id,), period=world.q3,
        ),
        by=world.member,
        at=world.at,
    )  # fmt: skip
    Milestone.objects.filter(goal_id=goal, title="Plan").update(reached_on=world.today)
    goals.edit(
        goal,
        changes={"milestones": (("Plan", None), ("Build", None), ("Ship", None), ("Tell", None))},
        by=world.member,
        at=world.later(hours=1),
    )
    assert Goal.objects.get(pk=goal).progress == pytest.approx(0.25)
    assert Milestone.objects.current().filter(goal_id=goal).count() == 4
    assert Milestone.objects.filter(goal_id=goal, known_to=world.later(hours=1)).count() == 2


def test_a_goal_with_checkins_is_not_removed_and_one_without_leaves_its_history(world: World) -> None:
    top = goals.write(
        objective(world), key_results=(key_result(), key_result()), by=world.member, at=world.at
    )
    first, second = Edge.objects.filter(parent_id=top).order_by("position").values_list("child_id", flat=True)
    _checked_in(world, first, Decimal(30))
    assert Goal.objects.get(pk=top).progress == pytest.approx(0.5)
    with pytest.raises(Rejected) as rejected:
        goals.remove(first, by=world.member, at=world.later(days=1))
    assert codes(rejected) == {("", "goal.has-checkins")}
    goals.remove(second, by=world.member, at=world.later(days=1))
    assert Goal.objects.get(pk=top).progress == pytest.approx(1.0)
    assert not scope.goals(world.member).filter(pk=second).exists()
    with past.known(world.member, at=world.later(hours=1)) as reader:
        assert scope.goals(reader).filter(pk=second).exists()
    with past.known(world.member, at=world.later(days=2)) as reader:
        assert not scope.goals(reader).filter(pk=second).exists()
    assert not Edge.objects.current().filter(child_id=second).exists()
    assert GoalVersion.objects.get(goal_id=second).known_to == world.later(days=1)


def test_children_of_a_private_goal_are_private_for_its_people_and_keep_their_own(world: World) -> None:
    top = goals.write(
        objective(world, visibility=Visibility.CHOSEN, viewers=(world.stranger.person_id,)),
        key_results=(key_result(owners=(world.mate.person_id,)),),
        by=world.member,
        at=world.at,
    )
    child = Edge.objects.get(parent_id=top).child_id
    assert Goal.objects.get(pk=child).visibility == Visibility.CHOSEN
    for who, seen in (("member", 1), ("mate", 1), ("stranger", 1), ("admin", 0), ("owner", 0), ("lead", 0)):
        assert scope.goals(getattr(world, who)).filter(pk=child).count() == seen, who


def test_a_goal_made_private_hides_all_that_is_under_it_and_cannot_leave_it_open(world: World) -> None:
    top = goals.write(objective(world), key_results=(key_result(),), by=world.member, at=world.at)
    child = Edge.objects.get(parent_id=top).child_id
    deeper = goals.create(
        GoalDraft(
            Kind.INITIATIVE, "Receipts", level=Level.TEAM, teams=(world.design,), parents=((child, None),)
        ),
        by=world.member,
        at=world.at,
    )
    goals.edit(
        top,
        changes={"visibility": Visibility.CHOSEN, "viewers": (world.stranger.person_id,)},
        by=world.member,
        at=world.later(hours=1),
    )
    assert set(scope.goals(world.stranger).values_list("pk", flat=True)) == {top, child, deeper}
    assert not scope.goals(world.admin).exists()
    with pytest.raises(Rejected) as rejected:
        goals.edit(
            child, changes={"visibility": Visibility.EVERYONE}, by=world.member, at=world.later(hours=2)
        )
    assert codes(rejected) == {("visibility", "visibility.parent-private")}
    goals.edit(top, changes={"viewers": ()}, by=world.member, at=world.later(hours=3))
    assert not scope.goals(world.stranger).exists()


def test_who_was_on_a_goal_is_kept_when_others_come(world: World) -> None:
    goal = created(world)
    goals.edit(goal, changes={"owners": (world.mate.person_id,)}, by=world.member, at=world.later(days=1))
    owners = GoalPerson.objects.filter(goal_id=goal, role=GoalPersonRole.OWNER)
    assert list(owners.as_of(world.at).values_list("person_id", flat=True)) == [world.member.person_id]
    assert list(owners.current().values_list("person_id", flat=True)) == [world.mate.person_id]
    assert Goal.objects.get(pk=goal).checkin_owner_id == world.mate.person_id


@pytest.mark.parametrize(
    ("who", "level", "allowed"),
    [
        ("member", Level.TEAM, True),
        ("mate", Level.TEAM, True),
        ("lead", Level.TEAM, True),
        ("sub_lead", Level.TEAM, True),
        ("admin", Level.TEAM, True),
        ("stranger", Level.TEAM, False),
        ("observer", Level.TEAM, False),
        ("member", Level.ORGANISATION, False),
        ("lead", Level.ORGANISATION, False),
        ("admin", Level.ORGANISATION, True),
        ("owner", Level.ORGANISATION, True),
        ("stranger", Level.PERSON, True),
        ("observer", Level.PERSON, False),
    ],
)
def test_goals_are_written_where_the_table_says(
    world: World, who: str, level: Level, *, allowed: bool
) -> None:
    by = getattr(world, who)
    draft = GoalDraft(
        Kind.OBJECTIVE, "A goal", level=level, teams=(world.design,) if level is Level.TEAM else (),
        owners=(by.person_id,), period=world.q3,
    )  # fmt: skip
    if allowed:
        assert goals.create(draft, by=by, at=world.at)
    else:
        with pytest.raises(Forbidden):
            goals.create(draft, by=by, at=world.at)


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("member", None),
        ("lead", None),
        ("sub_lead", None),
        ("admin", None),
        ("mate", Forbidden),
        ("stranger", Forbidden),
        ("observer", Forbidden),
        ("outsider", NotFound),
    ],
)
def test_goals_are_edited_and_removed_by_whom_the_table_names(
    world: World, who: str, refusal: type[Exception] | None
) -> None:
    by = getattr(world, who)
    goal = created(world)
    if refusal is None:
        goals.edit(goal, changes={"title": "Other words"}, by=by, at=world.at)
        goals.remove(goal, by=by, at=world.at)
        assert Goal.objects.get(pk=goal).removed_at == world.at
        return
    with pytest.raises(refusal):
        goals.edit(goal, changes={"title": "Other words"}, by=by, at=world.at)
    with pytest.raises(refusal):
        goals.remove(goal, by=by, at=world.at)
    assert Goal.objects.get(pk=goal).title == "Checkout feels effortless"


def test_a_key_result_is_written_below_what_one_may_write_and_nowhere_else(world: World) -> None:
    top = created(world)
    below = key_result(parents=((top, None),))
    assert goals.create(below, by=world.member, at=world.at)
    with pytest.raises(Forbidden):
        goals.create(below, by=world.stranger, at=world.at)
    with pytest.raises(NotFound):
        goals.create(below, by=world.outsider, at=world.at)


def test_nobody_moves_a_goal_to_where_they_may_not_write(world: World) -> None:
    goal = created(world)
    with pytest.raises(Rejected) as rejected:
        goals.edit(goal, changes={"level": Level.ORGANISATION}, by=world.member, at=world.at)
    assert codes(rejected) == {("level", "goal.not-yours-to-move")}
    with pytest.raises(Rejected) as rejected:
        goals.edit(goal, changes={"teams": (world.design, world.sales)}, by=world.member, at=world.at)
    assert codes(rejected) == {("teams", "goal.not-yours-to-move")}


def test_an_edit_leaves_parents_that_the_person_does_not_see(world: World) -> None:
    secret = goals.create(
        GoalDraft(
            Kind.OBJECTIVE,
            "Merger",
            level=Level.PERSON,
            owners=(world.admin.person_id,),
            period=world.q3,
            visibility=Visibility.CHOSEN,
        ),
        by=world.admin,
        at=world.at,
    )
    goal = created(world)
    alignment.align(goal, parent=secret, by=world.admin, at=world.at)
    other = created(world, title="Seen")
    goals.edit(goal, changes={"parents": ((other, None),)}, by=world.member, at=world.later(hours=1))
    parents = Edge.objects.current().filter(child_id=goal).values_list("parent_id", flat=True)
    assert set(parents) == {secret, other}


def test_a_goal_that_has_ended_is_not_edited(world: World) -> None:
    goal = created(world)
    Goal.objects.filter(pk=goal).update(state=State.CLOSED, status=Status.CLOSED)
    with pytest.raises(Rejected) as rejected:
        goals.edit(goal, changes={"title": "Too late"}, by=world.member, at=world.at)
    assert codes(rejected) == {("", "goal.not-open")}


def test_a_status_starts_with_the_goal_and_waits_for_it(world: World) -> None:
    soon = created(world, period=world.q4)
    assert Goal.objects.get(pk=soon).status == Status.NOT_STARTED
    running = created(world)
    assert Goal.objects.get(pk=running).status == Status.OFF_TRACK


def _checked_in(world: World, goal: UUID, value: Decimal) -> None:
    """A check-in as its rows, and what follows from it."""
    from pejl.models import Workspace
    from pejl.services import figures

    at = world.later(hours=1)
    workspace = Workspace.objects.get(slug=world.slug)
    Checkin.objects.create(
        workspace=workspace, goal_id=goal, on=at.date(), value=value, status=Status.ON_TRACK, known_from=at
    )
    Goal.objects.filter(pk=goal).update(last_checkin_on=at.date(), last_checkin_at=at, checkin_count=1)
    figures.refresh(workspace, [goal], at=at, today=at.date() + timedelta(0))
