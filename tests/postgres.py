"""A PostgreSQL server of the tests' own: from this machine, else from the wheel that carries one."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import sysconfig
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql


def binaries() -> Path:
    """The folder with `initdb` and `postgres` (15 or newer)."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("initdb")
    for folder in [*versions, *([Path(found).resolve().parent] if found else [])]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    site = Path(sysconfig.get_paths()["purelib"])
    for folder in site.glob("*pgserver*/pginstall/bin"):
        return folder
    raise RuntimeError("No PostgreSQL: install one (Debian: apt-get install postgresql) or run 'make env'.")


@contextlib.contextmanager
def running() -> Iterator[str]:
    """Starts a throw-away server on a socket of its own and gives its URL. Stops and removes it after."""
    folder = Path(tempfile.mkdtemp(prefix="pejl-pg-"))
    owner = _owner(folder)
    tools = _reachable(binaries(), folder, owner)
    data = folder / "data"
    log = folder / "log"
    _run(
        [tools / "initdb", "-D", data, "-U", "pejl", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"],
        owner,
    )
    options = (
        f"-k {folder} -c listen_addresses='' -c fsync=off -c full_page_writes=off -c synchronous_commit=off "
        "-c autovacuum=off -c jit=off -c wal_level=minimal -c max_wal_senders=0"
    )
    _run([tools / "pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start"], owner)
    try:
        yield f"postgresql://pejl@/postgres?host={folder}"
    finally:
        _run([tools / "pg_ctl", "-D", data, "-m", "immediate", "stop"], owner)
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def database(server: str) -> Iterator[str]:
    """An empty database of one's own on a server that runs: its URL. Drops it after, whoever is connected."""
    name = sql.Identifier(made := f"own_{uuid.uuid4().hex}")
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(name))
    try:
        yield urlsplit(server)._replace(path=f"/{made}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def _owner(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root; then it runs as a user without rights."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
            return name
    raise RuntimeError(
        "PostgreSQL needs a user other than root: none of postgres, nobody is on this machine."
    )


def _reachable(tools: Path, folder: Path, owner: str | None) -> Path:
    """Binaries under a folder that the other user may not enter are copied beside the data."""
    if owner is None:
        return tools
    seen = (
        subprocess.run(
            [str(tools / "postgres"), "--version"], user=owner, cwd="/", capture_output=True, check=False
        )
        if os.access(tools, os.X_OK)
        else None
    )
    if seen is not None and seen.returncode == 0:
        return tools
    copy = folder / "install"
    shutil.copytree(tools.parent, copy)
    _opened(copy)
    return copy / "bin"


def _opened(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def _run(command: list[str | Path], owner: str | None) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        user=owner,
        cwd="/",
        check=False,
        text=True,
        stdout=subprocess.PIPE if "pg_ctl" not in str(command[0]) else subprocess.DEVNULL,
        stderr=subprocess.STDOUT if "pg_ctl" not in str(command[0]) else subprocess.DEVNULL,
    )
    if done.returncode:
        raise RuntimeError(f"PostgreSQL: {command[0]} failed: {done.stdout}")
