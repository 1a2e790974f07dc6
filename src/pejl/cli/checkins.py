"""`pejl checkin`: says where a goal is."""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import Any

import click

from pejl.cli import completions, finders, main, sources, tables, wires
from pejl.cli.wires import Failed, Told, Unclear
from pejl.domain import amounts
from pejl.domain.amounts import Ambiguous
from pejl.domain.values import Refused as ByRule


# A value may be below zero, which is no option.
@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("goal", shell_complete=completions.goals)
@click.argument("value")
@click.option("--confidence", type=click.IntRange(0, 10), metavar="0-10", help="How sure you are.")
@click.option("--note", default="", help="What is behind it.")
@click.option("--on", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="Default: today.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@sources.somebody
@click.option("--json", "as_json", is_flag=True, help="The check-in and the goal as the HTTP API gives them.")
def checkin(
    goal: str,
    *,
    value: str,
    confidence: int | None,
    note: str,
    on: Any,
    slug: str | None,
    email: str | None,
    yes: bool,
    local: bool,
    as_json: bool,
) -> None:
    """Says that GOAL is at VALUE, in its own unit.

    GOAL is an id, the start of a title, or words of it; where several fit they are listed and nothing is
    done. VALUE is a number or text such as "12 mio." or "2:37". On a terminal it asks first.
    """
    with sources.of(local=local, slug=slug, email=email, person=True) as source:
        before = finders.goal(source, goal)
        read = _read(before, value)
        if not yes and sys.stdin.isatty():
            click.echo(f"{tables.title(before)}: {_from_to(before, read)}", err=True)
            click.confirm("Check in?", abort=True, err=True)
        body: Told = {"value": read, "note": note}
        if confidence is not None:
            body["confidence"] = confidence
        if on is not None:
            body["on"] = on.date().isoformat()
        known = finders.identity(str(before["id"]))
        if known is None:
            raise Failed("The goal has no id.")
        told = source.checkin(known, body)
    if as_json:
        click.echo(wires.encoded(told))
    else:
        _show(before, told)


def _read(goal: Told, text: str) -> Decimal | str:
    """The figure, where it has one reading; what cannot be read is left to be refused in words. Raises
    `Unclear` with both readings where there are two."""
    try:
        found = amounts.parse(text, language=None, unit=tables.unit(goal))
    except ByRule:
        return text
    if isinstance(found, Ambiguous):
        readings = " or ".join(_written(one) for one in found.readings)
        raise Unclear(f"{text} can be read in two ways: write {readings}.")
    return found.value


def _written(value: Decimal) -> str:
    """So that it has one reading: a fourth decimal separates no thousands."""
    text = format(value, "f")
    whole, point, decimals = text.partition(".")
    return f"{whole}.{decimals}0" if point and len(decimals) == 3 else text  # noqa: PLR2004 - as above


def _from_to(goal: Told, value: Decimal | str) -> str:
    new = value if isinstance(value, str) else tables.amount(goal, value)
    return f"{_present(goal)} → {new}"


def _present(goal: Told) -> str:
    """A goal that is kept by hand has its progress for a value."""
    if goal.get("progress_mode") == "manual" and goal.get("value") is None:
        return tables.percent(goal.get("progress"))
    return tables.amount(goal, goal.get("value"))


def _show(before: Told, told: Told) -> None:
    goal, said = told["goal"], told["checkin"]
    click.echo(f"{tables.title(goal)}, {tables.day(said['on'])}")
    lines = (
        ("Value", _present(before), _present(goal)),
        ("Progress", tables.percent(before.get("progress")), tables.percent(goal.get("progress"))),
        ("Status", tables.status(before), tables.status(goal)),
    )
    for name, old, new in lines:
        tables.print_this(
            tables.text(f"  {name:<10}") + tables.text(old) + tables.text(" → ") + tables.text(new)
        )
    later = str(goal.get("last_checkin") or "")
    if str(said["on"]) < later:
        value = tables.amount(goal, said.get("value"))
        click.echo(f"  {value} is kept for its day; the check-in of {tables.day(later)} holds.")
