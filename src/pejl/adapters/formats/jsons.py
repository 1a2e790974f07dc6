"""JSON on its way to the parser, which is fast and trusts what it is given: a number of five thousand digits
or brackets inside brackets by the thousand would end the whole process, so they are refused before it.

>>> Guard().seen(b'[{"ID": 7, "Note": "[[[["}]')
b'[{"ID": 7, "Note": "[[[["}]'
>>> Guard().seen(b"[" * 100)
Traceback (most recent call last):
pejl.domain.values.Refused: file: file.too-large
"""

from __future__ import annotations

import re
from typing import Final

from pejl.adapters.formats import cells
from pejl.domain.values import Refused

MAX_DIGITS: Final = 4_000  # Python makes no whole number of more than 4,300
MAX_OPEN: Final = cells.MAX_DEPTH + 4  # a record and what it stands in; twice as deep within one piece

_LONG: Final = re.compile(rb"(?<![0-9])[0-9]{%d}" % (MAX_DIGITS + 1))
_STEP: Final = 500
_MAYBE_LONG: Final = re.compile(rb"[0-9]{%d}" % (MAX_DIGITS // _STEP))
_LAST: Final = re.compile(rb"[0-9]*\Z")
_NO_MARKS: Final = bytes(set(range(256)) - set(b'"[]{}'))


class Guard:
    """Looks at the pieces of one text in their order. What is inside quotation marks is left alone; a text
    that is not well made is left to the parser from there on."""

    def __init__(self) -> None:
        self._quoted = False
        self._escaped = b""  # a backslash that the next piece follows
        self._number = b""
        self._open = b""

    def seen(self, piece: bytes) -> bytes:
        """The piece as it is. Refuses (`file.too-large`) what the parser must not see."""
        text = (self._escaped + piece).replace(rb"\\", b"")
        self._escaped = b"\\" if text.endswith(b"\\") else b""
        text = text.removesuffix(b"\\").replace(rb"\"", b"")
        self._digits(self._number + text)
        # Most texts have no bracket in them: without them nothing is left of most of the file.
        parts = text.translate(None, _NO_MARKS).replace(b'""', b"").split(b'"')
        self._depth(b"".join(parts[self._quoted :: 2]))
        self._quoted ^= len(parts) % 2 == 0
        return piece

    def _digits(self, text: bytes) -> None:
        # A number that is too long shows in every so manieth sign of the text.
        if _MAYBE_LONG.search(text[::_STEP]):
            for found in _LONG.finditer(text):
                if self._quoted == text.count(b'"', 0, found.start()) % 2:
                    raise Refused("file.too-large", field="file", limit=MAX_DIGITS)
        last = _LAST.search(text[-MAX_DIGITS - 1 :])
        self._number = b"" if last is None else last[0]

    def _depth(self, brackets: bytes) -> None:
        left = self._open + brackets
        for _ in range(MAX_OPEN):
            shorter = left.replace(b"[]", b"").replace(b"{}", b"")
            if len(shorter) == len(left):
                break
            left = shorter
        if left.count(b"[") + left.count(b"{") > MAX_OPEN:
            raise Refused("file.too-large", field="file", limit=cells.MAX_DEPTH)
        self._open = left[-MAX_OPEN:]
