"""Amounts and dates as people write them, read without guessing and written back exactly.

    value = sign · figure · scale,   and   parse(format(x)) = x

A point and a comma mean different things in Danish and English, so reading needs a language; where
none is known, a text with two readings is answered with both.

>>> parse("12 mio. kr.", language="da")
Amount(value=Decimal('12000000'), unit='DKK')
>>> parse("2:37", language="en", unit="m:ss").value
Decimal('157')
>>> parse("3.478", language=None)
Ambiguous(readings=(Decimal('3478'), Decimal('3.478')))
>>> format(Decimal("1200000000"), unit="USD", language="da")
'1,2 mia. USD'
"""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Literal, NoReturn

from pejl.domain.values import Refused

Language = Literal["da", "en"]

LONGEST = 64
DURATIONS = ("m:ss", "h:mm")
CURRENCIES = ("USD", "DKK", "EUR", "GBP", "SEK", "NOK", "CHF", "PLN", "ISK", "CAD", "AUD", "JPY")


@dataclass(frozen=True, slots=True)
class Amount:
    """A value in its unit. ``unit`` is None where the text names none; durations are in seconds."""

    value: Decimal
    unit: str | None


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A text that can be read in several ways; ``readings`` holds each value once."""

    readings: tuple[Decimal, ...]


_MINUS = "\N{MINUS SIGN}"
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
_LANGUAGES: tuple[Language, ...] = ("da", "en")
_DECIMAL: dict[Language, str] = {"da": ",", "en": "."}
_GROUP: dict[Language, str] = {"da": ".", "en": ","}
_CROWNS = ("DKK", "SEK", "NOK")
_PERCENT = ("%", "percent", "per cent", "pct", "pct.", "procent")
_POINTS = (
    "pp", "p.p.", "%-point", "pct.point", "pct. point", "pct.-point", "procentpoint",
    "percentage point", "percentage points",
)  # fmt: skip
_UNITS = (
    dict.fromkeys(_PERCENT, "%")
    | dict.fromkeys(_POINTS, "pp")
    | dict.fromkeys(("kr", "kr.", "kroner"), "DKK")
    | dict.fromkeys(("$", "us$", "dollar", "dollars"), "USD")
    | dict.fromkeys(("€", "euro", "euros"), "EUR")
    | {"£": "GBP"}
    | {code.casefold(): code for code in CURRENCIES}
)
_POWERS = (
    dict.fromkeys(("k", "thousand", "tusind", "tus."), 3)
    | dict.fromkeys(("M", "mn", "mio", "mio.", "mill.", "million", "millions", "millioner"), 6)
    | dict.fromkeys(("B", "bn", "mia", "mia.", "milliard", "milliarder"), 9)
    | {"tn": 12}
)
# The long scale: a Danish billion is a thousand English ones.
_OWN_POWERS: dict[Language, dict[str, int]] = {
    "da": dict.fromkeys(("billion", "billioner"), 12) | dict.fromkeys(("trillion", "trillioner"), 18),
    "en": dict.fromkeys(("billion", "billions"), 9) | dict.fromkeys(("trillion", "trillions"), 12),
}
_MONEY_POWERS = {"m": 6, "b": 9}  # metres or minutes, bits or billions: clear only beside a currency
_WORDS = {
    word: number
    for number, words in enumerate(
        (
            "zero nul", "one en et én ét", "two to", "three tre", "four fire", "five fem", "six seks",
            "seven syv", "eight otte", "nine ni", "ten ti", "eleven elleve", "twelve tolv",
        )
    )
    for word in words.split()
}  # fmt: skip
_SHAPE = re.compile(
    rf"(?P<outer>-)? ?(?P<mark>US\$|[$€£]|(?:{'|'.join(CURRENCIES)}|kr\.?)(?![^\W\d_]))? ?(?P<inner>-)? ?"
    r"(?P<figure>[0-9]{1,3}(?: [0-9]{3})+(?![0-9])(?:[.,][0-9]+)?|[0-9]+(?:[.,][0-9]+)*|[^\W\d_]+)"
    r"(?P<tail>.*)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?P<scale>mio\.?|mia\.?|mill\.|tus\.|[^\W\d_]+)(?: (?P<apart>.+)|(?<=\.)(?P<joined>.+)|$)",
    re.IGNORECASE,
)
_THOUSAND_CROWNS = re.compile(r"t\.? ?kr\.?", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_][^,;:<>=+*→]*")
_PARTS = r"(?P<sign>-?) ?(?P<high>[0-9]+):(?P<low>[0-5][0-9]"
_CLOCK = {
    "m:ss": re.compile(_PARTS + r"(?P<rest>[.,][0-9]+)?)"),
    "h:mm": re.compile(_PARTS + r")(?::(?P<rest>[0-5][0-9](?:[.,][0-9]+)?))?"),
}


def parse(text: str, *, language: Language | None, unit: str = "") -> Amount | Ambiguous:
    """The amount in ``text``, checked against the metric's ``unit`` ("" takes any).

    With a duration unit the value is in seconds. Without a language a text that Danish and English
    read differently is :class:`Ambiguous`. Raises :class:`Refused` with field ``value`` and one of
    ``amount.empty``, ``amount.unreadable``, ``amount.separator`` (the other language's decimal sign),
    ``amount.unit`` (another unit than the metric's), ``amount.duration`` (no clock figure where one is due).
    """
    cleaned = _cleaned(text)
    if unit in _CLOCK:
        return Amount(_seconds(cleaned, unit=unit, language=language), unit)
    if language is not None:
        return _read(cleaned, language=language, unit=_spaced(unit))
    return _read_either(cleaned, unit=_spaced(unit))


def format(  # noqa: A001 - the pair of parse, called as amounts.format
    value: Decimal, *, unit: str = "", language: Language, short: bool = False, places: int = 0
) -> str:
    """``value`` in the reader's language, exact: nothing is rounded away.

    Money from a million on is written in millions or thousands of millions where three decimals
    hold it; ``short`` does the same for plain numbers and word units. ``places`` is the fewest decimals
    of a plain number or a percentage, so that a column of them stands aligned.

    >>> format(Decimal(30000), unit="USD", language="en"), format(Decimal("2.4"), unit="pp", language="da")
    ('USD 30,000', '2,4 procentpoint')
    >>> format(Decimal(157), unit="m:ss", language="da")
    '2:37'
    """
    if unit in _CLOCK:
        return _clock(value, unit=unit, language=language)
    if unit in CURRENCIES:
        return _money(value, code=unit, language=language)
    number = _number(value, language=language, places=places)
    if unit == "%":
        return number + ("%" if language == "en" else f"{_NO_BREAK_SPACE}%")
    if unit == "pp":
        return f"{number} {'pp' if language == 'en' else 'procentpoint'}"
    figure = _scaled(value, language=language) if short else number
    return f"{figure} {unit}" if unit else figure


def format_percent(fraction: float | Decimal, *, language: Language) -> str:
    """A progress fraction as whole percent, rounded half up.

    >>> format_percent(0.505, language="en"), format_percent(1.26, language="en")
    ('51%', '126%')
    """
    # Nine decimals are what progress is kept to; beyond them is the noise of binary fractions.
    exact = fraction if isinstance(fraction, Decimal) else Decimal(str(round(fraction, 9)))
    return format((exact * 100).quantize(Decimal(1), ROUND_HALF_UP), unit="%", language=language)


def parse_date(text: str, *, language: Language | None) -> date:
    """The day in ``text``: ISO, figures in local order, or a month's name in either language.

    Day and month in figures come in both orders in English: where both readings are days,
    ``date.ambiguous`` is raised with them as ``readings``; anything else is ``date.unreadable``.

    >>> parse_date("18. august 2026", language="da")
    datetime.date(2026, 8, 18)
    """
    cleaned = _spaced(text).rstrip(".") if len(text) <= LONGEST else ""
    if found := _ISO.fullmatch(cleaned):
        days = _days([(found["year"], found["month"], found["day"])])
    elif found := _FIGURES.fullmatch(cleaned):
        orders = [(found["year"], found["second"], found["first"])]
        if language != "da" and found["sign"] != ".":
            orders.append((found["year"], found["first"], found["second"]))
        days = _days(orders)
    elif found := _DAY_FIRST.fullmatch(cleaned) or _MONTH_FIRST.fullmatch(cleaned):
        month = _MONTHS.get(found["month"].casefold(), 0)
        days = _days([(found["year"], str(month), found["day"])])
    else:
        days = []
    if not days:
        raise Refused("date.unreadable", field="date", text=text[:LONGEST])
    if len(days) > 1:
        raise Refused("date.ambiguous", field="date", text=text, readings=tuple(days))
    return days[0]


_ISO = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
_FIGURES = re.compile(
    r"(?P<first>[0-9]{1,2})(?P<sign>[./-])(?P<second>[0-9]{1,2})(?P=sign)(?P<year>[0-9]{4})"
)
_DAY_FIRST = re.compile(
    r"(?P<day>[0-9]{1,2})(?:\.|st|nd|rd|th)? ?(?P<month>[^\W\d_]+)\.?,? (?P<year>[0-9]{4})"
)
_MONTH_FIRST = re.compile(r"(?P<month>[^\W\d_]+)\.? (?P<day>[0-9]{1,2})(?:st|nd|rd|th)?,? (?P<year>[0-9]{4})")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january januar jan", "february februar feb", "march marts mar", "april apr", "may maj",
            "june juni jun", "july juli jul", "august aug", "september sep sept", "october oktober oct okt",
            "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip


def _days(orders: list[tuple[str, str, str]]) -> list[date]:
    found: list[date] = []
    for year, month, day in orders:
        try:
            read = date(int(year), int(month), int(day))
        except ValueError:
            continue
        if read not in found:
            found.append(read)
    return found


def _spaced(text: str) -> str:
    return " ".join(text.replace(_MINUS, "-").split())


def _cleaned(text: str) -> str:
    if len(text) > LONGEST:
        _refuse("amount.unreadable", text)
    cleaned = _spaced(text)
    if not cleaned:
        _refuse("amount.empty", text)
    return cleaned


def _refuse(code: str, text: str, **params: object) -> NoReturn:
    raise Refused(code, field="value", text=text[:LONGEST], **params)


def _read_either(text: str, *, unit: str) -> Amount | Ambiguous:
    answers: list[Amount | Ambiguous] = []
    refusal: Refused | None = None
    for language in _LANGUAGES:
        try:
            answers.append(_read(text, language=language, unit=unit))
        except Refused as no:
            refusal = no
    if refusal is not None and not answers:
        raise refusal
    values = [v for a in answers for v in ((a.value,) if isinstance(a, Amount) else a.readings)]
    readings = tuple(dict.fromkeys(values))
    first = answers[0]
    return first if len(readings) == 1 else Ambiguous(readings)


def _read(text: str, *, language: Language, unit: str) -> Amount | Ambiguous:
    shape = _SHAPE.fullmatch(text)
    if shape is None or (shape["outer"] and shape["inner"]):
        _refuse("amount.unreadable", text)
    digits = _digits(shape["figure"], text=text, language=language)
    sign = "-" if shape["outer"] or shape["inner"] else ""
    mark = _agreed(shape["mark"], text=text, unit=unit)
    tail = shape["tail"].strip()
    money = mark is not None or _UNITS.get(unit.casefold()) in CURRENCIES
    power, word = _scale(tail, language=language, unit=unit, money=money)
    named = _agreed(word, text=text, unit=unit)
    if mark is not None and named is not None and mark != named:
        _refuse("amount.unreadable", text)
    if word is not None and word in _MONEY_POWERS and not _same(word, unit):
        return Ambiguous((_value(sign, digits, 0), _value(sign, digits, _MONEY_POWERS[tail])))
    return Amount(_value(sign, digits, power), mark or named)


def _value(sign: str, digits: str, power: int) -> Decimal:
    # Through the constructor, which is exact; arithmetic would round to the context's 28 digits.
    value = Decimal(f"{Decimal(f'{sign}{digits}E{power}'):f}")
    return value or Decimal(0)


def _digits(figure: str, *, text: str, language: Language) -> str:
    """The figure with a point for the decimals and nothing between the thousands."""
    if not figure[0].isascii() or not figure[0].isdigit():
        number = _WORDS.get(figure.casefold())
        return str(number) if number is not None else _refuse("amount.unreadable", text)
    group, decimal = re.escape(_GROUP[language]), re.escape(_DECIMAL[language])
    grouped = rf"[1-9][0-9]{{0,2}}(?:(?:{group}[0-9]{{3}})+|(?: [0-9]{{3}})+)"
    if not re.fullmatch(rf"(?:[0-9]+|{grouped})(?:{decimal}[0-9]+)?", figure):
        _refuse("amount.separator", text, language=language)
    return figure.replace(_GROUP[language], "").replace(" ", "").replace(_DECIMAL[language], ".")


def _scale(tail: str, *, language: Language, unit: str, money: bool) -> tuple[int, str | None]:
    """What stands after the figure, as a power of ten and the unit's word."""
    # One letter keeps its case: 12 m is a length, 12M a figure.
    if not tail or tail == unit or (len(unit) > 1 and tail.casefold() == unit.casefold()):
        return 0, tail or None
    if _THOUSAND_CROWNS.fullmatch(tail):
        return 3, "kr."
    found = _TAIL.fullmatch(tail)
    if found is None:
        return 0, tail
    word = found["apart"] or found["joined"]
    beside_money = money or _UNITS.get((word or "").casefold()) in CURRENCIES
    power = _power(found["scale"], language=language, money=beside_money)
    return (0, tail) if power is None else (power, word)


def _power(scale: str, *, language: Language, money: bool) -> int | None:
    if scale in _MONEY_POWERS:
        return _MONEY_POWERS[scale] if money else None
    name = scale if scale in ("M", "B") else scale.casefold()
    return _POWERS.get(name, _OWN_POWERS[language].get(name))


def _agreed(word: str | None, *, text: str, unit: str) -> str | None:
    """The unit that ``word`` names: the metric's own where they agree."""
    if word is None:
        return None
    if unit and _same(word, unit):
        return unit
    known = _UNITS.get(word.casefold())
    if known is None and (not _WORD.fullmatch(word) or any(sign.isnumeric() for sign in word)):
        _refuse("amount.unreadable", text)
    if unit:
        _refuse("amount.unit", text, unit=unit, written=word)
    return known or word


def _same(word: str, unit: str) -> bool:
    a, b = sorted((word.casefold(), unit.casefold()), key=len)
    known, wanted = _UNITS.get(word.casefold()), _UNITS.get(unit.casefold())
    if known or wanted:
        return known == wanted or (word.casefold() in ("kr", "kr.", "kroner") and wanted in _CROWNS)
    # One hour, two hours; en time, to timer.
    return a == b or (len(a) > 1 and b in {a + end for end in ("s", "es", "e", "r", "er")})


def _seconds(text: str, *, unit: str, language: Language | None) -> Decimal:
    found = _CLOCK[unit].fullmatch(text)
    if found is None:
        _refuse("amount.duration", text, example="2:37" if unit == "m:ss" else "4:05")
    decimal = _DECIMAL[language] if language else None
    if decimal and any(sign in text for sign in ".," if sign != decimal):
        _refuse("amount.separator", text, language=language)
    small = Decimal((found["rest"] or "0").replace(",", ".")) if unit == "h:mm" else Decimal(0)
    low = Decimal(found["low"].replace(",", "."))
    with _exactly():
        seconds = (int(found["high"]) * 60 + low) * (60 if unit == "h:mm" else 1) + small
        return -seconds if found["sign"] and seconds else seconds


def _exactly() -> AbstractContextManager[object]:
    """Arithmetic that loses no digit of anything that can be typed."""
    return localcontext(Context(prec=4 * LONGEST))


def _clock(value: Decimal, *, unit: str, language: Language) -> str:
    sign = _MINUS if value < 0 else ""
    with _exactly():
        minutes, seconds = divmod(abs(value), 60)
    tail = f"{seconds:f}".partition(".")[2].rstrip("0")
    low = f"{int(seconds):02d}" + (_DECIMAL[language] + tail if tail else "")
    if unit == "m:ss":
        return f"{sign}{int(minutes)}:{low}"
    hours, rest = divmod(int(minutes), 60)
    return f"{sign}{hours}:{rest:02d}" + (f":{low}" if seconds else "")


def _money(value: Decimal, *, code: str, language: Language) -> str:
    figure = _scaled(value, language=language)
    return f"{code} {figure}" if language == "en" else f"{figure} {code}"


def _scaled(value: Decimal, *, language: Language) -> str:
    names: dict[Language, tuple[str, str]] = {"da": (" mia.", " mio."), "en": ("bn", "M")}
    for power, name in zip((9, 6), names[language], strict=True):
        with _exactly():
            if abs(value) >= 10**power and value % 10 ** (power - 3) == 0:
                return _number(value.scaleb(-power), language=language) + name
    return _number(value, language=language)


def _number(value: Decimal, *, language: Language, places: int = 0) -> str:
    whole, _, decimals = f"{value.copy_abs():,f}".partition(".")
    decimals = decimals.rstrip("0").ljust(places, "0")
    sign = _MINUS if value < 0 else ""
    return sign + whole.replace(",", _GROUP[language]) + (_DECIMAL[language] + decimals if decimals else "")
