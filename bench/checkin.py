"""What a check-in costs beside the least that any program could do, in a small and in a large workspace.

    python -m bench.checkin [--goals 1000 100000] [--database sqlite|postgresql] [--rounds 200] [--json]

See README.md beside this file for how to read the figures.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

ALLOWED = 1.3
ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Arena:
    """One workspace in a database of its own, with what was measured there, in milliseconds."""

    goals: int
    wrapper: Any
    picks: list[tuple[UUID, Any, Any]] = field(default_factory=list)
    posts: list[float] = field(default_factory=list)
    floors: list[float] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Result:
    goals: int
    changed: float
    post_ms: float
    floor_ms: float
    ratio: float


def main() -> int:
    options = _options()
    with database(options.database) as names:
        setup()
        at = now()
        arenas = [arena_of(goals, name, at=at) for goals, name in zip(options.goals, names, strict=False)]
        for turn in range(-options.warm_up, options.rounds):
            for arena in arenas:
                _use(arena)
                _turn(arena, turn, at=at + timedelta(seconds=turn + options.warm_up + 1))
        for arena in arenas:
            _use(arena)
            _proved(at=at + timedelta(hours=1))
            arena.wrapper.close()
    return _told([_result(arena) for arena in arenas], options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.checkin", description=__doc__)
    parser.add_argument("--goals", nargs="+", type=int, default=[1_000, 100_000], help="sizes to compare")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--rounds", type=int, default=200, help="check-ins measured in each size")
    parser.add_argument("--warm-up", type=int, default=20, help="check-ins before those")
    parser.add_argument("--json", action="store_true", dest="as_json")
    return parser.parse_args()


@contextlib.contextmanager
def database(kind: str) -> Iterator[Iterator[str]]:
    """Names for databases that are gone afterwards."""
    folder = tempfile.mkdtemp(prefix="pejl-bench-")
    os.environ["PEJL_DATA_DIR"] = folder
    os.environ["DJANGO_SETTINGS_MODULE"] = "pejl.settings"
    os.environ.pop("PEJL_DATABASE_URL", None)
    try:
        if kind == "sqlite":
            yield (f"{folder}/{place}.sqlite3" for place in range(100))
            return
        sys.path.insert(0, str(ROOT / "tests"))
        import postgres

        with postgres.running() as url:
            os.environ["PEJL_DATABASE_URL"] = url
            yield _made()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _made() -> Iterator[str]:
    from django.db import connections

    for place in range(100):
        with connections.create_connection("default").cursor() as cursor:
            cursor.execute(f"CREATE DATABASE bench_{place}")
        yield f"bench_{place}"


def setup() -> None:
    import django

    django.setup()


def now() -> datetime:
    from django.utils import timezone

    return timezone.now()


def arena_of(goals: int, name: str, *, at: datetime) -> Arena:
    """Seeds a workspace and picks the key results to check in on: open ones, of persons, deepest of all."""
    from django.core.management import call_command
    from django.db import connections

    from pejl.domain.values import Kind, Level, State
    from pejl.models import Goal
    from pejl.queries import people
    from pejl.services import seeding

    wrapper = connections.create_connection("default")
    wrapper.settings_dict = {**wrapper.settings_dict, "NAME": name}
    arena = Arena(goals, wrapper)
    _use(arena)
    call_command("migrate", verbosity=0)
    _say(f"seeding {goals:,} goals …")
    slug = f"bench-{goals}"
    filled = seeding.fill_goals(goals, slug=slug, seed=1, at=at)
    arena.goals = filled.counts["goals"]
    rows = Goal.objects.filter(
        workspace__slug=slug, kind=Kind.KEY_RESULT, level=Level.PERSON, state=State.OPEN, end_date__gte=at
    )
    ids = sorted(rows.values_list("pk", flat=True))
    for goal in random.Random(1).sample(ids, min(len(ids), 1_000)):
        row = Goal.objects.get(pk=goal)
        arena.picks.append((goal, people.member(slug, row.checkin_owner_id), row))
    return arena


def _use(arena: Arena) -> None:
    from django.db import connections

    connections["default"] = arena.wrapper


def _turn(arena: Arena, turn: int, *, at: datetime) -> None:
    """One check-in and the floor under it, one after the other."""
    from pejl.services import checkins

    goal, by, row = arena.picks[turn % len(arena.picks)]
    start, target = row.start_value or Decimal(0), row.target_value
    value = round(start + (target - start) * Decimal(random.Random(f"{turn}:{goal}").random()), 2)
    began = time.perf_counter()
    checkins.post(goal, value=value, confidence=6, note="As measured", by=by, at=at)
    posted = time.perf_counter() - began
    floor, changed = _floor(goal, at=at)
    if turn >= 0:
        arena.posts.append(posted * 1000)
        arena.floors.append(floor * 1000)
        arena.changed.append(changed)


def _floor(goal: UUID, *, at: datetime) -> tuple[float, int]:
    """The seconds that the bare statements take for the very rows that the check-in wrote, and how many goals
    those are. The check-in inserted is one that was never known, and the goals keep what they say: the
    workspace stays as it is."""
    from django.db import connection, transaction

    from pejl.models import Checkin, Figure, Goal
    from pejl.services import commands

    said = Checkin.objects.filter(goal_id=goal, known_from=at).values_list()[0]
    ids = list(Figure.objects.filter(known_from=at).values_list("goal_id", flat=True))
    rows = list(Goal.objects.filter(pk__in=ids))
    insert, row = _insert(Checkin, said, at=at)
    names = (
        "value", "progress", "status", "confidence", "last_checkin_on", "last_checkin_at", "checkin_count",
    )  # fmt: skip
    meta: Any = Goal._meta
    fields = [meta.get_field(name) for name in names]
    key = meta.pk
    sets = ", ".join(f'"{one.column}" = %s' for one in fields)
    update = f'UPDATE "{meta.db_table}" SET {sets} WHERE "{key.column}" = %s'  # noqa: S608 - names alone
    updates = [
        [one.get_db_prep_save(getattr(goal_row, one.attname), connection) for one in (*fields, key)]
        for goal_row in rows
    ]
    workspace = rows[0].workspace_id
    began = time.perf_counter()
    with transaction.atomic():
        commands.lock(workspace)
        with connection.cursor() as cursor:
            cursor.execute(insert, row)
            for values in updates:
                cursor.execute(update, values)
    return time.perf_counter() - began, len(rows)


def _insert(model: Any, said: tuple[Any, ...], *, at: datetime) -> tuple[str, list[Any]]:
    from django.db import connection

    from pejl.models.fields import new_id

    meta = model._meta
    fields = meta.concrete_fields
    values = dict(zip((one.attname for one in fields), said, strict=True)) | {"id": new_id(), "known_to": at}
    names = ", ".join(f'"{one.column}"' for one in fields)
    marks = ", ".join(["%s"] * len(fields))
    row = [one.get_db_prep_save(values[one.attname], connection) for one in fields]
    return f'INSERT INTO "{meta.db_table}" ({names}) VALUES ({marks})', row  # noqa: S608 - names alone


def _proved(*, at: datetime) -> None:
    """Fast and wrong does not count: everything is computed again from scratch."""
    from pejl.models import Workspace
    from pejl.services import doctors

    report = doctors.examine(Workspace.objects.get().slug, at=at)
    if report.faults:
        raise SystemExit("\n".join(fault.line() for fault in report.faults[:10]))


def _result(arena: Arena) -> Result:
    post, floor = median(arena.posts), median(arena.floors)
    return Result(arena.goals, median(arena.changed), round(post, 3), round(floor, 3), round(post / floor, 2))


def _told(results: list[Result], options: argparse.Namespace) -> int:
    quotient = round(results[-1].ratio / results[0].ratio, 3)
    held = len(results) == 1 or quotient < ALLOWED
    if options.as_json:
        sizes = [asdict(result) for result in results]
        told = {"database": options.database, "rounds": options.rounds, "sizes": sizes}
        print(json.dumps({**told, "quotient": quotient, "allowed": ALLOWED, "held": held}))
    else:
        print(f"{'goals':>9} {'rows changed':>13} {'check-in ms':>12} {'floor ms':>9} {'ratio':>6}")
        for one in results:
            print(f"{one.goals:>9,} {one.changed:>13g} {one.post_ms:>12} {one.floor_ms:>9} {one.ratio:>6}")
        print(f"quotient of the ratios: {quotient} (under {ALLOWED} is asked for)")
    return 0 if held else 1


def _say(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
