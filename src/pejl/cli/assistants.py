"""`pejl mcp`: assistants on the data folder, over standard input and output."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pejl.cli import completions, logins, main, start
from pejl.cli.wires import Failed, Unclear

if TYPE_CHECKING:
    from pejl.mcp.callers import Knock


@main.command("mcp")
@click.option(
    "--workspace",
    "slug",
    shell_complete=completions.workspaces,
    help="Needed only where there are several.",
)
@click.option("--as", "email", metavar="EMAIL", help="Who the assistant acts for.")
def serve(slug: str | None, email: str | None) -> None:
    """Serves an assistant (Model Context Protocol) on the data folder, as one person.

    An assistant's program starts this and speaks with it over standard input and output. With PEJL_TOKEN (or
    PEJL_TOKEN_FILE), and without PEJL_URL, it acts as the token's person; a token that only reads proposes
    and applies nothing.
    """
    start()
    from pejl.mcp import stdio

    token = "" if logins.given("PEJL_URL") else logins.given("PEJL_TOKEN")
    if token and email is not None:
        raise Unclear("PEJL_TOKEN says who the assistant acts for; leave --as out.")
    stdio.serve(_holder(token, slug=slug) if token else _person(slug, email))


def _person(slug: str | None, email: str | None) -> Knock:
    from pejl.cli.local import Local
    from pejl.mcp import stdio

    by = Local.of(slug=slug, email=email, person=True).by
    if by.person_id is None:
        raise Unclear("Say who you are with --as EMAIL.")
    return stdio.person(by.slug, by.person_id)


def _holder(token: str, *, slug: str | None) -> Knock:
    from pejl.mcp import stdio
    from pejl.mcp.callers import Refused

    knock = stdio.holder(token)
    try:
        by = knock().by
    except Refused as refused:
        raise Failed(str(refused)) from None
    if slug not in {None, by.slug}:
        raise Unclear(f"The token is one of the workspace {by.slug}, not of {slug}.")
    return knock
