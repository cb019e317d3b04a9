"""Held is not for ever: a supervisor releases a false alarm; what a scanner named leaves as a locked archive only."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
import pyzipper
import time_machine
from django.conf import LazySettings
from django.utils import timezone
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from audit.models import Entry
from breaches.evidence import continuity
from breaches.evidence import scan as scanning
from breaches.evidence.models import EvidenceItem
from breaches.evidence.tasks import check, examine
from breaches.models import ForensicLink
from demo.clamd import EICAR
from edge.models import IdempotentAnswer
from tests.integration.evidence.conftest import Send
from tests.integration.evidence.test_continuity import kinds, path_of, spoil, state_of
from tests.integration.evidence.test_examining import zipped
from tests.support import clamd
from tests.support.api import Answer, Api, Apis, Client
from tests.support.evidence import fetched, picture, send, sha256
from webhooks.models import Event

WHY = {"reason": "It is the zip that her telephone puts behind every picture."}
UNIT = {"purpose": "To see what it does", "kind": "forensic", "recipient": "Digital Forensics Unit 2"}
POLYGLOT = picture() + zipped(("note.txt", b"words"))


@pytest.fixture
def held(looked_at: Send) -> EvidenceItem:
    item = looked_at(POLYGLOT)
    assert (item.state, item.examination.holds) == ("held", ["polyglot"])
    return item


@pytest.fixture
def named(looked_at: Send) -> EvidenceItem:
    item = looked_at(EICAR)
    assert (item.state, item.examination.holds) == ("held", ["malware_found"])
    return item


def release(caller: Api, item: EvidenceItem, **said: Any) -> Answer:
    return caller.post(f"officer/reports/{item.report.reference}/evidence/{item.id}/release", {**WHY, **said})


def link(caller: Api, item: EvidenceItem, **said: Any) -> Answer:
    body = {name: value for name, value in {**UNIT, **said}.items() if value is not None}
    return caller.post(f"officer/reports/{item.report.reference}/evidence/{item.id}/links", body)


def test_a_supervisor_releases_a_false_alarm_and_it_is_as_any_item(api: Apis, held: EvidenceItem) -> None:
    Event.objects.all()._raw_delete("default")
    OrmQ.objects.all().delete()
    answer = release(api.supervisor, held)
    assert (answer.status, answer.body["state"], answer.body["holds"]) == (200, "released", ["polyglot"])
    last = held.continuity.order_by("-number")[0]
    assert (last.kind, last.actor_kind, last.reason, last.sha256) == ("released", "officer", WHY["reason"], held.sha256)
    assert continuity.broken_at(held.continuity.order_by("number")) is None
    entry = Entry.objects.get(verb="evidence_released")
    assert (entry.reason, entry.reason_code) == (WHY["reason"], "false_alarm")
    assert {str(held.id), str(held.report_id)} <= set(entry.record_ids)
    told = Event.objects.get(type="evidence.released")
    assert (told.subject, told.state) == (held.id, "released")
    queued = [SignedPackage.loads(row.payload) for row in OrmQ.objects.filter(key="evidence")]
    assert [task["args"] for task in queued] == [(str(held.id),)]
    given = link(api.officer, held, kind="original", recipient=None)
    assert sha256(fetched(api.officer, given.body["url"])[1]) == held.sha256


@pytest.mark.parametrize("who", ["officer", "reviewer", "auditor", "other_officer", "victim", "force"])
def test_nobody_but_a_supervisor_of_the_force_releases(api: Apis, held: EvidenceItem, who: str) -> None:
    assert release(getattr(api, who), held).status in (403, 404)
    assert (state_of(held), kinds(held)[-1]) == ("held", "held")


def test_what_a_scanner_named_stays_held(api: Apis, named: EvidenceItem) -> None:
    answer = release(api.supervisor, named)
    assert (answer.status, answer.code, answer.body["holds"]) == (409, "named_by_scanner", ["malware_found"])
    assert state_of(named) == "held"


def test_what_no_scanner_could_look_at_stays_held(api: Apis, report: str, settings: LazySettings) -> None:
    """No scanner, no release: not by a supervisor either."""
    with clamd.fake(most=10) as server:
        settings.CLAMD = server.setting
        sent = send(api.victim, f"victim/reports/{report}/evidence", b"more than ten bytes").body["id"]
        examine(sent)
    item = EvidenceItem.objects.get(id=sent)
    answer = release(api.supervisor, item)
    assert (answer.code, answer.body["holds"], state_of(item)) == ("named_by_scanner", ["too_large_to_scan"], "held")


def test_whoever_sent_it_or_holds_the_report_asks_a_colleague(
    api: Apis, report: str, held: EvidenceItem, scanner: clamd.Fake
) -> None:
    """An alarm is not called off by those about whose own doing it is."""
    claimed = api.supervisor.post(f"officer/reports/{held.report_id}/claim", {})
    assert claimed.status == 200
    answer = release(api.supervisor, held)
    assert (answer.status, answer.code) == (403, "not_independent")
    assert api.supervisor.post(f"officer/reports/{held.report_id}/release", {}).status == 200
    answer = release(api.supervisor, held)  # put back a moment ago: it was in those hands all the same
    assert (answer.status, answer.code, state_of(held)) == (403, "not_independent", "held")
    own = send(api.supervisor, f"officer/reports/{report}/evidence", POLYGLOT).body["id"]
    EvidenceItem.objects.filter(id=own).update(state="held")
    answer = release(api.supervisor, EvidenceItem.objects.get(id=own))
    assert (answer.status, answer.code) == (403, "not_independent")
    assert Entry.objects.filter(verb="evidence_released").count() == 0


def test_whoever_released_evidence_takes_its_report_no_more(api: Apis, held: EvidenceItem) -> None:
    assert release(api.supervisor, held).status == 200
    where = f"officer/reports/{held.report_id}"
    answer = api.supervisor.post(f"{where}/claim", {})
    assert (answer.status, answer.code) == (403, "not_independent")
    assert api.officer.post(f"{where}/claim", {}).status == 200
    answer = api.supervisor.post(f"{where}/takeover", {"reason": "Nobody has heard of them since this morning."})
    assert (answer.status, answer.code) == (403, "not_independent")


def test_a_second_release_is_refused_with_the_state_and_a_retry_is_answered_again(
    api: Apis, held: EvidenceItem
) -> None:
    where = f"officer/reports/{held.report.reference}/evidence/{held.id}/release"
    first = api.supervisor.post(where, WHY, Idempotency_Key="once")
    again = api.supervisor.post(where, WHY, Idempotency_Key="once")
    assert (first.status, again.status, again.body["state"]) == (200, 200, "released")
    answer = release(api.supervisor, held)
    assert (answer.status, answer.code, answer.body["state"]) == (409, "evidence_not_held", "released")
    assert kinds(held).count("released") == 1


@pytest.mark.parametrize(
    ("said", "code"),
    [({"reason": ""}, "too_short"), ({"reason": " " * 20}, "bad_format"), ({"reason": "x" * 2001}, "too_long"),
     ({"reason": 5}, "wrong_type"), ({"more": 1}, "unknown_field")],
)  # fmt: skip
def test_a_release_needs_a_reason(api: Apis, held: EvidenceItem, said: Any, code: str) -> None:
    answer = release(api.supervisor, held, **said)
    assert (answer.status, {code for _, code in answer.codes}) == (422, {code})


def test_what_is_no_longer_what_was_received_is_not_released(
    api: Apis, held: EvidenceItem, settings: LazySettings
) -> None:
    """It is locked instead, and stays locked though the caller is refused; a missing file is told as missing."""
    spoil(held, settings)
    answer = release(api.supervisor, held)
    assert (answer.status, answer.code, state_of(held)) == (409, "evidence_locked", "locked")


def test_a_missing_file_is_told_as_missing_by_a_release_and_an_archive(
    api: Apis, held: EvidenceItem, settings: LazySettings
) -> None:
    """Never a digest mismatch, and once it is back it can be released."""
    url, path = link(api.officer, held).body["url"], path_of(held, settings)
    kept = path.read_bytes()
    path.unlink()
    answer = release(api.supervisor, held)
    assert (answer.status, answer.code, state_of(held)) == (409, "file_missing", "file_missing")
    status, body, _ = fetched(api.officer, url)
    assert (status, json.loads(body)["code"]) == (409, "file_missing")
    again = link(api.officer, held)
    assert (again.status, again.body["state"]) == (409, "file_missing")
    path.write_bytes(kept)
    check(str(held.id))
    assert (state_of(held), kinds(held)[-2:]) == ("held", ["found_again", "checked"])
    assert release(api.supervisor, held).status == 200


def test_a_file_that_goes_missing_between_two_looks_ends_no_worker(
    api: Apis, report: str, scanner: clamd.Fake, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it is scanned: told as missing, and looked at once it is back."""
    sent = send(api.victim, f"victim/reports/{report}/evidence", picture()).body["id"]
    item = EvidenceItem.objects.get(id=sent)
    path, scan = path_of(item, settings), scanning.scan

    def lose_it(pieces: Any) -> Any:
        path.unlink()
        return scan(pieces)

    monkeypatch.setattr(scanning, "scan", lose_it)
    examine(sent)
    assert (state_of(item), kinds(item)[-1]) == ("file_missing", "file_missing")


def test_a_forensic_unit_gets_what_is_held_as_an_archive_that_only_the_passphrase_opens(
    api: Apis, named: EvidenceItem
) -> None:
    made = link(api.officer, named)
    assert (made.status, made.body["takes"], len(made.body["passphrase"])) == (201, 3, 29)
    assert made.body["passphrase"] not in made.body["url"]
    status, body, headers = fetched(api.officer, made.body["url"])
    assert (status, headers["Content-Type"], headers["X-Content-Type-Options"]) == (200, "application/zip", "nosniff")
    assert EICAR not in body and named.filename.encode() not in body
    with pyzipper.AESZipFile(io.BytesIO(body)) as archive:
        with pytest.raises(RuntimeError):
            archive.read("original.bin")
        archive.setpassword(made.body["passphrase"].encode())
        assert archive.read("original.bin") == EICAR
        manifest = json.loads(archive.read("manifest.json"))
        assert {one.wz_aes_strength for one in archive.infolist()} == {3}  # 256 bits
    assert (manifest["sha256"], manifest["holds"], manifest["recipient"], manifest["take"]) == (
        sha256(EICAR), ["malware_found"], UNIT["recipient"], 1,
    )  # fmt: skip
    last = named.continuity.order_by("-number")[0]
    assert (last.kind, last.recipient, last.reason) == ("exported", UNIT["recipient"], UNIT["purpose"])
    entry = Entry.objects.get(verb="evidence_fetched")
    assert (entry.action, entry.recipient, entry.reason_code) == ("disclosure", UNIT["recipient"], "forensic")


def test_a_forensic_link_is_one_persons_for_an_hour_and_three_takes(api: Apis, named: EvidenceItem) -> None:
    now = timezone.now()
    url = link(api.officer, named).body["url"]
    for other in (api.reviewer, api.supervisor, api.other_officer, api.victim):
        assert fetched(other, url)[0] in (403, 404)
    with time_machine.travel(now + timedelta(minutes=61)):
        assert fetched(api.officer, url)[0] in (401, 403)
    assert [fetched(api.officer, url)[0] for _ in range(4)] == [200, 200, 200, 403]
    assert json.loads(fetched(api.officer, url)[1])["code"] == "link_used_up"
    assert kinds(named).count("exported") == 3


def test_the_passphrase_is_kept_sealed_and_a_retry_shows_the_same(api: Apis, named: EvidenceItem) -> None:
    where = f"officer/reports/{named.report.reference}/evidence/{named.id}/links"
    first, again = (api.officer.post(where, UNIT, Idempotency_Key="a-key").body for _ in range(2))
    assert first == again
    assert first["passphrase"] not in IdempotentAnswer.objects.get(key="a-key").body
    assert ForensicLink.objects.get().passphrase == first["passphrase"]
    assert link(api.officer, named).body["passphrase"] != first["passphrase"]


@pytest.mark.parametrize(
    ("said", "problem"),
    [({"recipient": None}, ("/recipient", "required")), ({"recipient": "  "}, ("/recipient", "too_few")),
     ({"recipient": "x" * 65}, ("/recipient", "too_many")),
     ({"kind": "original"}, ("/recipient", "not_for_this_kind"))],
)  # fmt: skip
def test_a_forensic_link_names_who_gets_it(api: Apis, named: EvidenceItem, said: Any, problem: Any) -> None:
    answer = link(api.officer, named, **said)
    assert (answer.status, answer.codes) == (422, {problem})


def test_a_reviewer_hands_nothing_to_a_forensic_unit(api: Apis, named: EvidenceItem) -> None:
    assert (link(api.reviewer, named).code, link(api.auditor, named).status) == ("wrong_role", 403)


def test_what_was_held_after_a_link_was_made_does_not_leave_by_it(api: Apis, looked_at: Send) -> None:
    """A link to a released original leads nowhere once the item is locked or missing; the archive asks the same."""
    item = looked_at(picture())
    url = link(api.officer, item, kind="original", recipient=None).body["url"]
    EvidenceItem.objects.filter(id=item.id).update(state="locked")
    status, body, _ = fetched(api.officer, url)
    assert (status, json.loads(body)["code"]) == (409, "evidence_locked")


def test_a_large_original_is_never_whole_in_memory(api: Apis, looked_at: Send) -> None:
    """The archive comes in pieces of a few frames, whatever the size of the original."""
    item = looked_at(bytes(9 * 1024 * 1024), "long.bin")
    url = link(api.officer, item).body["url"]
    response: Any = Client().get(url, headers={"Authorization": f"Bearer {api.officer.token}"})
    pieces = [len(piece) for piece in response.streaming_content]
    assert max(pieces) <= 2 * 1024 * 1024 < item.size < sum(pieces)
