"""The way between two fixes through a zone: when he may have crossed it, unseen. Pure.

The way is taken as straight and the speed as even, which is a guess that gets worse with time: beyond
`LONG_GAP` a crossing is `possible_only`. The speed that the two fixes imply is shown, and never used to throw a
fix away. A crossing is a question for an officer, never a breach.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np

from breaches.tracking.judging import Placed, bound_m
from geo.edges import Edges
from geo.plane import GEOD
from geo.zones import Zone

LONG_GAP = timedelta(minutes=5)
# Between fixes so far apart in time any way at all is possible: nothing is drawn.
LONGEST_GAP = timedelta(hours=6)
_HOUR_S = 3600.0
_XY = tuple[float, float]


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
    reach = bound_m(zone)
    placed = [zone.plane.forward(fix.longitude, fix.latitude) for fix in track]
    for first, (one, other) in enumerate(pairwise(track)):
        a, b = placed[first], placed[first + 1]
        if other.at - one.at > LONGEST_GAP or _passes_by(a, b, reach):
            continue
        inside = _inside(zone, a, b)
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


def _passes_by(a: _XY, b: _XY, reach: float) -> bool:
    """Whether the way stays clear of everything within `reach` of the zone's middle."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    squared = dx * dx + dy * dy
    part = min(max(-(a[0] * dx + a[1] * dy) / squared, 0.0), 1.0) if squared else 0.0
    return math.hypot(a[0] + part * dx, a[1] + part * dy) > reach


def _inside(zone: Zone, a: _XY, b: _XY) -> tuple[float, float] | None:
    """Parts of the way (0 to 1) at which it first enters and last leaves the zone; None where it never does.

    None also where an end of it lies inside: that is a fix in the zone, and no crossing between fixes.
    """
    if zone.outline is None:
        return _through_circle(zone.reach_m, a, b)
    if zone.outline.seen_from(*a).inside or zone.outline.seen_from(*b).inside:
        return None
    return _through_outline(zone.outline, a, b)


def _through_circle(radius: float, a: _XY, b: _XY) -> tuple[float, float] | None:
    if math.hypot(*a) <= radius or math.hypot(*b) <= radius:
        return None
    dx, dy = b[0] - a[0], b[1] - a[1]
    squared = dx * dx + dy * dy
    along = a[0] * dx + a[1] * dy
    beneath = along * along - squared * (a[0] * a[0] + a[1] * a[1] - radius * radius)
    if not squared or beneath <= 0:
        return None
    root = math.sqrt(beneath)
    enters, leaves = (-along - root) / squared, (-along + root) / squared
    return (enters, leaves) if 0 < enters < leaves < 1 else None


def _through_outline(edges: Edges, a: _XY, b: _XY) -> tuple[float, float] | None:
    """By the crossings of the way with each edge: the first and the last of them."""
    way, edge = np.subtract(b, a), edges.b - edges.a
    from_a = edges.a - np.reshape(a, (2, 1))
    cross = way[0] * edge[1] - way[1] * edge[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = (from_a[0] * edge[1] - from_a[1] * edge[0]) / cross
        along = (from_a[0] * way[1] - from_a[1] * way[0]) / cross
    met = part[(cross != 0) & (part >= 0) & (part <= 1) & (along >= 0) & (along <= 1)]
    if len(met) == 0 or met.min() == met.max():
        return None
    return float(met.min()), float(met.max())
