"""Whoever stands still in the middle of a request takes no thread of the web server for long."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from time import monotonic

import pytest
import requests
from django.db import connections

from demo.cast import Cast
from demo.processes import bound, start_web, wait_until_ready
from tests.support.api import Apis

HEAD = b"POST /api/v1/public/reports HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
STANDING_STILL = {
    "in the head": HEAD,
    "in the body": HEAD + b'Content-Length: 1000\r\n\r\n{"description": "',
    "in a chunk": HEAD + b'Transfer-Encoding: chunked\r\n\r\n40\r\n{"description": "',
}
THREADS = 2


@pytest.fixture
def port(own_database: str, committed_cast: tuple[Cast, Apis]) -> Iterator[int]:
    """The web server with one process of two threads, and two seconds of patience."""
    connections.close_all()
    environment = {
        "DATABASE_URL": own_database,
        "SPO_ENV": "demo",
        "WEB_WORKERS": "1",
        "WEB_THREADS": str(THREADS),
        "WEB_STILL_SECONDS": "2",
    }
    with ExitStack() as stack:
        listening: socket.socket = stack.enter_context(bound(0))
        web = start_web(listening, environment=environment)
        stack.callback(web.end)
        number: int = listening.getsockname()[1]
        wait_until_ready(f"http://127.0.0.1:{number}", web)
        yield number


def test_standing_still_keeps_nobody_else_waiting_for_ever(port: int) -> None:
    """As many as there are threads, in every place where one can stop: then somebody who does not."""
    for where, sent in STANDING_STILL.items():
        with ExitStack() as stack:
            slow = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(THREADS)]
            for one in slow:
                one.sendall(sent)
            assert requests.get(f"http://127.0.0.1:{port}/healthz", timeout=60).status_code == 200, where
            assert all(_is_given_up(one) for one in slow), where


def _is_given_up(one: socket.socket) -> bool:
    """Refused or closed, within a minute."""
    one.settimeout(60)
    until = monotonic() + 60
    while monotonic() < until:
        try:
            got = one.recv(4096)
        except ConnectionError:
            return True
        if got.startswith(b"HTTP/1.1 400") or not got:
            return True
    return False
