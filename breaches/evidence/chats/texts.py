"""Backups of texts in XML (SMS Backup & Restore), read as they come. No document type, no entities, nothing fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any
from xml.parsers import expat

from breaches.evidence.chats.types import MOST_TEXT, Document, Messages, NotAChat, Open, Reader, from_epoch
from breaches.evidence.types import Chat, Message

_CHUNK = 256 * 1024
_RECEIVED = "1"
# Halves of a character, which XML forbids and this writer writes. What stands for them is as long, so that
# offsets stay right.
_HALF = re.compile(rb"&#5(?:5[3-9]|6\d|7[0-2])\d\d;|&#57[0-2]\d\d;|&#573[0-3]\d;|&#5734[0-3];")
_LONGEST_REFERENCE = 16


def recognise_texts(document: Document) -> bool:
    """Whether a file begins as a document of XML does, and holds texts."""
    return document.start.startswith(b"<") and b"<smses" in document.head


def read_texts(again: Open, document: Document) -> Messages:
    """Messages of a backup. One's own have no sender."""
    if b"<smses" not in document.head:
        raise NotAChat
    chat = Chat("sms", "sms")
    return chat, _messages(again(), chat)


READER = Reader("texts", recognise_texts, read_texts)


def _messages(source: IO[bytes], chat: Chat) -> Iterator[Message]:
    reader = _Reader(chat)
    waiting = b""
    try:
        while block := source.read(_CHUNK):
            waiting = _halves_replaced(waiting + block, chat)
            cut = waiting.rfind(b"&", len(waiting) - _LONGEST_REFERENCE)
            cut = len(waiting) if cut < 0 else cut
            reader.parser.Parse(waiting[:cut], False)
            waiting = waiting[cut:]
            yield from reader.taken()
        reader.parser.Parse(waiting, True)
    except expat.ExpatError:
        chat.note_doubt("cut_short")
        chat.count_unread("cut_short")
    yield from reader.taken()


def _halves_replaced(block: bytes, chat: Chat) -> bytes:
    replaced, count = _HALF.subn(b"&#65533;", block)
    if count and "characters_replaced" not in chat.notes:
        chat.notes.append("characters_replaced")
    return replaced


class _Reader:
    """Gathers messages from the elements of a backup."""

    def __init__(self, chat: Chat) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._no
        self.parser.EntityDeclHandler = self._no
        self._found: list[Message] = []
        self._mms: Message | None = None

    def taken(self) -> list[Message]:
        found, self._found = self._found, []
        return found

    def _no(self, *_: Any) -> None:
        raise NotAChat("xml_doctype")

    def _start(self, name: str, said: dict[str, str]) -> None:
        offset = self.parser.CurrentByteIndex
        if name == "sms":
            sender = said.get("address", "") if said.get("type") == _RECEIVED else ""
            self._found.append(Message(offset, sender, said.get("body", "")[:MOST_TEXT], from_epoch(said.get("date"))))
        elif name == "mms":
            sender = said.get("address", "") if said.get("msg_box") == _RECEIVED else ""
            self._mms = Message(offset, sender, "", from_epoch(said.get("date")))
        elif name == "part" and self._mms and said.get("ct") == "text/plain":
            text = f"{self._mms.text}\n{said.get('text', '')}".strip()
            self._mms = Message(self._mms.offset, self._mms.sender, text[:MOST_TEXT], self._mms.at)

    def _end(self, name: str) -> None:
        if name == "mms" and self._mms:
            self._found.append(self._mms)
            self._mms = None
