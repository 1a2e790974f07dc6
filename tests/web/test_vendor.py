"""What others made and Pejl carries along: every file is named and unchanged; nothing is fetched."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

import pejl.web

WEB = Path(pejl.web.__file__).parent
STATIC = WEB / "static"
MANIFEST = STATIC / "vendor" / "manifest.json"
LICENCE_TEXTS = {"OFL.txt"}
# An XML namespace is a name written as an address; no browser fetches it.
NAMESPACES = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://www.w3.org/1999/xhtml"}
ADDRESS = re.compile(r"(?:https?|wss?)://[^\s\"'<>()`]+", re.IGNORECASE)
# "//host/…" where an address is expected: in an attribute, in url(), in @import, in fetch().
WITHOUT_SCHEME = re.compile(
    r"(?:\b(?:src|href|action|srcset|poster|data)\s*=\s*|url\(\s*|@import\s+|\bfetch\(\s*|\bimport\s*\(?\s*)"
    r"[\"']?//[\w.-]+",
    re.IGNORECASE,
)


def entries() -> list[dict[str, str]]:
    listed: list[dict[str, str]] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return listed


def carried() -> set[str]:
    """Every vendored file, relative to static/; the manifest and licence texts are left out."""
    return {
        path.relative_to(STATIC).as_posix()
        for folder in ("vendor", "fonts")
        for path in (STATIC / folder).rglob("*")
        if path.is_file() and path != MANIFEST and path.name not in LICENCE_TEXTS
    }


def own_and_vendored() -> list[Path]:
    """Everything a browser is handed as text: stylesheets, scripts, pictures and templates."""
    found = [path for kind in ("css", "js", "svg") for path in STATIC.rglob(f"*.{kind}")]
    return sorted([*found, *(path for path in (WEB / "templates").rglob("*") if path.is_file())])


def other_hosts(text: str) -> list[str]:
    return [one for one in ADDRESS.findall(text) if one not in NAMESPACES] + WITHOUT_SCHEME.findall(text)


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry["file"])
def test_a_vendored_file_is_the_one_the_manifest_names(entry: dict[str, str]) -> None:
    assert set(entry) == {"name", "version", "licence", "file", "sha384"}
    assert all(entry.values())
    digest = hashlib.sha384((STATIC / entry["file"]).read_bytes()).digest()
    assert base64.b64encode(digest).decode() == entry["sha384"]


def test_every_vendored_file_stands_in_the_manifest_once() -> None:
    listed = [entry["file"] for entry in entries()]
    assert len(listed) == len(set(listed))
    assert set(listed) == carried()


def test_the_fonts_travel_with_their_licence() -> None:
    assert "SIL Open Font License" in (STATIC / "fonts" / "OFL.txt").read_text(encoding="utf-8")


def test_the_version_of_htmx_is_the_one_it_says_itself() -> None:
    [htmx] = [entry for entry in entries() if entry["name"] == "htmx"]
    assert f'version:"{htmx["version"]}"' in (STATIC / htmx["file"]).read_text(encoding="utf-8")


def test_no_stylesheet_script_or_template_refers_to_another_host() -> None:
    paths = own_and_vendored()
    assert {path.suffix for path in paths} >= {".css", ".js", ".html"}
    found = {
        path.relative_to(WEB).as_posix(): hosts
        for path in paths
        if (hosts := other_hosts(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<link href="//fonts.example/css">',
        "src: url(//fonts.example/a.woff2)",
        'new WebSocket("wss://live.example/")',
        'fetch("//api.example/v1")',
    ],
)
def test_a_reference_to_another_host_is_noticed(text: str) -> None:
    assert other_hosts(text)


def test_every_font_a_stylesheet_asks_for_is_there() -> None:
    asked = [
        (path.parent / address).resolve()
        for path in (STATIC / "css").glob("*.css")
        for address in re.findall(r"url\(\"([^\"]+)\"\)", path.read_text(encoding="utf-8"))
    ]
    assert len(asked) == 2
    assert all(path.is_file() for path in asked)
