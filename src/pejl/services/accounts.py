"""Sign-ins. They stand outside the workspaces: one account may belong to several."""

from __future__ import annotations

from uuid import UUID

from pejl.models import Account

__all__ = ["Account", "by_email", "choose_language"]


def by_email(email: str) -> Account:
    found: Account = Account.objects.get(email__iexact=email.strip())
    return found


def choose_language(account_id: UUID, *, language: str) -> None:
    """The language of the pages for this account from now on."""
    Account.objects.filter(pk=account_id).update(language=language)
