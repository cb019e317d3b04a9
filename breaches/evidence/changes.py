"""What a later examination of an item found otherwise than the one before it. No clock and no query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from breaches.evidence.models import EvidenceExamination

_OF_READING = ("reading_state", "reading_kind", "things_found", "things_read", "why_unread")


def find_changes(before: EvidenceExamination, now: EvidenceExamination) -> Iterator[str]:
    """Codes of `types.CHANGES`. Both are of one item; `now` need not be stored.

    That all of it was read is no news of what was examined before anybody wrote down how much that was.
    """
    compared = {
        "device": (before.metadata, now.metadata),
        "holds": (sorted(before.holds), sorted(now.holds)),
        "kind": ((before.media_type, before.platform), (now.media_type, now.platform)),
        "messages": (before.messages_of, now.messages_of),
        "notes": (sorted(before.notes), sorted(now.notes)),
        "place": (_describe_place(before), _describe_place(now)),
        "reading": (_describe_reading(before, now), _describe_reading(now, now)),
        "senders": (_describe_senders(before.senders), _describe_senders(now.senders)),
        "time": ((before.taken_at, before.time), (now.taken_at, now.time)),
    }
    yield from (code for code, (then, today) in compared.items() if then != today)


def _describe_place(examined: EvidenceExamination) -> tuple[Any, ...]:
    """The agreement is in it: places that were corrected meanwhile may lie otherwise to what the file says."""
    return (examined.point.coords if examined.point else None, examined.place)


def _describe_reading(examined: EvidenceExamination, now: EvidenceExamination) -> tuple[Any, ...]:
    known = now if not examined.reading_state and now.reading_state == "whole" else examined
    return tuple(getattr(known, name) for name in _OF_READING)


def _describe_senders(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Earlier releases named no platform of a sender, and counted what was in doubt among the rest."""
    return [{"platform": "", "doubtful": 0, **row} for row in rows]
