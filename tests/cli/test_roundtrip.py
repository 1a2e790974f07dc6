"""A portable export of what came from elsewhere is the same file, whichever database it went through."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import postgres
from adapters import vivafiles as viva
from cli.test_backup import Run, members, ready, run

__all__ = ["run"]
DATE = "exported_at"
# One process on one database: steps such as "export first a.zip", one after another.
STEPS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pejl.cli import backups, start
start()
from django.core.management import call_command
from pejl.queries import people
from pejl.services import doctors, transfers, workspaces
now = datetime(2026, 11, 2, 9, tzinfo=UTC)
call_command("migrate", verbosity=0)
for step in sys.argv[1:]:
    verb, slug, file = step.split()
    if verb == "export":
        backups.export_portable(people.system(slug), Path(file), at=now)
        continue
    workspaces.create(slug, name=slug, at=now)
    by = people.system(slug)
    if verb == "portable":
        backups.import_portable(by, Path(file), at=now)
    else:
        with open(file, "rb") as source:
            transfers.apply(transfers.preview(source, name=file, by=by, at=now), by=by, at=now)
    assert doctors.examine(slug, at=now).faults == ()
"""
# Numbers that databases keep in ways of their own; they stand in the rows kept beside the goals.
ODD: dict[str, Any] = {
    "Small": 1e-7, "Large": 1e22, "Huge": 10**400, "Zero": -0.0, "Third": 0.1, "Long": 12345678901234567890.5,
    "Text": '\u2028 ☂ \\u0000 "', "æ": {"b": [1.0, None, True], "a": {}},
}  # fmt: skip


def test_an_imported_organisation_goes_through_both_databases_unchanged(
    run: Run, server: str, tmp_path: Path
) -> None:
    arrays = viva.whole()
    arrays["objectives"][1] |= ODD
    (tmp_path / "viva.zip").write_bytes(viva.packed(arrays).getvalue())

    ready(run("viva first viva.zip", "export first a.zip", code=STEPS))
    with postgres.database(server) as url:
        steps = ("portable second a.zip", "export second b.zip", "viva third viva.zip", "export third c.zip")
        ready(run(*steps, folder="pg", url=url, code=STEPS))
    steps = ("portable back b.zip", "export back d.zip", "portable other c.zip", "export other e.zip")
    ready(run(*steps, code=STEPS))
    a, b, c, d, e = (members(tmp_path / f"{name}.zip", DATE) for name in "abcde")
    assert len(a["record.jsonl"].splitlines()) > 4
    assert b'"Huge":1000' in a["record.jsonl"]
    assert a == b == d  # there and back
    assert c == e  # and what began there
