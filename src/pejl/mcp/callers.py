"""Who an assistant acts for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pejl.queries.scope import Member


@dataclass(frozen=True, slots=True)
class Caller:
    """A person at a moment; `writes` is whether anything may be proposed or applied in their name."""

    by: Member
    at: datetime
    writes: bool


class Refused(Exception):  # noqa: N818 - an answer
    """It is not done; the text says why, to a person."""


# Asked for anew at each message: rights end, and time goes on. Raises `Refused`.
Knock = Callable[[], Caller]
