"""The data folder, as the terminal works on it: what it answers is what the HTTP API answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Self
from uuid import UUID, uuid4

from pejl.cli import start, wires
from pejl.cli.people import chosen
from pejl.cli.wires import Failed, Missing, Refused, Told, Unclear

if TYPE_CHECKING:
    from pejl.queries.goals import GoalRow
    from pejl.queries.scope import Member

PART = 200


@dataclass(frozen=True, slots=True)
class Local:
    """Somebody at their data folder; nobody in particular where no person is meant."""

    by: Member
    at: datetime

    @classmethod
    def of(cls, *, slug: str | None, email: str | None, person: bool) -> Local:
        """As the person with that e-mail; without one, as the only one there is where `person` is asked for,
        else as the workspace itself. Raises `Failed`, and `Unclear` where it must be said who is meant."""
        start()
        from django.utils import timezone

        from pejl.queries import people
        from pejl.queries.scope import NotFound

        system = people.system(chosen(slug))
        if email is None and not person:
            return cls(system, timezone.now())
        try:
            who = _only(system) if email is None else people.by_email(system.slug, email)
        except NotFound:
            raise Failed(f"Nobody in {system.workspace_name} has the address {email}.") from None
        return cls(people.member(system.slug, who), timezone.now())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def me(self) -> Told:
        by = self.by
        return _over({
            "token": None,
            "scopes": ["read", "write"],
            "person": {"id": by.person_id, "name": by.name},
            "role": by.role.value,
            "workspace": {"id": by.workspace_id, "slug": by.slug, "name": by.workspace_name},
        })  # fmt: skip

    def goals(self, **filters: str) -> Iterator[Told]:
        from pejl.queries import listings

        given, order = _filters(filters)
        after: tuple[str, str] | None = None
        while True:
            part = listings.goals(self.by, given, order=order, after=after, limit=PART, now=self.at)
            yield from self._told(part.rows)
            after = part.after
            if after is None:
                return

    def goal(self, goal_id: UUID) -> Told:
        from pejl.queries import goals

        with answered():
            return self._told([goals.one(self.by, goal_id, now=self.at)])[0]

    def forecast(self, goal_id: UUID) -> Told:
        from pejl.queries import forecasts, goals

        with answered():
            return _over(forecasts.of_one(self.by, goals.one(self.by, goal_id, now=self.at), now=self.at))

    def turns(self) -> list[Told]:
        from pejl.queries import homes

        found = homes.asked(self.by, now=self.at)
        goals = self._told([one.row for one in found])
        return [
            {"goal": goal, **_over({"due": one.turn.due, "due_at": one.turn.due_at})}
            for goal, one in zip(goals, found, strict=True)
        ]

    def teams(self) -> list[Told]:
        from pejl.queries import directories, resources

        rows = {row.id: row for row in directories.teams(self.by)}
        return _listed(resources.team(row, rows) for row in rows.values())

    def people(self) -> list[Told]:
        from pejl.queries import directories, resources, sheets

        managers = sheets.managers(self.by)
        admin = self.by.is_admin
        return _listed(
            resources.person(row, manager=managers.get(row.id), admin=admin)
            for row in directories.people(self.by)
        )

    def periods(self) -> list[Told]:
        from pejl.queries import periods, resources

        rows = periods.every(self.by)
        current = periods.current(rows, today=self.by.today(self.at))
        return _listed(resources.period(row, current=row == current, language="en") for row in rows)

    def checkin(self, goal_id: UUID, body: Told) -> Told:
        """Raises `Refused`."""
        from pejl.queries import resources, sheets
        from pejl.services import checkins

        with answered():
            on = None if "on" not in body else date.fromisoformat(body["on"])
            said = body | {"value": self._value(goal_id, body["value"]), "on": on}
            made = checkins.post(goal_id, **said, by=self.by, at=self.at, key=f"terminal-{uuid4().hex}")
            row, _given, _stands = sheets.checkin(self.by, made)
            return {"checkin": _over(resources.checkin(row)), "goal": self.goal(goal_id)}

    def export(
        self, form: str, out: BinaryIO, *, as_of: str | None, seen: Callable[[int, int | None], None]
    ) -> None:
        """In the language of who asks. Raises `ValueError` where `as_of` is no moment."""
        from django.utils import translation

        from pejl.domain import periods
        from pejl.services import exports

        then = None if as_of is None else periods.moment(as_of, zone=self.by.zone)
        known = then if then is not None and then < self.at else None
        with translation.override(self.by.language):
            exports.write(form, self.by, out, at=self.at, as_of=known)
        seen(out.tell(), out.tell())

    def _told(self, rows: Sequence[GoalRow]) -> list[Told]:
        from pejl.queries import resources, sheets

        sources = sheets.sources(self.by, [row.id for row in rows])
        bands = sheets.workspace(self.by).bands
        return [_over(resources.goal(row, bands=bands, source=sources.get(row.id))) for row in rows]

    def _value(self, goal_id: UUID, given: Decimal | str) -> Decimal:
        """Raises `Rejected`."""
        from pejl.domain import amounts
        from pejl.domain.amounts import Ambiguous
        from pejl.domain.values import ProgressMode
        from pejl.domain.values import Refused as ByRule
        from pejl.queries import goals
        from pejl.services.errors import Rejected

        row = goals.one(self.by, goal_id, now=self.at)
        if isinstance(given, Decimal):
            return given
        try:
            unit = "%" if row.progress_mode is ProgressMode.MANUAL else row.unit
            found = amounts.parse(given, language=None, unit=unit)
        except ByRule as refused:
            raise Rejected.by_rule(refused, field="value") from refused
        if isinstance(found, Ambiguous):
            raise Rejected.one("amount.ambiguous", field="value", text=given, readings=found.readings)
        return found.value


def told(error: Any) -> Refused:
    """A `Rejected` of the services as the API tells it."""
    from pejl.services import messages

    return Refused(
        "This cannot be used as it is.",
        [{"path": one.field, "code": one.code, "message": messages.sentence(one)} for one in error.reasons],
    )


@contextmanager
def answered() -> Iterator[None]:
    """Refusals inside are those of the API."""
    from pejl.queries.scope import Forbidden, NotFound
    from pejl.services.errors import Rejected

    try:
        yield
    except Rejected as rejected:
        raise told(rejected) from rejected
    except NotFound as missing:
        raise Missing("There is no such goal here.") from missing
    except Forbidden as no:
        raise Failed("This person may not do that.") from no


def _over(one: Told) -> Told:
    """As it comes over the wire."""
    from pejl.queries import resources

    found: Told = wires.decoded(resources.encoded(one))
    return found


def _listed(found: Iterable[Told]) -> list[Told]:
    """In the order of the API, which is the one in which they were made."""
    return sorted((_over(one) for one in found), key=lambda one: str(one["id"]))


def _filters(given: dict[str, str]) -> tuple[Any, str]:
    from pejl.domain.values import Kind, Status
    from pejl.queries.listings import Filters

    kinds: dict[str, Callable[[str], Any]] = {
        "kind": Kind, "status": Status, "period": UUID, "team": UUID, "owner": UUID
    }  # fmt: skip
    order = given.get("sort", "-updated")
    named = {name: kinds.get(name, str)(one) for name, one in given.items() if name != "sort"}
    return Filters(**named), order


def _only(system: Member) -> UUID:
    from pejl.queries import directories

    found = [row for row in directories.people(system) if row.active and not row.placeholder]
    if len(found) == 1:
        return found[0].id
    raise Unclear("Say who you are with --as EMAIL.")
