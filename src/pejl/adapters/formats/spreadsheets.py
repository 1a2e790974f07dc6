"""Any table of goals that people keep themselves: its headings told by what they are called, in English or
Danish, and shown so that they can be chosen otherwise.

A row is a goal. Where one column has the objective and another the key result, a row is a key result under
the objective beside it, or under the one above where that cell is blank.

>>> match(("Mål", "Nøgleresultat", "Ansvarlig", "Start", "Måltal", "Nu", "Farve"))["Mål"]
'objective'
>>> list(match(("Mål", "Start", "Slut", "Noget andet")).values())
['title', 'start_date', 'end_date', '']
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, Final

from pejl.adapters.formats import layouts, tables
from pejl.adapters.formats.layouts import Profile
from pejl.adapters.formats.layouts_facts import Rules
from pejl.domain.transfers import Said

NAME: Final = "spreadsheet"
FIELDS: Final = layouts.FIELDS

# The first that a heading fits is the better reading; a field is one column's alone.
_ENGLISH: Final = {
    "title": "title, goal title, objective title, okr title, key result title, name, goal name, summary,"
    " goal, okr, headline",
    "objective": "objective",
    "kind": "type, kind, goal type, okr type, object type, item type",
    "id": "id, goal id, okr id, objective id, identifier",
    "key": "row id",
    "parent_id": "parent id, parent goal id, parent ids",
    "parent": "parent, parents, parent goal, parent objective, parent title, aligned to, alignment, supports,"
    " contributes to",
    "order": "order, outline, outline number, wbs",
    "share": "weight, share, weighting",
    "owner": "owner, owners, responsible, accountable, assignee, assigned to, champion, lead, goal owner,"
    " owner name",
    "owner_email": "owner email, owner emails, owner e-mail, email, e-mail, owner email id",
    "creator": "creator, created by, author",
    "team": "team, teams, department, departments, unit name, group, business unit, squad",
    "level": "level, scope",
    "period": "period, time period, quarter, cycle, goal cycle, okr cycle, timeframe, time frame, session",
    "start_date": "start date, started, starts, begins, start on, from date",
    "end_date": "end date, due date, due, deadline, ends, end, due on, target date, finish date, to date",
    "created": "created, created at, created on, creation date",
    "description": "description, details, notes, about",
    "unit": "unit, units, unit of measure, metric unit, metric type",
    "from": "start value, starting value, baseline, initial, initial value, from, start",
    "to": "target, target value, goal value, to",
    "value": "current, current value, actual, actual value, latest, latest value, now, result, value",
    "progress": "progress, progress %, % complete, percent complete, completion, % done, complete",
    "status": "status, state, rag, health, progress status",
    "score": "score, grade, final score",
    "ambition": "ambition, commitment",
    "tags": "tags, tag, labels, label, categories, category",
    "operator": "measured by, target operator",
    "visibility": "visibility, privacy",
    "checked": "last check-in, last checkin, last updated, updated, updated on, check-in date, as of",
    "note": "last check-in note, check-in note, comment, comments, latest update, update",
    "confidence": "confidence, confidence level",
}
_DANISH: Final = {
    "title": "titel, navn, overskrift, måltitel, målsætning, mål, okr'er",
    "objective": "overmål",
    "kind": "måltype, slags",
    "id": "mål-id, nummer",
    "parent_id": "overordnet id, id’er ovenover",
    "parent": "overordnet, overordnet mål, over, bidrager til, understøtter, hører under, forælder",
    "order": "rækkefølge",
    "share": "vægt, vægtning, andel",
    "owner": "ansvarlig, ejer, ejere, ansvarlige, tovholder, målejer",
    "owner_email": "ejers e-mail, ansvarligs e-mail, mail, e-mailadresse",
    "creator": "oprettet af",
    "team": "afdeling, hold, afdelinger, område, gruppe",
    "level": "niveau",
    "period": "periode, kvartal, tidsperiode, cyklus",
    "start_date": "startdato, begynder, fra dato",
    "end_date": "slutdato, frist, forfald, forfaldsdato, deadline dato, slut, sluttidspunkt, til dato",
    "created": "oprettet, oprettelsesdato",
    "description": "beskrivelse, detaljer, noter",
    "unit": "enhed, måleenhed",
    "from": "startværdi, udgangspunkt, basislinje, fra",
    "to": "målværdi, måltal, målsat, til",
    "value": "aktuel, aktuel værdi, nuværende, nuværende værdi, nu, værdi, seneste, seneste værdi,"
    " realiseret",
    "progress": "fremdrift, fremskridt, fremdrift i %, færdiggørelse",
    "status": "tilstand, trafiklys",
    "score": "karakter, vurdering",
    "tags": "mærkater, etiketter, emner, kategorier, kategori",
    "operator": "måles på",
    "visibility": "synlighed",
    "checked": "senest opdateret, seneste status, opdateret, opdateringsdato, senest tjekket ind",
    "note": "kommentar, kommentarer, bemærkning, bemærkninger, seneste note",
    "confidence": "tillid, sikkerhed, tiltro",
}
_KEY_RESULT: Final = frozenset(
    map(tables.folded, ("key result", "key results", "kr", "krs", "nøgleresultat", "nøgleresultater"))
)
_OBJECTIVE: Final = frozenset(
    map(tables.folded, ("objective", "objectives", "mål", "målsætning", "goal", "o"))
)
_GOAL_OR_TARGET: Final = tables.folded("mål")
_START: Final = tables.folded("start")
_PART: Final = frozenset(
    map(tables.folded, ("key result 1", "kr 1", "nøgleresultat 1", "key result 1 title"))
)
_PART_DONE: Final = frozenset(
    map(
        tables.folded, ("key result 1 progress", "kr 1 progress", "key result 1 completion", "kr 1 fremdrift")
    )
)


def _by_word(listed: Mapping[str, str]) -> dict[str, tuple[int, str]]:
    """Each word's place among the words of its field, and the field."""
    return {
        tables.folded(word): (rank, name)
        for name, words in listed.items()
        for rank, word in enumerate(words.split(", "))
    }


_KNOWN_DANISH: Final = _by_word(_DANISH)
_KNOWN: Final = _KNOWN_DANISH | _by_word(_ENGLISH)
_FEW, _SEVERAL = 2, 3
_TITLES: Final = frozenset({"title", "objective"})


def recognise(file: BinaryIO, name: str) -> bool:
    """Whether this is a table in which something is called as goals call it. Rewinds."""
    return _headings(file, name, profile=None)[1] is not None


def fits(headings: Sequence[str]) -> bool:
    """Whether these are surely headings of goals: a title and something more, or much of what goals have."""
    found = {name for name in match(headings).values() if name}
    return len(found) >= (_FEW if found & _TITLES else _SEVERAL)


def may_fit(headings: Sequence[str]) -> bool:
    """Whether these may be headings of goals: a title alone, or anything known among others."""
    found = {name for name in match(headings).values() if name}
    return bool(found & _TITLES) or (bool(found) and len(headings) > 1)


def match(headings: Sequence[str], profile: Profile | None = None) -> dict[str, str]:
    """The field of each heading, "" for those that are not read; the profile goes before the words."""
    keys = {heading: tables.folded(heading) for heading in headings}
    ranked = sorted((_KNOWN[key], heading) for heading, key in keys.items() if key in _KNOWN)
    own: dict[str, str] = {}
    taken: set[str] = set()
    for (_, name), heading in ranked:
        if name not in taken:
            own[heading] = name
            taken.add(name)
    for heading, key in keys.items():
        numbered = layouts.counted(key)
        if key != numbered or key in _PART | _PART_DONE:
            own |= {heading: "part_title"} if numbered in _PART else {}
            own |= {heading: "part_progress"} if numbered in _PART_DONE else {}
    _settle(own, keys)
    return layouts.chosen(headings, own, profile)


def columns(file: BinaryIO, profile: Profile | None = None, name: str = "") -> list[tuple[str, str]]:
    """Each heading with the field it is read as."""
    return list(match(_headings(file, name, profile=profile)[0], profile).items())


def read(file: BinaryIO, profile: Profile | None = None, name: str = "") -> Iterator[Said]:
    """The goals of the table in the order of its rows; figures and days as Danes write them where a heading
    is Danish. Refuses the file as a whole, also midway, as :func:`tables.table` does."""
    headings, fitting = _headings(file, name, profile=profile)
    rules = dataclasses.replace(_RULES, danish=is_danish(headings))
    yield from layouts.read(
        file, name, fits=fitting or fits, match=lambda found: match(found, profile), rules=rules
    )


def _headings(
    file: BinaryIO, name: str, *, profile: Profile | None
) -> tuple[tuple[str, ...], tables.Fits | None]:
    """The headings, and what told them from other rows: those that surely fit go before those that may."""
    for one in (layouts.fitting(fits, profile), may_fit):
        found = tables.headings(file, name, fits=one)
        if one(found):
            return found, one
    return (), None


def is_danish(headings: Sequence[str]) -> bool:
    """Whether a heading is a word that only Danish has for its field."""
    known = {tables.folded(heading) for heading in headings}
    return bool(known & (_KNOWN_DANISH.keys() - _by_word(_ENGLISH).keys()))


_RULES: Final = Rules(scale=None)


def _settle(own: dict[str, str], keys: Mapping[str, str]) -> None:
    """What a heading is by those beside it: an objective beside its key results, "Mål" for a title or a
    target, "Start" for a day or a figure."""
    by_key = {key: heading for heading, key in keys.items()}
    result = next((heading for heading, key in keys.items() if key in _KEY_RESULT), None)
    objective = next((heading for heading, key in keys.items() if key in _OBJECTIVE), None)
    titled = next((heading for heading, name in own.items() if name == "title"), None)
    if result is not None and objective is not None:
        if titled not in (None, objective):
            own.pop(str(titled))
        own |= {objective: "objective", result: "title"}
    elif result is not None and titled is None:
        own[result] = "title"
    elif objective is not None and titled in (None, objective):
        own[objective] = "title"
    elif objective is not None and titled is not None and keys[objective] == tables.folded("objective"):
        own[objective] = "objective"
    goal = by_key.get(_GOAL_OR_TARGET)
    if goal is not None and goal not in own and "to" not in own.values():
        own[goal] = "to"
    start = by_key.get(_START)
    if start is not None and own.get(start, "from") == "from":
        ends, begins = "end_date" in own.values(), "start_date" in own.values()
        own[start] = "start_date" if ends and not begins and "to" not in own.values() else "from"
