"""What the pages of an import say: the receipt as lines of text, with its figures and reasons translated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from pejl.queries.imports import ImportRow
from pejl.services import transfers
from pejl.web import format as told_as

SHOWN: Final = 200
_MEGA: Final = 1_000_000
_KILO: Final = 1_000
_OUTCOMES: Final = ("read", "landed", "merged", "skipped", "failed")

_PRODUCTS: Final = {
    "appfire-okr": "OKR for Jira (Appfire)",
    "peoplebox": "Peoplebox",
    "betterworks": "Betterworks",
    "culture-amp": "Culture Amp",
    "engagedly": "Engagedly",
    "peoplecues": "PeopleCues",
    "mirro": "Mirro",
    "quantive": "Quantive",
    "asana": "Asana",
    "lark": "Lark OKR",
    "atlassian-goals": "Atlassian Goals",
}
_PAYLOADS: Final = ("quantive", "asana", "lark")

# The fixed sentences of the readers and of the landing; what stands in `%(…)s` is filled in by them.
REASONS: Final = (
    gettext_noop("a goal under it differs"),
    gettext_noop("a period needs a first and a last day"),
    gettext_noop("a reach target starts at 0: the start is left out"),
    gettext_noop("a tag has no place by itself: tags come with their goals"),
    gettext_noop("a weight beside it is missing or cannot be shared out: all count alike"),
    gettext_noop("aligned to a goal that is not among the parents: left out"),
    gettext_noop("archived there: read as dropped"),
    gettext_noop("days of figures are read with the day first, as others in the file show"),
    gettext_noop("days of figures are read with the month first, as others in the file show"),
    gettext_noop("date cannot be read"),
    gettext_noop("direction does not fit start and target: read by the figures"),
    gettext_noop("goal is not in the export"),
    gettext_noop("it goes by its tasks here"),
    gettext_noop("marked for deletion in the file: left out"),
    gettext_noop("name is missing"),
    gettext_noop("nothing contributes to it here"),
    gettext_noop("nothing is rounded on the way up here, and fixed shares alone are scaled to 100 %"),
    gettext_noop("number with a thousands separator: read as %(value)s"),
    gettext_noop("parent is not in the export"),
    gettext_noop("progress is from 0 to 1: read as parts of a whole"),
    gettext_noop("risk threshold is on the good side of the target: left out"),
    gettext_noop("row cannot be read"),
    gettext_noop("score is not from 0 to 1"),
    gettext_noop("setting is not known: read as by hand"),
    gettext_noop("start and target are the same: read as per cent by hand"),
    gettext_noop("start is missing: read as 0"),
    gettext_noop("status word is not known"),
    gettext_noop("target is missing: read as per cent by hand"),
    gettext_noop("target type is not known: read as per cent by hand"),
    gettext_noop("targets on the way do not lead from start to target: left out"),
    gettext_noop("task without a name: left out"),
    gettext_noop("text is missing"),
    gettext_noop("the alignment would close a circle: left out"),
    gettext_noop("the goal is here already: new check-ins are not added to it"),
    gettext_noop("the id is in the file twice: only the first was taken"),
    gettext_noop("the shares of the parent pass 100 %: taken as equal"),
    gettext_noop("the value gives another figure than the file shows"),
    gettext_noop("the value sits exactly on its bound: counted as reached here"),
    gettext_noop("time cannot be read"),
    gettext_noop("title is missing"),
    gettext_noop("type is not known: read as objective"),
    gettext_noop("value has no measure: its goal is read as per cent by hand"),
    gettext_noop("value is not a number"),
    gettext_noop("text is not in UTF-8: read as Windows-1252"),
    gettext_noop("the file has no types: read by parents and metrics"),
    gettext_noop("who may see it is not known: read as private"),
    gettext_noop("“%(word)s” is read as %(kind)s, because the file has another word for the other"),
    gettext_noop("type is not known: read as %(kind)s by its parents and its metric"),
    gettext_noop("the file does not tell whether its key results feed it: read by its own metric"),
    gettext_noop("value is missing: worked out from the progress in per cent"),
    gettext_noop("value is in per cent, the goal is not"),
    gettext_noop("parent cannot be read"),
    gettext_noop("a comma may part names or stand in one: read as %(names)s"),
    gettext_noop("cell without a heading is no check-in: left out"),
    gettext_noop("a quotation mark is opened and not closed: all that follows is in this cell"),
    gettext_noop("formula without a value"),
    gettext_noop("formula that gives an error"),
    gettext_noop("a figure under it was rounded there: nothing is rounded on the way up here"),
    gettext_noop("a goal under it sits exactly on its bound: counted as reached here"),
    gettext_noop("a goal under it without progress is left out here, and was 0 % there"),
    gettext_noop("changed here since it was imported: left as it is"),
    gettext_noop("column without a heading"),
    gettext_noop("fixed shares under 100 % in all are scaled up to 100 % here"),
    gettext_noop("it has gone on here since"),
    gettext_noop("measure does not hold together: read as per cent by hand"),
    gettext_noop("several goals have the title of the parent: left out"),
    gettext_noop("team above is not in the export"),
    gettext_noop("teams stand in a circle"),
    gettext_noop("the figure in the file does not follow from the goals under it"),
    gettext_noop("the file has no value for it"),
    gettext_noop("the goal was removed here: left out"),
    gettext_noop("value differs from the last check-in here: left as it is"),
)
_GAP: Final = re.compile(r"%\((\w+)\)s")
_FILLED: Final = tuple(
    (sentence, re.compile("(.+?)".join(map(re.escape, _GAP.split(sentence)[::2]))), _GAP.findall(sentence))
    for sentence in REASONS
    if _GAP.search(sentence)
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One problem: where it stands, in words, and the rest as the receipt has it."""

    where: str
    id: str
    field: str
    reason: str
    kept_as: str


@dataclass(frozen=True, slots=True)
class Apart:
    title: str
    theirs: str
    ours: str
    why: str


@dataclass(frozen=True, slots=True)
class Page:
    """The receipt in the reader's language. `made` and `changed` hold (figure, what) without what is none at
    all; `rows` the label of each member and its read, landed, merged, skipped and failed; `problems` and
    `different` are the first `SHOWN`, and `…_more` how many stay unshown, "" for none."""

    made: list[tuple[str, str]]
    changed: list[tuple[str, str]]
    rows: list[tuple[str, list[str]]]
    problems: list[Trouble]
    problems_all: str
    problems_more: str
    same: str
    different: list[Apart]
    different_all: str
    different_more: str
    unmapped: list[tuple[str, str]]
    unmapped_all: str


def of(receipt: Mapping[str, Any]) -> Page:
    problems = receipt.get("problems", [])
    table = "rows" in receipt.get("rows", {})
    progress = receipt.get("progress", {})
    different = progress.get("different", [])
    unmapped = sorted(receipt.get("unmapped", {}).items(), key=lambda one: (-one[1], one[0]))
    return Page(
        made=_counted(receipt.get("made", {})),
        changed=_counted(receipt.get("changed", {})),
        rows=[
            (member(name, table=table), [_count(row[outcome]) for outcome in _OUTCOMES])
            for name, row in receipt.get("rows", {}).items()
        ],
        problems=[_trouble(one, table=table) for one in problems[:SHOWN]],
        problems_all=_count(len(problems)),
        problems_more=_more(problems),
        same=_count(progress.get("same", 0)),
        different=[_apart(one) for one in different[:SHOWN]],
        different_all=_count(len(different)),
        different_more=_more(different),
        unmapped=[(reason(field), _count(number)) for field, number in unmapped],
        unmapped_all=_count(sum(number for _field, number in unmapped)),
    )


def reason(said: str) -> str:
    """In the reader's language; a sentence that is not known, from a newer part perhaps, as it stands."""
    if not said:
        return ""
    for sentence, pattern, names in _FILLED:
        if found := pattern.fullmatch(said):
            return _(sentence) % dict(zip(names, found.groups(), strict=True))
    return _(said) if said in REASONS else said


def member(name: str, *, table: bool = False) -> str:
    """What the rows of a part of the file are. The objectives of a `table` have no rows of their own: they
    stand beside their key results."""
    if table and name == "objectives":
        return _("Objectives above")
    words = {
        "objectives": _("Goals"),
        "rows": _("Goals"),
        "key_results": _("Key results"),
        "metrics": _("Key results"),
        "checkins": _("Check-ins"),
        "comments": _("Comments"),
        "Tags": _("Tags"),
        "Teams": _("Teams"),
        "TimePeriods": _("Periods"),
        "Users": _("People"),
    }
    return words.get(name, name)


def readable() -> list[tuple[str, str]]:
    """What can be read here: what it is, and how its files end."""
    ends = {"viva-goals": "ZIP", "atlassian-goals": "JSON, CSV, XLSX"} | dict.fromkeys(_PAYLOADS, "JSON")
    names = dict.fromkeys(reader.NAME for reader in transfers.FORMATS)
    return [(form(name), ends.get(name, "CSV, XLSX")) for name in names]


def form(name: str) -> str:
    words = {
        "viva-goals": _("Viva Goals, the whole organisation"),
        "viva-goals-explorer": _("Viva Goals, goals from the Explorer"),
        "spreadsheet": _("Any table of goals, with headings in English or Danish"),
    }
    return words.get(name) or _PRODUCTS.get(name, name)


def state(row: ImportRow) -> str:
    return _("applied") if row.applied_at else _("not applied")


def size(number: int) -> str:
    """2.3 MB, 14 kB: in thousands, as file managers count."""
    unit, one = ("MB", _MEGA) if number >= _MEGA else ("kB", _KILO)
    places = Decimal("0.1") if unit == "MB" else Decimal(1)
    return f"{told_as.amount(max((Decimal(number) / one).quantize(places), places))}\u00a0{unit}"


def way(under_way: tuple[int, int] | None) -> str:
    """How far an import has come that is being applied; "" for one that is not."""
    if under_way is None:
        return ""
    done, total = under_way
    if done < total:
        return _("%(done)s of %(total)s rows are read.") % {"done": _count(done), "total": _count(total)}
    return _("All rows are read. They are being written, which takes a while for a large file.")


def _trouble(one: Mapping[str, Any], *, table: bool) -> Trouble:
    where = {"part": member(one["file"], table=table), "row": _count(one["row"])}
    return Trouble(
        where=_("%(part)s, row %(row)s") % where if one["file"] else "",
        id=one["id"],
        field=_field(one["field"]),
        reason=reason(one["reason"]),
        kept_as=one["kept_as"],
    )


def _field(name: str) -> str:
    """A heading of the file, as it stands; or what was told in our own word."""
    words = {
        "dates": _("Dates"),
        "goal": _("Goal"),
        "id": _("ID"),
        "metric": _("Metric"),
        "parent": _("Parent"),
        "share": _("Weight"),
        "value": _("Value"),
    }
    return words.get(name, name)


def _apart(one: Mapping[str, Any]) -> Apart:
    return Apart(one["title"], _per_cent(one["theirs"]), _per_cent(one["ours"]), reason(one["why"]))


def _per_cent(whole: int | None) -> str:
    return told_as.percent(None if whole is None else Decimal(whole) / 100)


def _count(number: int) -> str:
    return told_as.amount(Decimal(number))


def _more(every: list[Any]) -> str:
    return _count(len(every) - SHOWN) if len(every) > SHOWN else ""


def _counted(numbers: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(_count(number), _kind(kind, number)) for kind, number in numbers.items() if number]


def _kind(kind: str, number: int) -> str:
    words = {
        "goals": ngettext("goal", "goals", number),
        "checkins": ngettext("check-in", "check-ins", number),
        "edges": ngettext("alignment", "alignments", number),
        "people": ngettext("person", "people", number),
        "teams": ngettext("team", "teams", number),
        "periods": ngettext("period", "periods", number),
        "comments": ngettext("comment", "comments", number),
        "tasks": ngettext("task", "tasks", number),
    }
    return words.get(kind, kind)
