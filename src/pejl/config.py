"""What a person may set from outside: environment or `.env`, each also as ``NAME_FILE``.

A wrong value stops the start with its name and what is allowed (:class:`WrongSetting`).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit


class WrongSetting(Exception):  # noqa: N818 - read by people, at the start of the program
    """A setting has a value that Pejl cannot use; the message says which and what is allowed."""

    def __init__(self, name: str, allowed: str) -> None:
        super().__init__(f"{name}: {allowed}")
        self.name = name
        self.allowed = allowed


@dataclass(frozen=True, slots=True)
class Config:
    data_dir: Path
    database: dict[str, object]
    secret_key: str
    base_url: str
    host: str
    port: int
    workers: int
    debug: bool
    api_rate: int | None
    webhook_private: bool


def read(environ: Mapping[str, str] | None = None, *, folder: Path | None = None) -> Config:
    """The settings in force. Makes the data folder, and on the first start a secret key in it.

    Raises :class:`WrongSetting`.
    """
    values = _gathered(os.environ if environ is None else environ, folder or Path.cwd())
    data_dir = Path(values.get("PEJL_DATA_DIR") or "data").expanduser().resolve()
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongSetting("PEJL_DATA_DIR", f"a folder that can be written to ({error.strerror})") from error
    host = values.get("PEJL_HOST", "127.0.0.1")
    port = _number(values, "PEJL_PORT", 8000, low=1, high=65535)
    return Config(
        data_dir=data_dir,
        database=_database(values.get("PEJL_DATABASE_URL", ""), data_dir),
        secret_key=values.get("PEJL_SECRET_KEY") or _kept_secret(data_dir),
        base_url=_base_url(values.get("PEJL_BASE_URL") or f"http://{_shown(host)}:{port}"),
        host=host,
        port=port,
        workers=_number(values, "PEJL_WORKERS", 1, low=1, high=64),
        debug=_switch(values, "PEJL_DEBUG"),
        api_rate=_rate(values, "PEJL_API_RATE", 6_000),
        webhook_private=_switch(values, "PEJL_WEBHOOK_PRIVATE"),
    )


def _gathered(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Environment over `.env`; ``NAME_FILE`` holds the value in a file, for secrets."""
    values: dict[str, str] = {}
    dotenv = folder / ".env"
    if dotenv.is_file():
        try:
            lines = dotenv.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeError) as error:
            raise WrongSetting(".env", "a file of text that can be read, in UTF-8") from error
        for line in lines:
            name, found, value = line.strip().partition("=")
            if found and name.startswith("PEJL_"):
                values[name.strip()] = value.strip().strip("\"'")
    values.update({name: value for name, value in environ.items() if name.startswith("PEJL_")})
    for name in [name for name in values if name.endswith("_FILE")]:
        try:
            values[name.removesuffix("_FILE")] = Path(values[name]).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise WrongSetting(name, f"a file that can be read ({error.strerror})") from error
        except UnicodeError as error:
            raise WrongSetting(name, "a file of text, in UTF-8") from error
    return values


def _database(url: str, data_dir: Path) -> dict[str, object]:
    if not url:
        return _sqlite(data_dir / "pejl.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(
            Path(unquote(parts.path.removeprefix("/")))
            if parts.path.strip("/")
            else data_dir / "pejl.sqlite3"
        )
    if parts.scheme in {"postgres", "postgresql"}:
        try:
            port = parts.port
        except ValueError as error:
            raise WrongSetting("PEJL_DATABASE_URL", "the port is a number") from error
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(port or ""),
            "OPTIONS": dict(parse_qsl(parts.query)),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    raise WrongSetting("PEJL_DATABASE_URL", "sqlite:///path or postgresql://user:password@host/name")


def _sqlite(path: Path) -> dict[str, object]:
    """WAL, so that readers never wait; immediate, so that a write that reads first holds the lock."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": 60,  # opening it costs as much as a few queries
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        },
    }


def _kept_secret(data_dir: Path) -> str:
    path = data_dir / "secret_key"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text(encoding="utf-8").strip()


def _base_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise WrongSetting("PEJL_BASE_URL", "an address such as https://okr.example.org")
    return url.rstrip("/")


def _shown(host: str) -> str:
    return "localhost" if host in {"0.0.0.0", "::", "127.0.0.1"} else host  # noqa: S104 - compared, not bound


def _number(values: Mapping[str, str], name: str, default: int, *, low: int, high: int) -> int:
    text = values.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise WrongSetting(name, f"a whole number from {low} to {high}")
    return int(text)


def _rate(values: Mapping[str, str], name: str, default: int) -> int | None:
    """Requests a minute; None for "off"."""
    if values.get(name, "").strip().lower() == "off":
        return None
    try:
        return _number(values, name, default, low=1, high=10_000_000)
    except WrongSetting as error:
        raise WrongSetting(name, "requests a minute for each token, or off") from error


def _switch(values: Mapping[str, str], name: str) -> bool:
    text = values.get(name, "").strip().lower()
    if text not in {"", "0", "1", "true", "false", "on", "off", "yes", "no"}:
        raise WrongSetting(name, "on or off")
    return text in {"1", "true", "on", "yes"}
