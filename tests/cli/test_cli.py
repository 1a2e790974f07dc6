"""The terminal as scripts see it: what comes out where, and with which exit code."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
SetUp = Callable[..., None]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """`pejl` as a program of its own, with a data folder of its own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PEJL_")}
    environ = inherited | {"PEJL_DATA_DIR": str(tmp_path), "PYTHONWARNINGS": "default"}

    def pejl(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pejl", *words],
            env=environ | more,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return pejl


def ready(done: subprocess.CompletedProcess[str]) -> str:
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def refused(done: subprocess.CompletedProcess[str], code: int) -> str:
    """The one line on stderr of a command that did nothing."""
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, done.stderr
    return lines[0]


def database(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / "pejl.sqlite3")


def test_a_server_is_set_up_by_migrate_workspace_and_user(run: Run, tmp_path: Path) -> None:
    assert ready(run("migrate")).strip()
    create = ("workspace", "create", "acme", "--name", "Acme", "--language", "da", "--json")
    made = json.loads(ready(run(*create)))
    assert made == {"workspace": "acme"}
    words = ("user", "create", "ida@acme.example", "--name", "Ida Holm", "--role", "owner", "--json")
    person = json.loads(ready(run(*words, PEJL_PASSWORD="a quiet harbour at dawn")))
    assert person["workspace"] == "acme"
    with database(tmp_path) as rows:
        (found,) = rows.execute("SELECT name, role FROM pejl_person").fetchall()
    assert found == ("Ida Holm", "owner")


def test_migrate_twice_is_as_good_as_once(run: Run) -> None:
    assert ready(run("migrate")) == ready(run("migrate"))


def test_the_password_comes_from_the_environment_or_a_terminal_alone(
    run: Run, tmp_path: Path, set_up: SetUp
) -> None:
    set_up(tmp_path)
    ready(run("workspace", "create", "acme", "--name", "Acme"))
    done = run("user", "create", "ida@acme.example", "--name", "Ida")
    assert done.returncode == 2
    assert "PEJL_PASSWORD" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_password_that_is_too_short_is_one_line_and_exit_1(run: Run, tmp_path: Path, set_up: SetUp) -> None:
    set_up(tmp_path)
    ready(run("workspace", "create", "acme", "--name", "Acme"))
    done = run("user", "create", "ida@acme.example", "--name", "Ida", PEJL_PASSWORD="short")
    assert refused(done, 1).startswith("pejl: ")


def test_seed_prints_slug_and_counts_and_the_doctor_finds_nothing(
    run: Run, tmp_path: Path, set_up: SetUp
) -> None:
    set_up(tmp_path)
    made = json.loads(ready(run("seed", "--people", "20", "--json")))
    assert (made["workspace"], made["people"]) == ("seed-20", 20)
    assert made["goals"] > 150
    assert made["check-ins"] >= 0
    report = json.loads(ready(run("doctor", "--json")))
    assert report["faults"] == []
    assert report["checked"]["seed-20"]["goals"] == made["goals"]
    assert "seed-20" in ready(run("doctor"))


def test_the_doctor_names_a_damaged_figure_and_exits_1(run: Run, tmp_path: Path, set_up: SetUp) -> None:
    set_up(tmp_path)
    ready(run("seed", "--people", "5", "--slug", "small", "--json"))
    with database(tmp_path) as rows:
        key, title = rows.execute(
            "SELECT id, title FROM pejl_goal WHERE kind = 'objective' ORDER BY id LIMIT 1"
        ).fetchone()
        rows.execute("UPDATE pejl_goal SET progress = 0.987 WHERE id = ?", [key])
    told = run("doctor", "--json")
    assert (told.returncode, told.stderr) == (1, "")
    faults: list[dict[str, Any]] = json.loads(told.stdout)["faults"]
    (progress,) = [fault for fault in faults if fault["what"] == "progress"]
    assert (progress["goal"].replace("-", ""), progress["title"]) == (key, title)
    assert (progress["workspace"], progress["stored"]) == ("small", "0.987")
    assert progress["right"] != "0.987"
    said = run("doctor", "--workspace", "small")
    assert said.returncode == 1
    assert title in said.stdout
    assert "0.987" in said.stdout


def test_a_workspace_that_is_there_is_refused_in_one_line(run: Run, tmp_path: Path, set_up: SetUp) -> None:
    set_up(tmp_path)
    ready(run("seed", "--people", "3", "--slug", "acme"))
    assert "acme" in refused(run("workspace", "create", "acme", "--name", "Again"), 1)
    assert "acme" in refused(run("seed", "--people", "3", "--slug", "acme", "--json"), 1)


def test_an_unknown_workspace_is_one_line_and_exit_1(run: Run, tmp_path: Path, set_up: SetUp) -> None:
    set_up(tmp_path)
    assert "workspace" in refused(run("doctor", "--workspace", "nowhere", "--json"), 1)


def test_a_database_that_is_not_set_up_says_what_to_do(run: Run) -> None:
    assert "pejl migrate" in refused(run("doctor", "--json"), 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PEJL_PORT", "eighty"),
        ("PEJL_PORT", "0"),
        ("PEJL_WORKERS", "many"),
        ("PEJL_BASE_URL", "okr.example.org"),
        ("PEJL_DATABASE_URL", "mysql://localhost/pejl"),
        ("PEJL_DEBUG", "perhaps"),
        ("PEJL_SECRET_KEY_FILE", "/nowhere/at/all"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_its_name_and_what_is_allowed(
    run: Run, name: str, value: str
) -> None:
    line = refused(run("migrate", **{name: value}), 2)
    assert name in line
    assert "allowed" in line


@pytest.mark.parametrize(
    "words",
    [
        ("seed",),
        ("seed", "--people", "none"),
        ("seed", "--people", "0"),
        ("workspace", "create", "acme"),
        ("workspace", "create", "acme", "--name", "A", "--language", "fr"),
        ("workspace", "create", "acme", "--name", "A", "--fiscal-year-start", "13"),
        ("nothing-of-the-kind",),
    ],
)
def test_wrong_usage_is_exit_2_and_no_traceback(run: Run, words: tuple[str, ...]) -> None:
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_help_needs_no_database(run: Run) -> None:
    said = ready(run("--help"))
    assert all(word in said for word in ("demo", "doctor", "migrate", "seed", "serve", "user", "workspace"))


def test_a_port_that_is_taken_is_refused_before_anything_is_done(run: Run, tmp_path: Path) -> None:
    """Two servers at one port would share the requests between them."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        said = refused(run("serve", PEJL_PORT=port), 1)
    assert said == (f"pejl: Port {port} is taken. Stop what listens there, or choose another with PEJL_PORT.")
    assert not (tmp_path / "pejl.sqlite3").exists()


def test_a_setting_in_a_file_that_is_no_text_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfe\x00")
    said = refused(run("doctor", PEJL_SECRET_KEY_FILE=str(tmp_path / "key")), 2)
    assert said == "pejl: PEJL_SECRET_KEY_FILE is not right: allowed is a file of text, in UTF-8."
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00")
    assert refused(run("doctor"), 2).startswith("pejl: .env is not right")
