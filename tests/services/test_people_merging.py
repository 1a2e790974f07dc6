"""Two who are one: a name in a file and the person who comes, and nothing of either is lost."""

from __future__ import annotations

import smtplib
import socket
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.core import mail
from django.db.models import ForeignKey

from adapters import vivafiles as viva
from okrs import named, okr
from pejl.domain.values import Role
from pejl.models import (
    Account,
    Checkin,
    Comment,
    Event,
    Goal,
    GoalPerson,
    Kpi,
    Mention,
    Person,
    Reading,
    Record,
    Task,
    TeamMember,
    Token,
)
from pejl.models.base import Row
from pejl.queries import past, trees
from pejl.queries import people as found
from pejl.queries.scope import Forbidden, Member, NotFound
from pejl.services import (
    checkins,
    comments,
    doctors,
    goals,
    kpis,
    people,
    people_merging,
    tasks,
    teams,
    tokens,
    transfers,
    transfers_files,
    workspaces,
)
from pejl.services.errors import Rejected
from pejl.services.people import NewPerson
from world import PASSWORD, World

__all__ = ["okr"]

ALMA = viva.ALMA["Email"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are kept in a folder of the test's own."""
    monkeypatch.setattr(transfers_files, "path", lambda load: tmp_path / str(load))


@pytest.fixture
def moved(world: World) -> Member:
    """A workspace that a file was brought into, with its owner beside."""
    slug = workspaces.create(
        "moved",
        name="Moved",
        at=world.at,
        owner=NewPerson("nils@moved.example", "Nils Owe", Role.OWNER, PASSWORD),
    )
    by = found.member(slug, Person.objects.get(email="nils@moved.example").pk)
    bring(by, world, viva.whole())
    return by


def bring(by: Member, world: World, arrays: dict[str, Any], *, hours: float = 0) -> None:
    load = transfers.preview(viva.packed(arrays), name="export.zip", by=by, at=world.later(hours=hours))
    transfers.apply(load, by=by, at=world.later(hours=hours))


def codes(rejected: pytest.ExceptionInfo[Rejected]) -> list[str]:
    return [reason.code for reason in rejected.value.reasons]


def id_of(member: Member) -> UUID:
    assert member.person_id is not None
    return member.person_id


def pointing_at(person: UUID) -> set[str]:
    """Every column that holds that person, as model.field, read from the models themselves."""
    return {
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("pejl").get_models()
        if issubclass(model, Row)
        for field in model._meta.local_fields
        if isinstance(field, ForeignKey)
        and field.related_model is Person
        and model._default_manager.filter(**{field.name: person}).exists()
    }


# ------------------------------------------------------------------------- the name in a file, and who comes


def test_whoever_comes_with_the_address_of_a_name_in_a_file_is_that_person(
    world: World, moved: Member
) -> None:
    waiting = Person.objects.get(workspace_id=moved.workspace_id, email=ALMA)
    owned = GoalPerson.objects.filter(person=waiting).count()
    assert waiting.account is None
    assert owned
    new = NewPerson(ALMA.upper(), "Alma B. Ravn", Role.ADMIN, PASSWORD)
    assert people.create(new, by=moved, at=world.later(hours=1)) == waiting.pk
    waiting.refresh_from_db()
    assert waiting.account is not None
    assert (waiting.name, waiting.role, waiting.active) == ("Alma B. Ravn", "admin", True)
    assert GoalPerson.objects.filter(person=waiting).count() == owned
    assert Person.objects.filter(workspace_id=moved.workspace_id, email__iexact=ALMA).count() == 1


def test_a_name_that_is_given_the_address_of_another_waiting_one_becomes_one_with_it(
    world: World, moved: Member
) -> None:
    waiting = Person.objects.get(workspace_id=moved.workspace_id, email=ALMA)
    said = Checkin.objects.filter(by=waiting).count()
    named_only = people.placeholder("Alma", by=moved, at=world.at)
    people.invite(named_only, NewPerson(ALMA, "Alma", Role.MEMBER), by=moved, at=world.later(hours=1))
    assert not Person.objects.filter(pk=waiting.pk).exists()
    assert Checkin.objects.filter(by=named_only).count() == said > 0
    assert doctors.examine(moved.slug, at=world.later(hours=2)).faults == ()


def test_an_import_and_a_sign_in_open_no_workspace(world: World) -> None:
    """An address in a file is no invitation: only an admin's word lets an account in."""
    Account.objects.create(email=ALMA, created_at=world.at)
    slug = workspaces.create("moved", name="Moved", at=world.at)
    bring(found.system(slug), world, viva.whole())
    assert Person.objects.get(workspace__slug=slug, email=ALMA).account is None
    account = Account.objects.get(email=ALMA)
    assert found.member_of(account.pk) is None
    people.create(NewPerson(ALMA, "Alma"), by=found.system(slug), at=world.at)
    member = found.member_of(account.pk)
    assert member is not None
    assert member.slug == slug


def test_an_import_sends_no_mail_and_opens_no_connection(
    world: World, moved: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(smtplib, "SMTP", refused)
    monkeypatch.setattr(socket, "create_connection", refused)
    extra = viva.whole()
    extra["Users"] = [*extra["Users"], viva.user({"ID": 99, "Name": "New One", "Email": "new@x.example"})]
    bring(moved, world, extra, hours=1)
    assert Person.objects.filter(email="new@x.example").exists()
    assert mail.outbox == []


# ---------------------------------------------------------------------------------------------- two made one


def laden(world: World, person: UUID) -> dict[str, Any]:
    """Gives that person something of every kind; says what."""
    at, own = world.later(hours=1), found.member(world.slug, person)
    goal = named("Support requests a month")
    goals.edit(
        goal, changes={"owners": (person,), "delegates": (id_of(world.mate),), "checkin_owner": person},
        by=world.owner, at=at,
    )  # fmt: skip
    said = checkins.post(goal, value=Decimal(70), by=own, at=at)
    word = comments.post(goal, text="@Sofie Dam and all: good", by=own, at=at)
    comments.post(goal, text="@Sofie Dam, look", by=world.mate, at=at)
    task = tasks.add(named("Click study"), title="Ask Sofie", owner=person, by=world.owner, at=at)
    kpi = kpis.create("Uptime", unit="%", owner=person, by=world.owner, at=at)
    kpis.read(kpi, value=Decimal(99), on=world.today, by=world.owner, at=at)
    Reading.objects.filter(kpi=kpi).update(by=person)
    teams.join(world.design, person=person, by=world.owner, at=at)
    teams.join(world.sales, person=person, lead=True, by=world.owner, at=at)
    people.edit(id_of(world.mate), {"manager": person}, by=world.owner, at=at)
    return {"goal": goal, "said": said, "word": word, "task": task, "kpi": kpi}


@pytest.fixture
def sofie(world: World, okr: UUID) -> UUID:
    return people.placeholder("Sofie Dam", by=world.owner, at=world.later(days=-30))


def test_everything_that_was_of_the_one_is_of_the_other(world: World, sofie: UUID) -> None:
    kept = laden(world, sofie)
    held = pointing_at(sofie)
    assert held >= {
        "GoalPerson.person", "Checkin.by", "Comment.by", "Mention.person", "Task.owner", "Kpi.owner",
        "Reading.by", "TeamMember.person", "Goal.checkin_owner", "GoalVersion.checkin_owner", "Event.by",
        "Person.manager",
    }  # fmt: skip
    alma = id_of(world.member)
    people_merging.merge(sofie, into=alma, by=world.owner, at=world.later(hours=2))
    assert pointing_at(sofie) == set()
    assert not Person.objects.filter(pk=sofie).exists()
    assert Goal.objects.get(pk=kept["goal"]).checkin_owner_id == alma
    assert Checkin.objects.get(pk=kept["said"]).by_id == alma
    assert Comment.objects.get(item=kept["word"]).by_id == alma
    assert Mention.objects.filter(person=alma).count() == 2
    assert Task.objects.current().get(item=kept["task"]).owner_id == alma
    assert Kpi.objects.get(item=kept["kpi"]).owner_id == alma
    assert Reading.objects.get(kpi=kept["kpi"]).by_id == alma
    assert TeamMember.objects.current().get(team_id=world.sales, person_id=alma).lead
    assert Person.objects.get(pk=world.mate.person_id).manager_id == alma
    data = [event.data for event in Event.objects.filter(verb="comment.posted")]
    assert str(alma) in [one for row in data for one in row["mentions"]]
    assert str(sofie) not in str(data)
    event = Event.objects.get(verb="person.merged")
    assert (event.subject, event.data["name"], event.data["aka"]) == (alma, "Alma Berg", ["Sofie Dam"])
    assert doctors.examine(world.slug, at=world.later(hours=3)).faults == ()


def test_where_both_were_there_is_one_without_a_gap(world: World, sofie: UUID) -> None:
    alma, goal = id_of(world.member), named("Support requests a month")
    goals.edit(goal, changes={"owners": (sofie,)}, by=world.owner, at=world.later(hours=1))
    goals.edit(
        goal, changes={"owners": (id_of(world.mate), sofie, alma)}, by=world.owner, at=world.later(hours=2)
    )
    goals.edit(goal, changes={"owners": (id_of(world.mate), alma)}, by=world.owner, at=world.later(hours=3))
    people_merging.merge(sofie, into=alma, by=world.owner, at=world.later(hours=4))
    rows = GoalPerson.objects.filter(goal_id=goal, person_id=alma, role="owner")
    assert [(row.known_from, row.known_to) for row in rows] == [(world.later(hours=1), None)]
    assert doctors.examine(world.slug, at=world.later(hours=5)).faults == ()


def test_they_lead_a_team_while_either_did(world: World, sofie: UUID) -> None:
    """Alma is in Design from the founding on; Sofie leads it for an hour."""
    alma = id_of(world.member)
    teams.join(world.design, person=sofie, lead=True, by=world.owner, at=world.later(hours=1))
    teams.leave(world.design, person=sofie, by=world.owner, at=world.later(hours=2))
    people_merging.merge(sofie, into=alma, by=world.owner, at=world.later(hours=3))
    rows = TeamMember.objects.filter(team_id=world.design, person_id=alma).order_by("known_from")
    spans = [(row.known_from, row.known_to, row.lead) for row in rows]
    start = spans[0][0]
    assert spans == [
        (start, world.later(hours=1), False),
        (world.later(hours=1), world.later(hours=2), True),
        (world.later(hours=2), None, False),
    ]


def test_the_past_has_the_person_from_where_either_was_there(world: World, sofie: UUID) -> None:
    goal = named("Support requests a month")
    goals.edit(goal, changes={"owners": (sofie,)}, by=world.owner, at=world.later(days=-20, hours=1))
    mia = people.create(NewPerson("mia@fjordlight.example", "Mia"), by=world.owner, at=world.at)
    people_merging.merge(sofie, into=mia, by=world.owner, at=world.later(hours=1))
    with past.known(world.owner, at=world.later(days=-10)) as then:
        person = trees.person(then, mia)
    assert person.name == "Mia"


def test_whoever_of_the_two_can_sign_in_still_can(world: World, sofie: UUID) -> None:
    alma = Person.objects.get(pk=world.member.person_id)
    people_merging.merge(alma.pk, into=sofie, by=world.owner, at=world.later(hours=1))
    one = Person.objects.get(pk=sofie)
    assert (one.name, one.account_id, one.email) == ("Sofie Dam", alma.account_id, alma.email)
    member = found.member_of(alma.account_id)  # type: ignore[arg-type]
    assert member is not None
    assert member.person_id == sofie
    assert world.design in member.teams


def test_two_who_can_sign_in_become_one_only_when_one_of_them_no_longer_can(world: World) -> None:
    mate, alma = id_of(world.mate), id_of(world.member)
    account = Person.objects.get(pk=mate).account_id
    with pytest.raises(Rejected) as rejected:
        people_merging.merge(mate, into=alma, by=world.owner, at=world.at)
    assert codes(rejected) == ["person.merge-accounts"]
    people.deactivate(mate, by=world.owner, at=world.at)
    people_merging.merge(mate, into=alma, by=world.owner, at=world.later(hours=1))
    assert not Account.objects.filter(pk=account).exists()
    assert Person.objects.get(pk=alma).active


def test_a_program_of_the_one_does_not_act_as_the_other(world: World) -> None:
    mate, alma = id_of(world.mate), id_of(world.member)
    tokens.create(tokens.NewToken("script"), by=world.mate, at=world.at)
    people.deactivate(mate, by=world.owner, at=world.at)
    people_merging.merge(mate, into=alma, by=world.owner, at=world.later(hours=1))
    assert not Token.objects.exists()


def test_nobody_is_merged_into_themselves_or_a_stranger(world: World, sofie: UUID) -> None:
    uwe = id_of(world.outsider)
    for into, code in ((sofie, "person.merge-self"), (uwe, "person.unknown"), (uuid4(), "person.unknown")):
        with pytest.raises(Rejected) as rejected:
            people_merging.merge(sofie, into=into, by=world.owner, at=world.at)
        assert codes(rejected) == [code]
    with pytest.raises(NotFound):
        people_merging.merge(uwe, into=sofie, by=world.owner, at=world.at)
    assert Person.objects.filter(pk=sofie).exists()


@pytest.mark.parametrize("who", ["lead", "member", "observer"])
def test_admins_alone_make_two_one(world: World, sofie: UUID, who: str) -> None:
    with pytest.raises(Forbidden):
        people_merging.merge(sofie, into=id_of(world.mate), by=getattr(world, who), at=world.at)
    with pytest.raises(Forbidden):  # and nobody reaches above themselves by it
        people_merging.merge(sofie, into=id_of(world.owner), by=world.admin, at=world.at)


def test_nobody_comes_to_be_their_own_manager(world: World, sofie: UUID) -> None:
    mate, alma = id_of(world.mate), id_of(world.member)
    people.edit(mate, {"manager": sofie}, by=world.owner, at=world.at)
    people.edit(alma, {"manager": mate}, by=world.owner, at=world.at)
    people_merging.merge(sofie, into=alma, by=world.owner, at=world.at)
    assert Person.objects.get(pk=mate).manager_id == alma
    assert Person.objects.get(pk=alma).manager_id is None


def test_the_same_file_means_the_one_person_from_then_on(world: World, moved: Member) -> None:
    waiting = Person.objects.get(workspace_id=moved.workspace_id, email=ALMA)
    nils = id_of(moved)
    people_merging.merge(waiting.pk, into=nils, by=moved, at=world.later(hours=1))
    assert Record.objects.filter(kind="person", target=nils).exists()
    before = Person.objects.filter(workspace_id=moved.workspace_id).count()
    bring(moved, world, viva.whole(), hours=2)
    assert Person.objects.filter(workspace_id=moved.workspace_id).count() == before
    # and a file of which nothing was kept, which knows the address alone
    Record.objects.filter(workspace_id=moved.workspace_id, kind="person").delete()
    bring(moved, world, viva.whole(), hours=3)
    assert not Person.objects.filter(workspace_id=moved.workspace_id, email=ALMA).exists()
    assert doctors.examine(moved.slug, at=world.later(hours=4)).faults == ()


def test_spans_that_touch_or_overlap_are_one_and_others_stay_apart(world: World, sofie: UUID) -> None:
    """Sofie and Bo in Sales, by turns: all that remains is when one of them was."""
    bo, step = id_of(world.mate), timedelta(hours=1)
    for person, start, end in ((sofie, 1, 3), (bo, 2, 4), (sofie, 6, 7), (bo, 7, 8)):
        TeamMember.objects.create(
            workspace_id=world.owner.workspace_id, team_id=world.sales, person_id=person,
            known_from=world.at + start * step, known_to=world.at + end * step,
        )  # fmt: skip
    people_merging.merge(sofie, into=bo, by=world.owner, at=world.later(hours=9))
    rows = TeamMember.objects.filter(team_id=world.sales, person_id=bo).order_by("known_from")
    hours = [((row.known_from - world.at) / step, (row.known_to - world.at) / step) for row in rows]
    assert hours == [(1, 4), (6, 8)]
