from __future__ import annotations

from uuid import UUID

import pytest

from pejl.domain.values import Role
from pejl.models import Account, Event, Person
from pejl.queries import people as found
from pejl.queries.scope import Forbidden, Member, NotFound
from pejl.services import people, teams
from pejl.services.errors import Rejected
from pejl.services.people import NewPerson
from world import PASSWORD, World

WORD = "nine quiet lighthouses"


def codes(rejected: pytest.ExceptionInfo[Rejected]) -> list[str]:
    return [reason.code for reason in rejected.value.reasons]


def id_of(member: Member) -> UUID:
    assert member.person_id is not None
    return member.person_id


def test_an_admin_takes_somebody_in(world: World) -> None:
    new = NewPerson("Mia.Ravn@Fjordlight.example", "Mia  Ravn", Role.MEMBER, WORD, "da")
    person = Person.objects.get(pk=people.create(new, by=world.admin, at=world.at))
    assert (person.name, person.role, person.active) == ("Mia Ravn", "member", True)
    assert person.account is not None
    assert person.account.check_password(WORD)
    assert found.member(world.slug, person.pk).language == "da"


@pytest.mark.parametrize("who", ["lead", "sub_lead", "member", "stranger", "observer"])
def test_nobody_else_takes_people_in(world: World, who: str) -> None:
    with pytest.raises(Forbidden):
        people.create(NewPerson("mia@fjordlight.example", "Mia"), by=getattr(world, who), at=world.at)


def test_an_address_is_used_once_in_a_workspace_whatever_its_letters(world: World) -> None:
    with pytest.raises(Rejected) as rejected:
        people.create(NewPerson("ALMA@fjordlight.example", "Alma Two"), by=world.admin, at=world.at)
    assert codes(rejected) == ["person.email-taken"]


def test_an_account_from_another_workspace_is_joined_and_keeps_its_password(world: World) -> None:
    people.create(NewPerson("uwe@nordwind.example", "Uwe Kern", password=WORD), by=world.owner, at=world.at)
    account = Account.objects.get(email="uwe@nordwind.example")
    assert account.check_password(PASSWORD)
    assert Person.objects.filter(account=account).count() == 2
    here = found.member_of(account.pk, slug=world.slug)
    assert here is not None
    assert here.slug == world.slug


@pytest.mark.parametrize(
    ("password", "code"),
    [("short", "password.short"), ("qwertyuiop", "password.common"), ("mia@fjordlight", "password.similar")],
)
def test_a_weak_password_is_refused_with_its_reason(world: World, password: str, code: str) -> None:
    new = NewPerson("mia@fjordlight.example", "Mia", password=password)
    with pytest.raises(Rejected) as rejected:
        people.create(new, by=world.admin, at=world.at)
    assert code in codes(rejected)
    assert not Person.objects.filter(name="Mia").exists()


def test_nobody_raises_anyone_above_themselves(world: World) -> None:
    with pytest.raises(Forbidden):
        people.change_role(id_of(world.member), role=Role.OWNER, by=world.admin, at=world.at)
    with pytest.raises(Forbidden):
        people.change_role(id_of(world.owner), role=Role.MEMBER, by=world.admin, at=world.at)
    with pytest.raises(Forbidden):
        people.create(NewPerson("mia@fjordlight.example", "Mia", Role.OWNER), by=world.admin, at=world.at)
    people.change_role(id_of(world.member), role=Role.ADMIN, by=world.admin, at=world.at)
    assert world.again(world.member).role is Role.ADMIN


def test_the_last_owner_stays(world: World) -> None:
    with pytest.raises(Rejected) as rejected:
        people.change_role(id_of(world.owner), role=Role.MEMBER, by=world.owner, at=world.at)
    assert codes(rejected) == ["person.last-owner"]
    with pytest.raises(Rejected) as rejected:
        people.deactivate(id_of(world.owner), by=world.owner, at=world.at)
    assert codes(rejected) == ["person.last-owner"]
    people.change_role(id_of(world.admin), role=Role.OWNER, by=world.owner, at=world.at)
    people.change_role(id_of(world.owner), role=Role.MEMBER, by=world.owner, at=world.at)
    assert world.again(world.owner).role is Role.MEMBER


def test_who_is_taken_out_cannot_come_in_until_let_in_again(world: World) -> None:
    account = Person.objects.get(pk=world.member.person_id).account_id
    assert account is not None
    people.deactivate(id_of(world.member), by=world.admin, at=world.at)
    assert found.member_of(account) is None
    people.reactivate(id_of(world.member), by=world.admin, at=world.at)
    assert found.member_of(account) is not None
    assert [
        event.verb for event in Event.objects.filter(subject=id_of(world.member), at=world.at).order_by("pk")
    ] == [
        "person.deactivated",
        "person.reactivated",
    ]


def test_a_person_of_another_workspace_does_not_exist_here(world: World) -> None:
    with pytest.raises(NotFound):
        people.deactivate(id_of(world.outsider), by=world.owner, at=world.at)


def test_a_placeholder_has_a_name_and_later_an_account(world: World) -> None:
    person_id = people.placeholder("Mia Ravn", by=world.member, at=world.at)
    assert Person.objects.get(pk=person_id).account_id is None
    people.invite(
        person_id, NewPerson("mia@fjordlight.example", "Mia Ravn", password=WORD), by=world.admin, at=world.at
    )
    person = Person.objects.get(pk=person_id)
    assert person.account is not None
    assert person.email == "mia@fjordlight.example"
    with pytest.raises(Rejected) as rejected:
        people.invite(person_id, NewPerson("m@fjordlight.example", "Mia"), by=world.admin, at=world.at)
    assert codes(rejected) == ["person.has-account"]


def test_an_observer_makes_no_placeholders(world: World) -> None:
    with pytest.raises(Forbidden):
        people.placeholder("Mia", by=world.observer, at=world.at)


def test_ones_own_password_needs_the_present_one(world: World) -> None:
    with pytest.raises(Rejected) as rejected:
        people.set_password(id_of(world.member), password=WORD, current="wrong", by=world.member, at=world.at)
    assert codes(rejected) == ["password.wrong"]
    people.set_password(id_of(world.member), password=WORD, current=PASSWORD, by=world.member, at=world.at)
    assert Account.objects.get(email="alma@fjordlight.example").check_password(WORD)


def test_an_admin_sets_a_password_but_not_one_that_opens_another_workspace(world: World) -> None:
    people.set_password(id_of(world.member), password=WORD, by=world.admin, at=world.at)
    uwe = people.create(NewPerson("uwe@nordwind.example", "Uwe Kern"), by=world.owner, at=world.at)
    with pytest.raises(Forbidden):
        people.set_password(uwe, password=WORD, by=world.owner, at=world.at)
    with pytest.raises(Forbidden):
        people.set_password(id_of(world.owner), password=WORD, by=world.admin, at=world.at)
    with pytest.raises(Forbidden):
        people.set_password(id_of(world.mate), password=WORD, by=world.member, at=world.at)
    people.set_password(uwe, password=WORD, by=world.system, at=world.at)


def test_everybody_changes_their_own_name_and_admins_all(world: World) -> None:
    mine = {"name": "Alma Berg Holm", "timezone": "Asia/Tokyo", "language": "da"}
    people.edit(id_of(world.member), mine, by=world.member, at=world.at)
    now = world.again(world.member)
    assert (now.name, now.timezone, now.language) == ("Alma Berg Holm", "Asia/Tokyo", "da")
    with pytest.raises(Forbidden):
        people.edit(id_of(world.mate), {"name": "Bob"}, by=world.member, at=world.at)
    with pytest.raises(Forbidden):
        people.edit(id_of(world.member), {"manager": None}, by=world.member, at=world.at)
    people.edit(id_of(world.mate), {"manager": id_of(world.member)}, by=world.admin, at=world.at)
    assert Person.objects.get(pk=world.mate.person_id).manager_id == world.member.person_id


def test_nobody_is_their_own_manager_however_far_up(world: World) -> None:
    people.edit(id_of(world.mate), {"manager": id_of(world.member)}, by=world.admin, at=world.at)
    with pytest.raises(Rejected) as rejected:
        people.edit(id_of(world.member), {"manager": id_of(world.mate)}, by=world.admin, at=world.at)
    assert codes(rejected) == ["person.manager-loop"]


def test_the_same_key_takes_somebody_in_once(world: World) -> None:
    new = NewPerson("mia@fjordlight.example", "Mia")
    first = people.create(new, by=world.admin, at=world.at, key="k1")
    assert people.create(new, by=world.admin, at=world.later(minutes=1), key="k1") == first
    with pytest.raises(Rejected) as rejected:
        people.create(NewPerson("bea@fjordlight.example", "Bea"), by=world.admin, at=world.at, key="k1")
    assert codes(rejected) == ["once.other-input"]


def test_seen_is_remembered(world: World) -> None:
    people.seen(by=world.member, at=world.at)
    assert Person.objects.get(pk=world.member.person_id).seen_at == world.at


def test_who_is_remembered_has_new_teams_and_rights_at_their_next_page(world: World) -> None:
    tove = id_of(world.stranger)
    account = Person.objects.get(pk=tove).account_id
    assert account is not None

    def arrives() -> Member:
        here = found.member_of(account)
        assert here is not None
        return here

    assert arrives().teams == {world.sales}
    assert arrives() is arrives()
    teams.join(world.design, person=tove, lead=True, by=world.owner, at=world.at)
    assert (arrives().teams, arrives().leads) == ({world.sales, world.design}, {world.design})
    people.change(tove, {"role": Role.ADMIN}, by=world.owner, at=world.at)
    assert arrives().is_admin
