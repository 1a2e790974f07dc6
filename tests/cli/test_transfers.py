"""`pejl import` and `pejl export` as scripts see them."""

from __future__ import annotations

import json
from pathlib import Path

from adapters import vivafiles
from cli.test_cli import Run, SetUp, ready, run

__all__ = ["run"]


def viva(tmp_path: Path) -> Path:
    file = tmp_path / "export.zip"
    file.write_bytes(vivafiles.packed(vivafiles.whole()).getvalue())
    return file


def test_a_file_is_looked_through_imported_and_taken_out_again(
    run: Run, tmp_path: Path, set_up: SetUp
) -> None:
    set_up(tmp_path, ("workspace", "create", "moved", "--name", "Moved"))
    file, receipt = viva(tmp_path), tmp_path / "receipt.json"
    dry = run("import", str(file), "--dry-run", "--json")
    assert dry.returncode == 0, dry.stderr
    done = run("import", str(file), "--receipt", str(receipt))
    assert done.returncode == 0, done.stderr
    assert "objectives" in done.stdout
    assert json.loads(receipt.read_text()) == json.loads(dry.stdout)
    again = json.loads(run("import", str(file), "--json").stdout)
    assert sum(row["landed"] for row in again["rows"].values()) == 0
    assert "Win the north" in run("export", "--format", "csv", "-").stdout
    whole, table = tmp_path / "all.zip", tmp_path / "table.xlsx"
    assert run("export", str(whole)).returncode == 0
    assert run("export", str(table)).returncode == 0
    assert run("export", str(whole)).returncode == 2
    assert run("export", str(whole), "--force").returncode == 0
    ready(run("workspace", "create", "second", "--name", "Second"))
    assert run("import", str(whole), "--workspace", "second").returncode == 0
    doctor = run("doctor")
    assert doctor.returncode == 0, doctor.stdout


def test_what_cannot_be_read_is_one_line_and_exit_2(run: Run, tmp_path: Path, set_up: SetUp) -> None:
    set_up(tmp_path, ("workspace", "create", "moved", "--name", "Moved"))
    odd = tmp_path / "odd.txt"
    odd.write_text("Once upon a time")
    done = run("import", str(odd))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("pejl: odd.txt: ")
    assert len(done.stderr.splitlines()) == 1
    assert run("import", str(tmp_path / "nowhere.zip")).returncode == 2
    assert run("export", str(tmp_path / "x.csv"), "--as-of", "soon").returncode == 2
