"""A whole OKR as people type it: the objective, rows of key results, rows of initiatives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext as _

from pejl.domain import amounts, sentences
from pejl.domain.sentences import Draft, DraftKeyResult
from pejl.domain.values import Ambition, Kind, Level, Refused
from pejl.services.errors import Reason, Rejected
from pejl.services.goals import GoalDraft
from pejl.web import format as told_as
from pejl.web.forms import goals as forms
from pejl.web.forms import measures
from pejl.web.forms.goals import Reader

KEY_RESULTS, INITIATIVES = "key_results", "initiatives"
FEWEST = {KEY_RESULTS: 3, INITIATIVES: 1}
TONGUES: tuple[tuple[amounts.Language, str], ...] = (("en", "English"), ("da", "Dansk"))
"""The languages of the sentence, each called by its own name."""
MOST_ROWS = 30
MOST_PARENTS = 3
_COUNTED = {
    KEY_RESULTS: ("title", "start", "target", "lower", "upper", "warning", "milestones"),
    INITIATIVES: ("title",),
}
_ALIAS = {"owners": "owner", "teams": "team", "parent": "parents", "metric": "kind", "checkin_owner": "owner"}


@dataclass(frozen=True, slots=True)
class Okr:
    """`rows` are the places in the form that the parts came from; `towards` leads from an initiative to the
    key result it is for, both by their place among the drafts."""

    objective: GoalDraft
    key_results: tuple[GoalDraft, ...]
    initiatives: tuple[GoalDraft, ...]
    rows: Mapping[str, tuple[int, ...]]
    towards: Mapping[int, int]

    def placed(self, rejected: Rejected) -> Rejected:
        """A refusal of the parts, at the rows of the form."""
        found = []
        for one in measures.at_fields(rejected, alias=_ALIAS).reasons:
            name, _dot, rest = one.field.partition(".")
            place, _dot, field = rest.partition(".")
            if name in self.rows and place.isdigit():
                row = self.rows[name][int(place)]
                found.append(Reason(one.code, f"{name}.{row}.{field or 'title'}", one.params))
            else:
                found.append(one)
        return type(rejected)(found)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the live sentence. `label` is the field it is typed in, "" for the words between; `open`
    tells that something is still missing there."""

    text: str
    label: str = ""
    open: bool = False


def rows(typed: Mapping[str, str], name: str) -> int:
    """How many rows of that name the form shows: those typed in, and never fewer than it starts with."""
    places = [int(found[1]) for key in typed if (found := re.match(rf"{name}\.([0-9]{{1,2}})\.", key))]
    return min(max([FEWEST[name] - 1, *places]) + 1, MOST_ROWS)


def filled(typed: Mapping[str, str], name: str) -> list[int]:
    """The rows in which something is written."""
    return [
        row
        for row in range(rows(typed, name))
        if any(typed.get(f"{name}.{row}.{part}", "").strip() for part in _COUNTED[name])
    ]


def okr(form: QueryDict) -> Okr:
    """Raises `Rejected` with everything that cannot be read, at its field."""
    read = Reader({name: str(form.get(name, "")) for name in form})
    objective = _objective(read, parents=_parents(form))
    places = {name: filled(read.typed, name) for name in FEWEST}
    key_results = tuple(_key_result(read, row, objective) for row in places[KEY_RESULTS])
    initiatives = tuple(_initiative(read, row, objective) for row in places[INITIATIVES])
    read.finish()
    return Okr(
        objective,
        key_results,
        initiatives,
        {name: tuple(found) for name, found in places.items()},
        _towards(read.typed, places),
    )


def _parents(form: QueryDict) -> tuple[UUID, ...]:
    found = []
    for text in form.getlist("parents"):
        if text.strip():
            try:
                found.append(forms.identity(text.strip()))
            except Rejected:
                raise Rejected.one("choice.unknown", field="parents") from None
    return tuple(dict.fromkeys(found))


def _objective(read: Reader, *, parents: tuple[UUID, ...]) -> GoalDraft:
    level, ambition = read.typed.get("level", Level.ORGANISATION), read.typed.get("ambition", "")
    if level not in set(Level):
        read.reasons.append(Reason("choice.unknown", "level"))
        level = Level.ORGANISATION
    owner, team = read.read("owner", forms.identity), read.read("team", forms.identity)
    return GoalDraft(
        Kind.OBJECTIVE,
        _title(read, "title"),
        description=read.typed.get("description", ""),
        level=Level(level),
        period=read.read("period", forms.identity),
        start_date=read.read("start_date", forms.day),
        end_date=read.read("end_date", forms.day),
        ambition=Ambition(ambition) if ambition in set(Ambition) else None,
        owners=(owner,) if owner else (),
        teams=(team,) if team and level == Level.TEAM else (),
        tags=(read.typed.get("tags", ""),),
        parents=tuple((parent, None) for parent in parents),
    )


def _key_result(read: Reader, row: int, objective: GoalDraft) -> GoalDraft:
    lead = f"{KEY_RESULTS}.{row}."
    owner = read.read(f"{lead}owner", forms.identity)
    until = read.read(f"{lead}end_date", forms.day)
    # A row without a kind of its own is from one figure to another.
    if not read.typed.get(f"{lead}kind"):
        read.typed = {**read.typed, f"{lead}kind": measures.FROM_TO}
    return GoalDraft(
        Kind.KEY_RESULT,
        _title(read, f"{lead}title"),
        level=objective.level,
        owners=(owner,) if owner else objective.owners,
        metric=measures.metric(read, prefix=lead),
        milestones=measures.steps(read, prefix=lead),
        **_frame(objective, until),
    )


def _initiative(read: Reader, row: int, objective: GoalDraft) -> GoalDraft:
    until = read.read(f"{INITIATIVES}.{row}.end_date", forms.day)
    return GoalDraft(
        Kind.INITIATIVE,
        _title(read, f"{INITIATIVES}.{row}.title"),
        level=objective.level,
        owners=objective.owners,
        **_frame(objective, until),
    )


def _frame(objective: GoalDraft, until: date | None) -> dict[str, Any]:
    """A deadline of its own leaves the rest of the objective's frame in place."""
    if until is None:
        return {}
    return {"period": objective.period, "start_date": objective.start_date, "end_date": until}


def _title(read: Reader, name: str) -> str:
    text = read.typed.get(name, "").strip()
    if not text:
        read.reasons.append(Reason("text.empty", name))
    return " ".join(text.split())


def _towards(typed: Mapping[str, str], places: Mapping[str, list[int]]) -> dict[int, int]:
    found = {}
    for place, row in enumerate(places[INITIATIVES]):
        wanted = typed.get(f"{INITIATIVES}.{row}.towards", "")
        if wanted.isdigit() and int(wanted) in places[KEY_RESULTS]:
            found[place] = places[KEY_RESULTS].index(int(wanted))
    return found


def tongue(typed: Mapping[str, str]) -> amounts.Language:
    """The language chosen for the sentence, else the reader's."""
    chosen = typed.get("sentence_language")
    return next((one for one, _name in TONGUES if one == chosen), told_as.language())


def sentence(typed: Mapping[str, str]) -> list[Piece]:
    """The OKR as one sentence in the language chosen for it, with blanks where something is missing."""
    language = tongue(typed)
    with translation.override(language):
        return _sentence(typed, language=language)


def _sentence(typed: Mapping[str, str], *, language: amounts.Language) -> list[Piece]:
    written = {
        name: [row for row in filled(typed, name) if typed.get(f"{name}.{row}.title", "").strip()]
        for name in FEWEST
    }
    parts = sentences.parts(
        objective=typed.get("title", ""),
        key_results=[_told(typed, row) for row in written[KEY_RESULTS]],
        initiatives=[_small(typed[f"{INITIATIVES}.{row}.title"]) for row in written[INITIATIVES]],
        language=language,
        blanks=True,
    )
    waiting = {
        "objective": iter(["f-title"]),
        "key_result": iter([f"f-{KEY_RESULTS}-{row}-title" for row in written[KEY_RESULTS] or [0]]),
        "initiative": iter([f"f-{INITIATIVES}-{row}-title" for row in written[INITIATIVES] or [0]]),
    }
    blanks = {
        "objective": _("what you want to be true"),
        "key_result": _("how you will know"),
        "initiative": _("what you will do"),
    }
    half = {f"f-{KEY_RESULTS}-{row}-title" for row in written[KEY_RESULTS] if _half(typed, row)}
    found = []
    for text, role in parts:
        label = next(waiting[role], "") if role in waiting else ""
        missing = bool(label) and not text
        found.append(Piece(blanks[role] if missing else text, label, missing or label in half))
    return found


def _told(typed: Mapping[str, str], row: int) -> str:
    """A key result with its two figures, where its wording does not hold them already."""
    title, start, target = (
        typed.get(f"{KEY_RESULTS}.{row}.{name}", "").strip() for name in ("title", "start", "target")
    )
    moves = typed.get(f"{KEY_RESULTS}.{row}.kind", measures.FROM_TO) == measures.FROM_TO
    if not (moves and start and target) or (start in title and target in title):
        return _small(title)
    move = _("from %(start)s to %(target)s") % {"start": start, "target": target}
    return f"{_small(title)} {move}"


def _half(typed: Mapping[str, str], row: int) -> bool:
    """Whether one of the two figures is missing."""
    lead = f"{KEY_RESULTS}.{row}."
    given = [bool(typed.get(f"{lead}{name}", "").strip()) for name in ("start", "target")]
    return typed.get(f"{lead}kind", measures.FROM_TO) == measures.FROM_TO and given[0] != given[1]


def _small(text: str) -> str:
    """Within the sentence; "NPS" and "USD" keep their capitals."""
    text = " ".join(text.split())
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def from_sentence(text: str) -> dict[str, str]:
    """The fields of the form that a written sentence comes to, in whichever language it is written.

    Raises `Rejected`.
    """
    language, draft = _read_in(text, told_as.language())
    found = {"title": draft.objective, "sentence_language": language}
    for row, one in enumerate(draft.key_results[:MOST_ROWS]):
        lead = f"{KEY_RESULTS}.{row}."
        found |= {f"{lead}title": _wording(one), f"{lead}start": one.start_text or ""}
        found[f"{lead}target"] = one.target_text or ""
    for row, initiative in enumerate(draft.initiatives[:MOST_ROWS]):
        found[f"{INITIATIVES}.{row}.title"] = initiative[:1].upper() + initiative[1:]
    return found


def _read_in(text: str, first: amounts.Language) -> tuple[amounts.Language, Draft]:
    """The language the sentence is in, the reader's own tried first, and what it says."""
    refusal: Refused | None = None
    for language in sorted((one for one, _name in TONGUES), key=lambda one: one != first):
        try:
            return language, sentences.read(text, language=language)
        except Refused as refused:
            refusal = refusal or refused
    assert refusal is not None
    raise Rejected.by_rule(refusal, field="sentence") from refusal


def _wording(one: DraftKeyResult) -> str:
    """Without the figures where they end it: those have fields of their own."""
    title = one.title
    if one.start_text and one.target_text:
        start, target = re.escape(one.start_text), re.escape(one.target_text)
        move = rf"[\s,]*(?:\b(?:from|fra)\s+{start}\s+(?:to|til)|{start}\s*(?:→|->))\s*{target}\s*"
        title = re.sub(rf"{move}$", "", one.title, flags=re.IGNORECASE) or one.title
    return title[:1].upper() + title[1:]
