"""Numbers, dates and spans of time in the reader's language: the one place where they become text.

>>> from django.utils import translation
>>> with translation.override("da"):
...     amount(Decimal("12000000"), "USD"), percent(0.5), day(date(2026, 8, 18))
('12 mio. USD', '50\\xa0%', '18. aug.')
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from babel import dates
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pejl.domain import amounts, periods

LOCALES = {"da": "da", "en": "en_GB"}
SPOKEN_AS_DAY = 7
CHANCE_STEP = 5  # a chance is never known better than to so many points of a hundred


def language() -> amounts.Language:
    """The reader's language."""
    return "da" if (translation.get_language() or "en").startswith("da") else "en"


def amount(value: Decimal | None, unit: str = "", places: int = 0) -> str:
    """A measured number in its own unit, with at least `places` decimals; "–" for none."""
    return "–" if value is None else amounts.format(value, unit=unit, language=language(), places=places)


def places(values: Iterable[Decimal | None]) -> int:
    """The decimals that a column of these numbers needs, for its decimal marks to be in line."""
    return max((0, *(-int(one.normalize().as_tuple().exponent) for one in values if one)))


def percent(fraction: float | Decimal | None) -> str:
    """A fraction as whole per cent; "–" for none, which is not 0 %."""
    return "–" if fraction is None else amounts.format_percent(fraction, language=language())


def percents(low: float, high: float) -> str:
    """A range of fractions: 76–99%, 76–99 %."""
    first, last = percent(low), percent(high)
    if first == last:
        return first
    return f"{first}–{last}" if low < 0 else f"{first.rstrip('%').rstrip()}–{last}"


def chance(fraction: float, *, bare: bool = False) -> str:
    """A chance in words, to the nearest five points: about 60% (`bare`: 60%); under 5%, over 95%."""
    if fraction * 100 < CHANCE_STEP:
        return _("under %(chance)s") % {"chance": percent(CHANCE_STEP / 100)}
    if fraction * 100 > 100 - CHANCE_STEP:
        return _("over %(chance)s") % {"chance": percent(1 - CHANCE_STEP / 100)}
    steps = (Decimal(str(fraction)) * 100 / CHANCE_STEP).quantize(Decimal(1), ROUND_HALF_UP)
    near = percent(steps * CHANCE_STEP / 100)
    return near if bare else _("about %(chance)s") % {"chance": near}


def grade(value: Decimal | None) -> str:
    """Always two decimals: 0.7 → "0.70" and "0,70"."""
    return "–" if value is None else amounts.format(value, language=language(), places=2)


def day(value: date | datetime | None) -> str:
    """18 Aug, 18. aug."""
    return _written(value, {"en": "d MMM", "da": "d. MMM"})


def day_year(value: date | datetime | None) -> str:
    """18 Aug 2026, 18. aug. 2026."""
    return _written(value, {"en": "d MMM y", "da": "d. MMM y"})


def day_long(value: date | datetime | None) -> str:
    """Tuesday 18 August 2026, Tirsdag 18. august 2026."""
    text = _written(value, {"en": "EEEE d MMMM y", "da": "EEEE d. MMMM y"})
    return text[:1].upper() + text[1:]


def day_input(value: date | None) -> str:
    """As a date field takes it."""
    return "" if value is None else value.isoformat()


def clock(value: datetime, zone: ZoneInfo | None = None) -> str:
    """09:12, 09.12."""
    local = value.astimezone(zone) if zone else value
    return dates.format_time(local, "HH.mm" if language() == "da" else "HH:mm", locale=_locale())


def week(value: date) -> str:
    """week 47, uge 47 (ISO)."""
    return _("week %(number)s") % {"number": periods.iso_week(value)[1]}


def ago(value: datetime, now: datetime) -> str:
    """How long since, in the largest fitting unit; a date once it is more than a week."""
    passed = now - value
    if passed < timedelta(minutes=1):
        return _("just now")
    if passed < timedelta(hours=1):
        minutes = int(passed.total_seconds() // 60)
        return ngettext("%(count)s minute ago", "%(count)s minutes ago", minutes) % {"count": minutes}
    if passed < timedelta(days=1):
        hours = int(passed.total_seconds() // 3600)
        return ngettext("%(count)s hour ago", "%(count)s hours ago", hours) % {"count": hours}
    if passed.days == 1:
        return _("yesterday")
    if passed.days < SPOKEN_AS_DAY:
        return ngettext("%(count)s day ago", "%(count)s days ago", passed.days) % {"count": passed.days}
    return day(value) if value.year == now.year else day_year(value)


def initials(name: str) -> str:
    """Two letters for a small round picture; of somebody who was erased none."""
    if name == _("Former colleague"):
        return "–"
    words = [word for word in name.split() if word[:1].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + words[-1][0]).upper() if len(words) > 1 else words[0][:2].capitalize()


def short(name: str) -> str:
    """Two capitals for a team."""
    words = [word for word in name.split() if word[:1].isalnum()]
    letters = "".join(word[0] for word in words[:2]) if len(words) > 1 else name.strip()[:2]
    return letters.upper()


def _written(value: date | datetime | None, forms: dict[str, str]) -> str:
    return "–" if value is None else dates.format_date(value, forms[language()], locale=_locale())


def _locale() -> str:
    return LOCALES[language()]
