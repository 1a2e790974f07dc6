"""Tags on the pages: typed with commas, kept where something is wrong, shown, and chosen by."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest

from okrs import In, enter, named, okr, text
from pejl.domain.values import Kind, Level, Visibility
from pejl.models import Goal
from pejl.services import goals, links
from pejl.services.goals import GoalDraft
from world import World

__all__ = ["enter", "okr"]


def of(goal: UUID) -> list[str]:
    return links.tags_of(Goal.objects.get(pk=goal))


def tagged(world: World, goal: UUID, *names: str) -> None:
    goals.edit(goal, changes={"tags": names}, by=world.sub_lead, at=world.later(hours=-1))


def options(page: str, name: str) -> list[str]:
    """What the choice of that id offers."""
    found = re.search(rf'id="{name}"(.*?)</(?:select|datalist)>', page, re.DOTALL)
    assert found, name
    pairs = re.findall(r'<option(?: value="([^"]*)")?[^>]*>([^<]*)</option>', found[1])
    return [said or value for value, said in pairs]


def test_a_new_okr_carries_the_tags_that_were_typed(world: World, enter: In) -> None:
    sent = {
        "title": "Sell more", "level": "team", "team": str(world.design), "period": str(world.q3),
        "tags": " Growth,  new markets, growth ",
    }  # fmt: skip
    assert enter(world.sub_lead).post("/goals/new", sent).status_code == 303
    assert of(named("Sell more")) == ["Growth", "new markets"]


def test_a_new_key_result_under_a_goal_carries_its_own(world: World, okr: UUID, enter: In) -> None:
    sent = {"kind": "key_result", "parent": str(okr), "title": "Calls", "tags": "Phones"}
    sent |= {"metric": "from_to", "start": "10", "target": "5"}
    assert enter(world.sub_lead).post("/goals/new", sent).status_code == 303
    assert of(named("Calls")) == ["Phones"]


def test_tags_are_changed_in_the_form_and_left_as_they_are_where_untouched(
    world: World, okr: UUID, enter: In
) -> None:
    tagged(world, okr, "Growth", "Nordic")
    client = enter(world.sub_lead)
    page = client.get(f"/goals/{okr}/edit").content.decode()
    assert 'name="tags" type="text" value="Growth, Nordic"' in page
    version = Goal.objects.get(pk=okr).version
    sent = {"version": version, "title": "Launch version 2.0", "tags": "Growth, Nordic"}
    assert client.post(f"/goals/{okr}/edit", sent).status_code == 303
    assert of(okr) == ["Growth", "Nordic"]
    client.post(f"/goals/{okr}/edit", sent | {"tags": "Nordic, Calm"})
    assert of(okr) == ["Nordic", "Calm"]
    client.post(f"/goals/{okr}/edit", sent | {"tags": ""})
    assert of(okr) == []


@pytest.mark.parametrize("where", ["new", "edit"])
def test_tags_are_kept_where_something_is_wrong(world: World, okr: UUID, enter: In, where: str) -> None:
    path = "/goals/new" if where == "new" else f"/goals/{okr}/edit"
    long = "x" * 101
    sent: dict[str, Any] = {
        "title": "Grow", "tags": f"Growth, {long}", "level": "team", "team": str(world.design),
        "period": str(world.q3), "version": Goal.objects.get(pk=okr).version,
    }  # fmt: skip
    answer = enter(world.sub_lead).post(path, sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'value="Growth, {long}"' in page
    assert "Use at most 100 letters" in text(answer)
    assert of(okr) == []


def test_only_tags_of_goals_one_sees_are_suggested(world: World, okr: UUID, enter: In) -> None:
    own = {"visibility": Visibility.CHOSEN, "level": Level.TEAM, "teams": (world.design,)}
    goals.create(
        GoalDraft(Kind.OBJECTIVE, "Quiet", tags=("Acquisition",), period=world.q3, **own),  # type: ignore[arg-type]
        by=world.sub_lead,
        at=world.later(hours=-2),
    )
    tagged(world, okr, "Growth")
    for member, seen in (
        (world.sub_lead, ["Acquisition", "Growth"]),
        (world.admin, ["Growth"]),
        (world.stranger, ["Growth"]),
    ):
        client = enter(member)
        assert options(client.get("/goals/new").content.decode(), "tags") == seen
        assert options(client.get("/goals").content.decode(), "tag") == ["All tags", *seen]
        page = client.get("/goals?tag=acquisition")
        assert ("No goals with this tag" in text(page)) is (len(seen) == 1)
    anywhere = text(enter(world.stranger).get("/goals?tag=acquisition"))
    nowhere = text(enter(world.stranger).get("/goals?tag=nonsense"))
    assert anywhere.replace("acquisition", "nonsense") == nowhere


def test_the_goal_shows_its_tags_and_each_leads_to_what_carries_it(
    world: World, okr: UUID, enter: In
) -> None:
    tagged(world, okr, "R&D, Ærø")
    client = enter(world.mate)
    page = client.get(f"/goals/{okr}").content.decode()
    assert 'href="/goals?period=all&amp;tag=R%26D">R&amp;D</a>' in page
    found = text(client.get("/goals?period=all&tag=%C3%A6r%C3%B8"))
    assert "Launch version 2.0" in found
    assert "Support requests a month" in found
    assert 'id="tagged"' not in client.get(f"/goals/{named('Click study')}").content.decode()


def test_every_tree_can_be_kept_to_a_tag(world: World, okr: UUID, enter: In) -> None:
    goals.create(
        GoalDraft(
            Kind.OBJECTIVE, "Be loved", level=Level.TEAM, teams=(world.design,), period=world.q3,
            owners=(world.sub_lead.person_id,),  # type: ignore[arg-type]
        ),
        by=world.sub_lead,
        at=world.later(days=-2),
    )  # fmt: skip
    tagged(world, okr, "Growth")
    client = enter(world.mate)
    for path in ("/goals", f"/teams/{world.design}", f"/people/{world.sub_lead.person_id}"):
        assert "Be loved" in text(client.get(path)), path
        kept = client.get(f"{path}?tag=GROWTH")
        assert "Launch version 2.0" in text(kept), path
        assert "Be loved" not in text(kept), path
        assert "<option selected>Growth</option>" in kept.content.decode(), path
    assert "No goals with this tag" in text(client.get(f"/goals?tag=Growth&period={world.q4}"))


def test_without_any_tag_there_is_nothing_to_choose(world: World, okr: UUID, enter: In) -> None:
    assert 'name="tag"' not in enter(world.mate).get("/goals").content.decode()


def test_looking_back_the_tags_are_those_of_then(world: World, okr: UUID, enter: In) -> None:
    goals.edit(okr, changes={"tags": ("Old",)}, by=world.sub_lead, at=world.later(days=-5))
    tagged(world, okr, "New")
    client = enter(world.mate)
    page = client.get(f"/goals/{okr}?as_of=2026-08-14").content.decode()
    assert 'tag=Old">Old</a>' in page
    assert options(client.get("/goals").content.decode(), "tag") == ["All tags", "Old"]
    client.get("/goals?as_of=")
    assert options(client.get("/goals").content.decode(), "tag") == ["All tags", "New"]


def test_the_history_and_the_timeline_tell_of_tags(world: World, okr: UUID, enter: In) -> None:
    tagged(world, okr, "Growth", "Nordic")
    client = enter(world.mate)
    for path in (f"/goals/{okr}/history", f"/goals/{okr}"):
        assert "Sune Bach put the tags Growth, Nordic on it" in text(client.get(path)), path


def test_what_a_tag_holds_is_text_on_every_page(world: World, okr: UUID, enter: In) -> None:
    tagged(world, okr, "<b>loud</b>")
    client = enter(world.sub_lead)
    for path in (f"/goals/{okr}", f"/goals/{okr}/edit", "/goals", f"/goals/{okr}/history", "/changes"):
        page = client.get(path).content.decode()
        assert "<b>loud" not in page, path
        assert "loud" in page, path
