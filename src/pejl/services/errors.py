"""How a write says no. Each message is fit to show to a person, in their language, at its field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pejl.domain.values import Refused


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing to mend: the rule's `code`, the `field` it belongs to ("" is the whole), its figures."""

    code: str
    field: str = ""
    params: tuple[tuple[str, object], ...] = ()


class Rejected(Exception):  # noqa: N818 - an answer
    """The input cannot be used. Nothing was written."""

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(", ".join(f"{reason.field or 'input'}: {reason.code}" for reason in self.reasons))

    @classmethod
    def one(cls, code: str, *, field: str = "", **params: object) -> Rejected:
        return cls([Reason(code, field, tuple(params.items()))])

    @classmethod
    def by_rule(cls, refused: Refused, *, field: str | None = None) -> Rejected:
        """The same answer for a rule of the domain."""
        return cls.one(refused.code, field=refused.field if field is None else field, **refused.params)


class Conflict(Rejected):
    """Somebody else was here first: closed already, changed since it was read."""
