"""`pejl export`: everything, or tables, JSON and YAML; also as known on a past day."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn
from zoneinfo import ZoneInfo

import click

from pejl.cli import main, on_terminal, sources
from pejl.cli.sources import Source

FORMATS = ("zip", "xlsx", "csv", "yaml", "json")
FILE = click.Path(dir_okay=False, path_type=Path, allow_dash=True)
Seen = Callable[[int, int | None], None]


@main.command()
@click.argument("file", type=FILE)
@click.option("--format", "form", type=click.Choice(FORMATS), help="Default: by the name of FILE, else zip.")
@click.option("--as-of", metavar="DATE", help="As known at the end of that day (2026-10-03), or at a moment.")
@sources.here
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
    local: bool,
    as_json: bool,
) -> None:
    """Writes the workspace to FILE ("-" is stdout).

    zip is everything with all its history, and Pejl reads it back; xlsx and csv are tables, json is for
    programs, yaml the open goals as text.
    """
    if as_of is not None:
        _moment(context, as_of)
    with sources.of(local=local, slug=slug) as source:
        form = form or _by_name(file)
        if file.exists() and not force:
            _refuse(context, f"{file} is there already: choose another name, or write over it with --force.")
        if str(file) == "-":
            _to_stdout(source, form, as_of=as_of)
            return
        _to_file(context, file, source, form, as_of=as_of)
    size = file.stat().st_size
    told = {"file": str(file), "format": form, "bytes": size}
    click.echo(json.dumps(told) if as_json else f"{file}: {size:,} bytes")


def _to_stdout(source: Source, form: str, *, as_of: str | None) -> None:
    """Nothing comes out before all of it is there."""
    with tempfile.TemporaryFile() as whole:
        with _watched() as seen:
            source.export(form, whole, as_of=as_of, seen=seen)
        whole.seek(0)
        shutil.copyfileobj(whole, sys.stdout.buffer)
        sys.stdout.buffer.flush()


def _to_file(context: click.Context, file: Path, source: Source, form: str, *, as_of: str | None) -> None:
    """The file has its name only when it is whole."""
    part = file.with_name(f".{file.name}.part")
    try:
        try:
            with part.open("wb") as out, _watched() as seen:
                source.export(form, out, as_of=as_of, seen=seen)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        _refuse(context, f"{file} cannot be written: {error.strerror or error}.")


@contextmanager
def _watched() -> Iterator[Seen]:
    """How far it is, on a terminal alone."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(
        *columns, console=Console(stderr=True), disable=not on_terminal(), transient=True
    ) as progress:
        task = progress.add_task("exporting", total=None)
        yield lambda done, whole: progress.update(task, completed=done, total=whole)


def _by_name(file: Path) -> str:
    ending = file.suffix[1:].lower()
    ending = "yaml" if ending == "yml" else ending
    return ending if ending in FORMATS else "zip"


def _moment(context: click.Context, text: str) -> None:
    """Refuses what is no day; which moment a day ends at is for the person's own zone to say."""
    from pejl.domain import periods

    try:
        periods.moment(text, zone=ZoneInfo("UTC"))
    except ValueError:
        _refuse(context, "--as-of takes a date such as 2026-10-03, or a moment with its zone.")


def _refuse(context: click.Context, line: str) -> NoReturn:
    click.echo(f"pejl: {line}", err=True)
    context.exit(2)
