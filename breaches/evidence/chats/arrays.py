"""Chats in JSON: the array `messages` of Telegram's and Instagram's exports, one element at a time."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any

from breaches.evidence.chats.types import (
    MOST_TEXT,
    Document,
    Messages,
    NotAChat,
    Open,
    Reader,
    from_clock,
    from_epoch,
)
from breaches.evidence.types import Chat, Message

_ARRAY = re.compile(r'"messages"\s*:\s*\[')
_BEFORE = 4 * 1024 * 1024  # characters that may come before the array
_LARGEST = 4 * 1024 * 1024  # characters of one element
_CHUNK = 256 * 1024
_SPACE = re.compile(r"[\s,]*")
_CHANNELS = {"instagram": "social_media", "telegram": "messaging_app"}
_DECODER = json.JSONDecoder()


def recognise_export(document: Document) -> bool:
    """Whether a file begins as an object of JSON does, with the members of a chat in it."""
    return document.start.startswith(b"{") and _name_platform(document.head) is not None


def read_export(again: Open, document: Document) -> Messages:
    """Messages of an export; which one it is, the names of its members say."""
    platform = _name_platform(document.head)
    if platform is None:
        raise NotAChat
    chat = Chat(platform, _CHANNELS[platform])
    read_row = _instagram if platform == "instagram" else _telegram
    return chat, (read_row(offset, row) for offset, row in _elements(again(), chat))


def _name_platform(head: bytes) -> str | None:
    if b'"sender_name"' in head or b'"timestamp_ms"' in head:
        return "instagram"
    telegram = b'"messages"' in head and (b'"date_unixtime"' in head or b'"from_id"' in head)
    return "telegram" if telegram else None


READER = Reader("json", recognise_export, read_export)


class _Buffer:
    """Text that is read on when it is needed, and where in the file it begins."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        # Bytes that are no UTF-8 stay countable.
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self.text = ""
        self._offset, self._counted = 0, 0

    def more(self) -> bool:
        piece = self._source.read(_CHUNK)
        self.text += self._decoder.decode(piece, final=not piece)
        return bool(piece)

    def offset_of(self, at: int) -> int:
        """The byte of the file at which a character of `text` lies; asked for with rising `at` only."""
        self._offset += len(self.text[self._counted : at].encode("utf-8", "surrogateescape"))
        self._counted = at
        return self._offset

    def drop(self, count: int) -> None:
        self.offset_of(count)
        self.text, self._counted = self.text[count:], 0


def _elements(source: IO[bytes], chat: Chat) -> Iterator[tuple[int, dict[str, Any]]]:
    """Objects of the array, each with the byte it begins at. What ends before its end is read as far as it goes."""
    buffer = _Buffer(source)
    _enter(buffer)
    at = 0
    while True:
        at = _skip(buffer, at)
        if buffer.text[at : at + 1] in ("]", ""):
            if not buffer.text[at : at + 1]:
                _note_end(chat)
            return
        decoded = _decode(buffer, at)
        if decoded is None:
            _note_end(chat)
            return
        value, end = decoded
        if isinstance(value, dict):
            yield buffer.offset_of(at), value
        at = end
        if at > _CHUNK:
            buffer.drop(at)
            at = 0


def _note_end(chat: Chat) -> None:
    chat.note_doubt("cut_short")
    chat.count_unread("cut_short")


def _enter(buffer: _Buffer) -> None:
    while True:
        found = _ARRAY.search(buffer.text)
        if found:
            buffer.drop(found.end())
            return
        if len(buffer.text) > _BEFORE or not buffer.more():
            raise NotAChat


def _skip(buffer: _Buffer, at: int) -> int:
    while True:
        found = _SPACE.match(buffer.text, at)
        at = found.end() if found else at
        if at < len(buffer.text) or not buffer.more():
            return at


def _decode(buffer: _Buffer, at: int) -> tuple[Any, int] | None:
    while True:
        try:
            return _DECODER.raw_decode(buffer.text, at)
        except json.JSONDecodeError:
            if len(buffer.text) - at > _LARGEST or not buffer.more():
                return None
        except RecursionError:
            return None


def _instagram(offset: int, row: dict[str, Any]) -> Message:
    sender, text = _mended(row.get("sender_name")), _mended(row.get("content"))
    return Message(offset, sender, text[:MOST_TEXT], from_epoch(row.get("timestamp_ms")))


def _mended(value: Any) -> str:
    """Instagram writes the bytes of UTF-8 as if each were a character."""
    text = value if isinstance(value, str) else ""
    try:
        return text.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def _telegram(offset: int, row: dict[str, Any]) -> Message:
    parts = row.get("text")
    parts = parts if isinstance(parts, list) else [parts]
    words = [part.get("text") if isinstance(part, dict) else part for part in parts]
    text = "".join(word for word in words if isinstance(word, str))
    sender = row.get("from")
    return Message(offset, sender if isinstance(sender, str) else "", text[:MOST_TEXT], _at(row))


def _at(row: dict[str, Any]) -> datetime | None:
    seconds = row.get("date_unixtime")
    if isinstance(seconds, str | int):
        return from_epoch(f"{seconds}000")
    try:
        when = datetime.fromisoformat(str(row.get("date")))
        return from_clock(when) if when.tzinfo is None else when
    except (ValueError, OverflowError):
        return None
