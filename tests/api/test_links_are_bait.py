"""Nothing that a person pastes is ever fetched (rule 85): opening a story shows the viewer's name to its poster."""

from __future__ import annotations

import ast
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from breaches import tasks
from orders.models import Order
from tests.support.api import Apis
from tests.support.orders import a_report

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = {"requests", "urllib3", "httpx", "http", "aiohttp", "socket", "ftplib", "smtplib"}


@pytest.fixture
def bait() -> Iterator[socket.socket]:
    """A server that would notice a visit."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def visited(bait: socket.socket) -> bool:
    try:
        bait.accept()
    except BlockingIOError:
        return False
    return True


def test_links_are_kept_as_text_and_fetched_by_nothing_rule_85(api: Apis, order: str, bait: socket.socket) -> None:
    """Rule 85: not at submission, not for an officer's page, not by a worker."""
    url = f"http://127.0.0.1:{bait.getsockname()[1]}/story"
    mention = {"platform": "instagram", "url": url, "handle": "@danny.m", "text": url, "about_me": "direct"}
    report = api.victim.post("victim/reports", a_report(description=f"Look: {url}", social=[mention])).body["id"]
    api.victim.post(f"victim/reports/{report}/messages", {"text": url})
    api.victim.post(f"victim/reports/{report}/corrections", {"text": url, "social": [mention]})
    api.nobody.post("public/reports", a_report(description=url, social=[mention]))
    shown = api.officer.get(f"officer/reports/{report}").body
    tasks.assess_order_again(str(Order.objects.get(reference=order).id))
    assert shown["report"]["social"][0]["url"] == url
    assert not visited(bait)


def test_nothing_about_reports_can_speak_to_the_outside() -> None:
    """Rule 85: no module of reports imports a client of anything."""
    imported = {
        (path.name, name)
        for path in (ROOT / "breaches").rglob("*.py")
        for name in _imports(ast.parse(path.read_text("utf-8")))
        if name in CLIENTS and "evidence" not in path.parts
    }
    assert imported == set()


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module.partition(".")[0]
