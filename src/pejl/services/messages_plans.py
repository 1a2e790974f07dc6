"""What is said about a file of OKRs: what cannot be used in it, and the coach's advice on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_YAML: Final = {
    "yaml.alias": _("Anchors and aliases (& and *) are not read. Write it out."),
    "yaml.deep": _("This is nested deeper than %(most)s levels."),
    "yaml.encoding": _("This is not UTF-8. Save the file as UTF-8."),
    "yaml.large": _("This file is larger than %(most)s MB. Split it."),
    "yaml.name": _("The name of a field is a word. Put braces or brackets in quotes."),
    "yaml.several": _("There is a second document in this file. Keep one."),
    "yaml.syntax": _("This is not YAML: %(why)s."),
    "yaml.tag": _("YAML tags are not read. Leave it out."),
    "yaml.twice": _("%(name)s stands twice here. Keep one of them."),
}
_SCHEMA: Final = {
    "schema.both": _("Write %(one)s or %(other)s, not both."),
    "schema.choice": _("Choose one of these: %(choices)s."),
    "schema.id": _("This is not the id of a goal."),
    "schema.list": _("Write a list here."),
    "schema.mapping": _("Write fields with values here, as in key: value."),
    "schema.missing": _("The field %(name)s is missing."),
    "schema.text": _("Write a text here."),
    "schema.truth": _("Write true or false."),
    "schema.unknown": _("There is no field %(name)s here."),
    "figure.grouped": _("%(text)s is read as a number with decimals. Write thousands without a point."),
    "id.twice": _("This id stands at line %(line)s already."),
    "key.form": _("A key has letters, figures, points, hyphens and underscores, at most 100 of them."),
    "key.twice": _("The key %(key)s stands at line %(line)s already. Choose another."),
    "period.form": _("Write %(text)s as 2026, 2026-H1, 2026-T2, 2026-Q4 or 2026-10."),
    "reference.elsewhere": _("%(goal)s is not in this file. It is looked for in the workspace."),
    "reference.self": _("A goal does not support itself."),
    "reference.twice": _("%(goal)s is above this goal already."),
}
_ADVICE: Final = {
    "kr.no-deadline": _("This key result has no deadline. Write due, or a period."),
    "kr.no-owner": _("Nobody owns this key result. Write owner."),
    "kr.no-start": _("This key result says to but not from. Write where it starts."),
    "kr.no-target": _("This key result has no target, so it is a draft. Write to."),
    "okr.few-initiatives": _("Initiatives of this objective: %(count)s. Three to five are usual."),
    "okr.few-key-results": _("Key results of this objective: %(count)s. Three to five are usual."),
    "okr.many-initiatives": _("Initiatives of this objective: %(count)s. Fewer are easier to follow."),
    "okr.many-key-results": _("Key results of this objective: %(count)s. Fewer are easier to follow."),
    "okr.no-ambition": _("Write ambition: committed or aspirational."),
    "okr.unaligned": _("This objective supports no other. Write supports."),
    "set.many-objectives": _("%(team)s has more than five objectives in one period."),
}
_PLANS: Final = {
    "plan.empty": _("There is nothing in this file."),
    "plan.goal-unknown": _("There is no goal with the id %(id)s here. Leave the id out for a new goal."),
    "plan.milestone-unknown": _("A milestone is named by an id that is none of this goal, or twice."),
    "plan.moved": _("The file or the goals changed since this plan was made. Make the plan again."),
    "plan.other-kind": _("%(title)s is a goal of another kind. Move the entry, or leave the id out."),
    "plan.period-unknown": _("There is no period %(name)s here."),
    "plan.reference-unknown": _("There is no open goal %(goal)s, neither in this file nor in the workspace."),
    "plan.several": _("%(name)s fits more than one. Write the e-mail, the id, or rename one."),
    "plan.team-unknown": _("There is no team called %(name)s here."),
    "plan.workspace": _("This file is for the workspace %(name)s. This one is %(here)s."),
}
SENTENCES: Final[Mapping[str, str | Promise]] = {**_YAML, **_SCHEMA, **_ADVICE, **_PLANS}
