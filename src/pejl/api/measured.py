"""Measured numbers in bodies: JSON numbers, or text as people write it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header
from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from pejl.domain import amounts
from pejl.domain.amounts import Ambiguous, Amount, Language
from pejl.domain.values import Refused
from pejl.services.errors import Rejected

_TONGUES: dict[str, Language] = {"da": "da", "nb": "da", "nn": "da", "no": "da", "en": "en"}


def _number_or_text(given: Any) -> Any:
    """Anything else is refused as one thing, not as no number and as no text."""
    if given is not None and (isinstance(given, bool) or not isinstance(given, int | float | Decimal | str)):
        raise PydanticCustomError("decimal_type", "a number or text")
    return given


Figure = Annotated[
    Decimal | str,
    BeforeValidator(_number_or_text),
    WithJsonSchema({
        "anyOf": [{"type": "number"}, {"type": "string", "minLength": 1, "maxLength": amounts.LONGEST}],
        "description": 'A number, or text as people write it: "12 mio.", "2:37"',
    }),
]  # fmt: skip


def read(request: HttpRequest, given: Decimal | str, *, unit: str, field: str) -> Decimal:
    """The number; text is read in the language of `Accept-Language`. Raises `Rejected` at `field`, with both
    readings where no language is asked for and the text has two."""
    return amount(request, given, unit=unit, field=field).value


def amount(request: HttpRequest, given: Decimal | str, *, unit: str, field: str) -> Amount:
    """The number with the unit that is named in the text. Raises `Rejected` as :func:`read` does."""
    if isinstance(given, Decimal):
        return Amount(given, None)
    try:
        found = amounts.parse(given, language=language(request), unit=unit)
    except Refused as refused:
        raise Rejected.by_rule(refused, field=field) from refused
    if isinstance(found, Ambiguous):
        raise Rejected.one("amount.ambiguous", field=field, text=given, readings=found.readings)
    return found


def language(request: HttpRequest) -> Language | None:
    """The first of the two that the caller asks for; None for neither."""
    asked = parse_accept_lang_header(request.headers.get("Accept-Language", "").lower())
    return next((_TONGUES[tongue[:2]] for tongue, _ in asked if tongue[:2] in _TONGUES), None)
