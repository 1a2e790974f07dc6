"""`pejl export`: everything, or tables, also as known on a past day."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pejl.cli import main, start
from pejl.cli.people import chosen

FORMATS = ("zip", "xlsx", "csv")


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path, allow_dash=True))
@click.option("--format", "form", type=click.Choice(FORMATS), help="Default: by the name of FILE, else zip.")
@click.option("--as-of", metavar="DATE", help="As known at the end of that day (2026-10-03), or at a moment.")
@click.option("--workspace", "slug", help="Needed only where there are several.")
@click.option("--force", is_flag=True, help="Write over FILE where it is there already.")
def export(file: Path, form: str | None, as_of: str | None, slug: str | None, *, force: bool) -> None:
    """Writes the workspace to FILE ("-" is stdout): zip has everything, xlsx and csv are tables."""
    start()
    from django.utils import timezone

    from pejl.queries import people
    from pejl.services import exports

    by, at = people.system(chosen(slug)), timezone.now()
    form = form or (file.suffix[1:] if file.suffix[1:] in FORMATS else "zip")
    moment = None if as_of is None else _moment(as_of, by=by, now=at)
    if str(file) == "-":
        exports.write(form, by, sys.stdout.buffer, at=at, as_of=moment)
        return
    if file.exists() and not force:
        raise click.UsageError(f"{file} is there already: choose another name, or --force.")
    part = file.with_name(f".{file.name}.part")
    try:
        with part.open("wb") as out:
            exports.write(form, by, out, at=at, as_of=moment)
        part.replace(file)
    except OSError as error:
        raise click.UsageError(f"{file} cannot be written: {error.strerror or error}.") from error
    finally:
        part.unlink(missing_ok=True)
    click.echo(f"{file}: {file.stat().st_size:,} bytes")


def _moment(text: str, *, by: Any, now: datetime) -> datetime | None:
    from pejl.domain import periods

    try:
        found = periods.moment(text, zone=by.zone)
    except ValueError as error:
        raise click.UsageError(
            "--as-of takes a date such as 2026-10-03, or a moment with its zone."
        ) from error
    return found if found < now else None
