"""Geodesics on WGS84, and a flat metric plane around a point of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

Array = NDArray[np.float64]

# Geod keeps no state between calls, so threads may share it. A pyproj Transformer may not be shared,
# which is why the plane below is worked out from geodesics instead of "+proj=aeqd".
GEOD = Geod(ellps="WGS84")
EARTH_RADIUS_M = 6_371_008.8


@dataclass(frozen=True, slots=True)
class Plane:
    """Azimuthal equidistant, in metres east (x) and north (y) of an origin in degrees.

    Distances from the origin are exact. A distance c between two points no farther than r from the origin
    is wrong by less than c * r^2 / (6 R^2): 0.4 mm in a kilometre at r = 10 km.
    """

    longitude: float
    latitude: float

    def forward(self, longitude: float, latitude: float) -> tuple[float, float]:
        azimuth, _, metres = GEOD.inv(self.longitude, self.latitude, longitude, latitude)
        turn = np.deg2rad(azimuth)
        return float(metres * np.sin(turn)), float(metres * np.cos(turn))

    def forward_all(self, degrees: Array) -> Array:
        """(n, 2) longitude, latitude to (n, 2) x, y."""
        here = np.full(len(degrees), self.longitude), np.full(len(degrees), self.latitude)
        azimuth, _, metres = GEOD.inv(*here, degrees[:, 0], degrees[:, 1])
        turn = np.deg2rad(azimuth)
        return np.column_stack((metres * np.sin(turn), metres * np.cos(turn)))

    def inverse_all(self, metres: Array) -> Array:
        """(n, 2) x, y to (n, 2) longitude, latitude."""
        here = np.full(len(metres), self.longitude), np.full(len(metres), self.latitude)
        azimuth = np.rad2deg(np.arctan2(metres[:, 0], metres[:, 1]))
        longitudes, latitudes, _ = GEOD.fwd(*here, azimuth, np.hypot(metres[:, 0], metres[:, 1]))
        return np.column_stack((longitudes, latitudes))


def metres_between(start: Array, end: Array) -> Array:
    """Geodesic lengths between (n, 2) rows of degrees."""
    _, _, metres = GEOD.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    return np.asarray(metres, dtype=np.float64)


def between(start: Array, end: Array, part: Array | float) -> Array:
    """Points at `part` (0 to 1) of the way along each geodesic between (n, 2) rows of degrees."""
    return between_at(start, end, (part,))[0]


def between_at(start: Array, end: Array, parts: Sequence[Array | float]) -> list[Array]:
    """The same for several parts of the same geodesics."""
    azimuth, _, metres = GEOD.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    gone = [GEOD.fwd(start[:, 0], start[:, 1], azimuth, np.asarray(metres) * part) for part in parts]
    return [np.column_stack((longitudes, latitudes)) for longitudes, latitudes, _ in gone]


def moved(start: Array, towards: Array, metres: float) -> Array:
    """Points `metres` along the geodesics from rows of `start` to rows of `towards`, in degrees."""
    azimuth, _, _ = GEOD.inv(start[:, 0], start[:, 1], towards[:, 0], towards[:, 1])
    distances = np.full(len(start), metres)
    longitudes, latitudes, _ = GEOD.fwd(start[:, 0], start[:, 1], azimuth, distances)
    return np.column_stack((longitudes, latitudes))


def ring_area_m2(degrees: Array) -> float:
    """Square metres on the ellipsoid inside a ring of (n, 2) degrees, whichever way it runs."""
    area, _ = GEOD.polygon_area_perimeter(degrees[:, 0], degrees[:, 1])
    return abs(float(area))
