"""What signal-export writes into the text of a message beside the words: quotes, signs, calls, and what was deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from breaches.evidence.chats.signal_rows import mark_quote, name_call_mark
from breaches.evidence.types import Message

_QUOTE = re.compile(r"\s*\n(?P<quoted>(?:>[^\n]*\n)+)\n?(?P<text>.*)", re.DOTALL)
_SIGNS = re.compile(r"\n\(- (?P<signs>[^\n]+) -\)\s*$")
_CALL = re.compile(r"(?:Incoming|Outgoing|Missed)(?: (?:voice|video))? call(?: \([^()\n]*\))?")
_DELETED = "(This message was deleted)"
_ATTACHED = re.compile(r"!?\[[^\]\n]*\]\(\.{1,2}/[^)\n]*\)")


def read_markdown(rows: Iterator[Message]) -> Iterator[Message]:
    """Messages as lines gave them, each told apart from what the program wrote beside it."""
    for row in rows:
        if row.kind != "message":
            yield row
            continue
        text, signs = _take_signs(row.text)
        yield _read_message(row, text)
        for sign in signs:
            # Anybody can type such a line: it is shown, and taken for nobody's act.
            yield Message(row.offset, "", sign, None, kind="app", marks=("reaction", "time_doubtful"))


def _take_signs(text: str) -> tuple[str, list[str]]:
    found = _SIGNS.search(text)
    if found is None:
        return text, []
    return text[: found.start()], [sign.strip() for sign in found["signs"].split(",")]


def _read_message(row: Message, text: str) -> Message:
    own = row.sender == "Me"
    sender = "" if own or row.sender == "No-Sender" else row.sender
    marks = [*row.marks, *(() if own or sender else ("sender_withheld",))]
    if text.strip() == _DELETED:
        return replace(row, sender=sender, own=own, text="", marks=("deleted", *marks))
    if _CALL.fullmatch(text.strip()):
        called = () if own else (name_call_mark(text),)
        return replace(row, sender=sender, own=own, text=text.strip(), kind="call", marks=(*called, *marks))
    quote = _QUOTE.fullmatch(text)
    text = mark_quote(quote["quoted"], quote["text"].strip(), marks) if quote else text.strip()
    if _ATTACHED.search(text):
        marks.append("attachment")
    return replace(row, sender=sender, own=own, text=text, marks=tuple(marks))
