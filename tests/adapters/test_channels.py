"""What leaves the house, and where it may not go."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hooks import Listener, listener
from pejl.adapters.channels import webhooks
from pejl.adapters.channels.webhooks import Answer

__all__ = ["listener"]


def names(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Any name stands for these addresses; gives the names that are asked for."""
    asked: list[str] = []

    def lookup(host: str, port: int, **_more: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(webhooks.socket, "getaddrinfo", lookup)
    return asked


def test_a_message_arrives_as_it_is_with_its_headers(listener: Listener) -> None:
    answer = webhooks.send(
        f"{listener.url}?a=1#part", b'{"a": 1}', headers={"webhook-id": "msg_1"}, private=True
    )
    assert answer == Answer(status=200)
    ((path, headers, body),) = listener.got
    assert (path, body, headers["webhook-id"]) == ("/hook?a=1", b'{"a": 1}', "msg_1")
    assert headers["host"] == f"127.0.0.1:{listener.port}"


def test_the_name_is_looked_up_once_and_the_server_is_told_it(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = names(monkeypatch, "127.0.0.1")
    url = f"http://Hooks.Example:{listener.port}/x"
    assert webhooks.send(url, b"", headers={}, private=True).status == 200
    assert asked == ["hooks.example"]
    assert listener.got[0][1]["host"] == f"hooks.example:{listener.port}"


def test_private_addresses_are_refused_unless_they_are_allowed(listener: Listener) -> None:
    assert webhooks.send(listener.url, b"", headers={}) == Answer(why="private")
    assert listener.got == []


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"])
def test_no_way_of_writing_this_machine_gets_through(listener: Listener, host: str) -> None:
    answer = webhooks.send(f"http://{host}:{listener.port}/", b"", headers={})
    assert answer.why in {"private", "name", "address"}
    assert listener.got == []


def test_a_name_that_is_half_inside_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, "93.184.216.34", "10.0.0.7")
    assert webhooks.send("https://hooks.example/", b"", headers={}) == Answer(why="private")


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.1", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.0.0.8",
        "192.0.2.1", "192.168.1.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "fe80::1", "fd00::1", "fec0::1", "ff02::1", "2001:db8::1", "::ffff:10.0.0.1",
        "64:ff9b::a00:1", "2002:a00:1::1", "2001:0:a00:1::1",
    ],
)  # fmt: skip
def test_special_addresses_are_not_public(address: str) -> None:
    assert not webhooks.public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101"])
def test_ordinary_addresses_are_public(address: str) -> None:
    assert webhooks.public(ipaddress.ip_address(address))


def test_a_redirect_is_an_answer_and_is_not_followed(listener: Listener) -> None:
    listener.answers, listener.headers = [302], {"Location": listener.url}
    assert webhooks.send(listener.url, b"", headers={}, private=True).status == 302
    assert len(listener.got) == 1


@pytest.mark.parametrize("url", ["ftp://example.org/", "file:///etc/passwd", "example.org", "http://", "x"])
def test_only_http_and_https_are_addresses(url: str) -> None:
    assert webhooks.send(url, b"", headers={}) == Answer(why="address")


def test_an_answer_without_end_is_not_read_to_its_end(listener: Listener) -> None:
    listener.said = b"x" * (8 * 1024 * 1024)
    assert webhooks.send(listener.url, b"", headers={}, private=True).status == 200


def test_a_server_that_says_nothing_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "LONGEST", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        before = time.monotonic()
        answer = webhooks.send(f"http://127.0.0.1:{deaf.getsockname()[1]}/", b"", headers={}, private=True)
    assert answer == Answer(why="timeout")
    assert time.monotonic() - before < 2


def test_a_server_that_drips_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "LONGEST", 0.4)
    ended = threading.Event()

    def drip(server: socket.socket) -> None:
        there, _where = server.accept()
        with there:
            there.sendall(b"HTTP/1.1 200 OK\r\n")
            while not ended.wait(0.05):
                try:
                    there.sendall(b"X-Slow: yes\r\n")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        answer = webhooks.send(f"http://127.0.0.1:{server.getsockname()[1]}/", b"", headers={}, private=True)
        ended.set()
        thread.join()
    assert answer == Answer(why="timeout")


def test_a_closed_port_and_a_server_without_tls_are_told_apart(listener: Listener) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    closed = webhooks.send(f"http://127.0.0.1:{port}/", b"", headers={}, private=True)
    plain = webhooks.send(f"https://127.0.0.1:{listener.port}/", b"", headers={}, private=True)
    assert (closed.why, plain.why) == ("connection", "tls")


@pytest.fixture
def secure(tmp_path: Path, listener: Listener) -> Path:
    """The listener speaks TLS, with a certificate for hooks.example; gives the authority to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    authority, both = tmp_path / "authority.pem", tmp_path / "both.pem"
    authority.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    both.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + authority.read_bytes()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    listener.server.socket = context.wrap_socket(listener.server.socket, server_side=True)
    return authority


def test_the_server_must_prove_the_name_though_its_address_is_called(
    listener: Listener, secure: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names(monkeypatch, "127.0.0.1")

    def call(name: str) -> Answer:
        return webhooks.send(f"https://{name}:{listener.port}/", b"", headers={}, private=True)

    assert call("hooks.example").why == "tls", "nobody vouches for it"
    trusted = ssl.create_default_context(cafile=str(secure))
    monkeypatch.setattr(webhooks, "_trusted", lambda: trusted)
    assert call("hooks.example").status == 200
    assert call("other.example").why == "tls"
    assert [headers["host"] for _path, headers, _body in listener.got] == [f"hooks.example:{listener.port}"]
