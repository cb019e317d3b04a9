"""Messages of Instagram and Messenger, in the layout with `sender_name` and in that of end-to-end encrypted chats.

The older layout writes the bytes of UTF-8 as if each were a character. Times are milliseconds since 1970, UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from breaches.evidence.chats.types import MOST_TEXT, from_epoch, make_reaction
from breaches.evidence.types import Chat, Message, MessageKind

CHANNEL = "social_media"
_MEDIA = ("photos", "videos", "audio_files", "files", "gifs", "sticker", "media", "share")
# Messenger says of each message what it is; Instagram does not.
_WORDED = ("content", "text", "body", "message")
_MOST_WORDS = 1000
_QUOTES_NAME = re.compile(
    r"(?:named the group|left the (?:group|chat)|set (?:the|their|his|her|your) (?:own )?nickname"
    r"|changed the (?:theme|group)"
    r"|added .{1,80} to the group|removed .{1,80} from the group|created (?:the|this) (?:group|poll)|pinned a message"
    r"|turned (?:on|off) (?:vanish|disappearing)|joined the (?:video )?(?:call|chat)|started sharing video)\b.{0,100}",
)
_SENT = re.compile(
    r"sent (?:an attachment|a photo|a video|a voice message|a live location|a location|a sticker|a GIF)\.?"
)
_REACTED = re.compile(r"(?:Reacted .{1,20} to your message ?|Liked a message)")
_PROGRAMS = frozenset({"Subscribe", "Unsubscribe", "admin"})
_TYPES = frozenset({"Generic", "Share", "Call", "Subscribe", "Unsubscribe", "Payment", "Plan"})


def name_platform(row: dict[str, Any]) -> str | None:
    """Whose message it is, by the names of its members; None where it is neither's."""
    if "senderName" in row or row.get("type") in _TYPES or "is_unsent_image_by_messenger_kid_parent" in row:
        return "messenger"
    return "instagram" if "sender_name" in row or "timestamp_ms" in row else None


def make_message(offset: int, row: dict[str, Any], chat: Chat) -> Message | None:
    """A message of either layout; what is left out, unsent, or a call has its mark."""
    encrypted = "senderName" in row or ("text" in row and not {"sender_name", "content"} & row.keys())
    sender = _read_word(row.get("senderName")) if encrypted else _mend_letters(row.get("sender_name"))
    text = _read_word(row.get("text")) if encrypted else _join_words(row.get("content"))
    if not text:  # of another layout, or of none that is known
        text = "\n".join(filter(None, map(_join_words, (row.get(name) for name in _WORDED))))
        if not text and any(row.get(name) for name in _WORDED):
            chat.count_unread("message_unreadable")
    at = from_epoch(row.get("timestamp" if encrypted else "timestamp_ms"))
    marks = _list_marks(row, text, timed=at is not None)
    link = _share(row).get("link")
    if isinstance(link, str) and link not in text:
        text = f"{text}\n{link}".strip()
    shared = _mend_letters(_share(row).get("share_text"))
    if shared and shared not in text:
        # What is above a post that was passed on is by whoever posted it.
        text, marks = f"{text}\n" + "\n".join(f"> {line}" for line in shared.split("\n")), (*marks, "quoted")
    marks = (*marks, *(() if sender else ("sender_withheld",)))
    kind: MessageKind = "call" if {"call_answered", "call_missed"} & set(marks) else "message"
    kind = "app" if row.get("type") in _PROGRAMS or _tells_of_sender(sender, text) else kind
    return Message(offset, sender, text.strip()[:MOST_TEXT], at, kind=kind, marks=marks)


def _join_words(value: Any) -> str:
    """The words of a member: of a list or an object, those of all that is in it."""
    found: list[str] = []
    waiting = [value]
    while waiting and len(found) < _MOST_WORDS:
        one = waiting.pop(0)
        if isinstance(one, str):
            found.append(_mend_letters(one))
        elif isinstance(one, list | dict):
            waiting = [*(one if isinstance(one, list) else one.values()), *waiting]
    return "\n".join(filter(None, found))


def _share(row: dict[str, Any]) -> dict[str, Any]:
    found = row.get("share")
    return found if isinstance(found, dict) else {}


def _tells_of_sender(sender: str, text: str) -> bool:
    """Whether the program tells what the sender did ("Danny named the group ..."): it begins with the sender's name."""
    return (
        bool(sender) and text.startswith(f"{sender} ") and _QUOTES_NAME.fullmatch(text[len(sender) + 1 :]) is not None
    )


def read_reactions(offset: int, row: dict[str, Any]) -> Iterator[Message]:
    """Signs that somebody put to a message: each is an act of whoever is named."""
    found = row.get("reactions")
    for one in found if isinstance(found, list) else ():
        if isinstance(one, dict):
            seconds = one.get("timestamp")
            at = from_epoch(f"{seconds}000") if isinstance(seconds, int) else None
            yield make_reaction(offset, _mend_letters(one.get("actor")), _mend_letters(one.get("reaction")), at)


def _list_marks(row: dict[str, Any], text: str, *, timed: bool) -> tuple[str, ...]:
    marks = []
    if row.get("is_unsent") is True or row.get("isUnsent") is True:
        marks.append("unsent")
    if any(row.get(name) for name in _MEDIA) or _says_sent(row, text):
        marks.append("attachment")
    if _REACTED.fullmatch(text):
        marks.append("reaction")
    if "call_duration" in row or str(row.get("type")).lower() == "call":
        missed = row.get("missed") is True or (not row.get("call_duration"))
        marks.append("call_missed" if missed else "call_answered")
    if row.get("type") in ("placeholder", "media") and not row.get("media") and not text:
        marks.append("media_left_out")
    if not timed:
        marks.append("time_doubtful")
    if len(text) > MOST_TEXT:
        marks.append("text_cut")
    return tuple(marks)


def _says_sent(row: dict[str, Any], text: str) -> bool:
    sender = _mend_letters(row.get("sender_name")) or _read_word(row.get("senderName"))
    return any(text.startswith(who) and _SENT.fullmatch(text[len(who) :]) for who in (f"{sender} ", "You "))


def _read_word(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _mend_letters(value: Any) -> str:
    text = _read_word(value)
    try:
        return text.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text
