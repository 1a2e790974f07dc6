"""`pejl import`: files from elsewhere, looked through, applied, each with its receipt."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pejl.cli import backups, main, on_terminal, start
from pejl.cli.people import chosen
from pejl.domain.receipts import OUTCOMES, Receipt

if TYPE_CHECKING:
    from uuid import UUID

    from pejl.queries.scope import Member

SHOWN = 20
FILE = click.Path(dir_okay=False, path_type=Path)


@main.command("import")
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE…")
@click.option("--workspace", "slug", help="Needed only where there are several.")
@click.option("--dry-run", is_flag=True, help="Look through and give the receipt; change nothing.")
@click.option("--receipt", type=FILE, help="Write the receipt to this file, as JSON.")
@click.option("--profile", type=FILE, help="JSON that says which column of a table is which field.")
@click.option("--json", "as_json", is_flag=True, help="The receipt as JSON on stdout.")
@click.pass_context
def bring(
    context: click.Context,
    files: tuple[Path, ...],
    slug: str | None,
    *,
    dry_run: bool,
    receipt: Path | None,
    profile: Path | None,
    as_json: bool,
) -> None:
    """Brings FILE in: what another product wrote, or Pejl's own portable export.

    Every file is looked through before the first is applied. Exit 1 where rows failed, 2 for a file that
    cannot be read at all: nothing is changed then.
    """
    if receipt is not None and not os.access(receipt if receipt.exists() else receipt.parent, os.W_OK):
        click.echo(f"pejl: {receipt} cannot be written; nothing was brought in.", err=True)
        context.exit(2)
    start()
    from pejl.queries import people
    from pejl.services import messages
    from pejl.services.errors import Rejected

    by = people.system(chosen(slug))
    try:
        columns = _profile(profile)
        told = _brought(by, files, dry_run=dry_run, profile=columns)
    except Rejected as rejected:
        said = [messages.sentence(one) for one in rejected.reasons]
        which = [f"{name}:" for name in getattr(rejected, "__notes__", ())]
        click.echo(f"pejl: {' '.join([*which, *said])}", err=True)
        context.exit(2)
    except OSError as error:
        click.echo(f"pejl: {error.filename} cannot be read: {error.strerror}.", err=True)
        context.exit(2)
    whole: Any = told[0] if len(told) == 1 else told
    if receipt is not None:
        receipt.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if as_json:
        click.echo(json.dumps(whole, ensure_ascii=False))
    else:
        for file, one in zip(files, told, strict=True):
            _say(file, one, dry_run=dry_run)
    context.exit(1 if any(row["failed"] for one in told for row in one["rows"].values()) else 0)


def _profile(path: Path | None) -> dict[str, str] | None:
    if path is None:
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
        raise click.UsageError(f'{path} is not a profile: write {{"heading": "field", …}}.')
    return found


def _brought(
    by: Member, files: Sequence[Path], *, dry_run: bool, profile: Mapping[str, str] | None
) -> list[dict[str, Any]]:
    """The receipts, in the order of the files."""
    from django.utils import timezone

    from pejl.queries import imports
    from pejl.services import transfers
    from pejl.services.errors import Rejected

    if any(backups.is_portable(file) for file in files):
        return [_portable(by, files, dry_run=dry_run)]
    loads: list[UUID] = []
    try:
        for file in files:
            with file.open("rb") as source:
                try:
                    made = transfers.preview(
                        source, name=file.name, by=by, at=timezone.now(), profile=profile
                    )
                except Rejected as rejected:
                    rejected.add_note(file.name)
                    raise
                loads.append(made)
        for file, load in zip(files, loads, strict=True):
            if not dry_run:
                with _bar(file.name) as told:
                    transfers.apply(load, by=by, at=timezone.now(), progress=told)
        return [dict(imports.one(by, load).receipt) for load in loads]
    finally:
        for load in loads:
            if imports.one(by, load).applied_at is None:
                transfers.discard(load, by=by, at=timezone.now())


def _portable(by: Member, files: Sequence[Path], *, dry_run: bool) -> dict[str, Any]:
    """A portable export lands whole, in an empty workspace: every row of it."""
    from django.utils import timezone

    if dry_run or len(files) > 1:
        raise click.UsageError("A portable export comes alone and is taken whole: it has no dry run.")
    receipt = Receipt("pejl-portable")
    for name, number in backups.import_portable(by, files[0], at=timezone.now()).rows.items():
        receipt.outcomes[name, "landed"] += number
    return receipt.told()


@contextmanager
def _bar(what: str) -> Iterator[Any]:
    """A progress bar on a terminal, nothing in a pipe; it is told rows done and rows in all."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), disable=not on_terminal(), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _say(file: Path, receipt: dict[str, Any], *, dry_run: bool) -> None:
    done = "would be brought in" if dry_run else "brought in"
    made = ", ".join(f"{number:,} {kind}" for kind, number in receipt["made"].items()) or "nothing new"
    click.echo(f"{file.name} ({receipt['source']}) {done}: {made}")
    for name, row in receipt["rows"].items():
        parts = [f"{row[one]:,} {one}" for one in OUTCOMES if row[one]]
        click.echo(f"  {name}: {row['read']:,} rows: {', '.join(parts)}")
    problems = receipt["problems"]
    for one in problems[:SHOWN]:
        named = f" ({one['id']})" if one["id"] else ""
        field = f" {one['field']}:" if one["field"] else ""
        click.echo(f"  {one['file']} row {one['row']}{named}:{field} {one['reason']}")
    if len(problems) > SHOWN:
        click.echo(f"  and {len(problems) - SHOWN:,} more; --receipt R.json has them all")
    told = receipt["progress"]
    if told["same"] or told["different"]:
        other = len(told["different"])
        click.echo(f"  progress: {told['same']:,} goals as they were, {other:,} otherwise")
