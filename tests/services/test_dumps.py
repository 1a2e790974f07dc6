"""A workspace goes out as a file and comes in again as what it was."""

from __future__ import annotations

import dataclasses
import io
import json
import uuid
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import models, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okrs import named, okr
from pejl.domain.values import Kind, Level, Metric, MetricKind, Role, Visibility
from pejl.models import (
    Account,
    Checkin,
    Comment,
    Delivery,
    Edge,
    Event,
    Goal,
    Import,
    ImportState,
    Kpi,
    Once,
    Person,
    Proposal,
    Record,
    Task,
    Team,
    Token,
    Webhook,
    Workspace,
)
from pejl.models.base import Row
from pejl.queries import people as found
from pejl.queries.scope import Forbidden, Member, NotFound
from pejl.services import (
    alignment,
    checkins,
    closing,
    comments,
    doctors,
    dumps,
    dumps_columns,
    dumps_files,
    dumps_landing,
    goals,
    kpis,
    messages,
    people,
    tasks,
    teams,
    workspaces,
)
from pejl.services.dumps_columns import Unreadable
from pejl.services.errors import Rejected
from pejl.services.goals import GoalDraft
from pejl.services.people import NewPerson
from world import FOUNDED, World

__all__ = ["okr"]
DOCS = Path(__file__).resolve().parents[2] / "docs" / "portable.md"
HOME = {"id", "slug", "id_mask", "revision"}
AT_HOME = {Once, Token, Webhook, Delivery, Proposal}


def exported(by: Member, at: datetime, **options: Any) -> bytes:
    out = io.BytesIO()
    dumps.write(by, out, at=at, **options)
    return out.getvalue()


def content(file: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def members(file: bytes) -> dict[str, bytes]:
    """What is in the file, the manifest without its date."""
    whole = content(file)
    manifest = json.loads(whole["manifest.json"])
    assert manifest.pop("exported_at").endswith("Z")
    return whole | {"manifest.json": json.dumps(manifest).encode()}


def rows(file: bytes, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content(file)[f"{name}.jsonl"].splitlines()]


def fresh(slug: str, **options: Any) -> Member:
    workspaces.create(slug, name=slug, at=FOUNDED, **options)
    return found.system(slug)


def taken_in(file: bytes, by: Member, at: datetime) -> dumps.Counts:
    return dumps.read(io.BytesIO(file), by=by, at=at)


def edited(file: bytes, name: str, change: Callable[[list[dict[str, Any]]], object]) -> bytes:
    """The file with other rows in one table, and a manifest that agrees."""
    told = [json.loads(line) for line in content(file)[f"{name}.jsonl"].splitlines()]
    change(told)
    text = "".join(json.dumps(row) + "\n" for row in told).encode()
    return packed(content(file) | {f"{name}.jsonl": text})


def packed(whole: dict[str, bytes], **head: Any) -> bytes:
    manifest = json.loads(whole["manifest.json"]) | head
    out = io.BytesIO()
    writer = dumps_files.Writer(out, {name: one for name, one in manifest.items() if name != "files"})
    for name, text in whole.items():
        if name != "manifest.json":
            writer.rows(name.removesuffix(".jsonl"), text.splitlines(keepends=True))
    writer.finish()
    return out.getvalue()


def refusal(file: bytes, by: Member, at: datetime) -> str:
    """The code of the one reason; nothing was written."""
    before = counts(by)
    with pytest.raises(Rejected) as refused:
        taken_in(file, by, at)
    (reason,) = refused.value.reasons
    assert messages.sentence(reason).endswith(".")
    assert counts(by) == before
    return reason.code


def counts(by: Member) -> dict[str, int]:
    tables = [one for one in apps.get_app_config("pejl").get_models() if issubclass(one, Row)]
    found_here = {one: one._default_manager.filter(workspace_id=by.workspace_id) for one in tables}
    return {one.__name__: here.count() for one, here in found_here.items()}


# --- the law -----------------------------------------------------------------------------------------


@dataclasses.dataclass
class Days:
    """Work in a workspace, one deed after another; what is refused is left."""

    world: World
    at: datetime

    def do(self, deed: int, one: int, other: int, number: Decimal) -> None:
        self.at += timedelta(minutes=7, microseconds=one)
        deeds = (
            self.write, self.check_in, self.check_in, self.correct, self.talk, self.end, self.align,
            self.figure, self.rework, self.tick,
        )  # fmt: skip
        with suppress(Rejected, Forbidden, NotFound), transaction.atomic():
            deeds[deed % len(deeds)](one, other, number)

    def pick(self, model: Any, number: int, **condition: Any) -> Any:
        here = model.objects.filter(workspace__slug=self.world.slug, **condition).order_by("pk")
        if not here.exists():
            raise NotFound
        return here[number % here.count()]

    def write(self, one: int, other: int, number: Decimal) -> None:
        metric = Metric(MetricKind.INCREASE, start=Decimal("0.10"), target=abs(number) + 1)
        common: dict[str, Any] = {"level": Level.TEAM, "teams": (self.world.design,), "period": self.world.q3}
        goals.write(
            GoalDraft(Kind.OBJECTIVE, f"Grøn ☂ {one}", description='a "b"\n\\c\u2028d', **common),
            key_results=(GoalDraft(Kind.KEY_RESULT, f"Result {other}", metric=metric),),
            initiatives=(GoalDraft(Kind.INITIATIVE, "Work", tasks=("First", "Second")),),
            by=self.world.sub_lead,
            at=self.at,
        )

    def check_in(self, one: int, other: int, number: Decimal) -> None:
        goal = self.pick(Goal, one, kind=Kind.KEY_RESULT)
        on = self.world.today - timedelta(days=other % 40)
        checkins.post(
            goal.pk, value=number, confidence=other % 11, note="ok", on=on, by=self.world.lead, at=self.at
        )

    def correct(self, one: int, other: int, number: Decimal) -> None:
        said = self.pick(Checkin, one, known_to=None)
        if other % 3 == 0:
            checkins.withdraw(said.pk, by=self.world.lead, at=self.at)
        else:
            checkins.correct(said.pk, value=number, on=said.on, by=self.world.lead, at=self.at)

    def talk(self, one: int, other: int, number: Decimal) -> None:
        if other % 3 == 0:
            comments.remove(self.pick(Comment, one, known_to=None).item, by=self.world.admin, at=self.at)
        else:
            bo = self.world.mate.person_id
            mentions = (bo,) if bo and other % 2 else ()
            goal = self.pick(Goal, one)
            text = f"@Bo Lind {number}"
            comments.post(goal.pk, text=text, mentions=mentions, by=self.world.member, at=self.at)

    def end(self, one: int, other: int, number: Decimal) -> None:
        goal, by = self.pick(Goal, one), self.world.lead
        if other % 4 == 0:
            closing.postpone(goal.pk, period=self.world.q4, reason="Later", by=by, at=self.at)
        elif other % 4 == 1:
            closing.reopen(goal.pk, by=by, at=self.at)
        elif other % 4 == 2:
            grade = Decimal(other % 11) / 10
            closing.close(goal.pk, grade=grade, grade_reason="So", learned="Much", by=by, at=self.at)
        else:
            goals.remove(goal.pk, by=by, at=self.at)

    def align(self, one: int, other: int, number: Decimal) -> None:
        edge = self.pick(Edge, one, known_to=None)
        if other % 3 == 0:
            alignment.unalign(edge.child_id, parent=edge.parent_id, by=self.world.lead, at=self.at)
        elif other % 3 == 1:
            share = other % 101 / 100
            alignment.reshare(
                edge.child_id, parent=edge.parent_id, share=share, by=self.world.lead, at=self.at
            )
        else:
            above = self.pick(Goal, other, kind=Kind.OBJECTIVE)
            alignment.align(edge.parent_id, parent=above.pk, by=self.world.lead, at=self.at)

    def figure(self, one: int, other: int, number: Decimal) -> None:
        if other % 3 == 0:
            kpis.create(f"Kpi {one}", lower=Decimal("1.50"), by=self.world.owner, at=self.at)
        elif other % 3 == 1:
            kpi = self.pick(Kpi, one, known_to=None).item
            kpis.read(kpi, value=number, by=self.world.owner, at=self.at)
        else:
            kpi, goal = self.pick(Kpi, one, known_to=None).item, self.pick(Goal, other).pk
            kpis.link(kpi, goal=goal, by=self.world.admin, at=self.at)

    def rework(self, one: int, other: int, number: Decimal) -> None:
        changes = {"title": f"Title {other}", "owners": (self.world.mate.person_id,)}
        goals.edit(self.pick(Goal, one).pk, changes=changes, by=self.world.lead, at=self.at)

    def tick(self, one: int, other: int, number: Decimal) -> None:
        task = self.pick(Task, one, known_to=None)
        tasks.change(task.item, done=other % 2 == 0, by=self.world.lead, at=self.at)


NUMBERS = st.decimals(-(10**9), 10**9, places=4, allow_nan=False).map(
    lambda number: number.normalize() if number % 2 == 0 else number
)
WORK = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 99), st.integers(0, 99), NUMBERS), max_size=24)
SLOW = settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@SLOW
@given(work=WORK)
def test_out_in_and_out_again_gives_the_same_bytes_beside_the_original(
    world: World,
    okr: UUID,
    work: list[tuple[int, int, int, Decimal]],
) -> None:
    with undone():
        days = Days(world, world.at)
        for deed in work:
            days.do(*deed)
        before = exported(world.system, days.at)
        taken_in(before, fresh("copy"), days.at)
        assert Workspace.objects.get(slug="copy").id_mask != 0
        assert members(exported(found.system("copy"), days.at + timedelta(days=3))) == members(before)
        assert members(exported(world.system, days.at)) == members(before)


@SLOW
@given(work=WORK, more=WORK)
def test_as_known_at_a_moment_it_is_what_was_exported_then(
    world: World,
    okr: UUID,
    work: list[tuple[int, int, int, Decimal]],
    more: list[tuple[int, int, int, Decimal]],
) -> None:
    with undone():
        days = Days(world, world.at)
        for deed in work:
            days.do(*deed)
        moment = days.at
        then = members(exported(world.system, moment))
        for deed in more:
            days.do(*deed)
        assert members(exported(world.system, days.at, as_of=moment)) == then


def test_what_came_later_is_nobodys_in_the_past(world: World) -> None:
    team = teams.create("Later", by=world.system, at=world.later(days=2))
    Team.objects.filter(pk=world.design).update(parent=team, archived_at=world.later(days=3))
    boss = people.create(NewPerson("new@x.example", "New"), by=world.system, at=world.later(days=2))
    Person.objects.filter(name="Bo Lind").update(manager=boss, seen_at=world.later(days=3))
    then = exported(world.system, world.at, as_of=world.later(days=1))
    (design,) = [row for row in rows(then, "team") if row["name"] == "Design"]
    (bo,) = [row for row in rows(then, "person") if row["name"] == "Bo Lind"]
    assert (design["parent_id"], design["archived_at"]) == (None, None)
    assert (bo["manager_id"], bo["seen_at"]) == (None, None)
    assert "New" not in {row["name"] for row in rows(then, "person")}
    taken_in(then, fresh("past"), world.later(days=4))


def test_into_an_empty_server_keys_stay_as_they_are(world: World, okr: UUID) -> None:
    before = exported(world.system, world.at)
    workspaces.remove(
        world.system.workspace_id, by=world.system, at=world.at, confirm_name=world.system.workspace_name
    )
    counted = taken_in(before, fresh("again"), world.at)
    assert Workspace.objects.get(slug="again").id_mask == 0
    assert Goal.objects.filter(pk=okr, workspace__slug="again").exists()
    assert members(exported(found.system("again"), world.at)) == members(before)
    assert counted.rows["goal"] == 3
    assert counted.total == sum(one for one in counted.rows.values())


def test_a_turned_workspace_lives_on_and_goes_out_and_in_again(world: World, okr: UUID) -> None:
    taken_in(exported(world.system, world.at), fresh("copy"), world.at)
    goal = Goal.objects.get(workspace__slug="copy", title="Support requests a month")
    checkins.post(goal.pk, value=Decimal(60), by=found.system("copy"), at=world.later(hours=1))
    file = exported(found.system("copy"), world.later(hours=2))
    taken_in(file, fresh("third"), world.later(hours=3))
    assert members(exported(found.system("third"), world.later(hours=4))) == members(file)
    assert {Goal.objects.get(workspace__slug=one, title=goal.title).value for one in ("copy", "third")} == {
        60
    }


def test_events_in_a_copy_speak_of_the_copys_own_goals(world: World, okr: UUID) -> None:
    closing.copy(okr, period=world.q4, by=world.system, at=world.at)
    taken_in(exported(world.system, world.at), fresh("copy"), world.at)
    (event,) = Event.objects.filter(workspace__slug="copy", verb="goal.copied")
    own = set(Goal.objects.filter(workspace__slug="copy").values_list("pk", flat=True))
    assert event.subject in own
    period = apps.get_model("pejl", "Period").objects.get(pk=event.data["period"])
    assert period.workspace.slug == "copy"


# --- who is who --------------------------------------------------------------------------------------


def test_people_are_joined_with_the_accounts_of_the_server_by_email(world: World) -> None:
    before = exported(world.system, world.at)
    Account.objects.filter(email="bo@fjordlight.example").update(email="BO@fjordlight.example")
    Account.objects.filter(email="tove@fjordlight.example").update(email="elsewhere@x.example")
    taken_in(before, fresh("copy"), world.at)
    joined = dict(Person.objects.filter(workspace__slug="copy").values_list("name", "account__email"))
    assert joined["Bo Lind"] == "BO@fjordlight.example"
    assert joined["Tove Friis"] is None


def test_whoever_imports_becomes_the_person_with_their_email(world: World) -> None:
    ida = NewPerson("IDA@fjordlight.example", "Ida H", Role.OWNER)
    workspaces.create("copy", name="Copy", at=FOUNDED, owner=ida)
    here = Person.objects.get(workspace__slug="copy")
    before = exported(world.system, world.at)
    taken_in(before, found.member("copy", here.pk), world.at)
    (now,) = Person.objects.filter(workspace__slug="copy", account=here.account)
    assert (now.name, now.email) == ("Ida Holm", "ida@fjordlight.example")
    assert members(exported(found.system("copy"), world.at)) == members(before)


def test_whoever_imports_and_is_not_in_the_file_stays(world: World) -> None:
    workspaces.create("copy", name="Copy", at=FOUNDED, owner=NewPerson("eva@x.example", "Eva", Role.OWNER))
    here = Person.objects.get(workspace__slug="copy")
    taken_in(exported(world.system, world.at), found.member("copy", here.pk), world.at)
    assert found.member("copy", here.pk).role is Role.OWNER
    assert Person.objects.filter(workspace__slug="copy").count() == 9


def test_only_admins_export_and_import(world: World) -> None:
    file = exported(world.admin, world.at)
    for by in (world.lead, world.member, world.observer):
        with pytest.raises(Forbidden):
            exported(by, world.at)
        with pytest.raises(Forbidden):
            taken_in(file, by, world.at)


def test_no_secret_leaves_the_house(world: World) -> None:
    whole = b"".join(content(exported(world.system, world.at)).values())
    for account in Account.objects.all():
        assert account.password.encode() not in whole
        assert str(account.pk).encode() not in whole
    assert b"Nordwind" not in whole


# --- what is closed to the person --------------------------------------------------------------------


def test_a_persons_export_leaves_out_what_is_closed_to_them(world: World, okr: UUID) -> None:
    goals.edit(
        named("Support requests a month"),
        changes={"visibility": Visibility.CHOSEN},
        by=world.sub_lead,
        at=world.at,
    )
    talk = comments.post(named("Support requests a month"), text="Hush", by=world.sub_lead, at=world.at)
    assert talk
    file = exported(world.admin, world.at)
    whole = b"".join(content(file).values())
    assert b"Support requests" not in whole
    assert b"Hush" not in whole
    assert str(named("Support requests a month")).encode() not in content(file)["checkin.jsonl"]
    assert b"Support requests" in b"".join(content(exported(world.system, world.at)).values())
    taken_in(file, fresh("copy"), world.later(days=1))
    assert doctors.examine("copy", at=world.later(days=1)).faults == ()
    assert Goal.objects.filter(workspace__slug="copy").count() == 2


def loaded(world: World, target: UUID, **more: Any) -> Import:
    """A file that was taken in, and the row of it that became the goal."""
    receipt = {
        "source": "csv",
        "rows": {"rows": {"read": 1}},
        "problems": [
            {"file": "rows", "row": 1, "id": "7", "field": "due", "reason": "No date.", "kept_as": ""}
        ],
        "progress": {"same": 1, "different": [{"id": "7", "title": "Support requests a month"}]},
    }
    load = Import.objects.create(
        workspace_id=world.system.workspace_id,
        state=ImportState.APPLIED,
        file_name="goals.csv",
        file_size=12,
        sha256="0" * 64,
        format="csv",
        receipt=receipt,
        at=world.at,
        applied_at=world.later(hours=1),
        **more,
    )
    Record.objects.create(
        workspace_id=world.system.workspace_id,
        load=load,
        system="csv",
        format="csv",
        kind="objective",
        source_id=str(uuid.uuid4()),
        target=target,
        raw={"b": "Support requests", "a": 1.0, "id": str(uuid.uuid4())},
    )
    return load


def test_imports_and_their_records_go_along(world: World, okr: UUID) -> None:
    loaded(world, okr, by_id=world.admin.person_id)
    before = exported(world.system, world.at)
    taken_in(before, fresh("copy"), world.at)
    assert members(exported(found.system("copy"), world.at)) == members(before)
    ours, copied = (Record.objects.get(workspace__slug=slug) for slug in (world.slug, "copy"))
    assert copied.target == Goal.objects.get(workspace__slug="copy", title="Launch version 2.0").pk
    assert (copied.raw, copied.source_id) == (ours.raw, ours.source_id)


def test_an_import_that_was_applied_later_was_only_looked_at_then(world: World, okr: UUID) -> None:
    loaded(world, okr)
    then = exported(world.system, world.at, as_of=world.later(minutes=30))
    (one,) = rows(then, "import")
    assert (one["state"], one["applied_at"]) == ("previewed", None)
    assert rows(then, "record") == []


def test_what_an_import_says_of_goals_closed_to_a_person_stays_at_home(world: World, okr: UUID) -> None:
    private = named("Support requests a month")
    goals.edit(private, changes={"visibility": Visibility.CHOSEN}, by=world.sub_lead, at=world.at)
    loaded(world, private)
    file = exported(world.admin, world.at)
    (one,) = rows(file, "import")
    assert (one["receipt"]["problems"], one["receipt"]["progress"]) == ([], {"same": 1, "different": []})
    assert rows(file, "record") == []
    assert b"Support requests" not in b"".join(content(file).values())


# --- what is refused ---------------------------------------------------------------------------------


def test_a_workspace_in_use_takes_nothing_in(world: World, okr: UUID) -> None:
    assert refusal(exported(world.system, world.at), world.system, world.at) == "file.not-empty"


def test_what_is_no_portable_export_is_named_so(world: World, okr: UUID) -> None:
    target, file = fresh("copy"), exported(world.system, world.at)
    assert refusal(b"Title,Owner\n", target, world.at) == "file.not-portable"
    assert refusal(packed(content(file), format="x"), target, world.at) == "file.not-portable"
    assert refusal(packed(content(file), version=2), target, world.at) == "file.version"
    assert refusal(file[: len(file) // 2], target, world.at) == "file.cut-off"
    assert refusal(packed(content(file) | {"robot.jsonl": b"{}\n"}), target, world.at) == "file.newer"


def test_a_member_that_differs_from_the_manifest_is_damage(world: World, okr: UUID) -> None:
    target, whole = fresh("copy"), content(exported(world.system, world.at))
    for name in ("goal.jsonl", "workspace.jsonl", "event.jsonl"):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for one, text in whole.items():
                archive.writestr(one, text.replace(b"0", b"1", 1) if one == name else text)
        assert refusal(out.getvalue(), target, world.at) == "file.damaged"


def test_rows_that_are_no_rows_are_named_by_file_and_line(world: World, okr: UUID) -> None:
    target, file = fresh("copy"), exported(world.system, world.at)

    def wrong(name: str, **values: Any) -> str:
        return refusal(edited(file, name, lambda told: told[0].update(values)), target, world.at)

    assert wrong("goal", status="splendid") == "file.row"
    assert wrong("goal", title="x" * 501) == "file.row"
    assert wrong("goal", title="a\0b") == "file.row"
    assert wrong("goal", title="\ud800") == "file.row"
    assert wrong("goal", title=None) == "file.row"
    assert wrong("goal", progress="1") == "file.row"
    assert wrong("goal", version=-1) == "file.row"
    assert wrong("goal", start_date="soon") == "file.row"
    assert wrong("goal", created_at="2026-01-01T00:00:00") == "file.row"
    assert wrong("goal", id="7") == "file.row"
    assert wrong("goal_version", start_value=1.5) == "file.row"
    assert wrong("goal", phases=1.5) == "file.row"
    assert wrong("goal", phases=[{"on": "soon", "value": "1"}]) == "file.row"
    assert wrong("goal", phases=[{"on": "2026-08-01", "value": 1}]) == "file.row"
    assert wrong("event", data=["x"]) == "file.row"
    assert wrong("goal", mood="good") == "file.newer"
    assert wrong("workspace", timezone="Mars/Base") == "file.row"
    assert refusal(packed(content(file) | {"goal.jsonl": b"[]\n"}), target, world.at) == "file.row"
    assert refusal(packed(content(file) | {"workspace.jsonl": b""}), target, world.at) == "file.damaged"


def test_rows_that_do_not_fit_together_are_refused(world: World, okr: UUID) -> None:
    target, file = fresh("copy"), exported(world.system, world.at)
    other = Goal.objects.filter(workspace__slug="fjordlight").exclude(pk=okr).first()
    assert other is not None
    nowhere = edited(file, "goal", lambda told: told[0].update(period_id=str(uuid.uuid4())))
    assert refusal(nowhere, target, world.at) == "file.inconsistent"
    twice = edited(file, "goal", lambda told: told.append(dict(told[0])))
    assert refusal(twice, target, world.at) == "file.inconsistent"
    lost = edited(file, "figure", lambda told: told.clear())
    assert refusal(lost, target, world.at) == "file.figures"
    untrue = edited(file, "goal", lambda told: [row.update(progress=0.9) for row in told])
    assert refusal(untrue, target, world.at) == "file.figures"


def test_a_row_cannot_reach_into_another_workspace(world: World) -> None:
    """The keys of a file are turned together, so the foreign one is turned back beforehand."""
    uwe = world.outsider.person_id
    assert uwe is not None
    file = exported(world.system, world.at)
    workspaces.remove(
        world.system.workspace_id, by=world.system, at=world.at, confirm_name=world.system.workspace_name
    )
    target = fresh("copy")
    reaching = edited(file, "person", lambda told: told[0].update(manager_id=str(uwe)))
    assert refusal(reaching, target, world.at) == "file.inconsistent"
    taken_in(file, target, world.at)


def test_an_older_file_without_a_column_or_a_table_takes_the_usual_value(
    world: World,
    okr: UUID,
) -> None:
    file = exported(world.system, world.at)
    older = edited(file, "goal", lambda told: [row.pop("position") for row in told])
    whole = content(older)
    del whole["guardrail.jsonl"]
    taken_in(packed(whole), fresh("copy"), world.at)
    assert set(Goal.objects.filter(workspace__slug="copy").values_list("position", flat=True)) == {0.0}
    needed = edited(file, "goal", lambda told: [row.pop("title") for row in told])
    assert refusal(needed, fresh("other"), world.at) == "file.row"


def test_a_file_that_unpacks_to_too_much_is_not_unpacked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, file = fresh("copy"), exported(world.system, world.at)
    monkeypatch.setattr(dumps_files, "MOST_UNPACKED", 1000)
    assert refusal(file, target, world.at) == "file.unpacks"


def test_a_portable_export_is_known_by_its_content_even_when_cut_off(world: World) -> None:
    file = exported(world.system, world.at)
    for part, is_one in (
        (file, True),
        (file[:900], True),
        (b"", False),
        (b"PK\x03\x04", False),
        (b"a,b", False),
    ):
        stream = io.BytesIO(part)
        assert dumps.recognise(stream) is is_one
        assert stream.tell() == 0


def test_the_progress_told_goes_up_to_all(world: World, okr: UUID) -> None:
    told: list[float] = []
    file = exported(world.system, world.at)
    dumps.read(io.BytesIO(file), by=fresh("copy"), at=world.at, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


# --- the columns -------------------------------------------------------------------------------------


def test_every_table_of_a_workspace_goes_out() -> None:
    tables = {one for one in apps.get_app_config("pejl").get_models() if issubclass(one, Row)}
    assert {shape.model for shape in dumps.TABLES} == tables - AT_HOME
    seen: set[Any] = {Workspace, Account}
    for shape in dumps.TABLES:
        keys = [one for one in shape.model._meta.concrete_fields if isinstance(one, models.ForeignKey)]
        assert {one.related_model for one in keys} - seen <= {shape.model}
        seen.add(shape.model)


def test_only_what_belongs_to_the_server_stays_at_home() -> None:
    for shape in dumps.TABLES:
        every = {field.attname for field in shape.model._meta.concrete_fields}
        left = {"workspace_id"} | ({"account_id"} if shape.model is Person else set())
        assert every - set(shape.names) == left
    every = {field.attname for field in Workspace._meta.concrete_fields}
    assert every - set(dumps.WORKSPACE.names) == HOME


def test_every_json_column_is_known_to_hold_keys_or_not() -> None:
    """A new one must be looked at: keys of the workspace in it are to be turned with the others."""
    columns = {
        f"{shape.name}.{field.attname}"
        for shape in dumps.TABLES
        for field in shape.model._meta.concrete_fields
        if isinstance(field, models.JSONField)
    }
    foreign = {"import.profile", "import.receipt", "profile.columns", "record.raw"}
    phases = {"goal.phases", "goal_version.phases"}
    forecasts = {"goal_forecast.quantiles", "forecast_learning.parameters"}
    assert columns == dumps_columns.JSON_OF_KEYS | phases | forecasts | foreign


def test_the_documentation_names_every_file_and_field() -> None:
    told: dict[str, list[tuple[str, str]]] = {}
    name = ""
    for line in DOCS.read_text(encoding="utf-8").splitlines():
        if line.startswith("### `"):
            name = line.removeprefix("### `").split(".jsonl`")[0]
        elif line.startswith("| `") and name:
            field, kind = line.split("|")[1:3]
            told.setdefault(name, []).append((field.strip(" `"), kind.strip()))
    real = {
        shape.name: [(one.name, one.kind + (", or null" if one.null else "")) for one in shape.columns]
        for shape in (dumps.WORKSPACE, *dumps.TABLES)
    }
    assert told == real


SAMPLE = dumps_columns.shape(Workspace)


def codec(field: models.Field[Any, Any]) -> Any:
    field.set_attributes_from_name("it")
    return dumps_columns._column("t", field)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9), st.integers(0, 2**32 - 1))
def test_a_measured_number_comes_back_digit_for_digit(number: Decimal, mask: int) -> None:
    from pejl.models.fields import ExactDecimal

    column = codec(ExactDecimal())
    back = column.read(column.tell(number, mask), mask)
    assert (back, back.as_tuple().exponent) == (number, number.as_tuple().exponent)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_fraction_comes_back_as_it_was_but_for_a_signed_zero(number: float) -> None:
    column = codec(models.FloatField())
    back = column.read(json.loads(json.dumps(column.tell(number, 0))), 0)
    assert back == number
    assert str(back) == str(number + 0.0)


@given(st.datetimes(timezones=st.just(UTC)), st.dates(), st.times())
def test_moments_dates_and_times_come_back(moment: datetime, day: date, hour: time) -> None:
    for field, value in (
        (models.DateTimeField(), moment), (models.DateField(), day), (models.TimeField(), hour),
    ):  # fmt: skip
        column = codec(field)
        assert column.read(column.tell(value, 0), 0) == value


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e15, 1e15)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")) | st.uuids().map(str),
    lambda some: st.lists(some, max_size=3)
    | st.dictionaries(st.uuids().map(str) | st.text("abc"), some, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(JSON, st.integers(0, 2**32 - 1))
def test_keys_in_json_are_turned_and_turned_back(value: Any, mask: int) -> None:
    tell, read = dumps_columns._json(keys=True)
    turned = json.loads(read(value, mask))
    assert json.dumps(tell(turned, mask)) == json.dumps(tell(value, 0))
    plain, _ = dumps_columns._json(keys=False)
    assert json.dumps(plain(value, mask)) == json.dumps(plain(value, 0))


@given(st.lists(st.integers(0, 2**32 - 1), unique=True, max_size=8), st.integers(0, 2**32 - 1))
def test_lines_stand_in_the_order_of_the_files_own_keys(ends: list[int], mask: int) -> None:
    """Also where keys differ in nothing but the bits that a mask turns."""
    shape = dumps_columns.shape(Once, without=("workspace_id", "person", "key", "command", "digest", "at"))
    kept = sorted((UUID(int=(7 << 64) | end), None) for end in ends)
    told = [json.loads(line)["id"] for line in dumps_columns.lines(shape, kept, mask=mask)]
    assert told == sorted(told)
    assert {UUID(one).int ^ mask for one in told} == {(7 << 64) | end for end in ends}


@given(st.binary(max_size=200))
def test_any_bytes_at_all_are_read_or_refused(line: bytes) -> None:
    with suppress(Unreadable):
        dumps_columns.row(SAMPLE, line)
    with suppress(Unreadable):
        dumps_columns.key_of(line)


def test_a_mask_is_found_that_frees_every_key(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one drawn changes nothing here, so another is drawn."""
    drawn = iter([0, 0, 0xABCDEF])
    monkeypatch.setattr(dumps_landing.secrets, "randbits", lambda _bits: next(drawn))
    taken_in(exported(world.system, world.at), fresh("copy"), world.at)
    assert Workspace.objects.get(slug="copy").id_mask == 0xABCDEF
