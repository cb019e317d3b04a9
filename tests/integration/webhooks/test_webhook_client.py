"""The one seam for outbound HTTP, against real sockets on this machine."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from pytest_django import Settings

from tests.integration.webhooks.conftest import Receivers
from tests.integration.webhooks.receiver import RawServer
from webhooks import client
from webhooks.signing import Signed
from webhooks.types import Outcome

MESSAGE = Signed(body=b'{"type":"webhook.test"}', headers={"Content-Type": "application/json", "webhook-id": "1"})
NOTHING = Outcome(status=None)


@pytest.fixture(autouse=True)
def loopback(settings: Settings) -> None:
    settings.WEBHOOK_LOOPBACK_ALLOWED = True


@pytest.fixture
def raw() -> Iterator[Callable[..., RawServer]]:
    made: list[RawServer] = []

    def make(talk: Callable[[socket.socket], None]) -> RawServer:
        made.append(RawServer(talk))
        return made[-1]

    yield make
    for server in made:
        server.close()


def _names_resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> tuple[list[str], list[Any]]:
    """Every name has these addresses; every connection made is noted, and refused."""
    asked: list[str] = []
    dialled: list[Any] = []

    def resolve(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]

    def connect(address: Any, *_: Any, **__: Any) -> None:
        dialled.append(address)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    return asked, dialled


def test_exactly_the_signed_bytes_and_headers_arrive(receivers: Receivers) -> None:
    receiver = receivers()
    assert client.post(receiver.url, MESSAGE) == Outcome(200)
    (received,) = receiver.received
    assert received.body == MESSAGE.body
    assert received.headers["webhook-id"] == "1"
    assert received.headers["host"] == receiver.url.split("/")[2]
    assert not {"x-forwarded-for", "authorization", "cookie"} & received.headers.keys()


@pytest.mark.parametrize("status", [204, 400, 410, 429, 500, 503])
def test_the_status_is_the_outcome(receivers: Receivers, status: int) -> None:
    assert client.post(receivers(answer=lambda _: status).url, MESSAGE).status == status


def test_what_the_receiver_asks_for_is_read(receivers: Receivers) -> None:
    busy = receivers(answer=lambda _: 503, headers={"Retry-After": "120"})
    assert client.post(busy.url, MESSAGE) == Outcome(503, 120.0)
    busy.headers["Retry-After"] = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 55 < (client.post(busy.url, MESSAGE).retry_after_s or 0) <= 60
    busy.headers["Retry-After"] = "soon"
    assert client.post(busy.url, MESSAGE) == Outcome(503)


def test_a_redirect_is_an_answer_and_is_not_followed(receivers: Receivers) -> None:
    elsewhere = receivers()
    first = receivers(answer=lambda _: 307, headers={"Location": elsewhere.url})
    assert client.post(first.url, MESSAGE) == Outcome(307)
    assert elsewhere.received == []


def test_nobody_listening_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as once:
        port = once.getsockname()[1]
    assert client.post(f"http://127.0.0.1:{port}/", MESSAGE) == NOTHING


def _drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)


def _drip_headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X: y\r\n")
        time.sleep(0.05)


def _silent(connection: socket.socket) -> None:
    connection.recv(1)
    raise OSError


@pytest.mark.parametrize("talk", [_drip, _drip_headers, _silent])
def test_a_try_ends_in_time_however_slowly_the_answer_drips(raw: Callable[..., RawServer], talk: Any) -> None:
    server, began = raw(talk), time.monotonic()
    assert client.post(server.url, MESSAGE, total_s=0.5) == NOTHING
    assert time.monotonic() - began < 1
    assert server.ended.wait(2), "the connection was left open"


def _wait_until(true: Callable[[], bool], *, seconds: float = 3.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


def test_no_thread_is_left_behind_by_a_drip(raw: Callable[..., RawServer]) -> None:
    before = threading.active_count()
    server = raw(_drip)
    client.post(server.url, MESSAGE, total_s=0.3)
    server.close()
    _wait_until(lambda: threading.active_count() <= before)
    assert threading.active_count() <= before


def test_the_name_server_counts_towards_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def slow(*_: Any, **__: Any) -> list[Any]:
        answered.wait(5)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 0))]

    _, dialled = _names_resolve_to(monkeypatch, "8.8.8.8")
    monkeypatch.setattr(socket, "getaddrinfo", slow)
    began = time.monotonic()
    assert client.post("https://slow.example.com/", MESSAGE, total_s=0.3) == NOTHING
    assert time.monotonic() - began < 1
    before = threading.active_count()
    answered.set()
    _wait_until(lambda: threading.active_count() < before)
    assert dialled == []  # an answer that comes too late leads nowhere


def test_nothing_is_sent_after_the_time_is_over() -> None:
    line, (ours, theirs) = client._Line(), socket.socketpair()
    line.cut()
    with theirs, pytest.raises(TimeoutError):
        line.hold(ours)
    assert ours.fileno() == -1


@pytest.mark.parametrize("status", [200, 302])
def test_a_giant_answer_is_cut(raw: Callable[..., RawServer], status: int) -> None:
    sent: list[int] = []

    def flood(connection: socket.socket) -> None:
        connection.sendall(f"HTTP/1.1 {status} X\r\nLocation: /\r\nContent-Length: 100000000\r\n\r\n".encode())
        for _ in range(1500):
            connection.sendall(b"x" * 65536)
            sent.append(65536)

    server, began = raw(flood), time.monotonic()
    assert client.post(server.url, MESSAGE) == Outcome(status)
    assert time.monotonic() - began < 2
    assert server.ended.wait(2)
    assert sum(sent) < 20_000_000  # what fits in the sockets' buffers


def test_a_packed_answer_is_not_unpacked(raw: Callable[..., RawServer]) -> None:
    server = raw(
        lambda connection: connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope"
        )
    )
    assert client.post(server.url, MESSAGE) == Outcome(200)


@pytest.mark.parametrize("answer", [b"", b"\x00\xff" * 50, b"HTTP/1.1 abc\r\n\r\n"])
def test_nonsense_is_no_answer(raw: Callable[..., RawServer], answer: bytes) -> None:
    server = raw(lambda connection: connection.sendall(answer))
    assert client.post(server.url, MESSAGE) == NOTHING


def test_an_answer_that_breaks_off_was_not_taken(raw: Callable[..., RawServer]) -> None:
    server = raw(lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf"))
    assert client.post(server.url, MESSAGE) == NOTHING


@pytest.mark.parametrize("inside", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "::7f00:1"])
def test_a_name_that_leads_inward_is_not_called(monkeypatch: pytest.MonkeyPatch, inside: str) -> None:
    asked, dialled = _names_resolve_to(monkeypatch, inside)
    assert client.post("https://hooks.example.com/", MESSAGE) == NOTHING
    assert asked == ["hooks.example.com"]
    assert dialled == []


def test_one_inward_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    _, dialled = _names_resolve_to(monkeypatch, "8.8.8.8", "127.0.0.1")
    assert client.post("https://hooks.example.com/", MESSAGE) == NOTHING
    assert dialled == []


def test_the_address_that_was_judged_is_the_one_that_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, dialled = _names_resolve_to(monkeypatch, "8.8.8.8")
    assert client.post("https://hooks.example.com/", MESSAGE) == NOTHING
    assert asked == ["hooks.example.com"]  # once: no second answer can differ
    assert dialled == [("8.8.8.8", 443)]


def test_the_name_is_kept_for_tls_and_for_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    _names_resolve_to(monkeypatch, "8.8.8.8")
    seen: dict[str, Any] = {}

    def note(self: client._Pinned, request: Any, **_: Any) -> None:
        keys = self.build_connection_pool_key_attributes(request, True)
        seen.update(keys[0], **keys[1], sent_host=request.headers["Host"])
        raise OSError

    monkeypatch.setattr(client._Pinned, "send", note)
    client.post("https://hooks.example.com:8443/", MESSAGE)
    assert (seen["host"], seen["port"]) == ("8.8.8.8", 8443)
    assert seen["server_hostname"] == seen["assert_hostname"] == "hooks.example.com"
    assert seen["sent_host"] == "hooks.example.com:8443"
    assert seen["cert_reqs"] == "CERT_REQUIRED"


def test_this_machine_is_called_only_where_that_is_allowed(receivers: Receivers, settings: Settings) -> None:
    settings.WEBHOOK_LOOPBACK_ALLOWED = False
    receiver = receivers()
    assert client.post(receiver.url, MESSAGE) == NOTHING
    assert receiver.received == []


def test_proxies_of_the_environment_are_ignored(receivers: Receivers, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, receiver = receivers(), receivers()
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    assert client.post(receiver.url, MESSAGE) == Outcome(200)
    assert proxy.received == []
