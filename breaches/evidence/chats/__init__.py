"""Chats, texts and mails out of what people export: read in one go forwards, in flat memory, each with its offset.

Signal, Telegram and WhatsApp write lines or JSON, Instagram JSON, backups of texts XML; any of them may lie in an
archive, which is read in place and never unpacked.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import IO

from breaches.evidence.chats import arrays, lines, mail, texts
from breaches.evidence.chats.types import NotAChat
from breaches.evidence.types import Chat, Message

_HEAD = 64 * 1024
_MOST_MEMBERS = 50
_READABLE = re.compile(
    r"(?:.*/)?[^/]*(?:chat[^/]*\.txt|message(?:_\d+)?\.json|messages\.json|result\.json|sms[^/]*\.xml)", re.I
)
_Open = Callable[[], IO[bytes]]

__all__ = ["NotAChat", "read_messages"]


def read_messages(source: IO[bytes], media_type: str) -> tuple[Chat, Iterator[Message]]:
    """What kind of messages a file holds, and those messages. Raises `NotAChat`, also while they are read.

    What is doubtful is in `Chat.notes` once they have been read to the end.
    """
    if media_type == "application/zip":
        return _in_archive(source)

    def again() -> IO[bytes]:
        source.seek(0)
        return source

    return _one(again, media_type)


def _one(again: _Open, media_type: str) -> tuple[Chat, Iterator[Message]]:
    head = again().read(_HEAD)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"{"):
        return arrays.read(again, head)
    if start.startswith(b"<"):
        return texts.read(again, head)
    if media_type == "message/rfc822" or mail.looks_like(head):
        return mail.read(again)
    return lines.read(again, head)


def _in_archive(source: IO[bytes]) -> tuple[Chat, Iterator[Message]]:
    source.seek(0)
    try:
        archive = zipfile.ZipFile(source)
        names = [m.filename for m in archive.infolist() if _READABLE.fullmatch(m.filename)][:_MOST_MEMBERS]
        found = [(name, *_one(lambda name=name: archive.open(name), "")) for name in names]  # type: ignore[misc]
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        raise NotAChat("archive_unreadable") from None
    if not found:
        raise NotAChat
    chat = found[0][1]
    return chat, _joined(chat, found)


def _joined(chat: Chat, found: list[tuple[str, Chat, Iterator[Message]]]) -> Iterator[Message]:
    for name, inner, rows in found:
        for row in rows:
            yield replace(row, part=name)
        if inner is not chat:
            chat.notes += inner.notes
