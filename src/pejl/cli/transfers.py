"""`pejl import`: files from elsewhere, looked through, applied, with a receipt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pejl.cli import backups, main, on_terminal, start
from pejl.cli.people import chosen
from pejl.domain.receipts import OUTCOMES, Receipt

if TYPE_CHECKING:
    from pejl.queries.scope import Member

SHOWN = 20
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@main.command("import")
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--workspace", "slug", help="Needed only where there are several.")
@click.option("--dry-run", is_flag=True, help="Look through and give the receipt; change nothing.")
@click.option("--receipt", type=click.Path(dir_okay=False, path_type=Path), help="Write the receipt as JSON.")
@click.option("--json", "as_json", is_flag=True, help="The receipt as JSON on stdout.")
@click.pass_context
def bring(
    context: click.Context,
    files: tuple[Path, ...],
    slug: str | None,
    *,
    dry_run: bool,
    receipt: Path | None,
    as_json: bool,
) -> None:
    """Brings FILE in: a Viva Goals export, or Pejl's own portable export.

    Exit 1 where rows failed, 2 for a file that cannot be read at all.
    """
    start()
    from pejl.queries import people
    from pejl.services import messages
    from pejl.services.errors import Rejected

    by = people.system(chosen(slug))
    told = []
    for file in files:
        try:
            told.append(_one(file, by, dry_run=dry_run))
        except Rejected as rejected:
            said = " ".join(messages.sentence(reason) for reason in rejected.reasons)
            click.echo(f"pejl: {file.name}: {said}", err=True)
            context.exit(2)
    whole: Any = told[0] if len(told) == 1 else told
    if receipt is not None:
        receipt.write_text(json.dumps(whole, ensure_ascii=False, indent=1), encoding="utf-8")
    if as_json:
        click.echo(json.dumps(whole, ensure_ascii=False))
    else:
        for file, one in zip(files, told, strict=True):
            _say(file, one, dry_run=dry_run)
    failed = sum(row["failed"] for one in told for row in one["rows"].values())
    context.exit(1 if failed else 0)


def _one(file: Path, by: Member, *, dry_run: bool) -> dict[str, Any]:
    from django.utils import timezone

    from pejl.queries import imports
    from pejl.services import transfers

    at = timezone.now()
    if backups.is_portable(file):
        if dry_run:
            raise click.UsageError("A portable export is taken whole or not at all: it has no dry run.")
        return _portable(backups.import_portable(by, file, at=at).rows)
    with file.open("rb") as source, _bar("looking through") as told:
        load = transfers.preview(source, name=file.name, by=by, at=at, told=told)
    if not dry_run:
        with _bar("importing") as told:
            transfers.apply(load, by=by, at=timezone.now(), told=told)
    found: dict[str, Any] = dict(imports.one(by, load).receipt)
    if dry_run:
        transfers.discard(load, by=by)
    return found


def _bar(what: str) -> Any:
    """A counter of lines on a terminal, nothing in a pipe."""
    from contextlib import contextmanager

    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn

    @contextmanager
    def shown() -> Any:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,} lines"))
        console = Console(stderr=True)
        with Progress(*columns, console=console, disable=not on_terminal(), transient=True) as progress:
            task = progress.add_task(what, total=None)
            yield lambda lines: progress.update(task, completed=lines)

    return shown()


def _portable(rows: Mapping[str, int]) -> dict[str, Any]:
    """A portable export lands whole: every row of it."""
    receipt = Receipt("pejl-portable")
    for name, number in rows.items():
        receipt.outcomes[name, "landed"] += number
    return receipt.told()


def _say(file: Path, receipt: dict[str, Any], *, dry_run: bool) -> None:
    click.echo(f"{file.name}: {'would be ' if dry_run else ''}imported ({receipt['source']})")
    for name, row in receipt["rows"].items():
        parts = [f"{row[one]:,} {one}" for one in OUTCOMES if row[one]]
        click.echo(f"  {name}: {row['read']:,} read: {', '.join(parts) or 'nothing'}")
    for one in receipt["problems"][:SHOWN]:
        click.echo(f"  {one['file']} row {one['row']} ({one['id']}) {one['field']}: {one['reason']}")
    if (more := len(receipt["problems"]) - SHOWN) > 0:
        click.echo(f"  and {more:,} more problems: --receipt R.json has them all")
    told = receipt["progress"]
    if told["same"] or told["different"]:
        same, other = told["same"], len(told["different"])
        click.echo(f"  progress: {same:,} as before, {other:,} otherwise; the receipt says why of each")
