"""`pejl lint`, `plan` and `apply` as programs, and the pipeline of the documentation as it is written."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from pejl.cli import main

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "plan-as-code.md"
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def block(kind: str) -> list[str]:
    """The blocks of the documentation, for the year that it is: its periods come by themselves."""
    text = DOCUMENT.read_text(encoding="utf-8").replace("2026", str(date.today().year))  # noqa: DTZ011
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("data")
    for words in (("migrate",), ("workspace", "create", "fjordlight", "--name", "Fjordlight")):
        done = pejl(data, *words)
        assert (done.returncode, done.stderr) == (0, "")
    (data / "okrs.yaml").write_text(block("yaml")[0], encoding="utf-8")
    return data


def environment(data: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PEJL_")}
    programs = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
    return kept | {"PEJL_DATA_DIR": str(data), "PATH": programs, "XDG_CONFIG_HOME": str(data)}


def pejl(data: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pejl", *words],
        env=environment(data) | more,
        cwd=data,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def served(folder: Path) -> Iterator[dict[str, str]]:
    """A server on that folder: its address, and the token of somebody who may everything."""
    user = ("user", "create", "ida@fjordlight.example", "--name", "Ida Holm", "--role", "owner")
    made = pejl(folder, *user, PEJL_PASSWORD="a quiet harbour at dawn")
    assert (made.returncode, made.stderr) == (0, "")
    token = pejl(folder, "token", "create", "ida@fjordlight.example", "--scopes", "read,write")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "pejl", "serve"],
            env=environment(folder) | {"PEJL_PORT": port, "PEJL_BASE_URL": url},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait(f"{url}/health", process)
        yield {"PEJL_URL": url, "PEJL_TOKEN": token.stdout.strip()}
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 15)
        process.wait(timeout=20)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(url, timeout=2, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise RuntimeError("the server did not answer")


def test_the_pipeline_of_the_documentation_runs_as_it_is_written(
    folder: Path, served: dict[str, str], tmp_path: Path
) -> None:
    """Over the net, as a pipeline does: without a data folder, with the address and the token it is given."""
    named = YAML(typ="safe", pure=True).load(block("yaml")[1])["env"]
    assert named.keys() == served.keys()
    script = "set -eu\n" + "\n".join(block("sh"))
    empty = {"PEJL_DATA_DIR": str(tmp_path / "nothing")}
    done = subprocess.run(
        ["bash", "-c", script],
        env=environment(folder) | served | empty,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert "+ launch-2: objective Launch version 2.0\n" in done.stdout
    assert "9 to add, 0 to change, 0 to close.\n" in done.stdout
    assert done.stdout.count("Nothing to do: fjordlight is as the file says.") == 1
    schema = json.loads((folder / "plan.schema.json").read_text(encoding="utf-8"))
    found = YAML(typ="safe", pure=True).load((folder / "okrs-now.yaml").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json.loads(json.dumps(found, default=str)))
    changed = (folder / "okrs.yaml").read_text(encoding="utf-8").replace("to: 30,", "to: 25,")
    (folder / "changed.yaml").write_text(changed, encoding="utf-8")
    stale = pejl(folder, "apply", "changed.yaml", "--plan", "0" * 32, "--json")
    assert (stale.returncode, stale.stdout) == (1, "")
    assert stale.stderr.startswith("pejl: The file or the goals changed since this plan was made.")
    applied = pejl(folder, "apply", "changed.yaml")
    assert (applied.returncode, applied.stderr) == (0, "")
    assert "~ support: to: 30 → 25\n0 to add, 1 to change, 0 to close.\n" in applied.stdout
    assert applied.stdout.endswith("\nApplied.\n")


def test_what_no_plan_can_be_made_of_is_told_at_its_line(folder: Path) -> None:
    (folder / "odd.yaml").write_text("objectives:\n  - {key: a, title: A, team: nowhere}\n", encoding="utf-8")
    done = pejl(folder, "plan", "odd.yaml")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "odd.yaml:2:30 plan.team-unknown There is no team called nowhere here.\n"


# --------------------------------------------------------------------------------- without a workspace


@pytest.fixture
def lint(tmp_path: Path) -> Callable[..., Result]:
    def run(text: str, *words: str) -> Result:
        file = tmp_path / "okrs.yaml"
        file.write_text(text, encoding="utf-8")
        return CliRunner().invoke(main, ["lint", str(file), *words])

    return run


def test_lint_tells_line_column_rule_and_message(lint: Callable[..., Result], tmp_path: Path) -> None:
    done = lint("key_results:\n  - {key: a, title: A, to: 1}\n  - {key: a, title: B, from: 5, to: 5}\n")
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert f"{tmp_path}/okrs.yaml:3:11 key.twice The key a stands at line 2 already. Choose another." in lines
    assert any(line.startswith(f"{tmp_path}/okrs.yaml:3:37 metric.start-is-target ") for line in lines)
    assert all(re.fullmatch(r"\S+okrs\.yaml:\d+:\d+ [a-z.-]+ \S.*", line) for line in lines)


def test_a_draft_is_said_and_does_not_fail_but_strictly(lint: Callable[..., Result]) -> None:
    draft = "period: 2026-Q4\nkey_results: [{key: a, title: A, from: 1, owner: Alma}]\n"
    assert "kr.no-target This key result has no target, so it is a draft." in lint(draft).stdout
    assert (lint(draft).exit_code, lint(draft, "--strict").exit_code) == (0, 1)
    (told,) = json.loads(lint(draft, "--json").stdout)
    assert (told["rule"], told["severity"], told["line"]) == ("kr.no-target", "should", 2)


def test_a_file_that_cannot_be_opened_is_wrong_usage() -> None:
    done = CliRunner().invoke(main, ["lint", "nowhere.yaml"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "pejl: nowhere.yaml cannot be read: No such file or directory.\n"
    assert CliRunner().invoke(main, ["lint"]).exit_code == 2


def test_lint_reads_stdin() -> None:
    done = CliRunner().invoke(main, ["lint", "-"], input="objectives: [")
    assert done.exit_code == 1
    assert done.stdout.startswith("-:1:14 yaml.syntax This is not YAML")


def test_lint_makes_nothing_beside_the_file_and_needs_no_settings(tmp_path: Path) -> None:
    (tmp_path / "okrs.yaml").write_text("key_results: [{key: a, title: A}]\n", encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PEJL_")}
    for words in (("okrs.yaml",), ("okrs.yaml", "--json"), ("--schema",)):
        done = subprocess.run(
            [sys.executable, "-m", "pejl", "lint", *words],
            env=kept | {"PEJL_PORT": "not a port", "HOME": str(tmp_path)},
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert "target" in done.stdout
    assert [one.name for one in tmp_path.iterdir()] == ["okrs.yaml"]
