"""`pejl doctor`, `pejl seed`: what is true, and a lot of it."""

from __future__ import annotations

import json

import click

from pejl.cli import main, on_terminal, start
from pejl.cli.people import chosen


@main.command()
@click.option("--workspace", "slug", help="One workspace only. Default: all.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def doctor(context: click.Context, slug: str | None, *, as_json: bool) -> None:
    """Recomputes everything from scratch and names each difference. Exit 1 if there is one."""
    start()
    from django.utils import timezone

    from pejl.queries import workspaces
    from pejl.services import doctors

    slugs = [slug] if slug else [row.slug for row in workspaces.all_rows()]
    reports = [doctors.examine(one, at=timezone.now()) for one in slugs]
    faults = [fault for report in reports for fault in report.faults]
    if as_json:
        click.echo(
            json.dumps(
                {
                    "checked": {report.slug: report.counts for report in reports},
                    "faults": [fault.as_dict() for fault in faults],
                }
            )
        )
    else:
        for fault in faults:
            click.echo(fault.line())
        for report in reports:
            counted = ", ".join(f"{count:,} {name}" for name, count in report.counts.items())
            click.echo(f"{report.slug}: {counted}: {len(report.faults) or 'no'} differences")
    context.exit(1 if faults else 0)


@main.command()
@click.option(
    "--people", type=click.IntRange(1, 200_000), required=True, help="How many people the company has."
)
@click.option("--slug", default="", help="Default: seed-N.")
@click.option("--seed", default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def seed(people: int, slug: str, seed: int, *, as_json: bool) -> None:
    """Makes a big synthetic workspace and prints its slug and counts."""
    start()
    from django.utils import timezone
    from rich.console import Console
    from rich.progress import Progress

    from pejl.services import seeding

    with Progress(console=Console(stderr=True), disable=not on_terminal(), transient=True) as progress:
        task = progress.add_task("seeding", total=1.0)
        made = seeding.fill(
            people,
            slug=slug or f"seed-{people}",
            seed=seed,
            at=timezone.now(),
            progress=lambda part: progress.update(task, completed=part),
        )
    if as_json:
        click.echo(json.dumps({"workspace": made.slug, **made.counts}))
    else:
        click.echo(f"{made.slug}: " + ", ".join(f"{count:,} {name}" for name, count in made.counts.items()))


__all__ = ["chosen", "doctor", "seed"]
