"""A real worker of the cluster that opens files: alive after whatever it was given, and small."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from django.conf import LazySettings

from demo.cast import Cast
from demo.processes import Running, start_worker
from tests.support import clamd, hostile
from tests.support.api import Apis
from tests.support.evidence import send
from tests.support.orders import a_report, an_order, register

pytestmark = pytest.mark.usefixtures("own_database")
MOST_MB = 400  # of any process of the cluster, whatever the one apart took
BAD = {
    "laughs.xml": hostile.laughs("smses"),
    "deep.json": hostile.deep_json(1_000_000),
    "deep.eml": hostile.nested_mail(5_000, "mixed"),
    "large.png": hostile.png_of(100_000, 100_000),
    "wide.png": hostile.png_of(8_000, 9_000),
    "bomb.zip": hostile.overlapping_archive(),
    "film.mp4": hostile.FILMS["boxes without number"](),
}


def test_the_worker_is_alive_after_whatever_it_was_given(
    own_database: str, committed_cast: tuple[Cast, Apis], settings: LazySettings, tmp_path: Path
) -> None:
    cast, api = committed_cast
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    register(api, cast, an_order())
    report = api.victim.post("victim/reports", a_report()).body["reference"]
    sent = {name: send(api.victim, f"victim/reports/{report}/evidence", content, name) for name, content in BAD.items()}
    sent["chat.txt"] = send(api.victim, f"victim/reports/{report}/evidence", hostile.CHAT, "chat.txt")
    assert {answer.status for answer in sent.values()} == {201}
    with ExitStack() as stack:
        scanner = stack.enter_context(clamd.fake())
        told = {
            "DATABASE_URL": own_database,
            "SPO_ENV": "demo",
            "EVIDENCE_DIR": str(settings.EVIDENCE_DIR),
            "CLAMD": scanner.setting,
        }
        worker = start_worker("evidence", environment=told)
        stack.callback(worker.end)
        rows = once_examined(api, report)
        assert largest_mb(worker) < MOST_MB
    assert {row["state"] for row in rows} == {"released", "held"}
    assert all(row["reading"] and (row["reading"]["state"] == "whole") != bool(row["reading"]["why"]) for row in rows)
    [chat] = [row for row in rows if row["filename"] == "chat.txt"]
    assert (chat["state"], chat["reading"]["read"]) == ("released", 40)


def once_examined(api: Apis, report: str) -> list[dict[str, Any]]:
    """The items once all have been looked at, or as they are after two minutes."""
    until = monotonic() + 120
    while True:
        rows: list[dict[str, Any]] = api.victim.get(f"victim/reports/{report}/evidence").body["results"]
        if all(row["state"] != "quarantined" for row in rows) or monotonic() > until:
            return rows
        sleep(0.2)


def largest_mb(worker: Running) -> float:
    """The most memory that any process of a cluster ever had."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        text = status.read_text(encoding="ascii", errors="replace")
        if f"\nNSsid:\t{worker.process.pid}\n" in text:
            found.append(int(text.partition("VmHWM:")[2].split()[0]) / 1024)
    assert found
    return max(found)
