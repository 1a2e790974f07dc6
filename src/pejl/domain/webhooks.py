"""Webhooks: which events one asks for, and when a message that did not arrive is tried again.

>>> asks(["goal.*"], "goal.closed"), asks(["goal.closed"], "goal.edited"), asks(["checkin.*"], "person.added")
(True, False, False)
>>> wait(attempts=1), wait(attempts=2), wait(attempts=len(WAITS) + 1)
(datetime.timedelta(seconds=5), datetime.timedelta(seconds=300), None)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

KINDS: Final = ("goal", "checkin", "comment", "milestone", "task", "period", "kpi", "team")
TEST: Final = "webhook.test"
WAITS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
OLD_SECRET: Final = timedelta(hours=24)
PATIENCE: Final = timedelta(days=10)
_VERB: Final = re.compile(r"(?P<kind>[a-z]+)\.(\*|[a-z]+(-[a-z]+)*)")
_LEAST, _LEAST_ERROR = 200, 300


def known(verb: str) -> bool:
    """Whether one can ask for it: `goal.*`, or an exact name such as `goal.closed`. What is done to people,
    tokens and settings is told to nobody outside."""
    found = _VERB.fullmatch(verb)
    return found is not None and found["kind"] in KINDS


def asks(verbs: Iterable[str], verb: str) -> bool:
    kind = verb.partition(".")[0]
    return kind in KINDS and bool({verb, f"{kind}.*"} & set(verbs))


def wait(*, attempts: int) -> timedelta | None:
    """How long after that many failed attempts the next one comes; None when it is given up."""
    return WAITS[attempts - 1] if attempts <= len(WAITS) else None


def arrived(status: int | None) -> bool:
    return status is not None and _LEAST <= status < _LEAST_ERROR


def secrets(secret: str, before: str, *, turned_at: datetime | None, at: datetime) -> tuple[str, ...]:
    """The secrets that sign at that moment: the present one, and for a day the one before it."""
    both = bool(before) and turned_at is not None and at - turned_at < OLD_SECRET
    return (secret, before) if both else (secret,)


def without(data: object, names: frozenset[str]) -> object:
    """The same without these texts, however deep: in a list they are left out, in a mapping they are None.

    >>> without({"of": "a", "all": ["a", "b"]}, frozenset({"a"}))
    {'of': None, 'all': ['b']}
    """
    if isinstance(data, Mapping):
        return {key: without(value, names) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [without(one, names) for one in data if not (isinstance(one, str) and one in names)]
    return None if isinstance(data, str) and data in names else data


def texts(data: object) -> set[str]:
    """Every text in it, however deep.

    >>> sorted(texts({"of": "a", "all": ["b", 1]}))
    ['a', 'b']
    """
    if isinstance(data, Mapping):
        return set().union(*map(texts, data.values()))
    if isinstance(data, list | tuple):
        return set().union(*map(texts, data))
    return {data} if isinstance(data, str) else set()
