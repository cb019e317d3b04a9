"""Chats inside an archive, read in place and never unpacked. One member that is not read never hides the others."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import IO

from breaches.evidence.chats.readers import read_document
from breaches.evidence.chats.types import Messages, NotAChat
from breaches.evidence.types import Chat, Message

_MOST_MEMBERS = 50
_READABLE = re.compile(
    r"(?:.*/)?[^/]*(?:chat[^/]*\.txt|message(?:_\d+)?\.json|messages\.json|result\.json|sms[^/]*\.xml)", re.I
)


def read_archive(source: IO[bytes]) -> Messages:
    """The messages of every member that holds some, in the archive's order. `Message.part` is the member's name."""
    source.seek(0)
    try:
        archive = zipfile.ZipFile(source)
        names = [m.filename for m in archive.infolist() if _READABLE.fullmatch(m.filename)][:_MOST_MEMBERS]
        found = [
            (name, *read_document(lambda name=name: archive.open(name), name=name, media_type=""))  # type: ignore[misc]
            for name in names
        ]
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        raise NotAChat("archive_unreadable") from None
    if not found:
        raise NotAChat
    chat = found[0][1]
    return chat, _read_in_turn(chat, found)


def _read_in_turn(chat: Chat, found: list[tuple[str, Chat, Iterator[Message]]]) -> Iterator[Message]:
    for name, inner, rows in found:
        for row in rows:
            yield replace(row, part=name)
        if inner is not chat:
            chat.notes += inner.notes
            chat.unread.update(inner.unread)
