"""The edges that a file asks for, without those that lead nowhere, close a circle or give away too much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from pejl.adapters.formats import cells
from pejl.domain import alignment
from pejl.domain.transfers import ParentLine, Place
from pejl.domain.values import Refused
from pejl.models import Edge
from pejl.services.transfers_figures import Aim, Edges

if TYPE_CHECKING:
    from pejl.services.transfers_landing import Landing

CIRCLE: Final = "the alignment would close a circle: left out"
SHARES: Final = "the shares of the parent pass 100 %: taken as equal"
SEVERAL: Final = "several goals have the title of the parent: left out"
_SLACK: Final = 1e-9


class Link(NamedTuple):
    at: Place
    child: str
    parent: str
    share: Decimal | None


def link(landing: Landing) -> dict[str, list[tuple[str, float | None]]]:
    """Writes the new edges; gives (child, share) below each parent, those that were here among them."""
    below: defaultdict[str, list[tuple[str, float | None]]] = defaultdict(list)
    for parent, child, share in landing.here.edges:
        below[parent].append((child, share))
    fixed = {parent: sum(share or 0.0 for _, share in some) for parent, some in below.items()}
    for number, one in enumerate(_sound(landing, list(_asked(landing)), below), start=1):
        share = None if one.share is None else float(one.share)
        if share is not None and not (share >= 0 and fixed.get(one.parent, 0.0) + share <= 1 + _SLACK):
            landing.receipt.problem(one.at, "share", SHARES, "default share")
            share = None
        fixed[one.parent] = fixed.get(one.parent, 0.0) + (share or 0.0)
        below[one.parent].append((one.child, share))
        landing.rows.add(
            Edge, child_id=one.child, parent_id=one.parent, share=share, position=float(number),
            by_id=landing.by.person_id and landing.by.person_id.hex,
        )  # fmt: skip
        if one.parent not in landing.aims or landing.aims[one.parent].known is not None:
            landing.touched.add(one.parent)
    return dict(below)


def _asked(landing: Landing) -> Iterator[Link]:
    """New goals ask for all their parents, others for those that the file now names and never did."""
    for aim in landing.aims.values():
        if aim.known is not None and not aim.fresh:
            continue
        seen: set[str] = set()
        for one in aim.line.parents:
            parent, reason = _parent(landing, one)
            if reason:
                landing.receipt.problem(aim.line.at, "parent", reason)
            elif parent not in seen and (aim.key, parent) not in landing.here.linked:
                seen.add(parent)
                yield Link(aim.line.at, aim.key, parent, one.share)


def _parent(landing: Landing, one: ParentLine) -> tuple[str, str]:
    """The parent's key, or why there is none."""
    if one.id:
        found = landing.sources.get(one.id, "")
        known = landing.originals.known("goal", one.id)
        if not found and known is not None:
            row = landing.here.goal(known.target)
            found = known.target if row is not None and row.removed_at is None else ""
        return found, "" if found else cells.NO_PARENT
    same = landing.titles.get(one.title.casefold(), [])
    if len(same) > 1:
        return "", SEVERAL
    return (same[0], "") if same else ("", cells.NO_PARENT)


def _sound(
    landing: Landing, links: list[Link], below: dict[str, list[tuple[str, float | None]]]
) -> list[Link]:
    """Without those that would close a circle. Where there is none it costs one walk over all of them."""
    children = {parent: [child for child, _ in some] for parent, some in below.items()}
    for one in links:
        children.setdefault(one.parent, []).append(one.child)
    ends = {end for parent, some in children.items() for end in (parent, *some)}
    try:
        alignment.order(ends, children=children)
    except Refused:
        return list(_one_by_one(landing, links, below))
    return links


def _one_by_one(
    landing: Landing, links: list[Link], below: dict[str, list[tuple[str, float | None]]]
) -> Iterator[Link]:
    above: defaultdict[str, list[str]] = defaultdict(list)
    for parent, some in below.items():
        for child, _ in some:
            above[child].append(parent)
    for one in links:
        if alignment.cycle(child=one.child, parent=one.parent, parents=above) is not None:
            landing.receipt.problem(one.at, "parent", CIRCLE)
            continue
        above[one.child].append(one.parent)
        yield one


def private(aims: dict[str, Aim], landing: Landing, edges: Edges) -> None:
    """What hangs under a private goal is private too, for its circle besides each goal's own people."""
    below = {key: [child for child, _ in edges.get(key, ()) if child in aims] for key in aims}
    closed = {key for key, aim in aims.items() if aim.chosen}
    for key, some in edges.items():
        row = landing.here.goal(key) if key not in aims and any(child in aims for child, _ in some) else None
        if row is not None and row.visibility == "chosen":
            for child, _ in some:
                if child in aims:
                    aims[child].chosen = True
                    aims[child].viewers += landing.here.circle(key)
                    closed.add(child)
    if not closed:
        return
    for key in reversed(alignment.order(aims, children=below)):
        aim = aims[key]
        if aim.chosen:
            circle = [one for some in aim.people.values() for one in some] + aim.viewers
            for child in below[key]:
                aims[child].chosen = True
                aims[child].viewers += circle
