"""Resumable uploads, tus 1.0: nothing is lost between the pieces, and nothing half-stored counts."""

from __future__ import annotations

import base64
import hashlib
from itertools import pairwise
from typing import Any

import pytest
from django.conf import LazySettings

from breaches.evidence import queries, tus
from breaches.evidence.models import EvidenceItem, EvidencePiece, EvidenceUpload
from breaches.evidence.sealing import Arrival, Opened
from breaches.evidence.tasks import sweep
from tests.support.api import Answer, Apis
from tests.support.evidence import add, begin, metadata, sha256, stored

CONTENT = bytes(i * 7 % 251 for i in range(300_000))
put = Arrival.place


def begun(api: Apis, report: str, size: int = len(CONTENT), **pairs: str) -> str:
    answer = begin(api.victim, "victim", size, report=report, filename="clip.mp4", **pairs)
    assert answer.status == 201, answer.body
    return answer.headers["Location"]


def offset(answer: Answer) -> str:
    return answer.headers["Upload-Offset"]


def test_a_file_in_pieces_becomes_one_item(api: Apis, report: str) -> None:
    where = begun(api, report, sha256=sha256(CONTENT))
    for start in range(0, len(CONTENT), 70_000):
        answer = add(api.victim, where, start, CONTENT[start : start + 70_000])
        assert answer.status == 204, answer.body
    assert offset(answer) == str(len(CONTENT))
    item = EvidenceItem.objects.get()
    assert (item.sha256, item.size, item.filename, item.exhibit) == (
        sha256(CONTENT), len(CONTENT), "clip.mp4", f"{report}/01",
    )  # fmt: skip
    assert b"".join(Opened(queries.parts_of(item)).pieces()) == CONTENT
    assert len(stored()) == 1  # short pieces became one


def test_it_shows_as_receiving_until_it_is_whole(api: Apis, report: str) -> None:
    where = begun(api, report)
    add(api.victim, where, 0, CONTENT[:1000])
    for rows in (
        api.victim.get(f"victim/reports/{report}/evidence").body["results"],
        api.officer.get(f"officer/reports/{report}/evidence").body["results"],
    ):
        assert [(row["state"], row["exhibit"], row["size"]) for row in rows] == [("receiving", None, len(CONTENT))]


def test_one_asks_where_to_go_on(api: Apis, report: str) -> None:
    where = begun(api, report)
    add(api.victim, where, 0, CONTENT[:1000])
    answer = api.victim.head(where, Tus_Resumable="1.0.0")
    assert (offset(answer), answer.headers["Upload-Length"]) == ("1000", str(len(CONTENT)))
    assert answer.headers["Cache-Control"] == "no-store"


def test_another_offset_is_a_conflict(api: Apis, report: str) -> None:
    where = begun(api, report)
    add(api.victim, where, 0, CONTENT[:1000])
    for start in (0, 999, 1001, len(CONTENT)):
        answer = add(api.victim, where, start, b"x")
        assert (answer.status, answer.code) == (409, "offset_conflict")


def test_a_whole_that_differs_is_refused_and_dropped(api: Apis, report: str) -> None:
    """Rule 66."""
    where = begun(api, report, sha256=sha256(CONTENT + b"x"))
    answer = add(api.victim, where, 0, CONTENT)
    assert (answer.status, answer.code) == (422, "digest_mismatch")
    assert (stored(), EvidenceItem.objects.count(), EvidencePiece.objects.count()) == ([], 0, 0)
    assert add(api.victim, where, 0, CONTENT).code == "digest_mismatch"


def test_long_patches_are_kept_in_pieces(api: Apis, report: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a phone sends in one go is safe bit by bit: a process that dies costs one piece."""
    monkeypatch.setattr(tus, "_PIECE", 64 * 1024)
    where = begun(api, report, len(CONTENT) + 1)
    add(api.victim, where, 0, CONTENT)
    assert EvidencePiece.objects.count() == len(stored()) == 5
    assert add(api.victim, where, len(CONTENT), b"x").status == 204
    item = EvidenceItem.objects.get()
    assert (item.sha256, item.key) == (sha256(CONTENT + b"x"), "")
    assert b"".join(Opened(queries.parts_of(item)).pieces()) == CONTENT + b"x"


def test_a_slow_line_ends_a_piece_too(api: Apis, report: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However slowly it comes, a process that dies costs seconds of it."""
    monkeypatch.setattr(tus, "_READ", 10_000)
    monkeypatch.setattr(tus, "_SHORTEST", 50_000)
    monkeypatch.setattr(tus, "_PIECE_SECONDS", 0)
    add(api.victim, begun(api, report), 0, CONTENT)
    assert set(EvidencePiece.objects.values_list("size", flat=True)) == {50_000}


@pytest.mark.parametrize("cuts", [(), (150_000,)], ids=["one request", "two requests"])
def test_what_came_in_pieces_is_written_once_and_stays(
    api: Apis, report: str, monkeypatch: pytest.MonkeyPatch, cuts: tuple[int, ...]
) -> None:
    """An item is what was acknowledged piece by piece, not a copy of it made afterwards."""
    monkeypatch.setattr(tus, "_PIECE", 64 * 1024)
    monkeypatch.setattr(tus, "_SHORTEST", 1)
    where, placed = begun(api, report, sha256=sha256(CONTENT)), []

    def place(arrival: Arrival) -> None:
        placed.append(arrival.size)
        put(arrival)

    monkeypatch.setattr(Arrival, "place", place)
    for start, end in pairwise((0, *cuts, len(CONTENT))):
        assert add(api.victim, where, start, CONTENT[start:end]).status == 204
    assert sum(placed) == len(CONTENT)
    assert b"".join(Opened(queries.parts_of(EvidenceItem.objects.get())).pieces()) == CONTENT


def test_short_pieces_go_into_the_next_one(api: Apis, report: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A telephone that sends a little at a time leaves no thousands of objects; the checksum is of what it sends."""
    monkeypatch.setattr(tus, "_SHORTEST", 1000)
    where = begun(api, report, sha256=sha256(CONTENT))
    for start in range(0, 3000, 600):
        checksum = f"sha256 {base64.b64encode(hashlib.sha256(CONTENT[start : start + 600]).digest()).decode()}"
        assert add(api.victim, where, start, CONTENT[start : start + 600], Upload_Checksum=checksum).status == 204
    assert list(EvidencePiece.objects.order_by("start").values_list("start", "size")) == [
        (0, 1200), (1200, 1200), (2400, 600),
    ]  # fmt: skip
    assert len(stored()) == 3
    add(api.victim, where, 3000, CONTENT[3000:])
    assert EvidenceItem.objects.get().sha256 == sha256(CONTENT)


def test_bytes_changed_between_the_pieces_are_found(api: Apis, report: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule 66: what does not open any more is no item."""
    monkeypatch.setattr(tus, "_SHORTEST", 1)
    where = begun(api, report)
    add(api.victim, where, 0, CONTENT[:1000])
    stored()[0].write_bytes(b"x" * 1016)
    answer = add(api.victim, where, 1000, CONTENT[1000:])
    assert (answer.status, answer.code, EvidenceItem.objects.count()) == (422, "upload_damaged", 0)
    assert (EvidencePiece.objects.count(), len(stored())) == (2, 2)  # a key opens it once the store is in order
    assert add(api.victim, where, 1000, CONTENT[1000:]).code == "upload_damaged"


def test_what_another_request_brought_meanwhile_is_in_the_digest(
    api: Apis, report: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule 66: the line of the first is cut, and the rest is there before it says so."""
    where, complete = begun(api, report, sha256=sha256(CONTENT)), tus.complete

    def later(**said: Any) -> None:
        if queries.offset_of(said["upload"]) == 150_000:
            with monkeypatch.context() as patched:
                patched.setattr(tus, "complete", lambda **_: None)
                assert add(api.victim, where, 150_000, CONTENT[150_000:]).status == 204
        complete(**said)

    monkeypatch.setattr(tus, "complete", later)
    assert add(api.victim, where, 0, CONTENT[:150_000]).status == 204
    assert EvidenceItem.objects.get().sha256 == sha256(CONTENT)


def test_a_short_piece_that_another_request_took_in_is_no_damage(
    api: Apis, report: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, short = begun(api, report), tus._short
    add(api.victim, where, 0, CONTENT[:1000])

    def overtaken(upload: EvidenceUpload) -> list[EvidencePiece]:
        found = short(upload)
        monkeypatch.setattr(tus, "_short", short)
        assert add(api.victim, where, 1000, CONTENT[1000:2000]).status == 204
        return found

    monkeypatch.setattr(tus, "_short", overtaken)
    answer = add(api.victim, where, 1000, CONTENT[1000:])
    assert (answer.status, answer.code) == (409, "offset_conflict")
    assert add(api.victim, where, 2000, CONTENT[2000:]).status == 204
    assert EvidenceItem.objects.get().sha256 == sha256(CONTENT)


def test_an_item_is_never_refused_afterwards(api: Apis, report: str) -> None:
    where = begun(api, report)
    add(api.victim, where, 0, CONTENT)
    upload = EvidenceUpload.objects.get()
    assert tus.refuse(upload=upload, code="digest_mismatch") == []
    upload.refresh_from_db()
    assert (upload.refused, EvidencePiece.objects.count(), len(stored())) == ("", 1, 1)


def test_a_process_that_died_at_the_last_step_is_made_good(
    api: Apis, report: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = begun(api, report)
    with monkeypatch.context() as patched:
        patched.setattr(tus, "complete", lambda **_: None)
        add(api.victim, where, 0, CONTENT)
    assert EvidenceItem.objects.count() == 0
    sweep()
    sweep()
    assert EvidenceItem.objects.get().sha256 == sha256(CONTENT)
    assert api.victim.get(where).body["item"]["sha256"] == sha256(CONTENT)


@pytest.mark.parametrize("name", ["sha1", "sha256"])
def test_a_piece_with_a_wrong_checksum_does_not_count(api: Apis, report: str, name: str) -> None:
    where = begun(api, report)
    right, wrong = (
        f"{name} {base64.b64encode(hashlib.new(name, content).digest()).decode()}"
        for content in (CONTENT[:1000], CONTENT[:999])
    )
    refused = add(api.victim, where, 0, CONTENT[:1000], Upload_Checksum=wrong)
    assert (refused.status, refused.code) == (460, "checksum_mismatch")
    assert EvidencePiece.objects.count() == 0
    assert add(api.victim, where, 0, CONTENT[:1000], Upload_Checksum=right).status == 204


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Tus_Resumable": "0.2"}, 412, "tus_version"),
        ({"Content_Type": "application/json"}, 415, "unsupported_media_type"),
        ({"Upload_Checksum": "md5 AAAA"}, 422, "refused"),
        ({"Upload_Checksum": "sha256 !"}, 422, "refused"),
    ],
)
def test_a_patch_in_another_form_is_refused(
    api: Apis, report: str, headers: dict[str, str], status: int, code: str
) -> None:
    answer = add(api.victim, begun(api, report), 0, CONTENT, **headers)
    assert (answer.status, answer.code, EvidencePiece.objects.count()) == (status, code, 0)


@pytest.mark.parametrize("start", ["", "x", "-1", "1.5", "٣", "9" * 30])
def test_an_offset_that_is_none_is_refused(api: Apis, report: str, start: str) -> None:
    kind = "application/offset+octet-stream"
    answer = api.victim.patch(
        begun(api, report),
        b"x",
        Tus_Resumable="1.0.0",
        Content_Type=kind,
        Upload_Offset=start.encode().decode("latin-1"),
    )
    assert answer.status in (409, 422)


@pytest.mark.parametrize(
    ("length", "said", "status", "code"),
    [
        (None, "", 422, "required"),
        ("x", "", 422, "required"),
        ("-1", "", 422, "required"),
        ("0", "", 422, "file_empty"),
        (str(1 << 50), "", 413, "body_too_large"),
        ("5", "filename !!!", 422, "bad_format"),
        ("5", metadata(filename="x"), 422, "required"),
        ("5", metadata(report="R-0000-0000-0000"), 404, "not_found"),
        ("5", metadata(report="\x00"), 404, "not_found"),
    ],
)
def test_an_upload_that_cannot_be_is_refused(
    api: Apis, report: str, length: str | None, said: str, status: int, code: str
) -> None:
    headers = {"Tus_Resumable": "1.0.0", "Upload_Metadata": said} | ({"Upload_Length": length} if length else {})
    answer = api.victim.post("victim/evidence-uploads/", b"", **headers)
    assert (answer.status, code in {code for _, code in answer.codes} | {answer.code}) == (status, True), answer.body
    assert EvidenceUpload.objects.count() == 0


def test_more_than_was_announced_is_refused(api: Apis, report: str) -> None:
    answer = add(api.victim, begun(api, report, 10), 0, b"x" * 11)
    assert (answer.status, EvidencePiece.objects.count()) == (413, 0)


def test_only_who_began_it_goes_on(api: Apis, report: str) -> None:
    where = begun(api, report)
    for other, path in (
        (api.other_victim, where), (api.advocate, where), (api.officer, where.replace("/victim/", "/officer/")),
    ):  # fmt: skip
        assert add(other, path, 0, b"x").status == 404


def test_what_is_offered_can_be_asked(api: Apis, settings: LazySettings) -> None:
    answer = api.victim.options("victim/evidence-uploads/")
    assert answer.status == 204
    assert {name: answer.headers[name] for name in ("Tus-Version", "Tus-Extension", "Tus-Max-Size")} == {
        "Tus-Version": "1.0.0",
        "Tus-Extension": "creation,checksum",
        "Tus-Max-Size": str(settings.EVIDENCE_MAX_BYTES),
    }


def test_nothing_is_deleted(api: Apis, report: str) -> None:
    assert api.victim.delete(begun(api, report), Tus_Resumable="1.0.0").status == 405


def test_the_same_key_begins_one_upload(api: Apis, report: str) -> None:
    headers = {
        "Tus_Resumable": "1.0.0",
        "Upload_Length": "9",
        "Upload_Metadata": metadata(report=report),
        "Idempotency_Key": "k",
    }
    first, again = (api.victim.post("victim/evidence-uploads/", b"", **headers) for _ in range(2))
    assert first.headers["Location"] == again.headers["Location"]


def test_forces_and_officers_upload_too(api: Apis, report: str) -> None:
    for caller, audience in ((api.force, "force"), (api.officer, "officer")):
        answer = begin(caller, audience, 5, report=report, filename="a")
        assert add(caller, answer.headers["Location"], 0, b"12345").status == 204
    assert EvidenceItem.objects.count() == 2
    assert begin(api.auditor, "officer", 5, report=report).status == 403


def test_post_stands_in_for_patch(api: Apis, report: str) -> None:
    where = begun(api, report, 3)
    headers = {"Tus_Resumable": "1.0.0", "Upload_Offset": "0", "Content_Type": "application/offset+octet-stream"}
    assert api.victim.post(where, b"123", X_HTTP_Method_Override="PATCH", **headers).status == 204
    assert api.victim.post(where, b"123", **headers).status == 405
