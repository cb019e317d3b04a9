"""Exports in JSON: every array `messages` of a file, one element at a time, however much comes before it.

Read here and not by a library of streams, since none says at which byte an element begins. Whose export it is, its
elements say: Telegram's (`telegram.py`), Instagram's or Messenger's (`meta.py`), Signal Desktop's (`signal_rows.py`).
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import IO, Any

from breaches.evidence.chats import meta, signal_rows, telegram
from breaches.evidence.chats.types import Document, Messages, NotAChat, Open, Reader
from breaches.evidence.types import Chat, Message

_ARRAY = re.compile(r'"messages"\s*:\s*\[')
_LARGEST = 4 * 1024 * 1024  # characters of one element
_CHUNK = 256 * 1024
_OVERLAP = 256  # characters in which the beginning of an array may have been cut in two
_SPACE = re.compile(r"[\s,]*")
_DECODER = json.JSONDecoder()
# What the top of an export names, of whichever program; a stray file of settings has none of it.
_NAMES = re.compile(
    rb'"(?:about|messages|participants|threadName|personal_information|chats|thread_path|date_unixtime|sender_name|conversationId)"\s*:'
)
# An object, or an array of objects without a name.
_BEGINS = re.compile(rb"\{|\[\s*\{")
Row = tuple[int, dict[str, Any]]
MakeMessage = Callable[[int, dict[str, Any], Chat], Message | None]
ReadReactions = Callable[[int, dict[str, Any]], Iterator[Message]]


def recognise_export(document: Document) -> bool:
    """Whether a file begins as an object of JSON does, with what exports of chats name at their top."""
    return _BEGINS.match(document.start) is not None and _NAMES.search(document.head) is not None


def read_export(again: Open, document: Document) -> Messages:
    """Messages of an export. Raises `NotAChat` where no array of messages is in it."""
    chat = Chat("", "")
    rows = _read_arrays(again(), chat, bare=document.start.startswith(b"["))
    try:
        first = next(rows)
    except StopIteration:
        raise NotAChat("cut_short" if chat.unread else "") from None
    makers = _choose_makers(first[1], chat)
    if makers is None:
        raise NotAChat
    return chat, _make_messages(chain([first], rows), *makers, chat)


READER = Reader("json", recognise_export, read_export)


def _choose_makers(row: dict[str, Any], chat: Chat) -> tuple[MakeMessage, ReadReactions] | None:
    """Whose export it is, by the first of its messages."""
    for source in (signal_rows, meta, telegram):
        platform = source.name_platform(row)
        if platform is not None:
            chat.platform, chat.channel = platform, source.CHANNEL
            return source.make_message, source.read_reactions
    return None


def _make_messages(
    rows: Iterator[Row], make_message: MakeMessage, read_reactions: ReadReactions, chat: Chat
) -> Iterator[Message]:
    for offset, row in rows:
        message = make_message(offset, row, chat)
        if message is None:
            chat.count_unread("message_unreadable")
        else:
            yield message
        if "reactions" in row or "editHistory" in row:
            yield from read_reactions(offset, row)


class _Buffer:
    """Text that is read on when it is needed, and where in the file it begins."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        # Bytes that are no UTF-8 stay countable.
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self.text = ""
        self._offset, self._counted = 0, 0

    def read_more(self) -> bool:
        piece = self._source.read(_CHUNK)
        self.text += self._decoder.decode(piece, final=not piece)
        return bool(piece)

    def find_offset(self, at: int) -> int:
        """The byte of the file at which a character of `text` lies; asked for with rising `at` only."""
        self._offset += len(self.text[self._counted : at].encode("utf-8", "surrogateescape"))
        self._counted = at
        return self._offset

    def drop_text(self, count: int) -> None:
        self.find_offset(count)
        self.text, self._counted = self.text[count:], 0


def _read_arrays(source: IO[bytes], chat: Chat, *, bare: bool = False) -> Iterator[Row]:
    """Objects of every array, each with the byte it begins at; a whole account has an array for each chat.

    `bare`: the file itself is an array.
    """
    buffer = _Buffer(source)
    if bare:
        buffer.read_more()
        buffer.drop_text(buffer.text.index("[") + 1)
        yield from _read_elements(buffer, chat)
        return
    while _enter_array(buffer):
        yield from _read_elements(buffer, chat)
    if buffer.text.rstrip()[-1:] not in ("}", "]") and not chat.unread["cut_short"]:
        # It ends between two chats: what came after is missing.
        chat.note_doubt("cut_short")
        chat.count_unread("cut_short")


def _enter_array(buffer: _Buffer) -> bool:
    """Go to the beginning of the next array. False where there is none."""
    while True:
        found = _ARRAY.search(buffer.text)
        if found:
            buffer.drop_text(found.end())
            return True
        buffer.drop_text(max(0, len(buffer.text) - _OVERLAP))
        if not buffer.read_more():
            return False


def _read_elements(buffer: _Buffer, chat: Chat) -> Iterator[Row]:
    """The objects of one array. What ends before its end is read as far as it goes, and said so."""
    at = 0
    while True:
        at = _skip_space(buffer, at)
        if buffer.text[at : at + 1] == "]":
            after = _skip_space(buffer, at + 1)
            if buffer.text[after : after + 1] not in ("", "}", "]", '"'):
                chat.count_unread("cut_short")  # nothing that may stand behind an array: it was longer
            buffer.drop_text(at)
            return
        decoded = _decode_element(buffer, at) if at < len(buffer.text) else None
        if decoded is None:
            chat.note_doubt("cut_short")
            chat.count_unread("cut_short")
            buffer.drop_text(at)
            return
        value, end = decoded
        if isinstance(value, dict):
            yield buffer.find_offset(at), value
        else:
            chat.count_unread("message_unreadable")
        at = end
        if at > _CHUNK:
            buffer.drop_text(at)
            at = 0


def _skip_space(buffer: _Buffer, at: int) -> int:
    while True:
        found = _SPACE.match(buffer.text, at)
        at = found.end() if found else at
        if at < len(buffer.text) or not buffer.read_more():
            return at


def _decode_element(buffer: _Buffer, at: int) -> tuple[Any, int] | None:
    while True:
        try:
            return _DECODER.raw_decode(buffer.text, at)
        except json.JSONDecodeError:
            if len(buffer.text) - at > _LARGEST or not buffer.read_more():
                return None
        except (RecursionError, ValueError):
            return None  # too deep, or a number of thousands of digits
