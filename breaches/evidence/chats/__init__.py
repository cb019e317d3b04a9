"""Chats, texts, calls and mails out of what people export: read in one go forwards, in flat memory.

Each message has its offset in the original. A kind of file is one module with a `READER`; `readers.py` chooses among
them, `archives.py` looks into archives, which are read in place and never unpacked.
"""

from __future__ import annotations

from typing import IO

from breaches.evidence.chats.archives import read_archive
from breaches.evidence.chats.readers import read_document
from breaches.evidence.chats.types import Messages, NotAChat

__all__ = ["NotAChat", "read_messages"]


def read_messages(source: IO[bytes], media_type: str, *, name: str = "", latest_year: int = 2100) -> Messages:
    """What kind of messages a file holds, and those messages. Raises `NotAChat`, also while they are read.

    `name` is the file's as it was sent; `latest_year`: no honest message is of a later one. What is doubtful is in
    `Chat.notes`, and what was not read in `Chat.unread`, once the messages have been read to the end.
    """
    if media_type == "application/zip":
        return read_archive(source, latest_year=latest_year)

    def open_again() -> IO[bytes]:
        source.seek(0)
        return source

    return read_document(open_again, name=name, media_type=media_type, latest_year=latest_year)
