"""Words people type, tidied before they are kept: one line, or several; never empty space around."""

from __future__ import annotations

import unicodedata

from pejl.services.errors import Rejected

MOST_OF_A_NOTE = 20_000


def line(text: str, *, field: str, most: int = 200) -> str:
    """One line without doubled spaces. Raises `Rejected` where it is empty or longer than `most` letters."""
    tidy = " ".join(_visible(text).split())
    if not tidy:
        raise Rejected.one("text.empty", field=field)
    return _bounded(tidy, field=field, most=most)


def note(text: str, *, field: str, most: int = MOST_OF_A_NOTE) -> str:
    """Several lines, possibly none. Line ends become one kind; what cannot be seen is left out."""
    tidy = "\n".join(
        row.rstrip() for row in _visible(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    )
    return _bounded(tidy.strip(), field=field, most=most)


def _visible(text: str) -> str:
    """PostgreSQL takes no NUL, and control characters only ever come from pasting."""
    return "".join(
        letter for letter in text if letter in "\n\t" or unicodedata.category(letter) not in {"Cc", "Cs"}
    )


def _bounded(text: str, *, field: str, most: int) -> str:
    if len(text) > most:
        raise Rejected.one("text.long", field=field, most=most)
    return text
