"""What a page of the past costs beside the same page of today, in one large workspace.

    python -m bench.past [--goals 100000] [--database sqlite|postgresql] [--rounds 20] [--days 30] [--json]

See README.md beside this file for how to read the figures.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from typing import Any

from bench import checkin

ALLOWED = 2.0
Took = dict[str, tuple[list[float], list[float]]]


def main() -> int:
    options = _options()
    with checkin.database(options.database) as names:
        checkin.setup()
        at = checkin.now()
        arena = checkin.arena_of(options.goals, next(iter(names)), at=at)
        goal, by, _row = arena.picks[0]
        took: Took = {}
        for turn in range(-3, options.rounds):
            for name, page in _pages(goal).items():
                now = _timed(lambda page=page: page(by, at))
                then = _timed(lambda page=page: _back(page, by, at - timedelta(days=options.days)))
                if turn >= 0:
                    present, past = took.setdefault(name, ([], []))
                    present.append(now)
                    past.append(then)
        arena.wrapper.close()
    return _told(took, options, goals=arena.goals)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.past", description=__doc__)
    parser.add_argument("--goals", type=int, default=100_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--days", type=int, default=30, help="how far to look back")
    parser.add_argument("--json", action="store_true", dest="as_json")
    return parser.parse_args()


def _pages(goal: Any) -> dict[str, Callable[[Any, Any], object]]:
    """What the pages of this person are made of."""
    from pejl.models import Goal
    from pejl.queries import dossiers, homes, periods, timelines, trees
    from pejl.web import treepages

    def tree(by: Any, now: Any) -> object:
        chosen = treepages.choice(periods.every(by), "", today=by.today(now))
        return trees.organisation(by, periods=chosen.periods, now=now)

    def page(by: Any, now: Any) -> object:
        return dossiers.one(by, goal, now=now), timelines.timeline(by, goal)

    def team(by: Any, now: Any) -> object:
        chosen = treepages.choice(periods.every(by), "", today=by.today(now))
        return trees.of_team(by, min(by.teams), periods=chosen.periods, now=now)

    assert Goal.objects.filter(pk=goal).exists()
    return {
        "home": lambda by, now: homes.home(by, since=now - timedelta(days=7), now=now),
        "organisation": tree,
        "team": team,
        "goal": page,
    }


def _back(page: Callable[[Any, Any], object], by: Any, then: Any) -> object:
    from pejl.queries import past

    with past.known(by, at=then) as reader:
        return page(reader, then)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _told(took: Took, options: argparse.Namespace, *, goals: int) -> int:
    rows = {name: (round(median(a), 1), round(median(b), 1)) for name, (a, b) in took.items()}
    ratios = {name: round(then / now, 2) for name, (now, then) in rows.items()}
    held = max(ratios.values()) <= ALLOWED
    if options.as_json:
        print(json.dumps({"goals": goals, "ms": rows, "ratios": ratios, "allowed": ALLOWED, "held": held}))
    else:
        print(f"{goals:,} goals, {options.days} days back")
        print(f"{'page':<14}{'today ms':>10}{'then ms':>10}{'ratio':>7}")
        for name, (now, then) in rows.items():
            print(f"{name:<14}{now:>10}{then:>10}{ratios[name]:>7}")
        print(f"at most {ALLOWED} is asked for")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
