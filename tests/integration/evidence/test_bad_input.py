"""What is made to do harm, or was harmed: bounded, told in `reading`, the original kept, and the worker goes on.

Each goes the whole way: sent by the victim, scanned, opened by the process apart.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from breaches.evidence import examining, queries
from breaches.evidence.inspecting import Ask, Pieces, inspect_item
from breaches.evidence.models import EvidenceItem
from breaches.evidence.sealing import Opened
from tests.integration.evidence.conftest import Send
from tests.support import hostile
from tests.support.api import Apis
from tests.support.evidence import picture, send, sha256
from tests.support.hostile import CHAT, Make

SECONDS = 60  # on a machine that others work on; each takes a few by itself
# Of each what says so, among the reasons it was held, its notes and why it was not read.
BAD: dict[str, tuple[Make, str, str]] = {
    "archive of members in one another": (hostile.overlapping_archive, "held", "archive_bomb"),
    "archive of 300,000 members": (lambda: hostile.archive_of_many(300_000), "held", "archive_bomb"),
    "archive of a million members": (lambda: hostile.archive_of_many(1_000_000), "held", "archive_bomb"),
    "archive that holds itself by name": (lambda: hostile.zipped(("r.zip", CHAT)), "held", "archive_nested"),
    "archive in archives of other names": (lambda: hostile.nested_archive(12), "released", "member_is_archive"),
    "names of 64 kB": (
        lambda: hostile.archive_of_names(*(b"%d" % n + b"n" * 65_500 for n in range(30))), "released", "whole",
    ),
    "names that are no UTF-8": (
        lambda: hostile.archive_of_names(b"\xff\xfe\x80.txt", b"a.txt", flags=0x800), "held", "archive_unreadable",
    ),
    "names of an old code page": (lambda: hostile.archive_of_names(b"\x81\xfe\x80.txt"), "released", "whole"),
    "names with a nought": (lambda: hostile.archive_of_names(b"a\0b.txt"), "released", "whole"),
    "an absolute path": (lambda: hostile.archive_of_names(b"/etc/passwd"), "held", "archive_traversal"),
    "a parent path": (lambda: hostile.archive_of_names(b"a/../../b.txt"), "held", "archive_traversal"),
    "a disk of its own": (lambda: hostile.archive_of_names(b"C:\\b.txt"), "held", "archive_traversal"),
    "a billion laughs": (lambda: hostile.laughs("smses"), "released", "xml_doctype"),
    "a billion laughs in a drawing": (lambda: hostile.laughs("svg"), "held", "active_content"),
    "JSON a million deep": (lambda: hostile.deep_json(1_000_000), "released", "cut_short"),
    "mail 100 deep": (lambda: hostile.nested_mail(100, "rfc822"), "released", "member_too_deep"),
    "parts 100 deep": (lambda: hostile.nested_mail(100, "mixed"), "released", ""),
    "mail 5,000 deep": (lambda: hostile.nested_mail(5_000, "rfc822"), "released", "mail_unreadable"),
    "parts 5,000 deep": (lambda: hostile.nested_mail(5_000, "mixed"), "released", "mail_unreadable"),
    "PNG of 100,000 x 100,000": (lambda: hostile.png_of(100_000, 100_000), "held", "picture_bomb"),
    "GIF of 65,535 x 65,535": (lambda: hostile.claiming("GIF"), "held", "picture_bomb"),
    "BMP of 100,000 x 100,000": (lambda: hostile.claiming("BMP"), "held", "picture_bomb"),
    "JPEG of 65,500 x 65,500": (lambda: hostile.claiming("JPEG"), "held", "picture_bomb"),
    "TIFF in a circle": (hostile.tiff_in_a_circle, "released", ""),
    "200,000 frames": (lambda: hostile.frames(200_000), "released", "frames_left_out"),
    "one line of 30 MB": (lambda: CHAT + b"x" * 30_000_000, "released", "whole"),
    "2 million empty lines": (lambda: CHAT + b"\n" * 2_000_000, "released", "whole"),
    **{name: (make, "released", "film_") for name, make in hostile.FILMS.items()},
}  # fmt: skip


def list_told(item: EvidenceItem) -> str:
    """All that is said of it: reasons, notes, and how much was read."""
    found = item.examination
    assert found.reading_state in ("whole", "part", "none")
    assert bool(found.why_unread) == (found.reading_state != "whole")
    return " ".join((*found.holds, *found.notes, *found.why_unread, found.reading_state))


@pytest.mark.parametrize("name", BAD)
def test_it_is_bounded_and_told_and_kept(looked_at: Send, name: str) -> None:
    make, state, code = BAD[name]
    content, begun = make(), time.monotonic()
    item = looked_at(content, "file")
    assert time.monotonic() - begun < SECONDS
    assert (item.state, code in list_told(item)) == (state, True), list_told(item)
    assert item.sha256 == sha256(content)
    assert b"".join(Opened(queries.parts_of(item)).pieces()) == content
    assert looked_at(CHAT, "chat.txt").examination.reading_state == "whole"


@pytest.mark.parametrize(
    "name", ["\u202egpj.exe", "a" * 900, "../../etc/passwd", "\ud800", "\\\\host\\c$\\x", "ｆｉｌｅ"]
)
def test_a_name_is_words_and_nothing_else(api: Apis, report: str, name: str) -> None:
    answer = send(api.victim, f"victim/reports/{report}/evidence", CHAT, name.encode("utf-8", "replace").decode())
    assert answer.status == 201, answer.body
    assert len(EvidenceItem.objects.get().filename) <= 1000


def loop(ask: Ask) -> Pieces:
    """A library that never comes back."""
    while not ask.let_go:
        pass
    yield []


def swell(ask: Ask) -> Pieces:
    """A library that takes all the memory there is."""
    held = []
    while not ask.let_go:
        held.append(bytearray(64 * 1024 * 1024))
    yield []


def fail(ask: Ask) -> Pieces:
    """A library that has a fault."""
    if not ask.let_go:
        raise ZeroDivisionError(ask.filename)
    yield []


@pytest.mark.parametrize(("work", "why"), [(loop, "time_ran_out"), (swell, "memory_ran_out"), (fail, "reading_failed")])
def test_what_ends_the_process_that_opens_it_is_held_and_said(
    looked_at: Send, monkeypatch: pytest.MonkeyPatch, work: Any, why: str
) -> None:
    """A file that was in quarantine for good, tried again every five minutes, would be told to nobody."""
    with monkeypatch.context() as hostile_library:
        hostile_library.setattr(examining, "MOST_SECONDS", 3.0)
        hostile_library.setattr(examining, "MOST_MEMORY", 128 * 1024 * 1024)
        hostile_library.setattr(examining, "inspect_item", work)
        item = looked_at(CHAT, "chat.txt")
    assert (item.state, item.examination.holds) == ("held", ["examination_failed"])
    assert set(item.examination.why_unread) == {"held", why}
    assert b"".join(Opened(queries.parts_of(item)).pieces()) == CHAT
    assert looked_at(CHAT, "chat.txt").state == "released"


def test_what_was_read_before_the_time_ran_out_counts(looked_at: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    real = inspect_item

    def slow(ask: Ask) -> Pieces:
        for piece in real(ask):
            yield piece
            if isinstance(piece, list):
                yield from loop(ask)

    monkeypatch.setattr(examining, "MOST_SECONDS", 3.0)
    monkeypatch.setattr(examining, "inspect_item", slow)
    found = looked_at(CHAT, "chat.txt").examination
    assert (found.reading_state, found.things_read, found.platform) == ("part", 40, "whatsapp")
    assert found.why_unread == {"time_ran_out": 1}


def test_reading_on_without_a_message_outlasts_the_patience_of_the_database(
    looked_at: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection would be ended, and the item be in quarantine for good."""
    real = inspect_item

    def slow(ask: Ask) -> Pieces:
        for piece in real(ask):
            until = time.monotonic() + 1.5
            while isinstance(piece, list) and time.monotonic() < until:
                pass
            yield piece

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '1s'")
    monkeypatch.setattr(examining, "inspect_item", slow)
    assert looked_at(CHAT, "chat.txt").examination.reading_state == "whole"


def test_a_picture_that_ends_the_process_has_no_copy(looked_at: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(parts: Any) -> Iterator[bytes]:
        if parts:
            raise ZeroDivisionError
        yield b""

    monkeypatch.setattr(examining, "copy_picture", never)
    item = looked_at(picture())
    assert (item.state, item.derivatives.exists()) == ("released", False)


def test_each_kind_cut_short_or_altered_is_told_and_kept(looked_at: Send) -> None:
    """A few of each the whole way; many more without a database in tests/unit/evidence/test_damaged_files.py."""
    drawn = random.Random(14)
    for make in hostile.samples().values():
        for content in hostile.mutations(make(), drawn.randrange(2**32), 2):
            if content:
                item = looked_at(content, "file")
                assert item.state in ("released", "held") and list_told(item)
                assert item.sha256 == sha256(content)


def test_messages_come_out_of_the_process_as_they_went_in(looked_at: Send) -> None:
    """More than are handed over at once."""
    item = looked_at(b"".join(b"20/11/2026, 18:31 - D: %d\n" % n for n in range(1_201)), "chat.txt")
    texts = [row["text"] for some in item.messages.order_by("index") for row in some.said]
    assert (item.examination.things_read, texts) == (1_201, [str(n) for n in range(1_201)])


def test_the_name_of_a_member_is_not_kept_in_full_with_each_of_its_messages(looked_at: Send) -> None:
    """64 kB two million times would fill any disk."""
    item = looked_at(hostile.archive_of_names(b"n" * 65_000), "phone.zip")
    [some] = item.messages.all()
    assert {len(row["part"]) for row in some.said} == {1000}
