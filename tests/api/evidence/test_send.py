"""POST .../reports/{key}/evidence: one file, whole or not at all, kept exactly as it came."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from breaches.evidence import queries
from breaches.evidence.models import EvidenceItem
from breaches.evidence.sealing import Opened
from common.envelope import FRAME
from tests.support.api import Apis
from tests.support.evidence import add, begin, form, picture, post_form, send, sha256, stored

CONTENT = picture()


def test_what_is_sent_is_kept_exactly_with_the_hash_the_same_at_both_ends(api: Apis, report: str) -> None:
    """Rule 66, and the issue's "done when"."""
    answer = send(api.victim, f"victim/reports/{report}/evidence", CONTENT, sha256=sha256(CONTENT).upper())
    assert answer.status == 201, answer.body
    assert answer.body == {
        "id": answer.body["id"],
        "exhibit": f"{report}/01",
        "filename": "photo.jpg",
        "size": len(CONTENT),
        "sha256": sha256(CONTENT),
        "state": "quarantined",
        "received_at": answer.body["received_at"],
        "viewable": False,
        "reading": None,
    }
    item = EvidenceItem.objects.get(id=answer.body["id"])
    assert b"".join(Opened(queries.parts_of(item)).pieces()) == CONTENT


def test_what_lies_on_the_disk_is_sealed(api: Apis, report: str) -> None:
    send(api.victim, f"victim/reports/{report}/evidence", b"a sentence that must not lie about " * 100)
    (path,) = stored()
    assert b"sentence" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("size", [1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME, 3 * FRAME + 7])
def test_every_size_comes_back_the_same(api: Apis, report: str, size: int) -> None:
    content = bytes(i * 31 % 251 for i in range(size))
    answer = send(api.victim, f"victim/reports/{report}/evidence", content)
    assert (answer.body["size"], answer.body["sha256"]) == (size, sha256(content))


def test_a_digest_that_differs_is_refused_and_nothing_is_kept_rule_66(api: Apis, report: str) -> None:
    """Rule 66."""
    answer = send(api.victim, f"victim/reports/{report}/evidence", CONTENT, sha256=sha256(CONTENT + b"x"))
    assert (answer.status, answer.code) == (422, "digest_mismatch")
    assert (EvidenceItem.objects.count(), stored()) == (0, [])


def test_exhibits_are_numbered_in_their_case_rule_70(api: Apis, report: str) -> None:
    """Rule 70: with the report's reference before the number, none is like any other anywhere."""
    sent = [send(api.victim, f"victim/reports/{report}/evidence", CONTENT + bytes([n])).body for n in range(3)]
    assert [item["exhibit"] for item in sent] == [f"{report}/01", f"{report}/02", f"{report}/03"]


def test_the_same_key_and_file_twice_is_one_item(api: Apis, report: str) -> None:
    path = f"victim/reports/{report}/evidence"
    first, again = (send(api.victim, path, CONTENT, Idempotency_Key="k") for _ in range(2))
    other = send(api.victim, path, CONTENT + b"x", Idempotency_Key="k")
    assert (first.body, again.headers["Idempotency-Replayed"]) == (again.body, "true")
    assert (other.status, other.code) == (422, "idempotency_key_reused")
    assert EvidenceItem.objects.count() == 1


def test_officers_and_force_systems_send_by_the_same_path(api: Apis, report: str) -> None:
    for caller, audience in ((api.force, "force"), (api.officer, "officer")):
        answer = send(caller, f"{audience}/reports/{report}/evidence", CONTENT)
        assert answer.status == 201, answer.body


def test_an_auditor_adds_nothing(api: Apis, report: str) -> None:
    answer = send(api.auditor, f"officer/reports/{report}/evidence", CONTENT)
    assert (answer.status, answer.code, stored()) == (403, "wrong_role", [])


def test_one_adds_only_to_ones_own_report(api: Apis, report: str) -> None:
    """Rule 83."""
    answer = send(api.other_victim, f"victim/reports/{report}/evidence", CONTENT)
    assert (answer.status, stored()) == (404, [])


def test_the_queue_says_ids_only(api: Apis, report: str) -> None:
    item = send(api.victim, f"victim/reports/{report}/evidence", CONTENT, "Mum at 27 Laburnum Road.jpg").body
    tasks = [SignedPackage.loads(row.payload) for row in OrmQ.objects.filter(key="evidence")]
    assert [(task["func"], task["args"]) for task in tasks] == [("breaches.evidence.tasks.examine", (item["id"],))]


def test_a_report_has_room_for_so_many(api: Apis, report: str, settings: LazySettings) -> None:
    settings.EVIDENCE_MAX_ITEMS = 2
    path = f"victim/reports/{report}/evidence"
    statuses = [send(api.victim, path, CONTENT + bytes([n])).status for n in range(3)]
    assert statuses == [201, 201, 422]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (form(("a", b"")), 422, "file_empty"),
        (form(), 422, "required"),
        (form(("a", b"x"), ("b", b"y")), 422, "one_file_at_a_time"),
        (form(*[(f"{n}.jpg", CONTENT) for n in range(200)]), 422, "one_file_at_a_time"),
        (form(("a", b"x"), field="photo"), 422, "one_file_at_a_time"),
        (form(("a", b"x"), sha256="abc"), 422, "bad_format"),
        (form(("a", b"x"), other="abc"), 422, "unknown_field"),
        (form(("a", b"x" * 1000))[:600], 400, "body_incomplete"),
        (form(("a", b"x"))[:-4], 400, "body_incomplete"),
        (b"no form", 422, "required"),
        (b"", 422, "required"),
        (form(("a", b"x")).replace(b"form-data", b"\xff\xfe"), 422, "required"),
    ],
    ids=["empty file", "no file", "two files", "200 files", "another field", "no digest", "unknown field",
         "stops half-way", "stops in the last boundary", "no form", "no body", "no disposition"],
)  # fmt: skip
def test_what_is_no_file_is_refused_whole(api: Apis, report: str, body: bytes, status: int, code: str) -> None:
    answer = post_form(api.victim, f"victim/reports/{report}/evidence", body)
    told = {code for _, code in answer.codes} | {answer.code}
    assert (answer.status, code in told) == (status, True), answer.body
    assert (stored(), EvidenceItem.objects.count()) == ([], 0)


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=", "application/json", "text/x"]
)
def test_another_content_type_is_refused(api: Apis, report: str, kind: str) -> None:
    answer = api.victim.post(f"victim/reports/{report}/evidence", form(("a", b"x")), Content_Type=kind)
    assert answer.status in (400, 415)
    assert stored() == []


NAMES = {
    "up": "../../../etc/cron.d/x",
    "up, backslashes": "..\\..\\boot.ini",
    "absolute": "/etc/passwd",
    "right to left": "photo\u202egpj.exe",
    "control characters": "a\x07b\x1b[2J.jpg",
    "NUL": "nul\x00byte.jpg",
    "dots": "..",
    "dot": ".",
    "device": "con.jpg",
    "markup": "<script>alert(1)</script>.svg",
    "entities": "&#x2e;&#x2e;&#x2f;x",
    "long": "a" * 600,
    "percent": "%2e%2e%2fx",
    "quotes": "'; drop table breaches_report; --.jpg",
    "no-break": "\ufeff.jpg",
}


@pytest.mark.parametrize("way", ["form", "upload"])
@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_kept_as_words_and_is_no_path(api: Apis, report: str, name: str, way: str) -> None:
    said = NAMES[name]
    if way == "form":
        answer = send(api.victim, f"victim/reports/{report}/evidence", CONTENT, said)
        assert answer.status == 201, answer.body
    else:
        where = begin(api.victim, "victim", len(CONTENT), report=report, filename=said).headers["Location"]
        assert add(api.victim, where, 0, CONTENT).status == 204
    assert EvidenceItem.objects.get().filename == said.replace("\x00", "\ufffd")
    (path,) = stored()
    assert path.relative_to(path.parents[2]).parts[0] == "items"
    assert len(path.name) == 32


def test_a_file_over_the_limit_is_refused(api: Apis, report: str, settings: LazySettings) -> None:
    settings.EVIDENCE_MAX_BYTES = 1000
    for size in (1001, 200_000):
        answer = send(api.victim, f"victim/reports/{report}/evidence", b"x" * size)
        assert (answer.status, answer.code, stored()) == (413, "body_too_large", [])
    assert send(api.victim, f"victim/reports/{report}/evidence", b"x" * 1000).status == 201


def test_the_limits_can_be_asked(api: Apis, settings: LazySettings) -> None:
    body = api.victim.get("victim/evidence-limits").body
    assert (body["max_bytes"], body["max_items"]) == (settings.EVIDENCE_MAX_BYTES, settings.EVIDENCE_MAX_ITEMS)
    assert {"image/jpeg", "video/mp4", "application/pdf", "message/rfc822"} <= set(body["types"])
