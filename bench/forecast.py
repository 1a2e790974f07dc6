"""What forecasts cost: very many key results in one call, and one alone.

    python -m bench.forecast [--key-results 100000] [--checkins 10] [--rounds 3] [--alone 1000] [--json]

On one core, with one thread: the process binds itself to a core where the system lets it. Key results of a
quarter of twelve weeks, each checked in on days of its own, values as decimals. `together` is one call of
`forecasts` with all of them, the median of the rounds; `alone` is one call of `forecast`, the median of many.
Both are time on the wall, with that of the processor beside it: on a busy machine that is the one to believe.
At most 10 seconds and 2 ms on the wall are asked for, or the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from statistics import median
from typing import Any

TOGETHER_S = 10.0
ALONE_MS = 2.0
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
START, DAYS = date(2026, 1, 5), 84


@dataclass(frozen=True)
class Result:
    key_results: int
    checkins: int
    together_s: float
    together_cpu_s: float
    alone_ms: float
    alone_cpu_ms: float


def main() -> int:
    options = _options()
    core = _bound()
    from pejl.domain import forecast

    dice = random.Random(1)
    cases = [_case(forecast.Case, dice, checkins=options.checkins) for _ in range(options.key_results)]
    forecast.forecasts(cases[:1000])
    together = [_took(lambda: forecast.forecasts(cases)) for _ in range(options.rounds)]
    alone = [_took(partial(forecast.forecast, **_fields(case))) for case in cases[: options.alone]]
    result = Result(
        len(cases),
        options.checkins,
        median(wall for wall, _ in together),
        median(cpu for _, cpu in together),
        1e3 * median(wall for wall, _ in alone),
        1e3 * median(cpu for _, cpu in alone),
    )
    return _told(result, options, core=core)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.forecast", description=__doc__)
    parser.add_argument("--key-results", type=int, default=100_000)
    parser.add_argument("--checkins", type=int, default=10, help="of each key result, besides its start")
    parser.add_argument("--rounds", type=int, default=3, help="calls with all of them")
    parser.add_argument("--alone", type=int, default=1000, help="calls with one")
    parser.add_argument("--json", action="store_true", dest="as_json")
    return parser.parse_args()


def _bound() -> str:
    """One core and one thread, before numpy is there to start more."""
    for name in THREADS:
        os.environ[name] = "1"
    if not hasattr(os, "sched_setaffinity"):
        return "one thread"
    core = min(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return f"one thread, bound to core {core}"


def _case(kind: Any, dice: random.Random, *, checkins: int) -> Any:
    """Figures that climb, stand still or jump about, on days of their own."""
    pace, noise, value = dice.gauss(5, 5), dice.choice([0, 2, 6, 20]), 0.0
    seen = []
    for day in sorted(dice.sample(range(1, DAYS), checkins)):
        value += dice.gauss(pace, noise) if dice.random() < 0.8 else 0.0
        seen.append((START + timedelta(days=day), Decimal(f"{value:.2f}")))
    target = Decimal(dice.choice([50, 100, 300]))
    return kind(START, START + timedelta(days=DAYS), Decimal(0), target, seen)


def _fields(case: Any) -> dict[str, Any]:
    names = ("start_date", "end_date", "start_value", "target_value", "observations")
    return {name: getattr(case, name) for name in names}


def _took(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the wall and of the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def _told(result: Result, options: argparse.Namespace, *, core: str) -> int:
    if options.as_json:
        print(json.dumps(asdict(result)))
    else:
        print(f"{result.key_results:,} key results with {result.checkins} check-ins each; {core}")
        print(
            f"together  {result.together_s:8.2f} s    (processor {result.together_cpu_s:.2f} s; "
            f"median of {options.rounds} calls with all; at most {TOGETHER_S:g} s)"
        )
        print(
            f"alone     {result.alone_ms:8.2f} ms   (processor {result.alone_cpu_ms:.2f} ms; "
            f"median of {options.alone} calls with one; at most {ALONE_MS:g} ms)"
        )
    return 0 if result.together_s <= TOGETHER_S and result.alone_ms <= ALONE_MS else 1


if __name__ == "__main__":
    sys.exit(main())
