"""What both readers of imessage-exporter's files share: its times, its signs, and replies that stand twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from breaches.evidence.chats.worded_dates import read_worded_date
from breaches.evidence.types import Message

_SIGN = re.compile(r"(?P<sign>.{1,40}?) (?:by|from) (?P<who>.{1,150})")
_MOST_REPLIES = 10_000
Key = tuple[str, bool, str, str]


def read_receipt(shown: str) -> datetime | None:
    """The time of a message, without what is said of when it was read ("(Read by you after 5 seconds)")."""
    return read_worded_date(shown.partition("(")[0].strip())[0]


def split_sign(line: str) -> tuple[str, str] | None:
    """A sign and who put it; None for a line that is none."""
    found = _SIGN.fullmatch(line.strip())
    return (found["sign"], found["who"]) if found else None


class Replies:
    """Replies as they stand below what they answer, and which of them were never seen by themselves."""

    def __init__(self) -> None:
        self._kept: dict[Key, Message] = {}

    def keep_reply(self, message: Message) -> None:
        if len(self._kept) < _MOST_REPLIES and "reaction" not in message.marks:
            self._kept.setdefault(_make_key(message), message)

    def see_message(self, message: Message) -> None:
        self._kept.pop(_make_key(message), None)

    def list_unseen(self) -> Iterator[Message]:
        yield from self._kept.values()


def _make_key(message: Message) -> Key:
    return message.sender, message.own, message.at.isoformat() if message.at else "", message.text
