from __future__ import annotations

from datetime import date, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from pejl.domain.values import PeriodKind
from pejl.models import Period
from pejl.queries import people as found
from pejl.queries.scope import Forbidden, NotFound
from pejl.services import periods, workspaces
from pejl.services.errors import Rejected
from world import World

COPENHAGEN = ZoneInfo("Europe/Copenhagen")


def codes(rejected: pytest.ExceptionInfo[Rejected]) -> list[str]:
    return [reason.code for reason in rejected.value.reasons]


def test_the_coming_year_comes_by_itself_on_the_first_day_of_the_last_quarter(world: World) -> None:
    evening = datetime(2026, 9, 30, 23, 59, tzinfo=COPENHAGEN)
    assert periods.ensure(by=world.system, at=evening) == []
    midnight = datetime(2026, 10, 1, 0, 0, tzinfo=COPENHAGEN)
    assert len(periods.ensure(by=world.member, at=midnight)) == 5
    assert periods.ensure(by=world.system, at=midnight) == []
    coming = Period.objects.filter(workspace__slug=world.slug, year=2027).order_by("start_date", "kind")
    assert [(row.kind, row.start_date, row.end_date) for row in coming] == [
        ("quarter", date(2027, 1, 1), date(2027, 3, 31)),
        ("year", date(2027, 1, 1), date(2027, 12, 31)),
        ("quarter", date(2027, 4, 1), date(2027, 6, 30)),
        ("quarter", date(2027, 7, 1), date(2027, 9, 30)),
        ("quarter", date(2027, 10, 1), date(2027, 12, 31)),
    ]


@pytest.mark.parametrize(
    ("starts", "year", "last_quarter"),
    [
        (1, (date(2026, 1, 1), date(2026, 12, 31)), date(2026, 10, 1)),
        (4, (date(2026, 4, 1), date(2027, 3, 31)), date(2027, 1, 1)),
        (7, (date(2026, 7, 1), date(2027, 6, 30)), date(2027, 4, 1)),
        (12, (date(2025, 12, 1), date(2026, 11, 30)), date(2026, 9, 1)),
    ],
)
def test_a_fiscal_year_starts_in_any_month(
    db: None, starts: int, year: tuple[date, date], last_quarter: date
) -> None:
    at = datetime(2026, 8, 17, 9, tzinfo=COPENHAGEN)
    workspaces.create("harbour", name="Harbour", fiscal_year_start=starts, at=at)
    by = found.system("harbour")
    assert Period.objects.filter(kind=PeriodKind.YEAR).values_list("start_date", "end_date").get() == year
    first_day = datetime.combine(last_quarter, datetime.min.time(), tzinfo=COPENHAGEN)
    assert len(periods.ensure(by=by, at=first_day)) == 5
    assert Period.objects.filter(kind=PeriodKind.YEAR).count() == 2


def test_asking_for_periods_that_are_there_only_reads(
    world: World, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(2):  # type: ignore[operator]
        periods.ensure(by=world.system, at=world.at)


def test_admins_make_a_period_of_their_own(world: World) -> None:
    made = periods.create(
        "Summer", start=date(2026, 6, 1), end=date(2026, 8, 31), by=world.admin, at=world.at
    )
    periods.edit(
        made, name="Long summer", start=date(2026, 5, 1), end=date(2026, 9, 15), by=world.owner, at=world.at
    )
    period = Period.objects.get(pk=made)
    assert (period.kind, period.name, period.end_date) == ("custom", "Long summer", date(2026, 9, 15))
    periods.remove(made, by=world.admin, at=world.at)
    assert not Period.objects.filter(pk=made).exists()


@pytest.mark.parametrize("who", ["lead", "member", "observer"])
def test_nobody_else_makes_periods(world: World, who: str) -> None:
    with pytest.raises(Forbidden):
        periods.create(
            "Mine", start=date(2026, 6, 1), end=date(2026, 8, 31), by=getattr(world, who), at=world.at
        )


@pytest.mark.parametrize(
    ("name", "start", "end", "code"),
    [
        ("", date(2026, 6, 1), date(2026, 8, 31), "text.empty"),
        ("Back", date(2026, 8, 31), date(2026, 6, 1), "period.backwards"),
        ("Age", date(2026, 1, 1), date(2046, 1, 1), "period.long"),
    ],
)
def test_a_period_goes_forward_and_has_a_name(
    world: World, name: str, start: date, end: date, code: str
) -> None:
    with pytest.raises(Rejected) as rejected:
        periods.create(name, start=start, end=end, by=world.admin, at=world.at)
    assert codes(rejected) == [code]


def test_a_name_is_used_once(world: World) -> None:
    periods.create("Summer", start=date(2026, 6, 1), end=date(2026, 8, 31), by=world.admin, at=world.at)
    with pytest.raises(Rejected) as rejected:
        periods.create("summer", start=date(2027, 6, 1), end=date(2027, 8, 31), by=world.admin, at=world.at)
    assert codes(rejected) == ["period.name-taken"]


def test_the_calendars_own_periods_stay_as_they_are(world: World) -> None:
    with pytest.raises(Rejected) as rejected:
        periods.remove(world.q4, by=world.admin, at=world.at)
    assert codes(rejected) == ["period.calendar"]


def test_a_period_of_another_workspace_does_not_exist_here(world: World) -> None:
    with pytest.raises(NotFound):
        periods.remove(world.q4, by=world.outsider, at=world.at)
    with pytest.raises(NotFound):
        periods.remove(uuid4(), by=world.admin, at=world.at)
