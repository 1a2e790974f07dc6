"""Collects every text of the product into the catalogue, and compiles it.

``python -m tools.translate`` adds new texts (to be translated) and removes those that are gone.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import extract, pofile
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

PACKAGE = Path(__file__).parent.parent / "src" / "pejl"
LANGUAGES = ("da",)
STILL = datetime(2026, 1, 1, tzinfo=UTC)  # the file changes when a text does, not by itself
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
OPTIONS = {
    "trimmed": "true",
    "silent": "false",
    "newstyle_gettext": "true",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
}


def folder(language: str) -> Path:
    return PACKAGE / "locale" / language / "LC_MESSAGES"


def read(language: str) -> Catalog:
    path = folder(language) / "django.po"
    if not path.exists():
        return Catalog(locale=language, domain="django", project="Pejl", fuzzy=False)
    with path.open("rb") as file:
        return pofile.read_po(file, locale=language, domain="django")


def collected() -> Catalog:
    """Every text in code and templates, with the places where it stands."""
    catalog = Catalog(domain="django", project="Pejl", fuzzy=False)
    found = extract.extract_from_dir(
        PACKAGE,
        method_map=[("**/migrations/**", "ignore"), ("web/templates/**.html", "jinja2"), ("**.py", "python")],
        options_map={"web/templates/**.html": OPTIONS},
        keywords=KEYWORDS,
        comment_tags=("L10n:",),
    )
    for filename, _line, message, comments, context in found:
        catalog.add(message, None, [(filename, 0)], auto_comments=comments, context=context)
    return catalog


def written(catalog: Catalog) -> bytes:
    """The catalogue as text, the same for the same content."""
    file = io.BytesIO()
    pofile.write_po(
        file, catalog, width=110, omit_header=False, no_location=True, sort_output=True, ignore_obsolete=True
    )
    return file.getvalue()


def compiled(catalog: Catalog) -> bytes:
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def merged(language: str) -> Catalog:
    catalog = read(language)
    template = collected()
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.revision_date = catalog.creation_date = STILL
    return catalog


def main() -> None:
    for language in LANGUAGES:
        catalog = merged(language)
        folder(language).mkdir(parents=True, exist_ok=True)
        (folder(language) / "django.po").write_bytes(written(catalog))
        (folder(language) / "django.mo").write_bytes(compiled(read(language)))
        missing = sum(1 for message in catalog if message.id and not _whole(message.string))
        print(f"{language}: {len(catalog)} texts, {missing} to translate")


def _whole(string: object) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


if __name__ == "__main__":
    main()
