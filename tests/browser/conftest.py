"""A real server on a demo of its own, and a real browser: keyboard, both languages, axe.

The server is granian, as in production, on a free port of this machine; each test gets a fresh page.
Its data lie in a folder of its own, or with PEJL_TEST_DATABASE=postgresql in a database of its own.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

import postgres
from chromium import COMMAND, path

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
EMAIL = "anna@fjordlight.example"
ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Server:
    url: str
    folder: Path
    language: str
    environ: dict[str, str]

    @property
    def password(self) -> str:
        return (self.folder / "password").read_text(encoding="utf-8").strip()

    def pejl(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return pejl(*arguments, folder=self.folder, **self.environ, **environ)


def pejl(*arguments: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """The terminal, on that data folder."""
    return subprocess.run(
        [sys.executable, "-m", "pejl", *arguments],
        env=_environ(folder, **environ),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


def _environ(folder: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PEJL_")}
    return {**kept, "PEJL_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT / "src"), **more}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError("the server stopped by itself")
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=2) as answer:  # noqa: S310 - its own server
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not answer")


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[str], Server]]:
    """Gives a running demo in a language; the same one for all who ask. "" is an empty installation."""
    running: dict[str, Server] = {}
    with contextlib.ExitStack() as ends:

        def start(language: str) -> Server:
            if language not in running:
                running[language] = ends.enter_context(_running(language))
            return running[language]

        yield start


@contextlib.contextmanager
def _running(language: str) -> Iterator[Server]:
    with contextlib.ExitStack() as ends:
        folder = Path(tempfile.mkdtemp(prefix="pejl-browser-"))
        ends.callback(shutil.rmtree, folder, ignore_errors=True)
        environ = {}
        if os.environ.get("PEJL_TEST_DATABASE") == "postgresql":
            environ["PEJL_DATABASE_URL"] = ends.enter_context(
                postgres.database(os.environ["PEJL_DATABASE_URL"])
            )
        if language and environ:
            _fill(folder, language, **environ)
        elif language:
            shutil.copytree(_filled(language), folder, dirs_exist_ok=True)
        port = _free_port()
        url = f"http://127.0.0.1:{port}"
        process = ends.enter_context(_serving(folder, PEJL_PORT=str(port), PEJL_BASE_URL=url, **environ))
        _wait(url, process)
        assert (folder / "pejl.sqlite3").exists() == (not environ), "it runs on the database it was given"
        yield Server(url, folder, language, environ)


def _filled(language: str) -> Path:
    """A folder with the demo, filled by the first process of this run that asks, for all to copy."""
    folder = Path(os.environ["PEJL_TEST_FOLDER"]) / f"demo-{language}"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            folder.mkdir()
            _fill(folder, language)
    return folder


def _fill(folder: Path, language: str, **environ: str) -> None:
    words = ("demo", "--data-dir", str(folder), "--language", language, "--no-serve")
    done = pejl(*words, folder=folder, **environ)
    assert done.returncode == 0, done.stderr


@contextlib.contextmanager
def _serving(folder: Path, **environ: str) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "pejl", "serve"],
            env=_environ(folder, **environ),
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 15)
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    where = path()
    if where is None:
        pytest.fail(f"The browser tests need Chromium. Install it with: {COMMAND}")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=where, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser, serve: Callable[[str], Server]) -> Iterator[Callable[..., Page]]:
    """Opens a page of the demo, signed in; width, scheme and language are the reader's."""
    contexts = []

    def open_page(
        server: Server,
        address: str = "/",
        *,
        width: int = 1440,
        scheme: str = "light",
        signed_in: bool = True,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 1000},
            color_scheme="dark" if scheme == "dark" else "light",
            locale="da-DK" if server.language == "da" else "en-GB",
            timezone_id="Europe/Copenhagen",
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.troubles = troubles  # type: ignore[attr-defined]
        if signed_in:
            page.goto(f"{server.url}/signin")
            page.keyboard.press("Tab")
            page.locator("[name=email]").focus()
            page.keyboard.type(EMAIL)
            page.locator("[name=password]").focus()
            page.keyboard.type(server.password)
            page.keyboard.press("Enter")
            page.wait_for_url(f"{server.url}/")
        if address != "/" or not signed_in:
            page.goto(f"{server.url}{address}")
        return page

    yield open_page
    for context in contexts:
        context.close()
