"""Odd files by the thousand: whatever is in one, it is read or refused, never half and never a crash.

    python -m bench.fuzzing [--examples 10000] [--seed N] [--apply] [zip|csv|xlsx|json|portable|yaml …]

Every file is known and read as an import does it; what the readers say must be fit for the database. With
`--apply` each is also looked through and applied in a workspace of its own on SQLite, twice: either all of
it lands and the doctor finds nothing, or nothing changes. `portable` is always applied, `yaml` (a file of
OKRs) only read. Prints what came of the files by the code of the refusal; at the first crash the file is
kept and the exit code is 1.
"""

from __future__ import annotations

import argparse
import dataclasses
import io
import json
import math
import os
import resource
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from random import Random
from typing import Any, Final

from bench import fuzzing_files, fuzzing_plans

MOST_SECONDS: Final = 20.0  # of the processor; no small file may take longer, whatever it says of itself
MOST_MEMORY: Final = 3 * 1024**3
_DIGITS: Final = 61  # thirty before the point, thirty behind, as the readers bound them
_LONGEST_ROW: Final = 4_000_000
_SAMPLE_RATE: Final = 4


class Unsound(AssertionError):  # noqa: N818 - an answer
    """What a reader said is not fit to be kept."""


def main() -> int:
    options = _options()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    folder = Path(tempfile.mkdtemp(prefix="pejl-fuzz-"))
    os.environ |= {"PEJL_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "pejl.settings"}
    os.environ.pop("PEJL_DATABASE_URL", None)
    try:
        _prepare()
        return 1 if any(_run(kind, options) for kind in options.kinds) else 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.fuzzing", description=__doc__)
    every = (*fuzzing_files.KINDS, "portable", "yaml")
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"any of {', '.join(every)}; all of them")
    parser.add_argument("--examples", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--apply", action="store_true")
    options = parser.parse_args()
    if odd := set(options.kinds) - set(every):
        parser.error(f"no such kind: {min(odd)}")
    options.kinds = options.kinds or every
    return options


def _prepare() -> None:
    import logging

    import django

    django.setup()
    logging.disable(logging.ERROR)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _run(kind: str, options: argparse.Namespace) -> bool:
    """Whether something crashed."""
    tried, start, slowest = Counter[str](), time.process_time(), 0.0
    attempt = _attempts(kind, options)
    for number in range(options.examples):
        chance = Random(f"{options.seed}/{kind}/{number}")
        began = time.process_time()
        data, name = b"", ""
        try:
            data, name = attempt.make(chance)
            tried[attempt.take(data, name, chance)] += 1
        except Exception:  # noqa: BLE001 - this is what is looked for
            return _crashed(kind, number, data, name, why=traceback.format_exc())
        took = time.process_time() - began
        slowest = max(slowest, took)
        if took > MOST_SECONDS:
            return _crashed(kind, number, data, name, why=f"it took {took:.0f} s")
    spent = time.process_time() - start
    told = ", ".join(f"{code} {count:,}" for code, count in tried.most_common())
    print(
        f"{kind}: {options.examples:,} files in {spent:.0f} s, the slowest {slowest:.1f} s: {told}",
        flush=True,
    )
    return False


@dataclasses.dataclass(frozen=True)
class Attempt:
    make: Callable[[Random], tuple[bytes, str]]
    take: Callable[[bytes, str, Random], str]


def _attempts(kind: str, options: argparse.Namespace) -> Attempt:
    from bench import fuzzing_landing

    if kind == "portable":
        whole = fuzzing_landing.exported()
        return Attempt(
            lambda chance: (fuzzing_landing.otherwise(whole, chance), "a.zip"), fuzzing_landing.taken
        )
    if kind == "yaml":
        return Attempt(fuzzing_plans.make, fuzzing_plans.taken)
    take = fuzzing_landing.applied if options.apply else _read
    return Attempt(fuzzing_files.KINDS[kind], take)


def _crashed(kind: str, number: int, data: bytes, name: str, *, why: str) -> bool:
    with tempfile.NamedTemporaryFile(
        prefix=f"pejl-crash-{kind}-{number}-", suffix=f"-{name}", delete=False
    ) as kept:
        kept.write(data)
    print(f"{why.rstrip()}\n{kind}: file {number} crashed; it is kept as {kept.name}")
    return True


# ---------------------------------------------------------------------------------------- the readers


def _read(data: bytes, name: str, chance: Random) -> str:
    return read(data, name, at_random=chance)


def read(data: bytes, name: str, *, at_random: Random | None = None) -> str:
    """What came of the file: "read", or the code of its refusal. Raises what no reader may raise.

    As an import does it, the first reader that knows the file reads it; with `at_random` now and then
    another one reads it too, which only a person who forces it would do.
    """
    from pejl.services import transfers

    found = None
    for reader in transfers.FORMATS:
        file = io.BytesIO(data)
        known = reader.recognise(file, name)
        if file.tell() != 0 or not isinstance(known, bool):
            raise Unsound(f"{reader.NAME}: not as it was after being looked at")
        if known:
            found = reader
            break
    if at_random is not None and at_random.randrange(_SAMPLE_RATE) == 0:
        other: Any = at_random.choice(transfers.FORMATS)
        _through(other.read(io.BytesIO(data)))
    if found is None:
        return "file.unknown"
    if hasattr(found, "columns"):
        _refusable(lambda: list(found.columns(io.BytesIO(data))))
    return _through(found.read(io.BytesIO(data)))


def _through(said: Iterable[Any]) -> str:
    def whole() -> None:
        for one in said:
            sound(one)

    return _refusable(whole)


def _refusable(work: Callable[[], object]) -> str:
    from pejl.domain.values import Refused

    try:
        work()
    except Refused as refused:
        return refused.code
    return "read"


def sound(said: Any) -> None:
    """Raises `Unsound` unless it is a line that both databases take as it stands."""
    from pejl.domain.transfers import CheckinLine, GoalLine, Homeless, Line, Problem

    if not isinstance(said, (*Line.__args__, Problem, Homeless)):
        raise Unsound(f"not said by a reader: {said!r}")
    if isinstance(said, GoalLine) and said.score is not None and not 0 <= said.score <= 1:
        raise Unsound(f"score {said.score}")
    if isinstance(said, CheckinLine) and said.confidence is not None and not 0 <= said.confidence <= 10:
        raise Unsound(f"confidence {said.confidence}")
    _fit(said, "")


def _fit(value: Any, where: str) -> None:
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise Unsound(f"{where}: no database keeps {value[:80]!r}")
    elif isinstance(value, Enum | bool | int) or value is None:
        return
    elif isinstance(value, Decimal) and not where.startswith(".raw"):
        digits = value.as_tuple()
        if not value.is_finite() or len(digits.digits) > _DIGITS or value.adjusted() >= _DIGITS:
            raise Unsound(f"{where}: {value}")
    elif isinstance(value, float | Decimal):
        if not math.isfinite(value) if isinstance(value, float) else not value.is_finite():
            raise Unsound(f"{where}: {value}")
    elif isinstance(value, date):  # a row that is kept beside may have any, as text
        naive = isinstance(value, datetime) and value.tzinfo is None
        if not where.startswith(".raw") and (naive or not 1900 <= value.year < 2200):
            raise Unsound(f"{where}: {value}")
    else:
        _parts_fit(value, where)


def _parts_fit(value: Any, where: str) -> None:
    if isinstance(value, Mapping):
        for key, one in value.items():
            _fit(key, f"{where}.")
            _fit(one, f"{where}.{key}")
        if where == ".raw":
            _as_record(value)
    elif isinstance(value, tuple | list):
        for one in value:
            _fit(one, where)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            _fit(getattr(value, field.name), f"{where}.{field.name}")
    elif not isinstance(value, timedelta):
        raise Unsound(f"{where}: {type(value)}")


def _as_record(raw: Mapping[str, Any]) -> None:
    """The row as it is kept beside what it became: JSON that every database takes, not much longer."""
    from pejl.services import transfers_rows

    text = transfers_rows._text(raw)  # noqa: SLF001 - what applying writes
    if len(text) > _LONGEST_ROW:
        raise Unsound(f"a row of {len(text):,} signs")
    json.loads(text, parse_constant=_no_number)


def _no_number(word: str) -> None:
    raise Unsound(f"{word} is no JSON")


if __name__ == "__main__":
    sys.exit(main())
