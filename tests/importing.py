"""Files on their way in through the pages: sent, looked through, and the page that comes of it."""

from __future__ import annotations

import io
import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from adapters import vivafiles

PAGE = "/settings/imports"
TABLE = "Mål;Hvem;Farve\nWin the north;Bo Lind;red\n".encode()


def send(browser: Client, file: io.BytesIO | bytes, *, name: str = "viva.zip") -> Any:
    content = file if isinstance(file, bytes) else file.getvalue()
    return browser.post(PAGE, {"file": SimpleUploadedFile(name, content)})


def looked_through(browser: Client, arrays: dict[str, Any] | None = None) -> str:
    """The address of the preview."""
    answer = send(browser, vivafiles.packed(arrays or vivafiles.whole()))
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def text(browser: Client, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def preview_of(browser: Client, table: bytes = TABLE, **form: str) -> str:
    answer = browser.post(PAGE, {"file": SimpleUploadedFile("maal.csv", table), **form})
    assert answer.status_code == 303
    return str(answer.headers["Location"])
