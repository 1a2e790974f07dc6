"""Backup, restore and the portable export as programs of their own, on both databases."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

import postgres

Run = Callable[..., subprocess.CompletedProcess[str]]
PASSWORD = "a quiet harbour at dawn"
# What `export --format zip` and `import` call, on their own.
PORTABLE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pejl.cli import backups, start
start()
from pejl.queries import people
from pejl.services import workspaces
now, verb, slug, file = datetime(2026, 11, 2, 9, tzinfo=UTC), sys.argv[1], sys.argv[2], Path(sys.argv[3])
if verb == "export":
    counts = backups.export_portable(people.system(slug), file, at=now)
else:
    workspaces.create(slug, name="To be replaced", at=now)
    assert backups.is_portable(file)
    counts = backups.import_portable(people.system(slug), file, at=now)
print(counts.total)
"""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """`pejl` (or, with `code`, Python) on a data folder of its own, or on the database that `url` names."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PEJL_")}

    def pejl(*words: str, folder: str = "one", url: str = "", code: str = "") -> Any:
        data = tmp_path / folder
        data.mkdir(exist_ok=True)
        environ = inherited | {"PEJL_DATA_DIR": str(data), "PEJL_PASSWORD": PASSWORD}
        if url:
            environ["PEJL_DATABASE_URL"] = url
        program = ["-c", code] if code else ["-m", "pejl"]
        return subprocess.run(
            [sys.executable, *program, *words],
            env=environ,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    return pejl


def ready(done: subprocess.CompletedProcess[str]) -> str:
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.strip()]
    assert line.startswith("pejl: ")
    assert line.endswith(".")
    return line


@pytest.fixture
def filled(tmp_path: Path, set_up: Callable[..., None]) -> None:
    """The folder that is used where none is named."""
    owner = ("user", "create", "ida@acme.example", "--name", "Ida Holm", "--role", "owner")
    set_up(tmp_path / "one", ("seed", "--people", "12", "--slug", "acme"), owner)


def members(path: Path, *dates: str) -> dict[str, Any]:
    """What is in a file, with the manifest's date left out."""
    with zipfile.ZipFile(path) as archive:
        whole: dict[str, Any] = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(whole["manifest.json"])
    for one in dates:
        assert manifest.pop(one)
    return whole | {"manifest.json": manifest}


def test_a_backup_comes_back_into_an_empty_folder(run: Run, filled: None, tmp_path: Path) -> None:
    told = json.loads(ready(run("backup", "b.zip", "--json")))
    assert told["rows"]["workspace"] == 1
    assert told["rows"]["goal"] > 50
    back = json.loads(ready(run("restore", "b.zip", "--json", folder="two")))
    assert (back["rows"], back["faults"]) == (told["rows"], [])
    assert "no differences" in ready(run("doctor", folder="two"))
    ready(run("backup", "c.zip", folder="two"))
    assert members(tmp_path / "c.zip", "written_at") == members(tmp_path / "b.zip", "written_at")
    hashes = []
    for one in ("one", "two"):
        with sqlite3.connect(tmp_path / one / "pejl.sqlite3") as rows:
            hashes.append(rows.execute("SELECT password FROM pejl_account").fetchall())
    assert hashes[0] == hashes[1]
    assert "Use --replace" in refused(run("restore", "b.zip", folder="two"))
    assert "no differences" in ready(run("restore", "b.zip", "--replace", folder="two"))


def test_a_backup_goes_from_sqlite_to_postgresql_and_back(
    run: Run, filled: None, server: str, tmp_path: Path
) -> None:
    ready(run("backup", "b.zip"))
    with postgres.database(server) as url:
        assert "no differences" in ready(run("restore", "b.zip", folder="pg", url=url))
        assert "no differences" in ready(run("doctor", folder="pg", url=url))
        with psycopg.connect(url) as rows:
            assert rows.execute("SELECT count(*) FROM pejl_account").fetchone() == (1,)
        ready(run("backup", "c.zip", folder="pg", url=url))
        assert "no differences" in ready(run("restore", "b.zip", "--replace", folder="pg", url=url))
    assert members(tmp_path / "c.zip", "written_at") == members(tmp_path / "b.zip", "written_at")
    ready(run("restore", "c.zip", folder="two"))
    assert "no differences" in ready(run("doctor", folder="two"))
    ready(run("backup", "d.zip", folder="two"))
    assert members(tmp_path / "d.zip", "written_at") == members(tmp_path / "b.zip", "written_at")


def test_a_portable_export_goes_through_both_databases_unchanged(
    run: Run, filled: None, server: str, tmp_path: Path
) -> None:
    date = "exported_at"
    ready(run("export", "acme", "a.zip", code=PORTABLE))
    with postgres.database(server) as url:
        ready(run("migrate", folder="pg", url=url))
        for slug in ("first", "second"):  # the second beside the first, with the same keys
            ready(run("import", slug, "a.zip", folder="pg", url=url, code=PORTABLE))
            ready(run("export", slug, f"{slug}.zip", folder="pg", url=url, code=PORTABLE))
            assert members(tmp_path / f"{slug}.zip", date) == members(tmp_path / "a.zip", date)
        assert "no differences" in ready(run("doctor", folder="pg", url=url))
    ready(run("import", "copy", "second.zip", code=PORTABLE))
    ready(run("export", "copy", "copy.zip", code=PORTABLE))
    assert members(tmp_path / "copy.zip", date) == members(tmp_path / "a.zip", date)
    assert not list(tmp_path.glob(".*.part"))


def test_a_file_that_cannot_be_used_is_one_line_and_the_folder_stays_empty(
    run: Run, filled: None, tmp_path: Path
) -> None:
    ready(run("backup", "b.zip"))
    whole = (tmp_path / "b.zip").read_bytes()
    middle = len(whole) // 2
    for name, content in {
        "cut.zip": whole[:middle],
        "flipped.zip": whole[:middle] + bytes([whole[middle] ^ 16]) + whole[middle + 1 :],
        "text.zip": b"no backup",
    }.items():
        (tmp_path / name).write_bytes(content)
        refused(run("restore", name, folder="two"))
        assert not (tmp_path / "two" / "pejl.sqlite3").exists()
    assert "cannot be read" in refused(run("restore", "nowhere.zip", folder="two"))


def test_a_backup_to_no_folder_is_one_line(run: Run, filled: None) -> None:
    assert "cannot be written" in refused(run("backup", "no/such/b.zip"))
