"""OKRs as code: a YAML file → the plan it says, and what is wrong with it, each at its line and column.

    file, findings = read(b"workspace: fjordlight\\nobjectives: [{key: grow, title: Grow}]\\n")

Only YAML's mappings, lists and scalars are read (`plans_nodes`); a field that is not known is a finding.
The same shape stands as a JSON Schema in `plan.schema.json`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import resources
from typing import Any, Final

from pejl.adapters.formats import plans_fields, plans_nodes
from pejl.adapters.formats.plans_fields import Book, Wrong, place
from pejl.adapters.formats.plans_nodes import MOST_BYTES, Node, Scalar, Unreadable
from pejl.domain.plans import Aim, Finding, Place, Plan
from pejl.domain.plans_measures import Measure
from pejl.domain.values import Ambition, Kind, Level, State, Visibility

__all__ = ["MOST_BYTES", "read", "schema"]

_LISTS: Final = {"key_results": Kind.KEY_RESULT, "initiatives": Kind.INITIATIVE}
_TOP: Final = frozenset({"workspace", "period", "team", "objectives", *_LISTS})
Read = Callable[[Book, Node, str], Any]
# Field of the file → what the plan calls it, and how it is read.
_FIELDS: Final[Mapping[str, tuple[str, Read]]] = {
    "description": ("description", plans_fields.words),
    "tags": ("tags", plans_fields.several),
    "level": ("level", plans_fields.choice(Level)),
    "team": ("teams", plans_fields.single),
    "teams": ("teams", plans_fields.several),
    "owner": ("owners", plans_fields.single),
    "owners": ("owners", plans_fields.several),
    "ambition": ("ambition", plans_fields.choice(Ambition)),
    "period": ("period", plans_fields.period),
    "start": ("start", plans_fields.day),
    "due": ("due", plans_fields.day),
    "visibility": ("visibility", plans_fields.choice(Visibility)),
    "supports": (
        "supports",
        lambda book, node, path: plans_fields.each(book, node, path, plans_fields.support),
    ),
    "share": ("share", plans_fields.share),
    "state": ("state", plans_fields.choice(State)),
}
_NEEDED: Final = frozenset({"level", "visibility", "state"})  # `null` says nothing there
_SHORT: Final = {"from": "start", "to": "target"}
_ENTRY: Final = frozenset({"key", "id", "title", "metric", "unit", *_SHORT, *_FIELDS})
_KNOWN: Final = {
    Kind.OBJECTIVE: (_ENTRY - {"share"}) | set(_LISTS),
    Kind.KEY_RESULT: _ENTRY,
    Kind.INITIATIVE: _ENTRY,
}


def read(content: bytes) -> tuple[Plan, list[Finding]]:
    """The plan as far as it can be read, and the findings, none where all of it can. Never fails."""
    digest = hashlib.sha256(content[: MOST_BYTES + 1]).hexdigest()
    try:
        root = plans_nodes.read(content)
    except Unreadable as error:
        return Plan(digest=digest), [error.finding]
    book = Book()
    if root is None:
        return Plan(digest=digest), [Finding("plan.empty", Place())]
    try:
        return _plan(book, root, digest=digest), book.findings
    except Wrong:
        return Plan(digest=digest), book.findings


def schema() -> str:
    """The JSON Schema of the file, for editors."""
    return resources.files("pejl.adapters.formats").joinpath("plan.schema.json").read_text(encoding="utf-8")


def _plan(book: Book, root: Node, *, digest: str) -> Plan:
    found = plans_fields.mapped(book, root, "", known=_TOP)
    head: dict[str, Any] = {}
    spots = {name: place(node, name) for name, (_, node) in found.items()}
    for name, read_one in (
        ("workspace", plans_fields.text),
        ("period", plans_fields.period),
        ("team", plans_fields.text),
    ):
        if name in found:
            try:
                head[name] = read_one(book, found[name][1], name)
            except Wrong:
                continue
    aims: list[Aim] = []
    for name, kind in (("objectives", Kind.OBJECTIVE), *_LISTS.items()):
        if name in found:
            _several(book, found[name][1], name, kind=kind, parent=None, aims=aims)
    return Plan(**head, aims=tuple(aims), digest=digest, spots=spots)


def _several(book: Book, node: Node, path: str, *, kind: Kind, parent: str | None, aims: list[Aim]) -> None:
    try:
        for item, at in plans_fields.listed(book, node, path):
            try:
                _entry(book, item, at, kind=kind, parent=parent, aims=aims)
            except Wrong:
                continue
    except Wrong:
        return


def _entry(book: Book, node: Node, path: str, *, kind: Kind, parent: str | None, aims: list[Aim]) -> None:
    found = plans_fields.mapped(book, node, path, known=_KNOWN[kind])
    spots = {name: place(value, f"{path}.{name}") for name, (_, value) in found.items()}

    def said(name: str, read_one: Read) -> Any:
        try:
            return read_one(book, found[name][1], f"{path}.{name}") if name in found else None
        except Wrong:
            return None

    key, own, title = said("key", plans_fields.key), said("id", plans_fields.identity), said("title", _title)
    for name, value in (("key", key or own), ("title", title)):
        if value is None and name not in found:
            book.wrong("schema.missing", node, path, name=name)
    fields = _said(book, found, path, spots=spots)
    key = key or (str(own) if own else path)
    aims.append(
        Aim(
            key=key,
            kind=kind,
            title=title or "",
            id=own,
            parent=parent,
            at=place(node, path),
            said=fields,
            spots=spots,
        )
    )
    for name, below in _LISTS.items():
        if name in found:
            _several(book, found[name][1], f"{path}.{name}", kind=below, parent=key, aims=aims)


def _title(book: Book, node: Node, path: str) -> str:
    return " ".join(plans_fields.text(book, node, path).split())


def _said(
    book: Book, found: Mapping[str, tuple[Scalar, Node]], path: str, *, spots: dict[str, Place]
) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, (_, node) in found.items():
        if name not in _FIELDS:
            continue
        column, read_one = _FIELDS[name]
        spots.setdefault(column, place(node, f"{path}.{name}"))
        if column in fields:
            book.wrong("schema.both", node, f"{path}.{name}", one=column.removesuffix("s"), other=column)
            continue
        try:
            value = read_one(book, node, f"{path}.{name}")
        except Wrong:
            continue
        if value is None and column in _NEEDED:
            continue
        if value is State.POSTPONED:
            book.wrong("schema.choice", node, f"{path}.{name}", choices="open, closed, dropped")
            continue
        fields[column] = value
    with suppress(Wrong):
        _measured(book, found, path, fields=fields, spots=spots)
    return fields


def _measured(
    book: Book,
    found: Mapping[str, tuple[Scalar, Node]],
    path: str,
    *,
    fields: dict[str, Any],
    spots: dict[str, Place],
) -> None:
    short = [name for name in ("from", "to", "unit") if name in found]
    if "metric" in found:
        if short:
            raise book.wrong(
                "schema.both", found[short[0]][1], f"{path}.{short[0]}", one=short[0], other="metric"
            )
        fields["metric"] = plans_fields.measure(book, found["metric"][1], f"{path}.metric", spots=spots)
    elif short:
        figures = {}
        for name, column in _SHORT.items():
            if name in found:
                spots[f"metric.{column}"] = spots[name]
                figures[column] = plans_fields.figure(book, found[name][1], f"{path}.{name}")
        unit = plans_fields.unit(book, found["unit"][1], f"{path}.unit") if "unit" in found else None
        fields["metric"] = Measure(unit=unit, figures=figures)
        spots.setdefault("metric", spots[short[0]])
