"""Writes docs/openapi.json from the operations themselves: `python -m tools.openapi`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

FILE = Path(__file__).parent.parent / "docs" / "openapi.json"


def document() -> str:
    """What the file says when it is current; needs Django set up."""
    from pejl.api import documents
    from pejl.api.urls import api

    return documents.text(api)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PEJL_DATA_DIR"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pejl.settings")
        import django

        django.setup()
        FILE.write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    main()
