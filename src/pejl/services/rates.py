"""How often each token comes: what the API and the assistants count together, minute by minute."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Final
from uuid import UUID

MINUTE: Final = 60


@dataclass(frozen=True, slots=True)
class Rate:
    """Where a token is in the present minute, which has `reset` seconds left."""

    limit: int
    used: int
    reset: int

    @property
    def over(self) -> bool:
        return self.used > self.limit

    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(0, self.limit - self.used)),
            "RateLimit-Reset": str(self.reset),
        }


class _Counter:
    """How often each token was used in the present minute, in this process: each of several has its part
    of the rate."""

    def __init__(self) -> None:
        self._lock, self._minute = threading.Lock(), 0
        self._used: dict[UUID, int] = {}

    def add(self, token: UUID, *, minute: int) -> int:
        with self._lock:
            if minute != self._minute:
                self._minute, self._used = minute, {}
            self._used[token] = self._used.get(token, 0) + 1
            return self._used[token]


_COUNTER: Final = _Counter()


def counted(token_id: UUID, *, rate: int | None, workers: int, clock: float) -> Rate | None:
    """Counts one more use of the token against `rate`, uses a minute over all `workers`; None where there is
    no limit. `clock` is in seconds since the epoch."""
    if rate is None:
        return None
    used = _COUNTER.add(token_id, minute=int(clock // MINUTE))
    return Rate(max(1, rate // workers), used, int(MINUTE - clock % MINUTE) + 1)
