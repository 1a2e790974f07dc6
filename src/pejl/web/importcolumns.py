"""How the columns of a table are read, on the pages: what each is, what it can be, and who says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from pejl.queries.imports import ImportRow, ProfileRow
from pejl.services import profiles as named
from pejl.services import transfers
from pejl.services.errors import Rejected

# What the readers call the fields.
FIELDS: Final = (
    gettext_noop("Title"),
    gettext_noop("Objective above"),
    gettext_noop("Type"),
    gettext_noop("Id"),
    gettext_noop("Number in the file"),
    gettext_noop("Parent’s id"),
    gettext_noop("Parent’s number in the file"),
    gettext_noop("Parent"),
    gettext_noop("Number in the outline"),
    gettext_noop("Weight under its parent"),
    gettext_noop("Owner"),
    gettext_noop("Owner’s email"),
    gettext_noop("Owner’s id"),
    gettext_noop("Created by"),
    gettext_noop("Creator’s email"),
    gettext_noop("Team"),
    gettext_noop("Level"),
    gettext_noop("Name of the level’s team or person"),
    gettext_noop("Period"),
    gettext_noop("Start date"),
    gettext_noop("End date"),
    gettext_noop("Created on"),
    gettext_noop("Description"),
    gettext_noop("Description of the objective above"),
    gettext_noop("Unit"),
    gettext_noop("Currency"),
    gettext_noop("Start value"),
    gettext_noop("Target"),
    gettext_noop("Direction of the target"),
    gettext_noop("Current value"),
    gettext_noop("Progress in per cent"),
    gettext_noop("Status"),
    gettext_noop("Phase"),
    gettext_noop("Archived"),
    gettext_noop("Score"),
    gettext_noop("Ambition"),
    gettext_noop("Tags"),
    gettext_noop("Who may see it"),
    gettext_noop("Date of the last check-in"),
    gettext_noop("Note of the last check-in"),
    gettext_noop("Confidence"),
    gettext_noop("What to do with the row"),
    gettext_noop("Key result under the row"),
    gettext_noop("Progress of the key result under the row"),
)


@dataclass(frozen=True, slots=True)
class Columns:
    """`rows` are (heading, field, what the field is called); `choices` what each can be, (field, called),
    nothing where there is no choice; `profiles` those that can be used, (id, name), and `used` the id of the
    one in use, "" for none. `said` tells where the reading comes from."""

    rows: list[tuple[str, str, str]]
    choices: list[tuple[str, str]]
    profiles: list[tuple[str, str]]
    used: str
    said: str


def of(row: ImportRow, profiles: Sequence[ProfileRow], *, chosen: Mapping[str, str] | None = None) -> Columns:
    """`chosen` are the fields as they stand in a form that was refused."""
    fields, labels = transfers.fields(row.format), transfers.labels(row.format)
    read = [
        (heading, (chosen or {}).get(heading, field)) for heading, field in row.receipt.get("columns", [])
    ]
    used = _used(row, profiles)
    return Columns(
        rows=[(heading, field, _called(labels, field)) for heading, field in read],
        choices=[("", _("Not read")), *((field, _(label)) for field, label in fields.items())]
        if fields
        else [],
        profiles=[("", _("What the headings say")), *((str(one.id), one.name) for one in profiles)],
        used=str(used.id) if used else "",
        said=_said(row, used, profiles) if fields else "",
    )


def sent(request: HttpRequest) -> dict[str, str]:
    """The columns of the form: each heading and the field chosen for it."""
    return dict(zip(request.POST.getlist("heading"), request.POST.getlist("field"), strict=False))


def picked(text: str, profiles: Iterable[ProfileRow]) -> dict[str, str] | None:
    """The columns of the profile that was picked by its id; None for none. Raises `Rejected` (`profile`)."""
    if not text:
        return None
    for one in profiles:
        if str(one.id) == text:
            return one.columns
    raise Rejected.one("choice.unknown", field="profile")


def _called(labels: Mapping[str, str], field: str) -> str:
    return _(labels[field]) if field in labels else field or _("Not read")


def _used(row: ImportRow, profiles: Sequence[ProfileRow]) -> ProfileRow | None:
    """The one that says just how each column was read, else the one that was picked."""
    read = row.receipt.get("columns", [])
    exact = (one for one in profiles if read and _alike(one.columns, dict(read)))
    picked_by_hand = (one for one in profiles if row.profile and _alike(one.columns, row.profile))
    return next(exact, None) or next(picked_by_hand, None)


def _said(row: ImportRow, used: ProfileRow | None, profiles: Sequence[ProfileRow]) -> str:
    if used is None:
        return _("Read as chosen here.") if row.profile else _("Read by what the headings say.")
    name = {"name": used.name}
    headings = named.folded(heading for heading, _field in row.receipt.get("columns", []))
    same = [one for one in profiles if named.folded(one.columns) == headings]
    if used not in same:
        return _("Read by the profile “%(name)s”, and the rest by what the headings say.") % name
    if used is max(same, key=lambda one: (one.at, one.id)):
        return _("Read by the profile “%(name)s”, as is every file with exactly these headings.") % name
    return _("Read by the profile “%(name)s”.") % name


def _alike(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return _compared(one) == _compared(other)


def _compared(columns: Mapping[str, str]) -> set[tuple[frozenset[str], str]]:
    return {(named.folded((heading,)), field) for heading, field in columns.items()}
