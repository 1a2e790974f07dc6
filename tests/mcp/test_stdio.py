"""`pejl mcp`: an assistant starts the program and talks with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from click.testing import CliRunner
from mcp.client.stdio import StdioServerParameters, stdio_client

from mcp import Client
from pejl.cli import main
from pejl.domain.values import Role
from pejl.mcp import stdio
from pejl.mcp.callers import Refused
from pejl.models import Person, Token
from pejl.services import tokens
from pejl.services.tokens import NewToken
from world import World

ROOT = Path(__file__).resolve().parents[2]
MADE = """
import django; django.setup()
from django.core.management import call_command
from django.utils import timezone
from pejl.domain.values import Role
from pejl.queries import people as found
from pejl.services import tokens, workspaces
from pejl.services.people import NewPerson

call_command("migrate", verbosity=0)
at = timezone.now()
owner = NewPerson("ida@fjordlight.example", "Ida", Role.OWNER, "a quiet harbour at dawn")
workspaces.create("fjordlight", name="Fjordlight", at=at, owner=owner)
ida = found.member("fjordlight", found.by_email("fjordlight", owner.email))
print(tokens.create(tokens.NewToken("reads"), by=ida, at=at))
"""


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A data folder with one workspace in which Ida is alone; TOKEN is one of hers that only reads."""
    folder = tmp_path_factory.mktemp("assistant")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PEJL_")}
    found = {**kept, "PEJL_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT / "src")}
    made = subprocess.run(
        [sys.executable, "-c", MADE], env=found, capture_output=True, text=True, check=True, timeout=60
    )
    return {**found, "TOKEN": made.stdout.strip()}


def talk(work: Any, *words: str, environ: dict[str, str]) -> Any:
    """With a program of its own; anything on its output that is not the protocol would break it."""
    program = StdioServerParameters(
        command=sys.executable, args=["-m", "pejl", "mcp", *words], env=environ, cwd=environ["PEJL_DATA_DIR"]
    )

    async def talking() -> Any:
        async with Client(stdio_client(program)) as client:
            return await work(client)

    return async_to_sync(talking)()


def test_an_assistant_works_on_the_data_folder_as_one_person(environ: dict[str, str]) -> None:
    async def work(client: Any) -> Any:
        file = "objectives: [{key: grow, title: Grow, owner: Ida}]"
        shown = await client.call_tool("plan_changes", {"okrs": file})
        done = await client.call_tool("apply", {"proposal": shown.structured_content["proposal"]})
        found = await client.call_tool("find_goals", {"only_mine": True})
        return done, found, await client.list_tools()

    done, found, listed = talk(work, "--as", "ida@fjordlight.example", environ=environ)
    assert [one["key"] for one in done.structured_content["made"]["added"]] == ["grow"]
    assert [one["title"] for one in found.structured_content["goals"]] == ["Grow"]
    assert len(listed.tools) == 8


def test_a_token_says_who_it_is_and_what_it_may(environ: dict[str, str]) -> None:
    async def work(client: Any) -> Any:
        return await client.call_tool("plan_changes", {"okrs": "objectives: []"})

    result = talk(work, environ={**environ, "PEJL_TOKEN": environ["TOKEN"]})
    assert result.is_error
    assert result.structured_content["refused"][0]["code"] == "forbidden"


def test_a_token_may_stand_in_a_file(environ: dict[str, str], tmp_path: Path) -> None:
    async def work(client: Any) -> Any:
        return await client.call_tool("plan_changes", {"okrs": "objectives: []"})

    (tmp_path / "token").write_text(environ["TOKEN"] + "\n")
    result = talk(work, environ={**environ, "PEJL_TOKEN_FILE": str(tmp_path / "token")})
    assert result.structured_content["refused"][0]["code"] == "forbidden", "as the token, which only reads"


def test_the_token_of_a_server_in_a_file_says_not_who_somebody_is_here(world: World, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("https://okr.example.org\n")
    (tmp_path / "token").write_text("pejl_x\n")
    environ = {f"PEJL_{one.upper()}_FILE": str(tmp_path / one) for one in ("url", "token")}
    words = ("mcp", "--workspace", "fjordlight")
    filed = CliRunner().invoke(main, words, env=environ)
    assert (filed.exit_code, filed.stderr) == (2, "pejl: Say who you are with --as EMAIL.\n")
    missing = {"PEJL_TOKEN_FILE": str(tmp_path / "nowhere")}
    done = CliRunner().invoke(main, words, env=missing)
    assert done.exit_code == 1
    assert done.stderr == f"pejl: PEJL_TOKEN_FILE is no file that can be read: {tmp_path}/nowhere.\n"


@pytest.mark.parametrize(
    ("words", "token", "code", "line"),
    [
        (("--as", "nobody@fjordlight.example"), "", 1, "Nobody in Fjordlight has the address"),
        ((), "", 2, "Say who you are with --as EMAIL."),
        (("--as", "ida@fjordlight.example"), "pejl_x", 2, "PEJL_TOKEN says who the assistant acts for"),
        ((), "pejl_x", 1, "The token is not valid, or no longer."),
    ],
)
def test_who_it_cannot_be_is_told_on_one_line(
    world: World, words: tuple[str, ...], token: str, code: int, line: str
) -> None:
    words = ("mcp", "--workspace", "fjordlight", *words)
    done = CliRunner().invoke(main, words, env={"PEJL_TOKEN": token, "PEJL_URL": ""})
    assert (done.exit_code, done.stdout) == (code, "")
    assert line in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_token_of_another_workspace_is_refused(world: World) -> None:
    token = tokens.create(NewToken("test", days=None), by=world.outsider, at=world.at)
    words = ("mcp", "--workspace", "fjordlight")
    done = CliRunner().invoke(main, words, env={"PEJL_TOKEN": token, "PEJL_URL": ""})
    assert (done.exit_code, done.stderr) == (
        2,
        "pejl: The token is one of the workspace nordwind, not of fjordlight.\n",
    )


def test_rights_are_those_of_the_moment(world: World) -> None:
    knock = stdio.holder(tokens.create(NewToken("test", days=None), by=world.member, at=world.at))
    assert (knock().by, knock().writes) == (world.member, False)
    tokens.revoke(Token.objects.get().pk, by=world.member, at=world.at)
    with pytest.raises(Refused, match="The token is not valid"):
        knock()
    assert world.mate.person_id is not None
    person = stdio.person(world.slug, world.mate.person_id)
    Person.objects.filter(pk=world.mate.person_id).update(role=Role.OBSERVER)
    assert person().by.role is Role.OBSERVER
    Person.objects.filter(pk=world.mate.person_id).update(active=False)
    with pytest.raises(Refused, match="no such person"):
        person()
