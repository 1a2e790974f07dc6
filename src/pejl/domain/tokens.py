"""How a token is written: `pejl_`, the key of its row, and a secret of which only the digest is kept.

    pejl_<32 hex digits><43 letters, digits, - and _>

>>> text = write(UUID(int=7), "s" * 43)
>>> text
'pejl_00000000000000000000000000000007sssssssssssssssssssssssssssssssssssssssssss'
>>> read(text) == (UUID(int=7), digest("s" * 43))
True
>>> read("pejl_7"), read("Bearer")
(None, None)
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Final
from uuid import UUID

PREFIX: Final = "pejl_"
_KEY: Final = 32
_SECRET: Final = 43
_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
_HEX: Final = frozenset("0123456789abcdef")


class Scope(StrEnum):
    """Reading comes with every token."""

    READ = "read"
    WRITE = "write"


def write(key: UUID, secret: str) -> str:
    return f"{PREFIX}{key.hex}{secret}"


def read(text: str) -> tuple[UUID, str] | None:
    """The key and the digest of the secret; None for anything that is no token."""
    body = text.removeprefix(PREFIX)
    key, secret = body[:_KEY], body[_KEY:]
    if body == text or len(secret) != _SECRET or not _HEX.issuperset(key) or not _LETTERS.issuperset(secret):
        return None
    return (UUID(key), digest(secret)) if len(key) == _KEY else None


def digest(secret: str) -> str:
    """SHA-256: the secret has 256 random bits, so that a slow hash would guard nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()
