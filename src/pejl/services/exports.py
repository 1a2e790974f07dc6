"""Taking the workspace out: the portable ZIP with everything, tables for spreadsheets, JSON and YAML.

What is not the ZIP holds what the one asking may see, and all of it is from one moment.

>>> # with open("fjordlight.xlsx", "wb") as out:
>>> #     exports.write("xlsx", by, out, at=now)
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import BinaryIO, Final

from pejl.queries import past
from pejl.queries.scope import Member
from pejl.services import dumps, dumps_sources, exports_json, exports_tables, exports_yaml

FORMATS: Final = ("zip", "xlsx", "csv", "json", "yaml")
WHOLE: Final = "zip"
_WRITERS: Final[dict[str, Callable[..., None]]] = {
    "xlsx": exports_tables.xlsx,
    "csv": exports_tables.csv,
    "json": exports_json.write,
    "yaml": exports_yaml.write,
}


def write(form: str, by: Member, out: BinaryIO, *, at: datetime, as_of: datetime | None = None) -> None:
    """Writes the export to `out`, headings in the language in force; `as_of` is what was known then.

    `form` is one of `FORMATS`, else a `ValueError`. The ZIP is for admins: raises `Forbidden`. Memory does
    not grow with the number of goals, but for a few hundred bytes each.
    """
    if form == WHOLE:
        dumps.write(by, out, at=at, as_of=as_of)
        return
    writer = _WRITERS.get(form)
    if writer is None:
        raise ValueError(form)
    if as_of is None:
        with dumps_sources.snapshot():
            writer(by, out, now=at)
        return
    with past.known(by, at=as_of) as reader:
        writer(reader, out, now=as_of)


def offered(by: Member) -> tuple[str, ...]:
    """The formats this person may take out."""
    return FORMATS if by.is_admin else tuple(one for one in FORMATS if one != WHOLE)


def name(by: Member, form: str, *, day: date) -> str:
    """The name the file gets: `fjordlight-2026-11-22.xlsx`."""
    return f"{by.slug}-{day.isoformat()}.{form}"
