"""`pejl serve`, `pejl work`, `pejl migrate`, `pejl demo`: getting it to run."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path

import click

from pejl.cli import main, start
from pejl.cli.wires import Failed

DEMO_EMAIL = "anna@fjordlight.example"


@main.command()
def migrate() -> None:
    """Brings the tables of the database to this version."""
    start()
    _migrate()
    click.echo("The database is up to date.")


@main.command()
def serve() -> None:
    """Serves the pages. Address, port and workers are settings."""
    start()
    _refuse_taken()
    _migrate()
    _serve()


@main.command()
def work() -> None:
    """Sends what waits for webhooks, until it is stopped. `pejl serve` does that by itself."""
    start()
    from pejl import jobs

    jobs.work()


@main.command()
@click.option(
    "--data-dir", type=click.Path(path_type=Path), help="Where the demo is kept. Default: data/demo."
)
@click.option("--language", type=click.Choice(["en", "da"]), help="Default: the language of your terminal.")
@click.option("--seed", default=1, show_default=True, help="Another seed, other figures.")
@click.option("--no-serve", is_flag=True, help="Fill it and stop.")
def demo(data_dir: Path | None, language: str | None, seed: int, *, no_serve: bool) -> None:
    """Fills the workspace "Fjordlight" with twelve weeks of OKRs and serves it."""
    folder = data_dir or Path(os.environ.get("PEJL_DATA_DIR") or "data") / "demo"
    os.environ["PEJL_DATA_DIR"] = str(folder)
    start()
    from django.utils import timezone

    from pejl.services import demo as demos

    _migrate()
    password = _kept_password(folder)
    filled = demos.ensure(
        language="da" if (language or _terminal_language()) == "da" else "en",
        seed=seed,
        at=timezone.now(),
        email=DEMO_EMAIL,
        password=password,
    )
    click.echo(
        "Fjordlight is filled: twelve weeks of OKRs up to today." if filled else "Fjordlight is here already."
    )
    if no_serve:
        return
    _free_port()
    _serve(hint=f"Sign in as  {DEMO_EMAIL}\nPassword    {password}")


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def _serve(*, hint: str = "") -> None:
    from django.conf import settings
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from pejl import jobs

    config = settings.CONFIG
    click.echo(f"\nPejl is at  {config.base_url}\n{hint}\nStop with Ctrl+C.".replace("\n\n", "\n"), err=False)
    server = Granian(
        "pejl.wsgi:application",
        address=config.host,
        port=config.port,
        interface=Interfaces.WSGI,
        workers=config.workers,
        blocking_threads=4,
        log_level=LogLevels.warning,
    )
    with jobs.beside():
        server.serve()


def _refuse_taken() -> None:
    """Two servers can listen at one port, and each request would come to one of them by chance."""
    from django.conf import settings

    config = settings.CONFIG
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)  # noqa: S104 - compared, not bound
    try:
        socket.create_connection((host, config.port), timeout=2).close()
    except OSError:
        return
    raise Failed(f"Port {config.port} is taken. Stop what listens there, or choose another with PEJL_PORT.")


def _free_port() -> None:
    """The demo takes the next free port when the usual one is taken; a real server says so instead."""
    from dataclasses import replace

    from django.conf import settings

    config = settings.CONFIG
    for port in range(config.port, config.port + 20):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                if port != config.port:
                    settings.CONFIG = replace(config, port=port, base_url=f"http://localhost:{port}")
                    settings.CSRF_TRUSTED_ORIGINS = [f"http://localhost:{port}"]
                return


def _kept_password(folder: Path) -> str:
    """The demo's password: made once, kept beside its data, readable by its owner alone."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "password"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write("-".join(secrets.token_hex(2) for _ in range(3)))
    return path.read_text(encoding="utf-8").strip()


def _terminal_language() -> str:
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "da" if spoken.startswith("da") else "en"
