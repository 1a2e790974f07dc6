"""`pejl bench`: what is claimed of Pejl's figures, measured here."""

from __future__ import annotations

import dataclasses
import json
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from pejl.cli import main

if TYPE_CHECKING:
    from pejl.domain.forecast_trials_scores import Group, Report

CARRIED: Final = "forecast_trials.csv.gz"
HEADS: Final = (
    "Cases", "Forecasts", "in 50 %", "in 80 %", "in 95 %", "CRPS / naive", "CRPS / pace", "CRPS / band",
    "Brier", "Brier, band", "Brier, naive",
)  # fmt: skip


@main.group()
def bench() -> None:
    """Measures what is claimed of the figures."""


@bench.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def forecast(context: click.Context, file: Path | None, *, as_json: bool) -> None:
    """The public back-test of the forecast: weekly series whose end is known.

    FILE is a CSV, packed or not, with the columns series_id, step and value; without one the series that
    Pejl carries are used. What the columns mean stands in docs/forecast.md.
    """
    from pejl.adapters import series
    from pejl.domain import forecast_trials_scores

    try:
        with resources.as_file(resources.files("pejl.domain").joinpath(CARRIED)) as carried:
            found = forecast_trials_scores.report(series.read(file or carried))
    except series.Unreadable as wrong:
        click.echo(f"pejl: {wrong}", err=True)
        context.exit(2)
    except ValueError:
        click.echo("pejl: there is no whole year of weekly values in it to test on.", err=True)
        context.exit(2)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found)))
        return
    for line in told(found):
        click.echo(line)


def told(found: Report) -> list[str]:
    """As Markdown, so that it can be kept as it is."""
    head = f"{found.trials} forecasts of {found.series} series."
    rows = [
        _row(HEADS),
        _row(("---", *["--:"] * (len(HEADS) - 1))),
        *(_row(_figures(one)) for one in found.groups),
    ]
    tenths = [
        _row(("Chance said", "Forecasts", "Mean", "Came true")),
        _row(("---", "--:", "--:", "--:")),
        *(
            _row(
                (f"{one.low:.1f}–{one.low + 0.1:.1f}", str(one.trials), f"{one.said:.2f}", f"{one.came:.2f}")
            )
            for one in found.tenths
        ),
    ]
    return [head, "", *rows, "", *tenths]


def _figures(group: Group) -> tuple[str, ...]:
    methods = group.methods
    ours, band, naive = methods["forecast"], methods["pace with band"], methods["naive"]
    figures: list[Any] = [
        *ours.inside, ours.crps["naive"], ours.crps["pace"], ours.crps["pace with band"],
        ours.brier, band.brier, naive.brier,
    ]  # fmt: skip
    return (group.name, str(group.trials), *(f"{one:.3f}" for one in figures))


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"
