"""Messages of Telegram Desktop's exports in JSON, of one chat or a whole account.

A call has its actor; what was passed on is another's words; an account that was deleted has an id and no name. Times
are seconds since 1970, UTC; older exports give a clock alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from breaches.evidence.chats.types import MOST_TEXT, from_clock, from_epoch, make_reaction
from breaches.evidence.types import Chat, Message

CHANNEL = "messaging_app"
_MEDIA = ("photo", "file", "media_type", "contact_information", "location_information", "poll")
_CALLS = {"hangup": "call_answered", "missed": "call_missed", "busy": "call_rejected", "disconnect": "call_missed"}
_KNOWN = frozenset({"text", "text_entities", "reactions", "inline_bot_buttons"})
_WORDED = ("body", "caption", "message", "content", "title", "description", "game_title", "game_description")
_MOST_WORDS = 100
_LEFT_OUT = "(File "  # "(File not included. Change data exporting settings to download.)"


def name_platform(row: dict[str, Any]) -> str | None:
    """`telegram` where a message has the members that it writes; None otherwise."""
    return "telegram" if {"date_unixtime", "from_id", "actor_id"} & row.keys() or {"id", "date"} <= row.keys() else None


def make_message(offset: int, row: dict[str, Any], chat: Chat) -> Message | None:
    """A message, a call, or what the program says itself. None where it is none of them."""
    at = _read_time(row, chat)
    if row.get("type") == "service" or "action" in row:
        return _make_service(offset, row, at)
    text = "\n".join(part for part in (*_list_given(row), _join_text(row.get("text"))) if part)
    marks = _list_marks(row, text, at)
    if not text and not set(marks) - {"time_doubtful"}:
        text = "\n".join(_list_unheard(row))
        if not text and ("text" in row or row.get("type", "message") != "message"):
            chat.count_unread("message_unreadable")
    # Kept among one's own "saved messages" it is as much another's as what was passed on.
    forwarded = row.get("forwarded_from") or row.get("saved_from") or row.get("forwarded_from_id")
    signed = row.get("author")
    return Message(
        offset,
        _name_sender(row.get("from"), row.get("from_id")),
        text[:MOST_TEXT],
        at,
        marks=marks,
        forwarded_from=forwarded if isinstance(forwarded, str) else "",
        leads=(("signature", signed),) if isinstance(signed, str) and signed else (),
    )


def _list_unheard(row: dict[str, Any]) -> list[str]:
    """Words of a message of a kind that is not known here (a list of things to do, a bill): whatever it holds."""
    found: list[str] = []
    waiting = [value for name, value in row.items() if name not in _KNOWN and isinstance(value, dict | list)]
    waiting += [{name: row[name]} for name in _WORDED if isinstance(row.get(name), str)]
    while waiting and len(found) < _MOST_WORDS:
        value = waiting.pop(0)
        inner = list(value.values()) if isinstance(value, dict) else value
        found += [one for one in inner if isinstance(one, str) and one]
        waiting += [one for one in inner if isinstance(one, dict | list)]
    return found


def read_reactions(offset: int, row: dict[str, Any]) -> Iterator[Message]:
    """Signs that somebody put to a message, where the export names them; of many it names the last few."""
    found = row.get("reactions")
    for one in found if isinstance(found, list) else ():
        recent = one.get("recent") if isinstance(one, dict) else None
        for who in recent if isinstance(recent, list) else ():
            if isinstance(who, dict):
                sender = _name_sender(who.get("from"), who.get("from_id"))
                yield make_reaction(offset, sender, str(one.get("emoji") or ""), _read_time(who, Chat("", "")))


def _list_given(row: dict[str, Any]) -> Iterator[str]:
    """What somebody gave beside words: a place, a question to all, whose number it is."""
    place = row.get("location_information")
    if isinstance(place, dict):
        yield f"{place.get('latitude')}, {place.get('longitude')}"
    for name in ("place_name", "address"):
        if isinstance(row.get(name), str):
            yield row[name]
    if isinstance(row.get("sticker_emoji"), str):
        yield row["sticker_emoji"]
    poll, contact = row.get("poll"), row.get("contact_information")
    if isinstance(poll, dict):
        answers = poll.get("answers")
        yield _join_text(poll.get("question"))
        for one in answers if isinstance(answers, list) else ():
            yield f"- {_join_text(one.get('text'))}" if isinstance(one, dict) else ""
    if isinstance(contact, dict):
        yield " ".join(str(contact[name]) for name in ("first_name", "last_name", "phone_number") if contact.get(name))


def _make_service(offset: int, row: dict[str, Any], at: datetime | None) -> Message:
    action = row.get("action") if isinstance(row.get("action"), str) else ""
    sender = _name_sender(row.get("actor"), row.get("actor_id"))
    if action == "phone_call":
        seconds = row.get("duration_seconds")
        mark = _CALLS.get(str(row.get("discard_reason")), "call_answered" if seconds else "call_missed")
        text = f"{seconds} s" if isinstance(seconds, int) else ""
        return Message(offset, sender, text, at, kind="call", marks=(mark,))
    return Message(offset, sender, _join_text(row.get("text")) or str(action), at, kind="app")


def _list_marks(row: dict[str, Any], text: str, at: datetime | None) -> tuple[str, ...]:
    marks = []
    if {"forwarded_from", "forwarded_from_id", "saved_from"} & row.keys():
        marks.append("forwarded")
    text_parts = row.get("text")
    if isinstance(text_parts, list) and any(isinstance(p, dict) and p.get("type") == "blockquote" for p in text_parts):
        marks.append("quoted")
    if "edited" in row or "edited_unixtime" in row:
        marks.append("edited")
    if any(row.get(name) for name in _MEDIA):
        left_out = any(str(row.get(name, "")).startswith(_LEFT_OUT) for name in ("photo", "file"))
        marks.append("media_left_out" if left_out else "attachment")
    if at is None:
        marks.append("time_doubtful")
    if len(text) > MOST_TEXT:
        marks.append("text_cut")
    return tuple(marks)


def _name_sender(name: Any, number: Any) -> str:
    """A name as the exporting telephone knew it, or the id of an account without one."""
    if isinstance(name, str) and name.strip():
        return name
    return str(number) if isinstance(number, str | int) and not isinstance(number, bool) else ""


def _join_text(value: Any) -> str:
    parts = value if isinstance(value, list) else [value]
    return (
        "".join(_read_part(part) for part in parts).strip("\n")
        if len(parts) > 1
        else _read_part(parts[0] if parts else "")
    )


def _read_part(part: Any) -> str:
    """A piece of a text. One that is quoted stands on lines of its own, each behind ">"."""
    word = part.get("text") if isinstance(part, dict) else part
    if not isinstance(word, str):
        return ""
    quoted = isinstance(part, dict) and part.get("type") == "blockquote"
    return "\n" + "".join(f"> {line}\n" for line in word.split("\n")) if quoted else word


def _read_time(row: dict[str, Any], chat: Chat) -> datetime | None:
    seconds = row.get("date_unixtime")
    if isinstance(seconds, str | int):
        return from_epoch(f"{seconds}000")
    try:
        when = datetime.fromisoformat(str(row.get("date")))
        if when.tzinfo is not None:
            return when.astimezone(UTC)
        chat.note_doubt("local_time_assumed")
        return from_clock(when)
    except (ValueError, OverflowError):
        return None
