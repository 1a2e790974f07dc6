"""`pejl lint`, `pejl plan`, `pejl apply`: OKRs as code."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from pejl.cli import main, start
from pejl.cli.people import chosen

if TYPE_CHECKING:
    from uuid import UUID

    from pejl.domain.plans import Finding, Plan
    from pejl.queries.scope import Member
    from pejl.services.errors import Rejected

FILE = click.Path(dir_okay=False, path_type=Path, allow_dash=True)
WORKSPACE = click.option("--workspace", "slug", help="Default: the one the file names.")
PRUNE = click.option(
    "--prune", is_flag=True, help="Also end the goals of the file's periods that it does not name."
)


@dataclass(slots=True)
class Local:
    """Plans on the data folder. What it answers is what the HTTP API answers."""

    by: Member
    file: Plan

    @classmethod
    def of(cls, content: bytes, *, slug: str | None) -> Local:
        """Raises `Rejected`."""
        from pejl.queries import people
        from pejl.services import plans

        file = plans.read(content)
        return cls(people.system(chosen(slug or file.workspace)), file)

    def diff(self, *, prune: bool) -> dict[str, Any]:
        from django.utils import timezone

        from pejl.services import plans, plans_told

        return plans_told.told(plans.compare(self.file, by=self.by, at=timezone.now(), prune=prune))

    def apply(self, plan_id: str) -> list[UUID]:
        from django.utils import timezone

        from pejl.services import plans

        return plans.apply(self.file, plan_id=plan_id, by=self.by, at=timezone.now())


@main.command()
@click.argument("file", type=FILE, required=False)
@click.option("--strict", is_flag=True, help="Advice is a problem too.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of such a file, for editors.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def lint(context: click.Context, file: Path | None, *, strict: bool, schema: bool, as_json: bool) -> None:
    """Checks a file of OKRs by itself ("-" is stdin), without a workspace.

    Prints file:line:column rule message. Exit 1 where something must be mended; advice (a key result without
    target is a draft) is printed and does not fail, but with --strict.
    """
    start()
    from pejl.domain import plans_lint
    from pejl.queries import resources
    from pejl.services import plans

    if schema:
        from pejl.adapters.formats import plans as plans_format

        click.echo(plans_format.schema(), nl=False)
        return
    if file is None:
        raise click.UsageError("Name a file, or ask for its --schema.")
    _, findings = plans.examine(_content(context, file))
    if as_json:
        click.echo(resources.encoded([_told(one) for one in findings]))
    else:
        _lines(file, findings)
    context.exit(1 if plans_lint.refused(findings) or (strict and findings) else 0)


@main.command()
@click.argument("file", type=FILE)
@WORKSPACE
@PRUNE
@click.option("--json", "as_json", is_flag=True, help="As the HTTP API gives it.")
@click.pass_context
def plan(context: click.Context, file: Path, slug: str | None, *, prune: bool, as_json: bool) -> None:
    """Shows what applying FILE ("-" is stdin) would add, change and close. Changes nothing."""
    start()
    from pejl.queries import resources

    source, diff = _planned(context, file, slug, prune=prune)
    if as_json:
        click.echo(resources.encoded(diff))
        return
    _show(diff, where=source.by.slug)


@main.command()
@click.argument("file", type=FILE)
@WORKSPACE
@PRUNE
@click.option("--plan", "plan_id", metavar="ID", help="Only where the plan is still the one of that id.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="What was done, as the HTTP API gives it.")
@click.pass_context
def apply(
    context: click.Context,
    file: Path,
    slug: str | None,
    *,
    prune: bool,
    plan_id: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Does exactly what the plan of FILE shows, or nothing.

    On a terminal it asks first. Exit 1 where the workspace moved since the plan.
    """
    start()
    from pejl.queries import resources
    from pejl.services import messages
    from pejl.services.errors import Reason, Rejected

    source, diff = _planned(context, file, slug, prune=prune)
    if plan_id is not None and plan_id != diff["id"]:
        _stop(context, messages.sentence(Reason("plan.moved")))
    if not as_json:
        _show(diff, where=source.by.slug)
    if not yes and sys.stdin.isatty() and _something(diff):
        click.confirm("Apply this?", abort=True, err=True)
    try:
        made = source.apply(diff["id"])
    except Rejected as rejected:
        _rejected(context, file, source.file, rejected)
    if as_json:
        click.echo(resources.encoded({**diff, "made": _made(diff, made)}))
    elif _something(diff):
        click.echo("Applied.")


def _made(diff: dict[str, Any], ids: Iterable[UUID]) -> dict[str, UUID]:
    return {one["key"]: made for one, made in zip(diff["add"], ids, strict=True)}


def _planned(
    context: click.Context, file: Path, slug: str | None, *, prune: bool
) -> tuple[Local, dict[str, Any]]:
    from pejl.domain import plans_lint
    from pejl.services import plans
    from pejl.services.errors import Rejected

    content = _content(context, file)
    found, findings = plans.examine(content)
    wrong = plans_lint.refused(findings)
    if wrong:
        _lines(file, wrong, err=True)
        context.exit(1)
    try:
        source = Local.of(content, slug=slug)
        return source, source.diff(prune=prune)
    except Rejected as rejected:
        _rejected(context, file, found, rejected)


def _content(context: click.Context, file: Path) -> bytes:
    """No more of it than is read."""
    from pejl.adapters.formats import plans as plans_format

    most = plans_format.MOST_BYTES + 1
    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(most)
        with file.open("rb") as source:
            return source.read(most)
    except OSError as error:
        click.echo(f"pejl: {file} cannot be read: {error.strerror or error}.", err=True)
        context.exit(2)


def _lines(file: Path, findings: Iterable[Finding], *, err: bool = False) -> None:
    from pejl.services import messages
    from pejl.services.errors import Reason

    for one in findings:
        said = messages.sentence(Reason(one.rule, "", one.params))
        click.echo(f"{file}:{one.at.line}:{one.at.column} {one.rule} {said}", err=err)


def _told(one: Finding) -> dict[str, Any]:
    from pejl.services import messages
    from pejl.services.errors import Reason

    return {
        "line": one.at.line,
        "column": one.at.column,
        "path": one.at.path,
        "rule": one.rule,
        "severity": one.severity.value,
        "message": messages.sentence(Reason(one.rule, "", one.params)),
    }


def _rejected(context: click.Context, file: Path, plan: Plan, rejected: Rejected) -> NoReturn:
    from pejl.domain.plans import Finding

    found = [Finding(one.code, plan.place(one.field), params=one.params) for one in rejected.reasons]
    if any(one.rule == "plan.moved" for one in found):
        from pejl.services import messages

        _stop(context, messages.sentence(rejected.reasons[0]))
    _lines(file, found, err=True)
    context.exit(1)


def _stop(context: click.Context, line: str) -> NoReturn:
    click.echo(f"pejl: {line}", err=True)
    context.exit(1)


def _something(diff: dict[str, Any]) -> bool:
    return any(diff[name] for name in ("add", "change", "close", "prune"))


def _show(diff: dict[str, Any], *, where: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    lines = list(_rows(diff))
    if sys.stdout.isatty() and lines:
        table = Table(box=None, show_header=False, pad_edge=False)
        for sign, key, said in lines:
            table.add_row(Text(sign, style=_STYLES.get(sign, "dim")), Text(key, style="bold"), Text(said))
        Console().print(table)
    else:
        for sign, key, said in lines:
            click.echo(f"{sign} {key}: {said}")
    counts = {name: len(diff[name]) for name in ("add", "change", "close", "prune")}
    if not _something(diff):
        click.echo(f"Nothing to do: {where} is as the file says.")
    else:
        named = f"{counts['add']} to add, {counts['change']} to change, {counts['close']} to close"
        click.echo(named + (f", {counts['prune']} to prune" if counts["prune"] else "") + ".")
    click.echo(f"Plan {diff['id']}")


_STYLES = {"+": "green", "~": "yellow", "x": "red", "-": "red"}


def _rows(diff: dict[str, Any]) -> Iterable[tuple[str, str, str]]:
    """Sign, key, what: + added, ~ changed, x closed, - pruned, = left alone, @ a placeholder."""
    for one in diff["add"]:
        yield "+", one["key"], f"{one['kind'].replace('_', ' ')} {one['title']}"
    for one in diff["change"]:
        yield "~", one["key"], f"{one['field']}: {_said(one['old'])} → {_said(one['new'])}"
    for one in diff["close"]:
        yield "x", one["key"], f"{one['outcome']}: {one['title']}"
    for one in diff["prune"]:
        yield "-", one["key"], f"{one['outcome']}: {one['title']}"
    for name in diff["people"]:
        yield "@", name, "is not here yet and becomes a placeholder"
    for one in diff["ended"]:
        yield "=", one["key"], f"has ended ({one['state']}) and stays so: {one['title']}"
    for one in diff["left_out"]:
        yield "=", one["key"], f"is not in the file and stays: {one['title']}"


def _said(value: Any) -> str:
    from pejl.queries import resources

    if value is None or value == []:
        return "–"
    return value if isinstance(value, str) else resources.encoded(value).strip('"')
