"""`pejl lint`, `pejl plan`, `pejl apply`: OKRs as code."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

import click

from pejl.cli import completions, logins, main, sources, speak, start, wires
from pejl.cli.people import chosen
from pejl.cli.wires import Failed, Refused

if TYPE_CHECKING:
    from pejl.cli.remote import Remote
    from pejl.domain.plans import Finding, Plan
    from pejl.queries.scope import Member

FILE = click.Path(dir_okay=False, path_type=Path, allow_dash=True)
LOCAL = click.option("--local", is_flag=True, help="On the data folder, in spite of a login.")
WORKSPACE = click.option(
    "--workspace",
    "slug",
    shell_complete=completions.workspaces,
    help="Default: the one the file names; over the net the one of the token.",
)
PRUNE = click.option(
    "--prune", is_flag=True, help="Also end the goals of the file's periods that it does not name."
)
MOVED = "The file or the goals changed since this plan was made. Make the plan again."


class Plans(Protocol):
    """Where plans are made and applied. Both answer with JSON as the HTTP API gives it, and raise `Refused`
    with each trouble at its path in the file. `file` tells the places of those paths."""

    @property
    def where(self) -> str: ...
    @property
    def file(self) -> Plan: ...
    def diff(self, *, prune: bool) -> dict[str, Any]: ...
    def apply(self, plan_id: str) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Local:
    """Plans on the data folder."""

    by: Member
    file: Plan

    @classmethod
    def of(cls, content: bytes, *, slug: str | None) -> Local:
        """Raises `Refused`."""
        from pejl.queries import people
        from pejl.services import plans_reading

        with _refused():
            file = plans_reading.read(content)
        return cls(people.system(chosen(slug or file.workspace)), file)

    @property
    def where(self) -> str:
        return self.by.slug

    def diff(self, *, prune: bool) -> dict[str, Any]:
        from django.utils import timezone

        from pejl.queries import resources
        from pejl.services import plans, plans_told

        with _refused():
            compared = plans.compare(self.file, by=self.by, at=timezone.now(), prune=prune)
        told: dict[str, Any] = wires.decoded(resources.encoded(plans_told.told(compared)))
        return told

    def apply(self, plan_id: str) -> list[str]:
        from django.utils import timezone

        from pejl.services import plans

        with _refused():
            made = plans.apply(self.file, plan_id=plan_id, by=self.by, at=timezone.now())
        return [str(one) for one in made]


@dataclass(frozen=True, slots=True)
class Far:
    """Plans on a server. The file is read here only to tell the line of what the server refuses."""

    remote: Remote
    content: bytes
    file: Plan
    where: str

    @classmethod
    def of(cls, remote: Remote, content: bytes, *, slug: str | None) -> Far:
        from pejl.adapters.formats import plans as plans_format

        me = remote.me()
        if slug is not None:
            sources.belongs(me, slug)
        file, _findings = plans_format.read(content)
        return cls(remote, content, file, str(me["workspace"].get("slug")))

    def diff(self, *, prune: bool) -> dict[str, Any]:
        return self.remote.plan(self.content, prune=prune)

    def apply(self, plan_id: str) -> list[str]:
        return self.remote.apply(self.content, plan_id=plan_id)


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
    if schema:
        from pejl.adapters.formats import plans as plans_format

        click.echo(plans_format.schema(), nl=False)
        return
    if file is None:
        raise click.UsageError("Name a file, or ask for its --schema.")
    speak()
    from pejl.domain import plans_lint
    from pejl.services import plans_reading

    _, findings = plans_reading.examine(_content(context, file))
    if as_json:
        click.echo(wires.encoded([_told(one) for one in findings]))
    else:
        _lines(file, findings)
    context.exit(1 if plans_lint.refused(findings) or (strict and findings) else 0)


@main.command()
@click.argument("file", type=FILE)
@WORKSPACE
@LOCAL
@PRUNE
@click.option("--json", "as_json", is_flag=True, help="As the HTTP API gives it.")
@click.pass_context
def plan(
    context: click.Context, file: Path, slug: str | None, *, local: bool, prune: bool, as_json: bool
) -> None:
    """Shows what applying FILE ("-" is stdin) would add, change and close. Changes nothing."""
    source = _source(context, file, slug, local=local)
    diff = _diff(context, file, source, prune=prune)
    if as_json:
        click.echo(wires.encoded(diff))
        return
    _show(diff, where=source.where)


@main.command()
@click.argument("file", type=FILE)
@WORKSPACE
@LOCAL
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
    local: bool,
    prune: bool,
    plan_id: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Does exactly what the plan of FILE shows, or nothing.

    On a terminal it asks first. Exit 1 where the workspace moved since the plan.
    """
    source = _source(context, file, slug, local=local)
    diff = _diff(context, file, source, prune=prune)
    if plan_id is not None and plan_id != diff["id"]:
        raise Failed(MOVED)
    if not as_json:
        _show(diff, where=source.where)
    if not yes and sys.stdin.isatty() and _something(diff):
        click.confirm("Apply this?", abort=True, err=True)
    try:
        made = source.apply(diff["id"])
    except Refused as refused:
        _troubles(context, file, source.file, refused)
    if as_json:
        keys = {one["key"]: new for one, new in zip(diff["add"], made, strict=True)}
        click.echo(wires.encoded({**diff, "made": keys}))
    elif _something(diff):
        click.echo("Applied.")


def _source(context: click.Context, file: Path, slug: str | None, *, local: bool) -> Plans:
    content = _content(context, file)
    login = None if local else logins.present()
    if login is not None:
        from pejl.cli.remote import Remote

        return Far.of(context.with_resource(Remote(login)), content, slug=slug)
    start()
    from pejl.domain import plans_lint
    from pejl.services import plans_reading

    found, findings = plans_reading.examine(content)
    wrong = plans_lint.refused(findings)
    if wrong:
        _lines(file, wrong, err=True)
        context.exit(1)
    try:
        return Local.of(content, slug=slug)
    except Refused as refused:
        _troubles(context, file, found, refused)


def _diff(context: click.Context, file: Path, source: Plans, *, prune: bool) -> dict[str, Any]:
    try:
        return source.diff(prune=prune)
    except Refused as refused:
        _troubles(context, file, source.file, refused)


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


def _refused() -> AbstractContextManager[None]:
    from pejl.cli.local import answered

    return answered()


def _troubles(context: click.Context, file: Path, plan: Plan, refused: Refused) -> NoReturn:
    """Each at its line. What is about no place in the file, such as a workspace that moved, is one line."""
    if not refused.errors or any(one.get("code") == "plan.moved" for one in refused.errors):
        raise refused
    for one in refused.errors:
        path = str(one.get("path") or "")
        spot = plan.place(path)
        at = path if re.fullmatch(r"[0-9]+:[0-9]+", path) else f"{spot.line}:{spot.column}"
        code, message = (wires.plain(str(one.get(name) or "")) for name in ("code", "message"))
        click.echo(f"{file}:{at} {code} {message}", err=True)
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
    if value is None or value == []:
        return "–"
    return value if isinstance(value, str) else wires.encoded(value)
