"""What lies in an archive: one member that is not read hides no other, and none is passed over in silence."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest

from breaches.evidence.chats import NotAChat, read_messages
from breaches.evidence.types import WHY_UNREAD, Chat, Message
from tests.support.evidence import picture

CHAT = b"20/11/2026, 18:31 - Danny: I can see you\n"
APPLE = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        " + bytes(80)
TEXTS = b'<smses count="1"><sms address="+447700900123" date="1795199460000" type="1" body="texted"/></smses>'
MAIL = b"From: d@example.com\nTo: a@example.com\nSubject: s\nDate: Fri, 20 Nov 2026 18:31:00 +0000\n\nmailed\n"


def pack(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def read_zip(content: bytes) -> tuple[Chat, list[Message]]:
    chat, rows = read_messages(io.BytesIO(content), "application/zip")
    return chat, list(rows)


def test_what_a_mac_packs_beside_a_chat_is_not_taken_for_it() -> None:
    """Case 01: AppleDouble files (RFC 1740) are metadata."""
    chat, (message,) = read_zip(
        pack({"x/_chat.txt": CHAT, "__MACOSX/x/._ _chat.txt": APPLE, "x/.DS_Store": APPLE, "x/._a.txt": APPLE})
    )
    assert (message.sender, message.part) == ("Danny", "x/_chat.txt") and not chat.unread


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("_chat.txt", b"", "member_empty"), ("chat notes.txt", b"what I remember", "member_not_read"),
        ("message_1.json", b"{broken", "member_not_read"), ("photo.jpg", picture(), "member_not_read"),
        ("result.json", b'{"messages": "none"}', "member_unreadable"), ("sms.xml", b"<other/>", "member_not_read"),
    ],
)  # fmt: skip
def test_a_member_that_is_not_read_hides_no_other_and_is_told(name: str, content: bytes, why: str) -> None:
    for members in ({name: content, "z.txt": CHAT}, {"a.txt": CHAT, name + "2": content}):
        chat, (message,) = read_zip(pack(members))
        assert (message.text, dict(chat.unread)) == ("I can see you", {why: 1})
        assert set(chat.unread) <= set(WHY_UNREAD)


def test_a_damaged_member_hides_no_other() -> None:
    raw = bytearray(pack({"a.txt": CHAT * 50, "b.txt": CHAT}))
    raw[60:70] = bytes(10)
    chat, rows = read_zip(bytes(raw))
    assert rows[-1].part == "b.txt" and chat.unread["member_unreadable"] == 1


def test_a_chat_is_known_by_its_content_in_every_language() -> None:
    names = [
        "Conversación de WhatsApp con D.txt",
        "Discussion WhatsApp avec D.txt",
        "与D的聊天.txt",
        "دردشة.txt",
        "Sgwrs.txt",
    ]
    _, rows = read_zip(pack(dict.fromkeys(names, CHAT)))
    assert [m.part for m in rows] == names


def test_fifty_chats_are_no_limit() -> None:
    chat, rows = read_zip(pack({f"chat {n}.txt": CHAT for n in range(120)}))
    assert len(rows) == 120 and not chat.unread


def test_texts_and_mails_in_an_archive_are_read_as_outside_each_with_its_platform() -> None:
    chat, rows = read_zip(pack({"a.txt": CHAT, "backup": TEXTS, "saved mail": MAIL}))
    assert [(m.part, m.platform, m.sender) for m in rows] == [
        ("a.txt", "whatsapp", "Danny"), ("backup", "sms", "+447700900123"), ("saved mail", "email", "d@example.com")
    ]  # fmt: skip
    assert not chat.unread


def test_an_archive_of_pictures_alone_says_that_nothing_was_read() -> None:
    with pytest.raises(NotAChat, match="member_not_read"):
        read_zip(pack({"a.jpg": picture(), "b.jpg": picture()}))


def test_wide_letters_without_a_mark_are_read_in_an_archive_too() -> None:
    _, (message,) = read_zip(pack({"chat.txt": CHAT.decode().encode("utf-16-le")}))
    assert (message.sender, message.text) == ("Danny", "I can see you")


def test_a_folder_named_in_every_language_and_more_than_fifty_chats_are_read() -> None:
    names = ("Sohbet geçmişi", "Chat de WhatsApp con Danny", "مراسلة واتساب", "WhatsApp 聊天", "Чат WhatsApp с Danny")
    _, rows = read_zip(pack({f"{name} {number}.txt": CHAT for name in names for number in range(12)}))
    assert len({m.part for m in rows}) == 60


def test_a_page_with_a_number_of_thousands_of_digits_hides_no_other() -> None:
    chat, rows = read_zip(pack({"a.txt": CHAT, f"messages{'9' * 5000}.html": b"<html><body>words</body></html>"}))
    assert [m.text for m in rows] == ["I can see you", "words"] and not chat.unread


def test_an_archive_in_an_archive_is_told_as_one() -> None:
    chat, rows = read_zip(pack({"_chat.txt": CHAT, "more.zip": pack({"_chat.txt": CHAT})}))
    assert len(rows) == 1 and chat.unread == {"member_is_archive": 1}
    with pytest.raises(NotAChat) as none:
        read_zip(pack({"more.zip": pack({"_chat.txt": CHAT})}))
    assert none.value.code == "member_is_archive" and "archive" in WHY_UNREAD["member_is_archive"]
