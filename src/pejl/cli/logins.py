"""Which server the terminal speaks with, and with which token: from the environment, else from the login."""

from __future__ import annotations

import ipaddress
import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click

from pejl.cli.wires import Failed

API: Final = "/api/v1"
_TOKEN: Final = re.compile(r"[!-~]{1,500}")


@dataclass(frozen=True, slots=True)
class Login:
    """`url` has no slash at its end. `insecure` is the consent to send the token in the clear."""

    url: str
    token: str = field(repr=False)
    insecure: bool = False


def file() -> Path:
    return Path(click.get_app_dir("pejl")) / "login.json"


def present(environ: Mapping[str, str] | None = None) -> Login | None:
    """The login in force; None where there is none, and the terminal works on the data folder.

    `PEJL_URL` and `PEJL_TOKEN`, each also as `NAME_FILE`, win over what `pejl login` kept. A token that was
    kept for one address is never sent to another. Raises `Failed`.
    """
    url, found = given("PEJL_URL", environ), given("PEJL_TOKEN", environ)
    own = token(found) if found else ""
    before = _kept()
    if not url and before is None:
        return None
    if not url and before is not None:
        return Login(before.url, own or before.token, before.insecure)
    known = before if before is not None and before.url == _trimmed(url) else None
    consent = known is not None and known.insecure
    there = address(url, insecure=consent)
    own = own or (known.token if known is not None else "")
    if not own:
        raise Failed("PEJL_URL is set and there is no token: set PEJL_TOKEN, or run 'pejl login'.")
    return Login(there, own, consent)


def given(name: str, environ: Mapping[str, str] | None = None) -> str:
    """`PEJL_URL` or `PEJL_TOKEN` as the environment says it, by itself or in the file that `NAME_FILE` names;
    empty for neither. Raises `Failed` for a file that cannot be read."""
    values = os.environ if environ is None else environ
    text, path = values.get(name, "").strip(), values.get(f"{name}_FILE", "").strip()
    if text or not path:
        return text
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise Failed(f"{name}_FILE is no file that can be read: {path}.") from error


def address(url: str, *, insecure: bool) -> str:
    """The address as it is used, without the path of the API. Raises `Failed` for what is none, and for one
    where a token would travel in the clear without consent."""
    found = _trimmed(url)
    try:
        parts = urlsplit(found)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        host = None
    if host is None or parts.scheme not in {"http", "https"}:
        raise Failed("The address of the server is one such as https://okr.example.org.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise Failed("The address of the server is without a name, a password and a question mark.")
    if parts.scheme == "http" and not insecure and not _loopback(host):
        raise Failed(
            f"http://{host} would carry the token in the clear. Use https, "
            "or consent to it with 'pejl login --insecure'."
        )
    return found


def token(text: str) -> str:
    """Raises `Failed` for what cannot be one."""
    found = text.strip()
    if not _TOKEN.fullmatch(found):
        raise Failed("This is no token. One begins with pejl_ and is made under Settings → Tokens.")
    return found


def keep(login: Login) -> None:
    """Writes the login where its owner alone can read it. Raises `Failed`."""
    there = file()
    told = {"url": login.url, "token": login.token, "insecure": login.insecure}
    fresh = there.with_name(f".{there.name}.{os.getpid()}")
    try:
        there.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            fresh.unlink()
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump(told, out)
        fresh.replace(there)
    except OSError as error:
        raise Failed(f"{there} cannot be written: {error.strerror or error}.") from error


def forget() -> bool:
    """Whether there was a login. Raises `Failed`."""
    try:
        file().unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise Failed(f"{file()} cannot be taken away: {error.strerror or error}.") from error
    return True


def _kept() -> Login | None:
    there = file()
    try:
        told = json.loads(there.read_text(encoding="utf-8"))
        return Login(str(told["url"]), str(told["token"]), told.get("insecure") is True)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Failed(f"{there} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Failed(f"{there} is no login any more: run 'pejl login' again.") from error


def _trimmed(url: str) -> str:
    return url.strip().rstrip("/").removesuffix(API).rstrip("/")


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
