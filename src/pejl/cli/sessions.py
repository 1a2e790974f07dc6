"""`pejl login`, `pejl logout`: which server the terminal works with."""

from __future__ import annotations

import json
import os
import sys

import click

from pejl.cli import logins, main, wires
from pejl.cli.logins import Login


@main.command()
@click.argument("url", required=False)
@click.option("--insecure", is_flag=True, help="Let the token travel in the clear, over http.")
@click.option("--json", "as_json", is_flag=True)
def login(url: str | None, *, insecure: bool, as_json: bool) -> None:
    """Keeps the address of a server and a token, once the server has answered to them.

    The token is asked for, or read from stdin; it is made under Settings → Tokens. From then on plan, apply,
    status, goals, checkin and export work on that server, and on the data folder with --local.
    """
    from pejl.cli.remote import Remote

    asked = url or str(click.prompt("Address", err=True))
    address = logins.address(asked, insecure=insecure)
    found = Login(address, logins.token(_token()), insecure)
    with Remote(found) as far:
        me = far.me()
    logins.keep(found)
    person = wires.plain(str((me["person"] or {}).get("name") or "the workspace"))
    workspace = wires.plain(str(me["workspace"].get("name")))
    told = {"url": address, "person": person, "workspace": me["workspace"].get("slug")}
    if as_json:
        click.echo(wires.encoded(told))
    else:
        click.echo(f"Signed in to {workspace} at {address} as {person}.")
    if any(os.environ.get(f"PEJL_{one}") for one in ("URL", "URL_FILE", "TOKEN", "TOKEN_FILE")):
        click.echo("pejl: PEJL_URL and PEJL_TOKEN in the environment win over this login.", err=True)


@main.command()
@click.option("--json", "as_json", is_flag=True)
def logout(*, as_json: bool) -> None:
    """Takes the kept address and token away. The token itself stays valid until it is revoked."""
    gone = logins.forget()
    said = "Signed out. The token is valid until it is revoked under Settings → Tokens."
    if as_json:
        click.echo(json.dumps({"signed_out": gone}))
    else:
        click.echo(said if gone else "You were not signed in.")


def _token() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Token", hide_input=True, err=True))
    return sys.stdin.readline()
