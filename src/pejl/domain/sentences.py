"""An OKR as one sentence, written and read.

    I will [objective] as measured by [key results] through [initiatives].
    Jeg vil [målsætning] ud fra [nøgleresultater] via [initiativer].

>>> write(objective="Launch 2.0", key_results=["support requests from 120 to 30", "steps 9 → 6"],
...       initiatives=["a click study"], language="en")
'I will launch 2.0 as measured by support requests from 120 to 30 and steps 9 → 6 through a click study.'
>>> read("Jeg vil sælge mere ud fra nye aftaler fra 3 til 9.", language="da").key_results[0].target_text
'9'
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pejl.domain import amounts
from pejl.domain.values import Refused

Role = Literal["words", "objective", "key_result", "initiative"]

LONGEST = 4000


class Piece(NamedTuple):
    """A stretch of the sentence; ``text`` of a blank is empty."""

    text: str
    role: Role


@dataclass(frozen=True, slots=True)
class DraftKeyResult:
    """``title`` is the whole wording; the texts of its start and target are for ``amounts.parse``."""

    title: str
    start_text: str | None = None
    target_text: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    objective: str
    key_results: tuple[DraftKeyResult, ...] = ()
    initiatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Words:
    will: tuple[str, ...]
    measured: str
    through: str
    and_: str
    start: str
    target: str


_WORDS: dict[amounts.Language, _Words] = {
    "en": _Words(("I will", "We will"), "as measured by", "through", "and", "from", "to"),
    "da": _Words(("Jeg vil", "Vi vil"), "ud fra", "via", "og", "fra", "til"),
}
_MARK = r"(?:US\$|[$€£]|(?:USD|DKK|EUR|GBP|SEK|NOK|kr\.?)(?![^\W\d_]))"
_SCALE = (
    r"(?:mio\.?|mia\.?|million(?:er|s)?|milliard(?:er)?|billion(?:er|s)?"
    r"|thousand|tusind|bn|[kmb])(?![^\W\d_])"
)
_UNIT = r"(?:%|(?:percentage points?|procentpoint|percent|procent|pp|pct\.?)(?![^\W\d_]))"
_NUMBER = (
    r"(?:[0-9]{1,3}(?:[ \u00a0\u2009\u202f][0-9]{3})+(?![0-9])(?:[.,][0-9]+)?|[0-9]+(?:[.,:][0-9]+)*"
    r"|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|en|et|to|tre|fire|fem|seks|syv|otte|ni|ti|elleve|tolv)(?![^\W\d_]))"
)
_AMOUNT = rf"(?:{_MARK}\s?)?[-\u2212]?{_NUMBER}(?:\s?{_SCALE})?(?:\s?(?:{_UNIT}|{_MARK}))?"
_ARROW = re.compile(rf"(?<!\w)(?P<start>{_AMOUNT})\s?(?:→|->)\s?(?P<target>{_AMOUNT})", re.IGNORECASE)
_MOVES: dict[amounts.Language, re.Pattern[str]] = {
    language: re.compile(
        # Between the figures up to 40 signs of unit may stand: "from three hours a week to one".
        rf"\b{words.start}\s(?P<start>{_AMOUNT})(?:\s[^0-9]{{1,40}}?)?\s{words.target}\s(?P<target>{_AMOUNT})",
        re.IGNORECASE,
    )
    for language, words in _WORDS.items()
}


def parts(
    *,
    objective: str,
    key_results: Sequence[str],
    initiatives: Sequence[str],
    language: amounts.Language,
    blanks: bool = False,
) -> list[Piece]:
    """The sentence in pieces, whose texts make it up in order.

    What is missing is left out with its words, or with ``blanks`` kept as a piece without text, so
    that a page can show the place to fill in. A missing objective always keeps its place.
    """
    words = _WORDS[language]
    pieces = [Piece(f"{words.will[0]} ", "words"), Piece(_lowered(_plain(objective)), "objective")]
    sections: tuple[tuple[str, Sequence[str], Role], ...] = (
        (words.measured, key_results, "key_result"),
        (words.through, initiatives, "initiative"),
    )
    for lead, texts, role in sections:
        plain = [text for text in map(_plain, texts) if text]
        if plain or blanks:
            pieces.append(Piece(f" {lead} ", "words"))
            pieces += _listed(plain or [""], role=role, and_=words.and_)
    if not pieces[-1].text.endswith((".", "…")):
        pieces.append(Piece(".", "words"))
    return pieces


def write(
    *, objective: str, key_results: Sequence[str], initiatives: Sequence[str], language: amounts.Language
) -> str:
    """The sentence; a missing objective is shown as "…", other missing parts are left out."""
    pieces = parts(
        objective=objective or "…", key_results=key_results, initiatives=initiatives, language=language
    )
    return "".join(piece.text for piece in pieces)


def read(text: str, *, language: amounts.Language) -> Draft:
    """A draft from the sentence. Parts are told apart by commas and the last "and", or by semicolons
    where there are any. Raises :class:`Refused` ``sentence.unreadable`` where the sentence does not
    begin as the template does, or is over 4,000 signs."""
    words = _WORDS[language]
    plain = _plain(text).removesuffix(".") if len(text) <= LONGEST else ""
    lead = next((will for will in words.will if plain.casefold().startswith(f"{will.casefold()} ")), None)
    if lead is None:
        raise Refused("sentence.unreadable", field="sentence", language=language)
    rest = plain[len(lead) :]
    objective, measured = _split(rest, at=words.measured, last=False)
    if measured is None:
        objective, through = _split(objective, at=words.through, last=True)
    else:
        measured, through = _split(measured, at=words.through, last=True)
    if not objective:
        raise Refused("sentence.unreadable", field="sentence", language=language)
    return Draft(
        objective=objective[:1].upper() + objective[1:],
        key_results=tuple(_key_result(part, language=language) for part in _apart(measured, and_=words.and_)),
        initiatives=tuple(_apart(through, and_=words.and_)),
    )


def _plain(text: str) -> str:
    # No-break and thin spaces belong to figures and stay.
    return re.sub(r"[ \t\r\n]+", " ", text).strip()


def _lowered(objective: str) -> str:
    # "USD 1M more…" and "OKR training…" keep their capitals.
    abbreviation = len(objective) > 1 and not objective[1].islower() and not objective[1].isspace()
    return objective if abbreviation else objective[:1].lower() + objective[1:]


def _listed(texts: Sequence[str], *, role: Role, and_: str) -> list[Piece]:
    """a, b and c; or a; b; c where a part has a comma or an "and" of its own."""
    compound = len(texts) > 1 and any(", " in text or f" {and_} " in text for text in texts)
    pieces: list[Piece] = []
    for place, text in enumerate(texts):
        if place:
            last = place == len(texts) - 1
            joint = "; " if compound else f" {and_} " if last else ", "
            pieces.append(Piece(joint, "words"))
        pieces.append(Piece(text, role))
    return pieces


def _split(text: str, *, at: str, last: bool) -> tuple[str, str | None]:
    found = list(re.finditer(rf"(?:^|\s){re.escape(at)}(?:\s|$)", text, re.IGNORECASE))
    if not found:
        return text.strip(), None
    place = found[-1 if last else 0]
    return text[: place.start()].strip(), text[place.end() :].strip()


def _apart(text: str | None, *, and_: str) -> list[str]:
    if not text:
        return []
    if ";" in text:
        found = text.split(";")
    else:
        *firsts, tail = re.split(r",\s", text)
        # "a, b and c": the "and" before the last part; in "a, b, and c" it opens it.
        before, middle, after = tail.removeprefix(f"{and_} ").rpartition(f" {and_} ")
        found = [*firsts, *((before, after) if middle else (after,))]
    return [part.strip() for part in found if part.strip()]


def _key_result(title: str, *, language: amounts.Language) -> DraftKeyResult:
    found = _MOVES[language].search(title) or _ARROW.search(title)
    if found is None:
        return DraftKeyResult(title)
    return DraftKeyResult(title, found["start"].strip(), found["target"].strip())
