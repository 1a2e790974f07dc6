"""What is said about a proposed write that cannot be applied or undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: Final[Mapping[str, str | Promise]] = {
    "proposal.foreign": _("Somebody else made this proposal, and only they can apply or undo it."),
    "proposal.moved": _("%(title)s changed since this was proposed. Propose it again."),
    "proposal.old": _("This proposal is more than a day old. Propose it again."),
    "proposal.not-applied": _("This proposal was never applied, so there is nothing to undo."),
    "proposal.is-undo": _("This took something back already. Propose the change again instead."),
    "proposal.undone": _("This was undone already."),
    "proposal.undo-moved": _("%(title)s changed since then, so this cannot be undone."),
    "proposal.nothing": _("There is nothing left to undo."),
}
