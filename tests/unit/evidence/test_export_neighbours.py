"""Exports in JSON, XML and tables beside those of the corpus: nothing in them is lost, or said by whoever did not."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from breaches.evidence.chats import read_messages
from breaches.evidence.readings import CountedMessages
from breaches.evidence.types import Chat, Message

NOW = 1795199460


def read_file(content: str | bytes, name: str, media_type: str = "text/plain") -> tuple[Chat, list[Message]]:
    raw = content.encode() if isinstance(content, str) else content
    chat, rows = read_messages(io.BytesIO(raw), media_type, name=name, latest_year=2027)
    return chat, list(rows)


def read_telegram(**said: Any) -> tuple[Chat, Message]:
    row = {
        "id": 1,
        "type": "message",
        "date_unixtime": str(NOW),
        "from": "Danny",
        "from_id": "user1",
        "text": "hi",
    } | said
    chat, (message,) = read_file(json.dumps({"name": "D", "messages": [row]}), "result.json")
    return chat, message


def test_what_is_among_saved_messages_is_anothers_words() -> None:
    assert [read_telegram(saved_from="Eve")[1].forwarded_from, read_telegram(saved_from="Eve")[1].marks] == [
        "Eve",
        ("forwarded",),
    ]
    assert read_telegram(forwarded_from=None, forwarded_from_id="user3")[1].forwarded_from == "user3"


def test_who_signed_a_post_is_a_lead_and_a_sticker_says_what_it_says() -> None:
    assert read_telegram(author="Danny")[1].leads == (("signature", "Danny"),)
    assert read_telegram(text="", media_type="sticker", sticker_emoji="🔪")[1].text == "🔪"


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"todo_list": {"title": "to do", "items": [{"text": "find her"}]}}, "to do\nfind her"),
        ({"invoice_information": {"title": "pay me"}}, "pay me"), ({"game_title": "hide"}, "hide"),
    ],
)  # fmt: skip
def test_a_message_of_a_kind_that_is_new_is_read_or_told(said: dict[str, Any], text: str) -> None:
    chat, message = read_telegram(text="", **said)
    assert message.text == text and not chat.unread
    assert read_telegram(text="")[0].unread == {"message_unreadable": 1}


def _read_meta(**said: Any) -> Message:
    row = {"sender_name": "Danny", "timestamp_ms": NOW * 1000} | said
    return read_file(json.dumps({"participants": [], "messages": [row]}), "message_1.json")[1][0]


@pytest.mark.parametrize(
    ("said", "kind", "marks", "text"),
    [
        ({"share": {"link": "h://x", "share_text": "a"}}, "message", ("attachment", "quoted"), "h://x\n> a"),
        ({"content": "Danny named the group X."}, "app", (), "Danny named the group X."),
        ({"content": "Danny left the group.", "type": "Unsubscribe"}, "app", (), "Danny left the group."),
        ({"content": "Ama left the group, I saw"}, "message", (), "Ama left the group, I saw"),
        ({"content": "Danny sent an attachment."}, "message", ("attachment",), "Danny sent an attachment."),
        ({"content": "Liked a message"}, "message", ("reaction",), "Liked a message"),
        ({"sender_name": None, "content": "x"}, "message", ("sender_withheld",), "x"),
    ],
)  # fmt: skip
def test_what_instagram_and_messenger_say_themselves_is_not_his(
    said: dict[str, Any], kind: str, marks: tuple[str, ...], text: str
) -> None:
    message = _read_meta(**said)
    assert (message.kind, message.marks, message.text) == (kind, marks, text)


def _read_backup(elements: str, count: int = 1) -> tuple[Chat, list[Message]]:
    return read_file(
        f"<?xml version='1.0' encoding='UTF-8'?><smses count='{count}'>{elements}</smses>", "sms.xml", "text/xml"
    )


@pytest.mark.parametrize("kind", ["text/html", "Text/Plain; charset=utf-8", "text/x-vCard"])
def test_every_text_of_a_multimedia_message_is_read_however_its_kind_is_spelled(kind: str) -> None:
    part = f'<part ct="{kind}" text="I see you"/>'
    _, rows = _read_backup(f'<mms date="{NOW}000" msg_box="1" address="+447700900123"><parts>{part}</parts></mms>')
    assert [(m.sender, m.text) for m in rows] == [("+447700900123", "I see you")]


@pytest.mark.parametrize("box", ["0", "7", "", "x"])
def test_a_text_of_a_box_that_nobody_knows_is_nobodys(box: str) -> None:
    _, (message,) = _read_backup(f'<sms address="+447700900123" date="{NOW}000" type="{box}" body="x"/>')
    assert (message.sender, message.own, message.marks) == ("", False, ("sender_withheld",))


def test_a_call_of_a_kind_that_nobody_explains_was_not_answered_for_that() -> None:
    call = f'<calls count="1"><call number="+447700900123" duration="9" date="{NOW}000" type="65540"/></calls>'
    assert read_file(call, "calls.xml", "text/xml")[1][0].marks == ()


def test_a_quotation_mark_that_never_ends_puts_no_row_into_anothers_mouth() -> None:
    rows = 'Date,Sender,Message\n20/11/2026 18:31,Danny,"hi\n20/11/2026 18:32,Ama,no\n20/11/2026 18:33,Danny,ok\n'
    chat, found = read_file(rows, "a.csv")
    assert [(m.sender, m.text) for m in found] == [("Danny", "hi"), ("Ama", "no"), ("Danny", "ok")]
    assert [rows[m.offset :][:16] for m in found] == ["20/11/2026 18:31", "20/11/2026 18:32", "20/11/2026 18:33"]
    assert chat.unread == {"cut_short": 1}


def test_commas_in_words_without_quotes_lose_none_of_them_and_lost_letters_are_told() -> None:
    chat, (message,) = read_file(b"Date,Sender,Message\n20/11/2026 18:31,Danny,hi, caf\xe9, now\n", "a.csv")
    assert message.text == "hi, caf\ufffd, now" and {"row_too_long", "letters_lost"} <= set(chat.notes)


@pytest.mark.parametrize(
    ("day", "clock"),
    [("20/11/2026", "18:31"), ("2026-11-20", "18:31:00"), ("20 Nov 2026", "18:31:00"), ("20/11/2026", "6:31 PM")],
)
def test_a_tables_date_and_time_in_two_columns_are_one_time(day: str, clock: str) -> None:
    _, (row,) = read_file(f"Date,Time,From,Message\n{day},{clock},Danny,I see you\n", "t.csv")
    assert row.at is not None and row.at.isoformat() == "2026-11-20T18:31:00+00:00" and row.marks == ()
    _, (row,) = read_file(f"Time,Date,From,Message\n{clock},{day},Danny,I see you\n", "t.csv")
    assert row.at is not None and row.at.isoformat() == "2026-11-20T18:31:00+00:00"


def test_a_file_in_which_no_time_could_be_read_says_so() -> None:
    for second, told in (("later", True), ("20/11/2026 18:31", False)):
        chat, rows = read_file(f"Date,From,Message\nlong ago,Danny,I see you\n{second},Danny,Still\n", "t.csv")
        counted = CountedMessages(chat, rows, clock=float, seconds=1)
        assert len(list(counted)) == 2 and ("no_time_read" in chat.notes) is told


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"text": "I see you", "timestamp": 1795199460000, "type": "Generic"}, "I see you"),
        ({"sender_name": "Danny", "timestamp_ms": 1795199460000, "content": ["I see", "you"]}, "I see\nyou"),
        ({"sender_name": "Danny", "timestamp_ms": 1795199460000, "content": {"text": "I see you"}}, "I see you"),
        ({"id": 1, "type": "mystery", "date_unixtime": "1795199460", "body": "I see you"}, "I see you"),
        ({"id": 1, "type": "message", "date_unixtime": "1795199460", "text": "", "sticker_emoji": "🔪",
          "media_type": "sticker"}, "🔪"),
    ],
)  # fmt: skip
def test_no_words_of_an_entry_are_lost_wherever_they_stand(row: dict[str, Any], text: str) -> None:
    _, (message,) = read_file(json.dumps({"messages": [row]}), "m.json")
    assert message.text == text and message.at is not None


def test_an_entry_without_words_that_are_known_is_counted_as_unread() -> None:
    strange = {"id": 1, "type": "mystery", "date_unixtime": "1795199460"}
    chat, _ = read_file(json.dumps({"messages": [strange]}), "m.json")
    assert chat.unread == {"message_unreadable": 1}
    chat, _ = read_file(json.dumps({"messages": [{"sender_name": "D", "timestamp_ms": 1, "content": 5}]}), "m.json")
    assert chat.unread == {"message_unreadable": 1}


@pytest.mark.parametrize("end", ["\r", "\u2028", "\u2029", "\x85", "\x0b"])
def test_a_line_behind_what_only_looks_like_an_end_is_told(end: str) -> None:
    text = f"20/11/2026, 18:30 - Ama: hello{end}20/11/2026, 18:31 - Danny: I will come\n20/11/2026, 18:32 - Ama: x\n"
    chat, rows = read_file(text, "c.txt")
    assert [row.sender for row in rows] == ["Ama", "Ama"] and "lines_like_messages" in chat.notes


@pytest.mark.parametrize(("day", "doubt"), [("25/10/2026", "clock_twice"), ("29/03/2026", "clock_skipped")])
def test_a_clock_of_the_night_in_which_clocks_are_changed_is_in_doubt(day: str, doubt: str) -> None:
    chat, (row, other) = read_file(f"{day}, 01:30 - Danny: x\n{day}, 03:30 - Danny: y\n", "c.txt")
    assert doubt in chat.notes and row.marks == ("time_doubtful",) and row.at is not None and other.marks == ()
    chat, _ = read_file(f"Date,From,Message\n{day} 01:30,Danny,x\n", "t.csv")
    assert doubt in chat.notes
