"""The way between two fixes through a zone: when he may have crossed it, unseen. Pure.

The way is taken as straight and the speed as even, which is a guess that gets worse with time: beyond
`LONG_GAP` a crossing is `possible_only`. The speed that the two fixes imply is shown, and never used to throw a
fix away. A crossing is a question for an officer, never a breach.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from breaches.tracking.judging import Placed
from geo.plane import GEOD
from geo.ways import way_through
from geo.zones import Zone

LONG_GAP = timedelta(minutes=5)
# Between fixes so far apart in time any way at all is possible: nothing is drawn.
LONGEST_GAP = timedelta(hours=6)
_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Crossing:
    """A straight way through a zone between two fixes outside it, one after the other.

    `entered_about` and `left_about` are interpolated; `speed_kmh` is what the two fixes imply.
    """

    start: datetime
    end: datetime
    entered_about: datetime
    left_about: datetime
    speed_kmh: float
    possible_only: bool


def crossings(zone: Zone, track: Sequence[Placed]) -> Iterator[Crossing]:
    """Where one device's track, oldest first, may have gone through a zone between two fixes outside it."""
    placed = [zone.plane.forward(fix.longitude, fix.latitude) for fix in track]
    for first, (one, other) in enumerate(pairwise(track)):
        if other.at - one.at > LONGEST_GAP:
            continue
        inside = way_through(zone, placed[first], placed[first + 1])
        if inside is not None:
            yield _crossing(one, other, inside)


def speed_kmh(one: Placed, other: Placed) -> float:
    """The even speed that two fixes imply, in kilometres an hour; 0.0 for two of one instant."""
    seconds = (other.at - one.at).total_seconds()
    _, _, metres = GEOD.inv(one.longitude, one.latitude, other.longitude, other.latitude)
    return round(float(metres) / 1000 / seconds * _HOUR_S, 1) if seconds > 0 else 0.0


def _crossing(one: Placed, other: Placed, inside: tuple[float, float]) -> Crossing:
    gap = other.at - one.at
    enters, leaves = (one.at + gap * part for part in inside)
    return Crossing(one.at, other.at, enters, leaves, speed_kmh(one, other), gap > LONG_GAP)
