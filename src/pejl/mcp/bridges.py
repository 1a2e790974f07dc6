"""From a request that is whole to the library's own HTTP transport and back: one message, one answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, Final

from asgiref.sync import async_to_sync
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

Headers = list[tuple[str, str]]
_HOP: Final = frozenset({"connection", "transfer-encoding", "content-length"})


def exchange(
    server: Server[Any], *, path: str, headers: Iterable[tuple[str, str]], body: bytes
) -> tuple[int, Headers, bytes]:
    """Status, headers and body of what the server answers. What it does, it does in the calling thread."""
    return async_to_sync(_exchange)(server, path=path, headers=headers, body=body)


async def _exchange(
    server: Server[Any], *, path: str, headers: Iterable[tuple[str, str]], body: bytes
) -> tuple[int, Headers, bytes]:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "client": None,
        "server": None,
    }
    waiting = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[Any] = []

    async def receive() -> Any:
        """The whole request at once; then nobody goes away before the answer is there."""
        if waiting:
            return waiting.pop()
        return await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    manager = StreamableHTTPSessionManager(app=server, json_response=True, stateless=True)
    async with manager.run():
        await manager.handle_request(scope, receive, send)
    start = next(one for one in sent if one["type"] == "http.response.start")
    told = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start.get("headers", ())]
    content = b"".join(one.get("body", b"") for one in sent if one["type"] == "http.response.body")
    return start["status"], [one for one in told if one[0].lower() not in _HOP], content
