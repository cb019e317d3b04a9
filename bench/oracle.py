"""`./dev bench oracle`: the engine against an independent reckoning, on 100,000 random cases away from the margin.

Nothing of the engine's arithmetic is used here: distances are geodesics to points sampled along the edges, inside
or not is asked by counting crossings in degrees, and a probability is the share of a lattice of points that the
error is replaced by. That is slow and coarse, but it is wrong in other ways than the engine could be.
"""

from __future__ import annotations

import math
import os
import random
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from geo.proximity import judge
from geo.shapes import read_shape
from geo.spread import middle
from geo.types import Area, Fix
from geo.zones import build

CASES = int(os.environ.get("ORACLE_CASES", "100000"))
SEED = int(os.environ.get("ORACLE_SEED", "20260302"))
_GEOD = Geod(ellps="WGS84")
_SIGMA = 2.4477
_RINGS, _SPOKES = 24, 48
_SAMPLES, _ROUNDS = 17, 7
# A lattice this coarse tells a probability to a few hundredths: a case nearer than that to a threshold is passed over.
_MARGIN_P, _MARGIN_M = 0.03, 0.1
_KINDS = ("circle", "polygon", "holed", "corridor")

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """A zone as it is sent, and where somebody may have been."""

    raw: dict[str, Any]
    fix: Fix


@dataclass(frozen=True, slots=True)
class Reckoned:
    distance_m: float
    probability: float


def run() -> dict[str, Any]:
    """Judge `CASES` cases away from the margin by both, and pass over those that are too near to call."""
    chance, begun = random.Random(SEED), time.perf_counter()
    told: dict[str, int] = {"inside": 0, "outside": 0, "indeterminate": 0}
    near, wrong = 0, 0
    while sum(told.values()) < CASES:
        case = some_case(chance)
        reckoned = reckon(case)
        if too_near(case, reckoned):
            near += 1
            continue
        faults = disagreements(case, reckoned)
        wrong += bool(faults)
        told[expected(case, reckoned)] += 1
    seconds = round(time.perf_counter() - begun, 1)
    return {"name": "oracle", "cases": CASES, "disagree": wrong, "near_the_margin": near, **told, "seconds": seconds}


def some_case(chance: random.Random) -> Case:
    """A zone of tens of metres to kilometres somewhere in England or Wales, and a position about it."""
    kind, size = chance.choice(_KINDS), 10 ** chance.uniform(1.3, 3.7)
    centre = chance.uniform(-5.0, 1.5), chance.uniform(50.5, 55.5)
    raw = _circle(centre, size) if kind == "circle" else _drawn(kind, centre, size, chance)
    longitude, latitude = _moved(centre, chance.uniform(0, 360), size * chance.uniform(0, 2.5))
    radius = size * 10 ** chance.uniform(-2, 0.7)
    if chance.random() < 0.25:
        return Case(raw, _square_fix(longitude, latitude, radius))
    return Case(raw, Fix(longitude, latitude, radius))


def reckon(case: Case) -> Reckoned:
    """Distance and probability, by other means than the engine's."""
    here = np.array([[case.fix.longitude, case.fix.latitude]])
    distance = float(_distances(case.raw, here)[0])
    lattice = _lattice(case.fix)
    return Reckoned(distance, float((_signs(case.raw, lattice) < 0).mean()))


def expected(case: Case, reckoned: Reckoned) -> str:
    if reckoned.probability >= 0.95:
        return "inside"
    clear = reckoned.distance_m >= case.fix.r95_m
    return "outside" if reckoned.probability <= 0.05 and clear else "indeterminate"


def too_near(case: Case, reckoned: Reckoned) -> bool:
    margins = (abs(reckoned.probability - 0.95), abs(reckoned.probability - 0.05))
    return min(margins) < _MARGIN_P or abs(reckoned.distance_m - case.fix.r95_m) < _MARGIN_M


def disagreements(case: Case, reckoned: Reckoned) -> list[str]:
    """Names of what the engine answers otherwise; empty where the two agree."""
    shape = read_shape(case.raw, "").shape
    assert shape is not None
    found = judge(build(shape), case.fix)
    faults = [] if found.result == expected(case, reckoned) else ["result"]
    off, allowed = found.distance_m - reckoned.distance_m, 0.02 + 2e-5 * abs(reckoned.distance_m)
    # On the inner side of a bend a corridor's edge is farther than half its width from the line: deeper is right.
    bent = case.raw["type"] == "corridor" and reckoned.distance_m < 0
    if off > allowed or (off < -allowed and not bent):
        faults.append("distance")
    if abs(found.probability_inside - reckoned.probability) > _MARGIN_P:
        faults.append("probability")
    return faults


def _moved(start: tuple[float, float], azimuth: float, metres: float) -> tuple[float, float]:
    longitude, latitude, _ = _GEOD.fwd(*start, azimuth, metres)
    return longitude, latitude


def _circle(centre: tuple[float, float], size: float) -> dict[str, Any]:
    return {"type": "circle", "centre": {"longitude": centre[0], "latitude": centre[1]}, "radius_m": size}


def _drawn(kind: str, centre: tuple[float, float], size: float, chance: random.Random) -> dict[str, Any]:
    if kind == "corridor":
        # It bends to one side only, so that it never comes back to itself.
        turns = sorted(chance.uniform(0, 200) for _ in range(chance.randint(2, 7)))
        line = [list(_moved(centre, turn, size)) for turn in turns]
        geometry: dict[str, Any] = {"type": "LineString", "coordinates": line}
        width = size * chance.uniform(0.05, 0.3)
        return {"type": "corridor", "crs": "EPSG:4326", "geometry": geometry, "width_m": width}
    rings = [_ring(centre, size, chance, 0.5)]
    if kind == "holed":
        rings.append(_ring(centre, size * 0.3, chance, 0.5)[::-1])
    return {"type": "polygon", "crs": "EPSG:4326", "geometry": {"type": "Polygon", "coordinates": rings}}


def _ring(centre: tuple[float, float], size: float, chance: random.Random, least: float) -> list[list[float]]:
    """A star around the centre: it cannot cross itself, and a hole of a third its size lies within."""
    count = chance.randint(5, 12)
    turns = [360 * (index + chance.uniform(0, 0.8)) / count for index in range(count)]
    ring = [list(_moved(centre, -turn, size * chance.uniform(least + 0.3, 1))) for turn in turns]
    return [*ring, ring[0]]


def _square_fix(longitude: float, latitude: float, half_m: float) -> Fix:
    wide, high = half_m / (111_300 * math.cos(math.radians(latitude))), half_m / 111_300
    west, east, south, north = longitude - wide, longitude + wide, latitude - high, latitude + high
    ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return middle(Area("EPSG:4326", ((ring,),)))


def _lattice(fix: Fix) -> Array:
    """Points that stand for the error, each for an equal share of it."""
    if isinstance(fix.spread, Area):
        ring = np.array(fix.spread.polygons[0][0])
        (west, south), (east, north) = ring.min(axis=0), ring.max(axis=0)
        steps = (np.arange(36) + 0.5) / 36
        x, y = np.meshgrid(west + (east - west) * steps, south + (north - south) * steps)
        return np.column_stack((x.ravel(), y.ravel()))
    # Rings that each hold as much of a two-dimensional Gaussian as the next.
    radii = fix.r95_m / _SIGMA * np.sqrt(-2 * np.log(1 - (np.arange(_RINGS) + 0.5) / _RINGS))
    turns = 360 * (np.arange(_SPOKES) + 0.5) / _SPOKES
    metres, azimuth = (part.ravel() for part in np.meshgrid(radii, turns))
    count = len(metres)
    longitudes, latitudes, _ = _GEOD.fwd(np.full(count, fix.longitude), np.full(count, fix.latitude), azimuth, metres)
    return np.column_stack((longitudes, latitudes))


def _paths(raw: dict[str, Any]) -> list[Array]:
    coordinates = raw["geometry"]["coordinates"]
    return [np.array(coordinates)] if raw["type"] == "corridor" else [np.array(ring) for ring in coordinates]


def _distances(raw: dict[str, Any], points: Array) -> Array:
    """Signed metres to the zone's edge, by geodesics."""
    if raw["type"] == "circle":
        return _to_centre(raw, points)
    nearest = np.array([_to_edges(point, raw) for point in points])
    if raw["type"] == "corridor":
        return np.asarray(nearest - raw["width_m"] / 2)
    return np.where(_crossed(raw, points), -nearest, nearest)


def _signs(raw: dict[str, Any], points: Array) -> Array:
    """Below nought inside. For many points a line's neighbourhood is reckoned on a map in even degrees."""
    if raw["type"] == "circle":
        return _to_centre(raw, points)
    if raw["type"] == "corridor":
        return np.asarray(_near_line(raw, points) - raw["width_m"] / 2)
    return np.where(_crossed(raw, points), -1.0, 1.0)


def _to_centre(raw: dict[str, Any], points: Array) -> Array:
    centre = raw["centre"]
    start = np.full(len(points), centre["longitude"]), np.full(len(points), centre["latitude"])
    _, _, metres = _GEOD.inv(*start, points[:, 0], points[:, 1])
    return np.asarray(metres - raw["radius_m"])


def _edges(raw: dict[str, Any]) -> list[tuple[Array, Array]]:
    return [(path[index], path[index + 1]) for path in _paths(raw) for index in range(len(path) - 1)]


def _to_edges(point: Array, raw: dict[str, Any]) -> float:
    """Every edge is sampled along, then again and again around its nearest sample."""
    a, b = (np.array(ends) for ends in zip(*_edges(raw), strict=True))
    low, high = np.zeros(len(a)), np.ones(len(a))
    nearest = math.inf
    for _ in range(_ROUNDS):
        part = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, _SAMPLES)
        on_edge = (a[:, None, :] + (b - a)[:, None, :] * part[:, :, None]).reshape(-1, 2)
        here = np.full(len(on_edge), point[0]), np.full(len(on_edge), point[1])
        _, _, found = _GEOD.inv(*here, on_edge[:, 0], on_edge[:, 1])
        metres = np.asarray(found).reshape(part.shape)
        best, rows = metres.argmin(axis=1), np.arange(len(a))
        nearest = min(nearest, float(metres.min()))
        low, high = part[rows, np.maximum(best - 1, 0)], part[rows, np.minimum(best + 1, _SAMPLES - 1)]
    return nearest


def _crossed(raw: dict[str, Any], points: Array) -> NDArray[np.bool_]:
    inside = np.zeros(len(points), dtype=bool)
    x, y = points.T
    for a, b in _edges(raw):
        over = (a[1] > y) != (b[1] > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            inside ^= over & (x < (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0])
    return inside


def _near_line(raw: dict[str, Any], points: Array) -> Array:
    north = math.radians(float(points[:, 1].mean()))
    # Metres in a degree, by the series of the ellipsoid's meridian and parallel.
    high = 111_132.95 - 559.85 * math.cos(2 * north)
    scale = np.array([111_412.88 * math.cos(north) - 93.5 * math.cos(3 * north), high])
    flat, nearest = points * scale, np.full(len(points), math.inf)
    for a, b in _edges(raw):
        start, along = a * scale, (b - a) * scale
        part = np.clip(((flat - start) @ along) / max(float(along @ along), 1e-12), 0, 1)
        nearest = np.minimum(nearest, np.hypot(*(start + part[:, None] * along - flat).T))
    return nearest
