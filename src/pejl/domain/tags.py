"""Tags: free words on a goal, written with commas between them. Case makes no two tags of one word.

>>> several(["Growth,  new   markets", "growth; ", "NEW MARKETS"])
('Growth', 'new markets')
>>> told(("Growth", "new markets"))
'Growth, new markets'
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_BETWEEN = re.compile(r"[,;\r\n\u2028\u2029]")
_UNSEEN = frozenset({"Cc", "Cs"})
_DOT_ABOVE = "\u0307"


def fold(tag: str) -> str:
    """What two spellings of one tag have in common.

    >>> fold("ÆRLIG") == fold("ærlig")
    True
    """
    # A dotted capital I is in lower case one letter to one database and two to another.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", tag).casefold().replace(_DOT_ABOVE, ""))


def several(texts: Iterable[str], *, most: int | None = None) -> tuple[str, ...]:
    """The tags in these texts, in their order, each once as it is spelt first; none is empty.

    A comma, a semicolon and a line end stand between two tags, so no tag holds one of them. `most` cuts
    longer tags to that many letters.

    >>> several(["Kundetilfredshed"], most=5)
    ('Kunde',)
    """
    found: dict[str, str] = {}
    for text in texts:
        for part in _BETWEEN.split(text):
            tag = _tidy(part)[:most].rstrip()
            if tag:
                found.setdefault(fold(tag), tag)
    return tuple(found.values())


def told(tags: Iterable[str]) -> str:
    """As they are typed."""
    return ", ".join(tags)


def _tidy(text: str) -> str:
    seen = (" " if letter == "\t" else letter for letter in text)
    return " ".join("".join(one for one in seen if unicodedata.category(one) not in _UNSEEN).split())
