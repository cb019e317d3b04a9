"""What every reader of messages shares."""

from __future__ import annotations

from datetime import UTC, datetime

from common.london import LONDON

MOST_TEXT = 100_000  # characters of one message; the original keeps the rest


class NotAChat(Exception):
    """It holds no messages that can be read; `code` says why where that is worth a note."""

    def __init__(self, code: str = "") -> None:
        super().__init__(code)
        self.code = code


def from_epoch(milliseconds: object) -> datetime | None:
    """An instant from milliseconds since 1970, written as a number or as digits; None for anything else."""
    try:
        value = int(str(milliseconds))
        return datetime.fromtimestamp(value / 1000, tz=UTC) if 0 < value < 32_503_680_000_000 else None
    except (ValueError, OverflowError, OSError):
        return None


def from_clock(when: datetime) -> datetime:
    """An instant from what a telephone's clock showed, taken as London's."""
    return when.replace(tzinfo=LONDON).astimezone(UTC)
