"""Data folders that are set up already: the same steps are run once, then copied."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import postgres

Words = tuple[str, ...]
PASSWORD = "a quiet harbour at dawn"
MIGRATE = ("migrate",)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A PostgreSQL server, where the tests run on SQLite too."""
    if os.environ.get("PEJL_TEST_DATABASE") == "postgresql":
        yield os.environ["PEJL_DATABASE_URL"]
        return
    with postgres.running() as url:
        yield url


@pytest.fixture(scope="session")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., None]:
    """`set_up(folder, ("workspace", "create", …))`: as `pejl migrate` and those commands leave it."""
    made: dict[tuple[Words, ...], Path] = {}

    def lay_out(folder: Path, *steps: Words) -> None:
        if steps not in made:
            made[steps] = data = tmp_path_factory.mktemp("set-up")
            if steps:
                lay_out(data, *steps[:-1])
            _pejl(data, steps[-1] if steps else MIGRATE)
        shutil.copytree(made[steps], folder, dirs_exist_ok=True)

    return lay_out


def _pejl(data: Path, words: Words) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PEJL_")}
    done = subprocess.run(
        [sys.executable, "-m", "pejl", *words],
        env=kept | {"PEJL_DATA_DIR": str(data), "PEJL_PASSWORD": PASSWORD},
        cwd=data,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
