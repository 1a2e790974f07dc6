"""Columns that keep what was given: exact decimals, time-ordered keys, closed sets of words."""

from __future__ import annotations

import uuid
from decimal import Decimal
from enum import StrEnum
from typing import Any

import uuid_utils.compat
from django.db import models
from django.utils.translation import gettext, gettext_noop

FORMER = gettext_noop("Former colleague")


def new_id() -> uuid.UUID:
    """A UUIDv7: unique, and ordered by the moment it was made."""
    made: uuid.UUID = uuid_utils.compat.uuid7()
    return made


class Id(models.UUIDField):  # type: ignore[type-arg]
    """The primary key of every row."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("primary_key", True)
        options.setdefault("default", new_id)
        options.setdefault("editable", False)
        super().__init__(**options)


class ExactDecimal(models.Field):  # type: ignore[type-arg]
    """A measured number, digit for digit. SQLite would make a float of a decimal, so it is text there."""

    def db_type(self, connection: Any) -> str:
        return "numeric" if connection.vendor == "postgresql" else "text"

    def get_internal_type(self) -> str:
        return "ExactDecimal"

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> Decimal | None:
        return None if value is None else Decimal(value)

    def to_python(self, value: Any) -> Decimal | None:
        return None if value is None else Decimal(value)

    def get_prep_value(self, value: Any) -> Any:
        if value is None or isinstance(value, Decimal):
            return value
        return Decimal(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = value if prepared else self.get_prep_value(value)
        if value is None or connection.vendor == "postgresql":
            return value
        return format(value, "f") if isinstance(value, Decimal) else str(value)


class Word(models.CharField):  # type: ignore[type-arg]
    """One word of a closed set; the database refuses any other."""

    def __init__(self, words: type[StrEnum] | None = None, **options: Any) -> None:
        if words is not None:
            options.setdefault("choices", [(word.value, word.value) for word in words])
        options.setdefault("max_length", 20)
        super().__init__(**options)


class PersonName(models.CharField):  # type: ignore[type-arg]
    """What a person is called. One who was erased has `FORMER` for a name in the table, and is read, wherever
    the name is read, in the language of whoever reads; written again it is `FORMER`."""

    def deconstruct(self) -> Any:
        """To the database it is text like any other."""
        name, _, words, options = super().deconstruct()
        return name, "django.db.models.CharField", words, options

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> Any:
        return gettext(FORMER) if value == FORMER else value

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return FORMER if value == gettext(FORMER) else value
