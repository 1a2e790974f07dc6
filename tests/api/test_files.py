"""Files in and out through the API, and whether the server is well."""

from __future__ import annotations

import gc
import io
import os
import warnings
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_finished, request_started
from django.test import Client
from openpyxl import load_workbook

from callers import Call, Caller, call
from okrs import okr
from pejl.models import Goal, Import
from pejl.services import exports_kept
from pejl.wsgi import application
from world import World

__all__ = ["call", "okr"]
TABLE = b"Title,Kind,Start,Target\nFewer returns,key result,12,4\n"


def send(caller: Caller, body: bytes = TABLE, **headers: str) -> Any:
    """A file, as a form would send it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    file = SimpleUploadedFile("plan.csv", body)
    return caller._client.post("/api/v1/imports", {"file": file}, headers=caller._headers | named)


def test_a_file_is_looked_through_and_then_applied(call: Call, world: World) -> None:
    caller = call(world.admin)
    answer = send(caller)
    looked = answer.json()
    assert (answer.status_code, looked["state"]) == (201, "previewed")
    assert answer["Location"] == f"/api/v1/imports/{looked['id']}"
    assert sum(row["read"] for row in looked["receipt"]["rows"].values()) == 1
    assert not Goal.objects.filter(title="Fewer returns").exists()
    assert caller.get(f"/imports/{looked['id']}").json() == looked
    done = caller.send("POST", f"/imports/{looked['id']}/application").json()
    assert (done["state"], Goal.objects.filter(title="Fewer returns").count()) == ("applied", 1)


def test_the_same_file_with_the_same_key_is_one_import(call: Call, world: World) -> None:
    caller = call(world.admin)
    first, again = (send(caller, Idempotency_Key="k1").json() for _ in range(2))
    assert (first["id"], Import.objects.count()) == (again["id"], 1)
    assert send(caller, TABLE + b"Shorter queue,key result,9,3\n", Idempotency_Key="k1").status_code == 422


def test_files_come_in_by_admins_alone(call: Call, world: World) -> None:
    made = send(call(world.admin)).json()["id"]
    assert send(call(world.member)).status_code == 403
    assert send(call(world.outsider)).status_code == 201
    assert call(world.member).get(f"/imports/{made}").status_code == 404
    assert call(world.outsider).get(f"/imports/{made}").status_code == 404
    assert call(world.outsider).send("POST", f"/imports/{made}/application").status_code == 404
    assert Import.objects.get(pk=made).state == "previewed"


def test_what_is_no_file_is_refused_at_its_field(call: Call, world: World) -> None:
    caller = call(world.admin)
    unknown = send(caller, b"\x00\x01\x02")
    assert (unknown.status_code, unknown.json()["errors"][0]["path"]) == (422, "file")
    missing = caller._client.post("/api/v1/imports", {}, headers=caller._headers)
    assert (missing.status_code, missing.json()["errors"][0]["path"]) == (422, "file")


@pytest.mark.parametrize("form", ["zip", "xlsx", "csv", "json", "yaml"])
def test_an_export_lies_ready_and_is_fetched_with_the_token(
    call: Call, world: World, okr: UUID, form: str
) -> None:
    caller = call(world.admin)
    answer = caller.send("POST", "/exports", {"format": form})
    made = answer.json()
    assert (answer.status_code, made["state"]) == (201, "ready")
    assert caller.get(f"/exports/{made['id']}").json() == made
    file = caller.get(urlsplit(made["url"]).path.removeprefix("/api/v1"))
    assert f'filename="fjordlight-2026-08-17.{form}"' in file["Content-Disposition"]
    body = b"".join(file.streaming_content)
    if form == "xlsx":
        assert load_workbook(io.BytesIO(body), read_only=True).sheetnames
    else:
        assert (b"PK" if form == "zip" else b"Launch version 2.0") in body


def test_an_export_is_of_the_day_that_is_asked_for(call: Call, world: World, okr: UUID) -> None:
    caller = call(world.member)
    made = caller.send("POST", "/exports", {"format": "csv", "as_of": "2026-02-01"}).json()
    file = caller.get(f"/exports/{made['id']}/file")
    assert b"Launch version 2.0" not in b"".join(file.streaming_content)
    assert caller.send("POST", "/exports", {"format": "csv", "as_of": "soon"}).status_code == 422


def test_an_export_is_there_for_who_asked_for_it_and_for_a_day(call: Call, world: World, okr: UUID) -> None:
    made = UUID(call(world.admin).send("POST", "/exports", {"format": "json"}).json()["id"])
    for other in (world.owner, world.member, world.outsider):
        assert call(other).get(f"/exports/{made}").status_code == 404
        assert call(other).get(f"/exports/{made}/file").status_code == 404
    kept = exports_kept.one(world.admin, made, now=world.at)
    with pytest.raises(exports_kept.NotFound):
        exports_kept.one(world.admin, made, now=kept.kept_until)
    old = (world.at - timedelta(hours=25)).timestamp()
    for name in (kept.path, kept.path.with_suffix(".json")):
        os.utime(name, (old, old))
    exports_kept.tidy(at=world.at)
    assert not kept.path.exists()
    assert call(world.admin).get(f"/exports/{made}").status_code == 404


def test_the_file_is_closed_when_the_program_goes_away(
    call: Call, world: World, okr: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = call(world.admin)
    made = caller.send("POST", "/exports", {"format": "xlsx"}).json()["id"]
    for signal in (request_started, request_finished):  # they close the database, which is the test's own
        monkeypatch.setattr(signal, "receivers", [])
    open_files = Path("/proc/self/fd")

    def opened() -> int:
        names = (str(one.resolve()) for one in open_files.iterdir())
        return sum(name.endswith(made) for name in names)

    environ = caller._client._base_environ(
        PATH_INFO=f"/api/v1/exports/{made}/file", HTTP_AUTHORIZATION=f"Bearer {caller.token}"
    )
    for parts_taken in (0, 1):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            headers: list[tuple[str, str]] = []
            body: Any = application(environ, lambda _status, found, into=headers: into.extend(found))
            parts = iter(body)
            assert opened() == 1
            sizes = [len(next(parts)) for _ in range(parts_taken)]
            del body, parts
            gc.collect()
        assert opened() == 0
        assert [one for one in told if one.category is ResourceWarning] == []
        assert all(size <= int(dict(headers)["Content-Length"]) for size in sizes)


def test_an_export_that_went_between_is_not_there(
    call: Call, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = call(world.admin)
    made = caller.send("POST", "/exports", {"format": "json"}).json()["id"]
    kept = exports_kept.one(world.admin, UUID(made), now=world.at)
    monkeypatch.setattr(exports_kept, "one", lambda *_, **__: kept)
    kept.path.unlink()
    assert caller.get(f"/exports/{made}/file").status_code == 404


def test_everything_is_for_admins(call: Call, world: World) -> None:
    before = set((settings.CONFIG.data_dir / "exports").glob("*"))
    assert call(world.member).send("POST", "/exports", {"format": "zip"}).status_code == 403
    assert set((settings.CONFIG.data_dir / "exports").glob("*")) == before
    assert call(world.admin).send("POST", "/exports", {"format": "pdf"}).status_code == 422


def test_the_same_key_is_the_same_export(call: Call, world: World) -> None:
    caller = call(world.member)
    first, again = (
        caller.send("POST", "/exports", {"format": "json"}, Idempotency_Key="k1").json() for _ in range(2)
    )
    assert first == again
    assert caller.send("POST", "/exports", {"format": "csv"}, Idempotency_Key="k1").status_code == 422


def test_health_asks_for_no_token(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    well = Client().get("/api/v1/health")
    assert (well.status_code, well.json()) == (200, {"status": "ok"})
    monkeypatch.setattr("pejl.queries.workspaces.database_is_current", lambda: False)
    ill = Client().get("/api/v1/health")
    assert (ill.status_code, ill.json()) == (503, {"status": "unavailable"})
