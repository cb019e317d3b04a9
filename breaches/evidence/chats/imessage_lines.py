"""iMessage as text of imessage-exporter: a time, a name, the words, an empty line.

A reply stands below what it answers, four blanks in, and once more by itself. Words of a person may look like the
beginning of a message, and nothing in the file tells the two apart but an empty line before: what stands without one is
inside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from breaches.evidence.chats.decoding import Line, decode_head, name_encoding, read_lines
from breaches.evidence.chats.imessage_words import Replies, read_receipt, split_sign
from breaches.evidence.chats.types import MOST_TEXT, Document, Messages, Open, Reader
from breaches.evidence.types import Chat, Message

_TIME = re.compile(
    r"(?P<indent> *)(?P<at>[A-Z][a-z]{2} \d{1,2}, \d{4} {1,2}\d{1,2}:\d\d:\d\d [AP]M)"
    r"(?: \(Read by [^()]*\))?(?P<rest>.*)"
)
_SIGNS = frozenset({"Tapbacks:", "Reactions:"})
_ANSWERED = "This message responded to an earlier message."
_UNSENT = re.compile(r"\b(?:unsent|deleted) (?:this|a) message")
_ATTACHED = re.compile(r"(?:~?/|attachments/)\S.*\.\w{2,5}")
_NAMES = frozenset({"Me"})


def recognise_lines(document: Document) -> bool:
    """Whether a file begins with a time of this program's alone on a line, and a name below it."""
    lines = decode_head(document.head[:8192]).splitlines()[:3]
    found = _TIME.fullmatch(lines[0]) if len(lines) > 1 else None
    return found is not None and (bool(found["rest"]) or bool(lines[1].strip()))


def read_text(again: Open, document: Document) -> Messages:
    """The messages of one file."""
    chat = Chat("imessage", "messaging_app", ["local_time_assumed"])
    return chat, _read_messages(chat, read_lines(again(), name_encoding(document.head)))


READER = Reader("imessage", recognise_lines, read_text)


@dataclass(slots=True)
class _Begun:
    offset: int
    at: datetime | None
    indent: int
    sender: str | None = None
    lines: list[str] = field(default_factory=list)
    size: int = 0


def _read_messages(chat: Chat, lines: Iterator[Line]) -> Iterator[Message]:
    replies, begun, empty = Replies(), None, True
    for line in lines:
        found = _TIME.fullmatch(line.text)
        # A reply begins right below the words that it answers; anything else only after an empty line.
        if found and (empty or found["indent"]):
            yield from _finish_message(replies, begun)
            if found["rest"].strip():
                at = read_receipt(found["at"])
                yield Message(line.offset, "", found["rest"].strip(), at, kind="app")
                begun = None
            else:
                begun = _Begun(line.offset, read_receipt(found["at"]), len(found["indent"]))
        elif begun is not None:
            if found:
                chat.note_doubt("lines_like_messages")
            _add_line(begun, line.text)
        elif line.text.strip():
            chat.count_unread("message_unreadable")
        empty = not line.text.strip()
    yield from _finish_message(replies, begun)
    yield from replies.list_unseen()


def _add_line(begun: _Begun, text: str) -> None:
    words = text.removeprefix(" " * begun.indent)
    if begun.sender is None:
        begun.sender = words.strip()
    elif begun.size < MOST_TEXT:
        begun.lines.append(words)
        begun.size += len(words) + 1


def _finish_message(replies: Replies, begun: _Begun | None) -> Iterator[Message]:
    if begun is None or begun.sender is None:
        return
    lines, signs = _take_signs(begun.lines)
    lines = [line for line in lines if line != _ANSWERED]
    text = "\n".join(lines).strip()
    own = begun.sender in _NAMES
    marks = [] if begun.at else ["time_doubtful"]
    if any(_ATTACHED.fullmatch(line) for line in lines):
        marks.append("attachment")
    if _UNSENT.search(text):
        marks.append("unsent")
    if begun.size >= MOST_TEXT:
        marks.append("text_cut")
    sender = "" if own else begun.sender
    message = Message(begun.offset, sender, text[:MOST_TEXT], begun.at, own=own, marks=tuple(marks))
    if begun.indent:
        replies.keep_reply(message)
        return
    replies.see_message(message)
    yield message
    for sign in signs:
        # Anybody can type such a line: it is shown, and taken for nobody's act.
        yield Message(begun.offset, "", sign, None, kind="app", marks=("reaction", "time_doubtful"))


def _take_signs(lines: list[str]) -> tuple[list[str], list[str]]:
    """The words, and the signs that the program lists below them."""
    at = next((index for index, line in enumerate(lines) if line in _SIGNS), None)
    if at is None:
        return lines, []
    signs = [line.strip() for line in lines[at + 1 :] if line.strip() and line != _ANSWERED]
    return (lines[:at], signs) if signs and all(split_sign(sign) for sign in signs) else (lines, [])
