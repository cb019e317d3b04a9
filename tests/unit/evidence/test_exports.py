"""Exports in JSON: Telegram's of one chat and of an account, Instagram's and Messenger's in both layouts."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from breaches.evidence.chats import NotAChat, read_messages
from breaches.evidence.types import MARKS, Chat, Message

WHEN = {"date": "2026-11-20T18:31:00", "date_unixtime": "1795199460"}
HIS = {"id": 2, "type": "message", "from": "Danny", "from_id": "user1", **WHEN}


def read_export(value: Any) -> tuple[Chat, list[Message]]:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    chat, rows = read_messages(io.BytesIO(raw), "application/json")
    found = list(rows)
    assert all(set(m.marks) <= MARKS for m in found)
    assert all(raw[m.offset : m.offset + 1] == b"{" for m in found)
    return chat, found


def test_a_whole_account_is_read_chat_by_chat() -> None:
    chats = [
        {"name": name, "type": "personal_chat", "messages": [HIS | {"from": name}]} for name in ("Danny", "Ruth", "Mum")
    ]
    account = {"about": "x" * 300_000, "personal_information": {"user_id": 1}, "chats": {"list": chats},
               "left_chats": {"list": chats[:1]}}  # fmt: skip
    chat, rows = read_export(account)
    assert [m.sender for m in rows] == ["Danny", "Ruth", "Mum", "Danny"] and not chat.unread


@pytest.mark.parametrize(
    ("reason", "mark"), [("missed", "call_missed"), ("busy", "call_rejected"), ("hangup", "call_answered")]
)
def test_a_call_has_its_actor(reason: str, mark: str) -> None:
    call = {"id": 1, "type": "service", "actor": "Danny", "actor_id": "user1", "action": "phone_call", **WHEN,
            "discard_reason": reason, "text": ""}  # fmt: skip
    _, (message,) = read_export({"messages": [call]})
    assert (message.kind, message.sender, message.marks) == ("call", "Danny", (mark,))


def test_what_was_passed_on_is_anothers_words() -> None:
    _, rows = read_export({"messages": [HIS | {"forwarded_from": "News", "text": "x"}, HIS | {"forwarded_from": None}]})
    assert [(m.sender, m.forwarded_from, m.marks) for m in rows] == [
        ("Danny", "News", ("forwarded",)), ("Danny", "", ("forwarded",))
    ]  # fmt: skip


def test_a_sender_without_a_name_is_known_by_the_account() -> None:
    assert read_export({"messages": [HIS | {"from": None}]})[1][0].sender == "user1"


def test_what_the_program_says_is_nobodys() -> None:
    row = {"id": 1, "type": "service", "actor": "Danny", "action": "pin_message", **WHEN, "text": ""}
    assert read_export({"messages": [row]})[1][0].kind == "app"


def test_edited_and_left_out_are_kept_as_marks() -> None:
    rows = [
        HIS | {"edited_unixtime": "1795199999"},
        HIS | {"file": "(File not included. Change data exporting settings.)"},
    ]
    assert [m.marks for m in read_export({"messages": rows})[1]] == [("edited",), ("media_left_out",)]


OLD = {"sender_name": "danny.m", "timestamp_ms": 1795199460000, "content": "caf\u00c3\u00a9"}
NEW = {
    "senderName": "Danny",
    "text": "café",
    "timestamp": 1795199460000,
    "type": "text",
    "isUnsent": False,
    "media": [],
}


@pytest.mark.parametrize(
    ("row", "platform", "sender"),
    [(OLD, "instagram", "danny.m"), (OLD | {"type": "Generic"}, "messenger", "danny.m"), (NEW, "messenger", "Danny")],
)
@pytest.mark.parametrize("people", [1, 20_000])
def test_both_layouts_are_known_by_their_content(row: Any, platform: str, sender: str, people: int) -> None:
    chat, (message,) = read_export({"participants": [{"name": "x"}] * people, "messages": [row], "title": "t"})
    assert (chat.platform, message.sender, message.text) == (platform, sender, "café")
    assert message.at and message.at.isoformat() == "2026-11-20T18:31:00+00:00"


@pytest.mark.parametrize(
    ("row", "marks"),
    [
        (OLD | {"is_unsent": True}, ("unsent",)), (NEW | {"isUnsent": True}, ("unsent",)),
        (OLD | {"photos": [{"uri": "a.jpg"}]}, ("attachment",)), (OLD | {"call_duration": 0}, ("call_missed",)),
        (OLD | {"call_duration": 61}, ("call_answered",)), (OLD | {"timestamp_ms": "x"}, ("time_doubtful",)),
    ],
)  # fmt: skip
def test_unsent_calls_and_pictures_are_kept_as_marks(row: Any, marks: tuple[str, ...]) -> None:
    assert read_export({"messages": [row]})[1][0].marks == marks


def test_a_link_that_he_shared_is_text() -> None:
    _, (message,) = read_export({"messages": [OLD | {"share": {"link": "https://example.org/x"}}]})
    assert message.text.endswith("https://example.org/x")


@pytest.mark.parametrize(
    "content", [{"settings": {"theme": "dark"}}, {"messages": "none"}, {"messages": []}, {"messages": [{"a": 1}]}]
)
def test_a_stray_file_is_no_chat(content: Any) -> None:
    with pytest.raises(NotAChat):
        read_export(content)


def test_an_element_that_is_no_message_is_counted_and_ends_nothing() -> None:
    chat, rows = read_export({"messages": [HIS, 7, HIS]})
    assert len(rows) == 2 and chat.unread == {"message_unreadable": 1}


def test_a_place_a_question_and_a_number_that_somebody_gave_are_in_the_text() -> None:
    given = {"location_information": {"latitude": 53.4, "longitude": -2.97}, "place_name": "Her office",
             "poll": {"question": "Where is she?", "answers": [{"text": "home", "voters": 0}]},
             "contact_information": {"first_name": "Ama", "phone_number": "+447700900456"}, "text": "well"}  # fmt: skip
    _, (message,) = read_export({"messages": [HIS | given]})
    assert message.text == "53.4, -2.97\nHer office\nWhere is she?\n- home\nAma +447700900456\nwell"


def test_a_chat_of_messenger_in_the_older_layout_is_messengers() -> None:
    row = {"sender_name": "D", "timestamp_ms": 1774388823000, "content": "x"}
    assert (
        read_export({"messages": [row | {"is_unsent_image_by_messenger_kid_parent": False}]})[0].platform == "messenger"
    )
    assert read_export({"messages": [row]})[0].platform == "instagram"


def test_what_somebody_quotes_in_a_text_stands_apart() -> None:
    _, (message,) = read_export({"messages": [HIS | {"text": [{"type": "blockquote", "text": "a\nb"}, "mine"]}]})
    assert (message.text, message.marks) == ("> a\n> b\nmine", ("quoted",))


def test_a_number_of_thousands_of_digits_ends_nothing() -> None:
    chat, rows = read_export(b'{"messages": [' + json.dumps(HIS).encode() + b', {"id": ' + b"9" * 5000 + b"}]}")
    assert len(rows) == 1 and chat.unread.total() == 1
