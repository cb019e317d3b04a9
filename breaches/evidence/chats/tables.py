"""Messages in tables (CSV): iMazing's, iExplorer's, PhoneView's, and any whose first row names its columns plainly.

Who sent a row only a column of the sender, or one of the direction, says. Where neither does, it is nobody's. The dates
are a telephone's clock without a zone unless they carry one.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from breaches.evidence.chats.clocks import Clock, DateOrder, read_clock
from breaches.evidence.chats.decoding import Line, decode_head, name_encoding, read_lines
from breaches.evidence.chats.signal_rows import mark_quote
from breaches.evidence.chats.types import (
    MOST_TEXT,
    Document,
    Messages,
    NotAChat,
    Open,
    Reader,
    from_clock,
    name_clock_doubt,
)
from breaches.evidence.chats.worded_dates import read_worded_date
from breaches.evidence.types import Chat, Message, MessageKind

_COLUMNS: dict[str, tuple[str, ...]] = {
    "date": ("message date", "date", "datetime", "date time", "timestamp", "time", "sent date", "date sent"),
    # Beside a date that has none.
    "clock": ("time", "sent time", "time sent", "message time", "hour"),
    "text": ("text", "message", "body", "content", "message text", "contents"),
    "number": ("sender id", "number", "phone number", "phone", "address", "handle", "sender number"),
    "name": ("sender name", "sender", "from", "name", "contact", "author", "contact name"),
    "direction": ("type", "direction", "folder", "sent/received", "message type"),
    "own": ("is from me", "from me", "is sent"),
    "service": ("service", "platform", "app"),
    "attached": ("attachment", "attachments", "attachment info"),
    "reactions": ("reactions",), "answered": ("replying to",), "edited": ("edited date",),
    "deleted": ("deleted date",), "forwarded": ("forwarded",), "subject": ("subject",),
}  # fmt: skip
# A number says nothing here: of some programs 1 is what was received, of others what was sent.
_OWN = frozenset({"outgoing", "sent", "to", "out", "outbox", "me", "outbound"})
_THEIRS = frozenset({"incoming", "received", "from", "in", "inbox", "inbound"})
_YES, _NO = frozenset({"1", "true", "yes", "y"}), frozenset({"0", "false", "no", "n"})
_APP = frozenset({"notification", "system", "announcement"})
_NUMERIC = re.compile(
    r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4}),?[T\s\u202f]+(\d{1,2}):(\d\d)(?::(\d\d))?(?:\.\d+)?\s*([^\W\d_][^\d]{0,12})?"
)
_LONGEST_ROW = 2000  # lines
_PHONE_VIEW = ("direction", "date", "name", "number", "text", "service")


def recognise_table(document: Document) -> bool:
    """Whether the first row names a date and a text beside a sender or a direction, or is one of PhoneView's."""
    return _read_heading(document) is not None


def _read_heading(document: Document) -> tuple[dict[str, int], str, bool] | None:
    """Where each column is, what divides them, and whether the first row is a heading."""
    first = _first_line(document)
    for divider in (",", ";", "\t"):
        try:
            row = next(csv.reader([first], delimiter=divider, strict=True), [])
        except csv.Error:
            continue
        places = _place_columns(row)
        if {"date", "text"} <= places.keys() and places.keys() & {"number", "name", "direction", "own"}:
            return places, divider, True
        if len(row) in (5, 6) and row[0] in ("Received", "Sent") and read_worded_date(row[1])[0]:
            return {name: index for index, name in enumerate(_PHONE_VIEW[: len(row)])}, divider, False
    return None


def _first_line(document: Document) -> str:
    return decode_head(document.head[:8192]).partition("\n")[0].rstrip("\r")


def _place_columns(row: Sequence[str]) -> dict[str, int]:
    names = [name.strip().lower().replace("_", " ") for name in row]
    return {
        column: next(names.index(known) for known in known_names if known in names)
        for column, known_names in _COLUMNS.items()
        if any(known in names for known in known_names)
    }


def read_table(again: Open, document: Document) -> Messages:
    """The messages of a table, which is read twice: the order of day and month is that of all of it."""
    heading = _read_heading(document)
    if heading is None:
        raise NotAChat
    places, divider, headed = heading
    encoding = name_encoding(document.head)
    chat = Chat("texts", "sms")
    order = DateOrder()
    for _, row in _read_rows(_note_lost(read_lines(again(), encoding), chat), divider, headed=headed):
        _survey_date(order, _take_date(row, places))
        _survey_service(chat, document, _take_cell(row, places, "service"))
    if doubt := order.name_doubt():
        chat.note_doubt(doubt)
    rows = _read_rows(read_lines(again(), encoding), divider, headed=headed, chat=chat)
    width = len(next(csv.reader([_first_line(document)], delimiter=divider), []))
    maker = _RowReader(
        chat, places, (width, divider), month_first=order.is_month_first(), latest_year=document.latest_year
    )
    return chat, maker.make_messages(rows)


READER = Reader("table", recognise_table, read_table)


def _note_lost(lines: Iterator[Line], chat: Chat) -> Iterator[Line]:
    for line in lines:
        if line.damaged:
            chat.note_doubt("letters_lost")
        yield line


def _read_rows(
    lines: Iterator[Line], divider: str, *, headed: bool, chat: Chat | None = None
) -> Iterator[tuple[int, list[str]]]:
    """Each row with the byte it begins at. A cell in quotes may run over lines.

    Of one that never ends each line is read by itself, so that nobody's row is in another's mouth; and it is told.
    """
    held, begun, count = "", 0, 0
    for index, line in enumerate(lines):
        if not held:
            begun, count = line.offset, 0
        joined = line.text if not held else f"{held}\n{line.text}"
        count += 1
        if joined.count('"') % 2 and count < _LONGEST_ROW:
            held = joined
            continue
        held = ""
        if count >= _LONGEST_ROW and chat is not None:
            chat.count_unread("cut_short")
        if joined.strip() and not (headed and begun in (0, 3) and index < count):
            yield from _split_rows(begun, joined, divider)
    for part in held.split("\n") if held else ():
        # A cell that opens and never ends; a lone mark within words is one of them.
        bare = re.sub(rf'(^|{re.escape(divider)})"(?=[^"]*$)', r"\1", part)
        if bare != part and chat is not None:
            chat.count_unread("cut_short")
        yield from _split_rows(begun, bare, divider)
        begun += len(part.encode("utf-8", "replace")) + 1


def _split_rows(begun: int, joined: str, divider: str) -> Iterator[tuple[int, list[str]]]:
    """The row of some lines; or several, where a lone quotation mark stood in a cell that has none around it."""
    try:
        for row in csv.reader([f"{line}\n" for line in joined.split("\n")], delimiter=divider):
            if row:
                yield begun, row
    except csv.Error:
        yield begun, []


def _take_cell(row: Sequence[str], places: Mapping[str, int], column: str) -> str:
    at = places.get(column, len(row))
    return row[at].strip() if at < len(row) else ""


def _take_date(row: Sequence[str], places: Mapping[str, int]) -> str:
    """The date with its time: of two columns, where the first has no time in it."""
    date, clock = _take_cell(row, places, "date"), _take_cell(row, places, "clock")
    alone = places.get("clock", places["date"]) == places["date"] or ":" in date
    return date if alone or not clock else f"{date} {clock}"


def _survey_date(order: DateOrder, written: str) -> None:
    if (clock := _read_clock(written)) is not None:
        order.see_date(*clock[:4], year_first=clock.year_first)


def _survey_service(chat: Chat, document: Document, service: str) -> None:
    """Whose messages the table holds: by its column; iMazing's of WhatsApp has none."""
    plain = service.lower()
    if plain == "imessage" or (plain == "rcs" and chat.platform != "imessage"):
        chat.platform, chat.channel = "imessage", "messaging_app"
    elif plain == "whatsapp" or (chat.platform == "texts" and b"Sent Date" in document.head[:300]):
        chat.platform, chat.channel = "whatsapp", "messaging_app"
    elif plain in ("sms", "mms") and chat.platform == "texts":
        chat.platform = "sms"


def _read_clock(written: str) -> Clock | None:
    found = _NUMERIC.match(written)
    if found is None:
        return None
    return Clock(
        first=int(found[1]), second=int(found[3]), third=int(found[4]), separator=found[2],
        year_first=len(found[1]) > 2, hour=int(found[5]), minute=int(found[6]), second_of_minute=int(found[7] or 0),
        half_day=(found[8] or "").strip() if (found[8] or "").strip().upper() not in ("Z", "UTC", "GMT") else "",
    )  # fmt: skip


class _RowReader:
    """Makes a message of each row."""

    def __init__(
        self, chat: Chat, places: Mapping[str, int], shape: tuple[int, str], *, month_first: bool, latest_year: int
    ) -> None:
        self._chat, self._places = chat, places
        self._width, self._divider = shape
        self._month_first, self._latest = month_first, latest_year

    def make_messages(self, rows: Iterator[tuple[int, list[str]]]) -> Iterator[Message]:
        row: list[str] = []
        for offset, row in rows:
            if len(row) <= max(self._places[name] for name in ("date", "text")):
                self._chat.count_unread("message_unreadable")
            else:
                yield from self._read_row(offset, self._join_last(row))
        # A short row in the end is where the file was cut; in between it was counted.
        if max(self._places[name] for name in ("date", "text")) < len(row) < self._width:
            self._chat.count_unread("cut_short")

    def _join_last(self, row: list[str]) -> list[str]:
        """The same with as many cells as there are columns: commas in words that nobody put into quotes."""
        text, width = self._places["text"], self._width
        if len(row) <= width or not any(row[width:]):
            return row
        self._chat.note_doubt("row_too_long")
        return [*row[:text], self._divider.join(row[text:])] if text == width - 1 else row

    def _read_row(self, offset: int, row: list[str]) -> Iterator[Message]:
        cells = {column: _take_cell(row, self._places, column) for column in self._places}
        cells["date"] = _take_date(row, self._places)
        yield self._make_message(offset, cells)
        if signs := cells.get("reactions"):
            # Signs and names in one cell: who put which is for a person to read.
            yield Message(offset, "", signs, None, kind="app", marks=("reaction", "time_doubtful"))

    def _make_message(self, offset: int, cells: Mapping[str, str]) -> Message:
        at = self._read_time(cells["date"])
        sender, own, kind = _read_sender(cells)
        marks = [*_list_marks(cells, timed=at is not None, named=bool(sender) or own or kind == "app")]
        name = cells.get("name", "")
        leads = (("Sender Name", name),) if name and sender and name != sender else ()
        text = "\n".join(part for part in (cells.get("subject", ""), cells["text"]) if part)
        text = mark_quote(cells.get("answered", ""), text, marks)
        return Message(offset, sender, text[:MOST_TEXT], at, kind=kind, own=own, marks=tuple(marks), leads=leads)

    def _read_time(self, written: str) -> datetime | None:
        try:
            exact = datetime.fromisoformat(written)
            if exact.tzinfo is not None:
                return exact.astimezone(UTC)
            self._chat.note_doubt("local_time_assumed")
            if doubt := name_clock_doubt(exact):
                self._chat.note_doubt(doubt)
            return from_clock(exact)
        except (ValueError, OverflowError):
            pass
        clock = _read_clock(written)
        if clock is None:
            at, assumed = read_worded_date(written)
        else:
            at, doubt = read_clock(clock, month_first=self._month_first, latest_year=self._latest)
            assumed = True
            if doubt:
                self._chat.note_doubt(doubt)
        if assumed:
            self._chat.note_doubt("local_time_assumed")
        return at


def _read_sender(cells: Mapping[str, str]) -> tuple[str, bool, MessageKind]:
    """Who sent a row, whether it was the owner of the telephone, and whether it is the program's own."""
    direction = cells.get("direction", "").lower()
    if direction in _APP:
        return "", False, "app"
    own = cells.get("own", "").lower()
    if direction in _OWN or own in _YES:
        return "", True, "message"
    sender = cells.get("number") or cells.get("name") or ""
    unknown = (direction and direction not in _THEIRS) or (own and own not in _NO)
    if sender.lower() in ("me", "you") or unknown:
        return "", sender.lower() in ("me", "you"), "message"
    return sender, False, "message"


def _list_marks(cells: Mapping[str, str], *, timed: bool, named: bool) -> tuple[str, ...]:
    said = (
        ("attachment", bool(cells.get("attached"))),
        ("deleted", bool(cells.get("deleted"))),
        ("edited", bool(cells.get("edited"))),
        ("forwarded", cells.get("forwarded", "").lower() not in ("", "no", "false", "0")),
        ("sender_withheld", not named),
        ("time_doubtful", not timed),
        ("text_cut", len(cells["text"]) > MOST_TEXT),
    )
    return tuple(mark for mark, holds in said if holds)
