"""What the rest of the service and this package hand to each other."""

import math
from dataclasses import dataclass
from typing import Literal

Position = tuple[float, float]
Ring = tuple[Position, ...]
Polygon = tuple[Ring, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """Degrees, WGS84 (taken as ETRS89; the two lie about 0.9 m apart in 2026)."""

    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class Circle:
    """True metres around a point, never a polygon: a 100 m polygonised circle lets a man in at 99.52 m.

    `crs` names the system the centre was sent in, so that the zone can name its transformation.
    """

    centre: Point
    radius_m: float
    crs: str = "EPSG:4326"


@dataclass(frozen=True, slots=True)
class Area:
    """Polygons of rings of (x, y) in `crs` with the numbers that were sent; the first ring is the exterior.

    Exteriors run anticlockwise and holes clockwise, first position repeated at the end.
    """

    crs: str
    polygons: tuple[Polygon, ...]


@dataclass(frozen=True, slots=True)
class Corridor:
    """Every point within `width_m` / 2 of the line, round ends included; (x, y) in `crs` as sent."""

    crs: str
    line: Ring
    width_m: float


Shape = Circle | Area | Corridor


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of several places where somebody may have been: WGS84 degrees, and its own 95 % radius in metres."""

    longitude: float
    latitude: float
    r95_m: float


@dataclass(frozen=True, slots=True)
class Candidates:
    """Places of which one is meant, each as likely as the others; at least one."""

    places: tuple[Candidate, ...]


Spread = Area | Corridor | Candidates
"""Somewhere in an area, somewhere along a line with a width (every square metre as likely), or one of several."""


@dataclass(frozen=True, slots=True)
class Fix:
    """Where somebody may have been: WGS84 degrees and the radius that holds 95 % of the error, in metres.

    Without a `spread` the error is a two-dimensional Gaussian. With one, it is that shape; the position is then
    its middle and `r95_m` the radius around it that holds all of it.
    """

    longitude: float
    latitude: float
    r95_m: float
    spread: Spread | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for a fix no verdict could be right about; `read_position` never gives one."""
        finite = all(map(math.isfinite, (self.longitude, self.latitude, self.r95_m)))
        if not finite or self.r95_m <= 0 or abs(self.latitude) > 90 or abs(self.longitude) > 180:
            raise ValueError("a fix needs a finite position and an error radius above zero")


@dataclass(frozen=True, slots=True)
class Proximity:
    """How a fix lies to a zone.

    `distance_m` is the shortest way to the zone's edge, to the centimetre, negative inside.
    `probability_inside` has 4 decimals. `too_coarse` marks an indeterminate answer whose probability is
    small only because the fix is vague: it knows nothing, and must never be read as "outside".

    For a fix whose error is a shape, `distance_m` and `r95_m` are those of the part of it that is least clear
    of the zone (geo.spread): "outside" always means that `distance_m` is at least `r95_m`.
    """

    result: Literal["inside", "outside", "indeterminate"]
    distance_m: float
    r95_m: float
    probability_inside: float
    too_coarse: bool
