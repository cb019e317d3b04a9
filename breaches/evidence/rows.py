"""The messages of a chat: hundreds of thousands, written some at a time in flat memory, and read by the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice, zip_longest
from typing import Any

from django.db import transaction

from breaches.evidence.models import EvidenceExamination, EvidenceItem, EvidenceMessage
from breaches.evidence.types import Message, Wrote

TOGETHER = 200  # that are sealed as one; never less than that, or what is stored is not found any more
_MOST_SENDERS = 10_000  # that are counted: beyond what writes in any group
_TOLD = 100
_ROWS_AT_ONCE = 20
# Characters of a member's name: it stands with each message of it, and an archive may have names of 64 kB.
_LONGEST_PART = 1000
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
Json = dict[str, Any]
_Sender = tuple[str, str]  # a name and, where an archive holds several, the platform


def store_messages(item: EvidenceItem, rows: Iterable[Message], *, examination: int = 1) -> list[Json]:
    """Store them in the order they come, under the number of the examination; who wrote them, the busiest first.

    What the rows raise ends it, and nothing of them stays.
    """
    senders: dict[_Sender, Wrote] = {}
    said = (_written(index, row, senders) for index, row in enumerate(rows))
    together = iter(lambda: list(islice(said, TOGETHER)), [])
    kept = (EvidenceMessage(item=item, examination=examination, index=some[0]["index"], said=some) for some in together)
    with transaction.atomic(savepoint=False):
        while batch := list(islice(kept, _ROWS_AT_ONCE)):
            EvidenceMessage.objects.bulk_create(batch)
    busiest = sorted(senders.items(), key=lambda found: (-found[1].messages, found[0]))[:_TOLD]
    return [
        {
            "sender": name,
            "platform": platform,
            "messages": one.messages,
            "doubtful": one.doubtful,
            "first_at": _clock(one.first_at),
            "last_at": _clock(one.last_at),
        }
        for (name, platform), one in busiest
    ]


def _written(index: int, row: Message, senders: dict[_Sender, Wrote]) -> Json:
    sender = _storable(row.sender)
    who = (sender, row.platform)
    if sender and row.kind != "app" and (who in senders or len(senders) < _MOST_SENDERS):
        wrote = senders.setdefault(who, Wrote())
        if "app_words_not_understood" in row.marks:
            wrote.doubtful += 1  # the program's words perhaps: shown under that name, and no act of theirs
        else:
            _count(wrote, row.at)
    return {
        "index": index,
        "part": _storable(row.part)[:_LONGEST_PART],
        "offset": row.offset,
        "sent_at": _clock(row.at),
        "sender": sender,
        "text": _storable(row.text),
        "kind": row.kind,
        "own": row.own,
        "marks": list(row.marks),
        "forwarded_from": _storable(row.forwarded_from),
        "leads": [[header, _storable(address)] for header, address in row.leads],
    }


def _count(one: Wrote, at: datetime | None) -> None:
    one.messages += 1
    if at:
        one.first_at, one.last_at = min(one.first_at or at, at), max(one.last_at or at, at)


def _clock(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _storable(text: str) -> str:
    """What UTF-8 can hold, and others can read on; the original keeps the rest."""
    return _NOT_STORABLE.sub("\ufffd", text)


def messages_from(item: EvidenceItem, start: int, most: int) -> list[Json]:
    """Up to so many messages of an item from the one of that index on, as the newest examination read them."""
    examined: EvidenceExamination | None = getattr(item, "examination", None)
    if examined is None:
        return []
    rows = EvidenceMessage.objects.filter(
        item=item, examination=examined.messages_of, index__gt=start - TOGETHER, index__lt=start + most
    )
    found: Iterator[Json] = (message for row in rows.order_by("index") for message in row.said)
    return [message for message in found if start <= message["index"] < start + most]


def are_same_messages(item: EvidenceItem, one: int, other: int) -> bool:
    """Whether two examinations of an item read the same messages."""
    pairs = zip_longest(_all_messages(item, one), _all_messages(item, other))
    return all(
        first is not None and second is not None and _complete_message(first) == _complete_message(second)
        for first, second in pairs
    )


def _all_messages(item: EvidenceItem, examination: int) -> Iterator[Json]:
    rows = EvidenceMessage.objects.filter(item=item, examination=examination).order_by("index")
    for row in rows.iterator(chunk_size=_ROWS_AT_ONCE):
        yield from row.said


def _complete_message(said: Json) -> Json:
    """A message as releases of today store it: those of before said less."""
    return {**SAID_BEFORE, **said}


# What messages have that were stored before anybody asked for it.
SAID_BEFORE: Json = {"kind": "message", "own": False, "marks": [], "forwarded_from": "", "leads": []}
