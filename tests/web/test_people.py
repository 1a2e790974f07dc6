"""The pages on which two become one, somebody is forgotten, and people take their own data out."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from uuid import UUID

import pytest

from okrs import In, enter, named, okr, text
from pejl.models import Account, GoalPerson, Once, Person
from pejl.services import checkins, comments, goals, people, people_erasing, tasks
from pejl.services.people import NewPerson
from world import PASSWORD, World

__all__ = ["enter", "okr"]


@pytest.fixture
def sofie(world: World) -> UUID:
    return people.placeholder("Alma Berg", by=world.owner, at=world.at)


def of(world: World, who: str) -> UUID:
    found: UUID = getattr(world, who).person_id
    return found


def test_an_admin_makes_two_one_and_the_same_name_is_offered_first(
    world: World, enter: In, sofie: UUID
) -> None:
    browser, url = enter(world.admin), f"/settings/people/{sofie}/merging"
    assert url in browser.get("/settings/people").content.decode()
    page = browser.get(url).content.decode()
    assert re.search(rf'<option value="{of(world, "member")}"[^>]* selected', page)
    assert str(of(world, "owner")) not in page  # nobody above oneself
    answer = browser.post(url, {"into": of(world, "member")}, follow=True)
    assert "All that was of Alma Berg is of the other one now." in text(answer)
    assert not Person.objects.filter(pk=sofie).exists()


def test_a_refusal_says_why_where_it_was_chosen(world: World, enter: In, sofie: UUID) -> None:
    url = f"/settings/people/{of(world, 'mate')}/merging"
    answer = enter(world.admin).post(url, {"into": of(world, "member")})
    assert answer.status_code == 422
    assert "Both can sign in. Take away the access of Bo Lind first" in text(answer)
    assert enter(world.admin).post(url, {}).status_code == 422


@pytest.mark.parametrize("deed", ["merging", "erasure"])
def test_others_than_admins_and_those_next_door_find_nothing(
    world: World, enter: In, sofie: UUID, deed: str
) -> None:
    url = f"/settings/people/{sofie}/{deed}"
    typed = {"into": str(of(world, "mate"))}
    assert enter(world.member).get(url).status_code == 403
    assert enter(world.member).post(url, typed).status_code == 403
    assert enter(world.outsider).get(url).status_code == 404
    assert enter(world.outsider).post(url, typed).status_code == 404
    assert Person.objects.filter(pk=sofie, erased_at=None).exists()


def test_an_admin_erases_somebody_who_is_a_former_colleague_everywhere(
    world: World, enter: In, okr: UUID
) -> None:
    goal = named("Support requests a month")
    goals.edit(goal, changes={"owners": (of(world, "member"),)}, by=world.owner, at=world.at)
    checkins.post(goal, value=Decimal(60), note="Halfway", by=world.member, at=world.at)
    comments.post(goal, text="@Alma Berg, well", by=world.mate, at=world.at)
    browser, url = enter(world.admin), f"/settings/people/{of(world, 'member')}/erasure"
    assert "Erase Alma Berg" in text(browser.get(url))
    assert "former colleague" in text(browser.post(url, follow=True))
    pages = ("/", "/settings/people", f"/goals/{goal}", f"/goals/{goal}/history", "/settings/teams", "/kpis",
             f"/people/{of(world, 'member')}", f"/goals/{goal}/edit", "/changes")  # fmt: skip
    told = [text(answer) for page in pages if (answer := browser.get(page)).status_code == 200]
    assert len(told) > 6
    assert not [page for page in told if "Alma" in page]
    assert "Former colleague" in text(browser.get(f"/goals/{goal}"))
    assert "Alma" not in json.dumps(
        browser.get("/settings/exports/file", {"format": "json"}).getvalue().decode()
    )


def test_oneself_is_erased_with_the_password_and_signed_out(world: World, enter: In) -> None:
    browser = enter(world.member)
    assert "/settings/erasure" in browser.get("/settings").content.decode()
    assert browser.get("/settings/erasure").status_code == 200
    wrong = browser.post("/settings/erasure", {"password": "no", "key": "k"})
    assert wrong.status_code == 422
    assert "This is not your present password" in text(wrong)
    answer = browser.post("/settings/erasure", {"password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/signin")
    assert not Account.objects.filter(email="alma@fjordlight.example").exists()
    assert not Once.objects.filter(command="people_erasing.erase").exists()


def test_the_last_owner_reads_why_they_stay(world: World, enter: In) -> None:
    answer = enter(world.owner).post("/settings/erasure", {"password": PASSWORD})
    assert answer.status_code == 422
    assert "Ida Holm is the last owner" in text(answer)


def test_my_data_is_one_file_of_all_my_workspaces(world: World, enter: In, okr: UUID) -> None:
    goal = named("Support requests a month")
    goals.edit(goal, changes={"owners": (of(world, "member"),)}, by=world.owner, at=world.at)
    checkins.post(goal, value=Decimal("60.50"), note="Halfway", by=world.member, at=world.at)
    comments.post(goal, text="A word", by=world.member, at=world.at)
    comments.post(goal, text="@Alma Berg, look", by=world.mate, at=world.at)
    tasks.add(named("Click study"), title="Call", owner=of(world, "member"), by=world.owner, at=world.at)
    people.create(NewPerson("alma@fjordlight.example", "Alma"), by=world.outsider, at=world.at)
    browser = enter(world.member)
    assert "Take out my data" in text(browser.get("/settings"))
    answer = browser.get("/settings/data")
    assert answer["Content-Disposition"] == 'attachment; filename="pejl-2026-08-17.json"'
    told = json.loads(answer.content)
    assert (told["format"], told["version"]) == ("pejl-own-data", 1)
    assert told["account"]["email"] == "alma@fjordlight.example"
    here, there = told["workspaces"]
    assert (here["workspace"]["slug"], there["workspace"]["slug"]) == ("fjordlight", "nordwind")
    assert here["person"]["name"] == "Alma Berg"
    assert here["goals"][0]["goal"] == {"id": str(goal), "title": "Support requests a month"}
    assert [(one["value"], one["note"]) for one in here["checkins"]] == [("60.50", "Halfway")]
    assert [one["text"] for one in here["comments"]] == ["A word"]
    assert [one["by"] for one in here["mentions"]] == ["Bo Lind"]
    assert [one["title"] for one in here["tasks"]] == ["Call"]
    assert [one["team"] for one in here["teams"]] == ["Design"]
    assert "password" not in told["account"]
    assert "pbkdf2" not in answer.content.decode()
    assert "argon2" not in answer.content.decode()
    assert there["checkins"] == []


def test_the_title_of_a_goal_that_was_closed_to_me_is_not_in_my_data(
    world: World, enter: In, okr: UUID
) -> None:
    goal = named("Support requests a month")
    comments.post(goal, text="My own word", by=world.stranger, at=world.at)
    goals.edit(goal, changes={"visibility": "chosen"}, by=world.owner, at=world.at)
    (here,) = json.loads(enter(world.stranger).get("/settings/data").content)["workspaces"]
    assert [(one["text"], one["goal"]["title"]) for one in here["comments"]] == [("My own word", None)]


def test_nobody_gets_data_without_signing_in(world: World, client: object) -> None:
    assert client.get("/settings/data").status_code in {302, 303}  # type: ignore[attr-defined]


def test_a_former_colleague_stays_an_owner_when_the_goal_is_edited(
    world: World, enter: In, okr: UUID
) -> None:
    goal, alma = named("Support requests a month"), of(world, "member")
    goals.edit(goal, changes={"owners": (alma,)}, by=world.owner, at=world.at)
    people_erasing.erase(alma, by=world.owner, at=world.at)
    goals.edit(goal, changes={"title": "Fewer requests"}, by=world.owner, at=world.later(hours=1))
    assert GoalPerson.objects.current().filter(goal_id=goal, person_id=alma, role="owner").exists()


def test_the_address_of_a_file_stands_in_the_form_that_gives_an_account(world: World, enter: In) -> None:
    nora = people.placeholder("Nora Bek", by=world.owner, at=world.at)
    Person.objects.filter(pk=nora).update(email="nora@fjordlight.example")
    page = enter(world.admin).get("/settings/people").content.decode()
    assert re.search(rf'id="email-{nora}"[^>]*value="nora@fjordlight.example"', page)
