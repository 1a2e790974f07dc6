"""What bringing a file in costs beside the least that any program could do with the same rows.

    python -m bench.importing FILE [--json]

Looks FILE through and applies it in a fresh workspace on SQLite, then copies the rows that this made into an
empty database of the same shape, in one transaction and nothing besides. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Result:
    rows: int
    read_s: float
    preview_s: float
    apply_s: float
    bare_s: float
    ratio: float
    peak_mb: int
    faults: int


def main() -> int:
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="pejl-bench-"))
    os.environ |= {"PEJL_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "pejl.settings"}
    os.environ.pop("PEJL_DATABASE_URL", None)
    try:
        result = _measured(options.file, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if options.as_json:
        print(json.dumps(asdict(result)))
    else:
        print(
            f"{result.rows:,} rows: reading {result.read_s:.1f} s, preview {result.preview_s:.1f} s, apply "
            f"{result.apply_s:.1f} s; bare insert {result.bare_s:.1f} s, ratio {result.ratio:.1f}; "
            f"{result.peak_mb} MB at most; the doctor finds {result.faults or 'no'} differences"
        )
    return 1 if result.faults else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.importing", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true", dest="as_json")
    return parser.parse_args()


def _measured(file: Path, folder: Path) -> Result:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from pejl.queries import people
    from pejl.services import doctors, transfers, workspaces

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    workspaces.create("bench", name="Bench", at=timezone.now())
    by = people.system("bench")
    kept = Path(str(connection.settings_dict["NAME"]))
    before = folder / "empty.sqlite3"
    with closing(sqlite3.connect(kept)) as full, closing(sqlite3.connect(before)) as empty:
        full.backup(empty)
    with file.open("rb") as source:
        read_s = _timed(lambda: sum(1 for _ in transfers.recognised(source, name=file.name).read(source)))
        start = time.perf_counter()
        load = transfers.preview(source, name=file.name, by=by, at=timezone.now())
        preview_s = time.perf_counter() - start
    apply_s = _timed(lambda: transfers.apply(load, by=by, at=timezone.now()))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    faults = len(doctors.examine("bench", at=timezone.now()).faults)
    connection.close()
    rows, bare_s = _bare(kept, before)
    return Result(rows, read_s, preview_s, apply_s, bare_s, apply_s / bare_s, peak, faults)


def _timed(work: object) -> float:
    assert callable(work)
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _bare(full: Path, empty: Path) -> tuple[int, float]:
    """Puts every row that `full` has more than `empty` into `empty`; how many, and the seconds for that."""
    count, spent = 0, 0.0
    with closing(sqlite3.connect(full)) as source, closing(sqlite3.connect(empty)) as target:
        target.execute("PRAGMA journal_mode=WAL")
        target.execute("PRAGMA synchronous=NORMAL")
        target.execute("BEGIN IMMEDIATE")
        names = source.execute("SELECT name FROM sqlite_master WHERE type='table' AND name LIKE 'pejl_%'")
        for (table,) in names.fetchall():
            there = {key for (key,) in target.execute(f'SELECT id FROM "{table}"')}  # noqa: S608 - our own names
            rows = [row for row in source.execute(f'SELECT * FROM "{table}"') if row[0] not in there]  # noqa: S608
            if not rows:
                continue
            marks = ", ".join("?" * len(rows[0]))
            insert = f'INSERT INTO "{table}" VALUES ({marks})'  # noqa: S608
            start = time.perf_counter()
            target.executemany(insert, rows)
            spent += time.perf_counter() - start
            count += len(rows)
        start = time.perf_counter()
        target.commit()
        spent += time.perf_counter() - start
    return count, spent


if __name__ == "__main__":
    sys.exit(main())
