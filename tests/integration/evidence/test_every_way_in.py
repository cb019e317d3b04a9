"""One reader for all ways in: whoever sends a file and however it comes, it is examined alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from audit.models import Entry
from breaches.evidence import continuity, tidying
from breaches.evidence.models import EvidenceItem
from breaches.evidence.tasks import examine
from breaches.models import DiaryEvidence, Report
from tests.integration.evidence.test_continuity import kinds
from tests.support import clamd
from tests.support.api import Answer, Api, Apis
from tests.support.evidence import add, begin, form, post_form, send, sha256, stored
from tests.support.orders import a_report

CHAT = (
    b"05/11/2026, 21:04 - Messages and calls are end-to-end encrypted.\n"
    b"05/11/2026, 21:05 - Rob: I know where you are\n"
    b"05/11/2026, 21:06 - Ama: Leave me alone\n"
)  # fmt: skip


def by_form(api: Apis, report: str) -> None:
    assert send(api.victim, f"victim/reports/{report}/evidence", CHAT, "chat.txt").status == 201


def by_pieces(api: Apis, report: str) -> None:
    where = begin(api.victim, "victim", len(CHAT), report=report, filename="chat.txt").headers["Location"]
    assert add(api.victim, where, 0, CHAT[:50]).status == 204
    assert add(api.victim, where, 50, CHAT[50:]).status == 204


def by_officer(api: Apis, report: str) -> None:
    assert send(api.officer, f"officer/reports/{report}/evidence", CHAT, "chat.txt").status == 201


def by_system(api: Apis, report: str) -> None:
    assert send(api.force, f"force/reports/{report}/evidence", CHAT, "chat.txt").status == 201


def by_receipt(api: Apis, report: str) -> None:
    receipt = api.nobody.post("public/reports", a_report()).body["receipt"]
    assert with_receipt(api.nobody, receipt).status == 201


def by_diary(api: Apis, report: str) -> None:
    entry = api.victim.post("victim/diary", a_report()).body["id"]
    assert send(api.victim, f"victim/diary/{entry}/evidence", CHAT, "chat.txt").status == 201
    assert api.victim.post(f"victim/diary/{entry}/report", {}).status == 201


def with_receipt(api: Api, receipt: str, content: bytes = CHAT, **fields: str) -> Answer:
    return post_form(api, "public/receipts/evidence", form(("chat.txt", content), receipt=receipt, **fields))


WAYS: dict[str, Callable[[Apis, str], None]] = {
    "form": by_form, "pieces": by_pieces, "officer": by_officer, "system": by_system, "receipt": by_receipt,
    "diary": by_diary,
}  # fmt: skip


def test_the_same_file_is_read_the_same_whichever_way_it_came(api: Apis, report: str, scanner: clamd.Fake) -> None:
    """State, type, reading, messages and senders; and each has the same beginning of continuity."""
    found: dict[str, Any] = {}
    for name, send_it in WAYS.items():
        before = set(EvidenceItem.objects.values_list("id", flat=True))
        send_it(api, report)
        (item,) = EvidenceItem.objects.exclude(id__in=before)
        examine(str(item.id))
        key = Report.objects.get(id=item.report_id).reference
        told = api.officer.get(f"officer/reports/{key}/evidence/{item.id}").body
        said = api.officer.get(f"officer/reports/{key}/evidence/{item.id}/messages").body["results"]
        found[name] = {
            **{part: told[part] for part in ("state", "media_type", "filename", "sha256", "reading", "holds", "notes")},
            "messages": said,
            "senders": [row["sender"] for row in told["contacts"]],
            "continuity": kinds(item),
        }
    expected = found["form"]
    assert (expected["state"], expected["reading"]["state"], len(expected["messages"])) == ("released", "whole", 3)
    assert expected["continuity"] == ["received", "sealed", "released"]
    assert found == dict.fromkeys(WAYS, expected)


# ---- by a receipt


def test_a_file_with_a_receipt_comes_to_the_report_and_says_only_that_it_arrived(api: Apis, order: str) -> None:
    receipt = api.nobody.post("public/reports", a_report()).body["receipt"]
    answer = with_receipt(api.nobody, receipt, sha256=sha256(CHAT))
    assert answer.status == 201
    assert set(answer.body) == {"filename", "size", "sha256", "received_at"}
    item = EvidenceItem.objects.get()
    assert (answer.body["sha256"], item.sha256, item.received_from_kind) == (sha256(CHAT), sha256(CHAT), "public")
    (row,) = api.officer.get("officer/reports?queue=review").body["results"]
    assert row["evidence_count"] == 1


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [({}, 422, "required"), ({"receipt": ""}, 422, "required"), ({"receipt": "x" * 101}, 422, "required"),
     ({"receipt": "0000 0000 0000 0000"}, 404, "not_found"), ({"receipt": "none at all"}, 404, "not_found")],
)  # fmt: skip
def test_without_a_receipt_nothing_of_a_file_is_kept(
    api: Apis, order: str, fields: dict[str, str], status: int, told: str
) -> None:
    answer = post_form(api.nobody, "public/receipts/evidence", form(("chat.txt", CHAT), **fields))
    assert answer.status == status
    assert told in (answer.code, *(code for _, code in answer.codes))
    assert (EvidenceItem.objects.count(), stored()) == (0, [])


def test_a_receipt_after_the_file_is_refused_before_the_file_is_kept(api: Apis, order: str) -> None:
    receipt = api.nobody.post("public/reports", a_report()).body["receipt"]
    body = form(("chat.txt", CHAT), receipt=receipt)
    boundary = body.split(b"\r\n")[0]
    first, second = body.split(boundary)[1:3]
    turned = boundary + second + boundary + first + boundary + b"--\r\n"
    answer = post_form(api.nobody, "public/receipts/evidence", turned)
    assert (answer.status, answer.codes, stored()) == (422, {("/receipt", "required")}, [])


def test_guessing_receipts_with_files_is_slowed_down(api: Apis, order: str) -> None:
    """As at the other addresses of receipts."""
    answers = [with_receipt(api.nobody, "0000 0000 0000 0000").status for _ in range(7)]
    assert answers[0] == 404 and answers[-1] == 429


def test_a_report_takes_so_many_files_by_receipt_as_by_any_way(api: Apis, order: str, settings: Any) -> None:
    settings.EVIDENCE_MAX_ITEMS, settings.EVIDENCE_MAX_BYTES = 1, len(CHAT)
    receipt = api.nobody.post("public/reports", a_report()).body["receipt"]
    assert with_receipt(api.nobody, receipt, CHAT + b"x").status == 413
    assert with_receipt(api.nobody, receipt).status == 201
    answer = with_receipt(api.nobody, receipt)
    assert (answer.status, answer.code) == (422, "too_many_items")


# ---- beside the diary


@pytest.fixture
def entry(api: Apis, order: str) -> str:
    return str(api.victim.post("victim/diary", a_report()).body["id"])


def test_a_file_beside_a_diary_entry_is_hers_until_she_reports_it(api: Apis, entry: str) -> None:
    answer = send(api.victim, f"victim/diary/{entry}/evidence", CHAT, "chat.txt", sha256=sha256(CHAT))
    assert (answer.status, answer.body["sha256"]) == (201, sha256(CHAT))
    assert api.victim.get(f"victim/diary/{entry}/evidence").body["results"] == [answer.body]
    assert (EvidenceItem.objects.count(), DiaryEvidence.objects.count()) == (0, 1)
    for other in (api.other_victim, api.officer, api.force, api.advocate, api.nobody):
        assert other.get(f"victim/diary/{entry}/evidence").status in (401, 403, 404)
        assert send(other, f"victim/diary/{entry}/evidence", CHAT).status in (401, 403, 404)
    report = api.victim.post(f"victim/diary/{entry}/report", {}).body["reference"]
    (row,) = api.victim.get(f"victim/reports/{report}/evidence").body["results"]
    item = EvidenceItem.objects.get(id=row["id"])
    assert (item.exhibit, item.filename, item.sha256) == (f"{report}/01", "chat.txt", sha256(CHAT))
    kept = DiaryEvidence.objects.get()
    assert (item.key, item.received_at, len(stored())) == (kept.key, kept.received_at, 1)
    first = item.continuity.order_by("number")[0]
    assert (first.kind, first.reason, first.at) == ("received", "kept with an entry of her diary", kept.received_at)
    assert continuity.broken_at(item.continuity.order_by("number")) is None
    assert Entry.objects.filter(verb="evidence_received").count() == 1


def test_an_entry_that_is_a_report_sends_to_the_report(api: Apis, entry: str) -> None:
    report = api.victim.post(f"victim/diary/{entry}/report", {}).body["reference"]
    answer = send(api.victim, f"victim/diary/{entry}/evidence", CHAT)
    assert (answer.status, answer.code, answer.body["report"]) == (409, "already_reported", report)


def test_a_diary_entry_has_the_limits_of_a_report(api: Apis, entry: str, settings: Any) -> None:
    settings.EVIDENCE_MAX_ITEMS, settings.EVIDENCE_MAX_BYTES = 1, len(CHAT)
    where = f"victim/diary/{entry}/evidence"
    assert send(api.victim, where, CHAT + b"x").status == 413
    assert send(api.victim, where, CHAT, sha256="0" * 64).code == "digest_mismatch"
    assert send(api.victim, where, CHAT).status == 201
    assert send(api.victim, where, CHAT).code == "too_many_items"
    assert DiaryEvidence.objects.count() == 1


def test_the_nightly_tidying_keeps_what_lies_beside_a_diary(api: Apis, entry: str) -> None:
    send(api.victim, f"victim/diary/{entry}/evidence", CHAT)
    assert tidying.remove_strays(before=timezone.now()) == 0
    assert len(stored()) == 1
