"""A person's names and addresses taken out of what was written down about them: events, messages to webhooks,
rows of files, calls by name in comments."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any, Final
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext

from pejl.models import Comment, Delivery, Event, Import, Mention, Person, Proposal, Record, Workspace
from pejl.models.fields import FORMER
from pejl.services import events, transfers_rows

_BATCH: Final = 200
_THINGS: Final = frozenset({"title", "name", "file"})  # of an event about something: what the thing is called
Scrub = Callable[[Any], Any]


def everything(person: Person) -> None:
    """All of it, in the caller's transaction. Comments keep their text; "@Full Name" of the person in those
    that called them is said as of anybody who was erased."""
    names, emails = _known_as(person)
    scrub = _scrub(names, emails)
    _events(person, scrub)
    here = {"workspace_id": person.workspace_id}
    _rewrite(Delivery.objects.filter(**here), "body", lambda row: _deliver(row, person.pk, scrub))
    _rewrite(Import.objects.filter(**here), "receipt", lambda row: scrub(row.receipt))
    _proposals(person, scrub)
    _records(person, names, emails, scrub)
    _calls(person, names)


def _known_as(person: Person) -> tuple[frozenset[str], frozenset[str]]:
    """What they are and were called, and their addresses."""
    told = {person.name, person.email}
    if person.account is not None:
        told.add(person.account.email)
    rows = Event.objects.filter(
        workspace_id=person.workspace_id, subject=person.pk, verb__startswith="person."
    )
    for data in rows.values_list("data", flat=True):
        told |= {data.get("name", ""), *data.get("aka", ())}
    told -= {"", FORMER, None}
    return frozenset(one for one in told if "@" not in one), frozenset(one for one in told if "@" in one)


def _scrub(names: Collection[str], emails: Collection[str]) -> Scrub:
    """Gives what a value is without them: an address wherever it stands in a text, a name of several words
    too, and one of a single word where it is all of the text."""
    parts = [re.escape(one) for one in (*emails, *(name for name in names if " " in name))]
    inside = re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE) if parts else None
    whole = {name.casefold() for name in names}

    def scrub(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: scrub(one) for key, one in value.items()}
        if isinstance(value, list):
            return [scrub(one) for one in value]
        if not isinstance(value, str):
            return value
        if value.strip().casefold() in whole:
            return FORMER
        return inside.sub(FORMER, value) if inside else value

    return scrub


def _events(person: Person, scrub: Scrub) -> None:
    """Of an event about the person everything goes that says who they are; of others what names them."""

    def without(row: Event) -> Any:
        if row.subject == person.pk and row.verb.startswith("person."):
            data = scrub(row.data)
            return {key: FORMER if key == "name" else one for key, one in data.items() if key != "aka"}
        things = frozenset() if row.verb.startswith("token.") else _THINGS
        return {key: one if key in things else scrub(one) for key, one in row.data.items()}

    events.reword(person.workspace_id, lambda row: (row.subject, without(row)))


def _deliver(row: Delivery, person: UUID, scrub: Scrub) -> Any:
    """The message with the person named nowhere: not as who did it, nor in the details."""
    data = row.body.get("data")
    if not isinstance(data, dict):
        return row.body
    told = dict(data)
    by, details = data.get("by"), data.get("details")
    if isinstance(by, dict) and by.get("id") == str(person):
        told["by"] = {**by, "name": FORMER}
    if isinstance(details, dict):
        told["details"] = {key: one if key in _THINGS else scrub(one) for key, one in details.items()}
    return {**row.body, "data": told}


def _proposals(person: Person, scrub: Scrub) -> None:
    """Their own go, and those of others that name them, who can propose the same again."""
    rows = Proposal.objects.filter(workspace_id=person.workspace_id)
    rows.filter(person=person).delete()
    named = [row.pk for row in rows if any(scrub(one) != one for one in (row.body, row.told, row.result))]
    rows.filter(pk__in=named).delete()


def _records(person: Person, names: Collection[str], emails: Collection[str], scrub: Scrub) -> None:
    """Rows of files: the person's own are emptied, in others the person is not named. Each still knows what
    it said, so that the same file brings nothing new. One whose key is the address or the name goes."""
    rows = Record.objects.filter(workspace_id=person.workspace_id)
    keys = {one.casefold() for one in (*names, *emails)}
    own = rows.filter(target=person.pk, kind="person")
    named = [pk for pk, key in own.values_list("pk", "source_id") if key.casefold() in keys]
    rows.filter(pk__in=named).delete()

    def without(row: Record) -> Any:
        if row.target == person.pk:
            return transfers_rows.emptied(row.raw, {})
        kept = scrub(row.raw)
        return row.raw if kept == row.raw else transfers_rows.emptied(row.raw, kept)

    _rewrite(rows, "raw", without)


def _calls(person: Person, names: Collection[str]) -> None:
    mentions = Mention.objects.filter(workspace_id=person.workspace_id, person=person)
    if not names:
        return
    several = "|".join(re.escape(one) for one in sorted(names, key=len, reverse=True))
    sign = re.compile(rf"@(?:{several})(?!\w)", re.IGNORECASE)
    spoken = Workspace.objects.values_list("language", flat=True).get(pk=person.workspace_id)
    with translation.override(spoken):
        instead = f"@{gettext(FORMER)}"
    items = Comment.objects.filter(pk__in=mentions.values("comment_id")).values("item")
    comments = Comment.objects.filter(workspace_id=person.workspace_id, item__in=items)
    _rewrite(comments, "text", lambda row: sign.sub(lambda _: instead, row.text))


def _rewrite(rows: Any, name: str, without: Callable[[Any], Any]) -> None:
    """Writes the column anew on the rows where it is another without the person."""
    changed: list[Any] = []
    for row in rows.iterator(chunk_size=2_000):
        value = without(row)
        if value != getattr(row, name):
            setattr(row, name, value)
            changed.append(row)
    rows.model.objects.bulk_update(changed, [name], batch_size=_BATCH)
