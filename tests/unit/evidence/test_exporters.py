"""Signal and iMessage by the common exporters, and tables of messages: whose words, and what is not certain."""

from __future__ import annotations

import io
import json

import pytest

from breaches.evidence.chats import NotAChat, read_messages
from breaches.evidence.types import MARKS, WHY_UNREAD, Chat, Message


def read_text(content: str | bytes, name: str = "chat.txt") -> tuple[Chat, list[Message]]:
    raw = content if isinstance(content, bytes) else content.encode()
    chat, rows = read_messages(io.BytesIO(raw), "text/plain", name=name, latest_year=2027)
    found = list(rows)
    assert all(set(m.marks) <= MARKS for m in found) and set(chat.unread) <= set(WHY_UNREAD)
    return chat, found


BEGUN = "Mar 24, 2026  9:47:03 PM\nDanny\nI can see you\n"


def test_words_that_look_like_a_message_without_an_empty_line_before_are_inside() -> None:
    chat, (message,) = read_text(f"{BEGUN}Mar 24, 2026  9:48:03 PM\nAma\nI did it\n\n")
    assert message.sender == "Danny" and message.text.endswith("Ama\nI did it")
    assert "lines_like_messages" in chat.notes


def test_a_reply_is_read_once_and_one_that_stands_nowhere_else_is_not_lost() -> None:
    reply = "    Mar 24, 2026  9:48:03 PM\n    Danny\n    Answer me\n"
    alone = "Mar 24, 2026  9:48:03 PM\nDanny\nAnswer me\nThis message responded to an earlier message.\n\n"
    for content in (f"{BEGUN}{reply}\n{alone}", f"{BEGUN}{reply}\n"):
        _, rows = read_text(content)
        assert [(m.sender, m.text) for m in rows] == [("Danny", "I can see you"), ("Danny", "Answer me")]


def test_signs_below_a_text_are_nobodys_act_and_words_like_them_stay_words() -> None:
    _, rows = read_text(f"{BEGUN}Tapbacks:\nLoved by Ama\n\n")
    assert [(m.sender, m.text, m.kind) for m in rows] == [
        ("Danny", "I can see you", "message"), ("", "Loved by Ama", "app"),
    ]  # fmt: skip
    _, (message,) = read_text(f"{BEGUN}Reactions:\nnone\n\n")
    assert message.text == "I can see you\nReactions:\nnone"


@pytest.mark.parametrize("name", ["chat.md", "chat.txt"])
def test_what_signal_export_writes_beside_the_words_is_not_his(name: str) -> None:
    chat, rows = read_text(
        "[2026-03-24 21:47:03] Danny: \n\n> I am afraid\n> of you\n\nGood  \n(- Ama: x, Me: y -)\n"
        "[2026-03-24 21:48:03] Me: No  \n",
        name,
    )
    assert chat.platform == "signal" and rows[0].text == "> I am afraid\n> of you\nGood"
    assert rows[0].marks == ("quoted",) and [(m.kind, m.sender, m.text) for m in rows[1:3]] == [
        ("app", "", "Ama: x"), ("app", "", "Me: y"),
    ]  # fmt: skip


def test_a_chat_of_whatsapp_with_the_year_first_is_not_taken_for_signals() -> None:
    chat, (message,) = read_text("[2026-03-24 21:47:03] Me: hej\r\n")
    assert (chat.platform, message.sender, message.own) == ("whatsapp", "Me", False)


def test_in_rows_of_signal_desktop_only_who_is_named_is_a_sender() -> None:
    rows = [
        {"conversationId": "c", "sent_at": 1774388823000, "type": kind, "body": "x", "sourceServiceId": "aci"}
        for kind in ("incoming", "outgoing", "call-history", "profile-change")
    ]
    _, found = read_text(json.dumps({"messages": rows}))
    assert [(m.sender, m.own, m.kind) for m in found] == [
        ("aci", False, "message"), ("", True, "message"), ("", False, "call"), ("", False, "app"),
    ]  # fmt: skip


def read_frames(*items: dict[str, object]) -> tuple[Chat, list[Message]]:
    """Of Signal's own export, all from one who has a number."""
    his = {"authorId": "2", "dateSent": "1774388823000", "incoming": {}}
    frames = [{"version": "1"}, {"recipient": {"id": "2", "contact": {"e164": "447700900123"}}}]
    return read_text("\n".join(json.dumps(one) for one in [*frames, *({"chatItem": his | item} for item in items)]))


def test_what_a_message_said_before_it_was_changed_is_read_too() -> None:
    before = {"dateSent": "1774388800000", "standardMessage": {"text": {"body": "I will find you"}}}
    _, rows = read_frames({"standardMessage": {"text": {"body": "hi"}}, "revisions": [before]})
    assert [(m.sender, m.text) for m in rows] == [("+447700900123", "hi"), ("+447700900123", "I will find you")]
    row = {"conversationId": "c", "type": "incoming", "source": "+447700900123", "sent_at": 1774388823000, "body": "hi"}
    versions = [{"body": "hi", "timestamp": 1774388823000}, {"body": "I will find you", "timestamp": 1774388800000}]
    _, rows = read_text(json.dumps([row | {"editHistory": versions}]))
    assert [(m.sender, m.text, m.marks) for m in rows] == [
        ("+447700900123", "hi", ("edited",)), ("+447700900123", "I will find you", ("edited",)),
    ]  # fmt: skip


def test_words_that_are_no_text_message_are_read_and_what_nobody_knows_is_counted() -> None:
    contact = {"contact": {"name": {"givenName": "Ama"}, "number": [{"value": "+447700900456"}]}}
    chat, rows = read_frames(
        {"contactMessage": contact}, {"poll": {"question": "Where is she?", "options": [{"option": "home"}]}},
        {"directStoryReplyMessage": {"textReply": {"text": {"body": "nice"}}}}, {"remoteDeletedMessage": {}},
        {"newKindOfMessage": {"x": 1}},
    )  # fmt: skip
    assert [m.text for m in rows] == ["Ama\n+447700900456", "Where is she?\nhome", "nice", "", ""]
    assert rows[3].marks == ("deleted",) and chat.unread == {"message_unreadable": 1}


def test_a_line_of_json_that_is_broken_hides_no_other() -> None:
    line = json.dumps({"date": "2026-03-24T21:47:03", "sender": "D", "body": "x", "quote": "", "attachments": []})
    chat, rows = read_text(f"{line}\n{{broken\n{line}\n{line[:30]}")
    assert len(rows) == 2 and chat.unread == {"message_unreadable": 1, "cut_short": 1}


@pytest.mark.parametrize(
    ("line", "sender", "own"),
    [
        ("2026-03-24 21:47:03,Incoming,+447700900123,Danny,x", "+447700900123", False),
        ("2026-03-24 21:47:03,Incoming,,Danny,x", "Danny", False),
        ("2026-03-24 21:47:03,Outgoing,+447700900123,Danny,x", "", True),
        ("2026-03-24 21:47:03,Pending,+447700900123,Danny,x", "", False),
        ("2026-03-24 21:47:03,,+447700900123,Danny,x", "+447700900123", False),
    ],
)
def test_the_direction_says_who_sent_a_row(line: str, sender: str, own: bool) -> None:
    _, (message,) = read_text(f"Date,Type,Sender ID,Sender Name,Text\n{line}\n", "a.csv")
    assert (message.sender, message.own) == (sender, own)
    assert ("sender_withheld" in message.marks) == (not sender and not own)
    assert message.leads == ((("Sender Name", "Danny"),) if sender.startswith("+") else ())


@pytest.mark.parametrize(
    ("heading", "cell", "sender", "own"),
    [
        ("is_from_me", "1", "", True),
        ("is_from_me", "0", "Danny", False),
        ("type", "1", "", False),
        ("type", "2", "", False),
    ],
)
def test_a_number_is_a_direction_only_where_its_heading_asks_yes_or_no(
    heading: str, cell: str, sender: str, own: bool
) -> None:
    _, (message,) = read_text(f"date,{heading},name,text\n2026-03-24 21:47,{cell},Danny,x\n", "a.csv")
    assert (message.sender, message.own) == (sender, own)


@pytest.mark.parametrize(
    ("dates", "doubt", "first"),
    [
        (("03/04/2026 10:00", "25/04/2026 10:00"), "", "2026-04-03T09:00:00+00:00"),
        (("03/04/2026 10:00", "04/25/2026 10:00"), "", "2026-03-04T10:00:00+00:00"),
        (("03/04/2026 10:00", "05/04/2026 10:00"), "date_order_ambiguous", "2026-04-03T09:00:00+00:00"),
        (("2026-04-03T10:00:00Z", "2026-04-03T11:00:00Z"), "", "2026-04-03T10:00:00+00:00"),
        (("Apr 3, 2026 10:00 am", "Apr 3, 2026 11:00 am"), "", "2026-04-03T09:00:00+00:00"),
        (("03/04/1447 10:00", "03/04/1447 10:00"), "other_calendar", None),
    ],
)
def test_the_order_of_day_and_month_in_a_table_is_that_of_all_of_it(
    dates: tuple[str, str], doubt: str, first: str | None
) -> None:
    rows = "".join(f'"{date}",Danny,x\n' for date in dates)
    chat, found = read_text(f"Date,From,Message\n{rows}", "a.csv")
    assert (found[0].at.isoformat() if found[0].at else None) == first and (doubt in chat.notes or not doubt)


def test_a_cell_over_many_lines_is_one_and_a_row_that_is_too_short_is_told() -> None:
    chat, rows = read_text(
        'Date,From,Message\n2026-03-24 21:47,Danny,"a\n""b"",\n2026-03-24 21:48,Ama,c"\nbroken\n', "a.csv"
    )
    assert [(m.sender, m.text) for m in rows] == [("Danny", 'a\n"b",\n2026-03-24 21:48,Ama,c')]
    assert chat.unread == {"message_unreadable": 1}


def test_what_a_row_answers_is_anothers_and_signs_in_a_cell_are_nobodys_act() -> None:
    heading = "Message Date,Type,Sender ID,Replying to,Text,Reactions"
    _, rows = read_text(f"{heading}\n2026-03-24 21:47,Incoming,+447700900123,I am afraid,Good,x (Ama)\n", "a.csv")
    assert [(m.kind, m.sender, m.text, m.marks[0]) for m in rows] == [
        ("message", "+447700900123", "> I am afraid\nGood", "quoted"), ("app", "", "x (Ama)", "reaction"),
    ]  # fmt: skip


def test_a_lone_quotation_mark_swallows_no_row() -> None:
    _, rows = read_text('Date,From,Message\n2026-03-24 21:47,Danny,a 5" knife\n2026-03-24 21:48,Ama,b\n', "a.csv")
    assert [(m.sender, m.text) for m in rows] == [("Danny", 'a 5" knife'), ("Ama", "b")]


@pytest.mark.parametrize(
    "content", ["name,number\nDanny,1\n", "Date,Total\n2026-03-24,1\n", "a,b,c\n1,2,3\n", "Date: today\nmessage: x\n"]
)
def test_a_table_of_something_else_is_none(content: str) -> None:
    with pytest.raises(NotAChat):
        read_text(content, "a.csv")
