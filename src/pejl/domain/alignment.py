"""Who hangs under whom: ancestors, an order to compute in, and the path an edge would close.

    every edge points from a child to a parent, and no path leads back to where it began

>>> parents = {"team": ["company"], "person": ["team"]}
>>> sorted(ancestors(["person"], parents=parents))
['company', 'team']
>>> cycle(child="company", parent="person", parents=parents)
['company', 'person', 'team', 'company']
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

from pejl.domain.values import Refused

Id = TypeVar("Id", bound=Hashable)


def ancestors(of: Iterable[Id], *, parents: Mapping[Id, Iterable[Id]]) -> set[Id]:
    """Everything above any of ``of``. One of them is in the answer only where it is above another."""
    found: set[Id] = set()
    waiting = list(of)
    while waiting:
        for parent in parents.get(waiting.pop(), ()):
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found


def order(ids: Iterable[Id], *, children: Mapping[Id, Iterable[Id]]) -> list[Id]:
    """``ids`` with every child before its parents, each once; edges that leave ``ids`` are ignored.

    Raises :class:`Refused` ``alignment.cycle`` with the ``path`` where the edges run in a circle.

    >>> order(["company", "team", "person"], children={"company": ["team"], "team": ["person"]})
    ['person', 'team', 'company']
    """
    asked = dict.fromkeys(ids)
    done: dict[Id, None] = {}
    for first in asked:
        if first not in done:
            _descend(first, asked=asked, done=done, children=children)
    return list(done)


def cycle(*, child: Id, parent: Id, parents: Mapping[Id, Iterable[Id]]) -> list[Id] | None:
    """The shortest path that ``child`` under ``parent`` would close, from the child by way of the
    parent back to the child; None where the edge is fine."""
    if child == parent:
        return [child, child]
    came_from: dict[Id, Id] = {}
    waiting = deque([parent])
    while waiting:
        current = waiting.popleft()
        for above in parents.get(current, ()):
            if above == child:
                return [child, *_back(current, to=parent, came_from=came_from), child]
            if above not in came_from and above != parent:
                came_from[above] = current
                waiting.append(above)
    return None


def _back(start: Id, *, to: Id, came_from: Mapping[Id, Id]) -> list[Id]:
    path = [start]
    while path[-1] != to:
        path.append(came_from[path[-1]])
    return path[::-1]


def _descend(
    first: Id, *, asked: Mapping[Id, None], done: dict[Id, None], children: Mapping[Id, Iterable[Id]]
) -> None:
    """Add ``first`` and all that hangs under it to ``done``, deepest first, without recursion."""
    open_: dict[Id, Iterator[Id]] = {first: iter(children.get(first, ()))}
    while open_:
        current = next(reversed(open_))
        for child in open_[current]:
            if child in open_:
                path = list(open_)
                raise Refused("alignment.cycle", field="parent", path=[*path[path.index(child) :], child])
            if child in asked and child not in done:
                open_[child] = iter(children.get(child, ()))
                break
        else:
            done[current] = None
            del open_[current]
