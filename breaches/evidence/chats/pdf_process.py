"""A process of its own that reads the words of a PDF from its input and writes a line of JSON for each page.

Run by path and in isolation; it imports nothing of the service. Memory and time of it are bounded here, by the system:
a document that is made to burst a reader ends this process and nothing else. Nothing in a document is run or opened.
"""

from __future__ import annotations

import io
import json
import logging
import re
import resource
import sys
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError

MOST_MEMORY = 1024 * 1024 * 1024  # bytes of address space
MOST_SECONDS = 60  # of the processor
_CATALOG = re.compile(rb"(\d{1,10} \d{1,5}) obj\s{0,9}<<[^>]{0,300}/Type\s{0,9}/Catalog\b")
MOST_TEXT = 100_000  # characters of a page
_BROKEN = (
    PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError, LookupError,
    AssertionError, NotImplementedError, OSError, ArithmeticError, MemoryError,
)  # fmt: skip


def bound_process() -> None:
    """Have the system end this process where it takes too much."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def write_line(**said: Any) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def read_document(content: bytes, most_pages: int) -> None:
    """Write what a document holds: how many pages and files, then each page up to so many."""
    try:
        reader = PdfReader(io.BytesIO(mend_end(content)), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            write_line(broken="document_encrypted")
            return
        pages = len(reader.pages)
    except _BROKEN:
        write_line(broken="document_unreadable")
        return
    write_line(
        pages=pages, files=count_files(reader), runs=runs_something(reader), cut=mend_end(content) is not content
    )
    for number in range(min(pages, most_pages)):
        try:
            page = reader.pages[number]
            text = page.extract_text() or ""
            write_line(page=number + 1, text=text[:MOST_TEXT], cut=len(text) > MOST_TEXT, shows=shows_pictures(page))
        except _BROKEN:
            write_line(page=number + 1, broken="page_unreadable")


def mend_end(content: bytes) -> bytes:
    """The same with an end where it has none: of a document that is cut short, what came before can be read."""
    catalog = None if b"%%EOF" in content[-2048:] else _CATALOG.search(content)
    if catalog is None:
        return content
    return content + b"\ntrailer<</Size 100000/Root " + catalog[1] + b" R>>\nstartxref\n0\n%%EOF\n"


def count_files(reader: PdfReader) -> int:
    """The files that are attached, by the names that the document gives them."""
    try:
        return sum(len(found) for found in reader.attachments.values())
    except _BROKEN:
        return 0


def runs_something(reader: PdfReader) -> bool:
    """Whether the document says that something is to be run as it is opened."""
    try:
        root: Any = reader.trailer["/Root"]
        names: Any = root.get("/Names", {})
        return ("/OpenAction" in root and _is_script(root["/OpenAction"])) or "/JavaScript" in names or "/AA" in root
    except _BROKEN:
        return False


def _is_script(action: Any) -> bool:
    return isinstance(action, dict) and action.get("/S") in ("/JavaScript", "/Launch")


def shows_pictures(page: Any) -> bool:
    """Whether a page draws pictures, as a scanned one does."""
    try:
        found: Any = page.get("/Resources", {}).get_object().get("/XObject", {}).get_object()
        return any(inner.get_object().get("/Subtype") == "/Image" for inner in found.values())
    except _BROKEN:
        return False


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    bound_process()
    read_document(sys.stdin.buffer.read(), int(sys.argv[1]))
