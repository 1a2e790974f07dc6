"""`pejl workspace create`, `pejl user create`, `export` and `erase`, `pejl token create`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from uuid import UUID

import click

from pejl.cli import main, start

if TYPE_CHECKING:
    from pejl.queries.scope import Member


@main.group()
def workspace() -> None:
    """Workspaces on this server."""


@workspace.command("create")
@click.argument("slug")
@click.option("--name", required=True)
@click.option("--language", type=click.Choice(["en", "da"]), default="en", show_default=True)
@click.option("--timezone", "zone", default="Europe/Copenhagen", show_default=True)
@click.option(
    "--fiscal-year-start", type=click.IntRange(1, 12), default=1, show_default=True, metavar="MONTH"
)
@click.option("--json", "as_json", is_flag=True)
def create_workspace(
    slug: str, name: str, language: str, zone: str, fiscal_year_start: int, *, as_json: bool
) -> None:
    """Makes an empty workspace with its periods."""
    start()
    from django.utils import timezone

    from pejl.services import workspaces

    made = workspaces.create(
        slug,
        name=name,
        language=language,
        timezone=zone,
        fiscal_year_start=fiscal_year_start,
        at=timezone.now(),
    )
    click.echo(json.dumps({"workspace": made}) if as_json else f"Workspace {made} is ready.")


@main.group()
def user() -> None:
    """People who can sign in."""


@user.command("create")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--workspace", "slug", help="Needed only where there are several.")
@click.option(
    "--role", type=click.Choice(["owner", "admin", "member", "observer"]), default="member", show_default=True
)
@click.option("--json", "as_json", is_flag=True)
def create_user(email: str, name: str, slug: str | None, role: str, *, as_json: bool) -> None:
    """Adds a person who can sign in. The password comes from a prompt or PEJL_PASSWORD."""
    start()
    from django.utils import timezone

    from pejl.domain.values import Role
    from pejl.queries import people as people_queries
    from pejl.services import people

    by = people_queries.system(chosen(slug))
    password = os.environ.get("PEJL_PASSWORD") or _asked()
    made = people.create(
        people.NewPerson(email=email, name=name, role=Role(role), password=password), by=by, at=timezone.now()
    )
    click.echo(
        json.dumps({"person": str(made), "workspace": by.slug})
        if as_json
        else f"{name} can sign in to {by.workspace_name}."
    )


@user.command("export")
@click.argument("email")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path, allow_dash=True))
@click.option("--force", is_flag=True, help="Write over FILE where it is there already.")
@click.option("--json", "as_json", is_flag=True)
def export_user(email: str, file: Path, *, force: bool, as_json: bool) -> None:
    """Writes what is kept about the person with EMAIL to FILE as JSON ("-" is stdout).

    All workspaces of the server; also of somebody who has no account.
    """
    start()
    from django.utils import timezone

    from pejl.queries import own_data
    from pejl.queries.scope import NotFound

    if str(file) != "-" and file.exists() and not force:
        _refuse(f"{file} is there already: choose another name, or write over it with --force.")
    try:
        told = own_data.of_address(email, at=timezone.now())
    except NotFound:
        _refuse(f"Nobody here has the address {email}.")
    text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    if str(file) == "-":
        click.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        _refuse(f"{file} cannot be written: {error.strerror or error}.")
    size = len(text.encode())
    click.echo(json.dumps({"file": str(file), "bytes": size}) if as_json else f"{file}: {size:,} bytes")


@user.command("erase")
@click.argument("email")
@click.option("--workspace", "slug", help="Needed only where there are several.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True)
def erase_user(email: str, slug: str | None, *, yes: bool, as_json: bool) -> None:
    """Makes the person with EMAIL a former colleague. Goals and check-ins stay; it cannot be undone."""
    start()
    from django.utils import timezone

    from pejl.queries import people as people_queries
    from pejl.services import people_erasing

    by = people_queries.system(chosen(slug))
    person = _person(by, email)
    if not yes:
        if not sys.stdin.isatty():
            _refuse("Say --yes, or run this on a terminal.")
        name = people_queries.member(by.slug, person).name
        click.confirm(f"Erase {name} from {by.workspace_name}? It cannot be undone.", abort=True, err=True)
    people_erasing.erase(person, by=by, at=timezone.now())
    told = f"{email} is erased from {by.workspace_name}."
    click.echo(json.dumps({"person": str(person), "workspace": by.slug}) if as_json else told)


@main.group()
def token() -> None:
    """Tokens for programs."""


@token.command("create")
@click.argument("email")
@click.option("--workspace", "slug", help="Needed only where there are several.")
@click.option("--scopes", default="read", show_default=True, help="read, or read,write")
@click.option("--name", default="terminal", show_default=True, help="What it is for.")
@click.option("--days", type=click.IntRange(1, 3650), help="How long it is valid. Default: without end.")
@click.option("--json", "as_json", is_flag=True)
def create_token(
    email: str, slug: str | None, scopes: str, name: str, days: int | None, *, as_json: bool
) -> None:
    """Prints a token of the person with EMAIL, once."""
    wanted = {one.strip() for one in scopes.split(",")} - {""}
    if not wanted or not wanted <= {"read", "write"}:
        raise click.UsageError("--scopes takes read, or read,write.")
    start()
    from django.utils import timezone

    from pejl.queries import people as people_queries
    from pejl.services import tokens

    by = people_queries.system(chosen(slug))
    person = _person(by, email)
    new = tokens.NewToken(name, writes="write" in wanted, days=days, person=person)
    made = tokens.create(new, by=by, at=timezone.now())
    click.echo(json.dumps({"token": made, "scopes": sorted(wanted)}) if as_json else made)


def chosen(slug: str | None) -> str:
    """The workspace meant: the one named, else the only one there is."""
    from pejl.queries import workspaces

    if slug:
        return slug
    rows = workspaces.all_rows()
    if len(rows) == 1:
        return rows[0].slug
    if not rows:
        raise click.UsageError("There is no workspace yet. 'pejl workspace create' makes one.")
    raise click.UsageError(f"Say which workspace with --workspace: {', '.join(row.slug for row in rows)}.")


def _person(by: Member, email: str) -> UUID:
    from pejl.queries import people
    from pejl.queries.scope import NotFound

    try:
        return people.by_email(by.slug, email)
    except NotFound:
        _refuse(f"Nobody in {by.workspace_name} has the address {email}.")


def _refuse(line: str) -> NoReturn:
    click.echo(f"pejl: {line}", err=True)
    raise SystemExit(2)


def _asked() -> str:
    if not sys.stdin.isatty():
        raise click.UsageError("Give the password in PEJL_PASSWORD, or run this on a terminal.")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
