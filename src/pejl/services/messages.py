"""What each refusal says to a person: one sentence for each code, that tells what to do.

The codes are raised by the domain (`Refused`), the services and the doors (`Rejected`, `Conflict`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from babel.dates import format_date
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from pejl.domain import amounts
from pejl.services import messages_plans, messages_proposals
from pejl.services.errors import Reason

MISSING: Final = "…"
_FRACTIONS: Final = frozenset({"total", "share"})
_DAY: Final = {"da": "d. MMMM y", "en": "d MMMM y"}


def sentence(reason: Reason) -> str:
    """The refusal in the language in force, with its figures written as that language writes them.

    Measured figures take the unit among the reason's own figures. A code that is not known, from a newer
    part perhaps, still gets an honest sentence.
    """
    given = dict(reason.params)
    unit = str(given.get("unit", ""))
    figures = {name: _written(name, value, unit=unit) for name, value in given.items()}
    template = SENTENCES.get(reason.code)
    if template is None:
        return gettext("This cannot be used as it is (%(code)s).") % {"code": reason.code}
    return str(template) % _Figures(figures)


class _Figures(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return MISSING


def _written(name: str, value: object, *, unit: str) -> str:
    language = _language()
    if isinstance(value, list | tuple):
        between = " → " if name == "path" else gettext(" or ")
        return between.join(_written("", one, unit=unit) for one in value)
    if isinstance(value, date):
        return format_date(value, format=_DAY[language], locale=language)
    if not isinstance(value, int | float | Decimal):
        return MISSING if value is None else str(value)
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    if name in _FRACTIONS:
        return amounts.format_percent(exact, language=language)
    return amounts.format(exact, unit=unit if isinstance(value, Decimal) else "", language=language)


def _language() -> Literal["da", "en"]:
    return "da" if (get_language() or "en").startswith("da") else "en"


_AMOUNTS: Final = {
    "amount.ambiguous": _("This can be read as %(readings)s. Write it so that only one of them is meant."),
    "amount.duration": _("Write the time with a colon, for instance %(example)s."),
    "amount.empty": _("Write a number."),
    "amount.separator": _(
        "Check the points and commas: this is not how a number is written in this language."
    ),
    "amount.unit": _("This is measured in %(unit)s. Write the number in that unit, or without a unit."),
    "amount.unreadable": _("Write it as a number, for instance 30."),
    "date.ambiguous": _("This can be %(readings)s. Write the month as a word."),
    "date.unreadable": _("Write the date as year, month and day, for instance 2026-12-31."),
    "text.empty": _("Write something here."),
    "text.long": _("This is too long. Use at most %(most)s letters."),
    "token.days": _("Choose between one day and %(most)s days."),
    "tag.many": _("Use at most %(most)s tags on one goal."),
    "choice.unknown": _("Choose one from the list."),
    "sentence.unreadable": _("Write it as: I will … as measured by … through …"),
    "once.other-input": _(
        "This form was sent before with something else in it. Open the page again and send it anew."
    ),
}
_METRICS: Final = {
    "metric.bounds": _("Write both bounds, the lower one first."),
    "metric.direction": _("The target lies the other way. Change the target, or choose the other direction."),
    "metric.needs-start": _("Write where it starts."),
    "metric.needs-target": _("Write the target as a number, for instance 30."),
    "metric.not-milestones": _("Only the kind milestones has milestones. Choose it, or leave them out."),
    "metric.number": _("Write an ordinary number, for instance 30."),
    "metric.phases": _(
        "Write the steps on the way in order of date, each nearer to the target than the one before."
    ),
    "metric.shares": _("The shares of the milestones add up to %(total)s. Let them add up to 100%%."),
    "metric.start-is-target": _("Start and target are the same. Change one of them."),
    "metric.sum": _("Only amounts in the same unit can be added up, not percentages. Turn the sum off."),
    "metric.warning-side": _("Place the warning bound on the bad side of the target."),
}
_GOALS: Final = {
    "alignment.already": _("These goals are aligned already."),
    "alignment.cycle": _("This would close a circle: %(path)s. Choose another goal to align to."),
    "alignment.parent": _("Choose the goal to align to."),
    "goal.changed": _(
        "Somebody changed this goal while you were writing. Look at what is there now and save again."
    ),
    "goal.ends-before-start": _("The end date comes before the start date. Change one of them."),
    "goal.has-checkins": _(
        "This goal has check-ins, so it stays in the record. Close it as dropped instead."
    ),
    "goal.measured-otherwise": _(
        "There are check-ins measured the other way. Write a new goal for the new measure."
    ),
    "goal.needs-metric": _("Write how it is measured, or keep the progress by hand."),
    "goal.needs-owner": _("Choose whose goal it is."),
    "goal.needs-team": _("Choose the team that the goal is for."),
    "goal.not-open": _("This goal has ended. Reopen it first."),
    "goal.not-yours-to-move": _("You cannot write goals there. Choose another place, or ask its lead."),
    "goal.sum-from-children": _("A sum comes from the goals below. Choose that, or turn the sum off."),
    "share.negative": _("A share is 0%% or more."),
    "share.over-one": _("The shares add up to %(total)s. Let them be 100%% or less."),
    "share.range": _("Write a share from 0%% to 100%%."),
    "task.only-initiatives": _("Only initiatives have tasks. Write an initiative under this goal."),
    "visibility.parent-private": _(
        "The goal above it is private, so this one is too. Align it elsewhere first."
    ),
    "milestone.future": _("A milestone is reached today or earlier. Choose another date."),
}
_ENDINGS: Final = {
    "copy.reach": _("Choose whether to copy the goal alone, with its children, or with all below it."),
    "goal.closed-already": _("%(by)s closed this goal already. Reopen it to close it otherwise."),
    "goal.open-already": _("This goal is open."),
    "grade.dropped": _("A dropped goal gets no score. Leave the score out, or close the goal instead."),
    "grade.range": _("Write a score from 0.0 to 1.0."),
    "grade.reason": _("The score differs from the computed one. Write why."),
    "period.missing": _("Choose a period."),
    "postpone.period-over": _("That period is over. Choose one that is not."),
    "postpone.reason": _("Write why it is postponed."),
    "postpone.same-period": _("The goal is in that period already. Choose another."),
}
_CHECKINS: Final = {
    "checkin.by-milestones": _("This goal goes by its milestones. Tick those that are reached."),
    "checkin.by-source": _("This goal gets its value from a data source. Leave the value out."),
    "checkin.by-tasks": _("This initiative goes by its tasks. Tick those that are done."),
    "checkin.confidence": _("Write the confidence as a whole number from 0 to 10."),
    "checkin.done": _("Write 1 for done, or 0 for not done."),
    "checkin.empty": _("Write a value, a confidence or a note."),
    "checkin.ended": _(
        "This check-in was corrected or withdrawn already. Open the goal again to see what holds now."
    ),
    "checkin.future": _("The date lies ahead. Write %(today)s or earlier."),
    "checkin.not-open": _("This goal has ended and takes no check-ins. Reopen it first."),
    "checkin.percent": _("Write how far it is in percent, from 0 to 100."),
    "checkin.rolled-up": _("This goal gets its progress from the goals under it. Check in on those instead."),
    "checkin.status": _("Choose on track, at risk or off track."),
    "checkin.twice": _("This goal stands twice in the same check-in. Leave one of them out."),
    "checkin.value": _("Write an ordinary number, for instance 30."),
    "comment.removed-already": _("This comment is removed already."),
    "mention.unknown": _("Choose somebody from this workspace."),
    "mention.unseen": _("%(name)s cannot see this goal. Let them in first, or leave them out."),
    "kpi.name-taken": _("There is a KPI called %(name)s. Choose another name."),
    "kpi.range": _("The upper bound lies under the lower one, %(lower)s. Change one of them."),
    "kpi.unit-fixed": _(
        "There are readings in the present unit, so it stays. Make a new KPI for another unit."
    ),
    "reading.future": _("The date lies ahead. Write %(today)s or earlier."),
}
_PEOPLE: Final = {
    "password.common": _("Many people use this password. Choose one that is harder to guess."),
    "password.short": _("Use at least %(least)s letters, figures or signs."),
    "password.similar": _("This is too much like the e-mail address. Choose another password."),
    "password.wrong": _("This is not your present password. Write it again."),
    "person.email": _("Write an e-mail address, for instance name@example.org."),
    "person.email-taken": _("%(email)s belongs to somebody in this workspace already. Use another address."),
    "person.erase-owner": _("%(name)s is the last owner, so they stay. Make somebody else owner first."),
    "person.has-account": _("%(name)s has an account already."),
    "person.language": _("Choose Danish or English."),
    "person.last-owner": _("%(name)s is the last owner. Make somebody else owner first."),
    "person.manager-loop": _(
        "Nobody can be their own manager, directly or further up. Choose somebody else."
    ),
    "person.merge-accounts": _(
        "Both can sign in. Take away the access of %(name)s first; that account goes when they become one."
    ),
    "person.merge-self": _("This is the same person. Choose somebody else."),
    "person.merge-who": _("%(name)s is nobody to join. Choose somebody else."),
    "person.no-account": _("%(name)s has no account yet. Invite them first."),
    "person.role": _("Choose a role."),
    "person.unknown": _("Choose people from this workspace."),
    "team.archived": _("%(name)s is archived. Restore it first, or choose another team."),
    "team.has-teams": _("%(name)s has teams under it (%(teams)s). Archive or move those first."),
    "team.loop": _("A team cannot hang under itself. Choose a team outside %(name)s."),
    "team.name-taken": _("There is a team called %(name)s in the same place. Choose another name."),
    "team.person": _("Choose a person."),
    "team.unknown": _("Choose teams from this workspace."),
}
_WORKSPACES: Final = {
    "period.backwards": _("The period ends before it starts. Choose an end date after %(start)s."),
    "period.calendar": _(
        "This period follows the calendar and stays as it is. Make one of your own instead."
    ),
    "period.has-goals": _("%(name)s has goals in its record (%(goals)s), so it stays."),
    "period.long": _("A period lasts ten years at most. Choose an earlier end date."),
    "period.name-taken": _("There is a period called %(name)s. Choose another name."),
    "period.start-month": _("Choose the month the fiscal year starts in."),
    "period.unknown": _("Choose a period from the list."),
    "rhythm.time": _("Write the time of day, for instance 09:00."),
    "rhythm.weekday": _("Choose a day of the week."),
    "rhythm.weeks": _("Choose every week, every second week or every fourth week."),
    "workspace.band": _("Write a bound from 0.0 to 1.0."),
    "workspace.bands-order": _("Amber goes on from red, so its bound lies above %(red_to)s."),
    "workspace.confirm-name": _("Write %(name)s, letter for letter."),
    "workspace.language": _("Choose Danish or English."),
    "workspace.month": _("Choose the month the fiscal year starts in."),
    "workspace.new-owner": _("Choose somebody else who can sign in here."),
    "workspace.points": _("Write a number of points from 0 to 100."),
    "workspace.points-order": _(
        "Off track is further behind than at risk, so write more than %(at_risk)s points."
    ),
    "workspace.scheme": _("Choose months, quarters, tertials or halves."),
    "workspace.slug": _("Use small letters a to z, figures and hyphens, at most 60 of them."),
    "workspace.slug-taken": _("There is a workspace called %(slug)s. Choose another short name."),
    "workspace.switch": _("Choose on or off."),
    "workspace.timezone": _("There is no time zone called %(name)s. Choose one from the list."),
}
_DUMPS: Final = {
    "file.cut-off": _("The end of this file is missing. Fetch or make it again."),
    "file.damaged": _("%(file)s in this file is not as it was written. Fetch or make the file again."),
    "file.figures": _("The figures in this file do not follow from its records (%(what)s)."),
    "file.inconsistent": _("The rows of this file do not fit together (%(what)s)."),
    "file.newer": _(
        "This file comes from a newer Pejl (%(file)s: %(name)s). Bring this one up to date first."
    ),
    "file.not-backup": _("This file is not a backup made by Pejl."),
    "file.not-empty": _("There are goals, KPIs or check-ins in this workspace. Import into an empty one."),
    "file.not-portable": _("This file is not a portable export from Pejl."),
    "file.row": _("Line %(line)s of %(file)s cannot be read (%(name)s)."),
    "file.server-not-empty": _(
        "There are accounts or workspaces on this server. Use --replace to put the backup in their place."
    ),
    "file.unreadable": _("%(file)s cannot be read: %(why)s."),
    "file.unwritable": _("%(file)s cannot be written: %(why)s."),
    "file.version": _("This file is of version %(version)s. This Pejl reads version %(known)s."),
    "file.unpacks": _("This file unpacks to more than Pejl takes in at once."),
}
_FILES: Final = {
    "file.broken-json": _("%(member)s in this file breaks off or is not JSON. Fetch the file again."),
    "file.broken-table": _("This table cannot be opened. It is cut off or damaged. Fetch or save it again."),
    "file.broken-zip": _("This ZIP cannot be opened. It is cut off or damaged. Fetch it again."),
    "file.duplicate-member": _(
        "%(member)s stands twice in this ZIP. Keep the right one and take out the other."
    ),
    "file.encrypted": _("This ZIP is locked with a password. Unpack it and pack it again without one."),
    "file.no-headings": _("There is no row of headings in this file."),
    "file.not-recognised": _(
        "There is nothing in this ZIP that Pejl knows. Choose an export from Viva Goals."
    ),
    "file.not-table": _("This file is not a table. Save it as CSV or as Excel (.xlsx)."),
    "file.old-excel": _(
        "This is an old Excel file (.xls) or has a password. Save it as .xlsx without a password."
    ),
    "file.missing": _("Choose a file."),
    "file.unknown": _(
        "Pejl cannot tell what this file holds. Choose a table of goals, or an export of a tool it knows."
    ),
    "file.too-large": _("This file is larger than Pejl reads at once, in all or in one of its parts."),
    "import.applied": _("This import is applied already, so it stays."),
    "import.gone": _("The file is no longer kept here. Give it up and choose it again."),
    "import.no-columns": _("The columns of this file cannot be chosen."),
    "profile.empty": _("Choose what at least one column is read as."),
    "profile.many": _("There are %(most)s profiles already. Remove one first."),
}
_WEBHOOKS: Final = {
    "webhook.address": _("Write the whole address, for instance https://example.org/hook, without a login."),
    "webhook.events": _("Choose what it is told."),
    "webhook.many": _("There are %(most)s webhooks already. Remove one first."),
    "webhook.stopped": _("This webhook is switched off. Switch it on again first."),
}
SENTENCES: Final[Mapping[str, str | Promise]] = {
    **_AMOUNTS,
    **_METRICS,
    **_GOALS,
    **_ENDINGS,
    **_CHECKINS,
    **_PEOPLE,
    **_WORKSPACES,
    **_DUMPS,
    **_FILES,
    **_WEBHOOKS,
    **messages_plans.SENTENCES,
    **messages_proposals.SENTENCES,
}
