"""The terminal: `pejl`. Exit 0 done, 1 problems found, 2 wrong usage; errors are one line on stderr."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from pejl import __version__


class Pejl(click.Group):
    """The commands. Whatever goes wrong ends in one clear line, never in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        from pejl.config import WrongSetting

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pejl.settings")
        try:
            return super().invoke(ctx)
        except WrongSetting as wrong:
            _say(f"{wrong.name} is not right: allowed is {wrong.allowed}.")
            ctx.exit(2)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 - the last stop before a person's terminal
            _say(_sentence(error))
            ctx.exit(1)


def _sentence(error: Exception) -> str:
    from django.apps import apps

    return _known(error) if apps.ready else _unforeseen(error)


def _known(error: Exception) -> str:
    from django.db import DatabaseError

    from pejl.queries.scope import NotFound
    from pejl.services.errors import Rejected

    if isinstance(error, Rejected):
        from pejl.services import messages

        return " ".join(messages.sentence(reason) for reason in error.reasons)
    if isinstance(error, NotFound):
        return "There is no such workspace. 'pejl workspace create' makes one."
    if isinstance(error, DatabaseError):
        if "no such table" in str(error) or "does not exist" in str(error):
            return "The database is not set up yet, or of an older version: run 'pejl migrate' first."
        return f"The database does not answer as it should: {str(error).strip().splitlines()[0]}"
    return _unforeseen(error)


def _unforeseen(error: Exception) -> str:
    """Raises it again where all of it is to be seen."""
    if os.environ.get("PEJL_DEBUG", "").lower() in {"1", "true", "on", "yes"}:
        raise error
    return f"Something unforeseen: {type(error).__name__}: {error}. PEJL_DEBUG=on shows all of it."


def _say(line: str) -> None:
    click.echo(f"pejl: {line}", err=True)


@click.group(cls=Pejl, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pejl")
def main() -> None:
    """OKRs on your own server: objectives, key results, check-ins."""


def start() -> None:
    """Makes Django ready. Commands call it; `--help` does not wait for it."""
    import django

    django.setup()


def speak() -> None:
    """Makes the sentences of refusals ready, and nothing else: for commands that need no data folder, which
    the settings would make."""
    from django.conf import settings

    if not settings.configured:
        settings.configure(LANGUAGE_CODE="en", USE_I18N=False)


def on_terminal() -> bool:
    return sys.stderr.isatty()


from pejl.cli import (  # noqa: E402 - they add their commands to `main`
    assistants,
    backups,
    benches,
    checkins,
    completions,
    data,
    exports,
    forecasts,
    goals,
    people,
    plans,
    server,
    sessions,
    transfers,
)

__all__ = [
    "assistants",
    "backups",
    "benches",
    "checkins",
    "completions",
    "data",
    "exports",
    "forecasts",
    "goals",
    "main",
    "on_terminal",
    "people",
    "plans",
    "server",
    "sessions",
    "speak",
    "start",
    "transfers",
]
