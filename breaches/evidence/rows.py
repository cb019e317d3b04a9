"""Writing the messages of a chat: hundreds of thousands of rows, in few statements and flat memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction

from breaches.evidence.models import EvidenceItem, EvidenceMessage
from breaches.evidence.types import Message, Wrote
from common.ids import uuid7

_MOST = 2_000_000  # beyond what two people ever wrote
_AT_ONCE = 5_000
_MOST_SENDERS = 10_000  # that are counted: beyond what writes in any group
_TOLD = 100
# Not by COPY: there is none into a table whose rows a policy guards (docs/adr/0007). As JSON, which is made sooner than
# arrays.
_ADD = """
INSERT INTO breaches_evidencemessage (item_id, id, index, "offset", sent_at, said)
SELECT %s, * FROM json_to_recordset(%s) AS row(id uuid, index int, "offset" bigint, sent_at timestamptz, said bytea)
"""
_SAID: Any = EvidenceMessage._meta.get_field("said")


def store_messages(item: EvidenceItem, rows: Iterable[Message]) -> list[dict[str, Any]]:
    """Store them in the order they come; who wrote them, the busiest first.

    What the rows raise ends it, and nothing of them stays.
    """
    senders: dict[str, Wrote] = {}
    numbered = enumerate(_counted(islice(rows, _MOST), senders))
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        while some := [_row(index, message) for index, message in islice(numbered, _AT_ONCE)]:
            cursor.execute(_ADD, [item.id, json.dumps(some)])
    busiest = sorted(senders.items(), key=lambda found: (-found[1].messages, found[0]))[:_TOLD]
    return [
        {"sender": name, "messages": one.messages, "first_at": _written(one.first_at), "last_at": _written(one.last_at)}
        for name, one in busiest
    ]


def _counted(rows: Iterable[Message], senders: dict[str, Wrote]) -> Iterator[Message]:
    for row in rows:
        sender = _storable(row.sender)
        if sender and (sender in senders or len(senders) < _MOST_SENDERS):
            one = senders.setdefault(sender, Wrote())
            one.messages += 1
            if row.at:
                one.first_at = min(one.first_at or row.at, row.at)
                one.last_at = max(one.last_at or row.at, row.at)
        yield row


def _row(index: int, message: Message) -> dict[str, Any]:
    key = uuid7()
    said = {"part": message.part, "sender": message.sender, "text": message.text}
    sealed: bytes = _SAID.sealed({name: _storable(words) for name, words in said.items()}, key)
    return {
        "id": str(key),
        "index": index,
        "offset": message.offset,
        "sent_at": _written(message.at),
        "said": f"\\x{sealed.hex()}",
    }


def _written(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _storable(text: str) -> str:
    """What UTF-8 can hold, and others can read on; the original keeps the rest."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
