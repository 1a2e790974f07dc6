"""The door to work that nobody waits for: messages to webhooks, and the weekly record of the forecasts.

`pejl serve` runs it beside the pages, `pejl work` alone. However many run, on however many servers, each
message is taken by one, and each goal's forecast is kept once a week.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone

from pejl.adapters.channels import webhooks as channel
from pejl.queries import forecast_weeks
from pejl.services import deliveries
from pejl.services.deliveries import Parcel

log = logging.getLogger("pejl.jobs")
THREADS: Final = 3
PAUSE: Final = 1.0
PAUSE_AFTER_TROUBLE: Final = 5.0
CLEAR_EVERY: Final = timedelta(hours=1)
RECORD_EVERY: Final = 600.0
GRACE: Final = 2.0
SERVER_FIRST: Final = 3.0


class Worker:
    """Sends what is due, a few at a time and one to each webhook: a slow one holds up itself alone."""

    def __init__(
        self,
        *,
        send: Callable[..., channel.Answer] = channel.send,
        clock: Callable[[], datetime] = timezone.now,
    ) -> None:
        self._send, self._clock = send, clock
        self._stop, self._lock = threading.Event(), threading.Lock()
        self._busy: set[UUID] = set()
        self._recorded: dict[UUID, date] = {}

    def once(self) -> bool:
        """Sends one message that is due; whether there was one."""
        with self._lock:
            parcel = deliveries.take(at=self._clock(), busy=frozenset(self._busy))
            if parcel is None:
                return False
            self._busy.add(parcel.webhook_id)
        try:
            answer = self._answer(parcel)
            deliveries.settle(parcel, status=answer.status, why=answer.why, at=self._clock())
        finally:
            with self._lock:
                self._busy.discard(parcel.webhook_id)
        return True

    def run(self, *, after: float = 0) -> None:
        """Until :meth:`stop`, beginning `after` so many seconds."""
        if self._stop.wait(after):
            return
        threads = [threading.Thread(target=self._loop, daemon=True) for _ in range(THREADS)]
        threads.append(threading.Thread(target=self._record, daemon=True))
        for thread in threads:
            thread.start()
        cleared = None
        while not self._stop.is_set():
            if cleared is None or self._clock() - cleared >= CLEAR_EVERY:
                cleared = self._clock()
                with _calm():
                    deliveries.clear(at=cleared)
            self._stop.wait(PAUSE)
        for thread in threads:
            thread.join(GRACE)
        connections.close_all()

    def record(self) -> None:
        """Keeps the forecasts of every workspace in which a week has begun. One that cannot be forecast is
        told in the log, and tried again with the next look."""
        at = self._clock()
        for by in forecast_weeks.waiting(at=at, done=self._recorded):
            # Arrays take memory, and most of the week there is nothing to compute.
            from pejl.services import forecasts

            try:
                log.info("%s: %s forecasts kept", by.slug, forecasts.record(by=by, at=at))
                self._recorded[by.workspace_id] = forecast_weeks.of(by.today(at))
            except DatabaseError:
                raise
            except Exception:
                log.exception("unforeseen: the forecasts of %s", by.slug)

    def stop(self, *_signal: Any) -> None:
        """Nothing new is taken. What is under way has `GRACE` to end; else it is sent again later."""
        self._stop.set()

    def _answer(self, parcel: Parcel) -> channel.Answer:
        private = settings.CONFIG.webhook_private
        try:
            return self._send(parcel.url, parcel.body, headers=parcel.headers, private=private)
        except Exception:
            log.exception("unforeseen: delivery %s", parcel.delivery_id)
            return channel.Answer(why="connection")

    def _loop(self) -> None:
        while not self._stop.is_set():
            found, pause = False, PAUSE_AFTER_TROUBLE
            with _calm():
                found, pause = self.once(), PAUSE
            if not found:
                self._stop.wait(pause)
        connections.close_all()

    def _record(self) -> None:
        while not self._stop.is_set():
            with _calm():
                self.record()
            self._stop.wait(RECORD_EVERY)
        connections.close_all()


@contextmanager
def _calm() -> Iterator[None]:
    """A database that does not answer is waited for; connections are taken anew."""
    close_old_connections()
    try:
        yield
    except DatabaseError as error:
        log.warning("the database does not answer: %s", str(error).strip().splitlines()[:1])
        connections.close_all()


def work() -> None:
    """Runs in the foreground until it is told to stop. Raises at once where there are no tables."""
    deliveries.clear(at=timezone.now())
    worker = Worker()
    signal.signal(signal.SIGINT, worker.stop)
    signal.signal(signal.SIGTERM, worker.stop)
    worker.run()


@contextmanager
def beside() -> Iterator[None]:
    """Runs in threads of this process, that of the server itself, for as long as the body does.

    They begin a moment later: by then the server has made its processes, and none of them is made of one in
    which threads hold locks.
    """
    connections.close_all()  # nor is a connection shared by two processes
    worker = Worker()
    thread = threading.Thread(target=worker.run, kwargs={"after": SERVER_FIRST}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(2 * GRACE)
