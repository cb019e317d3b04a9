"""Writing the messages of a chat: hundreds of thousands of rows, in few statements and flat memory."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice

from django.db import connection, transaction

from breaches.evidence.models import EvidenceItem
from breaches.evidence.types import Message

_MOST = 2_000_000  # beyond what two people ever wrote
_AT_ONCE = 5_000
# Not by COPY: there is none into a table whose rows a policy guards (docs/adr/0007).
_ADD = """
INSERT INTO breaches_evidencemessage (item_id, index, part, "offset", sent_at, sender, text)
SELECT %s, * FROM json_to_recordset(%s)
    AS row(index int, part text, "offset" bigint, sent_at timestamptz, sender text, text text)
"""


def store_messages(item: EvidenceItem, rows: Iterable[Message]) -> None:
    """Store them in the order they come. What the rows raise ends it, and nothing of them stays."""
    numbered = enumerate(islice(rows, _MOST))
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        while some := list(islice(numbered, _AT_ONCE)):
            cursor.execute(_ADD, [item.id, _written(some)])


def _written(rows: list[tuple[int, Message]]) -> str:
    """As JSON, which is made sooner than arrays; with what PostgreSQL and UTF-8 can hold, the original has the rest."""
    found = [
        {
            "index": index,
            "part": row.part.replace("\x00", "\ufffd"),
            "offset": row.offset,
            "sent_at": row.at.isoformat() if row.at else None,
            "sender": row.sender.replace("\x00", "\ufffd"),
            "text": row.text.replace("\x00", "\ufffd"),
        }
        for index, row in rows
    ]
    return json.dumps(found, ensure_ascii=False).encode("utf-8", "replace").decode()
