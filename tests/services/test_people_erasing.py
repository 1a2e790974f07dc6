"""Somebody is forgotten: no name and no address of theirs is left, and all that they did is."""

from __future__ import annotations

import io
import json
import zipfile
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from adapters import vivafiles as viva
from okrs import named, okr
from pejl.domain.values import Role
from pejl.models import (
    Account,
    Checkin,
    Comment,
    Delivery,
    Event,
    GoalPerson,
    Import,
    Person,
    Proposal,
    Record,
    TeamMember,
    Token,
    Webhook,
    Workspace,
    fields,
)
from pejl.queries import past
from pejl.queries import people as found
from pejl.queries.scope import Forbidden, Member, NotFound
from pejl.services import (
    checkins,
    comments,
    doctors,
    exports,
    goals,
    people,
    people_erasing,
    proposals,
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


@pytest.fixture(autouse=True)
def folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are kept in a folder of the test's own."""
    monkeypatch.setattr(transfers_files, "path", lambda load: tmp_path / str(load))


def codes(rejected: pytest.ExceptionInfo[Rejected]) -> list[str]:
    return [reason.code for reason in rejected.value.reasons]


def id_of(member: Member) -> UUID:
    assert member.person_id is not None
    return member.person_id


def traces(*words: str) -> list[str]:
    """Where any of these stands in any row of the database, as table.column."""
    models = [*apps.get_app_config("pejl").get_models(), Session]
    return sorted(
        {
            f"{model.__name__}.{name}"
            for model in models
            for row in model._default_manager.values()
            for name, value in row.items()
            for word in words
            if word.casefold() in json.dumps(value, default=str, ensure_ascii=False).casefold()
        }
    )


@pytest.fixture
def busy(world: World, okr: UUID) -> World:
    """Alma does a bit of everything, and others speak of her."""
    goal, at = named("Support requests a month"), world.later(hours=1)
    Webhook.objects.create(
        workspace_id=world.owner.workspace_id, url="https://example.org/hook", secret="s", created_at=at,
        verbs=["goal.*", "checkin.*", "comment.*", "team.*"], person_id=world.owner.person_id,
    )  # fmt: skip
    goals.edit(goal, changes={"owners": (id_of(world.member),)}, by=world.owner, at=at)
    checkins.post(goal, value=Decimal(70), note="On the way", by=world.member, at=at)
    comments.post(goal, text="Thanks, @alma berg! And @Bo Lind.", by=world.owner, at=at)
    comments.post(goal, text="A word of mine", by=world.member, at=at)
    people.edit(id_of(world.member), {"name": "Alma Berg Holm"}, by=world.member, at=at)
    teams.leave(world.design, person=id_of(world.member), by=world.owner, at=at)
    teams.join(world.sales, person=id_of(world.member), by=world.owner, at=at)
    people.edit(id_of(world.mate), {"manager": id_of(world.member)}, by=world.owner, at=at)
    tokens.create(tokens.NewToken("Alma Berg's script"), by=world.member, at=at)
    proposals.plan("objectives: [{key: a, title: A, owner: Alma Berg}]", by=world.admin, at=at)
    proposals.check_in(goal, value=Decimal(60), by=world.member, at=at)
    proposals.check_in(goal, value=Decimal(50), note="All by myself", by=world.sub_lead, at=at)
    return world


def test_no_name_and_no_address_is_left_anywhere(busy: World) -> None:
    alma = id_of(busy.member)
    assert {"Person.name", "Person.email", "Account.email", "Event.data", "Comment.text", "Token.name",
            "Delivery.body", "Proposal.body"} <= set(traces("Alma Berg", "alma@"))  # fmt: skip
    people_erasing.erase(alma, by=busy.admin, at=busy.later(hours=2))
    assert traces("Alma Berg", "alma@", "Alma Berg Holm") == []
    person = Person.objects.get(pk=alma)
    assert (person.name, person.email, person.account, person.active) == ("Former colleague", "", None, False)
    assert (person.role, person.erased_at) == (Role.MEMBER, busy.later(hours=2))
    assert not Token.objects.filter(person=alma).exists()
    assert not TeamMember.objects.current().filter(person=alma).exists()
    assert Person.objects.get(pk=busy.mate.person_id).manager_id is None
    assert Event.objects.get(verb="person.erased").subject == alma
    assert Delivery.objects.exists()
    assert Proposal.objects.get().body["note"] == "All by myself"


def test_what_they_did_stays(busy: World) -> None:
    alma = id_of(busy.member)
    before = (
        list(Checkin.objects.order_by("pk").values_list("pk", "value", "note", "by")),
        list(GoalPerson.objects.order_by("pk").values_list("pk", "goal", "person", "known_to")),
        Comment.objects.get(by=alma).text,
    )
    people_erasing.erase(alma, by=busy.admin, at=busy.later(hours=2))
    after = (
        list(Checkin.objects.order_by("pk").values_list("pk", "value", "note", "by")),
        list(GoalPerson.objects.order_by("pk").values_list("pk", "goal", "person", "known_to")),
        Comment.objects.get(by=alma).text,
    )
    assert before == after
    texts = set(Comment.objects.values_list("text", flat=True))
    assert "Thanks, @Former colleague! And @Bo Lind." in texts
    assert doctors.examine(busy.slug, at=busy.later(hours=3)).faults == ()


def test_the_name_is_told_in_the_language_of_the_reader_and_kept_in_one(
    busy: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alma, goal = id_of(busy.member), named("Support requests a month")
    people_erasing.erase(alma, by=busy.admin, at=busy.later(hours=2))
    monkeypatch.setattr(fields, "gettext", lambda text: {"Former colleague": "Tidligere kollega"}[text])
    names = GoalPerson.objects.filter(person=alma).values_list("person__name", flat=True)
    assert set(names) == {"Tidligere kollega"}
    assert Checkin.objects.get(goal_id=goal, by=alma).by.name == "Tidligere kollega"  # type: ignore[union-attr]
    with past.known(busy.owner, at=busy.later(hours=1)):
        assert Person.objects.get(pk=alma).name == "Tidligere kollega"
    Person.objects.get(pk=alma).save()
    monkeypatch.undo()
    assert Person.objects.get(pk=alma).name == "Former colleague"


def test_the_portable_export_has_a_former_colleague_in_every_language(
    busy: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    people_erasing.erase(id_of(busy.member), by=busy.admin, at=busy.later(hours=2))
    monkeypatch.setattr(fields, "gettext", lambda _: "Tidligere kollega")
    out = io.BytesIO()
    exports.write("zip", busy.system, out, at=busy.later(hours=3), as_of=None)
    with zipfile.ZipFile(out) as archive:
        told = {name: archive.read(name).decode() for name in archive.namelist()}
    lines = [json.loads(line) for line in told["person.jsonl"].splitlines()]
    (line,) = [one for one in lines if one["id"] == str(busy.member.person_id)]
    assert (line["name"], line["email"]) == ("Former colleague", "")
    assert line["erased_at"] is not None
    assert not any("alma berg" in text.casefold() or "alma@" in text for text in told.values())


def test_sessions_end_and_the_account_goes_when_nothing_else_needs_it(world: World) -> None:
    account = Person.objects.get(pk=world.member.person_id).account_id
    open_ones = []
    for who in (account, Person.objects.get(pk=world.mate.person_id).account_id):
        store = SessionStore()
        store["_auth_user_id"] = str(who)
        store.create()
        open_ones.append(store.session_key)
    people_erasing.erase(id_of(world.member), by=world.admin, at=world.at)
    assert not Account.objects.filter(pk=account).exists()
    assert set(Session.objects.values_list("pk", flat=True)) == {open_ones[1]}


def test_an_account_that_opens_another_workspace_stays_and_opens_that_alone(world: World) -> None:
    there = people.create(NewPerson("alma@fjordlight.example", "Alma"), by=world.outsider, at=world.at)
    account = Person.objects.get(pk=there).account_id
    people_erasing.erase(id_of(world.member), by=world.admin, at=world.at)
    member = found.member_of(account, slug=world.slug)  # type: ignore[arg-type]
    assert member is not None
    assert member.slug == "nordwind"
    assert Person.objects.get(pk=there).name == "Alma"


def test_oneself_with_the_password_alone(world: World) -> None:
    with pytest.raises(Rejected) as rejected:
        people_erasing.erase(id_of(world.member), password="no", by=world.member, at=world.at)
    assert codes(rejected) == ["password.wrong"]
    with pytest.raises(Forbidden):
        people_erasing.erase(id_of(world.mate), password=PASSWORD, by=world.member, at=world.at)
    people_erasing.erase(id_of(world.member), password=PASSWORD, by=world.member, at=world.at)
    assert Person.objects.get(pk=world.member.person_id).erased_at == world.at


def test_nobody_erases_above_themselves_or_next_door(world: World) -> None:
    with pytest.raises(Forbidden):
        people_erasing.erase(id_of(world.owner), by=world.admin, at=world.at)
    with pytest.raises(NotFound):
        people_erasing.erase(id_of(world.outsider), by=world.owner, at=world.at)


def test_the_last_owner_stays_until_there_is_another(world: World) -> None:
    ida = id_of(world.owner)
    with pytest.raises(Rejected) as rejected:
        people_erasing.erase(ida, by=world.system, at=world.at)
    assert codes(rejected) == ["person.erase-owner"]
    people.change_role(id_of(world.admin), role=Role.OWNER, by=world.owner, at=world.at)
    people_erasing.erase(ida, password=PASSWORD, by=world.owner, at=world.at)
    assert Person.objects.get(pk=ida).erased_at is not None


def test_who_was_erased_is_nobody_to_change_any_more(world: World) -> None:
    alma = id_of(world.member)
    people_erasing.erase(alma, by=world.admin, at=world.at)
    for deed in (
        lambda: people.edit(alma, {"name": "Alma"}, by=world.admin, at=world.at),
        lambda: people.reactivate(alma, by=world.admin, at=world.at),
        lambda: people.invite(alma, NewPerson("alma@fjordlight.example", "A"), by=world.admin, at=world.at),
        lambda: people_erasing.erase(alma, by=world.admin, at=world.at),
    ):
        with pytest.raises(NotFound):
            deed()
    again = people.create(NewPerson("alma@fjordlight.example", "Alma Berg"), by=world.admin, at=world.at)
    assert again != alma


def test_the_rows_of_a_file_forget_them_and_the_same_file_brings_nothing_of_them_back(world: World) -> None:
    by = found.system(workspaces.create("moved", name="Moved", at=world.at))
    bring(by, world)
    alma = Person.objects.get(workspace_id=by.workspace_id, email=viva.ALMA["Email"])
    owned = set(GoalPerson.objects.filter(person=alma).values_list("pk", flat=True))
    assert {"Record.raw", "Person.email"} <= set(traces(str(viva.ALMA["Email"])))
    people_erasing.erase(alma.pk, by=by, at=world.later(hours=1))
    assert traces(str(viva.ALMA["Email"]), str(viva.ALMA["Name"])) == []
    assert Record.objects.filter(target=alma.pk, kind="person").exists()
    bring(by, world, hours=2)
    receipt = Import.objects.filter(workspace_id=by.workspace_id).latest("applied_at").receipt
    assert receipt["made"] == {}
    assert traces(str(viva.ALMA["Email"])) == []
    assert set(GoalPerson.objects.filter(person=alma).values_list("pk", flat=True)) == owned
    assert Workspace.objects.filter(pk=by.workspace_id).exists()
    assert doctors.examine(by.slug, at=world.later(hours=3)).faults == ()


def bring(by: Member, world: World, *, hours: float = 0) -> None:
    load = transfers.preview(viva.packed(viva.whole()), name="x.zip", by=by, at=world.later(hours=hours))
    transfers.apply(load, by=by, at=world.later(hours=hours))
