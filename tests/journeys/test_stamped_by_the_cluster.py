"""Real worker processes under their own roles, and a real authority: evidence is examined and stamped (RFC 3161)."""

from __future__ import annotations

import base64
import subprocess
from contextlib import ExitStack
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from django.conf import LazySettings
from django_q.tasks import async_task

from demo.cast import Cast
from demo.processes import start_worker
from tests.support import clamd, tsa
from tests.support.api import Apis
from tests.support.evidence import picture, send, sha256
from tests.support.orders import a_report, an_order, register

pytestmark = pytest.mark.usefixtures("own_database")
CONTENT = picture()


def test_the_clusters_examine_an_item_and_have_it_stamped(
    own_database: str, committed_cast: tuple[Cast, Apis], settings: LazySettings, tmp_path: Path
) -> None:
    """The one reads the file and speaks to nobody, the other speaks to the authority and reads no file."""
    cast, api = committed_cast
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    register(api, cast, an_order())
    report = api.victim.post("victim/reports", a_report()).body["reference"]
    authority = tsa.Authority(tmp_path / "tsa")
    item = send(api.victim, f"victim/reports/{report}/evidence", CONTENT).body["id"]
    path = f"officer/reports/{report}/evidence/{item}"
    with ExitStack() as stack:
        url = stack.enter_context(tsa.serving(authority))
        scanner = stack.enter_context(clamd.fake())
        told = {
            "DATABASE_URL": own_database,
            "SPO_ENV": "demo",
            "EVIDENCE_DIR": str(settings.EVIDENCE_DIR),
            "EVIDENCE_TSA_URL": url,
            "EVIDENCE_TSA_ROOTS": str(authority.roots),
            "CLAMD": scanner.setting,
        }
        for cluster in ("evidence", "outbox"):
            stack.callback(start_worker(cluster, environment=told).end)
        async_task("breaches.evidence.tasks.sweep", cluster="evidence")
        found = _once_stamped(api, path)
    assert (found["state"], found["timestamping"]["state"]) == ("released", "stamped")
    (tmp_path / "answer").write_bytes(base64.b64decode(found["timestamp"]["token"]))
    (tmp_path / "digest").write_text(sha256(CONTENT))
    command = ["openssl", "ts", "-verify", "-in", str(tmp_path / "answer"), "-data", str(tmp_path / "digest"),
               "-CAfile", str(authority.roots)]  # fmt: skip
    done = subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - our own command
    assert done.returncode == 0, done.stderr


def _once_stamped(api: Apis, path: str) -> dict[str, Any]:
    """The item once both clusters have done their part, or as it is after a while."""
    until = monotonic() + 60
    while True:
        found: dict[str, Any] = api.officer.get(path).body
        if (found["timestamp"] and found["state"] == "released") or monotonic() > until:
            return found
        sleep(0.2)
