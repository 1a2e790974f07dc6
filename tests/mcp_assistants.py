"""An assistant that talks with the server, in the words of the protocol's own client."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

from asgiref.sync import async_to_sync
from mcp.shared.exceptions import MCPError

from mcp import Client
from pejl.mcp import servers
from pejl.mcp.callers import Caller
from pejl.queries.scope import Member

T = TypeVar("T")


class Assistant:
    """`assistant.call("find_goals", words="support")` gives the data; what is refused, its sentences."""

    def __init__(self, by: Member, at: datetime, *, writes: bool = True) -> None:
        self.by, self.at, self.writes = by, at, writes

    def ask(self, work: Callable[[Any], Awaitable[T]]) -> T:
        """Inside one connection, in which `work` is given the client. Raises `MCPError`, and by itself."""

        async def talk() -> T | MCPError:
            caller = Caller(self.by, self.at, self.writes)
            async with Client(servers.of(lambda: caller)) as client:
                try:
                    return await work(client)
                except MCPError as error:
                    return error

        answer = async_to_sync(talk)()
        if isinstance(answer, MCPError):
            raise answer
        return answer

    def raw(self, tool: str, **given: Any) -> Any:
        """The client holds what is answered to the schema of the tool."""

        async def work(client: Any) -> Any:
            return await client.call_tool(tool, given)

        return self.ask(work)

    def call(self, tool: str, **given: Any) -> Any:
        result = self.raw(tool, **given)
        assert not result.is_error, result.content
        return result.structured_content

    def refused(self, tool: str, **given: Any) -> str:
        result = self.raw(tool, **given)
        assert result.is_error, result.structured_content
        return " ".join(one["message"] for one in result.structured_content["refused"])
