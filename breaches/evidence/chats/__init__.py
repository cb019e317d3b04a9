"""Chats, texts, calls and mails out of what people export: read in one go forwards, in flat memory.

Each message has its offset in the original. A kind of file is one module with a `READER`; `readers.py` chooses among
them, `archives.py` looks into archives, which are read in place and never unpacked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from breaches.evidence.chats.archives import read_archive
from breaches.evidence.chats.readers import read_document
from breaches.evidence.chats.types import Messages, NotAChat
from breaches.evidence.types import Chat, Message

__all__ = ["NotAChat", "read_messages"]

# What no text can hold, and what stands for a letter that was lost.
_LOST = re.compile("[\x00\ufffd\ud800-\udfff]")
_TOLD = frozenset({"letters_lost", "characters_replaced"})


def read_messages(source: IO[bytes], media_type: str, *, name: str = "", latest_year: int = 2100) -> Messages:
    """What kind of messages a file holds, and those messages. Raises `NotAChat`, also while they are read.

    `name` is the file's as it was sent; `latest_year`: no honest message is of a later one. What is doubtful is in
    `Chat.notes`, and what was not read in `Chat.unread`, once the messages have been read to the end.
    """
    if media_type == "application/zip":
        chat, rows = read_archive(source, latest_year=latest_year)
        return chat, _note_lost_letters(chat, rows)

    def open_again() -> IO[bytes]:
        source.seek(0)
        return source

    chat, rows = read_document(open_again, name=name, media_type=media_type, latest_year=latest_year)
    return chat, _note_lost_letters(chat, rows)


def _note_lost_letters(chat: Chat, rows: Iterator[Message]) -> Iterator[Message]:
    """The same messages. Letters that are lost, or that cannot be stored as they are, are told: `letters_lost`."""
    for row in rows:
        if (_LOST.search(row.text) or _LOST.search(row.sender)) and _TOLD.isdisjoint(chat.notes):
            chat.note_doubt("letters_lost")
        yield row
