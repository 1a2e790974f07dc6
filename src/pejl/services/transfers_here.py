"""What is in the workspace already, for a file that comes again: read once, when the first goal is met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from uuid import UUID

from pejl.domain import rollup, tags
from pejl.domain.transfers import GoalLine
from pejl.domain.values import Kind, MetricKind, ProgressMode, State
from pejl.models import Checkin, Comment, Edge, Goal, GoalPerson, GoalPersonRole, GoalTag
from pejl.services.transfers_figures import Words
from pejl.services.transfers_rows import Originals

_COLUMNS = (
    "pk", "kind", "title", "state", "progress_mode", "metric_kind", "unit", "value", "progress", "status",
    "checkin_count", "updated_at", "removed_at", "period_id", "visibility", "period__capped",
)  # fmt: skip


class Here:
    def __init__(self, workspace: UUID, originals: Originals) -> None:
        self._workspace, self._originals = workspace, originals

    def goal(self, key: str) -> Any:
        """The goal's row, removed ones too; None where there is none."""
        return self._goals.get(key)

    def alike(self, line: GoalLine, period: str | None) -> str:
        """A goal of the same title, kind, period and owner: that is how files without ids are matched."""
        found = self._alike.get((line.kind.value, line.title.casefold(), period), [])
        if not line.owners:
            found = [key for key in found if key not in self._owners]
        else:
            owner = line.owners[0]
            wanted = {owner.name.casefold(), owner.email.casefold()} - {""}
            found = [key for key in found if self._owners.get(key, set()) & wanted]
        return found[0] if len(found) == 1 else ""

    def words(self, key: str) -> Words:
        """What its standing check-ins come to."""
        return self._spoken[0].get(key) or Words()

    def heard(self, what: str, key: str, *content: Any) -> bool:
        """Whether that was said here before, also where it was taken back since. Each word answers once."""
        said = self._spoken[1]
        mark = hash((what, key, *content))
        if said[mark] <= 0:
            return False
        said[mark] -= 1
        return True

    @cached_property
    def edges(self) -> list[tuple[str, str, float | None]]:
        """(parent, child, share) of every present edge."""
        if not self._met:
            return []
        rows = Edge.objects.current().filter(workspace_id=self._workspace).order_by("position", "pk")
        names = ("parent_id", "child_id", "share")
        return [(parent.hex, child.hex, share) for parent, child, share in rows.values_list(*names)]

    @cached_property
    def linked(self) -> set[tuple[str, str]]:
        """Every (child, parent) that ever was: what people took apart here stays apart."""
        if not self._met:
            return set()
        rows = Edge.objects.filter(workspace_id=self._workspace)
        return {(child.hex, parent.hex) for child, parent in rows.values_list("child_id", "parent_id")}

    def nodes(self) -> Mapping[str, rollup.Node]:
        """Every goal here as the roll-up sees it, with its stored figures."""
        return (
            {key: _node(key, row) for key, row in self._goals.items() if row.removed_at is None}
            if self._met
            else {}
        )

    def circle(self, key: str) -> list[str]:
        """Who is on the goal in any way."""
        rows = GoalPerson.objects.current().filter(workspace_id=self._workspace, goal_id=UUID(key))
        return [person.hex for person in rows.values_list("person_id", flat=True)]

    def tags(self, key: str) -> set[str] | None:
        """The goal's tags, folded; None where it never had any."""
        return self._tags.get(key)

    @property
    def _met(self) -> bool:
        return "_goals" in self.__dict__

    @cached_property
    def _goals(self) -> dict[str, Any]:
        rows = Goal.objects.filter(workspace_id=self._workspace)
        return {row.pk.hex: row for row in rows.values_list(*_COLUMNS, named=True)}

    @cached_property
    def _alike(self) -> dict[tuple[str, str, str | None], list[str]]:
        found: dict[tuple[str, str, str | None], list[str]] = {}
        for key, row in self._goals.items():
            if row.removed_at is None:
                period = None if row.period_id is None else row.period_id.hex
                found.setdefault((row.kind, row.title.casefold(), period), []).append(key)
        return found

    @cached_property
    def _owners(self) -> dict[str, set[str]]:
        """The first owner's name and address."""
        rows = GoalPerson.objects.current().filter(
            workspace_id=self._workspace, role=GoalPersonRole.OWNER, position=0
        )
        return {
            goal.hex: {name.casefold(), email.casefold()}
            for goal, name, email in rows.values_list("goal_id", "person__name", "person__email")
        }

    @cached_property
    def _tags(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        rows = GoalTag.objects.filter(workspace_id=self._workspace)
        for goal, name, known_to in rows.values_list("goal_id", "name", "known_to").iterator():
            found.setdefault(goal.hex, set()).update({tags.fold(name)} if known_to is None else ())
        return found

    @cached_property
    def _spoken(self) -> tuple[dict[str, Words], Counter[int]]:
        """Words of each goal, and how often each thing was said, as hashes: half a million fit."""
        words: dict[str, Words] = {}
        said: Counter[int] = Counter()
        rows = Checkin.objects.filter(workspace_id=self._workspace).order_by("on", "known_from", "pk")
        names = ("goal_id", "on", "value", "note", "status_given", "confidence", "known_to")
        for goal, on, value, note, given, confidence, known_to in rows.values_list(*names).iterator():
            said[hash(("checkin", goal.hex, on, value, note))] += 1
            if known_to is None:
                words.setdefault(goal.hex, Words()).hear(on, value=value, given=given, confidence=confidence)
        comments = Comment.objects.filter(workspace_id=self._workspace)
        for goal, text in comments.values_list("goal_id", "text").iterator():
            said[hash(("comment", goal.hex, text))] += 1
        return words, said


def _node(key: str, row: Any) -> rollup.Node:
    return rollup.Node(
        id=key,
        kind=Kind(row.kind),
        mode=ProgressMode(row.progress_mode),
        state=State(row.state),
        baseline=row.metric_kind == MetricKind.BASELINE,
        progress=row.progress,
        touched=row.checkin_count > 0 or row.progress is not None,
        value=row.value,
        unit=row.unit,
    )
