"""Killing the process at any point of an upload leaves either the whole item or nothing (issue 5, "done when")."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connections

from breaches.evidence import continuity, queries, tidying
from breaches.evidence.models import EvidenceItem, EvidenceUpload
from breaches.evidence.sealing import Opened, digest_of
from breaches.evidence.tasks import sweep
from demo.cast import Cast
from tests.support.api import Apis
from tests.support.dying import DIED, FIRST, POINTS, SHORT
from tests.support.evidence import sha256, stored
from tests.support.orders import a_report

ROOT = Path(__file__).resolve().parents[2]
CONTENT = bytes(i * 13 % 251 for i in range(3_000_000))
OF_PIECES = ("after a piece", "before the whole is an item", "before its digest is the item's", "after the commit")


@pytest.fixture
def sending(own_database: str, committed_cast: tuple[Cast, Apis], settings: LazySettings, tmp_path: Path) -> list[str]:
    """The beginning of the command, its environment set; and a report to send to."""
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    cast, apis = committed_cast
    report = str(apis.victim.post("victim/reports", a_report(order=None)).body["reference"])
    connections.close_all()
    (tmp_path / "file").write_bytes(CONTENT)
    return [cast.victim.token, report, str(tmp_path / "file"), own_database, str(tmp_path / "evidence")]


def die(point: str, sending: list[str], *, pieces: bool) -> int:
    token, report, file, database, folder = sending
    where = report if pieces else f"victim/reports/{report}/evidence"
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "tests.support.dying", point, token, where, file],
        check=False,
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database, "EVIDENCE_DIR": folder, "SPO_ENV": "test"},
        timeout=120,
    )
    return done.returncode


def whole(item: EvidenceItem) -> bool:
    """Everything of an item is there: bytes, digest, continuity."""
    digest = digest_of(Opened(queries.parts_of(item)))
    entries = list(item.continuity.order_by("number"))
    return digest == item.sha256 == sha256(CONTENT) and len(entries) == 2 and continuity.broken_at(entries) is None


@pytest.mark.parametrize("point", [point for point in POINTS if point not in OF_PIECES])
def test_one_request_is_the_whole_item_or_nothing(sending: list[str], point: str) -> None:
    assert die(point, sending, pieces=False) == (0 if point == "never" else DIED)
    items = list(EvidenceItem.objects.all())
    assert all(whole(item) for item in items)
    assert len(items) == (1 if point == "never" else 0)
    tidying.remove_strays(before=datetime.now(UTC) + timedelta(minutes=1))
    assert len(stored()) == len(items)


@pytest.mark.parametrize("point", POINTS)
def test_an_upload_in_pieces_goes_on_where_it_was(sending: list[str], point: str) -> None:
    """What was acknowledged is kept; with all of it there, the item comes of itself."""
    die(point, sending, pieces=True)
    upload = EvidenceUpload.objects.get()
    assert upload.item_id or queries.offset_of(upload) in (FIRST + SHORT, len(CONTENT))
    sweep()
    sweep()
    items = list(EvidenceItem.objects.all())
    assert all(whole(item) for item in items)
    assert len(items) == (upload.item_id is not None or queries.offset_of(upload) == len(CONTENT) or bool(items))
    upload.refresh_from_db()
    assert (upload.item_id is None) == (items == [])
    tidying.remove_strays(before=datetime.now(UTC) + timedelta(minutes=1))
    assert len(stored()) == upload.pieces.count() == 2
