"""Pages (HTML): chats as exporters write them, and any other page as the words that a person would see.

Which program made a page, its blocks say. A page of no known program is nobody's words: each piece of it is of `kind`
`page` and has no sender.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import IO

from breaches.evidence.chats import imessage_pages, meta_pages, signal_pages, telegram_pages
from breaches.evidence.chats.decoding import name_encoding
from breaches.evidence.chats.page_words import PageWords
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
    reader, offset, begun, found, tail = PageWords(), 0, 0, False, b""
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
