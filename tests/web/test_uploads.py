"""Files that are sent: bounded before a byte of them is kept, and taken from admins alone."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from adapters import vivafiles
from importing import PAGE, send
from okrs import In, enter
from pejl.adapters.formats import cells
from pejl.models import Import
from pejl.web import uploads
from world import World

__all__ = ["enter"]


def test_a_file_that_is_too_large_is_not_looked_through(
    world: World, enter: In, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST", 100)
    answer = send(enter(world.admin), vivafiles.packed(vivafiles.whole()))
    assert answer.status_code == 422
    assert "larger than Pejl reads at once" in answer.content.decode()


def test_the_largest_file_is_the_readers_own() -> None:
    assert uploads.MOST == cells.MAX_FILE


def test_a_file_larger_than_a_form_may_be_is_taken(world: World, enter: In) -> None:
    arrays = vivafiles.whole()
    arrays["objectives"] += [vivafiles.goal(number, Description="a" * 90_000) for number in range(500, 540)]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for array, rows in arrays.items():
            archive.writestr(vivafiles.member_name(array), json.dumps(rows))
    assert len(file.getvalue()) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert len(file.getvalue()) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    assert send(enter(world.admin), file).status_code == 303


def test_a_file_that_is_too_large_is_told_by_its_length_and_nothing_of_it_is_kept(
    world: World, enter: In, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []
    monkeypatch.setattr(MemoryFileUploadHandler, "new_file", lambda *_args, **_named: kept.append("memory"))
    monkeypatch.setattr(TemporaryFileUploadHandler, "new_file", lambda *_args, **_named: kept.append("disk"))
    monkeypatch.setattr(uploads, "MOST", 100)
    monkeypatch.setattr(uploads, "AROUND", 0)
    answer = send(enter(world.admin), b"Title;Owner\n" * 1000)
    assert answer.status_code == 422
    error = re.search(r'id="f-file-error">.*?</p>', answer.content.decode(), re.DOTALL)
    assert error
    assert "larger than Pejl reads at once" in error.group()
    assert kept == []
    assert Import.objects.count() == 0


def test_a_file_far_too_large_is_not_even_read(
    world: World, enter: In, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST", 100)
    monkeypatch.setattr(uploads, "AROUND", 0)
    monkeypatch.setattr(uploads, "READ_OVER", 500)
    browser, read = enter(world.admin), 0
    content = encode_multipart(BOUNDARY, {"file": SimpleUploadedFile("a.csv", b"Title;Owner\n" * 100_000)})

    class Counting(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            nonlocal read
            piece = super().read(size)
            read += len(piece)
            return piece

    sent = {
        "wsgi.input": Counting(content),
        "CONTENT_TYPE": MULTIPART_CONTENT,
        "CONTENT_LENGTH": str(len(content)),
    }
    answer = browser.generic("POST", PAGE, **sent)  # type: ignore[arg-type]
    assert answer.status_code == 422
    assert "larger than Pejl reads at once" in answer.content.decode()
    assert read < len(content) // 4


@pytest.mark.parametrize("who", ["member", ""])
def test_files_are_taken_from_admins_alone(
    world: World, enter: In, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    kept: list[str] = []
    monkeypatch.setattr(MemoryFileUploadHandler, "new_file", lambda *_args, **_named: kept.append("memory"))
    browser = enter(getattr(world, who)) if who else Client()
    file = SimpleUploadedFile("a.csv", b"Title\nWin\n")
    assert browser.post("/language" if who else "/signin", {"file": file}).status_code < 500
    assert kept == []
