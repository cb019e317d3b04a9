"""Chats written a line a message: WhatsApp in its many date formats, and Signal.

`3/4/26` is the third of April or the fourth of March. The whole file is looked at first: a 13 in the first place
settles it, as does one in the second; then the order in which messages follow each other. Where nothing does, the
British way is taken and the doubt reported: a date that decides about a breach must not be guessed in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from breaches.evidence.chats.types import MOST_TEXT, Document, Messages, NotAChat, Open, Reader, from_clock
from breaches.evidence.types import Chat, Message

_LONGEST_LINE = 64 * 1024
_INVISIBLE = "[\u200e\u200f\u202a-\u202e\ufeff]*"
_GAP = "[\\s\u00a0\u202f]*"
_LINE = re.compile(
    rf"{_INVISIBLE}(\[)?{_INVISIBLE}"
    rf"(\d{{1,4}})([./-])(\d{{1,2}})\3(\d{{2,4}})\.?,?{_GAP}(?:à|at|um|om|a las|alle)?{_GAP}"
    rf"(\d{{1,2}})[:.h](\d\d)(?:[:.](\d\d))?{_GAP}(?:([AaPp])\.?{_GAP}[Mm]\.?)?(\])?"
    rf"{_GAP}(?:[-–]{_GAP})?{_INVISIBLE}(.*)",
    re.DOTALL,
)
_SENDER = re.compile(rf"([^:\n]{{1,150}}):(?:{_GAP})(.*)", re.DOTALL)
_LOOK_AT = 40


@dataclass(slots=True)
class _Order:
    """What the dates of a file say about the order of day and month."""

    first_over: bool = False
    second_over: bool = False
    day_first_falls: int = 0
    month_first_falls: int = 0
    numeric: bool = False
    _last: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())

    def see(self, date: tuple[int, int, int], separator: str) -> None:
        first, second, year = date
        if first > 31 or separator == ".":
            return
        self.numeric = True
        self.first_over |= first > 12
        self.second_over |= second > 12
        now = ((year, second, first), (year, first, second))
        if self._last[0]:
            self.day_first_falls += now[0] < self._last[0]
            self.month_first_falls += now[1] < self._last[1]
        self._last = now

    def month_first(self) -> bool:
        if self.first_over != self.second_over:
            return self.second_over
        return self.month_first_falls < self.day_first_falls and not self.first_over

    def note(self) -> str:
        """`date_order_mixed`, `date_order_inferred` or `date_order_ambiguous`; empty where there is no doubt."""
        if not self.numeric or self.first_over != self.second_over:
            return ""
        if self.first_over:
            return "date_order_mixed"
        return "date_order_ambiguous" if self.day_first_falls == self.month_first_falls else "date_order_inferred"


def recognise_lines(document: Document) -> bool:
    """Whether one of a file's first lines is a message with a time and a sender."""
    return bool(_find_messages(document.head))


def _find_messages(head: bytes) -> list[re.Match[str]]:
    matches = [_LINE.match(line) for line in head.decode("utf-8", "replace").split("\n")[:_LOOK_AT]]
    return [match for match in matches if match and _SENDER.match(match[11])]


def read_lines(again: Open, document: Document) -> Messages:
    """Messages of a file that is read twice: for the order of its dates, then for what was said."""
    found = _find_messages(document.head)
    if not found:
        raise NotAChat
    signal = all(match[1] and len(match[2]) == 4 and match[8] is None for match in found)
    chat = Chat("signal" if signal else "whatsapp", "messaging_app", ["local_time_assumed"])
    order = _Order()
    for _, line in _lines(again()):
        match = _LINE.match(line)
        if match:
            order.see((int(match[2]), int(match[4]), int(match[5])), match[3])
    if order.note():
        chat.notes.append(order.note())
    return chat, _messages(again(), order)


READER = Reader("lines", recognise_lines, read_lines)


def _lines(source: IO[bytes]) -> Iterator[tuple[int, str]]:
    """Each line and where it begins; one without an end comes in parts."""
    offset = 0
    while line := source.readline(_LONGEST_LINE):
        yield offset, line.decode("utf-8", "replace").rstrip("\r\n")
        offset += len(line)


def _messages(source: IO[bytes], order: _Order) -> Iterator[Message]:
    month_first = order.month_first()
    started: tuple[int, str, datetime | None] | None = None
    text: list[str] = []
    for offset, line in _lines(source):
        match = _LINE.match(line)
        if match is None:
            if started and sum(map(len, text)) < MOST_TEXT:
                text.append(line)
            continue
        if started:
            yield _message(started, text)
        said = _SENDER.match(match[11])
        sender, words = (said[1].strip(), said[2]) if said else ("", match[11])
        started, text = (offset, sender, _when(match, month_first)), [words]
    if started:
        yield _message(started, text)


def _message(started: tuple[int, str, datetime | None], text: list[str]) -> Message:
    offset, sender, at = started
    return Message(offset, sender, "\n".join(text)[:MOST_TEXT], at)


def _when(match: re.Match[str], month_first: bool) -> datetime | None:
    first, second, third = int(match[2]), int(match[4]), int(match[5])
    if len(match[2]) == 4:
        year, month, day = first, second, third
    else:
        year = third if third >= 100 else 2000 + third
        month_first = month_first and match[3] != "."
        month, day = (first, second) if month_first else (second, first)
        if month > 12:  # a file that has both
            month, day = day, month
    hour = int(match[6])
    if match[9]:
        hour = hour % 12 + (12 if match[9] in "Pp" else 0)
    try:
        return from_clock(datetime(year, month, day, hour, int(match[7]), int(match[8] or 0)))  # noqa: DTZ001 - a clock
    except (ValueError, OverflowError):
        return None
