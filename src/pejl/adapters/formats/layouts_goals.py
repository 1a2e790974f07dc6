"""One row of a table of goals: the goal, what is to be said of it, and what else stands in the row."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Final

from pejl.adapters.formats import cells, layouts_facts, layouts_figures, words
from pejl.adapters.formats.layouts_facts import Above, Asked, Columns, Facts, Rows, Rules, Walk
from pejl.domain.transfers import CheckinLine, GoalLine, Homeless, Named, ParentLine, Place, Said
from pejl.domain.values import Ambition, Kind, Level, ProgressMode, State, Status, StatusMode

NO_KIND: Final = "type is not known: read as %(kind)s by its parents and its metric"
DELETED: Final = "marked for deletion in the file: left out"
ARCHIVED: Final = "archived there: read as dropped"
UNEVEN: Final = "a weight beside it is missing or cannot be shared out: all count alike"
WHO_SEES: Final = "who may see it is not known: read as private"
UNHEADED: Final = "column without a heading"

_GIVEN: Final = frozenset({Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK})
_DELETES: Final = frozenset({"delete", "deleted", "remove", "slet", "slettes"})
# What ties rows together or says no more than that nothing is to be done: read, whatever comes of it.
_LINKING: Final = (
    "objective", "objective_description", "key", "order", "parent", "parent_id", "parent_key", "share",
    "phase", "archived", "action",
)  # fmt: skip
_NUMBERED: Final = re.compile(r"[0-9]+")
_LONGEST: Final = 200


def said(rows: Rows, *, columns: Columns, rules: Rules) -> Iterator[Said]:
    """Each goal in the order of the rows, an objective that is no row before the first row under it, and
    after each what is to be said of it. `rows` gives the rows anew; they are gone through twice."""
    facts = Facts.of(rows, columns=columns, rules=rules)
    yield from facts.said(rules, next(iter(columns.get("progress", ())), ""))
    rules = dataclasses.replace(rules, order=facts.order(rules))
    reader = Reader(facts, columns=columns, rules=rules)
    for part, row in rows():
        yield from reader.row(Asked(part, row, columns=columns, rules=rules))


class Reader:
    """Turns rows into lines; counts those that are no rows of the file."""

    def __init__(self, facts: Facts, *, columns: Columns, rules: Rules) -> None:
        self._facts, self._columns, self._rules = facts, columns, rules
        self._walk = Walk(facts)
        self._objectives = self._parts = 0
        self._seen: set[tuple[str, ...]] = set()
        self._renamed: dict[str, str] = {}

    def row(self, asked: Asked) -> Iterator[Said]:
        """What the row says. One to be deleted, or without a title, gives no goal."""
        self._walk.step(asked)
        for name in _LINKING:
            asked.raw(name)
        asked.named(Place(asked.part, asked.row.number, asked.text("id")))
        if asked.text("action").casefold() in _DELETES:
            asked.problem("action", DELETED)
            yield from asked.fields.said
            return
        title = asked.line("title") or asked.line("objective")
        if not title:
            asked.problem("title", cells.NO_TITLE)
            yield from asked.fields.said
            return
        beside = self._beside(asked)
        if beside is not None and not beside.ref:
            yield self._objective(beside)
        goal = self._goal(asked, title, beside=beside)
        parts = list(self._numbered(asked, goal))
        spoken = _spoken(asked, goal)
        if "" in asked.row.troubles:
            asked.fields.problem("", asked.row.troubles[""])
        asked.fields.homeless()
        yield goal
        yield from asked.fields.said
        yield from (Homeless(UNHEADED) for _ in asked.row.spilled)
        yield from parts
        if spoken is not None:
            yield spoken

    def _beside(self, asked: Asked) -> Above | None:
        """The objective in the column beside a row that has a title of its own."""
        key = self._walk.key
        return self._facts.above[key] if key is not None and asked.text("title") else None

    def _objective(self, beside: Above) -> GoalLine:
        self._objectives += 1
        at = Place("objectives", self._objectives, "")
        beside.ref = f"{at.file}:{at.row}"
        told = beside.shared
        level, teams, owners = _placed(
            told["level"], told["level_name"], told["team"], _people(told["owner"], told["owner_email"])
        )
        start, end = (
            layouts_facts.day(told[name], order=self._rules.order).value
            for name in ("start_date", "end_date")
        )
        return GoalLine(
            at,
            kind=Kind.OBJECTIVE,
            title=beside.title,
            description=beside.description,
            level=level,
            owners=owners,
            teams=teams,
            period=_period(told["period"]),
            start=start,
            end=end,
            progress_mode=ProgressMode.CHILDREN,
            status_mode=StatusMode.PACE,
            raw={"title": beside.title} | {name: text for name, text in told.items() if text},
        )

    def _goal(self, asked: Asked, title: str, *, beside: Above | None) -> GoalLine:
        parents = self._parents(asked, beside)
        kind = self._kind(asked, is_placed=bool(parents))
        owners = _people(asked.joined("owner"), asked.joined("owner_email"), asked.text("owner_id"))
        level, teams, owners = _placed(
            asked.text("level"), asked.text("level_name"), asked.joined("team"), owners
        )
        if asked.text("level") and level is None:
            asked.lost("level")
        if all(not one.name and not one.email for one in owners):
            asked.lost("owner_id")
        period = _period(words.period(asked.line("period")))
        status, state, word = _status(asked)
        figures = layouts_figures.figures(asked, kind, facts=self._facts)
        at = asked.fields.at
        if not at.id:
            at = self._place(asked, kind, title, owners=owners, parents=parents)
            asked.named(at)
        return GoalLine(
            at,
            kind=kind,
            title=title,
            description=asked.text("description") or ("" if beside else asked.text("objective_description")),
            level=level,
            owners=owners,
            creator=next(iter(_people(asked.text("creator"), asked.text("creator_email"))), None),
            teams=teams,
            period=period,
            start=asked.day("start_date"),
            end=asked.day("end_date"),
            ambition=_ambition(asked),
            metric=figures.metric,
            value=figures.value,
            progress_mode=figures.mode,
            status_mode=StatusMode.MANUAL if status in _GIVEN else StatusMode.PACE,
            status=status,
            status_word=word,
            state=state,
            score=layouts_figures.score(asked),
            parents=parents,
            tags=tuple(dict.fromkeys(cells.words(asked.joined("tags"), by=";,"))),
            chosen=_chosen(asked),
            created=asked.day("created"),
            theirs=figures.theirs,
            raw=asked.row.cells,
        )

    def _place(
        self,
        asked: Asked,
        kind: Kind,
        title: str,
        *,
        owners: tuple[Named, ...],
        parents: tuple[ParentLine, ...],
    ) -> Place:
        """Where the row stands. One of a title, kind, owner and period that were there before is told from
        the other by what it stands under."""
        at = asked.fields.at
        first = next(iter(owners), Named())
        whole = (kind.value, title.casefold(), first.email or first.name, words.period(asked.line("period")))
        if whole not in self._seen:
            self._seen.add(whole)
            return at
        above = " + ".join(self._facts.titles.get(one.id, one.title or one.id) for one in parents)
        path = f"{above} / {title}"[:_LONGEST] if above else ""
        if not path or (path,) in self._seen:
            return at
        self._seen.add((path,))
        self._renamed[f"{at.file}:{at.row}"] = path
        return Place(at.file, at.row, path)

    def _kind(self, asked: Asked, *, is_placed: bool) -> Kind:
        """By the file's word; else by where it stands: with figures under another, it is a key result."""
        found = layouts_facts.kind_word(asked)
        if found is None:
            beside = asked.has("objective") and bool(asked.text("title"))
            measured = beside or (bool(asked.text("to")) and not self._facts.is_fed(asked))
            found = Kind.KEY_RESULT if is_placed and measured else Kind.OBJECTIVE
        word = asked.text("kind")
        if word and words.kind(word) is None and word.casefold() not in self._rules.kinds:
            asked.problem("kind", NO_KIND, found.value, kind=found.replace("_", " "))
        return found

    def _parents(self, asked: Asked, beside: Above | None) -> tuple[ParentLine, ...]:
        facts, found = self._facts, dict[str, ParentLine]()
        for sort, given in layouts_facts.pointed(asked, self._walk):
            text = facts.nearest(given) if sort == "order" else given
            ref = facts.refs.get((sort, text), "")
            if ref == layouts_facts.ref_of(asked):
                continue
            if sort in ("order", "key") and not ref:
                asked.problem(sort if sort == "order" else "parent_key", cells.NO_PARENT)
            elif sort in ("order", "key", "ref"):
                found.setdefault(ref or text, ParentLine(id=ref or text))
            elif sort == "id" and asked.text("parent_id"):
                found.setdefault(text, ParentLine(id=text))
        if asked.text("parent") and not asked.text("parent_id"):
            found |= {one.id or one.title: one for one in self._named(asked)}
        if beside is not None:
            found.setdefault(beside.ref, ParentLine(id=beside.ref))
        return tuple(self._shared(asked, list(found.values())))

    def _named(self, asked: Asked) -> Iterator[ParentLine]:
        """The parents in a cell of ids or titles: whole where it is one, else parted."""
        whole, refs = asked.line("parent"), self._facts.refs
        known = ("id", whole) in refs or ("title", whole.casefold()) in refs
        for one in (whole,) if known else words.several(whole):
            if ("id", one) in refs:
                yield ParentLine(id=one)
            elif one.casefold() != (asked.line("title") or asked.line("objective")).casefold():
                yield ParentLine(title=one)

    def _shared(self, asked: Asked, found: list[ParentLine]) -> Iterator[ParentLine]:
        row = (asked.part, asked.row.number)
        share = self._facts.shares.get(row) if len(found) == 1 else None
        if row in self._facts.uneven or (share is None and row in self._facts.shares):
            asked.problem("share", UNEVEN)
        for one in found:
            yield ParentLine(self._renamed.get(one.id, one.id), one.title, share)

    def _numbered(self, asked: Asked, goal: GoalLine) -> Iterator[Said]:
        """Key results in numbered columns of the row, each a line of its own under the row's goal."""
        done = {_number(one): one for one in self._columns.get("part_progress", ())}
        for heading in self._columns.get("part_title", ()):
            title = " ".join(asked.fields.text(heading).split())
            reached = done.get(_number(heading))
            raw = None if reached is None else asked.fields.take(reached)
            value, reason = words.figure(raw, danish=self._rules.danish)
            if reached is not None and reason:
                asked.fields.problem(reached, reason, "" if value is None else f"{value:f}")
            if not title:
                continue
            self._parts += 1
            theirs = words.percent(value, raw, scale=self._facts.scale)
            at = Place("key_results", self._parts, "")
            ref = goal.at.id or f"{goal.at.file}:{goal.at.row}"
            at = self._part_place(at, title, goal)
            yield GoalLine(
                at,
                kind=Kind.KEY_RESULT,
                title=title,
                level=goal.level,
                owners=goal.owners,
                teams=goal.teams,
                period=goal.period,
                start=goal.start,
                end=goal.end,
                value=theirs,
                status_mode=StatusMode.PACE,
                state=goal.state,
                parents=(ParentLine(id=ref),),
                chosen=goal.chosen,
                theirs=theirs,
                raw={heading: title} | ({} if reached is None or raw is None else {reached: raw}),
            )

    def _part_place(self, at: Place, title: str, goal: GoalLine) -> Place:
        first = next(iter(goal.owners), Named())
        whole = (Kind.KEY_RESULT.value, title.casefold(), first.email or first.name)
        if whole not in self._seen:
            self._seen.add(whole)
            return at
        return Place(at.file, at.row, f"{goal.title} / {title}"[:_LONGEST])


def _number(heading: str) -> str:
    found = _NUMBERED.search(heading)
    return found[0] if found else ""


def _people(names: str, emails: str = "", ids: str = "") -> tuple[Named, ...]:
    """Those named in a column of names, one of addresses and one of ids; side by side where the columns
    say as many."""
    called, written, known = words.people(names), words.several(emails), words.several(ids)
    count = max(map(len, (called, written, known)))
    apart = bool(written) and any(one.email for one in called)
    if apart or any(len(one) not in (0, count) for one in (called, written, known)):
        everybody = (*words.people(emails), *called, *(Named(id=one) for one in known))
        return tuple(dict.fromkeys(everybody))
    named = []
    for at in range(count):
        one = called[at] if called else Named()
        named.append(Named(known[at] if known else "", one.name, written[at] if written else one.email))
    return tuple(named)


def _placed(
    word: str, name: str, team: str, owners: tuple[Named, ...]
) -> tuple[Level | None, tuple[Named, ...], tuple[Named, ...]]:
    """The level, its teams and owners; some tools name the team or person of the level beside it."""
    level = words.level(word)
    teams = words.several(team)
    if level is Level.TEAM:
        teams = tuple(dict.fromkeys((*teams, *words.several(name))))
    elif level is Level.PERSON and not owners:
        owners = words.people(name)
    return level, tuple(Named(name=one) for one in teams), owners


def _period(name: str) -> Named | None:
    return Named(name=words.period(name)) if name else None


def _status(asked: Asked) -> tuple[Status | None, State, str]:
    """Status, state and the file's own word. A phase that ended a goal goes before a status."""
    word = asked.line("status")
    archived = words.archived(word)
    if word and not archived and not words.is_status(word):
        asked.problem("status", cells.NO_STATUS)
    status, state = words.status(word)
    phase = asked.line("phase")
    phased, ended = words.status(phase)
    if phased is not None and (status is None or ended is not State.OPEN):
        status, state, word = phased, ended, phase
    elif phase and not words.is_status(phase):
        asked.problem("phase", cells.NO_STATUS)
    if state is State.OPEN and (archived or words.true(asked.text("archived"))):
        asked.problem("archived" if asked.text("archived") else "status", ARCHIVED, Status.DROPPED.value)
        return Status.DROPPED, State.DROPPED, word
    return status, state, word


def _ambition(asked: Asked) -> Ambition | None:
    word = asked.text("ambition").casefold()
    if word and word not in set(Ambition):
        asked.lost("ambition")
    return Ambition(word) if word in set(Ambition) else None


def _chosen(asked: Asked) -> tuple[Named, ...] | None:
    """Nobody beyond the goal's own people where it is private, None where everybody sees it; a word that is
    not known closes."""
    word = asked.text("visibility")
    if not word:
        return None
    closed = words.private(word)
    if closed is None:
        asked.problem("visibility", WHO_SEES)
    return None if closed is False else ()


def _spoken(asked: Asked, goal: GoalLine) -> CheckinLine | None:
    """The last check-in, where the row tells its day; it is no row, so it stands at no place."""
    on, note = asked.day("checked"), asked.text("note")
    sure, reason = words.confidence(asked.raw("confidence"))
    if reason:
        asked.problem("confidence", reason)
    if on is None:
        for name in ("note", "confidence"):
            if asked.text(name):
                asked.lost(name)
        return None
    fed = goal.progress_mode is ProgressMode.CHILDREN
    return CheckinLine(
        Place("", 0, ""),
        goal=goal.at.id or f"{goal.at.file}:{goal.at.row}",
        on=on,
        value=None if fed else goal.value,
        status=goal.status,
        status_word=goal.status_word,
        note=note,
        confidence=sure,
    )
