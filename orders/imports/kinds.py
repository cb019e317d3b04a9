"""What a file is by its own bytes: which encoding, which line ends, and what it is mistaken for. Pure."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Literal

from common.problems import Problem

FileKind = Literal["csv", "ndjson"]
Encoding = Literal["utf-8", "utf-16-le", "utf-16-be", "cp1252"]
LineEnd = Literal["lf", "cr"]

_BOMS: tuple[tuple[bytes, Encoding], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What people send in place of a text file, by its first bytes.
_MISTAKEN: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "file_is_a_workbook", "This is a workbook or zip file: in the spreadsheet, Save as CSV UTF-8."),
    (b"\xd0\xcf\x11\xe0", "file_is_a_workbook", "This is an old workbook: in the spreadsheet, Save as CSV UTF-8."),
    (b"%PDF", "file_is_a_pdf", "This is a PDF: export the list from where it is kept, as CSV."),
    (b"\x1f\x8b", "file_is_compressed", "This file is compressed: unpack it and send what is inside."),
)  # fmt: skip
_LOOK = 4096
# In text that is UTF-16 every other byte of plain letters is nought.
_MOSTLY = 0.3
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_BEYOND_ASCII = re.compile("[\x80-\ud7ff\ue000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Form:
    """How a file's bytes become lines. `first_byte` is where the text begins, after a byte order mark."""

    encoding: Encoding
    line_end: LineEnd
    first_byte: int

    @property
    def newline(self) -> bytes:
        return ("\n" if self.line_end == "lf" else "\r").encode(self.encoding)


class Look:
    """Looks at a file as it passes, piece by piece; says at its end what it was. Keeps nothing but its beginning."""

    def __init__(self) -> None:
        self._start = b""
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._broken = self._beyond = False

    def at(self, piece: bytes) -> None:
        if len(self._start) < _LOOK:
            self._start += piece[: _LOOK - len(self._start)]
        text = self._decoder.decode(piece)
        if not text.isascii():
            self._broken = self._broken or _NOT_UTF8.search(text) is not None
            self._beyond = self._beyond or _BEYOND_ASCII.search(text) is not None

    def form(self) -> Form:
        """A file with bytes that are not UTF-8 is cp1252, unless others can only be UTF-8: then it is damaged."""
        bom, encoding = next(((bom, name) for bom, name in _BOMS if self._start.startswith(bom)), (b"", None))
        if encoding is None:
            encoding = _utf16_without_bom(self._start) or ("cp1252" if self._broken and not self._beyond else "utf-8")
        lf, cr = (end.encode(encoding) for end in "\n\r")
        return Form(encoding, "cr" if cr in self._start and lf not in self._start else "lf", len(bom))

    def mistaken(self, kind: FileKind) -> Problem | None:
        """Why this cannot be such a file at all, or None. Rows that are wrong are told one by one, later."""
        for start, code, detail in _MISTAKEN:
            if self._start.startswith(start):
                return Problem("", code, detail)
        form = self.form()
        if b"\x00" in self._start and not form.encoding.startswith("utf-16"):
            return Problem("", "file_is_not_text", "This is not a text file: send CSV or NDJSON.")
        text = self._start[form.first_byte :].decode(form.encoding, "replace").lstrip()
        if not text:
            return None if len(self._start) == _LOOK else Problem("", "file_empty", "There is nothing in this file.")
        if (text[0] == "{") != (kind == "ndjson") or text[0] in "[<":
            told = "This is not what its content type says: send text/csv or application/x-ndjson as it is."
            return Problem("", "file_type_mismatch", told)
        return None


def _utf16_without_bom(start: bytes) -> Encoding | None:
    """Some spreadsheets leave the mark out."""
    even, odd = start[0::2], start[1::2]
    if odd and odd.count(0) > _MOSTLY * len(odd) and not even.count(0):
        return "utf-16-le"
    if even and even.count(0) > _MOSTLY * len(even) and not odd.count(0):
        return "utf-16-be"
    return None
