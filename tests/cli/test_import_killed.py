"""An import whose process is killed leaves nothing behind, and can be done again as if it had never begun."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

import postgres
from adapters import vivafiles as viva

KR = {"Type": "Kpi", "Teams": [viva.SALES], "Outcome": viva.metric(0.0, 400.0)}
Moment = Callable[[int, int], bool]
SET_UP = """
import sys
from django.core.management import call_command
from pejl.cli import start
start()
call_command("migrate", verbosity=0)
from django.utils import timezone
from pejl.services import workspaces
for slug in sys.argv[1:]:
    workspaces.create(slug, name=slug, at=timezone.now())
"""
# What the page does when somebody applies what was looked through.
APPLY = """
import sys
from uuid import UUID
from pejl.cli import start
start()
from django.utils import timezone
from pejl.queries import imports, people
from pejl.services import transfers
by = people.system(sys.argv[1])
print(transfers.apply(UUID(sys.argv[2]), by=by, at=timezone.now()))
"""


class Server:
    """`pejl` with a data folder of its own, on the database that `url` names or on SQLite."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self._environ = {name: value for name, value in os.environ.items() if not name.startswith("PEJL_")}
        self._environ |= {"PEJL_DATA_DIR": str(folder / "data")} | ({"PEJL_DATABASE_URL": url} if url else {})

    def start(self, *words: str, code: str = "") -> subprocess.Popen[str]:
        program = ["-c", code] if code else ["-m", "pejl"]
        return subprocess.Popen(
            [sys.executable, *program, *words],
            env=self._environ,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, code: str = "") -> str:
        process = self.start(*words, code=code)
        out, error = process.communicate(timeout=120)
        assert (process.returncode, error) == (0, "")
        return out

    def kept(self) -> list[Path]:
        return sorted((self.folder / "data" / "imports").iterdir())

    def kill_importing(self, slug: str, file: str, *, when: Moment) -> None:
        """Begins an import and kills it at the first word of its progress that `when` is true of."""
        before = set(self.kept()) if (self.folder / "data" / "imports").is_dir() else set()
        process = self.start("import", file, "--workspace", slug)
        with process:
            try:
                self._await(process, before, when)
            finally:
                process.send_signal(signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL  # it had not ended by itself

    def _await(self, process: subprocess.Popen[str], before: set[Path], when: Moment) -> None:
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            for word in set((self.folder / "data").glob("imports/*.progress")) - before:
                told = word.read_text().split() if word.exists() else []
                if told and when(int(told[0]), int(told[1])):
                    return
            time.sleep(0.001)
        raise AssertionError(f"it never came so far: {process.poll()}")

    def rows(self, slug: str) -> dict[str, int]:
        """How many rows each table has of the workspace."""
        if self.url:
            with psycopg.connect(self.url) as there:
                return self._rows(lambda sql: there.execute(sql).fetchall(), slug)
        with closing(sqlite3.connect(self.folder / "data" / "pejl.sqlite3")) as here:
            return self._rows(lambda sql: here.execute(sql).fetchall(), slug)

    def _rows(self, ask: Callable[[Any], list[Any]], slug: str) -> dict[str, int]:
        named = (
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'workspace_id'"
            if self.url
            else "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c"
            " WHERE m.type = 'table' AND c.name = 'workspace_id'"
        )
        ((one,),) = ask(f"SELECT id FROM pejl_workspace WHERE slug = '{slug}'")  # noqa: S608 - our own names
        return {
            table: ask(f"SELECT count(*) FROM {table} WHERE workspace_id = '{one}'")[0][0]  # noqa: S608
            for (table,) in ask(named)
        }


@pytest.fixture(params=["sqlite", "postgresql"])
def pejl(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    if request.param == "sqlite":
        yield Server(tmp_path, "")
        return
    with postgres.database(request.getfixturevalue("server")) as url:
        yield Server(tmp_path, url)


def export(folder: Path) -> str:
    goals = [viva.goal(1, Title="Win the north", Progress_and_Status_Configuration=viva.FROM_CHILDREN)]
    goals += [viva.goal(number, **KR, Parent_IDs=[1], Progress=float(number)) for number in range(2, 302)]
    checkins = [
        viva.checkin(5000 + number, 2 + number % 300, Current_Value=float(number)) for number in range(400)
    ]
    arrays = viva.whole() | {"objectives": goals, "checkins": checkins, "comments": [viva.comment(1, 7)]}
    (folder / "export.zip").write_bytes(viva.packed(arrays).getvalue())
    return "export.zip"


def test_an_import_that_is_killed_leaves_nothing_and_is_done_again_whole(pejl: Server) -> None:
    file = export(pejl.folder)
    pejl.run("whole", "first", "second", code=SET_UP)
    empty = pejl.rows("first")
    whole = json.loads(pejl.run("import", file, "--workspace", "whole", "--json"))
    assert whole["rows"]["checkins"]["landed"] == 400
    pejl.kill_importing("first", file, when=lambda done, total: 500 <= done < total)  # some rows are read
    pejl.kill_importing("second", file, when=lambda done, total: done == total > 0)  # all are, and written
    for slug in ("first", "second"):
        assert pejl.rows(slug) == empty | {"pejl_import": 1}  # it was looked through
    assert "no differences" in pejl.run("doctor")

    # What a killed one kept goes with time: the next import tidies.
    stray, left = sorted(one for one in pejl.kept() if not one.suffix)
    for one in pejl.kept():
        if one.name.startswith(stray.name):
            past = one.stat().st_mtime - timedelta(days=31).total_seconds()
            os.utime(one, (past, past))
    # Another import, from the beginning; then the one that was looked through and never applied.
    assert json.loads(pejl.run("import", file, "--workspace", "first", "--json")) == whole
    assert pejl.run("second", left.name, code=APPLY).strip() == left.name
    assert pejl.kept() == []
    complete = pejl.rows("whole")
    assert complete["pejl_goal"] == 301
    assert pejl.rows("first") == complete | {"pejl_import": 2}
    assert pejl.rows("second") == complete
    assert "no differences" in pejl.run("doctor")
