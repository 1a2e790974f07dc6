"""The words that other tools and people's own tables have for what is kept here, English and Danish.

>>> kind("Key result"), kind("Målsætning"), kind("Work item"), kind("Thing")
(<Kind.KEY_RESULT: 'key_result'>, <Kind.OBJECTIVE: 'objective'>, <Kind.INITIATIVE: 'initiative'>, None)
>>> period("Q3 Y2025"), period("3. kvartal 2025"), period("Sprint 7")
('Q3 2025', 'Q3 2025', 'Sprint 7')
>>> people("Bo Krog <bo@nord.example>; alma@nord.example")
(Named(id='', name='Bo Krog', email='bo@nord.example'), Named(id='', name='', email='alma@nord.example'))
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final

from pejl.adapters.formats import cells, viva_explorer_cells
from pejl.adapters.formats.cells import Reading
from pejl.domain import amounts
from pejl.domain.amounts import Amount
from pejl.domain.transfers import Named
from pejl.domain.values import Kind, Level, Refused, State, Status

MOST_CONFIDENT: Final = 10

_HUNDRED: Final = Decimal(100)
_KINDS: Final = {
    "o": Kind.OBJECTIVE, "mål": Kind.OBJECTIVE, "målsætning": Kind.OBJECTIVE, "målsætninger": Kind.OBJECTIVE,
    "kr": Kind.KEY_RESULT, "krs": Kind.KEY_RESULT, "nøgleresultat": Kind.KEY_RESULT,
    "nøgleresultater": Kind.KEY_RESULT, "resultat": Kind.KEY_RESULT,
    "work item": Kind.INITIATIVE, "jira work item": Kind.INITIATIVE, "issue": Kind.INITIATIVE,
    "epic": Kind.INITIATIVE, "story": Kind.INITIATIVE, "bug": Kind.INITIATIVE, "aktivitet": Kind.INITIATIVE,
    "initiativ": Kind.INITIATIVE, "initiativer": Kind.INITIATIVE, "indsats": Kind.INITIATIVE,
    "projekt": Kind.INITIATIVE, "opgave": Kind.INITIATIVE,
}  # fmt: skip
_LEVELS: Final = {
    Level.ORGANISATION: "company, organization, organisation, strategic theme, corporate, virksomhed",
    Level.TEAM: "team, department, group, division, hold, afdeling, område",
    Level.PERSON: "individual, personal, person, user, employee, personlig, personligt, medarbejder",
}
_LEVEL_OF: Final = {word: level for level, words in _LEVELS.items() for word in words.split(", ")}
# Beyond what `cells.status` knows: an end of which the word says how it went, which a score would say.
_STATUSES: Final = {
    Status.CLOSED: "finished, missed, partial, partially achieved, not achieved, færdig, afsluttet, opnået",
    Status.POSTPONED: "on hold, deferred, udsat, sat på pause",
    Status.DROPPED: "annulleret, opgivet",
    Status.NOT_STARTED: "pending, to do, ikke begyndt, ikke påbegyndt",
    Status.ON_TRACK: "grøn, i gang, på sporet",
    Status.AT_RISK: "gul, bagud",
    Status.OFF_TRACK: "rød, af sporet",
}
_STATUS_OF: Final = {word: status for status, words in _STATUSES.items() for word in words.split(", ")}
_STATES: Final = {
    Status.CLOSED: State.CLOSED, Status.POSTPONED: State.POSTPONED, Status.DROPPED: State.DROPPED,
}  # fmt: skip
_UNITS: Final = {
    "number": "", "numeric": "", "quantity": "", "no unit": "", "none": "", "tal": "", "antal": "", "stk": "",
    "%": "%", "percentage": "%", "percent": "%", "pct": "%", "pct.": "%", "procent": "%",
    "$": "USD", "dollar": "USD", "€": "EUR", "euro": "EUR", "£": "GBP", "kr": "DKK", "kr.": "DKK",
    "kroner": "DKK",
}  # fmt: skip
_KNOWN_UNITS: Final = frozenset({"%", "pp", *amounts.CURRENCIES})
_OPEN: Final = frozenset({"", "everyone", "public", "company", "all", "open", "offentlig", "alle", "synlig"})
_CLOSED: Final = frozenset({"private", "only me", "owner", "owners", "restricted", "privat", "fortrolig"})
_YES: Final = frozenset({"true", "yes", "1", "ja", "archived", "sand"})
_PERIODS: Final = (
    (re.compile(r"(?:Q|K|KVT\.?|KVARTAL) ?([1-4])[ ,/-]*(?:Y|FY)?(20\d\d)", re.IGNORECASE), r"Q\1 \2"),
    (re.compile(r"([1-4])\. ?(?:kvartal|kvt\.?)[ ,/-]*(20\d\d)", re.IGNORECASE), r"Q\1 \2"),
    (re.compile(r"([12])\. ?halvår[ ,/-]*(20\d\d)", re.IGNORECASE), r"H\1 \2"),
    (re.compile(r"([1-3])\. ?tertial[ ,/-]*(20\d\d)", re.IGNORECASE), r"T\1 \2"),
    (re.compile(r"([QHT][1-4])[ /-]*Y(20\d\d)", re.IGNORECASE), r"\1 \2"),
    (re.compile(r"(?:Y|år ?)(20\d\d)", re.IGNORECASE), r"\1"),
)
_ADDRESSED: Final = re.compile(r"(?P<name>.*?)\s*[<(](?P<email>[^<>()\s]+@[^<>()\s]+)[>)]")


@lru_cache(maxsize=256)
def kind(word: str) -> Kind | None:
    """What a word for a kind of goal means; None for one that is not known and for none."""
    key = viva_explorer_cells.worded(word)
    return (_KINDS.get(key) or viva_explorer_cells.kind(word)) if key else None


def level(word: str) -> Level | None:
    return _LEVEL_OF.get(viva_explorer_cells.worded(word))


def status(word: str) -> tuple[Status | None, State]:
    """As :func:`cells.status`, with the words of other tools: how an end went is no score."""
    found = _STATUS_OF.get(viva_explorer_cells.worded(word))
    if found is None:
        return cells.status(word, viva=False)
    return found, _STATES.get(found, State.OPEN)


def is_status(word: str) -> bool:
    return viva_explorer_cells.worded(word) in _STATUS_OF or cells.is_status(word)


def unit(word: str) -> str:
    """A unit as it is kept; a word that is not known is a unit by itself."""
    return _UNITS.get(word.strip().casefold(), word.strip())


def period(word: str) -> str:
    """The name of a period as it is read here; one of another shape stays as it is."""
    text = " ".join(word.split())
    for pattern, said in _PERIODS:
        if pattern.fullmatch(text):
            return pattern.sub(said, text).upper()
    return text


def private(word: str) -> bool | None:
    """Whether a word for who sees a goal closes it; None for a word that is not known."""
    key = viva_explorer_cells.worded(word)
    return False if key in _OPEN else True if key in _CLOSED else None


def archived(word: str) -> bool:
    return viva_explorer_cells.worded(word) in ("archived", "arkiveret")


def true(word: str) -> bool:
    return viva_explorer_cells.worded(word) in _YES


def several(text: str) -> tuple[str, ...]:
    """The names in a cell: parted by ";" or line ends where it has any, else by ","."""
    parts = cells.words(text, by=";\n")
    return tuple(dict.fromkeys(parts if len(parts) > 1 else cells.words(text, by=";,")))


def people(text: str) -> tuple[Named, ...]:
    """Those named in a cell, by name, by address, or by both as "Bo Krog <bo@nord.example>"."""
    found = []
    for one in several(text):
        both = _ADDRESSED.fullmatch(one)
        if both is not None:
            found.append(Named(name=both["name"].strip(' "'), email=both["email"]))
        else:
            found.append(Named(email=one) if "@" in one else Named(name=one))
    return tuple(found)


def figure(raw: object, *, danish: bool) -> Reading[Decimal]:
    """The number in a cell; in a Danish table a text reads as Danes write it, where it can be read so.

    >>> figure("1.250,5", danish=True).value, figure("3,5", danish=False).value
    (Decimal('1250.5'), Decimal('3.5'))
    """
    first = cells.number(raw)
    if not isinstance(raw, str) or not raw.strip() or (first.value is not None and not danish):
        return first
    try:
        found = amounts.parse(cells.plain(raw), language="da")
    except Refused:
        return first
    if not isinstance(found, Amount) or (found.unit and found.unit not in _KNOWN_UNITS):
        return first  # "12 of 30" is no 12
    thousands = first.value is not None and first.value != found.value
    reason = f"number with a thousands separator: read as {found.value:f}" if thousands else ""
    return Reading(found.value, reason)


def percent(value: Decimal | None, raw: object, *, scale: Decimal) -> Decimal | None:
    """A progress in per cent; `scale` takes figures there that do not say so themselves.

    >>> percent(Decimal("0.5"), "0.5", scale=Decimal(100)), percent(Decimal(50), "50 %", scale=Decimal(100))
    (Decimal('50.0'), Decimal('50'))
    """
    said = isinstance(raw, str) and raw.rstrip().endswith("%")
    return value if value is None or said else value * scale


def confidence(raw: object) -> tuple[int | None, str]:
    """From 0 to 10, and a reason as a reading has one; per cent come to the nearest tenth.

    >>> confidence("7"), confidence("65%"), confidence("high")
    ((7, ''), (7, ''), (None, 'value is not a number'))
    """
    value, reason = cells.number(raw)
    if value is None:
        return None, reason
    if value > MOST_CONFIDENT or str(raw).strip().endswith("%"):
        value = value / MOST_CONFIDENT
    if abs(value) > MOST_CONFIDENT:
        return None, cells.NOT_A_NUMBER
    whole = int(value.quantize(Decimal(1), ROUND_HALF_UP))
    return (whole, "") if 0 <= whole <= MOST_CONFIDENT else (None, cells.NOT_A_NUMBER)
