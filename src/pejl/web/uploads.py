"""Files on their way in are bounded before a byte of them is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest

MOST: Final = 200 * 1024 * 1024
AROUND: Final = 1024 * 1024  # what a form may hold beside its file
READ_OVER: Final = 5 * MOST


class Bounded(FileUploadHandler):
    """Leaves files out that are larger than `MOST` all together, told by the length of what is sent, and
    those of people who may not bring any: nothing of them is written to a disk.

    Up to `READ_OVER` they are read over, since a browser hears no answer while it sends; what is larger is
    not read at all. :func:`too_large` tells it afterwards."""

    def handle_raw_input(
        self,
        input_data: Any,  # noqa: ARG002
        META: Mapping[str, Any],  # noqa: ARG002, N803 - as Django calls it
        content_length: int,
        boundary: Any,  # noqa: ARG002
        encoding: str | None = None,  # noqa: ARG002
    ) -> None:
        self._length = content_length
        self._large = content_length > MOST + AROUND
        self.request.upload_too_large = self._large  # type: ignore[union-attr]

    def new_file(self, *args: Any, **options: Any) -> None:
        super().new_file(*args, **options)
        by = getattr(self.request, "member", None)
        if self._length > READ_OVER:
            raise StopUpload(connection_reset=True)
        if self._large or by is None or not by.is_admin:
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002
        return raw_data

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002
        return None


def too_large(request: HttpRequest) -> bool:
    """Whether a file was left out for its size."""
    return bool(getattr(request, "upload_too_large", False))
