"""The arithmetic of the chain: what is hashed, and how one row follows another. Pure, and of Python's own library
only, so that a stranger checks an exported trail with it (`scripts/check_trail.py`)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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


FORM = "spo trail 1"  # of an exported trail: a head, rows in the order of their chain, seals


@dataclass(slots=True)
class Checked:
    """An exported trail worked out again. `broken` says what is wrong first; `sealed` rows are under a seal.

    `days` are the digests of the seals that hold, to be compared with those that were published.
    """

    rows: int = 0
    sealed: int = 0
    days: dict[str, str] = field(default_factory=dict)
    broken: str = ""


def check_export(lines: Iterable[str]) -> Checked:
    """Work an exported trail out again, up to what does not hold. Raises ValueError for a file of another kind."""
    found, ends = Checked(), dict[int, str]()
    rest = (json.loads(line) for line in lines)
    head = next(rest, None)
    if not isinstance(head, dict) or head.get("form") != FORM:
        raise ValueError("this is no exported trail")
    first = sequence = int(head["after"]["sequence"])
    digest = bytes.fromhex(head["after"]["digest"])
    if sequence == 0 and digest != START:
        found.broken = "the chain does not begin where it has to"
    for line in rest:
        if found.broken:
            break
        if "seal" in line:
            found.broken = _broken_seal(line, str(head["organisation"]), ends)
            found.days[line["seal"]] = line["digest"]
            found.sealed = max(found.sealed, int(line["heads"][head["organisation"]][0]) - first)
            continue
        sequence += 1
        digest = next_digest(digest, sequence=sequence, entry=entry_digest(line))
        if (line["sequence"], line["digest"], line["organisation"]) != (sequence, digest.hex(), head["organisation"]):
            found.broken = f"sequence {sequence}, entry {line['id']}: the row is not what was chained"
        ends[sequence], found.rows = digest.hex(), sequence - first
    return found


def _broken_seal(line: Mapping[str, Any], organisation: str, ends: Mapping[int, str]) -> str:
    heads = {name: (head[0], head[1]) for name, head in line["heads"].items()}
    sequence, value = heads[organisation]
    holds = heads_digest(heads) == line["digest"] and ends.get(sequence) == value
    return "" if holds else f"the seal of {line['seal']} is not of this chain"


def read_digests(lines: Iterable[str]) -> dict[str, str]:
    """Published digests by day, from lines of a day and a digest."""
    return {parts[0]: parts[1] for parts in (line.split() for line in lines) if len(parts) == 2}


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value
