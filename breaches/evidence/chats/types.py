"""What every reader of messages shares."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import IO

from breaches.evidence.types import Chat, Message
from common.london import LONDON

MOST_TEXT = 100_000  # characters of one message; the original keeps the rest


class NotAChat(Exception):
    """It holds no messages that can be read; `code` says why where that is worth a note."""

    def __init__(self, code: str = "") -> None:
        super().__init__(code)
        self.code = code


# Opens the file that is read, from its beginning; what it opened before is not used any more.
Open = Callable[[], IO[bytes]]
Messages = tuple[Chat, Iterator[Message]]


@dataclass(frozen=True, slots=True)
class Document:
    """What a reader is asked about: the first 64 kB, the name it was sent under, and its type by its content.

    `latest_year`: no honest message is of a later one. `carried`: what the members of one archive, read one after the
    other, let the next ones know.
    """

    head: bytes
    name: str = ""
    media_type: str = ""
    latest_year: int = 2100
    carried: dict[str, str] = field(default_factory=dict)

    @property
    def start(self) -> bytes:
        """The head without a byte order mark and without blanks before it."""
        return self.head.removeprefix(b"\xef\xbb\xbf").lstrip()


@dataclass(frozen=True, slots=True)
class Reader:
    """One kind of file. `recognises`: whether it is of this kind, by its content first and its name last.

    `read` gives the messages in one go forwards and in flat memory. It raises `NotAChat` where nothing is to be had,
    also while it is read; what it cannot read of the rest it counts in `Chat.unread`.
    """

    name: str
    recognises: Callable[[Document], bool]
    read: Callable[[Open, Document], Messages]


def from_epoch(milliseconds: object) -> datetime | None:
    """An instant from milliseconds since 1970, written as a number or as digits; None for anything else.

    One before the year 2000 is a count of seconds, or nought: no message is that old.
    """
    try:
        value = int(str(milliseconds))
        return datetime.fromtimestamp(value / 1000, tz=UTC) if 946_684_800_000 <= value < 32_503_680_000_000 else None
    except (ValueError, OverflowError, OSError):
        return None


def name_clock_doubt(when: datetime) -> str:
    """`clock_skipped` or `clock_twice` of a clock that London's never showed, or showed twice, as it was changed."""
    if when.hour != 1 or when.month not in (3, 10):  # always at one o'clock of a night of these
        return ""
    first, second = (when.replace(tzinfo=LONDON, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return "" if first == second else "clock_twice" if first > second else "clock_skipped"


def from_clock(when: datetime) -> datetime:
    """An instant from what a telephone's clock showed, taken as London's."""
    return when.replace(tzinfo=LONDON).astimezone(UTC)


def make_reaction(offset: int, sender: str, sign: str, at: datetime | None = None, *, own: bool = False) -> Message:
    """A sign that somebody put to a message of another: an act of theirs, often without a time."""
    marks = ("reaction",) if at else ("reaction", "time_doubtful")
    return Message(offset, "" if own else sender, sign, at, own=own, marks=marks)
