"""Signal's chats as text of two programs: signalbackup-tools ("[Mar 24, 2026 21:47:03] <Danny> words") and sigtop.

sigtop writes fields, an empty line, and the words; times of it have a zone, those of the other are a clock's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from breaches.evidence.chats.decoding import Line, decode_head, name_encoding, read_lines
from breaches.evidence.chats.signal_rows import CHANNEL, name_call_mark
from breaches.evidence.chats.types import MOST_TEXT, Document, Messages, NotAChat, Open, Reader, make_reaction
from breaches.evidence.chats.worded_dates import read_worded_date
from breaches.evidence.types import Chat, Message

_BACKUP = re.compile(
    r"\[(?P<at>[^\W\d_]{2,12}\.? \d{1,2}, \d{4} \d\d:\d\d:\d\d)\] "
    r"(?:\*\*\* (?P<told>.*)|<(?P<who>[^>\n]{1,150})> (?P<text>.*))"
)
_SENT_FILE = re.compile(r"<(?P<who>[^>\n]{1,150})> sent file(?: (?P<name>.*))?")
_FIELD = re.compile(r"(From|Type|Sent|Received|Attachment|Reaction|Edited): (.*)")
_NUMBER = re.compile(r".*\((\+?\d[\d ]{5,20})\)")
_CALL = re.compile(r"\bcall\b", re.I)


def recognise_text(document: Document) -> bool:
    """Whether a file begins as one of the two programs writes it."""
    return _name_program(document) != ""


def _name_program(document: Document) -> str:
    lines = decode_head(document.head[:8192]).splitlines()[:6]
    if lines and _BACKUP.match(lines[0]):
        return "backup"
    fields = [line.partition(":")[0] for line in lines]
    return "sigtop" if fields[:1] == ["Conversation"] and {"Type"} & set(fields[2:]) else ""


def read_text(again: Open, document: Document) -> Messages:
    """The messages of one file."""
    lines = read_lines(again(), name_encoding(document.head))
    program = _name_program(document)
    if program == "backup":
        chat = Chat("signal", CHANNEL, ["local_time_assumed"])
        return chat, _read_backup(chat, lines)
    if program == "sigtop":
        chat = Chat("signal", CHANNEL)
        return chat, _read_fields(chat, lines)
    raise NotAChat


READER = Reader("signal", recognise_text, read_text)


@dataclass(slots=True)
class _Begun:
    """A message whose last line may not have come yet."""

    offset: int
    fields: list[tuple[str, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    size: int = 0
    worded: bool = False

    def add_line(self, text: str) -> None:
        if self.size < MOST_TEXT:
            self.lines.append(text)
            self.size += len(text) + 1

    def take_field(self, name: str) -> str:
        return next((value for known, value in self.fields if known == name), "")


def _read_backup(chat: Chat, lines: Iterator[Line]) -> Iterator[Message]:
    begun: _Begun | None = None
    for line in lines:
        if line.damaged:
            chat.note_doubt("letters_lost")
        found = _BACKUP.fullmatch(line.text)
        if found is None:
            if begun is not None:
                begun.add_line(line.text)
            continue
        if begun is not None:
            yield _finish_backup(begun)
        begun = _Begun(line.offset, [("at", found["at"]), ("who", found["who"] or ""), ("told", found["told"] or "")])
        begun.add_line(found["text"] or "")
    if begun is not None:
        yield _finish_backup(begun)


def _finish_backup(begun: _Begun) -> Message:
    at, _ = read_worded_date(begun.take_field("at"))
    marks = [] if at else ["time_doubtful"]
    told, sender = begun.take_field("told"), begun.take_field("who")
    if sent := _SENT_FILE.fullmatch(told):
        return Message(begun.offset, sent["who"], (sent["name"] or "").strip('"'), at, marks=("attachment", *marks))
    if told:
        # The line of a call does not say by itself who called: it is the program's.
        called = (name_call_mark(told),) if _CALL.search(told) else ()
        return Message(begun.offset, "", told, at, kind="call" if called else "app", marks=(*called, *marks))
    if begun.size >= MOST_TEXT:
        marks.append("text_cut")
    text = "\n".join(begun.lines).strip()
    return Message(begun.offset, sender, text[:MOST_TEXT], at, marks=tuple(marks))


def _read_fields(chat: Chat, lines: Iterator[Line]) -> Iterator[Message]:
    """Of sigtop: a message begins with `From` or `Type` after an empty line."""
    begun, empty = None, True
    for line in lines:
        found = _FIELD.fullmatch(line.text)
        starts = found is not None and found[1] in ("From", "Type") and empty and (begun is None or begun.worded)
        if found and starts:
            if begun is not None:
                yield from _finish_fields(begun)
            begun = _Begun(line.offset, [(found[1], found[2])])
        elif begun is not None and found and not begun.worded:
            begun.fields.append((found[1], found[2]))
        elif begun is not None:
            begun.worded = True
            begun.add_line(line.text)
        elif line.text.strip() and not line.text.startswith("Conversation:"):
            chat.count_unread("message_unreadable")
        empty = not line.text.strip()
    if begun is not None:
        yield from _finish_fields(begun)


def _finish_fields(begun: _Begun) -> Iterator[Message]:
    kind_of = begun.take_field("Type")
    own = kind_of == "outgoing"
    sent = _read_instant(begun.take_field("Sent") or begun.take_field("Received"))
    marks = [] if sent else ["time_doubtful"]
    marks += ["attachment"] if begun.take_field("Attachment") else []
    marks += ["edited"] if begun.take_field("Edited") else []
    marks += ["quoted"] if any(line.startswith(">") for line in begun.lines) else []
    sender = "" if own else _read_person(begun.take_field("From"))
    text = "\n".join(begun.lines).strip()[:MOST_TEXT]
    if kind_of not in ("incoming", "outgoing"):
        yield Message(begun.offset, "", text or kind_of, sent, kind="app", marks=tuple(marks))
        return
    marks += [] if own or sender else ["sender_withheld"]
    yield Message(begun.offset, sender, text, sent, own=own, marks=tuple(marks))
    for name, value in begun.fields:
        if name == "Reaction":
            sign, _, who = value.partition(" from ")
            yield make_reaction(begun.offset, _read_person(who), sign, own=who == "You")


def _read_person(written: str) -> str:
    """A number where one stands behind the name: it is what tells people apart."""
    found = _NUMBER.fullmatch(written.strip())
    return found[1] if found else written.strip()


def _read_instant(written: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(written)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return when.astimezone(UTC) if when.tzinfo else None
