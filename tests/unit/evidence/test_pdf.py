"""Words of a PDF: read in a process of its own, page by page; what is no words, or does harm, is told."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import pytest
from pypdf import PdfWriter

from breaches.evidence.chats import NotAChat, read_messages
from breaches.evidence.chats.pdf import READER
from breaches.evidence.types import WHY_UNREAD, Chat, Message
from scripts.evidence_corpus import CORPUS
from tests.unit.evidence.test_archives import pack, read_zip

LETTER = (CORPUS / "letter.pdf").read_bytes()


def read_pdf(content: bytes) -> tuple[Chat, list[Message]]:
    chat, rows = read_messages(io.BytesIO(content), "application/pdf", name="a.pdf")
    found = list(rows)
    assert all(m.kind == "page" and not m.sender for m in found) and set(chat.unread) <= set(WHY_UNREAD)
    return chat, found


def test_each_page_is_one_and_says_which() -> None:
    chat, rows = read_pdf(LETTER)
    assert [(m.part, m.text) for m in rows] == [("page 1", "I can see you"), ("page 2", "from the window")]
    assert chat.unread.total() == 0


def locked(password: str) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(LETTER))
    writer.encrypt(user_password=password, owner_password="other", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_one_that_anybody_may_open_is_read_and_one_with_a_password_says_so() -> None:
    assert [m.text for m in read_pdf(locked(""))[1]] == ["I can see you", "from the window"]
    with pytest.raises(NotAChat, match="document_encrypted"):
        read_pdf(locked("secret"))


@pytest.mark.parametrize("content", [b"%PDF-1.4\n%%EOF\n", b"%PDF-1.7\n" + b"<<" * 200_000])
def test_a_damaged_one_says_so(content: bytes) -> None:
    with pytest.raises(NotAChat, match="document_unreadable"):
        read_pdf(content)


def test_of_one_that_is_cut_short_what_came_before_is_read() -> None:
    chat, rows = read_pdf(LETTER[: LETTER.index(b"xref")])
    assert [m.text for m in rows] == ["I can see you", "from the window"] and not chat.unread.total()
    chat, rows = read_pdf(LETTER[: LETTER.index(b"from the window")])
    assert [m.text for m in rows] == ["I can see you"] and chat.unread.total() == 1 and chat.notes == ["cut_short"]


def bomb() -> bytes:
    packed = zlib.compress(zlib.compress(b"BT (a) Tj ET " * 20_000_000, 9), 9)
    stream = b"<</Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n" % len(packed) + packed + b"\nendstream"
    start = LETTER.index(b"<</Length")
    return LETTER[:start] + stream + LETTER[LETTER.index(b"endstream", start) + 9 :]


def test_a_page_that_bursts_hides_no_other_and_harms_nothing() -> None:
    chat, rows = read_pdf(bomb())
    assert [m.text for m in rows] in (["from the window"], []) and chat.unread.total() == 2 - len(rows)


def test_whoever_stops_listening_leaves_no_process_behind() -> None:
    before = children()
    _, rows = read_messages(io.BytesIO(LETTER), "application/pdf")
    next(rows)
    rows.close()  # type: ignore[attr-defined]
    assert children() <= before


def children() -> set[str]:
    """The processes that this one started, from any of its threads, and that are not ended and waited for."""
    return {pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()}


def test_a_document_in_an_archive_is_read_too() -> None:
    _, rows = read_zip(pack({"a/letter.pdf": LETTER}))
    assert [m.part for m in rows] == ["a/letter.pdf/page 1", "a/letter.pdf/page 2"]


def test_what_only_speaks_of_a_pdf_is_none() -> None:
    assert READER.name == "pdf"
    chat, rows = read_messages(io.BytesIO(b"20/11/2026, 18:31 - Danny: send %PDF files\n"), "text/plain")
    assert (chat.platform, [m.sender for m in rows]) == ("whatsapp", ["Danny"])
