"""`pejl export`: everything, or tables, JSON and YAML; also as known on a past day."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from pejl.cli import main, start
from pejl.cli.people import chosen

if TYPE_CHECKING:
    from pejl.queries.scope import Member

FORMATS = ("zip", "xlsx", "csv", "yaml", "json")
KEPT_IN_MEMORY = 8 * 1024 * 1024
FILE = click.Path(dir_okay=False, path_type=Path, allow_dash=True)


@main.command()
@click.argument("file", type=FILE)
@click.option("--format", "form", type=click.Choice(FORMATS), help="Default: by the name of FILE, else zip.")
@click.option("--as-of", metavar="DATE", help="As known at the end of that day (2026-10-03), or at a moment.")
@click.option("--workspace", "slug", help="Needed only where there are several.")
@click.option("--force", is_flag=True, help="Write over FILE where it is there already.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def export(
    context: click.Context,
    file: Path,
    form: str | None,
    as_of: str | None,
    slug: str | None,
    *,
    force: bool,
    as_json: bool,
) -> None:
    """Writes the workspace to FILE ("-" is stdout).

    zip is everything with all its history, and Pejl reads it back; xlsx and csv are tables, json is for
    programs, yaml the open goals as text.
    """
    start()
    from django.utils import timezone, translation

    from pejl.queries import people

    by, at = people.system(chosen(slug)), timezone.now()
    moment = None if as_of is None else _moment(context, as_of, by=by, now=at)
    form = form or _by_name(file)
    if file.exists() and not force:
        _refuse(context, f"{file} is there already: choose another name, or write over it with --force.")
    with translation.override(by.language):
        if str(file) == "-":
            _to_stdout(by, form, at=at, as_of=moment)
            return
        _to_file(context, file, by, form, at=at, as_of=moment)
    size = file.stat().st_size
    told = {"file": str(file), "format": form, "bytes": size}
    click.echo(json.dumps(told) if as_json else f"{file}: {size:,} bytes")


def _to_stdout(by: Member, form: str, *, at: datetime, as_of: datetime | None) -> None:
    """Nothing comes out before all of it is there."""
    from pejl.services import exports

    with tempfile.TemporaryFile() as whole:
        exports.write(form, by, whole, at=at, as_of=as_of)
        whole.seek(0)
        shutil.copyfileobj(whole, sys.stdout.buffer)
        sys.stdout.buffer.flush()


def _to_file(
    context: click.Context, file: Path, by: Member, form: str, *, at: datetime, as_of: datetime | None
) -> None:
    """The file has its name only when it is whole."""
    from pejl.services import exports

    part = file.with_name(f".{file.name}.part")
    try:
        try:
            with part.open("wb") as out:
                exports.write(form, by, out, at=at, as_of=as_of)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        _refuse(context, f"{file} cannot be written: {error.strerror or error}.")


def _by_name(file: Path) -> str:
    ending = file.suffix[1:].lower()
    ending = "yaml" if ending == "yml" else ending
    return ending if ending in FORMATS else "zip"


def _moment(context: click.Context, text: str, *, by: Member, now: datetime) -> datetime | None:
    """None for a moment to come, which is as things stand."""
    from pejl.domain import periods

    try:
        found = periods.moment(text, zone=by.zone)
    except ValueError:
        _refuse(context, "--as-of takes a date such as 2026-10-03, or a moment with its zone.")
    return found if found < now else None


def _refuse(context: click.Context, line: str) -> NoReturn:
    click.echo(f"pejl: {line}", err=True)
    context.exit(2)
