"""Writing the messages of a chat: hundreds of thousands of rows, in one COPY and flat memory."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from django.db import connection

from breaches.evidence.models import EvidenceItem
from breaches.evidence.types import Message

_MOST = 2_000_000  # beyond what two people ever wrote
_COPY = """
COPY breaches_evidencemessage (item_id, index, part, "offset", sent_at, sender, text) FROM STDIN
"""


def store_messages(item: EvidenceItem, rows: Iterable[Message]) -> None:
    """Store them in the order they come. What the rows raise ends it, and nothing of them stays."""
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for index, row in enumerate(islice(rows, _MOST)):
            copy.write_row(
                (item.id, index, _storable(row.part), row.offset, row.at, _storable(row.sender), _storable(row.text))
            )


def _storable(text: str) -> str:
    """What PostgreSQL and UTF-8 can hold; the original keeps the rest."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
