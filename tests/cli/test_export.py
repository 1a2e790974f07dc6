"""`pejl export` as a program of its own: what lands where, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, set_up: Callable[..., None]) -> Path:
    """A data folder with a small company in it."""
    data = tmp_path_factory.mktemp("data")
    set_up(data, ("seed", "--people", "6", "--slug", "harbour"))
    return data


@pytest.fixture
def run(folder: Path, tmp_path: Path) -> Run:
    return lambda *words: _pejl(folder, "export", *words, cwd=tmp_path)


def _pejl(data: Path, *words: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PEJL_")}
    return subprocess.run(
        [sys.executable, "-m", "pejl", *words],
        env=inherited | {"PEJL_DATA_DIR": str(data)},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=120,
    )


def refused(done: subprocess.CompletedProcess[bytes]) -> str:
    assert (done.returncode, done.stdout) == (2, b"")
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith("pejl: ")
    return line


@pytest.mark.parametrize(
    ("form", "begins"),
    [("zip", b"PK"), ("xlsx", b"PK"), ("csv", b"\xef\xbb\xbfId,"), ("yaml", b"workspace: "), ("json", b"{")],
)
def test_the_ending_of_the_file_says_what_it_is(run: Run, tmp_path: Path, form: str, begins: bytes) -> None:
    done = run(f"out.{form}", "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    content = (tmp_path / f"out.{form}").read_bytes()
    assert content.startswith(begins)
    assert json.loads(done.stdout) == {"file": f"out.{form}", "format": form, "bytes": len(content)}
    assert [file.name for file in tmp_path.iterdir()] == [f"out.{form}"]


def test_a_dash_is_stdout_and_nothing_else_comes_there(run: Run, tmp_path: Path) -> None:
    done = run("-", "--format", "json")
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["workspace"]["slug"] == "harbour"
    whole = run("-")
    with zipfile.ZipFile(io.BytesIO(whole.stdout)) as found:
        assert "manifest.json" in found.namelist()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_written_over_only_with_force(run: Run, tmp_path: Path) -> None:
    kept = tmp_path / "out.csv"
    kept.write_bytes(b"mine")
    assert "--force" in refused(run("out.csv"))
    assert kept.read_bytes() == b"mine"
    assert run("out.csv", "--force").returncode == 0
    assert kept.read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_day_before_everything_has_no_goals_and_today_has_them(run: Run) -> None:
    def rows(*words: str) -> list[dict[str, str]]:
        done = run("-", "--format", "csv", *words)
        assert (done.returncode, done.stderr) == (0, b"")
        text = done.stdout.decode("utf-8-sig")
        assert text.startswith("Id,")
        return list(csv.DictReader(io.StringIO(text)))

    assert rows("--as-of", "1999-12-31") == []
    assert rows()
    assert rows("--as-of", "2999-12-31") == rows()


def test_a_day_that_is_none_is_one_line(run: Run) -> None:
    assert "--as-of" in refused(run("out.csv", "--as-of", "yesterday"))


def test_a_folder_that_is_not_there_is_one_line(run: Run) -> None:
    assert "cannot be written" in refused(run("nowhere/out.csv"))


def test_a_workspace_that_is_not_there_is_one_line(run: Run, tmp_path: Path) -> None:
    done = run("out.csv", "--workspace", "elsewhere")
    assert done.returncode == 1
    assert done.stderr.decode().startswith("pejl: There is no such workspace.")
    assert list(tmp_path.iterdir()) == []
