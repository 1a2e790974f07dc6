"""Tags on goals: written, carried on, taken in and taken out; and seen only where their goals are."""

from __future__ import annotations

import io
import json
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from adapters import vivafiles as viva
from okrs import key_result, named, okr
from pejl.domain import tags as words
from pejl.domain.values import Kind, Level, Visibility
from pejl.models import Goal, GoalTag, Import
from pejl.queries import goals as goals_read
from pejl.queries import histories, past, people, scope, tags, trees
from pejl.queries.scope import Member
from pejl.services import closing, doctors, dumps, exports, goals, links, transfers, workspaces
from pejl.services.errors import Rejected
from pejl.services.goals import GoalDraft
from world import FOUNDED, World

__all__ = ["okr"]
TEXTS = st.lists(st.text(max_size=30), max_size=8)


def objective(world: World, title: str, *names: str, **more: Any) -> UUID:
    own = {"level": Level.TEAM, "teams": (world.design,), "period": world.q3, "tags": names, **more}
    made: UUID = goals.create(GoalDraft(Kind.OBJECTIVE, title, **own), by=world.sub_lead, at=world.at)
    return made


def tagged(world: World, goal: UUID, *names: str, hours: float = 1) -> None:
    goals.edit(goal, changes={"tags": names}, by=world.sub_lead, at=world.later(hours=hours))


def of(goal: UUID) -> list[str]:
    return links.tags_of(Goal.objects.get(pk=goal))


def in_use(by: Member) -> list[str]:
    return [tag.name for tag in tags.in_use(by)]


# --------------------------------------------------------------------------------------------- writing


@given(texts=TEXTS)
def test_tidied_tags_tidied_again_are_the_same_and_no_two_are_one(texts: list[str]) -> None:
    found = words.several(texts)
    assert words.several([words.told(found)]) == found
    folded = [words.fold(tag) for tag in found]
    assert len(set(folded)) == len(folded)
    assert all(found)


def test_tags_are_kept_as_they_are_spelt_first_and_case_makes_no_two_of_one(world: World) -> None:
    goal = objective(world, "Grow", "Growth,  new   markets", "GROWTH", " ")
    assert of(goal) == ["Growth", "new markets"]
    assert goals_read.one(world.mate, goal, now=world.at).tags == ("Growth", "new markets")


@pytest.mark.parametrize(
    ("first", "second"), [("Ærlig", "ærlig"), ("STRAẞE", "straße"), ("İstanbul", "istanbul")]
)
def test_two_spellings_of_one_tag_are_one_in_every_alphabet(world: World, first: str, second: str) -> None:
    goal = objective(world, "Grow", first, second)
    assert of(goal) == [first]
    other = objective(world, "Other", second)
    (tag,) = tags.in_use(world.mate)
    assert set(tag.spellings) == {first, second}
    tree = trees.organisation(world.mate, periods=None, now=world.at, tag=tag)
    assert {branch.row.id for branch in tree.branches} == {goal, other}


def test_the_same_tags_again_in_other_letters_change_nothing(world: World) -> None:
    goal = objective(world, "Grow", "Growth", "Nordic")
    rows = GoalTag.objects.count()
    tagged(world, goal, "growth, NORDIC")
    assert of(goal) == ["Growth", "Nordic"]
    assert GoalTag.objects.count() == rows


def test_tags_come_go_and_change_places(world: World) -> None:
    goal = objective(world, "Grow", "One", "Two")
    tagged(world, goal, "Three", "Two", "one")
    assert of(goal) == ["Three", "Two", "One"]
    tagged(world, goal, hours=2)
    assert of(goal) == []
    tagged(world, goal, "one", hours=3)
    assert of(goal) == ["one"]
    assert doctors.examine(world.slug, at=world.later(hours=4)).faults == ()


def test_a_tag_too_long_or_too_many_are_refused_at_their_field(world: World) -> None:
    for names, code in ((("x" * 101,), "text.long"), (tuple(f"No {n}" for n in range(101)), "tag.many")):
        with pytest.raises(Rejected) as refused:
            objective(world, "Grow", *names)
        assert [(one.code, one.field) for one in refused.value.reasons] == [(code, "tags")]
    assert of(objective(world, "Grow", "x" * 100)) == ["x" * 100]


def test_copies_and_what_carries_on_keep_their_tags(world: World, okr: UUID) -> None:
    tagged(world, okr, "Growth", "Nordic")
    tagged(world, named("Support requests a month"), "Calls")
    copy = closing.copy(okr, period=world.q4, reach="all", by=world.sub_lead, at=world.later(hours=2))
    on = closing.postpone(okr, period=world.q4, reason="Later", by=world.sub_lead, at=world.later(hours=3))
    for made in (copy, on):
        assert of(made) == ["Growth", "Nordic"]
        below = goals_read.children(world.sub_lead, made, now=world.later(hours=4))
        assert [of(row.id) for row in below if row.kind is Kind.KEY_RESULT] == [["Calls"]]


# ---------------------------------------------------------------------------------------------- seeing


def test_a_tag_of_a_hidden_goal_is_not_offered_and_finds_nothing(world: World, okr: UUID) -> None:
    own = {"visibility": Visibility.CHOSEN, "owners": (world.sub_lead.person_id,)}
    objective(world, "Quiet", "Acquisition", "growth", **own)
    tagged(world, okr, "Growth")
    assert in_use(world.sub_lead) == ["Acquisition", "Growth"]
    for other in (world.stranger, world.admin, world.observer):
        (seen,) = tags.in_use(other)
        assert (seen.name, seen.spellings) == ("Growth", ("Growth",))
        asked = tags.named(tags.in_use(other), "acquisition")
        assert asked is not None
        assert trees.organisation(other, periods=None, now=world.at, tag=asked).branches == ()
    assert in_use(world.outsider) == []


def test_a_tag_is_in_use_while_a_goal_carries_it(world: World) -> None:
    goal, gone = objective(world, "Grow", "Growth"), objective(world, "Gone", "Old")
    goals.remove(gone, by=world.sub_lead, at=world.later(hours=1))
    assert in_use(world.mate) == ["Growth"]
    tagged(world, goal)
    assert in_use(world.mate) == []


def test_a_tree_of_a_tag_holds_what_carries_it_and_what_hangs_under_that(world: World, okr: UUID) -> None:
    top = objective(world, "Be loved")
    goals.edit(okr, changes={"parents": ((top, None),), "tags": ("Growth",)}, by=world.admin, at=world.at)
    tag = tags.named(tags.in_use(world.mate), "GROWTH")
    for tree in (
        trees.organisation(world.mate, periods=None, now=world.at, tag=tag),
        trees.of_team(world.mate, world.design, periods=None, now=world.at, tag=tag),
    ):
        (branch,) = tree.branches
        assert branch.row.id == okr
        assert {child.row.title for child in branch.children} == {"Support requests a month", "Click study"}
        assert tree.counts.total == 2
    person = world.sub_lead.person_id
    assert person is not None
    (own,) = trees.of_person(world.mate, person, periods=None, now=world.at, tag=tag).branches
    assert (own.row.id, own.children) == (okr, ())


# ------------------------------------------------------------------------------------------- over time


def test_the_past_has_the_tags_of_then(world: World) -> None:
    goal = objective(world, "Grow", "Old")
    tagged(world, goal, "New", hours=2)
    with past.known(world.mate, at=world.later(hours=1)) as reader:
        assert goals_read.one(reader, goal, now=world.later(hours=1)).tags == ("Old",)
        assert in_use(reader) == ["Old"]
    assert in_use(world.mate) == ["New"]


def test_a_goals_history_tells_its_tags_with_who_and_not_their_places(world: World) -> None:
    goal = objective(world, "Grow", "One", "Two")
    tagged(world, goal, "Two", "Three", "Four")
    found = histories.changes(world.mate, goal, titles={goal: "Grow"})
    told = [(one.before, one.after, one.by and one.by.name) for one in found if one.field == "tag"]
    assert sorted(told, key=str) == [("One", None, "Sune Bach"), (None, "Three, Four", "Sune Bach")]


# ------------------------------------------------------------------------------------------ in and out


def test_tags_go_through_the_portable_export_with_their_past(world: World, okr: UUID) -> None:
    tagged(world, okr, "Growth", "Nordic")
    tagged(world, okr, "Nordic", hours=2)
    objective(world, "Quiet", "Acquisition", visibility=Visibility.CHOSEN)
    first, second = io.BytesIO(), io.BytesIO()
    dumps.write(world.system, first, at=world.later(hours=3))
    workspaces.create("copy", name="copy", at=FOUNDED)
    dumps.read(first, by=people.system("copy"), at=world.later(hours=3))
    dumps.write(people.system("copy"), second, at=world.later(hours=3))
    assert second.getvalue() == first.getvalue()
    copy = Goal.objects.get(workspace__slug="copy", title="Launch version 2.0")
    assert links.tags_of(copy) == ["Nordic"]
    names = set(GoalTag.objects.filter(goal=copy).exclude(known_to=None).values_list("name", flat=True))
    assert names == {"Growth", "Nordic"}
    partly = io.BytesIO()
    dumps.write(world.admin, partly, at=world.later(hours=3))
    assert b"Acquisition" not in partly.getvalue()


def test_every_export_has_the_tags(world: World, okr: UUID) -> None:
    tagged(world, okr, "Growth", "Nordic")

    def taken(form: str) -> bytes:
        out = io.BytesIO()
        exports.write(form, world.mate, out, at=world.later(hours=2))
        return out.getvalue()

    rows = json.loads(taken("json"))["goals"]
    assert {tuple(row["tags"]) for row in rows} == {("Growth", "Nordic"), ()}
    lines = taken("csv").decode("utf-8-sig").splitlines()
    assert "Tags" in lines[0].split(",")
    assert sum("Growth; Nordic" in line for line in lines) == 1
    (told,) = YAML(typ="safe").load(taken("yaml"))["objectives"]
    assert told["tags"] == ["Growth", "Nordic"]
    assert "tags" not in told["key_results"][0]


def test_a_removed_workspace_leaves_no_tags(world: World, okr: UUID) -> None:
    tagged(world, okr, "Growth")
    workspaces.remove(
        world.owner.workspace_id, by=world.owner, at=world.later(hours=2), confirm_name="Fjordlight"
    )
    assert GoalTag.objects.count() == 0


# ----------------------------------------------------------------------------------------- coming in


def bring(by: Member, world: World, *names: str, hours: float = 0, title: str = "Goal 1") -> dict[str, Any]:
    raw = [{"ID": number, "Name": name} for number, name in enumerate(names, start=61)]
    file = viva.packed({"objectives": [viva.goal(1, Title=title, Tags=raw), viva.goal(2)]})
    at = world.later(hours=hours)
    made = transfers.preview(file, name="export.zip", by=by, at=at)
    transfers.apply(made, by=by, at=at)
    receipt: dict[str, Any] = Import.objects.get(pk=made).receipt
    return receipt


@pytest.fixture
def north(world: World) -> Member:
    workspaces.create("north", name="North", at=FOUNDED)
    return people.system("north")


def first_goal() -> UUID:
    made: UUID = Goal.objects.get(workspace__slug="north", title__in=("Goal 1", "Renamed")).pk
    return made


def test_tags_of_a_file_land_with_their_goals_once(world: World, north: Member) -> None:
    receipt = bring(north, world, "Growth", "growth", "Nordic")
    assert of(first_goal()) == ["Growth", "Nordic"]
    assert "Tags" not in receipt["unmapped"]
    again = bring(north, world, "Growth", "growth", "Nordic", hours=1)
    assert again["changed"] == {}
    assert GoalTag.objects.count() == 2
    assert doctors.examine("north", at=world.later(hours=2)).faults == ()


def test_a_later_file_with_other_tags_changes_them(world: World, north: Member) -> None:
    bring(north, world, "Growth", "Nordic")
    receipt = bring(north, world, "Nordic", "Calm", hours=1)
    assert receipt["changed"] == {"goals": 1}
    assert of(first_goal()) == ["Nordic", "Calm"]
    bring(north, world, hours=2, title="Renamed")
    assert of(first_goal()) == ["Nordic", "Calm"]


def test_tags_that_came_before_anybody_kept_them_are_added_and_removed_ones_stay_away(
    world: World, north: Member
) -> None:
    bring(north, world, "Growth")
    goal = first_goal()
    GoalTag.objects.all().delete()
    receipt = bring(north, world, "Growth", hours=1)
    assert (of(goal), receipt["changed"]) == (["Growth"], {"goals": 1})
    goals.edit(goal, changes={"tags": ()}, by=north, at=world.later(hours=2))
    assert bring(north, world, "Growth", hours=3)["changed"] == {}
    assert of(goal) == []


def test_a_goal_that_people_changed_here_keeps_its_tags(world: World, north: Member) -> None:
    bring(north, world, "Growth")
    goals.edit(first_goal(), changes={"description": "Ours"}, by=north, at=world.later(hours=1))
    bring(north, world, "Calm", hours=2)
    assert of(first_goal()) == ["Growth"]


def test_more_tags_than_a_goal_takes_are_told(world: World, north: Member) -> None:
    receipt = bring(north, world, *(f"No {number}" for number in range(103)))
    assert (len(of(first_goal())), receipt["unmapped"]["Tags"]) == (100, 3)


def test_a_goal_is_read_with_tags_in_one_query_more(
    world: World, okr: UUID, django_assert_num_queries: Any
) -> None:
    rows = scope.goals(world.mate)
    with CaptureQueriesContext(connection) as plain:
        goals_read.rows(world.mate, rows, now=world.at)
    goals.create(key_result("Calls", tags=("One",), teams=(world.design,)), by=world.sub_lead, at=world.at)
    with django_assert_num_queries(len(plain) + 1):
        goals_read.rows(world.mate, scope.goals(world.mate), now=world.at, tagged=True)
