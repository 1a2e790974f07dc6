"""What a person can choose from in the settings: pairs of what is stored and what it is called."""

from __future__ import annotations

import functools
from zoneinfo import available_timezones

from babel.dates import get_day_names, get_month_names
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from pejl.domain.values import PeriodKind, Role
from pejl.queries.scope import Member
from pejl.web import format as told_as

Pairs = tuple[tuple[str, str], ...]

ROLES = {
    Role.MEMBER: gettext_lazy("Member"),
    Role.OBSERVER: gettext_lazy("Observer"),
    Role.ADMIN: gettext_lazy("Administrator"),
    Role.OWNER: pgettext_lazy("role", "Owner"),
}
PERIODS = {
    PeriodKind.YEAR: gettext_lazy("Year"),
    PeriodKind.HALF: gettext_lazy("Half-year"),
    PeriodKind.TERTIAL: gettext_lazy("Tertial"),
    PeriodKind.QUARTER: gettext_lazy("Quarter"),
    PeriodKind.MONTH: gettext_lazy("Month"),
    PeriodKind.CUSTOM: gettext_lazy("Your own"),
}
_RANK = {Role.OBSERVER: 0, Role.MEMBER: 1, Role.ADMIN: 2, Role.OWNER: 3}


def languages() -> Pairs:
    """Each in its own name."""
    return (("en", "English"), ("da", "Dansk"))


@functools.cache
def zones() -> Pairs:
    """The places of the time zone database; those kept for old programs are left out."""
    names = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return (("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names))


def months() -> Pairs:
    names = get_month_names("wide", context="stand-alone", locale=told_as.language())
    return tuple((str(number), names[number].capitalize()) for number in range(1, 13))


def weekdays() -> Pairs:
    """Monday is 0."""
    names = get_day_names("wide", context="stand-alone", locale=told_as.language())
    return tuple((str(number), names[number].capitalize()) for number in range(7))


def rhythms() -> Pairs:
    return (("1", _("Every week")), ("2", _("Every second week")), ("4", _("Every fourth week")))


def schemes() -> Pairs:
    return (
        (PeriodKind.MONTH.value, _("Months")),
        (PeriodKind.QUARTER.value, _("Quarters")),
        (PeriodKind.TERTIAL.value, _("Tertials, four months each")),
        (PeriodKind.HALF.value, _("Halves")),
    )


def roles(up_to: Role) -> Pairs:
    """The roles that somebody of that role may give."""
    return tuple((role.value, str(said)) for role, said in ROLES.items() if _RANK[role] <= _RANK[up_to])


def may_manage(by: Member, role: Role) -> bool:
    """Whether the role, access and password of somebody of that role may be theirs to change."""
    return by.is_admin and _RANK[role] <= _RANK[by.role]


def role(value: str) -> str:
    return str(ROLES[Role(value)])


def period(value: str) -> str:
    return str(PERIODS[PeriodKind(value)])
