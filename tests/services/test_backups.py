"""A whole installation in one file: made while it works, proved, and brought back as it was."""

from __future__ import annotations

import json
import random
import stat
import threading
import zipfile
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection, connections

from okrs import named, okr
from pejl.models import Account, Goal, Workspace
from pejl.services import backups, checkins, messages
from pejl.services.errors import Rejected
from world import AT, PASSWORD, World, build

__all__ = ["okr"]
TABLES: list[Any] = list(apps.get_app_config("pejl").get_models())


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    return {model.__name__: sorted(model._default_manager.values_list(), key=str) for model in TABLES}


def backup(folder: Path) -> Path:
    path = folder / "pejl.zip"
    backups.write(path, folder=folder, at=AT)
    return path


def restored(path: Path, folder: Path, **options: Any) -> backups.Restored:
    return backups.restore(path, folder=folder, at=AT, **options)


def refusal(path: Path, folder: Path, **options: Any) -> str:
    with pytest.raises(Rejected) as refused:
        restored(path, folder, **options)
    (reason,) = refused.value.reasons
    assert messages.sentence(reason).endswith(".")
    return reason.code


def test_a_backup_brings_every_row_of_every_table_back(world: World, okr: UUID, tmp_path: Path) -> None:
    before = everything()
    path = backup(tmp_path)
    checkins.post(
        named("Support requests a month"), value=Decimal(1), by=world.sub_lead, at=world.later(days=1)
    )
    Workspace.objects.filter(slug="nordwind").update(name="Otherwise")
    back = restored(path, tmp_path, replace=True)
    assert everything() == before
    assert back.faults == ()
    assert back.counts.rows["goal"] == len(before["Goal"]) == 3
    assert Account.objects.get(email="ida@fjordlight.example").check_password(PASSWORD)


def test_every_table_is_in_the_backup() -> None:
    assert {shape.model for shape in backups.TABLES} == set(TABLES)
    for shape in backups.TABLES:
        assert shape.names == tuple(field.attname for field in shape.model._meta.concrete_fields)


def test_the_same_rows_give_the_same_file(world: World, okr: UUID, tmp_path: Path) -> None:
    first = backup(tmp_path).read_bytes()
    assert backup(tmp_path).read_bytes() == first


def test_only_its_owner_can_read_a_backup_and_nothing_else_is_left(world: World, tmp_path: Path) -> None:
    path = backup(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["pejl.zip"]


def test_files_that_imports_keep_come_along(world: World, tmp_path: Path) -> None:
    kept, other = tmp_path / "old" / backups.KEPT, tmp_path / "new"
    (kept / "deep").mkdir(parents=True)
    (kept / "deep" / "goals.csv").write_bytes(b"a,b\n\x00\xff")
    (other / backups.KEPT).mkdir(parents=True)
    (other / backups.KEPT / "stale.csv").write_bytes(b"x")
    backups.write(tmp_path / "b.zip", folder=tmp_path / "old", at=AT)
    restored(tmp_path / "b.zip", other, replace=True)
    found = {one.relative_to(other).as_posix() for one in other.rglob("*") if one.is_file()}
    assert found == {f"{backups.KEPT}/deep/goals.csv"}
    assert (other / backups.KEPT / "deep" / "goals.csv").read_bytes() == b"a,b\n\x00\xff"


def test_a_server_in_use_is_not_overwritten_unless_it_is_said(world: World, tmp_path: Path) -> None:
    path = backup(tmp_path)
    before = everything()
    assert refusal(path, tmp_path) == "file.server-not-empty"
    assert everything() == before


def test_nobody_stays_signed_in_after_a_replacement(world: World, tmp_path: Path) -> None:
    path = backup(tmp_path)
    Session.objects.create(session_key="k", session_data="", expire_date=datetime(2030, 1, 1, tzinfo=UTC))
    restored(path, tmp_path, replace=True)
    assert not Session.objects.exists()


def test_a_fault_in_the_backup_is_restored_as_it_was_and_named(
    world: World, okr: UUID, tmp_path: Path
) -> None:
    Goal.objects.filter(title="Support requests a month").update(progress=0.99)
    back = restored(backup(tmp_path), tmp_path, replace=True)
    assert Goal.objects.get(title="Support requests a month").progress == 0.99
    assert "Support requests a month" in {fault.title for fault in back.faults}


def test_a_file_that_is_no_backup_is_named_so(world: World, tmp_path: Path) -> None:
    before = everything()
    path = tmp_path / "x.zip"
    path.write_bytes(b"")
    assert refusal(path, tmp_path, replace=True) == "file.not-backup"
    path.write_bytes(b"goals;owner\nWin;Ida\n")
    assert refusal(path, tmp_path, replace=True) == "file.not-backup"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("holiday.txt", "sun")
    assert refusal(path, tmp_path, replace=True) == "file.not-backup"
    assert refusal(tmp_path / "nowhere.zip", tmp_path) == "file.unreadable"
    assert everything() == before


def test_a_file_that_was_cut_off_is_named_so(world: World, tmp_path: Path) -> None:
    before, path = everything(), backup(tmp_path)
    whole = path.read_bytes()
    for share in (0.1, 0.5, 0.9, 0.999):
        path.write_bytes(whole[: int(len(whole) * share)])
        assert refusal(path, tmp_path, replace=True) == "file.cut-off"
    assert everything() == before


def test_a_flipped_bit_is_refused_or_does_no_harm(world: World, okr: UUID, tmp_path: Path) -> None:
    """In the padding of a ZIP a bit means nothing; anywhere else the file is refused."""
    before, path = everything(), backup(tmp_path)
    whole = path.read_bytes()
    chance, harmless = random.Random(7), 0
    for _ in range(150):
        at = chance.randrange(len(whole))
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :])
        with suppress(Rejected):
            restored(path, tmp_path, replace=True)
            harmless += 1
        assert Goal.objects.count() == 3
    assert harmless < 50
    assert everything() == before


def rewritten(path: Path, **changes: Any) -> None:
    """The manifest says something else; the rest is as it was."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(content["manifest.json"]) | changes
    content["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in content.items():
            archive.writestr(name, text)


def test_another_version_and_another_kind_are_named_so(world: World, tmp_path: Path) -> None:
    path = backup(tmp_path)
    rewritten(path, version=2)
    assert refusal(path, tmp_path, replace=True) == "file.version"
    rewritten(path, version=1, format="pejl-portable")
    assert refusal(path, tmp_path, replace=True) == "file.not-backup"


def test_a_count_or_a_digest_that_differs_is_damage(world: World, tmp_path: Path) -> None:
    path = backup(tmp_path)
    with zipfile.ZipFile(path) as archive:
        files = json.loads(archive.read("manifest.json"))["files"]
    person = files["person.jsonl"]
    rewritten(path, files=files | {"person.jsonl": person | {"rows": person["rows"] + 1}})
    assert refusal(path, tmp_path, replace=True) == "file.damaged"
    rewritten(path, files=files | {"person.jsonl": person | {"sha256": "0" * 64}})
    assert refusal(path, tmp_path, replace=True) == "file.damaged"
    rewritten(path, files={name: one for name, one in files.items() if name != "person.jsonl"})
    assert refusal(path, tmp_path, replace=True) == "file.damaged"


def test_a_kept_file_cannot_be_written_elsewhere(world: World, tmp_path: Path) -> None:
    with pytest.raises(Rejected, match=r"file\.damaged"):
        backups._unpack(object(), "files/imports/../../evil", tmp_path)  # type: ignore[arg-type]
    with pytest.raises(Rejected, match=r"file\.damaged"):
        backups._unpack(object(), "files/secret_key", tmp_path)  # type: ignore[arg-type]


def test_a_place_that_takes_no_file_is_one_sentence(world: World, tmp_path: Path) -> None:
    with pytest.raises(Rejected, match=r"file\.unwritable"):
        backups.write(tmp_path / "no" / "such" / "b.zip", folder=tmp_path, at=AT)


@pytest.mark.django_db(transaction=True)
def test_the_backup_is_of_one_moment_and_keeps_no_writer_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody writes between two tables: it is written at once, and it is not in the file."""
    build()
    wrote: list[bool] = []
    every = backups.dumps_sources.every

    def rename() -> None:
        try:
            Workspace.objects.filter(slug="nordwind").update(name="Later")
            Account.objects.filter(email__startswith="uwe").update(language="da")
            wrote.append(True)
        finally:
            connections["default"].close()

    def interrupted(shape: Any) -> Any:
        if shape.model is Workspace:
            writer = threading.Thread(target=rename)
            writer.start()
            writer.join(10)
        return every(shape)

    monkeypatch.setattr("pejl.services.backups.dumps_sources.every", interrupted)
    path = backup(tmp_path)
    assert wrote == [True]
    with zipfile.ZipFile(path) as archive:
        assert b"Later" not in archive.read("workspace.jsonl")
    assert Workspace.objects.get(slug="nordwind").name == "Later"
    assert getattr(connection, "transaction_mode", "IMMEDIATE") == "IMMEDIATE"
