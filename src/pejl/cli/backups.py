"""`pejl backup`, `pejl restore`; and the portable export and import behind `export` and `import`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pejl.cli import main, on_terminal, start

if TYPE_CHECKING:
    from pejl.queries.scope import Member
    from pejl.services.dumps_files import Counts

FILE = click.Path(dir_okay=False, path_type=Path)


@main.command()
@click.argument("file", type=FILE)
@click.option("--json", "as_json", is_flag=True)
def backup(file: Path, *, as_json: bool) -> None:
    """Writes everything on this server to FILE while it works, and proves the file."""
    start()
    from django.conf import settings
    from django.utils import timezone

    from pejl.services import backups

    counts = backups.write(file, folder=settings.CONFIG.data_dir, at=timezone.now())
    click.echo(
        json.dumps({"file": str(file), "rows": dict(counts.rows)})
        if as_json
        else f"{file}: {counts.total:,} rows, written and proved. Keep it where the server is not."
    )


@main.command()
@click.argument("file", type=FILE)
@click.option("--replace", is_flag=True, help="Take away what is on this server first.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def restore(context: click.Context, file: Path, *, replace: bool, as_json: bool) -> None:
    """Brings the backup FILE back into an empty data folder or database, and proves every figure."""
    start()
    from django.conf import settings
    from django.utils import timezone

    from pejl.services import backups

    with bar("restoring") as progress:
        restored = backups.restore(
            file,
            folder=settings.CONFIG.data_dir,
            replace=replace,
            at=timezone.now(),
            prepare=_migrate,
            progress=progress,
        )
    if as_json:
        faults = [fault.as_dict() for fault in restored.faults]
        click.echo(json.dumps({"rows": dict(restored.counts.rows), "faults": faults}))
    else:
        for fault in restored.faults:
            click.echo(fault.line())
        found = len(restored.faults) or "no"
        click.echo(f"{restored.counts.total:,} rows are back. The doctor finds {found} differences.")
    context.exit(1 if restored.faults else 0)


def export_portable(by: Member, file: Path, *, at: datetime, as_of: datetime | None = None) -> Counts:
    """Writes the portable export to `file`, which has that name only when it is whole. Raises `Rejected`."""
    from pejl.services import dumps
    from pejl.services.errors import Rejected

    part = file.with_name(f".{file.name}.part")
    try:
        with part.open("wb") as out:
            counts = dumps.write(by, out, at=at, as_of=as_of)
        part.replace(file)
    except OSError as error:
        raise Rejected.one("file.unwritable", file=str(file), why=error.strerror or str(error)) from error
    finally:
        part.unlink(missing_ok=True)
    return counts


def is_portable(file: Path) -> bool:
    """Whether `import` is to call :func:`import_portable`."""
    from pejl.services import dumps

    try:
        with file.open("rb") as source:
            return dumps.recognise(source)
    except OSError:
        return False


def import_portable(by: Member, file: Path, *, at: datetime) -> Counts:
    """Takes a portable export into the empty workspace of `by`, or nothing. Raises `Rejected`."""
    from pejl.services import dumps
    from pejl.services.errors import Rejected

    try:
        with file.open("rb") as source, bar("importing") as progress:
            return dumps.read(source, by=by, at=at, progress=progress)
    except OSError as error:
        raise Rejected.one("file.unreadable", file=str(file), why=error.strerror or str(error)) from error


@contextmanager
def bar(what: str) -> Iterator[Callable[[float], Any]]:
    """A progress bar on a terminal, nothing in a pipe; it is told a fraction of 1."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), disable=not on_terminal(), transient=True) as progress:
        task = progress.add_task(what, total=1.0)
        yield lambda part: progress.update(task, completed=part)


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
