"""What the API costs beside a bare answer, and whether a server bears so many requests a second.

    python -m bench.api [--goals 10000] [--database sqlite|postgresql] [--rate 200] [--seconds 30] [--json]

See README.md beside this file for how to read the figures.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

from bench import checkin

ALLOWED = 1.6
ROUNDS = 40
CLIENTS = 16


@dataclass
class Heard:
    """What came back: how often each status, and how long each took, in milliseconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    late: float = 0.0


def main() -> int:
    options = _options()
    with checkin.database(options.database) as names:
        name = next(iter(names))
        checkin.setup()
        arena = checkin.arena_of(options.goals, name, at=checkin.now())
        token, goals, people = _caller(arena)
        costs = _costs(token)
        arena.wrapper.close()
        with _server(options.database, name, workers=options.workers) as port:
            addresses = _mixed(goals, people)
            _load(port, token, addresses, rate=options.rate, seconds=5)  # as warm as a server that runs
            heard = _load(port, token, addresses, rate=options.rate, seconds=options.seconds)
    return _told(costs, heard, options, goals=arena.goals)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.api", description=__doc__)
    parser.add_argument("--goals", type=int, default=10_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--rate", type=int, default=200, help="requests a second")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true", dest="as_json")
    return parser.parse_args()


def _caller(arena: checkin.Arena) -> tuple[str, list[str], list[str]]:
    """The token of a member, and the goals and people they may ask for."""
    from pejl.models import Goal, Person
    from pejl.services import tokens
    from pejl.services.tokens import NewToken

    _goal, by, _row = arena.picks[0]
    token = tokens.create(NewToken("bench"), by=by, at=checkin.now())
    goals = Goal.objects.filter(workspace_id=by.workspace_id, visibility="everyone").order_by("pk")
    people = Person.objects.filter(workspace_id=by.workspace_id).order_by("pk")
    return token, _keys(goals), _keys(people)


def _keys(rows: Any) -> list[str]:
    return [str(key) for key in rows.values_list("pk", flat=True)]


def _costs(token: str) -> dict[str, float]:
    """CPU of a list of fifty goals in milliseconds, in this process, one kind of answer after the other:
    `bare` is a `JsonResponse` of the same fifty with the same authentication; `again` the list while nothing
    was written; `anew` the list when something was."""
    from django.conf import settings
    from django.http import HttpRequest, JsonResponse
    from django.test import Client
    from ninja import Router

    from pejl.api import kept, urls

    settings.ALLOWED_HOSTS = ["*"]
    bare, whole = Router(), {}

    @bare.get("/bare")
    def answer(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - what a view takes
        return JsonResponse(whole)

    urls.api.add_router("", bare)
    client = Client(headers={"Authorization": f"Bearer {token}"})
    whole |= client.get("/api/v1/goals").json()

    def anew() -> None:
        kept.SHELF.clear()
        client.get("/api/v1/goals")

    kinds: dict[str, Callable[[], Any]] = {
        "bare": lambda: client.get("/api/v1/bare"),
        "anew": anew,
        "again": lambda: client.get("/api/v1/goals"),
    }
    assert json.loads(client.get("/api/v1/bare").content) == whole
    took: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(ROUNDS):
        for name, ask in kinds.items():
            began = time.process_time()
            ask()
            took[name].append((time.process_time() - began) * 1000)
    return {name: median(some) for name, some in took.items()}


def _mixed(goals: list[str], people: list[str]) -> Iterator[str]:
    """What programs ask for: half of it a goal or what belongs to one, any of them; a quarter lists in their
    many forms; the rest who, when and what moved. The same for every run."""
    chance = random.Random(1)
    kinds = ("objective", "key_result", "initiative")
    forms: list[Callable[[], str]] = [
        lambda: "/goals",
        lambda: f"/goals?kind={chance.choice(kinds)}&limit={chance.choice((10, 50))}",
        lambda: f"/goals?owner={chance.choice(people)}",
        lambda: f"/goals?parent={chance.choice(goals)}",
        lambda: f"/goals?sort={chance.choice(('title', 'progress', 'end_date'))}",
    ]

    def listed() -> str:
        return chance.choice(forms)()

    whole: list[tuple[int, Callable[[], str]]] = [
        (35, lambda: f"/goals/{chance.choice(goals)}"),
        (10, lambda: f"/goals/{chance.choice(goals)}/checkins"),
        (5, lambda: f"/goals/{chance.choice(goals)}/comments"),
        (25, listed),
        (10, lambda: "/me"),
        (5, lambda: "/periods"),
        (5, lambda: "/teams"),
        (5, lambda: f"/people/{chance.choice(people)}"),
    ]
    weights, asks = [one[0] for one in whole], [one[1] for one in whole]
    while True:
        yield chance.choices(asks, weights)[0]()


@contextmanager
def _server(database: str, name: str, *, workers: int) -> Iterator[int]:
    """`pejl serve` on that database: its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environ = os.environ | {"PEJL_PORT": str(port), "PEJL_WORKERS": str(workers), "PEJL_API_RATE": "off"}
    if database == "sqlite":
        environ["PEJL_DATABASE_URL"] = f"sqlite:///{name}"
    else:
        environ["PEJL_DATABASE_URL"] = os.environ["PEJL_DATABASE_URL"].replace("/postgres?", f"/{name}?")
    process = subprocess.Popen(
        [sys.executable, "-m", "pejl", "serve"],
        env=environ,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _answers(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def _answers(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the server did not answer")


def _load(port: int, token: str, addresses: Iterator[str], *, rate: int, seconds: int) -> Heard:
    """So many requests a second, each at its time whether the one before was answered or not. What waits for
    a client that is free waits in its figure too."""
    heard, lock = Heard(), threading.Lock()
    due = iter([(number / rate, next(addresses)) for number in range(rate * seconds)])
    began = time.perf_counter()

    def work() -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with lock:
                at, address = next(due, (0.0, ""))
            if not address:
                break
            time.sleep(max(0.0, began + at - time.perf_counter()))
            line.request("GET", f"/api/v1{address}", headers={"Authorization": f"Bearer {token}"})
            answer = line.getresponse()
            answer.read()
            took = (time.perf_counter() - began - at) * 1000
            with lock:
                heard.statuses[answer.status] += 1
                heard.took.append(took)
        line.close()

    clients = [threading.Thread(target=work) for _ in range(CLIENTS)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    heard.late = time.perf_counter() - began - seconds
    return heard


def _told(costs: dict[str, float], heard: Heard, options: argparse.Namespace, *, goals: int) -> int:
    ratios = {name: costs[name] / costs["bare"] for name in ("again", "anew")}
    parts = quantiles(heard.took, n=100)
    told = {
        "goals": goals,
        "cpu_ms": {name: round(cost, 2) for name, cost in costs.items()},
        "ratio": {name: round(ratio, 2) for name, ratio in ratios.items()},
        "asked_a_second": options.rate,
        "statuses": {str(status): count for status, count in heard.statuses.items()},
        "ms": {"median": round(parts[49], 1), "95 %": round(parts[94], 1), "99 %": round(parts[98], 1)},
        "late_s": round(heard.late, 2),
    }
    if options.as_json:
        print(json.dumps(told))
    else:
        for name, value in told.items():
            print(f"{name:>16}  {value}")
    well = set(heard.statuses) == {200} and heard.late < 1 and ratios["again"] <= ALLOWED
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
