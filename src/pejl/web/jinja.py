"""The page templates' environment: translated, escaped, and refusing names that are not there."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.messages import get_messages
from django.templatetags.static import static
from django.utils import translation
from jinja2 import Environment, StrictUndefined

from pejl.web import format as told_as
from pejl.web import words


def environment(**options: Any) -> Environment:
    """Built by Django's Jinja2 backend."""
    env = Environment(  # noqa: S701 - autoescape comes in the options, from Django
        **{**options, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True},
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext,
        translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    env.globals.update(
        static=static,
        new_key=new_key,
        messages=get_messages,
        language=told_as.language,
        code=code,
        status_words=words.STATUSES,
    )
    env.filters.update(
        amount=told_as.amount,
        places=told_as.places,
        percent=told_as.percent,
        grade=told_as.grade,
        day=told_as.day,
        day_year=told_as.day_year,
        day_long=told_as.day_long,
        day_input=told_as.day_input,
        clock=told_as.clock,
        week=told_as.week,
        ago=told_as.ago,
        initials=told_as.initials,
        short=told_as.short,
    )
    return env


def new_key() -> str:
    """An idempotency key of a form: sent twice, done once."""
    return uuid.uuid4().hex


def code(value: object) -> str:
    """A stored code as it stands in the page: `on_track` → `on-track`."""
    return str(value).replace("_", "-")
