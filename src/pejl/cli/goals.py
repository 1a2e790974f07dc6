"""`pejl status`, `pejl goals`: how things stand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import click

from pejl.cli import completions, finders, main, sources, tables, wires
from pejl.cli.sources import Source
from pejl.cli.tables import Column
from pejl.cli.wires import Told

if TYPE_CHECKING:
    from rich.text import Text

_FAR: Final = "9999"
_WORDS: Final = {
    "on_track": "on track",
    "at_risk": "at risk",
    "off_track": "off track",
    "not_started": "not started",
}


@main.command()
@sources.somebody
@click.option("--json", "as_json", is_flag=True)
def status(slug: str | None, email: str | None, *, local: bool, as_json: bool) -> None:
    """Shows your key results, which check-ins are due, and what needs attention."""
    with sources.of(local=local, slug=slug, email=email, person=True) as source:
        found = _standing(source)
    if as_json:
        click.echo(wires.encoded(found))
    else:
        _show(found)


@main.command()
@click.argument("words", nargs=-1)
@click.option("--team", shell_complete=completions.teams, help="A team's name or id.")
@click.option("--owner", metavar="PERSON", help='A name, e-mail or id; "me" is you.')
@click.option("--period", help='A name or id, such as 2026-Q4; "current" is the one that holds today.')
@click.option("--status", "state", type=click.Choice(list(tables.STATUSES)))
@click.option("--mine", is_flag=True, help="Only those that you own.")
@click.option("--all", "ended", is_flag=True, help="Also those that have ended.")
@click.option("--limit", type=click.IntRange(1), help="At most so many. Default: all.")
@sources.somebody
@click.option("--json", "as_json", is_flag=True, help="The goals as the HTTP API gives them.")
def goals(
    words: tuple[str, ...],
    *,
    team: str | None,
    owner: str | None,
    period: str | None,
    state: str | None,
    slug: str | None,
    email: str | None,
    limit: int | None,
    mine: bool,
    ended: bool,
    local: bool,
    as_json: bool,
) -> None:
    """Lists goals with WORDS in their title or description, by title; without WORDS all that are open."""
    if mine and owner is not None:
        raise click.UsageError("--mine and --owner exclude each other.")
    with sources.of(local=local, slug=slug, email=email, person=mine or owner == "me") as source:
        filters = {"sort": "title", "q": " ".join(words), "status": state}
        if team is not None:
            filters["team"] = finders.team(source, team)
        if mine or owner is not None:
            filters["owner"] = finders.person(source, owner or "me")
        if period is not None:
            filters["period"] = finders.period(source, period)
        every = source.goals(**{name: one for name, one in filters.items() if one})
        open_now = ended or state is not None
        fitting = (one for one in every if open_now or one.get("status") in tables.OPEN)
        found = list(islice(fitting, None if limit is None else limit + 1))
    some = found[:limit]
    if as_json:
        click.echo(wires.encoded(some))
    else:
        _list(some)
    if len(found) > len(some):
        click.echo(f"pejl: there are more than {limit}.", err=True)


def _standing(source: Source) -> Told:
    """`{person, role, workspace, items, counts, attention}`: `items` are key results with `due` and `due_at`,
    both null where the server does not tell."""
    me = source.me()
    who = finders.me(me)
    turns = source.turns()
    turn = {one["goal"]["id"]: one for one in turns or ()}
    owned = [one for one in source.goals(owner=who) if one.get("status") in tables.OPEN]
    every = {one["id"]: one for one in (*owned, *(one["goal"] for one in turn.values()))}
    items = [
        _item(one, turn, told=turns is not None) for one in every.values() if one["kind"] == "key_result"
    ]
    items.sort(key=lambda one: (not one["due"], str(one["end_date"] or _FAR), one["title"], one["id"]))
    alike = sorted(every.values(), key=lambda one: (one["title"], one["id"]))
    return {
        "person": me["person"],
        "role": me["role"],
        "workspace": me["workspace"],
        "items": items,
        "counts": _counts(items),
        "attention": [
            {"id": one["id"], "kind": one["kind"], "title": one["title"], "attention": one["attention"]}
            for one in alike
            if one.get("attention")
        ],
    }


def _item(goal: Told, turns: dict[str, Told], *, told: bool) -> Told:
    turn = turns.get(goal["id"])
    if turn is None:
        return {**goal, "due": False if told else None, "due_at": None}
    return {**goal, "due": turn["due"], "due_at": turn["due_at"]}


def _counts(items: Sequence[Told]) -> Told:
    """Each is counted once: of a silent goal nobody knows whether it is on track."""
    counted: dict[str, Any] = {"key_results": len(items)}
    counted |= {name: sum(one["status"] == name and not one["stale"] for one in items) for name in _WORDS}
    counted["silent"] = sum(bool(one["stale"]) for one in items)
    counted["due"] = sum(bool(one["due"]) for one in items)
    return counted


def _show(found: Told) -> None:
    person, workspace = found["person"] or {}, found["workspace"]
    click.echo(f"{wires.plain(str(person.get('name')))}, {wires.plain(str(workspace.get('name')))}\n")
    if found["items"]:
        columns = (
            Column("Key result", gives=True),
            Column("Value", right=True),
            Column("Progress", right=True, least=70),
            Column("Status"),
            Column("Check-in"),
        )
        tables.print_rows(columns, [_row(one) for one in found["items"]])
        click.echo()
    click.echo(_summary(found["counts"]))
    if found["attention"]:
        click.echo("\nNeeds attention")
        for one in found["attention"]:
            tables.print_this(tables.text(f"  {tables.title(one)}: {tables.marks(one)}"))


def _row(one: Told) -> Sequence[str | Text]:
    return (
        tables.title(one),
        tables.amount(one, one["value"]),
        tables.percent(one["progress"]),
        tables.status(one),
        _turn(one),
    )


def _turn(one: Told) -> str:
    if one["due"]:
        return f"! due {tables.day(one['due_at'])}"
    last = one.get("last_checkin")
    return "none yet" if last is None else tables.day(last)


def _summary(counts: Told) -> str:
    number = counts["key_results"]
    if not number:
        return "You have no open key results."
    parts = [f"{counts[code]} {word}" for code, word in _WORDS.items() if counts[code]]
    if counts["silent"]:
        parts.append(f"{counts['silent']} silent")
    due = counts["due"]
    waiting = "No check-in is due." if not due else f"{due} check-in{'s are' if due > 1 else ' is'} due."
    return f"{number} key result{'s' if number > 1 else ''}: {', '.join(parts)}. {waiting}"


def _list(found: Sequence[Told]) -> None:
    if not found:
        click.echo("No goals.")
        return
    columns = (
        Column("Goal", gives=True),
        Column("Value", right=True),
        Column("Progress", right=True),
        Column("Status"),
        Column("Owner", gives=True, least=72),
        Column("End", least=100),
    )
    rows = [
        (
            tables.title(one),
            tables.amount(one, one["value"]),
            tables.percent(one["progress"]),
            tables.status(one),
            tables.names(one.get("owners")),
            tables.day(one.get("end_date")),
        )
        for one in found
    ]
    tables.print_rows(columns, rows)
