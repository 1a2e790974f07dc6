"""What `make check` checks beside style, types and layers: templates, texts, migrations, docs, OpenAPI."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "src" / "pejl" / "web" / "templates"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w+)\}")
ATTRIBUTE = re.compile(r"[\w-]+=[\"']")
INLINE = re.compile(
    r"<[^>]*\s(style|on[a-z]+)\s*=\s*[\"']|<script(?![^>]*\ssrc=)|<style|javascript:", re.IGNORECASE
)


def templates() -> Iterator[str]:
    """Every template parses, has no inline style or script, and no text outside a translation."""
    from django.template import engines

    environment = engines["jinja2"].env
    for path in sorted(TEMPLATES.rglob("*.html")):
        name = str(path.relative_to(TEMPLATES))
        source = path.read_text(encoding="utf-8")
        environment.get_template(name)
        bare = re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)
        for number, line in enumerate(bare.splitlines(), 1):
            if INLINE.search(line):
                yield f"{name}:{number}: inline style or script"
        yield from (f"{name}: text outside a translation: {text!r}" for text in untranslated(bare))


def untranslated(source: str) -> Iterator[str]:
    """Words that stand in the page as they are."""
    text = re.sub(r"\{%-?\s*block \w*class\s*-?%\}.*?\{%-?\s*endblock\s*-?%\}", " ", source, flags=re.DOTALL)
    text = re.sub(r"\{%-?\s*trans\b.*?\{%-?\s*endtrans\s*-?%\}", " ", text, flags=re.DOTALL)
    text = re.sub(r"<(svg|script)\b.*?</\1>", " ", text, flags=re.DOTALL)
    attributes = re.findall(r"""\s(?:aria-label|title|placeholder|alt)="([^"]*)\"""", text)
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "\x00", text, flags=re.DOTALL)
    attributes = [re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", one, flags=re.DOTALL) for one in attributes]
    text = re.sub(r"<!--.*?-->", " ", text, flags=re.DOTALL)
    text = re.sub(r"<[^>]*>", "\x00", text, flags=re.DOTALL)
    for piece in [*text.split("\x00"), *attributes]:
        words = " ".join(re.sub(r"&\w+;", "", piece).split())
        if ATTRIBUTE.match(words) or words.startswith(("-", "/", '"')):
            continue  # a macro that writes attributes, or a part of one
        if re.search(r"[^\W\d_]{2,}", words) and words not in ALLOWED:
            yield words


ALLOWED = {"Pejl", "· Pejl", "Enter", "Tab", "Esc", "Ctrl Enter", "Ctrl", "English", "Dansk", "KPI", "OKR"}


def translations() -> Iterator[str]:
    """Every text is translated, nothing is fuzzy, placeholders agree, the compiled file is current."""
    from tools import translate

    template = translate.collected()
    for language in translate.LANGUAGES:
        catalog = translate.read(language)
        ids = {(message.id, message.context) for message in catalog if message.id}
        for message in template:
            if message.id and (message.id, message.context) not in ids:
                yield f"{language}: not in the catalogue (run 'make translate'): {message.id!r}"
        for message in catalog:
            if message.id:
                yield from (f"{language}: {fault}: {message.id!r}" for fault in faults(message))
        path = translate.folder(language) / "django.mo"
        if not path.exists() or path.read_bytes() != translate.compiled(catalog):
            yield f"{language}: django.mo is stale: run 'make translate'"


def faults(message: object) -> Iterator[str]:
    source = message.id if isinstance(message.id, tuple | list) else [message.id]
    target = message.string if isinstance(message.string, tuple | list) else [message.string]
    if message.fuzzy:
        yield "fuzzy"
    if not target or not all(target):
        yield "not translated"
        return
    wanted = {match.group(0) for text in source for match in PLACEHOLDER.finditer(text)}
    for text in target:
        found = {match.group(0) for match in PLACEHOLDER.finditer(text)}
        if not found <= wanted or (len(source) == 1 and found != wanted):
            yield f"placeholders differ ({sorted(wanted ^ found)})"


def migrations() -> Iterator[str]:
    from django.core.management import call_command

    try:
        call_command("makemigrations", "--check", "--dry-run", verbosity=0)
    except SystemExit:
        yield "the tables and the migrations differ: run 'pejl migrate --make' in development"


def docs() -> Iterator[str]:
    """Links lead somewhere; every command and every setting is written down."""
    pages = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
    for page in pages:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                yield f"{page.relative_to(ROOT)}: no such file: {target}"
    from pejl.cli import main

    running = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    for name, command in sorted(main.commands.items()):
        for full in [f"pejl {name} {sub}" for sub in getattr(command, "commands", {})] or [f"pejl {name}"]:
            if full not in running:
                yield f"docs/running.md does not mention `{full}`"
    config = (ROOT / "src" / "pejl" / "config.py").read_text(encoding="utf-8")
    for setting in sorted(set(re.findall(r'"(PEJL_[A-Z_]+)"', config))):
        if f"`{setting}`" not in running:
            yield f"docs/running.md does not mention `{setting}`"


def openapi() -> Iterator[str]:
    """The OpenAPI document that is committed is the one that is served."""
    from tools import openapi as written

    if not written.FILE.exists() or written.FILE.read_text(encoding="utf-8") != written.document():
        yield "docs/openapi.json is stale: run 'python -m tools.openapi'"


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PEJL_DATA_DIR"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pejl.settings")
        import django

        django.setup()
        found = 0
        for check in (templates, translations, migrations, docs, openapi):
            faults = list(check())
            found += len(faults)
            print(f"{check.__name__}: {'fine' if not faults else f'{len(faults)} to mend'}")
            for fault in faults:
                print(f"  {fault}")
        return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
