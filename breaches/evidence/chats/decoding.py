"""Lines of a text of any of the encodings that telephones write, each with the byte at which it begins.

What a message holds may look like the next message. Some programs end a message with CR LF and a line inside one with
LF alone: only how a line was ended tells the two apart, so it is kept.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import IO, Literal, NamedTuple

LineEnd = Literal["crlf", "lf", "cr", "none"]
LONGEST_LINE = 64 * 1024  # characters; a longer one comes in parts
_CHUNK = 256 * 1024
_ENDS: dict[str, LineEnd] = {"\r\n": "crlf", "\n": "lf", "\r": "cr"}
_BY_MARK = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class Line(NamedTuple):
    """A line without its end. `after`: how the line before it was ended; `none` for the first, and inside a long one.

    `damaged`: some of its bytes are no letters of the encoding; they read as U+FFFD.
    """

    offset: int
    text: str
    after: LineEnd
    damaged: bool = False


def name_encoding(head: bytes) -> str:
    """The encoding of a text by its mark, or by where its noughts are; UTF-8 where nothing says otherwise."""
    for mark, name in _BY_MARK:
        if head.startswith(mark):
            return name
    sample = head[:1024]
    even, odd, many = sample[::2].count(0), sample[1::2].count(0), max(4, len(sample) // 5)
    if odd >= many and even * 8 < odd:
        return "utf-16-le"
    return "utf-16-be" if even >= many and odd * 8 < even else "utf-8"


def decode_head(head: bytes) -> str:
    """The beginning of a text, as far as whole characters go."""
    text = codecs.getincrementaldecoder(name_encoding(head))("replace").decode(head)
    return text.removeprefix("\ufeff")


def read_lines(source: IO[bytes], encoding: str, *, lone_cr: bool = False) -> Iterator[Line]:
    """Every line from where `source` stands. `lone_cr`: a CR alone ends a line as well."""
    wide = encoding.startswith("utf-16")
    errors = "surrogatepass" if wide else "surrogateescape"
    plain = "utf-8" if encoding == "utf-8-sig" else encoding
    ends = re.compile("\r\n|\n|\r(?!\n)" if lone_cr else "\r\n|\n")
    offset, after = (3 if encoding == "utf-8-sig" else 0), _ENDS.get("", "none")
    for text, end in _split_text(_decode_pieces(source, encoding, wide), ends):
        start = text.removeprefix("\ufeff") if offset == 0 else text
        if text.isascii() and not wide:
            size = len(text) + len(end)
            yield Line(offset, start, after)
        else:
            size = len((text + end).encode(plain, errors))
            yield _make_line(offset, start, after, wide)
        offset, after = offset + size, _ENDS.get(end, "none")


def _decode_pieces(source: IO[bytes], encoding: str, wide: bool) -> Iterator[str]:
    # What is no UTF-8 stays countable; half a character of UTF-16 does not.
    decoder = codecs.getincrementaldecoder(encoding)("replace" if wide else "surrogateescape")
    while piece := source.read(_CHUNK):
        yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)


def _split_text(pieces: Iterator[str], ends: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Each line with its end. An end that a piece may have cut in two is looked at with the next one."""
    waiting = ""
    for piece in pieces:
        waiting += piece
        at = 0
        for found in ends.finditer(waiting, 0, max(0, len(waiting) - 1)):
            begin, end = found.span()
            if begin - at <= LONGEST_LINE:
                yield waiting[at:begin], found[0]
            else:
                yield from _cut_long(waiting[at:begin], found[0])
            at = end
        waiting = waiting[at:]
        while len(waiting) > 2 * LONGEST_LINE:
            yield waiting[:LONGEST_LINE], ""
            waiting = waiting[LONGEST_LINE:]
    found_last = ends.search(waiting, max(0, len(waiting) - 2))
    if found_last and found_last.end() == len(waiting):
        yield from _cut_long(waiting[: found_last.start()], found_last[0])
    elif waiting:
        yield from _cut_long(waiting, "")


def _cut_long(text: str, end: str) -> Iterator[tuple[str, str]]:
    while len(text) > LONGEST_LINE:
        yield text[:LONGEST_LINE], ""
        text = text[LONGEST_LINE:]
    yield text, end


def _make_line(offset: int, text: str, after: LineEnd, wide: bool) -> Line:
    try:
        text.encode()
    except UnicodeEncodeError:
        errors = "surrogatepass" if wide else "surrogateescape"
        return Line(offset, text.encode("utf-8", errors).decode("utf-8", "replace"), after, damaged=True)
    return Line(offset, text, after, damaged=wide and "\ufffd" in text)
