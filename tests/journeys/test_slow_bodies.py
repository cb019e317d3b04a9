"""Whoever stands still in the middle of a request takes no thread of the web server for long."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic, sleep

import pytest
import requests
from django.conf import LazySettings
from django.db import connections

from breaches.evidence.models import EvidenceItem
from demo.cast import Cast
from demo.processes import bound, start_web, wait_until_ready
from tests.support.api import Apis
from tests.support.evidence import BOUNDARY, begin, form, stored
from tests.support.orders import a_report

HEAD = b"POST /api/v1/public/reports HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
STANDING_STILL = {
    "in the head": HEAD,
    "in the body": HEAD + b'Content-Length: 1000\r\n\r\n{"description": "',
    "in a chunk": HEAD + b'Transfer-Encoding: chunked\r\n\r\n40\r\n{"description": "',
}
THREADS = 2


@pytest.fixture
def port(own_database: str, committed_cast: tuple[Cast, Apis], settings: LazySettings, tmp_path: Path) -> Iterator[int]:
    """The web server with one process of two threads, and two seconds of patience."""
    connections.close_all()
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    environment = {
        "DATABASE_URL": own_database,
        "SPO_ENV": "demo",
        "WEB_WORKERS": "1",
        "WEB_THREADS": str(THREADS),
        "WEB_STILL_SECONDS": "2",
        "EVIDENCE_DIR": str(settings.EVIDENCE_DIR),
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


@pytest.mark.parametrize("ends", ["closed", "still"])
@pytest.mark.parametrize("framing", ["Content-Length: 5000000", "Transfer-Encoding: chunked"])
def test_what_came_of_an_upload_before_the_line_was_cut_counts(
    port: int, committed_cast: tuple[Cast, Apis], ends: str, framing: str
) -> None:
    """A telephone that loses its network goes on from there, not from where the piece began."""
    cast, apis = committed_cast
    content = bytes(2_000_000)
    report = str(apis.victim.post("victim/reports", a_report(order=None)).body["reference"])
    where = begin(apis.victim, "victim", 5_000_000, report=report).headers["Location"]
    connections.close_all()
    head = (
        f"PATCH {where} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {cast.victim.token}\r\n{framing}\r\n"
        "Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port)) as line:
        size = b"%x\r\n" % 5_000_000 if "chunked" in framing else b""
        line.sendall(head.encode() + size + content)
        if ends == "still":
            assert _is_given_up(line)
    for _ in range(50):
        offset = int(apis.victim.head(where, Tus_Resumable="1.0.0").headers["Upload-Offset"])
        if offset:
            break
        sleep(0.2)
    assert 1_700_000 < offset <= len(content)


def test_nothing_is_left_of_a_form_whose_line_was_cut(port: int, committed_cast: tuple[Cast, Apis]) -> None:
    cast, apis = committed_cast
    report = str(apis.victim.post("victim/reports", a_report(order=None)).body["reference"])
    connections.close_all()
    body = form(("photo.jpg", bytes(2_000_000)))
    head = (
        f"POST /api/v1/victim/reports/{report}/evidence HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {cast.victim.token}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(head.encode() + body[:1_000_000])
        line.settimeout(60)
        told = b"".join(iter(lambda: line.recv(4096), b""))
    assert (told.split(b"\r\n")[0], b"body_incomplete" in told) == (b"HTTP/1.1 400 Bad Request", True)
    assert (stored(), EvidenceItem.objects.count()) == ([], 0)


def _is_given_up(one: socket.socket) -> bool:
    """Refused or closed, within a minute."""
    one.settimeout(60)
    until = monotonic() + 60
    while monotonic() < until:
        try:
            got = one.recv(4096)
        except ConnectionError:
            return True
        if got.startswith((b"HTTP/1.1 400", b"HTTP/1.1 204")) or not got:
            return True
    return False
