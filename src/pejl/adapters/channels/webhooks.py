"""A message to another server, and nothing that a stranger's address could reach by it.

The name is looked up once. Every address it has must be a public one, and the connection goes to an address
that was checked, so that a name cannot stand for another one in between. No redirect is followed, no proxy is
asked, and all of it together takes no longer than `LONGEST`.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import httpx

LONGEST: Final = 10.0
MOST_READ: Final = 64 * 1024
MOST_ADDRESSES: Final = 4
_PORTS: Final = {"http": 80, "https": 443}
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
# Special too, but not to every version of Python: protocol assignments, relays, Teredo, local translation,
# discarding, documentation, segment routing.
_SPECIAL: Final = tuple(
    map(
        ipaddress.ip_network,
        (
            "192.0.0.0/24",
            "192.88.99.0/24",
            "2001::/23",
            "64:ff9b:1::/48",
            "100::/64",
            "3fff::/20",
            "5f00::/16",
        ),
    )
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is what the server answered, None when it did not; `why` is then one of `address` (no address
    that can be used), `name` (not found), `private` (inside), `timeout`, `tls` or `connection`."""

    status: int | None = None
    why: str = ""


class _Unusable(Exception):  # noqa: N818 - an answer
    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def send(url: str, body: bytes, *, headers: Mapping[str, str], private: bool = False) -> Answer:
    """Posts it. With `private` to any address at all, else to public ones alone. Never raises for what the
    other side does."""
    try:
        target = parsed(url)
        places = checked(addresses(target.host, _port(target)), private=private)
    except _Unusable as unusable:
        return Answer(why=unusable.why)
    return asyncio.run(_within(target, places, body, headers))


def parsed(url: str) -> httpx.URL:
    """Raises for all but http and https with a name."""
    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise _Unusable("address") from error
    if target.scheme not in _PORTS or not target.host:
        raise _Unusable("address")
    return target


def addresses(host: str, port: int) -> list[Address]:
    """All that the name stands for, each once."""
    try:
        ascii_host = httpx.URL(scheme="http", host=host).raw_host.decode("ascii")
        found = socket.getaddrinfo(ascii_host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, httpx.InvalidURL) as error:
        raise _Unusable("name") from error
    return list(dict.fromkeys(ipaddress.ip_address(str(place[4][0]).partition("%")[0]) for place in found))


def checked(found: list[Address], *, private: bool) -> list[Address]:
    """Raises where one of them is not public: a name that is half inside is not used at all."""
    if not found:
        raise _Unusable("name")
    if not private and not all(public(one) for one in found):
        raise _Unusable("private")
    return found[:MOST_ADDRESSES]


def public(address: Address) -> bool:
    """Whether it is an ordinary address of the open internet, also inside the forms that wrap an IPv4 one.

    >>> [public(ipaddress.ip_address(one)) for one in ("93.184.216.34", "2606:2800:220:1::1")]
    [True, True]
    >>> any(public(ipaddress.ip_address(one)) for one in ("10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1"))
    False
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return public(inner)
        if address.is_site_local:
            return False
    if any(address in network for network in _SPECIAL):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


async def _within(
    target: httpx.URL, places: list[Address], body: bytes, headers: Mapping[str, str]
) -> Answer:
    try:
        async with asyncio.timeout(LONGEST):
            return await _first(target, places, body, headers)
    except (TimeoutError, httpx.TimeoutException):
        return Answer(why="timeout")
    except httpx.HTTPError as error:
        return Answer(why="tls" if _tls(error) else "connection")


async def _first(target: httpx.URL, places: list[Address], body: bytes, headers: Mapping[str, str]) -> Answer:
    """The first address that can be connected to."""
    for place in places[:-1]:
        try:
            return await _post(target, place, body, headers)
        except httpx.ConnectError as error:
            if _tls(error):
                raise
    return await _post(target, places[-1], body, headers)


async def _post(target: httpx.URL, place: Address, body: bytes, headers: Mapping[str, str]) -> Answer:
    """To the address itself; the server is told the name, in `Host` and in TLS, and must prove it there."""
    async with (
        httpx.AsyncClient(
            verify=_trusted(), trust_env=False, follow_redirects=False, timeout=LONGEST
        ) as client,
        client.stream(
            "POST",
            target.copy_with(host=str(place), fragment=None),
            content=body,
            headers={**headers, "Host": target.netloc.decode("ascii")},
            extensions={"sni_hostname": target.raw_host.decode("ascii")},
        ) as response,
    ):
        await _drained(response)
        return Answer(status=response.status_code)


async def _drained(response: httpx.Response) -> None:
    """Reads a little of what is said, so that the server may end in peace, and throws it away as it came."""
    read = 0
    try:
        async for part in response.aiter_raw():
            read += len(part)
            if read > MOST_READ:
                return
    except httpx.HTTPError:
        return


def _tls(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _port(target: httpx.URL) -> int:
    return target.port or _PORTS[target.scheme]


@cache
def _trusted() -> ssl.SSLContext:
    """The usual authorities, those of `SSL_CERT_FILE`, and those this machine trusts besides."""
    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context
