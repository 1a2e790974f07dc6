"""Settings for tests, on SQLite or (PEJL_TEST_DATABASE=postgresql) on a PostgreSQL that starts by itself."""

from __future__ import annotations

import atexit
import dataclasses
import gc
import os
import shutil
import socket
import tempfile
from pathlib import Path
from typing import Any

import django
import pytest

if "PEJL_TEST_FOLDER" not in os.environ:
    os.environ["PEJL_TEST_FOLDER"] = tempfile.mkdtemp(prefix="pejl-tests-")
    atexit.register(shutil.rmtree, os.environ["PEJL_TEST_FOLDER"], ignore_errors=True)
    if os.environ.get("PEJL_TEST_DATABASE") == "postgresql":
        import postgres

        server = postgres.running()
        os.environ["PEJL_DATABASE_URL"] = server.__enter__()
        atexit.register(server.__exit__, None, None, None)
os.environ["PEJL_DATA_DIR"] = os.environ["PEJL_TEST_FOLDER"]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pejl.settings")
django.setup()
# What is loaded by now stays; looking for circles a hundred times less often takes a tenth off the whole.
gc.freeze()
gc.set_threshold(100_000, 50, 100)

from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402
from hypothesis import settings as hypothesis_settings  # noqa: E402

# A file, as in use: threads with connections of their own lock it as they would lock the real one.
if connections["default"].vendor == "sqlite":
    connections.databases["default"]["TEST"]["NAME"] = f"{os.environ['PEJL_TEST_FOLDER']}/test.sqlite3"
# Each worker keeps its files to itself.
own_folder = Path(os.environ["PEJL_TEST_FOLDER"], os.environ.get("PYTEST_XDIST_WORKER", "main"))
own_folder.mkdir(exist_ok=True)
settings.CONFIG = dataclasses.replace(settings.CONFIG, data_dir=own_folder)
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
hypothesis_settings.register_profile("pejl", deadline=None, max_examples=100, print_blob=True)
hypothesis_settings.load_profile("pejl")


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches out of this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in {
            "127.0.0.1",
            "::1",
            "localhost",
        }:
            raise RuntimeError(f"a test tried to reach {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


from world import world  # noqa: E402, F401  the cast, for every test that names it
