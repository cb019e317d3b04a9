"""Approaches: fixes near a zone that nothing shows to have been in it, put together. Pure.

They are intelligence for an officer who looks for a pattern, and never a breach (rule 63).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from breaches.tracking.types import Seen, Stay, TrackPoint
from breaches.tracking.visits import GAP


@dataclass(frozen=True, slots=True)
class Approach:
    """Fixes near one zone with no more than thirty minutes between one and the next. `nearest_m` to its edge."""

    zone: str
    start: datetime
    end: datetime
    fixes: int
    nearest_m: float
    nearest_at: datetime


def approaches(zone: str, track: Sequence[TrackPoint], stays: Sequence[Stay], *, ring_m: float) -> Iterator[Approach]:
    """One device's approaches to a zone, oldest first, without the fixes that belong to its visits there."""
    near: list[tuple[TrackPoint, Seen]] = []
    for point in track:
        seen = next((seen for seen in point.seen if seen.zone == zone), None)
        if seen is None or seen.distance_m - point.r95_m > ring_m or _within(point.at, stays):
            continue
        if near and point.at - near[-1][0].at > GAP:
            yield _put_together(zone, near)
            near = []
        near.append((point, seen))
    if near:
        yield _put_together(zone, near)


def _within(at: datetime, stays: Sequence[Stay]) -> bool:
    return any(stay.entered_at <= at <= stay.last_at for stay in stays)


def _put_together(zone: str, near: Sequence[tuple[TrackPoint, Seen]]) -> Approach:
    point, nearest = min(near, key=lambda one: one[1].distance_m)
    return Approach(zone, near[0][0].at, near[-1][0].at, len(near), nearest.distance_m, point.at)
