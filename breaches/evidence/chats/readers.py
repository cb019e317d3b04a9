"""Which reader a file is given to. The first that recognises it by its content reads it; a name decides last."""

from __future__ import annotations

from breaches.evidence.chats import (
    arrays,
    imessage_lines,
    json_lines,
    lines,
    mail,
    outlook,
    pages,
    pdf,
    signal_lines,
    tables,
    texts,
)
from breaches.evidence.chats.types import Document, Messages, NotAChat, Open, Reader

HEAD = 64 * 1024

# In this order: what is sure of itself stands before what takes any text.
READERS: tuple[Reader, ...] = (
    pdf.READER, json_lines.READER, arrays.READER, texts.READER, outlook.READER, mail.READER, pages.READER,
    signal_lines.READER, imessage_lines.READER, tables.READER, lines.READER,
)  # fmt: skip


def choose_reader(document: Document) -> Reader | None:
    """The reader of a file; None where it is of no kind that holds messages."""
    return next((reader for reader in READERS if reader.recognises(document)), None)


def recognise_head(head: bytes, *, name: str) -> bool:
    """Whether a file that begins so holds messages."""
    return choose_reader(Document(head[:HEAD], name)) is not None


def read_document(
    again: Open, *, name: str, media_type: str, latest_year: int, carried: dict[str, str] | None = None
) -> Messages:
    """The messages of one file that is no archive. Raises `NotAChat`, also while they are read.

    `carried`: what the members of one archive let the next ones know.
    """
    document = Document(again().read(HEAD), name, media_type, latest_year, carried if carried is not None else {})
    reader = choose_reader(document)
    if reader is None:
        raise NotAChat
    return reader.read(again, document)
