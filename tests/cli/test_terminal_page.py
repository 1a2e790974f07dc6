"""docs/terminal.md: its examples run as they are written, and answer what it shows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from okrs import okr
from pejl.cli import main
from terminals import Terminal, alone, far
from world import World

__all__ = ["alone", "far", "okr"]
PAGE = (Path(__file__).parents[2] / "docs" / "terminal.md").read_text(encoding="utf-8")


def examples() -> list[tuple[str, str]]:
    """Each command with what it prints, in the order of the page."""
    blocks = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    found = [re.split(r"^\$ pejl (.*)\n", block, flags=re.MULTILINE)[1:] for block in blocks]
    return [pair for some in found for pair in zip(some[::2], some[1::2], strict=True)]


def test_the_examples_of_the_page_answer_what_it_shows(
    world: World, okr: UUID, far: Callable[..., Terminal], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    terminal = far(world.sub_lead)
    written = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert written is not None
    (tmp_path / "okrs.yaml").write_text(written[1], encoding="utf-8")
    commands = examples()
    assert len(commands) >= 6
    for command, shown in commands:
        done = terminal(*shlex.split(command))
        assert _settled(done.output) == _settled(shown), command


def test_every_command_over_the_net_stands_on_the_page() -> None:
    told = {name for name, one in main.commands.items() if any(o.name == "local" for o in one.params)}
    assert told == {"plan", "apply", "status", "goals", "forecast", "checkin", "export"}
    for name in (*told, "login", "logout", "completion"):
        assert f"`pejl {name}" in PAGE, name


def _settled(text: str) -> str:
    """Without what is another at each run: ids, and the size of a file."""
    text = re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "ID", text)
    text = re.sub(r"\b[0-9a-f]{32}\b", "ID", text)
    return re.sub(r"[0-9,]+ bytes", "N bytes", text)
