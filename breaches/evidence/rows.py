"""Writing the messages of a chat: hundreds of thousands of rows, in few statements and flat memory."""

from __future__ import annotations

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
SELECT %s, * FROM unnest(%s::int[], %s::text[], %s::bigint[], %s::timestamptz[], %s::text[], %s::text[])
"""


def store_messages(item: EvidenceItem, rows: Iterable[Message]) -> None:
    """Store them in the order they come. What the rows raise ends it, and nothing of them stays."""
    numbered = enumerate(islice(rows, _MOST))
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        while some := list(islice(numbered, _AT_ONCE)):
            cells = [
                (index, _storable(row.part), row.offset, row.at, _storable(row.sender), _storable(row.text))
                for index, row in some
            ]
            cursor.execute(_ADD, [item.id, *(list(column) for column in zip(*cells, strict=True))])


def _storable(text: str) -> str:
    """What PostgreSQL and UTF-8 can hold; the original keeps the rest."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
