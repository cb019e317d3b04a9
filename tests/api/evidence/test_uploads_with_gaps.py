"""Uploads that go wrong in the middle: told by code, gone on with, and never half an item."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from breaches.evidence import queries, tidying, tus
from breaches.evidence.models import EvidenceItem, EvidencePiece, EvidenceUpload
from breaches.evidence.sealing import Opened
from breaches.evidence.services import FileMissing, verify
from breaches.evidence.tasks import night, sweep
from tests.support.api import Apis
from tests.support.evidence import add, begin, sha256, stored

CONTENT = bytes(i * 7 % 251 for i in range(300_000))
STEP = 100_000


@pytest.fixture(autouse=True)
def _long_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request leaves a piece of its own."""
    monkeypatch.setattr(tus, "_SHORTEST", 1)


@pytest.fixture
def where(api: Apis, report: str) -> str:
    """An upload of which two pieces of three have come."""
    answer = begin(api.victim, "victim", len(CONTENT), report=report, filename="clip.mp4", sha256=sha256(CONTENT))
    for start in (0, STEP):
        assert add(api.victim, answer.headers["Location"], start, CONTENT[start : start + STEP]).status == 204
    return answer.headers["Location"]


def lose_piece(start: int) -> Path:
    """Take a piece out of the store, as a disk does."""
    key = EvidencePiece.objects.get(start=start).key
    [path] = [path for path in stored() if path.name == key]
    path.unlink()
    return path


def ask_offset(api: Apis, where: str) -> int:
    answer = api.victim.head(where, Tus_Resumable="1.0.0")
    assert answer.status == 200, answer.body
    return int(answer.headers["Upload-Offset"])


def send_from(api: Apis, where: str, start: int) -> None:
    answer = add(api.victim, where, start, CONTENT[start:])
    assert answer.status == 204, answer.body


def check_whole() -> None:
    item = EvidenceItem.objects.get()
    assert (item.sha256, b"".join(Opened(queries.parts_of(item)).pieces())) == (sha256(CONTENT), CONTENT)


@pytest.mark.parametrize("lost", [0, STEP])
def test_a_piece_that_is_lost_is_sent_again_with_what_came_after_it(api: Apis, where: str, lost: int) -> None:
    lose_piece(lost)
    answer = add(api.victim, where, 2 * STEP, CONTENT[2 * STEP :])
    assert (answer.status, answer.code, EvidenceItem.objects.count()) == (409, "upload_piece_missing", 0)
    assert ask_offset(api, where) == lost
    assert add(api.victim, where, 2 * STEP, CONTENT[2 * STEP :]).code == "offset_conflict"
    send_from(api, where, lost)
    check_whole()
    assert {path.name for path in stored()} == set(EvidencePiece.objects.values_list("key", flat=True))


def test_a_short_piece_that_is_lost_is_asked_for_again(api: Apis, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tus, "_SHORTEST", 1024 * 1024)
    lose_piece(STEP)
    assert add(api.victim, where, 2 * STEP, CONTENT[2 * STEP :]).code == "upload_piece_missing"
    assert ask_offset(api, where) == STEP
    send_from(api, where, STEP)
    check_whole()


@pytest.mark.parametrize("finds", ["HEAD", "sweep"])
def test_what_is_lost_of_an_upload_that_was_all_there_is_found_by_whoever_asks_next(
    api: Apis, where: str, monkeypatch: pytest.MonkeyPatch, finds: str
) -> None:
    with monkeypatch.context() as killed:
        killed.setattr(tus, "complete", lambda **_: None)
        send_from(api, where, 2 * STEP)
    lose_piece(STEP)
    if finds == "sweep":
        sweep()
    assert (ask_offset(api, where), EvidenceItem.objects.count()) == (STEP, 0)
    send_from(api, where, STEP)
    check_whole()


def test_a_piece_of_an_item_that_is_lost_makes_it_missing(api: Apis, where: str) -> None:
    send_from(api, where, 2 * STEP)
    item = EvidenceItem.objects.get()
    path = lose_piece(STEP)
    with pytest.raises(FileMissing):
        verify(item=item)
    item.refresh_from_db()
    assert (item.state, path.exists()) == ("file_missing", False)
    reference = item.report.reference
    [shown] = api.victim.get(f"victim/reports/{reference}/evidence").body["results"]
    assert (shown["state"], api.victim.get(where).body["item"]["state"]) == ("file_missing", "file_missing")


@pytest.mark.parametrize("start", [STEP + 1, 3 * STEP, 10**17])
def test_an_offset_beyond_what_is_there_adds_nothing(api: Apis, where: str, start: int) -> None:
    answer = add(api.victim, where, start, b"x")
    assert (answer.status, answer.code in ("offset_conflict", "body_too_large")) == (409, True)
    assert ask_offset(api, where) == 2 * STEP


def test_of_two_clients_at_once_one_goes_on_and_neither_is_mixed_into_the_other(
    api: Apis, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second comes while the first is sending; what it brings counts, and the first is told."""
    read, others = tus._read, [b"y" * STEP]

    def overtaken(patch: tus.Patch, size: int) -> bytes:
        if others:
            assert add(api.victim, where, 2 * STEP, others.pop()[: STEP - 1]).status == 204
        return read(patch, size)

    monkeypatch.setattr(tus, "_read", overtaken)
    answer = add(api.victim, where, 2 * STEP, CONTENT[2 * STEP :])
    assert (answer.status, answer.code) == (409, "offset_conflict")
    assert ask_offset(api, where) == 3 * STEP - 1
    refused = add(api.victim, where, 3 * STEP - 1, CONTENT[-1:])
    assert (refused.status, refused.code, EvidenceItem.objects.count()) == (422, "digest_mismatch", 0)
    assert EvidencePiece.objects.count() == 0
    tidying.remove_strays(before=timezone.now() + timedelta(minutes=1))
    assert stored() == []


def test_days_in_the_middle_lose_nothing(api: Apis, where: str, settings: Any) -> None:
    """An upload does not expire: what is swept away is what no row speaks of."""
    with time_machine.travel(timezone.now() + timedelta(hours=settings.EVIDENCE_STRAY_HOURS * 3)):
        night()
    assert (ask_offset(api, where), len(stored())) == (2 * STEP, 2)
    send_from(api, where, 2 * STEP)
    check_whole()


def test_a_right_that_ends_in_the_middle_keeps_what_came(api: Apis, where: str) -> None:
    """Signed in again, the same person goes on."""
    known, api.victim.token = api.victim.token, "expired"
    assert add(api.victim, where, 2 * STEP, CONTENT[2 * STEP :]).status == 401
    api.victim.token = known
    assert (ask_offset(api, where), EvidenceUpload.objects.get().refused) == (2 * STEP, "")
    send_from(api, where, 2 * STEP)
    check_whole()
