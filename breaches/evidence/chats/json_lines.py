"""One object of JSON a line: signal-export's `data.json`, and `main.jsonl` of Signal's own export.

Signal's names its people and chats first, by numbers that each message refers to. Times of it are milliseconds since
1970, UTC; those of signal-export are a clock without a zone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any

from breaches.evidence.chats.signal_rows import CHANNEL, mark_quote, name_call_mark
from breaches.evidence.chats.types import (
    MOST_TEXT,
    Document,
    Messages,
    Open,
    Reader,
    from_clock,
    from_epoch,
    make_reaction,
)
from breaches.evidence.types import Chat, Message, MessageKind

_LONGEST = 4 * 1024 * 1024  # bytes of a line
_EXPORTED = frozenset({"date", "sender", "body", "quote", "attachments"})
_FRAMES = frozenset({
    "version", "backupTimeMs", "account", "recipient", "chat", "chatItem", "stickerPack", "adHocCall", "chatFolder",
    "notificationProfile", "backupInfo", "header",
})  # fmt: skip
_SAME_BEFORE = ("authorId", "dateSent", "incoming", "outgoing")
_WORDED = ("contactMessage", "poll", "directStoryReplyMessage", "giftBadge", "paymentNotification")
# The members that hold words of a person; what else stands in such a message is the program's.
_WORDS_IN = frozenset(
    {"body", "question", "option", "emoji", "givenName", "familyName", "value", "note", "organization"}
)
_MOST_WORDS = 100
_MOST_PEOPLE = 100_000
Row = dict[str, Any]


def recognise_json_lines(document: Document) -> bool:
    """Whether the first line is an object by itself, as one of the two writes it."""
    return _name_kind(document) != ""


def _name_kind(document: Document) -> str:
    lines = document.start.split(b"\n")[:3]
    rows = [row for line in lines if (row := _decode_line(line)) is not None]
    if rows and rows[0].keys() >= _EXPORTED:
        return "exported"
    framed = bool(rows) and rows[0].keys() <= _FRAMES and len(lines) > 1
    return "frames" if framed and (len(rows) > 1 or "chatItem" in rows[0]) else ""


def _decode_line(line: bytes) -> Row | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def read_json_lines(again: Open, document: Document) -> Messages:
    """The messages of one file."""
    if _name_kind(document) == "exported":
        chat = Chat("signal", CHANNEL, ["local_time_assumed"])
        return chat, _read_exported(_read_rows(again(), chat), chat)
    chat = Chat("signal", CHANNEL)
    return chat, _FrameReader(chat).read_frames(_read_rows(again(), chat))


READER = Reader("json_lines", recognise_json_lines, read_json_lines)


def _read_rows(source: IO[bytes], chat: Chat) -> Iterator[tuple[int, Row]]:
    offset = 0
    while line := source.readline(_LONGEST):
        row = _decode_line(line.removeprefix(b"\xef\xbb\xbf"))
        if row is not None:
            yield offset, row
        elif line.strip():
            chat.count_unread("cut_short" if not line.endswith(b"\n") else "message_unreadable")
        offset += len(line)


def _read_exported(rows: Iterator[tuple[int, Row]], chat: Chat) -> Iterator[Message]:
    """Of signal-export. `Me` is whoever exported it."""
    for offset, row in rows:
        if not row.keys() >= {"date", "sender", "body"}:
            chat.count_unread("message_unreadable")
            continue
        at = _read_date(row["date"])
        sender, own = _read_word(row, "sender"), row["sender"] == "Me"
        marks = [] if at else ["time_doubtful"]
        body = _read_word(row, "body").strip()
        if row.get("call") is True:
            marks.append("call_missed" if row.get("missed") is True else name_call_mark(body))
        marks += ["deleted"] if row.get("deleted") is True else []
        marks += ["attachment"] if row.get("attachments") or row.get("sticker") else []
        text = mark_quote(_read_word(row, "quote"), body, marks)
        who = "" if own or sender == "No-Sender" else sender
        yield _make_message(offset, who, text, at, marks, own=own)
        for found in row.get("reactions") or ():
            if isinstance(found, list) and len(found) == 2:
                yield make_reaction(offset, str(found[0]), str(found[1]), own=found[0] == "Me")


class _FrameReader:
    """Of Signal's own export: remembers who has which number."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._people: dict[str, str] = {}
        self._self = ""

    def read_frames(self, rows: Iterator[tuple[int, Row]]) -> Iterator[Message]:
        for offset, row in rows:
            recipient, item = row.get("recipient"), row.get("chatItem")
            if isinstance(recipient, dict) and len(self._people) < _MOST_PEOPLE:
                self._see_person(recipient)
            elif isinstance(item, dict):
                yield from self._read_item(offset, item)
            elif not row.keys() & _FRAMES:
                self._chat.count_unread("message_unreadable")

    def _see_person(self, recipient: Row) -> None:
        number = str(recipient.get("id", ""))
        if "self" in recipient:
            self._self = number
        contact = recipient.get("contact")
        if isinstance(contact, dict):
            self._people[number] = _name_contact(contact)

    def _read_item(self, offset: int, item: Row) -> Iterator[Message]:
        author = str(item.get("authorId", ""))
        own = "outgoing" in item or (author == self._self != "")
        sender = "" if own else self._people.get(author, "")
        at = from_epoch(item.get("dateSent"))
        marks = [] if at else ["time_doubtful"]
        marks += ["edited"] if item.get("revisions") else []
        if isinstance(update := item.get("updateMessage"), dict):
            yield self._make_update(offset, update, sender, at, marks, own=own)
            return
        said = next((v for k, v in item.items() if k.endswith("Message") and isinstance(v, dict)), {})
        if "remoteDeletedMessage" in item:
            marks.append("deleted")
        if said.get("attachments") or "stickerMessage" in item or "viewOnceMessage" in item:
            marks.append("attachment")
        quote = said.get("quote")
        quoted = _read_body(quote) if isinstance(quote, dict) else ""
        words = _read_body(said) or _join_words(item)
        if not words and not {"deleted", "attachment"} & set(marks):
            self._chat.count_unread("message_unreadable")
        yield _make_message(offset, sender, mark_quote(quoted, words, marks), at, marks, own=own)
        yield from self._read_beside(offset, item, said)

    def _read_beside(self, offset: int, item: Row, said: Row) -> Iterator[Message]:
        """What a message said before it was changed, and signs that were put to it."""
        for before in item.get("revisions") or ():
            if isinstance(before, dict):
                same = {name: item[name] for name in _SAME_BEFORE if name in item}
                yield from self._read_item(offset, same | before | {"revisions": []})
        for found in said.get("reactions") or ():
            if isinstance(found, dict):
                who = str(found.get("authorId", ""))
                when = from_epoch(found.get("sentTimestamp"))
                mine = who == self._self != ""
                yield make_reaction(offset, self._people.get(who, ""), str(found.get("emoji", "")), when, own=mine)

    def _make_update(
        self, offset: int, update: Row, sender: str, at: datetime | None, marks: list[str], *, own: bool
    ) -> Message:
        """A line of the program: a call of one person has its direction and its state, anything else is nobody's."""
        call = update.get("individualCall")
        if not isinstance(call, dict):
            return Message(offset, "", next(iter(update), ""), at, kind="app", marks=tuple(marks))
        own = call.get("direction") == "OUTGOING" or own
        state = str(call.get("state", ""))
        mark = {"ACCEPTED": "call_answered", "NOT_ACCEPTED": "call_rejected"}.get(state, "call_missed")
        found = tuple(marks) if own else (mark, *marks)
        return Message(offset, "" if own else sender, state.lower(), at, kind="call", own=own, marks=found)


def _name_contact(contact: Row) -> str:
    """A number before a name: it is what tells people apart."""
    number = str(contact.get("e164") or "")
    if number:
        return number if number.startswith("+") else f"+{number}"
    names = (contact.get("profileGivenName"), contact.get("profileFamilyName"))
    return " ".join(str(name) for name in names if name) or str(contact.get("aci") or "")


def _read_body(said: Row) -> str:
    text = said.get("text")
    body = text.get("body") if isinstance(text, dict) else text
    return body if isinstance(body, str) else ""


def _join_words(item: Row) -> str:
    """The words of a message that is no text: a question to all, whose number it is, an answer to a story."""
    found: list[str] = []
    waiting: list[Any] = [item.get(name) for name in _WORDED if isinstance(item.get(name), dict)]
    while waiting and len(found) < _MOST_WORDS:
        value = waiting.pop(0)
        if isinstance(value, str) and value not in found:
            found.append(value)
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += [inner for name, inner in value.items() if name in _WORDS_IN or isinstance(inner, dict | list)]
    return "\n".join(found)


def _read_word(row: Row, name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _read_date(value: Any) -> datetime | None:
    try:
        when = datetime.fromisoformat(str(value))
        return when if when.tzinfo else from_clock(when)
    except (ValueError, OverflowError):
        return None


def _make_message(offset: int, sender: str, text: str, at: datetime | None, marks: list[str], *, own: bool) -> Message:
    kind: MessageKind = "call" if any(mark.startswith("call_") for mark in marks) else "message"
    if not own and not sender:
        marks.append("sender_withheld")
    if len(text) > MOST_TEXT:
        marks.append("text_cut")
    return Message(offset, sender, text[:MOST_TEXT], at, kind=kind, own=own, marks=tuple(marks))
