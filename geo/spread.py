"""Errors that are no circle: a grid square, an area, a stretch of road, one of several places.

In an area or along a road every square metre is as likely as the next; of several places each is. The
probability of being inside a zone is then the share of that area, or the mean over the places. All areas are
measured in a plane beside what is measured, so the ratio of two of them is good to far more than four decimals.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from geo.edges import join_edges
from geo.plane import Array, Plane, between, metres_between
from geo.types import Area, Candidates, Circle, Corridor, Fix
from geo.zones import Zone, build

# A tenth of a millimetre: borders that touch are one line to the overlay, whatever their last digits say.
_GRID_M = 1e-4
# Longer geodesics bend by more than a centimetre in a plane whose origin lies beside them.
_LONGEST_CHORD_M = 5_000.0
# Stretches of a road that are asked about one by one.
_STRETCH_M, _MOST_STRETCHES = 100.0, 200

Rings = tuple[tuple[Array, ...], ...]


@lru_cache(maxsize=256)
def drawn(spread: Area | Corridor) -> Zone:
    """The area or road, made ready; kept, since one report asks of it for each zone of the order."""
    return build(spread)


def pieces(fix: Fix) -> tuple[Fix, ...]:
    """Circles that together hold everywhere the person may have been, the more of them the longer it is."""
    spread = fix.spread
    if isinstance(spread, Candidates):
        return tuple(Fix(place.longitude, place.latitude, place.r95_m) for place in spread.places)
    if isinstance(spread, Corridor):
        return _stretches(spread)
    return (Fix(fix.longitude, fix.latitude, fix.r95_m),)


def share_inside(zone: Zone, spread: Area | Corridor) -> float:
    """Which part of an area, or of a road with its width, lies in the zone; borders count for nothing."""
    where = drawn(spread)
    if isinstance(zone.shape, Circle):
        return _share_in_disc(zone, where)
    plane = where.plane
    asked, target = _flat(where.parts, plane), _flat(zone.parts, plane)
    common = shapely.intersection(asked, target, grid_size=_GRID_M)
    return float(shapely.area(common) / shapely.area(asked))


def middle(spread: Area | Corridor | Candidates) -> Fix:
    """The fix that stands for a spread: its middle, and the radius that holds all of it (rule 52)."""
    if isinstance(spread, Candidates):
        points = np.array([(place.longitude, place.latitude) for place in spread.places])
        own = np.array([place.r95_m for place in spread.places])
        plane = Plane(*map(float, (points.min(axis=0) + points.max(axis=0)) / 2))
    else:
        zone = drawn(spread)
        points = np.vstack([ring for part in zone.parts for ring in part[:1]])
        own, plane = np.zeros(1), zone.plane
    radius = float((np.hypot(*plane.forward_all(points).T) + own).max())
    return Fix(plane.longitude, plane.latitude, _up(radius), spread)


@lru_cache(maxsize=256)
def _stretches(road: Corridor) -> tuple[Fix, ...]:
    line = np.array(drawn(road).core_geojson["coordinates"])
    line = _chopped(line, _STRETCH_M)
    along = np.concatenate(([0.0], np.cumsum(metres_between(line[:-1], line[1:]))))
    stretch = max(_STRETCH_M, float(along[-1]) / _MOST_STRETCHES)
    bounds = np.searchsorted(along, np.arange(0.0, along[-1], stretch)).tolist()
    return tuple(_around(line[a : b + 1], road.width_m / 2) for a, b in pairwise([*bounds, len(line) - 1]) if b > a)


def _around(line: Array, reach_m: float) -> Fix:
    longitude, latitude = map(float, (line.min(axis=0) + line.max(axis=0)) / 2)
    away = np.hypot(*Plane(longitude, latitude).forward_all(line).T)
    return Fix(longitude, latitude, _up(float(away.max()) + reach_m))


def _up(radius_m: float) -> float:
    """To the next centimetre, so that the circle holds all of it though distances are rounded."""
    return math.ceil(radius_m * 100) / 100 + 0.01


def _share_in_disc(zone: Zone, where: Zone) -> float:
    edges = join_edges([_chopped(ring, _LONGEST_CHORD_M) for part in where.parts for ring in part], zone.plane)
    whole = float((edges.a[0] * edges.b[1] - edges.a[1] * edges.b[0]).sum()) / 2
    return disc_area_m2(edges.a, edges.b, zone.reach_m) / whole


def disc_area_m2(a: Array, b: Array, radius_m: float) -> float:
    """Area common to a disc around nought and what closed rings of edges a to b bound, (2, n) columns each.

    Each edge and the centre make a triangle. Of it the disc holds a sector, a triangle and a sector: up to where
    the edge enters the disc, while it is in it, and from where it leaves.
    """
    along = b - a
    squared, ahead = (along * along).sum(axis=0), (a * along).sum(axis=0)
    root = np.sqrt(np.maximum(ahead * ahead - squared * ((a * a).sum(axis=0) - radius_m * radius_m), 0.0))
    enters = a + along * np.clip((-ahead - root) / squared, 0.0, 1.0)
    leaves = a + along * np.clip((-ahead + root) / squared, 0.0, 1.0)
    sectors = (_angle(a, enters) + _angle(leaves, b)) * radius_m * radius_m
    return float((sectors + _cross(enters, leaves)).sum()) / 2


def _angle(u: Array, v: Array) -> Array:
    return np.asarray(np.arctan2(_cross(u, v), (u * v).sum(axis=0)))


def _cross(u: Array, v: Array) -> Array:
    return np.asarray(u[0] * v[1] - u[1] * v[0])


def _flat(parts: Rings, plane: Plane) -> Any:
    """The parts as one valid geometry in the plane, in metres."""
    flat = [[plane.forward_all(_chopped(ring, _LONGEST_CHORD_M)) for ring in part] for part in parts]
    whole = shapely.MultiPolygon([shapely.Polygon(part[0], part[1:]) for part in flat])
    return whole if shapely.is_valid(whole) else shapely.make_valid(whole, method="structure", keep_collapsed=False)


def _chopped(path: Array, longest_m: float) -> Array:
    """The path with points put on its longer geodesics."""
    steps = np.maximum(np.ceil(metres_between(path[:-1], path[1:]) / longest_m), 1).astype(np.int64)
    if steps.max(initial=1) == 1:
        return path
    edge = np.repeat(np.arange(len(steps)), steps)
    part = (np.arange(len(edge)) - np.repeat(np.cumsum(steps) - steps, steps)) / steps[edge]
    return np.vstack((between(path[:-1][edge], path[1:][edge], part), path[-1:]))
