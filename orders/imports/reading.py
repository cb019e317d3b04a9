"""From the bytes of a file to its rows, each with where it ends. Pure, and in little memory whatever is sent."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from orders.imports.kinds import Form

# One row, and one order, may be as long as the body of one that is registered by itself.
ROW_LIMIT = 5 * 1024 * 1024
# A quote that is never closed would take in the rest of the file.
_MOST_LINES_IN_A_ROW = 2_000
# Where that happens again and again the file is broken: rows are then looked for in a few lines only, or a file in
# which no quote is ever closed would be read two thousand times.
_MOST_READ_AGAIN, _FEW_LINES = 100_000, 16
# Spreadsheets end with up to a million empty rows: whoever reads must get on meanwhile.
_BLANK_ROWS_TOLD = 1_000
# Cells end after so many characters otherwise. For the whole process: nothing else here reads CSV.
csv.field_size_limit(ROW_LIMIT)

Fault = Literal["", "row_too_large", "encoding_unreadable", "quote_unbalanced", "row_malformed"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its end, the byte after it and its first one. `raw` None: it is over the limit and was not kept."""

    raw: bytes | None
    end: int
    start: int


def lines(pieces: Iterable[bytes], newline: bytes, *, at: int, limit: int = ROW_LIMIT) -> Iterator[Line]:
    """The lines of a file from byte `at` on, which is where the pieces begin and where a line begins.

    No more than a piece and a line within the limit is ever held.
    """
    kept, offset, begins, over = bytearray(), at, at, False
    for piece in pieces:
        kept += piece
        start = 0
        while (found := _find(kept, newline, start)) >= 0:
            stop = found + len(newline)
            offset += stop - start
            over = over or stop - start > limit
            yield Line(None if over else bytes(kept[start:stop]), offset, begins)
            start, begins, over = stop, offset, False
        del kept[:start]
        if len(kept) > limit:
            # Whole units only: the newline of UTF-16 is looked for at even places.
            dropped = len(kept) - len(kept) % len(newline)
            del kept[:dropped]
            offset, over = offset + dropped, True
    if kept or over:
        yield Line(None if over else bytes(kept), offset + len(kept), begins)


def _find(kept: bytearray, newline: bytes, start: int) -> int:
    found = kept.find(newline, start)
    while found >= 0 and (found - start) % len(newline):
        found = kept.find(newline, found + 1)
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a spreadsheet shows it, its cells (CSV), its text, the byte after it and its first one.

    With a `fault` there are no cells; `text` is then as much of it as could be read, and may be empty. A `blank` one
    stands for many empty rows, of which it is the last.
    """

    number: int
    text: str
    end: int
    cells: tuple[str, ...] = ()
    fault: Fault = ""
    blank: bool = False
    start: int = 0


def json_rows(found: Iterator[Line], form: Form, *, number: int) -> Iterator[Row]:
    """Every line that is not blank. `number` is that of the first line."""
    blank = 0
    for line in found:
        text, fault = _decoded(line, form)
        if fault or text.strip():
            blank = 0
            yield Row(number, text.strip("\r\n"), line.end, fault=fault, start=line.start)
        else:
            blank += 1
            if blank % _BLANK_ROWS_TOLD == 0:
                yield Row(number, "", line.end, blank=True, start=line.start)
        number += 1


def csv_rows(found: Iterator[Line], form: Form, delimiter: str, *, number: int) -> Iterator[Row]:
    """Every row in which a cell says something; line ends inside quotes belong to their cell."""
    source, blank = _Source(found, form), 0
    while True:
        source.begin()
        try:
            cells = next(csv.reader(source, delimiter=delimiter, strict=True))
        except StopIteration:
            return
        except _Broken as broken:
            yield Row(number, source.text, source.end, fault=broken.fault, start=source.start)
        except csv.Error:
            fault: Fault = "quote_unbalanced" if source.ran_out or source.took_several else "row_malformed"
            source.give_back()
            yield Row(number, source.text, source.end, fault=fault, start=source.start)
        else:
            blank = 0 if any(cell.strip() for cell in cells) else blank + 1
            if not blank:
                yield Row(number, source.text, source.end, tuple(cells), start=source.start)
            elif blank % _BLANK_ROWS_TOLD == 0:
                yield Row(number, "", source.end, blank=True, start=source.start)
        number += 1


class _Broken(Exception):
    """A line that cannot be part of any row."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


class _Source:
    """Lines for `csv.reader`, which takes as many as a row has: knows which it took, and can take them back."""

    def __init__(self, found: Iterator[Line], form: Form) -> None:
        self._found, self._form = found, form
        self._again: deque[Line] = deque()
        self._taken: list[tuple[Line, str]] = []
        self._size = self._read_again = 0
        self._most = _MOST_LINES_IN_A_ROW
        self.ran_out = False

    def begin(self) -> None:
        self._taken, self._size, self.ran_out = [], 0, False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self._taken) >= self._most or self._size > ROW_LIMIT:
            self.ran_out = True
            raise StopIteration
        line = self._again.popleft() if self._again else next(self._found, None)
        if line is None:
            self.ran_out = bool(self._taken)
            raise StopIteration
        text, fault = _decoded(line, self._form)
        self._taken.append((line, text))
        self._size += len(line.raw or b"")
        if fault:
            raise _Broken(fault)
        # csv takes a lone CR inside a line for two lines.
        return f"{text[:-1]}\n" if text.endswith("\r") else text

    def give_back(self) -> None:
        """All but the first line of the row are read again, as rows of their own."""
        self._again.extendleft(line for line, _ in reversed(self._taken[1:]))
        self._read_again += len(self._taken) - 1
        if self._read_again > _MOST_READ_AGAIN:
            self._most = _FEW_LINES
        del self._taken[1:]

    @property
    def took_several(self) -> bool:
        return len(self._taken) > 1

    @property
    def start(self) -> int:
        return self._taken[0][0].start

    @property
    def end(self) -> int:
        return self._taken[-1][0].end

    @property
    def text(self) -> str:
        return "".join(text for _, text in self._taken).rstrip("\r\n")


def _decoded(line: Line, form: Form) -> tuple[str, Fault]:
    if line.raw is None:
        return "", "row_too_large"
    try:
        return line.raw.decode(form.encoding), ""
    except UnicodeDecodeError:
        return line.raw.decode(form.encoding, "replace"), "encoding_unreadable"
