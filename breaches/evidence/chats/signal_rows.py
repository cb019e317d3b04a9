"""What the readers of Signal's exports share, and Signal Desktop's own rows in JSON.

`sent_at` and `timestamp` are milliseconds since 1970, UTC. One's own messages are `outgoing` and have no sender.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from breaches.evidence.chats.types import MOST_TEXT, from_epoch, make_reaction
from breaches.evidence.types import Chat, Message, MessageKind

CHANNEL = "messaging_app"
_SOURCES = ("source", "sourceServiceId", "sourceUuid", "conversationName")
# Rows of Signal Desktop that are no message: what changed in the chat, by the program's own account.
_MESSAGES = frozenset({"incoming", "outgoing"})


def name_platform(row: dict[str, Any]) -> str | None:
    """`signal` where a row has the members that Signal Desktop gives it; None otherwise."""
    return "signal" if "conversationId" in row and ("sent_at" in row or "body" in row) else None


def make_message(offset: int, row: dict[str, Any], chat: Chat) -> Message:
    """A message of Signal Desktop, a call, or what the program says itself."""
    del chat
    at = from_epoch(row.get("sent_at") or row.get("timestamp"))
    kind_of = row.get("type")
    own = kind_of == "outgoing"
    sender = "" if own else next((str(row[name]) for name in _SOURCES if row.get(name)), "")
    marks = [] if at else ["time_doubtful"]
    kind: MessageKind = "message"
    text = row["body"] if isinstance(row.get("body"), str) else ""
    if kind_of == "call-history":
        kind, own, sender = "call", False, ""
        marks.append("sender_withheld")
    elif kind_of not in _MESSAGES:
        return Message(offset, "", text or str(kind_of or ""), at, kind="app", marks=tuple(marks))
    if row.get("deletedForEveryone"):
        marks.append("deleted")
    if row.get("editHistory"):
        marks.append("edited")
    if row.get("attachments") or row.get("sticker"):
        marks.append("attachment")
    quote = row.get("quote")
    quoted = quote.get("text") if isinstance(quote, dict) else ""
    text = mark_quote(quoted if isinstance(quoted, str) else "", text, marks)
    if not own and not sender and kind == "message":
        marks.append("sender_withheld")
    if len(text) > MOST_TEXT:
        marks.append("text_cut")
    return Message(offset, sender, text[:MOST_TEXT], at, kind=kind, own=own, marks=tuple(marks))


def read_reactions(offset: int, row: dict[str, Any]) -> Iterator[Message]:
    """What a message said before it was changed, and signs put to it, by a number of Signal Desktop's own."""
    earlier = row.get("editHistory")
    for one in earlier if isinstance(earlier, list) else ():
        if isinstance(one, dict) and isinstance(one.get("body"), str) and one["body"] != row.get("body"):
            said = {name: row[name] for name in ("type", *_SOURCES) if name in row}
            before = make_message(offset, said | {"sent_at": one.get("timestamp"), "body": one["body"]}, Chat("", ""))
            yield replace(before, marks=("edited", *before.marks))
    found = row.get("reactions")
    for one in found if isinstance(found, list) else ():
        if isinstance(one, dict) and one.get("remove") is not True:
            yield make_reaction(
                offset, str(one.get("fromId") or ""), str(one.get("emoji") or ""), from_epoch(one.get("timestamp"))
            )


def mark_quote(quoted: str, text: str, marks: list[str]) -> str:
    """The words of a message with what it quotes before them, each line of that behind ">": it is another's."""
    lines = [line.removeprefix(">").strip() for line in quoted.strip().split("\n")]
    if not any(lines):
        return text
    marks.append("quoted")
    return "\n".join([*(f"> {line}" for line in lines), text]).strip()


def name_call_mark(words: str) -> str:
    """What became of a call, by the words of signal-export."""
    plain = words.lower()
    if "missed" in plain or "unanswered" in plain:
        return "call_missed"
    return "call_rejected" if "declined" in plain else "call_answered"
