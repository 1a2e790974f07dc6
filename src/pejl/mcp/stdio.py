"""The protocol over standard input and output, on the data folder."""

from __future__ import annotations

from uuid import UUID

from asgiref.sync import async_to_sync
from django.db import close_old_connections
from django.utils import timezone
from django.utils.translation import gettext as _
from mcp.server.stdio import stdio_server

from pejl.mcp import servers
from pejl.mcp.callers import Caller, Knock, Refused
from pejl.queries import people
from pejl.queries import tokens as tokens_read


def person(slug: str, person_id: UUID) -> Knock:
    """Somebody of that workspace, as they are at each message."""

    def knock() -> Caller:
        by = people.present(slug, person_id)
        if by is None:
            raise Refused(_("There is no such person here any more."))
        return Caller(by, timezone.now(), writes=True)

    return knock


def holder(token: str) -> Knock:
    """Who the token stands for, as long as it holds."""

    def knock() -> Caller:
        now = timezone.now()
        found = tokens_read.holder(token, now=now)
        if found is None:
            raise Refused(_("The token is not valid, or no longer."))
        return Caller(found.member, now, writes=found.writes)

    return knock


def serve(knock: Knock) -> None:
    """Until the other end closes. Whatever else is printed meanwhile goes to standard error."""

    def fresh() -> Caller:
        close_old_connections()  # a database may hang up on who is silent for long
        return knock()

    async_to_sync(_serve)(fresh)


async def _serve(knock: Knock) -> None:
    server = servers.of(knock)
    async with stdio_server() as (receive, send):
        await server.run(receive, send, server.create_initialization_options())
