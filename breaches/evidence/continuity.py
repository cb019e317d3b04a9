"""The chain of what happened to an item: added to under its lock, and checked from its beginning (rule 69)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime

from audit.types import Actor
from breaches.evidence.models import EvidenceEntry, EvidenceItem


def append(  # noqa: PLR0913 - one argument for each thing rule 69 asks for
    item: EvidenceItem, kind: str, *, actor: Actor, at: datetime, sha256: str, reason: str = "", recipient: str = ""
) -> EvidenceEntry:
    """Add what happened. The caller holds the item's row (or has just made it), so entries never fork."""
    last = item.continuity.order_by("-number").first()
    entry = EvidenceEntry(
        item=item,
        number=last.number + 1 if last else 1,
        kind=kind,
        at=at,
        actor_kind=actor.kind,
        actor=actor.id,
        organisation=actor.organisation,
        recipient=recipient,
        reason=reason,
        sha256=sha256,
        previous=last.digest if last else "",
    )
    entry.digest = digest(entry)
    entry.save(force_insert=True)
    return entry


def digest(entry: EvidenceEntry) -> str:
    """SHA-256 over everything an entry says and the digest before it: anybody can work it out again."""
    said = [
        entry.previous,
        str(entry.item_id),
        entry.number,
        entry.kind,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor_kind,
        entry.actor,
        entry.organisation,
        entry.recipient,
        entry.reason,
        entry.sha256,
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def broken_at(entries: Iterable[EvidenceEntry]) -> int | None:
    """The number of the first entry that does not follow from the one before it, or None for a whole chain."""
    previous = ""
    for number, entry in enumerate(entries, start=1):
        if entry.number != number or entry.previous != previous or entry.digest != digest(entry):
            return number
        previous = entry.digest
    return None
