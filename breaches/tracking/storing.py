"""Writing the feed: a batch is a handful of statements, whatever its size.

Everything a transaction locks here it locks in the same order (months, then devices, then fixes, each sorted), so
two batches at once wait for each other and never for ever.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from breaches.tracking.types import Looked, Seen, SentFix
from common.ids import uuid7

_MONTHS = "SELECT breaches_trackfix_month(at) FROM unnest(%s::timestamptz[]) AS at"
# A device that is heard of again is silent no more. Its row stays locked: one batch of a device at a time.
_DEVICES = """
INSERT INTO breaches_trackeddevice (id, order_id, device, last_recorded_at, last_received_at)
SELECT id, order_id, device, at, %s
  FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::timestamptz[]) AS sent (id, order_id, device, at)
    ON CONFLICT (order_id, device) DO UPDATE
   SET last_recorded_at = greatest(breaches_trackeddevice.last_recorded_at, EXCLUDED.last_recorded_at),
       last_received_at = greatest(breaches_trackeddevice.last_received_at, EXCLUDED.last_received_at),
       silent_told_at = CASE WHEN breaches_trackeddevice.last_recorded_at IS NULL
                               OR EXCLUDED.last_recorded_at > breaches_trackeddevice.last_recorded_at
                             THEN NULL ELSE breaches_trackeddevice.silent_told_at END
"""
_FIXES = """
INSERT INTO breaches_trackfix (
    order_id, device, recorded_at, said, received_at, longitude, latitude, accuracy_m, accuracy_basis, accuracy_sent,
    receiver_status, r95_m, near, version, zone, distance_m, probability, zones, held)
SELECT order_id, device, recorded_at, breaches_trackfix_said(
           longitude, latitude, coalesce(accuracy_sent, accuracy_m), accuracy_basis, receiver_status),
       %s, longitude, latitude, accuracy_m, accuracy_basis, accuracy_sent, receiver_status, r95_m, near,
       version, zone, distance_m, probability, zones::jsonb, false
  FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[], %s::float8[], %s::float8[], %s::float8[], %s::text[],
              %s::float8[], %s::text[], %s::float8[], %s::text[], %s::int[], %s::text[], %s::float8[], %s::float8[],
              %s::text[])
    AS sent (order_id, device, recorded_at, longitude, latitude, accuracy_m, accuracy_basis, accuracy_sent,
             receiver_status, r95_m, near, version, zone, distance_m, probability, zones)
    ON CONFLICT (order_id, device, recorded_at, said) DO NOTHING
"""
_FORGET = """
DELETE FROM breaches_trackfix AS f
 USING (SELECT order_id, device, recorded_at, said FROM breaches_trackfix
         WHERE near = 'none' AND NOT held AND received_at < %s
         LIMIT %s FOR UPDATE SKIP LOCKED) AS old
 WHERE (f.order_id, f.device, f.recorded_at, f.said) = (old.order_id, old.device, old.recorded_at, old.said)
 RETURNING f.order_id
"""
_AGAIN = """
INSERT INTO breaches_fixjudgement (id, order_id, device, recorded_at, said, judged_at, near, version, zones)
SELECT id, %s, %s, recorded_at, said, %s, near, version, zones::jsonb
  FROM unnest(%s::uuid[], %s::timestamptz[], %s::uuid[], %s::text[], %s::int[], %s::text[])
    AS found (id, recorded_at, said, near, version, zones)
"""
_HOLD_THESE = """
UPDATE breaches_trackfix SET held = true
 WHERE order_id = %s AND device = %s
   AND (recorded_at, said) IN (SELECT * FROM unnest(%s::timestamptz[], %s::uuid[]))
 RETURNING recorded_at, said
"""
_HOLD = """
UPDATE breaches_trackfix SET held = true
 WHERE order_id = %s AND (%s::text IS NULL OR device = %s) AND recorded_at BETWEEN %s AND %s AND NOT held
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """A fix under its order, and how it lies to it."""

    order_id: UUID
    fix: SentFix
    looked: Looked

    @property
    def key(self) -> tuple[UUID, str, datetime, float, float, float]:
        """The order in which fixes are stored: by device and time, and those of one instant by where they are."""
        fix = self.fix
        return self.order_id, fix.device, fix.at, fix.longitude, fix.latitude, fix.r95_m


# The fix of an instant, and what tells it from others of the same instant.
Which = tuple[datetime, UUID]


def make_months(instants: Sequence[datetime]) -> None:
    """See that the table has a part for each month. First of all in a transaction: a new one locks the table."""
    months = sorted({at.replace(day=1, hour=0, minute=0, second=0, microsecond=0) for at in instants})
    _run(_MONTHS, [months])


def heard_of(last: Mapping[tuple[UUID, str], datetime], *, at: datetime) -> None:
    """Note the newest fix of each device, and hold the devices until the end of the transaction."""
    keys = sorted(last)
    _run(
        _DEVICES,
        [at, [uuid7() for _ in keys], [key[0] for key in keys], [key[1] for key in keys], [last[key] for key in keys]],
    )


def keep(fixes: Sequence[Judged], *, at: datetime) -> int:
    """Store those that are not there yet; how many those were. Sorted by key, without repetition."""
    nearest = [one.looked.nearest for one in fixes]
    columns: list[Sequence[object]] = [
        [one.order_id for one in fixes],
        [_quoted(one.fix.device) for one in fixes],
        [one.fix.at for one in fixes],
        [one.fix.longitude for one in fixes],
        [one.fix.latitude for one in fixes],
        [one.fix.accuracy_m for one in fixes],
        [one.fix.accuracy_basis or '""' for one in fixes],
        [one.fix.accuracy_sent for one in fixes],
        [one.fix.receiver_status or '""' for one in fixes],
        [one.fix.r95_m for one in fixes],
        [one.looked.near for one in fixes],
        [one.looked.version for one in fixes],
        [seen and _quoted(seen.zone) for seen in nearest],
        [seen and seen.distance_m for seen in nearest],
        [seen and seen.probability for seen in nearest],
        [_quoted(seen_json(one.looked.seen)) if one.looked.seen else None for one in fixes],
    ]
    return _run(_FIXES, [at, *map(_array, columns)])


def _array(values: Sequence[object]) -> str:
    """PostgreSQL's text of an array. By hand: looking at each of 140,000 values for what to quote costs a second.

    Numbers, instants and UUIDs need no quoting; what was sent, or may be, comes through `_quoted`.
    """
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def seen_json(seen: Sequence[Seen]) -> str:
    """Every zone of the order as one fix lay to it; undone by `seen_of`."""
    return json.dumps([[s.zone, s.distance_m, s.probability, s.counts] for s in seen])


def seen_of(stored: Sequence[Sequence[object]] | None) -> tuple[Seen, ...]:
    return tuple(Seen(*item) for item in stored or ())  # type: ignore[arg-type]


def judged_again(order_id: UUID, device: str, found: Mapping[Which, Looked], *, at: datetime) -> dict[Which, Looked]:
    """Add another answer to fixes of one device, which are held from now on: something rested on the first one.

    Those that it was added to: the others were forgotten meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_THESE, [order_id, device, [at for at, _ in found], [said for _, said in found]])
        held = set(cursor.fetchall())
    kept = {which: looked for which, looked in found.items() if which in held}
    answers = list(kept.values())
    columns = [[a.near for a in answers], [a.version for a in answers], [seen_json(a.seen) for a in answers]]
    which = [[instant for instant, _ in kept], [said for _, said in kept]]
    _run(_AGAIN, [order_id, device, at, [uuid7() for _ in answers], *which, *columns])
    return kept


def forget(*, received_before: datetime, most: int) -> list[UUID]:
    """Delete fixes that lie near no zone and are not held; whose orders', one entry a fix."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [received_before, most])
        return [row[0] for row in cursor.fetchall()]


def hold(order_id: UUID, *, device: str | None, start: datetime, end: datetime) -> int:
    """Keep fixes that would otherwise be deleted; how many were not held yet."""
    return _run(_HOLD, [order_id, device, device, start, end])


def _run(statement: str, values: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
