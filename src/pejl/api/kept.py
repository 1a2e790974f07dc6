"""Answers that are kept: while nothing was written in a workspace, the same read is answered as before.

Every write begins a new revision of its workspace (`services.commands.lock`), and the day counts too, for
status follows it. So what is kept is never older than the last write. It is kept in this process alone.
"""

from __future__ import annotations

import inspect
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from pejl.api import answers, callers

MOST_BYTES: Final = 4_000_000
View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` None is one that the caller had already, told by its tag alone."""

    body: bytes | None
    tag: str

    @property
    def size(self) -> int:
        return 500 + len(self.body or b"")


class Shelf:
    """The last answers given, as many as there is room for."""

    def __init__(self, *, room: int) -> None:
        self._room, self._left = room, room
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()

    def find(self, key: Hashable) -> Answer | None:
        with self._lock:
            found = self._answers.get(key)
            if found is not None:
                self._answers.move_to_end(key)
            return found

    def clear(self) -> None:
        with self._lock:
            self._answers.clear()
            self._left = self._room

    def put(self, key: Hashable, answer: Answer) -> None:
        """One that would take a quarter of the room for itself is not kept."""
        if answer.size > self._room // 4:
            return
        with self._lock:
            before = self._answers.pop(key, None)
            self._answers[key] = answer
            self._left += (before.size if before else 0) - answer.size
            while self._left < 0:
                self._left += self._answers.popitem(last=False)[1].size


SHELF: Final = Shelf(room=MOST_BYTES)


def kept(view: View) -> View:
    """For reads of the present that follow from the workspace, the reader, the day and the address alone."""

    @wraps(view)
    def answered(request: HttpRequest, **given: Any) -> HttpResponse:
        if "as_of" in request.GET:
            return view(request, **given)
        key = _key(request)
        found = SHELF.find(key)
        if found is not None:
            if found.tag and answers.had(request, found.tag):
                return answers.nothing_new(request, tag=found.tag)
            if found.body is not None:
                return answers.again(request, found.body, tag=found.tag)
        response = view(request, **given)
        if response.status_code in {200, 304}:
            body = response.content if response.status_code == 200 else None  # noqa: PLR2004 - HTTP's own
            SHELF.put(key, Answer(body, response.get("ETag", "")))
        return response

    # The names in the annotations are those of the module of the view.
    answered.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]
    return answered


def _key(request: HttpRequest) -> Hashable:
    caller = callers.caller(request)
    day = caller.member.today(callers.now(request))
    return (caller.member, caller.revision, day, get_language(), request.get_full_path())
