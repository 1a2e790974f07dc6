"""The alignment that a file gives: edges among its goals, and what had to be left out of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from pejl.domain import alignment
from pejl.domain.transfers import ParentLine, Place, Problem
from pejl.domain.values import Refused
from pejl.models.fields import new_id
from pejl.services.inserts import Table

Link = tuple[Place, UUID, UUID, Decimal | None]
Asked = tuple[Place, UUID, tuple[ParentLine, ...]]


def write(
    edges: Table, asked: Iterable[Asked], *, ids: Mapping[str, UUID], titles: Mapping[str, Sequence[str]]
) -> list[Problem]:
    """Adds the edges; those that lead nowhere or close a circle are left out, and a share that gives away
    more than all becomes an equal one. Answers each of these. A parent is known by its id in the file, or
    by a title that no other goal of the file has."""
    problems: list[Problem] = []
    sound = _acyclic(list(_links(asked, ids=ids, titles=titles, problems=problems)), problems)
    fixed: defaultdict[UUID, Decimal] = defaultdict(Decimal)
    for number, (place, child, parent, given) in enumerate(sound):
        share = given
        if share is not None and not 0 <= share + fixed[parent] <= 1:
            reason = "the shares of the parent pass 100 %: taken as equal"
            problems.append(Problem(place, "share", reason, f"{share:f}"))
            share = None
        fixed[parent] += share or 0
        edges.add(
            {
                "id": new_id().hex, "child_id": child, "parent_id": parent,
                "share": None if share is None else float(share), "position": float(number),
            }
        )  # fmt: skip
    return problems


def _links(
    asked: Iterable[Asked],
    *,
    ids: Mapping[str, UUID],
    titles: Mapping[str, Sequence[str]],
    problems: list[Problem],
) -> Iterator[Link]:
    for place, child, parents in asked:
        seen = {child}
        for one in parents:
            named = [one.id] if one.id else titles.get(one.title.casefold(), ())
            parent = ids.get(named[0]) if len(named) == 1 else None
            if parent is None:
                problems.append(Problem(place, "parent", "parent is not in the export"))
            elif parent not in seen:
                seen.add(parent)
                yield place, child, parent, one.share


def _acyclic(links: list[Link], problems: list[Problem]) -> list[Link]:
    """Without the links that would close a circle. A file without circles costs one walk through it."""
    children: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for _, child, parent, _ in links:
        children[parent].append(child)
    try:
        alignment.order({end for _, *ends, _ in links for end in ends}, children=children)
    except Refused:
        return list(_one_by_one(links, problems))
    return links


def _one_by_one(links: Iterable[Link], problems: list[Problem]) -> Iterator[Link]:
    above: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for link in links:
        place, child, parent, _ = link
        if child in _over(parent, above):
            problems.append(Problem(place, "parent", "the alignment would close a circle: left out"))
            continue
        above[child].add(parent)
        yield link


def _over(goal: UUID, above: Mapping[UUID, set[UUID]]) -> set[UUID]:
    found, left = {goal}, [goal]
    while left:
        for one in above.get(left.pop(), ()):
            if one not in found:
                found.add(one)
                left.append(one)
    return found
