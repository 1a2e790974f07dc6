"""`pejl forecast`: where a goal lands if things go on as they have."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import click

from pejl.cli import completions, finders, main, sources, tables, wires
from pejl.cli.wires import Failed, Told, plain

_STEP: Final = Decimal(5)
_WHY: Final = {
    "too few check-ins": "There are too few check-ins for a forecast: three are needed.",
    "too few key results with a forecast": "Too few of its key results have a forecast.",
    "not open": "It has ended.",
    "no dates": "It has no start or no end.",
    "initiative": "Initiatives have no forecast.",
}


@main.command()
@click.argument("goal", shell_complete=completions.goals)
@sources.somebody
@click.option("--json", "as_json", is_flag=True, help="The forecast as the HTTP API gives it.")
def forecast(goal: str, *, slug: str | None, email: str | None, local: bool, as_json: bool) -> None:
    """Says where GOAL lands if things go on as they have, and how sure that is.

    GOAL is an id, the start of a title, or words of it; where several fit they are listed.
    """
    with sources.of(local=local, slug=slug, email=email) as source:
        found = finders.goal(source, goal)
        known = finders.identity(str(found["id"]))
        if known is None:
            raise Failed("The goal has no id.")
        told = source.forecast(known)
    if as_json:
        click.echo(wires.encoded(told))
    else:
        _show(found, told)


def _show(goal: Told, told: Told) -> None:
    click.echo(tables.title(goal))
    if "refused" in told:
        why = str(told["refused"])
        click.echo(_WHY.get(why, f"There is no forecast: {plain(why)}."))
    else:
        aim = "for all of it" if goal.get("kind") == "objective" else "for the target"
        chance = f"{chances(told.get('probability'))} {aim}"
        low, high = (_figure(goal, told, level) for level in ("0.1", "0.9"))
        click.echo(f"If things go on as they have: {chance}, landing between {low} and {high}.")
        click.echo(_rests(told))
    if told.get("base_rate") is not None:
        click.echo(
            f"Of the closed key results here {tables.percent(told['base_rate'])} reached their target."
        )


def chances(said: Any) -> str:
    """To the nearest five points, as on the pages.

    >>> chances(0.62), chances(0.003), chances(0.99), chances(None)
    ('about 60%', 'under 5%', 'over 95%', '–')
    """
    if not isinstance(said, int | float | Decimal):
        return tables.NOTHING
    points = Decimal(str(said)) * 100
    if points < _STEP:
        return "under 5%"
    if points > 100 - _STEP:
        return "over 95%"
    return f"about {(points / _STEP).quantize(Decimal(1), ROUND_HALF_UP) * _STEP}%"


def _figure(goal: Told, told: Told, level: str) -> str:
    value = (told.get("quantiles") or {}).get(level)
    return tables.percent(value) if told.get("unit") == "fraction" else tables.amount(goal, value)


def _rests(told: Told) -> str:
    day = f", as of {tables.day(told['said_on'])}" if told.get("said_on") else ""
    count, method = told.get("observations"), plain(str(told.get("method")))
    return f"From {count if isinstance(count, int) else tables.NOTHING} observations ({method}){day}."
