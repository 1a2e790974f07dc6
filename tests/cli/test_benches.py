"""`pejl bench forecast`: the figures of the documentation are those that it prints."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs" / "forecast.md"


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PEJL_DATA_DIR": str(folder / "none")}
    command = [sys.executable, "-m", "pejl", "bench", "forecast", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, cwd=folder)


def cells(text: str) -> list[list[str]]:
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    return [row for row in rows if not row[0].startswith("---")]


def test_the_documentation_holds_what_the_command_prints(tmp_path: Path) -> None:
    told = run(folder=tmp_path)
    assert told.returncode == 0, told.stderr
    kept = DOCS.read_text(encoding="utf-8").split("<!-- bench: start -->")[1].split("<!-- bench: end -->")[0]
    assert kept.strip().splitlines()[0] == told.stdout.splitlines()[0]
    for ours, theirs in zip(cells(kept), cells(told.stdout), strict=True):
        assert ours[0] == theirs[0]
        for one, other in zip(ours[1:], theirs[1:], strict=True):
            # Another processor may round the last digit otherwise.
            if re.fullmatch(r"\d+\.\d+", one):
                assert float(one) == pytest.approx(float(other), abs=0.0015)
            else:
                assert one == other or abs(int(one) - int(other)) <= 3
    assert not (tmp_path / "none").exists()


def test_for_programs_it_gives_every_figure(tmp_path: Path) -> None:
    told = run("--json", folder=tmp_path)
    found = json.loads(told.stdout)
    assert found["groups"][0]["name"] == "dense"
    assert set(found["groups"][0]["methods"]) == {"forecast", "naive", "pace", "pace with band"}
    assert told.stderr == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "needs the columns series_id, step, value."),
        ("series_id,step,value\na-b-dense-1,1,4\n", "no whole year of weekly values"),
    ],
)
def test_a_file_it_cannot_use_is_one_sentence_and_exit_2(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "odd.csv"
    file.write_text(text, encoding="utf-8")
    told = run(str(file), folder=tmp_path)
    assert told.returncode == 2
    assert told.stdout == ""
    assert said in told.stderr
    assert told.stderr.count("\n") == 1
