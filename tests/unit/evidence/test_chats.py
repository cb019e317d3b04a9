"""Chats, texts and mails as people export them: who, when, what, and where in the original."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breaches.evidence.chats import NotAChat, read_messages
from breaches.evidence.chats.types import MOST_TEXT
from breaches.evidence.types import Chat, Message

NNBSP, LTR = "\u202f", "\u200e"


def read(content: bytes | str, media_type: str = "text/plain") -> tuple[Chat, list[Message]]:
    raw = content.encode() if isinstance(content, str) else content
    chat, rows = read_messages(io.BytesIO(raw), media_type)
    return chat, list(rows)


def at(message: Message) -> str:
    assert message.at
    return message.at.isoformat()


# One message on 20 November 2026 at 18:31 in London (no daylight saving), as telephones of many countries write it.
@pytest.mark.parametrize(
    "line",
    [
        "20/11/2026, 18:31 - Danny: I can see you",
        "[20/11/2026, 18:31:00] Danny: I can see you",
        f"{LTR}[20/11/2026, 18:31:00] {LTR}Danny: I can see you",
        "20/11/26, 18:31 - Danny: I can see you",
        "20/11/2026, 6:31 pm - Danny: I can see you",
        f"[20/11/2026, 6:31:00{NNBSP}PM] Danny: I can see you",
        f"11/20/26, 6:31{NNBSP}PM - Danny: I can see you",
        "20/11/2026, 6:31 p. m. - Danny: I can see you",
        "20.11.26, 18:31 - Danny: I can see you",
        "[20.11.26, 18:31:00] Danny: I can see you",
        "20/11/2026 à 18:31 - Danny: I can see you",
        "20-11-2026 18:31 - Danny: I can see you",
        "2026-11-20, 18:31 - Danny: I can see you",
        "20/11/2026, 18.31 - Danny: I can see you",
    ],
)
def test_dates_of_many_countries_are_one_instant(line: str) -> None:
    _, (message,) = read(line + "\n")
    assert (at(message), message.sender, message.text) == ("2026-11-20T18:31:00+00:00", "Danny", "I can see you")


def test_summer_time_is_londons() -> None:
    _, (message,) = read("20/07/2026, 18:31 - Danny: Hi\n")
    assert at(message) == "2026-07-20T17:31:00+00:00"


@pytest.mark.parametrize(
    ("dates", "first", "note"),
    [
        (("03/04/2026", "13/04/2026"), "2026-04-03", None),
        (("03/04/2026", "04/13/2026"), "2026-03-04", None),
        (("03/04/2026",), "2026-04-03", "date_order_ambiguous"),
        (("03/04/2026", "03/05/2026"), "2026-04-03", "date_order_ambiguous"),
        (("01/12/2026", "02/01/2026", "03/02/2026"), "2026-01-12", "date_order_inferred"),
        (("13/04/2026", "04/13/2026"), "2026-04-13", "date_order_mixed"),
        (("03.04.2026",), "2026-04-03", None),
        (("2026-04-03",), "2026-04-03", None),
    ],
    ids=["a 13 first", "a 13 second", "nothing tells", "either rises", "only one rises", "both", "dots", "year first"],
)
def test_day_and_month_are_settled_by_the_file_or_the_doubt_is_told(
    dates: tuple[str, ...], first: str, note: str | None
) -> None:
    """A date that decides about a breach is not guessed in silence."""
    chat, messages = read("".join(f"{date}, 12:00 - Danny: x\n" for date in dates))
    assert at(messages[0])[:10] == first
    assert [n for n in chat.notes if n.startswith("date_order")] == ([note] if note else [])


def test_a_message_of_many_lines_is_one() -> None:
    text = "20/11/2026, 18:31 - Danny: one\ntwo: three\n\nfour\n20/11/2026, 18:32 - Ama: five\n"
    _, messages = read(text)
    assert [m.text for m in messages] == ["one\ntwo: three\n\nfour", "five"]


def test_each_message_says_where_it_begins_in_bytes() -> None:
    text = "20/11/2026, 18:31 - Dánny: ünî\n20/11/2026, 18:32 - Ama: 🙂\n20/11/2026, 18:33 - Ama: end\n".encode()
    _, messages = read(text)
    assert [text[m.offset :].decode()[:17] for m in messages] == [f"20/11/2026, 18:3{n}" for n in (1, 2, 3)]


def test_what_the_program_says_itself_has_no_sender() -> None:
    text = "20/11/2026, 18:30 - Messages are end-to-end encrypted\n20/11/2026, 18:31 - Danny: x\n"
    assert [m.sender for m in read(text)[1]] == ["", "Danny"]


def test_numbers_are_kept_as_senders() -> None:
    _, (message,) = read("20/11/2026, 18:31 - +44 7700 900123: x\n")
    assert message.sender == "+44 7700 900123"


def test_a_date_that_is_none_is_told_as_none() -> None:
    _, messages = read("31/02/2026, 18:31 - Danny: x\n45/11/2026, 29:00 - Danny: y\n")
    assert [m.at for m in messages] == [None, None]


def test_signal() -> None:
    chat, (message,) = read("[2026-11-20, 18:31] Danny: I can see you\n")
    assert (chat.platform, message.sender, at(message)) == ("signal", "Danny", "2026-11-20T18:31:00+00:00")


TELEGRAM = {
    "name": "Danny",
    "type": "personal_chat",
    "messages": [
        {"id": 1, "type": "service", "date": "2026-11-20T18:30:00", "date_unixtime": "1795199400", "text": ""},
        {"id": 2, "type": "message", "date": "2026-11-20T18:31:00", "date_unixtime": "1795199460", "from": "Dánny",
         "from_id": "user1", "text": ["see ", {"type": "link", "text": "https://example.org/x"}, " ünî"]},
        {"id": 3, "type": "message", "date": "2026-07-20T18:31:00", "from": None, "text": {"odd": 1}},
    ],
}  # fmt: skip
INSTAGRAM = {
    "participants": [{"name": "danny.m"}, {"name": "ama.o"}],
    "messages": [
        {"sender_name": "danny.m", "timestamp_ms": 1795199460123, "content": "caf\u00c3\u00a9", "reactions": []},
        {"sender_name": "ama.o", "timestamp_ms": "x", "content": None},
    ],
    "title": "danny.m",
}


def test_telegram() -> None:
    raw = json.dumps(TELEGRAM, ensure_ascii=False, indent=1).encode()
    chat, messages = read(raw, "application/json")
    assert (chat.platform, [m.sender for m in messages]) == ("telegram", ["", "Dánny", ""])
    assert messages[1].text == "see https://example.org/x ünî"
    assert [at(m) for m in messages[1:]] == ["2026-11-20T18:31:00+00:00", "2026-07-20T17:31:00+00:00"]
    assert all(raw[m.offset : m.offset + 1] == b"{" for m in messages)


def test_instagram_and_its_broken_letters() -> None:
    chat, messages = read(json.dumps(INSTAGRAM), "application/json")
    assert (chat.platform, chat.channel, messages[0].text) == ("instagram", "social_media", "café")
    assert at(messages[0]) == "2026-11-20T18:31:00.123000+00:00"
    assert (messages[1].at, messages[1].text) == (None, "")


SMS = """<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
<smses count="3">
  <sms protocol="0" address="+447700900123" date="1795199460000" type="1" body="I can see you &#55357;&#56832;" />
  <sms protocol="0" address="+447700900123" date="1795199520000" type="2" body="Stop" />
  <mms date="1795199580000" address="07700900123" msg_box="1"><parts>
    <part seq="-1" ct="application/smil" text="x" />
    <part seq="0" ct="text/plain" text="and &amp; again" />
  </parts></mms>
</smses>"""


def test_a_backup_of_texts() -> None:
    chat, messages = read(SMS, "text/xml")
    assert [(m.sender, m.text) for m in messages] == [
        ("+447700900123", "I can see you \U0001f600"), ("", "Stop"), ("07700900123", "and & again"),
    ]  # fmt: skip
    assert (chat.platform, chat.notes, at(messages[0])) == ("sms", [], "2026-11-20T18:31:00+00:00")
    assert [SMS.encode()[m.offset : m.offset + 4] for m in messages] == [b"<sms", b"<sms", b"<mms"]


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE smses [<!ENTITY a "b">]>',
        '<!DOCTYPE smses SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    ],
    ids=["entity", "file", "a billion laughs"],
)
def test_xml_that_wants_more_than_to_be_read_is_not(head: str) -> None:
    with pytest.raises(NotAChat, match="xml_doctype"):
        read(head + '<smses><sms address="x" date="1" type="1" body="&a;"/></smses>', "text/xml")


MAIL = """Return-Path: <d.marsh@example.com>
Received: from mail.example.com (mail.example.com [192.0.2.1])
From: =?utf-8?q?D=C3=A1nny?= <d.marsh@example.com>
To: ama@example.org
Date: Fri, 20 Nov 2026 19:31:00 +0100
Subject: Hello
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

I can see you
--b
Content-Type: text/html

<img src="https://example.com/pixel">
--b--
"""


def test_a_mail() -> None:
    for media_type in ("message/rfc822", "text/plain"):
        chat, (message,) = read(MAIL, media_type)
        assert (chat.platform, message.sender, at(message)) == (
            "email", "d.marsh@example.com", "2026-11-20T18:31:00+00:00",
        )  # fmt: skip
        assert message.text == "Hello\n\nI can see you"


def test_chats_in_an_archive_are_read_where_they_are() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("photo.jpg", b"\xff\xd8")
        archive.writestr("_chat.txt", "[20/11/2026, 18:31:00] Danny: I can see you\n")
    chat, (message,) = read(out.getvalue(), "application/zip")
    assert (chat.platform, message.part, message.text) == ("whatsapp", "_chat.txt", "I can see you")


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9])
def test_what_is_cut_short_is_read_as_far_as_it_goes(cut: float) -> None:
    for raw, media_type in ((json.dumps(TELEGRAM).encode(), "application/json"), (SMS.encode(), "text/xml")):
        try:
            chat, messages = read(raw[: int(len(raw) * cut)], media_type)
        except NotAChat:
            continue
        assert "cut_short" in chat.notes
        assert len(messages) <= 3


@given(st.binary(max_size=400), st.sampled_from(["text/plain", "text/xml", "application/json", "application/zip",
                                                 "message/rfc822"]))  # fmt: skip
def test_any_bytes_are_read_or_no_chat(content: bytes, media_type: str) -> None:
    for raw in (content, b"20/11/2026, 18:31 - D: x\n" + content, b'{"messages":[{"sender_name":1},' + content,
                b"<smses>" + content, MAIL.encode()[:300] + content):  # fmt: skip
        try:
            chat, messages = read(raw, media_type)
        except NotAChat:
            continue
        assert chat.platform and all(chat.notes)
        if not raw.startswith(b"PK"):  # in an archive each part counts from its own beginning
            offsets = [message.offset for message in messages]
            assert offsets == sorted(set(offsets)) and all(0 <= offset < max(1, len(raw)) for offset in offsets)
        assert all(len(message.text) <= MOST_TEXT for message in messages)
        assert all(message.at is None or message.at.tzinfo for message in messages)


def long_chat(lines: int) -> Iterator[bytes]:
    for n in range(lines):
        line = f"{n % 28 + 1:02}/11/2026, {n % 24:02}:{n % 60:02} - Danny: message {n} of many, as people write\n"
        yield line.encode()


def long_telegram(lines: int) -> bytes:
    row: dict[str, Any] = {"id": 1, "date_unixtime": "1795199460", "from": "Danny", "from_id": "u", "text": "as we do"}
    return b'{"messages": [' + b",\n".join([json.dumps(row).encode()] * lines) + b"]}"


def long_sms(lines: int) -> bytes:
    return (
        b"<smses>"
        + b'<sms address="07700900123" date="1795199460000" type="1" body="as we do"/>\n' * lines
        + b"</smses>"
    )


@pytest.mark.parametrize("kind", ["lines", "telegram", "sms"])
def test_memory_does_not_grow_with_the_file(kind: str) -> None:
    """How long it takes is measured in `bench/chats.py`."""
    make = {"lines": lambda n: b"".join(long_chat(n)), "telegram": long_telegram, "sms": long_sms}[kind]
    peaks = []
    for size in (2_000, 20_000):
        source = io.BytesIO(make(size))
        tracemalloc.start()
        for _ in read_messages(source, "text/plain")[1]:
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 4_000_000


def test_instants_are_aware() -> None:
    _, (message,) = read("20/11/2026, 18:31 - Danny: x\n")
    assert isinstance(message.at, datetime) and message.at.tzinfo
