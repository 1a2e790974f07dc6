"""`pejl import` as a program of its own: receipts, exit codes, one line for what cannot be read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters import vivafiles as viva

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path, set_up: Callable[..., None]) -> Run:
    """`pejl` on a data folder of its own, with one empty workspace."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PEJL_")}

    def pejl(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pejl", *words],
            env=inherited | {"PEJL_DATA_DIR": str(tmp_path / "data")},
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    set_up(tmp_path / "data", ("workspace", "create", "nord", "--name", "Nord"))
    return pejl


@pytest.fixture
def export(tmp_path: Path) -> Callable[..., str]:
    def write(name: str = "export.zip", **arrays: Any) -> str:
        (tmp_path / name).write_bytes(viva.packed(viva.whole() | arrays).getvalue())
        return name

    return write


def receipt(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def goals(run: Run) -> int:
    found: int = json.loads(run("doctor", "--json").stdout)["checked"]["nord"]["goals"]
    return found


def test_a_file_is_brought_in_and_the_doctor_finds_nothing(run: Run, export: Any, tmp_path: Path) -> None:
    done = run("import", export(), "--receipt", "r.json")
    assert (done.returncode, done.stderr) == (0, "")  # no bar in a pipe
    assert "objectives" in done.stdout
    kept = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert kept["rows"]["objectives"] == {"read": 4, "landed": 4, "merged": 0, "skipped": 0, "failed": 0}
    assert set(kept) >= {"source", "rows", "problems", "progress", "unmapped"}
    assert goals(run) == 4
    assert run("doctor").returncode == 0


def test_a_dry_run_gives_the_same_receipt_and_changes_nothing(run: Run, export: Any, tmp_path: Path) -> None:
    dry = receipt(run("import", export(), "--dry-run", "--json"))
    assert goals(run) == 0
    assert list((tmp_path / "data" / "imports").iterdir()) == []
    assert receipt(run("import", "export.zip", "--json")) == dry
    assert goals(run) == 4


def test_the_same_file_again_meets_what_is_there(run: Run, export: Any) -> None:
    receipt(run("import", export(), "--json"))
    again = receipt(run("import", "export.zip", "--json"))
    assert all(row["merged"] == row["read"] for row in again["rows"].values())
    assert goals(run) == 4


def test_rows_that_fail_end_in_one_and_the_rest_lands(run: Run, export: Any) -> None:
    done = run("import", export(checkins=[viva.checkin(7, 999), viva.checkin(8, 101)]), "--json")
    assert (done.returncode, done.stderr) == (1, "")
    told = json.loads(done.stdout)
    assert told["rows"]["checkins"] == {"read": 2, "landed": 1, "merged": 0, "skipped": 0, "failed": 1}
    (problem,) = told["problems"]
    assert (problem["file"], problem["row"], problem["id"]) == ("checkins", 1, "7")
    assert problem["reason"] == "goal is not in the export"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("words.txt", b"Once upon a time"),
        ("empty.zip", b""),
        ("cut.zip", viva.packed(viva.whole()).getvalue()[:-300]),
        ("json.zip", viva.packed(viva.whole() | {"objectives": '[{"ID": 1,'}).getvalue()),
    ],
)
def test_what_cannot_be_read_is_one_line_and_two(run: Run, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    done = run("import", name)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("pejl: ")
    assert line.endswith(".")
    assert goals(run) == 0


def test_a_file_that_is_not_there_is_wrong_usage(run: Run) -> None:
    done = run("import", "nowhere.zip")
    assert (done.returncode, done.stdout) == (2, "")
    assert "nowhere.zip" in done.stderr


def test_no_file_is_brought_in_where_another_cannot_be_read(run: Run, export: Any, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("Once upon a time")
    assert run("import", export(), "words.txt").returncode == 2
    assert goals(run) == 0


def test_a_file_name_that_is_no_text_does_not_matter(run: Run, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.zip")
    (tmp_path / name).write_bytes(viva.packed(viva.whole()).getvalue())
    assert receipt(run("import", name, "--json"))["rows"]["objectives"]["landed"] == 4


def test_a_receipt_that_cannot_be_written_is_said_before_anything_is_brought_in(
    run: Run, export: Any, tmp_path: Path
) -> None:
    done = run("import", export(), "--receipt", "nowhere/r.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "pejl: nowhere/r.json cannot be written; nothing was brought in.\n"
    assert goals(run) == 0
