"""Odd files all the way into a workspace: it lands whole and sound, or nothing is as much as touched."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from bench import fuzzing_files

AT: Final = datetime(2026, 8, 17, 9, tzinfo=UTC)
_OUTCOMES: Final = ("landed", "merged", "skipped", "failed")


class Half(AssertionError):  # noqa: N818 - an answer
    """Something of a file is here that should not be, or is not here that should be."""


def applied(data: bytes, name: str, chance: Random) -> str:  # noqa: ARG001 - the file alone decides
    """Looks the file through and applies it in an empty workspace, then once more; see :class:`Half`."""
    from pejl.services import transfers
    from pejl.services.errors import Rejected

    with _empty() as by:
        before = _rows(by)
        try:
            once = transfers.preview(io.BytesIO(data), name=name, by=by, at=AT)
        except Rejected as rejected:
            _unchanged(before, by)
            return _code(rejected)
        dry = _receipt(by, once)
        transfers.apply(once, by=by, at=AT)
        if (told := _receipt(by, once)) != dry:
            raise Half(f"looking through said {dry}, applying {told}")
        _sound(by, told)
        made = _rows(by)
        again = transfers.preview(io.BytesIO(data), name=name, by=by, at=AT + timedelta(hours=1))
        transfers.apply(again, by=by, at=AT + timedelta(hours=1))
        _sound(by, _receipt(by, again))
        after = {kind: number for kind, number in _rows(by).items() if kind not in {"Import", "Event"}}
        if any(made[kind] != number for kind, number in after.items()):
            raise Half(f"once {made}, twice {after}")
        return "applied"


def exported() -> dict[str, bytes]:
    """The members of a portable export of a small organisation."""
    from pejl.services import dumps, transfers

    with _empty() as by:
        file, name = fuzzing_files.packed_organisation()
        transfers.apply(transfers.preview(io.BytesIO(file), name=name, by=by, at=AT), by=by, at=AT)
        out = io.BytesIO()
        dumps.write(by, out, at=AT)
    with zipfile.ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def otherwise(whole: dict[str, bytes], chance: Random) -> bytes:
    """The export with odd values, rows, members, a manifest that agrees or does not, odd bytes."""
    how, members = chance.randrange(5), dict(whole)
    for _ in range(chance.randint(1, 3) if how in {0, 1} else 0):
        name = chance.choice([one for one in members if members[one] and one != "manifest.json"])
        members[name] = _other_rows(members[name], chance)
    manifest: Any = json.loads(members["manifest.json"])
    for name in manifest["files"] if how != 1 or chance.random() < 0.5 else ():
        digest = hashlib.sha256(members[name]).hexdigest()
        manifest["files"][name] = {"rows": members[name].count(b"\n"), "sha256": digest}
    if how == 2:
        manifest = fuzzing_files.bent(manifest, chance, often=0.05)
    members["manifest.json"] = fuzzing_files.jsoned(manifest).encode()
    data = fuzzing_files.packed(list(members.items()), chance, odd=how == 3)
    return fuzzing_files.damaged(data, chance) if how == 4 else data


def _other_rows(text: bytes, chance: Random) -> bytes:
    rows = [json.loads(line) for line in text.splitlines()]
    sort, at = chance.randrange(6), chance.randrange(len(rows))
    if sort == 0:
        rows.pop(at)
    elif sort == 1:
        rows.append(rows[at])
    elif sort == 2:
        chance.shuffle(rows)
    elif sort == 3:
        key = chance.choice(list(rows[at]))
        rows[at][key] = chance.choice([row.get(key) for row in rows] + [row.get("id") for row in rows])
    else:
        rows[at] = fuzzing_files.bent(rows[at], chance, often=chance.choice((0.03, 0.1)))
    return "".join(fuzzing_files.jsoned(row) + "\n" for row in rows).encode("utf-8", "surrogatepass")


def taken(data: bytes, name: str, chance: Random) -> str:  # noqa: ARG001 - the file alone decides
    """Takes a portable export into an empty workspace."""
    from pejl.services import dumps
    from pejl.services.errors import Rejected

    with _empty() as by:
        before = _rows(by)
        try:
            counts = dumps.read(io.BytesIO(data), by=by, at=AT)
        except Rejected as rejected:
            _unchanged(before, by)
            return _code(rejected)
        here = {table.lower(): number for table, number in _rows(by).items()}
        for table, number in counts.rows.items():
            if table != "workspace" and here[table.replace("_", "")] != number:
                raise Half(f"{table}: {number} came, {here[table.replace('_', '')]} are here")
        _examined(by)
        dumps.write(by, io.BytesIO(), at=AT)
        return "taken"


@contextmanager
def _empty() -> Iterator[Any]:
    """A workspace that is gone afterwards."""
    from django.db import transaction

    from pejl.queries import people
    from pejl.services import workspaces

    with transaction.atomic():
        yield people.system(workspaces.create("fuzzed", name="Fuzzed", at=AT - timedelta(days=30)))
        transaction.set_rollback(True)


def _rows(by: Any) -> dict[str, int]:
    from django.apps import apps

    from pejl.models.base import Row

    tables = [one for one in apps.get_app_config("pejl").get_models() if issubclass(one, Row)]
    return {
        one.__name__: one._default_manager.filter(workspace_id=by.workspace_id).count()  # noqa: SLF001
        for one in tables
    }


def _unchanged(before: dict[str, int], by: Any) -> None:
    if (now := _rows(by)) != before:
        raise Half(f"refused, yet {before} became {now}")
    _examined(by)


def _receipt(by: Any, load: Any) -> dict[str, Any]:
    from pejl.queries import imports

    return dict(imports.one(by, load).receipt)


def _sound(by: Any, receipt: dict[str, Any]) -> None:
    for name, row in receipt["rows"].items():
        if row["read"] != sum(row[one] for one in _OUTCOMES):
            raise Half(f"{name}: {row}")
    _examined(by)


def _examined(by: Any) -> None:
    from pejl.services import doctors

    faults = doctors.examine(by.slug, at=AT + timedelta(hours=2)).faults
    if faults:
        raise Half(faults[0].line())


def _code(rejected: Any) -> str:
    return "+".join(reason.code for reason in rejected.reasons)
