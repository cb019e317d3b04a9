"""The words of a PDF, page by page: read by pypdf in a process of its own (`pdf_process.py`), which harms nothing here.

A page is nobody's words: it is of `kind` `page` and has no sender. A page that is a picture only, as a scanner makes
it, and files that are attached are counted as not read.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread, Timer
from typing import IO, Any

from breaches.evidence.chats.types import Document, Messages, NotAChat, Open, Reader
from breaches.evidence.types import Chat, Message

_MOST = 64 * 1024 * 1024  # bytes of a document
MOST_PAGES = 5_000
_SECONDS = 90.0  # by the clock; the process itself counts its own
_LONGEST_LINE = 2 * 1024 * 1024
_PROGRAM = str(Path(__file__).with_name("pdf_process.py"))
Said = dict[str, Any]


def recognise_pdf(document: Document) -> bool:
    """Whether a file begins as a PDF (ISO 32000-1, 7.5.2); what stands before that is let be, as readers do."""
    return b"%PDF-" in document.head[:1024]


def read_pdf(again: Open, document: Document) -> Messages:
    """The pages of a document that hold words. Raises `NotAChat` where nothing can be had of it."""
    del document
    content = again().read(_MOST + 1)
    if len(content) > _MOST:
        raise NotAChat("document_too_large")
    said = _run_process(content)
    first: Said = next(said, {"broken": "document_unreadable"})
    if "pages" not in first:
        raise NotAChat(str(first.get("broken", "document_unreadable")))
    chat = Chat("document", "")
    if first["files"]:
        chat.count_unread("file_attached", first["files"])
    if first["cut"]:
        chat.note_doubt("cut_short")
    if first["runs"]:
        chat.note_doubt("document_runs_scripts")
    return chat, _read_pages(said, chat, first["pages"])


READER = Reader("pdf", recognise_pdf, read_pdf)


def _read_pages(said: Iterator[Said], chat: Chat, pages: int) -> Iterator[Message]:
    seen = 0
    for row in said:
        seen += 1
        text = str(row.get("text", "")).strip()
        if "broken" in row:
            chat.count_unread("page_unreadable")
        elif text:
            marks = (*(("attachment",) if row["shows"] else ()), *(("text_cut",) if row["cut"] else ()))
            yield Message(0, "", text, None, part=f"page {row['page']}", kind="page", marks=marks)
        else:
            chat.count_unread("page_without_words")
    if pages > seen:
        chat.count_unread("too_many_pages" if seen >= MOST_PAGES else "time_ran_out", pages - seen)


def _run_process(content: bytes) -> Iterator[Said]:
    """What the process says, line by line. It is ended when its time is over, or nobody listens any more."""
    process = subprocess.Popen(  # noqa: S603 - this interpreter and our own file; nothing of it comes from outside
        [sys.executable, "-I", _PROGRAM, str(MOST_PAGES)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
    )
    clock = Timer(_SECONDS, process.kill)
    clock.daemon = True
    clock.start()
    feeder = Thread(target=_feed_process, args=(process.stdin, content), daemon=True)
    feeder.start()
    try:
        yield from _read_said(process.stdout)
    finally:
        clock.cancel()
        process.kill()
        process.wait()
        feeder.join()
        if process.stdout:
            process.stdout.close()


def _feed_process(pipe: IO[bytes] | None, content: bytes) -> None:
    if pipe is None:
        return
    try:
        pipe.write(content)
        pipe.close()
    except OSError:
        return  # it has ended already: what it said counts


def _read_said(pipe: IO[bytes] | None) -> Iterator[Said]:
    while pipe is not None and (line := pipe.readline(_LONGEST_LINE)):
        try:
            row = json.loads(line)
        except ValueError:
            return  # it was ended in the middle of a line
        if isinstance(row, dict):
            yield row
