"""Backups of texts and lists of calls in XML (SMS Backup & Restore), read as they come.

No document type, no entities, nothing fetched. Fields as the maker of the format describes them: `type` and `msg_box`
1 received, 2 sent, 3 draft, 4 waiting, 5 failed, 6 queued; an `addr` of type 137 is the sender of a group's message,
whose `address` lists everybody in no order; `presentation` 2 is a number that was withheld.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any
from xml.parsers import expat

from breaches.evidence.chats.page_words import read_html
from breaches.evidence.chats.types import MOST_TEXT, Document, Messages, NotAChat, Open, Reader, from_epoch
from breaches.evidence.types import Chat, Message, MessageKind

_CHUNK = 256 * 1024
_ROOTS = {b"<smses": ("sms", "sms"), b"<calls": ("call_list", "phone_call")}
_RECEIVED, _FROM = "1", "137"
_NOBODY = frozenset({"", "null", "insert-address-token", "-1", "-2", "-3"})
# What became of a message that was not received: it is the owner's own.
_OWN: dict[str, tuple[str, ...]] = {"2": (), "3": ("draft",), "4": ("unsent",), "5": ("failed",), "6": ("unsent",)}
_CALLS = {
    "1": "call_answered", "3": "call_missed", "4": "call_voicemail", "5": "call_rejected", "6": "call_rejected",
    "7": "call_answered",
}  # fmt: skip
_CALLED = "2"
# References to characters, two at a time where one follows another: halves of a character are written so.
_REFERENCES = re.compile(rb"&#(?:x([0-9a-fA-F]{1,8})|(\d{1,10}));(?:&#(?:x([0-9a-fA-F]{1,8})|(\d{1,10}));)?")
_COUNT = re.compile(r"[0-9]{1,9}")
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_RAW_HALVES = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_LONGEST_REFERENCE = 40
_REPLACED = "\ufffd".encode()


def recognise_backup(document: Document) -> bool:
    """Whether a file begins as a document of XML does, and holds texts or calls."""
    return document.start.startswith(b"<") and _find_root(document.head) is not None


def _find_root(head: bytes) -> tuple[str, str] | None:
    return next((kind for root, kind in _ROOTS.items() if root in head), None)


def read_backup(again: Open, document: Document) -> Messages:
    """Messages or calls of a backup. One's own have no sender."""
    root = _find_root(document.head)
    if root is None:
        raise NotAChat
    chat = Chat(*root)
    return chat, _read_elements(again(), chat)


READER = Reader("texts", recognise_backup, read_backup)


def _read_elements(source: IO[bytes], chat: Chat) -> Iterator[Message]:
    reader = _BackupReader(chat)
    waiting = b""
    try:
        while block := source.read(_CHUNK):
            waiting += block
            cut = waiting.rfind(b"&", len(waiting) - _LONGEST_REFERENCE)
            cut = len(waiting) - 3 if cut < 0 else cut
            reader.parser.Parse(_mend_characters(waiting[:cut], chat), False)
            waiting = waiting[cut:]
            yield from reader.take_messages()
        reader.parser.Parse(_mend_characters(waiting, chat), True)
    except expat.ExpatError:
        chat.note_doubt("cut_short")
    yield from reader.take_messages()
    reader.count_missing()


def _mend_characters(block: bytes, chat: Chat) -> bytes:
    """Halves of a character joined, and what XML forbids replaced, in as many bytes as before: places stay right."""
    mended = _REFERENCES.sub(lambda found: _mend_reference(found, chat), block)
    for pattern, instead in ((_RAW_HALVES, _REPLACED), (_CONTROLS, b" ")):
        mended, count = pattern.subn(instead, mended)
        if count:
            chat.note_doubt("characters_replaced")
    return mended


def _mend_reference(found: re.Match[bytes], chat: Chat) -> bytes:
    first = int(found[1], 16) if found[1] else int(found[2])
    second = int(found[3], 16) if found[3] else int(found[4]) if found[4] else None
    if 0xD800 <= first < 0xDC00 and second is not None and 0xDC00 <= second < 0xE000:
        joined = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
        return b"&#" + str(joined).zfill(len(found[0]) - 3).encode() + b";"
    if all(code is None or _is_character(code) for code in (first, second)):
        return found[0]
    chat.note_doubt("characters_replaced")
    parts = re.findall(rb"&#[^;]+;", found[0])
    return b"".join(
        part if code is not None and _is_character(code) else _replace_reference(len(part))
        for part, code in zip(parts, (first, second), strict=False)
    )


def _replace_reference(size: int) -> bytes:
    """U+FFFD in so many bytes: as a reference, or by itself where that is too long, and blanks behind it."""
    return b"&#" + b"65533".zfill(size - 3) + b";" if size >= 8 else _REPLACED + b" " * (size - 3)


def _is_character(code: int) -> bool:
    """Whether XML 1.0 knows it (section 2.2)."""
    return code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000


@dataclass(slots=True)
class _Multimedia:
    """A message of several parts that is being read."""

    offset: int
    said: Mapping[str, str]
    senders: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    attached: bool = False


class _BackupReader:
    """Gathers messages and calls from the elements of a backup."""

    def __init__(self, chat: Chat) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start_element
        self.parser.EndElementHandler = self._end_element
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser.EntityDeclHandler = self._refuse_doctype
        self._chat = chat
        self._found: list[Message] = []
        self._multimedia: _Multimedia | None = None
        self._declared = self._seen = 0

    def take_messages(self) -> list[Message]:
        found, self._found = self._found, []
        return found

    def count_missing(self) -> None:
        """What the file says that it holds, and nobody found in it."""
        missing = self._declared - self._seen
        if missing > 0 or "cut_short" in self._chat.notes:
            self._chat.count_unread("cut_short", max(1, missing))

    def _refuse_doctype(self, *_: Any) -> None:
        raise NotAChat("xml_doctype")

    def _start_element(self, name: str, said: dict[str, str]) -> None:
        offset = self.parser.CurrentByteIndex
        if name in ("smses", "calls"):
            self._declared = int(said["count"]) if _COUNT.fullmatch(said.get("count", "")) else 0
        elif name == "sms":
            self._keep_message(_make_text(offset, said))
        elif name == "call":
            self._keep_message(_make_call(offset, said))
        elif name == "mms":
            self._multimedia = _Multimedia(offset, dict(said))
        elif self._multimedia is not None:
            _read_inner(self._multimedia, name, said)

    def _end_element(self, name: str) -> None:
        if name == "mms" and self._multimedia:
            self._keep_message(_make_multimedia(self._multimedia))
            self._multimedia = None

    def _keep_message(self, message: Message) -> None:
        self._seen += 1
        self._found.append(message)


def _read_inner(message: _Multimedia, name: str, said: Mapping[str, str]) -> None:
    kind = said.get("ct", "").partition(";")[0].strip().lower()
    if name == "part" and kind == "text/html":
        message.texts.append(read_html(_clear_value(said.get("text"))))
    elif name == "part" and kind.startswith("text/"):
        message.texts.append(_clear_value(said.get("text")))
        message.attached |= kind != "text/plain"
    elif name == "part":
        message.attached |= kind != "application/smil"
    elif name == "addr" and said.get("type") == _FROM:
        message.senders.append(_clear_value(said.get("address")))


def _clear_value(value: str | None) -> str:
    return "" if value is None or value in _NOBODY else value


def _make_text(offset: int, said: Mapping[str, str]) -> Message:
    return _make_message(
        offset, said, said.get("type", ""), _clear_value(said.get("address")), _clear_value(said.get("body")), ()
    )


def _make_multimedia(found: _Multimedia) -> Message:
    said = found.said
    others = [part for part in said.get("address", "").split("~") if _clear_value(part)]
    named = [sender for sender in found.senders if sender]
    # Of several people, only the message itself says who wrote.
    sender = named[0] if len(named) == 1 else others[0] if len(others) == 1 and not named else ""
    marks = (*(("group",) if len(others) > 1 else ()), *(("attachment",) if found.attached else ()))
    words = [_clear_value(said.get("sub")), *found.texts]
    return _make_message(found.offset, said, said.get("msg_box", ""), sender, "\n".join(filter(None, words)), marks)


def _make_message(
    offset: int, said: Mapping[str, str], box: str, sender: str, text: str, marks: tuple[str, ...]
) -> Message:
    at = from_epoch(said.get("date"))
    own = box in _OWN
    if own:
        sender, marks = "", (*marks, *_OWN[box])
    elif not sender or box != _RECEIVED:
        # Neither received nor the owner's: a number that nobody here knows says nothing of who wrote.
        sender = ""
        marks = (*marks, "sender_withheld")
    if at is None:
        marks = (*marks, "time_doubtful")
    if len(text) > MOST_TEXT:
        marks = (*marks, "text_cut")
    return Message(offset, sender, text[:MOST_TEXT], at, own=own, marks=marks)


def _name_outcome(kind: str) -> tuple[str, ...]:
    """What became of a call that came in. A number that no maker explains says nothing."""
    return (_CALLS[kind],) if kind in _CALLS else ()


def _make_call(offset: int, said: Mapping[str, str]) -> Message:
    """A call. One that she made is her own; one whose number was withheld has no sender."""
    at, kind = from_epoch(said.get("date")), said.get("type", "")
    own = kind == _CALLED
    withheld = said.get("presentation", "1") != "1" or not _clear_value(said.get("number"))
    marks = () if own else (*_name_outcome(kind), *(("sender_withheld",) if withheld else ()))
    seconds = said.get("duration", "")
    text = f"{int(seconds)} s" if seconds.isdecimal() and len(seconds) < 10 else ""
    call: MessageKind = "call"
    return Message(offset, "" if own or withheld else said["number"], text, at, kind=call, own=own, marks=marks)
