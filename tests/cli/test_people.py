"""`pejl user export` and `pejl user erase`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.test_cli import Run, SetUp, database, ready, refused, run

__all__ = ["run"]


@pytest.fixture(autouse=True)
def prepared(tmp_path: Path, set_up: SetUp) -> None:
    people = (("ida@acme.example", "Ida Holm", "owner"), ("bo@acme.example", "Bo", "member"))
    made = [("user", "create", email, "--name", name, "--role", role) for email, name, role in people]
    set_up(tmp_path, ("workspace", "create", "acme", "--name", "Acme"), *made)


def test_what_is_kept_of_a_person_is_written_and_then_erased(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "bo.json"
    told = json.loads(ready(run("user", "export", "BO@acme.example", str(file), "--json")))
    assert told == {"file": str(file), "bytes": file.stat().st_size}
    data = json.loads(file.read_text())
    assert [one["person"]["name"] for one in data["workspaces"]] == ["Bo"]
    assert "--force" in refused(run("user", "export", "bo@acme.example", str(file)), 2)
    assert "nobody@acme.example" in refused(run("user", "export", "nobody@acme.example", "-"), 2)
    assert "--yes" in refused(run("user", "erase", "bo@acme.example"), 2)
    assert "erased from Acme" in ready(run("user", "erase", "bo@acme.example", "--yes"))
    assert "bo@acme.example" in refused(run("user", "erase", "bo@acme.example", "--yes"), 2)
    assert "last owner" in refused(run("user", "erase", "ida@acme.example", "--yes"), 1)
    assert "nobody@acme.example" in refused(run("token", "create", "nobody@acme.example"), 2)
    with database(tmp_path) as rows:
        names = rows.execute("SELECT name FROM pejl_person ORDER BY name").fetchall()
        accounts = rows.execute("SELECT email FROM pejl_account").fetchall()
    assert names == [("Former colleague",), ("Ida Holm",)]
    assert accounts == [("ida@acme.example",)]
