"""The cells of Viva Goals' Explorer export that hold more than one thing, each read by itself.

>>> aligned("Win (north)(weight: 60.00%, Id: 7); Grow(weight: 40.00%, Id: 8)")[0][0]
Aligned(id='7', title='Win (north)', weight=Decimal('60.00'))
>>> said = checkin("Checkin Date: 2025-03-10; User: Bo; Note: see; Status: red; Status: Behind;")
>>> said["Note"], said["Status"]
('see; Status: red', 'Behind')
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from pejl.adapters.formats import cells
from pejl.domain import periods
from pejl.domain.values import Kind, PeriodKind, Refused

DATE, USER, NOTE, METRIC = "Checkin Date", "User", "Note", "Metric Name"
STATUS, VALUE, ACTIVITY = "Status", "Current Value", "Activity Date"

_SLACK: Final = Decimal("0.02")  # what two decimals of a per cent leave
_HUNDRED: Final = Decimal(100)
_LONGEST_NAME: Final = 3  # parts of one name with commas
_TRIED: Final = 5  # weights that several goals of one parent have alike

_ALIGNED: Final = re.compile(r"\(\s*weight:\s*([0-9.,]+)\s*%(?:\s*,\s*Id:\s*([0-9]+))?\s*\)", re.IGNORECASE)
_BEGINS: Final = re.compile(r"Check-?in Date:", re.IGNORECASE)
_WORDS: Final = {
    Kind.OBJECTIVE: "objective goal theme big_rock målsætning mål",
    Kind.KEY_RESULT: "key_result metric result kpi measure nøgleresultat",
    Kind.INITIATIVE: "initiative project deliverable milestone action to_do todo task action_item initiativ",
}
_KINDS: Final = {word.replace("_", " "): kind for kind, listed in _WORDS.items() for word in listed.split()}
_AGE: Final = r"(?P<year>(?:19|20|21)[0-9]{2})"
_YEAR: Final = re.compile(rf"(?:annual|year)?\s*{_AGE}", re.IGNORECASE)
_PART: Final = re.compile(rf"(?P<letter>[QHT])(?P<number>[1-4])[ -]*{_AGE}", re.IGNORECASE)
_TURNED: Final = re.compile(rf"{_AGE}[ -]*(?P<letter>[QHT])(?P<number>[1-4])", re.IGNORECASE)
_SCHEMES: Final = {"Q": PeriodKind.QUARTER, "H": PeriodKind.HALF, "T": PeriodKind.TERTIAL}


class Aligned(NamedTuple):
    """A parent: its id where the file has one, its title, and the weight in per cent."""

    id: str
    title: str
    weight: Decimal | None


@lru_cache(maxsize=256)  # the goals of one parent say the same
def aligned(text: str) -> tuple[tuple[Aligned, ...], str]:
    """The parents in a cell and what is left over. A parent ends with its weight, whatever brackets its
    title has and whatever stands between two of them; a cell without any weight is one title."""
    found, at = [], 0
    for match in _ALIGNED.finditer(text):
        weight = cells.number(match[1]).value
        found.append(Aligned(match[2] or "", _title(text[at : match.start()]), weight))
        at = match.end()
    rest = text[at:].strip(" ;,\n")
    if not found and rest:
        return (Aligned("", _title(rest), None),), ""
    return tuple(found), rest


def _title(text: str) -> str:
    return " ".join(text.strip(" ;,\n").split())


def free(weights: Iterable[Decimal]) -> Decimal | None:
    """The weight that stands for a default share among those of one parent's goals: what several of them
    have alike, where it is one of so many equal parts (the file need not have all goals) or what the others
    leave, shared equally; 0 where nobody has one above it. None where there is no such weight."""
    given = [weight for weight in weights if weight > 0]
    if not given:
        return Decimal(0)
    if max(given) - min(given) <= _SLACK:
        equal = len(given) > 1 and is_share(given[0], of=max(1, round(_HUNDRED / given[0])))
        return given[0] if equal else None
    whole = sum(given)
    for weight, count in Counter(given).most_common(_TRIED):
        if count > 1 and abs((_HUNDRED - whole + weight * count) / count - weight) <= _SLACK:
            return weight
    return None


def is_share(weight: Decimal | None, *, of: int) -> bool:
    """Whether the weight is that of one of ``of`` equal parts."""
    return weight is not None and abs(weight - _HUNDRED / of) <= _SLACK


def near(weight: Decimal, other: Decimal | None) -> bool:
    return other is not None and abs(weight - other) <= _SLACK


def checkin(text: str) -> Mapping[str, str]:
    """A check-in by its keys. The note may hold any text, also ";" and the keys themselves: what is before
    it is read from the left, what is after it from the right. Nothing where the cell is no check-in."""
    begins = _BEGINS.match(text)
    if begins is None:
        return {}
    head, _, note = text[begins.end() :].rstrip().removesuffix(";").partition(f"; {NOTE}:")
    on, _, rest = head.partition(";")
    found = {DATE: on.strip(), USER: ""}
    if rest.lstrip().startswith(f"{USER}:"):
        user, _, rest = rest.lstrip().removeprefix(f"{USER}:").partition(";")
        found[USER] = user.strip()
    rest = ";".join(["", *(one for one in (rest, note) if one.strip())])
    for key in (ACTIVITY, VALUE, STATUS, METRIC):
        before, parted, value = rest.rpartition(f"; {key}:")
        if parted and (key is METRIC or ";" not in value):
            found[key] = value.strip()
            rest = before
    found[NOTE] = rest.removeprefix(";").strip()
    return found


def kind(word: str) -> Kind | None:
    """What a name for a kind of goal means; None for one that is not known, and for "Outcome", which some
    say for an objective and others for a key result."""
    key = worded(word)
    if key in _KINDS:
        return _KINDS[key]
    ending = f" {key.removesuffix('s')}"
    return _KINDS.get(max((one for one in _KINDS if ending.endswith(f" {one}")), key=len, default=""))


def worded(word: str) -> str:
    return re.sub(r"[\s_-]+", " ", word).strip().casefold()


def names(text: str, *, known: Collection[str], commas: bool) -> tuple[tuple[str, ...], bool]:
    """The names in a cell, parted at commas, and whether all is sure: names that stand alone elsewhere
    (``known``) are kept whole, comma included; where such names are about (``commas``), others are not
    sure."""
    parts = [part for one in text.split(",") if (part := one.strip())]
    found: list[str] = []
    at, sure = 0, True
    commas = commas and len(parts) > 1
    while at < len(parts):
        tried = (", ".join(parts[at : at + size]) for size in range(_LONGEST_NAME, 1, -1))
        whole = next((one for one in tried if commas and one in known), parts[at])
        sure = sure and (not commas or whole in known)
        found.append(whole)
        at += whole.count(",") + 1
    return tuple(dict.fromkeys(found)), sure


def span(name: str) -> tuple[date, date] | None:
    """The days of a period that its name tells: "Q1 2025", "2025 H1", "Annual 2025"."""
    text = name.strip()
    part = _PART.fullmatch(text) or _TURNED.fullmatch(text)
    year = part or _YEAR.fullmatch(text)
    if year is None:
        return None
    scheme = _SCHEMES[part["letter"].upper()] if part else PeriodKind.YEAR
    try:
        spans = periods.for_year(int(year["year"]), starts=1, scheme=scheme)
    except (Refused, ValueError):
        return None
    at = int(part["number"]) if part else 0
    return (spans[at].start, spans[at].end) if at < len(spans) else None


def dates(name: str, spans: Counter[tuple[date, date]]) -> tuple[date | None, date | None]:
    """The days of a period: those of most of its goals, else what its name tells, else nothing."""
    if spans:
        common, count = spans.most_common(1)[0]
        if count * 2 > spans.total():
            return common
    return span(name) or (None, None)
