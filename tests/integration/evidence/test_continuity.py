"""Rules 69 and 70: who had it, when and why; by a link of one's own; and what happens when a byte has changed."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from django_q.models import OrmQ

from audit.models import Entry
from audit.types import SERVICE
from breaches.evidence import continuity, services
from breaches.evidence.models import EvidenceItem, EvidencePiece
from breaches.evidence.storage import Folder
from breaches.evidence.tasks import check, examine, night
from common.envelope import Keyring, wrapped_by
from tests.integration.evidence.conftest import Send
from tests.support import clamd
from tests.support.api import Api, Apis
from tests.support.evidence import add, begin, fetched, picture, send, sha256
from tests.support.pictures import with_place
from webhooks.models import Event

WHY = {"purpose": "To compare the face", "kind": "original"}


@pytest.fixture
def item(looked_at: Send) -> EvidenceItem:
    return looked_at(with_place())


def link(caller: Api, item: EvidenceItem, **said: Any) -> Any:
    where = f"officer/reports/{item.report.reference}/evidence/{item.id}/links"
    return caller.post(where, {**WHY, **said})


def spoil(item: EvidenceItem, settings: LazySettings) -> None:
    """Change one byte on the disk, as no honest process does."""
    path = Folder(settings.EVIDENCE_DIR)._path(item.key)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def kinds(item: EvidenceItem) -> list[str]:
    return [entry.kind for entry in item.continuity.order_by("number")]


def test_what_happens_to_an_item_is_on_record_with_its_hash_rule_69(api: Apis, item: EvidenceItem) -> None:
    """Rule 69."""
    fetched(api.officer, link(api.officer, item).body["url"])
    services.note_transferred(actor=SERVICE, report_id=item.report_id, to_force="06", reason="It happened there")
    entries = list(item.continuity.order_by("number"))
    assert [entry.kind for entry in entries] == ["received", "sealed", "released", "exported", "transferred"]
    assert {entry.sha256 for entry in entries} == {item.sha256}
    assert (entries[3].reason, entries[3].actor_kind, entries[4].recipient) == (WHY["purpose"], "officer", "06")


def test_the_chain_shows_whatever_was_changed(item: EvidenceItem) -> None:
    entries = list(item.continuity.order_by("number"))
    assert continuity.broken_at(entries) is None
    assert continuity.broken_at(entries[1:]) == 1
    assert continuity.broken_at([entries[0], entries[2]]) == 2
    for field, value in (("actor", "x"), ("reason", "x"), ("sha256", "0" * 64), ("at", timezone.now())):
        changed = list(item.continuity.order_by("number"))
        setattr(changed[1], field, value)
        assert continuity.broken_at(changed) == 2


def test_a_link_gives_the_original_whole_and_inert(api: Apis, item: EvidenceItem) -> None:
    """Rule 70, and nothing runs or renders where it arrives."""
    status, body, headers = fetched(api.officer, link(api.officer, item).body["url"])
    assert (status, sha256(body)) == (200, item.sha256)
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"] == f'attachment; filename="{item.report.reference}-01.jpg"'
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_a_viewable_link_gives_the_copy(api: Apis, item: EvidenceItem) -> None:
    copy = item.derivatives.get()
    status, body, headers = fetched(api.officer, link(api.officer, item, kind="viewable").body["url"])
    assert (status, sha256(body), headers["Content-Type"]) == (200, copy.sha256, "image/jpeg")
    assert (kinds(copy)[-1], "exported" in kinds(item)) == ("viewed", False)


def test_a_link_is_one_persons(api: Apis, item: EvidenceItem) -> None:
    url = link(api.officer, item).body["url"]
    for other in (api.reviewer, api.supervisor, api.other_officer, api.victim, api.force):
        assert fetched(other, url)[0] in (403, 404)
    assert fetched(api.reviewer, url)[0] == 404
    assert "exported" not in kinds(item)


def test_a_link_lasts_five_minutes_rule_70(api: Apis, item: EvidenceItem) -> None:
    now = timezone.now()
    answer = link(api.officer, item)
    with time_machine.travel(now + timedelta(minutes=4, seconds=55)):
        assert fetched(api.officer, answer.body["url"])[0] == 200
    with time_machine.travel(now + timedelta(minutes=5, seconds=5)):
        assert fetched(api.officer, answer.body["url"])[0] in (401, 403)


def test_a_link_that_was_not_given_out_leads_nowhere(api: Apis, item: EvidenceItem) -> None:
    url = link(api.officer, item).body["url"]
    for wrong in (url[:-1] + ("A" if url[-1] != "A" else "B"), "/api/v1/officer/evidence-files/x:y:z"):
        assert fetched(api.officer, wrong)[0] == 404


@pytest.mark.parametrize(
    ("said", "code"),
    [({"purpose": ""}, "too_short"), ({"purpose": "   "}, "bad_format"), ({"purpose": "x" * 501}, "too_long"),
     ({"kind": "raw"}, "unknown_value"), ({"purpose": 5}, "wrong_type")],
)  # fmt: skip
def test_a_link_needs_a_purpose_and_a_kind(api: Apis, item: EvidenceItem, said: Any, code: str) -> None:
    answer = link(api.officer, item, **said)
    assert (answer.status, {code for _, code in answer.codes}) == (422, {code})


def test_nothing_is_given_out_before_it_is_released(api: Apis, report: str) -> None:
    sent = send(api.victim, f"victim/reports/{report}/evidence", picture()).body
    answer = link(api.officer, EvidenceItem.objects.get(id=sent["id"]))
    assert (answer.status, answer.code, answer.body["state"]) == (409, "evidence_not_released", "quarantined")


def test_a_victim_gets_the_viewable_copy_of_what_she_sent(api: Apis, item: EvidenceItem) -> None:
    where = f"victim/reports/{item.report.reference}/evidence/{item.id}/links"
    answer = api.victim.post(where, {})
    status, body, _ = fetched(api.victim, answer.body["url"])
    assert (status, sha256(body)) == (200, item.derivatives.get().sha256)
    assert api.victim.post(where, {"kind": "original"}).status == 422
    assert api.other_victim.post(where, {}).status == 404


def test_a_victim_sees_nothing_that_an_officer_added(api: Apis, report: str, item: EvidenceItem) -> None:
    theirs = send(api.officer, f"officer/reports/{report}/evidence", picture("PNG")).body
    rows = api.victim.get(f"victim/reports/{report}/evidence").body["results"]
    assert [(row["id"], row["viewable"]) for row in rows] == [(str(item.id), True)]
    assert api.victim.post(f"victim/reports/{report}/evidence/{theirs['id']}/links", {}).status == 404


def test_a_changed_byte_locks_the_item_and_raises_the_alarm_rule_66(
    api: Apis, item: EvidenceItem, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    """Rule 66: re-hashed on every read."""
    url = link(api.officer, item).body["url"]
    spoil(item, settings)
    for _ in range(2):
        assert fetched(api.officer, url)[0] == 409
    item.refresh_from_db()
    assert (item.state, kinds(item)[-1]) == ("locked", "locked")
    assert "exported" not in kinds(item)
    told = Event.objects.filter(subject=item.id).order_by("id").last()
    assert told and (told.type, told.state) == ("evidence.held", "locked")
    assert Entry.objects.filter(verb="evidence_locked", reason_code="digest_mismatch").count() == 1
    assert [getattr(record, "event", "") for record in caplog.records].count("evidence_locked") == 1
    assert link(api.officer, item).status == 409


def test_the_nightly_look_finds_what_nobody_read(item: EvidenceItem, settings: LazySettings) -> None:
    check(str(item.id))
    assert kinds(item)[-1] == "checked"
    spoil(item, settings)
    check(str(item.id))
    item.refresh_from_db()
    assert item.state == "locked"


def path_of(item: EvidenceItem, settings: LazySettings) -> Path:
    return Folder(settings.EVIDENCE_DIR)._path(item.key)


def state_of(item: EvidenceItem) -> str:
    item.refresh_from_db()
    return item.state


def test_an_item_that_is_gone_from_the_store_is_missing_and_no_mismatch(
    api: Apis, item: EvidenceItem, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    """A disk that lost a file has changed nothing: nobody is told of a digest that does not agree."""
    url = link(api.officer, item).body["url"]
    path_of(item, settings).unlink()
    for _ in range(2):
        status, body, _ = fetched(api.officer, url)
        assert (status, json.loads(body)["code"]) == (409, "file_missing")
    assert (state_of(item), kinds(item)[-1], kinds(item).count("file_missing")) == ("file_missing", "file_missing", 1)
    assert "exported" not in kinds(item)
    told = Event.objects.filter(subject=item.id).order_by("id").last()
    assert told and (told.type, told.state) == ("evidence.held", "file_missing")
    assert Entry.objects.filter(verb="evidence_file_missing", reason_code="file_missing").count() == 1
    assert not Entry.objects.filter(verb="evidence_locked").exists()
    assert [getattr(record, "event", "") for record in caplog.records].count("evidence_file_missing") == 1
    refused = link(api.officer, item)
    assert (refused.status, refused.body["state"]) == (409, "file_missing")
    for who in ("officer", "victim"):
        rows = getattr(api, who).get(f"{who}/reports/{item.report.reference}/evidence").body["results"]
        assert {row["state"] for row in rows if row["id"] == str(item.id)} == {"file_missing"}


def test_a_file_that_is_back_is_what_it_was(api: Apis, item: EvidenceItem, settings: LazySettings) -> None:
    path, url = path_of(item, settings), link(api.officer, item).body["url"]
    kept = path.read_bytes()
    path.unlink()
    check(str(item.id))
    assert state_of(item) == "file_missing"
    path.write_bytes(kept)
    check(str(item.id))
    assert (state_of(item), kinds(item)[-3:]) == ("released", ["file_missing", "found_again", "checked"])
    assert continuity.broken_at(item.continuity.order_by("number")) is None
    told = Event.objects.filter(subject=item.id).order_by("id").last()
    assert told and (told.type, told.state) == ("evidence.released", "released")
    assert fetched(api.officer, url)[0] == 200


def test_a_file_that_is_back_and_another_is_locked(item: EvidenceItem, settings: LazySettings) -> None:
    path = path_of(item, settings)
    kept = path.read_bytes()
    path.unlink()
    check(str(item.id))
    path.write_bytes(kept[:-1])
    check(str(item.id))
    assert (state_of(item), kinds(item)[-1]) == ("locked", "locked")
    path.unlink()
    check(str(item.id))
    assert state_of(item) == "locked"


def test_what_is_missing_before_anybody_looked_is_looked_at_once_it_is_back(
    api: Apis, report: str, scanner: clamd.Fake, settings: LazySettings
) -> None:
    sent = send(api.victim, f"victim/reports/{report}/evidence", picture()).body
    item = EvidenceItem.objects.get(id=sent["id"])
    path = path_of(item, settings)
    kept = path.read_bytes()
    path.unlink()
    examine(str(item.id))
    assert state_of(item) == "file_missing"
    path.write_bytes(kept)
    check(str(item.id))
    assert state_of(item) == "quarantined"
    examine(str(item.id))
    assert state_of(item) == "released"


def test_a_copy_and_what_is_held_come_back_as_they_were(
    item: EvidenceItem, looked_at: Send, settings: LazySettings
) -> None:
    held = looked_at(b"MZ" + bytes(200), "game.exe")
    for one, state in ((item.derivatives.get(), "released"), (held, "held")):
        path = path_of(one, settings)
        kept = path.read_bytes()
        path.unlink()
        check(str(one.id))
        assert state_of(one) == "file_missing"
        path.write_bytes(kept)
        check(str(one.id))
        assert state_of(one) == state


def test_each_night_all_that_is_missing_is_looked_for(item: EvidenceItem, settings: LazySettings, db: None) -> None:
    path_of(item, settings).unlink()
    check(str(item.id))
    settings.EVIDENCE_NIGHTLY_SAMPLE = 0
    waiting = set(OrmQ.objects.values_list("id", flat=True))
    night()
    queued = [row.task for row in OrmQ.objects.exclude(id__in=waiting)]
    assert [(task["func"], task["args"]) for task in queued] == [(services.CHECK, (str(item.id),))]


def test_a_place_is_not_taken_from_a_file_that_is_missing(
    api: Apis, looked_at: Send, report: str, settings: LazySettings
) -> None:
    item = looked_at(with_place("JPEG"))
    path_of(item, settings).unlink()
    check(str(item.id))
    said = {"subject": "respondent", "reason": "He sent it to her himself."}
    answer = api.officer.post(f"officer/reports/{report}/evidence/{item.id}/position", said)
    assert (answer.status, answer.code) == (409, "file_missing")


def test_the_night_takes_a_sample(item: EvidenceItem, settings: LazySettings, db: None) -> None:
    settings.EVIDENCE_NIGHTLY_SAMPLE = EvidenceItem.objects.count()
    before, waiting = kinds(item), set(OrmQ.objects.values_list("id", flat=True))
    night()
    queued = [row.task for row in OrmQ.objects.exclude(id__in=waiting)]
    assert {task["func"] for task in queued} == {services.CHECK}
    for task in queued:
        check(*task["args"])
    assert kinds(item) == [*before, "checked"]
    last = item.continuity.order_by("number").last()
    assert last is not None and last.sha256 == item.sha256


def test_keys_turn_and_the_evidence_stays(item: EvidenceItem, settings: LazySettings) -> None:
    newer = ("v2", b"2" * 32)
    settings.MASTER_KEYS = Keyring((newer, *settings.MASTER_KEYS.keys))
    call_command("sealed_columns", "--rewrap", stdout=StringIO())
    settings.MASTER_KEYS = Keyring((newer,))
    check(str(item.id))
    item.refresh_from_db()
    assert (item.state, wrapped_by(bytes(item.wrapped_key))) == ("released", "v2")


def test_a_master_key_that_is_missing_is_no_mismatch(
    api: Apis, item: EvidenceItem, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    """A mistake in the settings must not lock evidence for good: it is told, and with the key all is as it was."""
    url, ring = link(api.officer, item).body["url"], settings.MASTER_KEYS
    settings.MASTER_KEYS = Keyring((("another", b"3" * 32),))
    check(str(item.id))
    assert fetched(api.officer, url)[0] == 409
    assert {getattr(record, "event", "") for record in caplog.records} >= {"evidence_key_missing"}
    settings.MASTER_KEYS = ring
    item.refresh_from_db()
    assert (item.state, fetched(api.officer, url)[0]) == ("released", 200)


def test_what_came_in_pieces_is_read_again_and_its_keys_turn(api: Apis, report: str, settings: LazySettings) -> None:
    content = bytes(2_000_000)
    where = begin(api.victim, "victim", len(content), report=report).headers["Location"]
    for start in (0, 1_500_000):
        add(api.victim, where, start, content[start : start + 1_500_000])
    newer = ("v2", b"2" * 32)
    settings.MASTER_KEYS = Keyring((newer, *settings.MASTER_KEYS.keys))
    call_command("sealed_columns", "--rewrap", stdout=StringIO())
    assert [wrapped_by(bytes(piece.wrapped_key)) for piece in EvidencePiece.objects.all()] == ["v2", "v2"]
    settings.MASTER_KEYS = Keyring((newer,))
    item = EvidenceItem.objects.get()
    check(str(item.id))
    assert kinds(item)[-1] == "checked"
    path = Folder(settings.EVIDENCE_DIR)._path(EvidencePiece.objects.order_by("start")[1].key)
    path.write_bytes(path.read_bytes()[:-1])
    check(str(item.id))
    assert kinds(item)[-1] == "locked"


def test_there_is_no_way_to_change_or_delete(api: Apis, item: EvidenceItem) -> None:
    """Rule 69: no update or delete API."""
    where = f"officer/reports/{item.report.reference}/evidence/{item.id}"
    for method in ("put", "patch", "delete"):
        with transaction.atomic():
            assert getattr(api.officer, method)(where).status == 405
