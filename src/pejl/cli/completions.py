"""`pejl completion`: words that the shell fills in, and where anything goes wrong, nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.shell_completion import CompletionItem, get_completion_class

from pejl.cli import logins, main, tables
from pejl.cli.wires import plain

if TYPE_CHECKING:
    from pejl.cli.sources import Source

VARIABLE: Final = "_PEJL_COMPLETE"
MOST: Final = 50
_SPECIAL: Final = re.compile(r"[^\w@%+=:,./-]")
_LIVELY: Final = re.compile(r"[\"'$`\\!]")
QUICK: Final = 1.0
INSTALLED: Final = {
    "bash": 'eval "$(pejl completion bash)"',
    "zsh": 'eval "$(pejl completion zsh)"',
    "fish": "pejl completion fish | source",
}
Incomplete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


@main.command()
@click.argument("shell", type=click.Choice(list(INSTALLED)))
def completion(shell: str) -> None:
    """Prints the script by which a shell completes commands, options, goals and teams.

    \b
    bash, in ~/.bashrc:                  eval "$(pejl completion bash)"
    zsh, in ~/.zshrc:                    eval "$(pejl completion zsh)"
    fish, in ~/.config/fish/config.fish: pejl completion fish | source
    """
    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    # Of the class alone: asking an instance of it would start the shell to ask for its version.
    click.echo(found.source_template % found(main, {}, "pejl", VARIABLE).source_vars())


def goals(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Titles of open goals that begin with what is typed."""

    def found(source: Source) -> Iterator[str]:
        search = {"q": incomplete} if incomplete.isascii() and incomplete else {}
        for one in islice(source.goals(sort="title", **search), 200):
            if one["status"] in tables.OPEN and one["progress_mode"] in {"metric", "manual"}:
                yield one["title"]

    return _begun(context, incomplete, found)


def teams(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return _begun(context, incomplete, lambda source: (one["name"] for one in source.teams()))


def workspaces(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Those of the data folder; over the net the token knows its own."""
    try:
        if not _here():
            return []
        from pejl.cli import start
        from pejl.queries import workspaces as read

        start()
        slugs = [row.slug for row in read.all_rows()]
    except Exception:  # noqa: BLE001 - a shell waits for words, not for troubles
        return []
    return [CompletionItem(one) for one in slugs if one.startswith(incomplete)]


def _begun(
    context: click.Context, incomplete: str, found: Callable[[Source], Iterator[str]]
) -> list[CompletionItem]:
    wanted = incomplete.casefold()
    try:
        with _source(context) as source:
            if source is None:
                return []
            said = (plain(one) for one in found(source))
            fitting = list(islice((one for one in said if one.casefold().startswith(wanted)), MOST))
            return [CompletionItem(word) for one in fitting if (word := _typed(one)) is not None]
    except Exception:  # noqa: BLE001 - a shell waits for words, not for troubles
        return []


def _typed(text: str) -> str | None:
    """As it stands on the line. zsh and fish write a word so that it is one; bash takes it as it comes, and
    would run what somebody else put into a title. None where it cannot stand in the quotes that are open."""
    if os.environ.get(VARIABLE) != "bash_complete":
        return text
    words = os.environ.get("COMP_WORDS", "").split("\n")
    if words[-1][:1] in {"'", '"'}:
        return None if _LIVELY.search(text) else text
    return _SPECIAL.sub(r"\\\g<0>", text)


@contextmanager
def _source(context: click.Context) -> Iterator[Source | None]:
    """As the command would choose it, but quick."""
    given: dict[str, Any] = context.params
    login = None if given.get("local") else logins.present()
    if login is not None:
        import httpx

        from pejl.cli.remote import Remote

        with Remote(login, patience=httpx.Timeout(QUICK), waits=()) as far:
            yield far
    elif _here():
        from pejl.cli.local import Local

        email = given.get("email")
        with Local.of(slug=given.get("slug"), email=email, person=False) as near:
            yield near
    else:
        yield None


def _here() -> bool:
    """Whether there is a database, so that asking for words makes none."""
    folder = Path(os.environ.get("PEJL_DATA_DIR") or "data")
    return bool(os.environ.get("PEJL_DATABASE_URL")) or (folder / "pejl.sqlite3").exists()
