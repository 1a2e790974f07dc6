"""What stands in the log: the id of the request on every line, and nothing of what answers say anyway."""

from __future__ import annotations

import contextvars
import logging
from typing import Final

OWN_FAULT: Final = 500  # and what is above it, in HTTP
request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="-")


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class Unexpected(logging.Filter):
    """Lets through what is a trouble of the server. That a token is missing, or a thing not there, is an
    answer: whoever asked has it, and a program that asks again and again would fill the log with it."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "status_code", OWN_FAULT) >= OWN_FAULT
