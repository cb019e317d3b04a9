"""The arithmetic of the chain: what is hashed, and how one row follows another. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

# What a chain begins with. A change of the canonical form is a change of this word.
START = hashlib.sha256(b"spo audit chain 1").digest()
COLUMNS = (
    "id",
    "at",
    "actor_kind",
    "actor",
    "organisation",
    "action",
    "verb",
    "record_ids",
    "reason_code",
    "reason",
    "correlation_id",
    "recipient",
)


def entry_digest(row: Mapping[str, Any]) -> bytes:
    """SHA-256 of a row of the trail: every column, by name, in one form."""
    kept = {name: _plain(row[name]) for name in COLUMNS}
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).digest()


def next_digest(previous: bytes, *, sequence: int, entry: bytes) -> bytes:
    """The chain's value after one more row."""
    return hashlib.sha256(previous + sequence.to_bytes(8, "big") + entry).digest()


def heads_digest(heads: Mapping[str, tuple[int, str]]) -> str:
    """One value for the ends of all chains: what is published of a day says nothing of any of them."""
    text = json.dumps({name: list(head) for name, head in heads.items()}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value
