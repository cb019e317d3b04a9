"""Pages (HTML): chats as exporters write them, and any other page as the words that a person would see.

Which program made a page, its blocks say. A page of no known program is nobody's words: each piece of it is of `kind`
`page` and has no sender.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import IO

from breaches.evidence.chats import imessage_pages, meta_pages, signal_pages, telegram_pages
from breaches.evidence.chats.decoding import name_encoding
from breaches.evidence.chats.types import Document, Messages, Open, Reader
from breaches.evidence.types import Chat, Message

_CHUNK = 64 * 1024
_HEAD = 1024 * 1024  # bytes in which a page says which program made it
_PIECE = 50_000  # characters of one piece of a page
_MOST_HELD = 1024 * 1024  # characters that the parser waits with for the end of a tag
_PAGE = re.compile(rb"<\s*(?:!doctype\s+html|html|body|head)\b", re.I)
_CHARSET = re.compile(rb"""<meta[^>]{1,200}?charset\s*=\s*["']?([\w-]{2,30})""", re.I)
_OPENS, _ENDS = re.compile(rb"<\s*body\b", re.I), re.compile(rb"</\s*(?:body|html)\s*>", re.I)
_TAIL = 4096
_UNSEEN = frozenset({"style", "script", "head", "title", "template", "noscript", "object"})
_CELLS = frozenset({"td", "th"})
_BREAKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "blockquote", "table", "pre", "hr"})
_SHOWN = frozenset({"img", "video", "audio", "source", "embed"})

# In this order: what is sure of itself stands before what takes any page.
_EXPORTS: tuple[tuple[Callable[[Document], bool], Callable[[Open, Document], Messages]], ...] = (
    (telegram_pages.recognise_telegram, telegram_pages.read_telegram),
    (imessage_pages.recognise_imessage, imessage_pages.read_imessage),
    (signal_pages.recognise_signal, signal_pages.read_signal),
    (meta_pages.recognise_meta, meta_pages.read_meta),
)


def recognise_page(document: Document) -> bool:
    """Whether a file begins as a page does."""
    if document.media_type == "text/html" or _PAGE.search(document.start[:4096]):
        return _begins_as_page(document)
    return _begins_as_page(document) and any(recognises(document) for recognises, _ in _EXPORTS)


def _begins_as_page(document: Document) -> bool:
    wide = document.head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    return wide or document.start.startswith(b"<")


def read_page(again: Open, document: Document) -> Messages:
    """The messages of an export, or the words of any other page."""
    # Before its first message a page may have a great deal of style.
    document = replace(document, head=again().read(_HEAD))
    for recognises, read in _EXPORTS:
        if recognises(document):
            return read(again, document)
    chat = Chat("page", "")
    return chat, _read_words(again(), document, chat)


READER = Reader("page", recognise_page, read_page)


def _read_words(source: IO[bytes], document: Document, chat: Chat) -> Iterator[Message]:
    decoder = codecs.getincrementaldecoder(_choose_encoding(document))("replace")
    reader, offset, begun, found, tail = _PageWords(), 0, 0, False, b""
    while piece := source.read(_CHUNK):
        reader.feed(decoder.decode(piece))
        offset += len(piece)
        if len(reader.rawdata) > _MOST_HELD:
            chat.count_unread("cut_short")
            break
        if reader.count_characters() >= _PIECE:
            found = True
            yield Message(begun, "", reader.take_words(), None, kind="page")
            begun = offset
        tail = (tail + piece)[-_TAIL:]
    unfinished = bool(reader.rawdata)
    reader.close()
    if unfinished or (_OPENS.search(document.head) and not _ENDS.search(tail)):
        chat.count_unread("cut_short")
    if words := reader.take_words(to_the_end=True):
        found = True
        yield Message(begun, "", words, None, kind="page")
    if not found:
        chat.count_unread("page_without_words")
    if reader.pictures:
        chat.count_unread("picture_in_page", reader.pictures)


def _choose_encoding(document: Document) -> str:
    named = name_encoding(document.head)
    found = _CHARSET.search(document.head)
    if named != "utf-8" or found is None:
        return named
    try:
        return codecs.lookup(found[1].decode()).name
    except LookupError:
        return "utf-8"


class _PageWords(HTMLParser):
    """Gathers the words of a page, and counts the pictures that are in the page itself."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pictures = 0
        self._words: list[str] = []
        self._count = 0
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SHOWN:
            self.pictures += any(name == "src" and (value or "").startswith("data:") for name, value in attrs)
        if tag in _UNSEEN:
            self._unseen.append(tag)
        elif tag == "body":
            self._unseen.clear()
        elif tag in _CELLS:
            self._words.append(" ")
        elif tag in _BREAKS:
            self._words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            del self._unseen[self._unseen.index(tag) :]
        elif tag in _BREAKS:
            self._words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._words.append(data)
            self._count += len(data)

    def count_characters(self) -> int:
        return self._count

    def take_words(self, *, to_the_end: bool = False) -> str:
        """The words since the last time, up to the end of a line: the rest waits, unless it is the end."""
        words = "".join(self._words).replace("\u00a0", " ").replace("\ufeff", "")
        cut = len(words) if to_the_end else max(words.rfind("\n"), words.rfind(" ", len(words) - 1000), 0) or len(words)
        self._words, self._count = [words[cut:]], len(words) - cut
        lines = (" ".join(line.split()) for line in words[:cut].split("\n"))
        return "\n".join(line for line in lines if line)
