"""What others did, in sentences: the name in front and the goal as a link are part of each sentence."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pejl.domain.values import Kind
from pejl.queries.events import EventGoal, EventRow
from pejl.web import format as told_as
from pejl.web import goalwords

MOST_LETTERS = 180

SENTENCES: dict[str, Any] = {
    "checkin.posted": gettext_lazy("%(who)s checked in on %(goal)s"),
    "comment.posted": gettext_lazy("%(who)s commented on %(goal)s"),
    "goal.closed": gettext_lazy("%(who)s closed %(goal)s"),
    "goal.dropped": gettext_lazy("%(who)s dropped %(goal)s"),
    "goal.postponed": gettext_lazy("%(who)s postponed %(goal)s"),
    "goal.reopened": gettext_lazy("%(who)s opened %(goal)s again"),
    "goal.edited": gettext_lazy("%(who)s changed %(goal)s"),
    "goal.aligned": gettext_lazy("%(who)s aligned %(goal)s"),
}
CREATED: dict[Kind, Any] = {
    Kind.OBJECTIVE: gettext_lazy("%(who)s wrote the objective %(goal)s"),
    Kind.KEY_RESULT: gettext_lazy("%(who)s wrote the key result %(goal)s"),
    Kind.INITIATIVE: gettext_lazy("%(who)s added the initiative %(goal)s"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """`sentence` is safe HTML with its links; `text` is what was written, shortened."""

    sentence: SafeString
    text: str
    row: EventRow


def items(rows: tuple[EventRow, ...]) -> tuple[Item, ...]:
    return tuple(Item(sentence(row), _short(row.text), row) for row in rows)


def sentence(row: EventRow) -> SafeString:
    """ "<b>Alma Berg</b> checked in on <a…>Support requests</a>, now 75"."""
    who = format_html("<b>{}</b>", row.by or _("Pejl"))
    if row.goal is None:
        return _kpi(row)
    told = {"who": who, "goal": _link(row.goal)}
    if row.verb == "goal.created":
        return _filled(CREATED[row.goal.kind], told)
    if row.verb == "goal.aligned" and row.other is not None:
        return _filled(_("%(who)s aligned %(goal)s to %(other)s"), {**told, "other": _link(row.other)})
    if row.verb == "checkin.posted" and row.value is not None:
        now = goalwords.value(row.value, unit=row.data.get("unit") or "", metric_kind=row.goal.metric_kind)
        return _filled(_("%(who)s checked in on %(goal)s, now %(value)s"), {**told, "value": now})
    return _filled(SENTENCES[row.verb], told)


def _kpi(row: EventRow) -> SafeString:
    name = _anchor(f"/kpis/{row.kpi}", str(row.data["name"]))
    value = told_as.amount(Decimal(row.data["value"]), row.data["unit"])
    return _filled(_("The KPI %(name)s left its range, now %(value)s"), {"name": name, "value": value})


def _link(goal: EventGoal) -> SafeString:
    return _anchor(f"/goals/{goal.id}", goal.title)


def _anchor(url: str, text: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', url, text)


def _filled(pattern: Any, parts: dict[str, Any]) -> SafeString:
    """The translated sentence with each part in its place, escaped."""
    template = str(pattern).replace("{", "{{").replace("}", "}}")
    for name in parts:
        template = template.replace(f"%({name})s", f"{{{name}}}")
    return format_html(template, **parts)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1].rsplit(" ", 1)[0] + "…"
