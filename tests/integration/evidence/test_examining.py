"""From quarantine to released or held: scanned, looked at, never run. Bad input, one by one."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings
from django.utils import timezone
from django_q.models import OrmQ

from breaches.evidence.models import EvidenceItem
from breaches.evidence.tasks import examine, sweep
from demo.clamd import EICAR
from tests.integration.evidence.conftest import Send
from tests.support import clamd
from tests.support.api import Apis
from tests.support.evidence import picture, send
from webhooks.models import Event


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds hardly anything."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def linked() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("photo.jpg")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


def tarred(name: str = "../../etc/cron.d/x", mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        archive.addfile(tarfile.TarInfo(name))
    return out.getvalue()


def with_a_directory_of(size: int) -> bytes:
    """An archive whose end says how much must be read into memory before anything is known."""
    whole = zipped(("a.txt", b"x"))
    end = whole.rindex(b"PK\x05\x06")
    return whole[: end + 12] + struct.pack("<L", size) + whole[end + 16 :]


EXE = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + struct.pack("<HHIIIHH", 0x14C, 1, 0, 0, 0, 224, 0x102)
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
HELD: dict[str, tuple[Callable[[], bytes], str]] = {
    "EICAR": (lambda: EICAR, "malware_found"),
    "zip bomb": (lambda: zipped(("a.txt", bytes(50 << 20))), "archive_bomb"),
    "nested archive": (lambda: zipped(("b.zip", zipped(("c.zip", b"x")))), "archive_nested"),
    "traversing archive": (lambda: zipped(("../../etc/cron.d/x", b"x")), "archive_traversal"),
    "traversing archive, backslashes": (lambda: zipped(("..\\..\\x.txt", b"x")), "archive_traversal"),
    "absolute archive": (lambda: zipped(("/etc/passwd", b"x")), "archive_traversal"),
    "archive with a link": (linked, "archive_traversal"),
    "archive with a program": (lambda: zipped(("photo.jpg.exe", b"x")), "executable"),
    "picture that is a page": (lambda: picture() + b"<html><script>alert(1)</script></html>", "polyglot"),
    "picture that is an archive": (lambda: picture() + zipped(("a.js", b"x")), "polyglot"),
    "PDF that is an archive": (lambda: PDF + zipped(("a.js", b"x")), "polyglot"),
    "page that begins as a picture": (lambda: b"\xff\xd8\xff\xe0<html><script>alert(1)</script>", "polyglot"),
    "SVG with script": (lambda: SVG, "active_content"),
    "page": (lambda: b"<!DOCTYPE html><html><body onload=alert(1)></html>", "active_content"),
    "PDF with script": (lambda: PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript>>"), "active_content"),
    "macro document": (lambda: zipped(("word/document.xml", b"x"), ("word/vbaProject.bin", b"x")), "macro_document"),
    "old macro document": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000) + "_VBA_PROJECT".encode("utf-16-le") + bytes(2000),
        "macro_document",
    ),
    "decompression bomb": (lambda: png_of(50_000, 50_000), "picture_bomb"),
    "archive of another kind": (tarred, "archive_unreadable"),
    "packed archive": (lambda: tarred("photo.jpg", "w:gz"), "archive_unreadable"),
    "archive with a directory of gigabytes": (lambda: with_a_directory_of(3 << 30), "archive_bomb"),
    "SVG in UTF-16": (lambda: SVG.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "active_content"),
    "SVG after much space": (lambda: b" " * 100_000 + SVG, "active_content"),
    "page whose script comes late": (lambda: b"<p>" + b"words " * 30_000 + b"<script>x()</script>", "active_content"),
    "PDF with script, spelt otherwise": (
        lambda: PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/J#61v#61Script>>"),
        "active_content",
    ),
    "office document as XML": (
        lambda: b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument/>',
        "macro_document",
    ),
    "rich text with an object": (lambda: b"{\\rtf1{\\object\\objdata 0105}}", "macro_document"),
    "macro document of another office": (lambda: zipped(("Basic/script-lb.xml", b"x")), "macro_document"),
    "program": (lambda: EXE + bytes(400), "executable"),
    "script": (lambda: b"#!/bin/sh\nrm -rf /\n", "executable"),
}
RELEASED: dict[str, tuple[Callable[[], bytes], str]] = {
    "picture": (picture, "image/jpeg"),
    "picture named .exe": (lambda: picture("PNG"), "image/png"),
    "picture that is corrupt": (lambda: picture("JPEG", (400, 300))[:900], "image/jpeg"),
    "picture that is only its beginning": (lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(40), "image/jpeg"),
    "PDF": (lambda: PDF, "application/pdf"),
    "text": ("Liebe Grüße, he wrote <b>bold</b>".encode, "text/plain"),
    "archive": (lambda: zipped(("a/photo.jpg", picture()), ("notes.txt", b"x")), "application/zip"),
    "bytes of no kind": (lambda: bytes([0x93, 0x17, 0xFE, 0x01]) * 50, "application/octet-stream"),
}


@pytest.mark.parametrize("name", HELD)
def test_what_could_do_harm_is_held_with_a_reason(looked_at: Send, name: str) -> None:
    make, reason = HELD[name]
    item = looked_at(make(), "holiday.jpg")
    assert item.state == "held"
    assert reason in item.examination.holds
    assert not item.derivatives.exists()


@pytest.mark.parametrize("name", RELEASED)
def test_what_is_harmless_is_released_by_its_content(looked_at: Send, name: str) -> None:
    """Wrong endings mean nothing, and a broken photograph is evidence too."""
    make, media_type = RELEASED[name]
    item = looked_at(make(), "holiday.exe")
    assert (item.state, item.examination.holds, item.examination.media_type) == ("released", [], media_type)


def test_a_corrupt_picture_has_no_copy_and_says_so(looked_at: Send) -> None:
    item = looked_at(picture("JPEG", (400, 300))[:900])
    assert item.examination.notes == ["picture_unreadable"]
    assert not item.derivatives.exists()


def test_a_picture_too_large_to_unpack_is_released_without_a_copy(looked_at: Send) -> None:
    """Its pixels would not fit into a worker's memory: it is evidence all the same."""
    item = looked_at(png_of(14_000, 14_000))
    assert (item.state, item.examination.notes) == ("released", ["picture_too_large"])
    assert not item.derivatives.exists()


@pytest.mark.parametrize(("content", "event"), [(picture(), "evidence.released"), (EICAR, "evidence.held")])
def test_others_are_told_ids_only(looked_at: Send, content: bytes, event: str) -> None:
    item = looked_at(content, "Mum.jpg")
    told = Event.objects.get(subject=item.id)
    assert (told.type, told.reference, told.state) == (event, item.report.reference, item.state)


def test_what_is_scanned_is_what_was_sent(looked_at: Send, scanner: clamd.Fake) -> None:
    item = looked_at(picture())
    assert scanner.seen == [item.sha256]


def test_with_no_scanner_it_is_taken_and_waits(api: Apis, report: str, settings: LazySettings) -> None:
    """Never refused for it; found by the sweep once there is one again."""
    for setting in ("", "unix:/nowhere/clamd.sock", "tcp:127.0.0.1:1", "nonsense"):
        settings.CLAMD = setting
        answer = send(api.victim, f"victim/reports/{report}/evidence", picture())
        examine(answer.body["id"])
        assert (answer.status, EvidenceItem.objects.get(id=answer.body["id"]).state) == (201, "quarantined")
    before = OrmQ.objects.filter(key="evidence").count()
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        sweep()
    assert OrmQ.objects.filter(key="evidence").count() == before + 4


def test_what_is_too_large_for_the_scanner_is_held(api: Apis, report: str, settings: LazySettings) -> None:
    with clamd.fake(most=1000) as server:
        settings.CLAMD = server.setting
        answer = send(api.victim, f"victim/reports/{report}/evidence", bytes(3 << 20))
        examine(answer.body["id"])
    item = EvidenceItem.objects.get(id=answer.body["id"])
    assert (item.state, item.examination.holds) == ("held", ["too_large_to_scan"])


def test_looking_twice_changes_nothing(looked_at: Send) -> None:
    item = looked_at(picture())
    entries = item.continuity.count()
    examine(str(item.id))
    assert (item.continuity.count(), item.derivatives.count()) == (entries, 1)


def test_a_real_clamd_finds_eicar(api: Apis, report: str, settings: LazySettings, tmp_path: Path) -> None:
    """Where this machine has one; elsewhere one that speaks as it does."""
    with clamd.best(tmp_path / "clamd") as setting:
        settings.CLAMD = setting
        found = {}
        for name, content in {"eicar": EICAR, "inside": b"words " + EICAR, "clean": picture()}.items():
            answer = send(api.victim, f"victim/reports/{report}/evidence", content)
            examine(answer.body["id"])
            found[name] = EvidenceItem.objects.get(id=answer.body["id"])
        large = send(api.victim, f"victim/reports/{report}/evidence", bytes(21 << 20))
        examine(large.body["id"])
    assert {name: item.state for name, item in found.items()} == {
        "eicar": "held",
        "inside": "held",
        "clean": "released",
    }
    assert found["clean"].examination.scanner.startswith("ClamAV ")
    assert EvidenceItem.objects.get(id=large.body["id"]).examination.holds == ["too_large_to_scan"]
