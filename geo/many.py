"""Many points against a few zones at once, with the very answers that `geo.proximity.judge` gives.

A feed asks about ten thousand points at a time, most of them far from every zone. Distances are found zone by zone,
probabilities only where four decimals can tell them from 0 and 1. Wherever another order of arithmetic
could turn a last digit, the point is judged again by itself: the answers are the same, not nearly the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import owens_t

from geo.edges import Edges
from geo.gaussian import CERTAIN_SIGMA, OUT_OF_SIGHT_SIGMA, R95_IN_SIGMA, SHARPEST_M, in_disc_all
from geo.plane import EARTH_RADIUS_M, Array
from geo.proximity import INSIDE_FROM, OUTSIDE_TO, judge
from geo.types import Circle, Fix
from geo.zones import Zone

RESULTS = ("outside", "indeterminate", "inside")
# The plane of a zone is believed up to here, as in geo.edges.
_GOOD_ENOUGH_M = 0.001
# So near to where rounding turns over, or a threshold lies, that the last bits of a double could decide.
_NEAR_CM, _NEAR_P = 1e-5, 1e-6
# Points times edges that are looked at in one go: a hundred megabytes at most.
_BLOCK = 400_000
# The same, where so many fit into a processor's cache.
_CACHED = 16_384


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """One row a zone, one column a point. `result` is an index of `RESULTS`; the rest as in `Proximity`."""

    result: NDArray[np.int8]
    distance_m: Array
    probability_inside: Array
    too_coarse: NDArray[np.bool_]


def judge_many(points: Array, zones: Sequence[Zone]) -> Verdicts:
    """(n, 3) rows of longitude, latitude and r95 in metres against each zone; Gaussian errors only.

    Raises ValueError for a row that could not be a `Fix`.
    """
    _check(points)
    answers = [_judged(points, zone) for zone in zones]
    distance = np.array([found[0] for found in answers]).reshape(len(zones), len(points))
    probability = np.array([found[1] for found in answers]).reshape(len(zones), len(points))
    clear = distance >= points[:, 2]
    result = np.where(probability >= INSIDE_FROM, 2, np.where((probability <= OUTSIDE_TO) & clear, 0, 1))
    return Verdicts(result.astype(np.int8), distance, probability, (result == 1) & (probability <= OUTSIDE_TO))


def _check(points: Array) -> None:
    sound = np.isfinite(points).all(axis=1) & (points[:, 2] > 0)
    if not (sound & (np.abs(points[:, 0]) <= 180) & (np.abs(points[:, 1]) <= 90)).all():
        raise ValueError("a fix needs a finite position and an error radius above zero")


def _judged(points: Array, zone: Zone) -> tuple[Array, Array]:
    """Rounded distances and probabilities."""
    flat = zone.plane.forward_all(points[:, :2])
    sigma = np.maximum(points[:, 2] / R95_IN_SIGMA, SHARPEST_M)
    doubted = np.zeros(len(points), dtype=bool)
    if isinstance(zone.shape, Circle):
        distance = np.hypot(flat[:, 0], flat[:, 1]) - zone.reach_m
    else:
        distance, doubted = _from_outline(zone, flat, sigma)
    probability = np.where(distance < 0, 1.0, 0.0)
    open_ = np.flatnonzero((np.abs(distance) <= CERTAIN_SIGMA * sigma * (1 + 1e-9)) & ~doubted)
    if isinstance(zone.shape, Circle):
        probability[open_] = in_disc_all(distance[open_], zone.reach_m, sigma[open_])
    else:
        probability[open_] = _in_outline(zone, flat[open_], sigma[open_])
    probability = np.clip(probability, 0.0, 1.0)
    doubted |= _turns(distance * 100, _NEAR_CM) | (_turns(probability * 1e4, _NEAR_P * 1e4))
    doubted |= np.abs(np.abs(distance) - CERTAIN_SIGMA * sigma) < _GOOD_ENOUGH_M
    distance, probability = np.asarray(np.round(distance, 2) + 0.0), np.asarray(np.round(probability, 4) + 0.0)
    for row in np.flatnonzero(doubted).tolist():
        alone = judge(zone, Fix(*points[row].tolist()))
        distance[row], probability[row] = alone.distance_m, alone.probability_inside
    return distance, probability


def _turns(value: Array, near: float) -> NDArray[np.bool_]:
    return np.asarray(np.abs(value - np.floor(value) - 0.5) < near)


def _from_outline(zone: Zone, flat: Array, sigma: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Signed distances in the zone's plane, and which of them that plane is not good enough for."""
    assert zone.core is not None and zone.outline is not None
    edges = zone.core
    rows = max(1, _CACHED // len(edges.length))
    distance = np.concatenate(
        [np.empty(0), *(_nearest(edges, flat[at : at + rows]) for at in range(0, len(flat), rows))]
    )
    away = np.minimum(np.hypot(flat[:, 0], flat[:, 1]), edges.extent_m)
    doubted = distance * away * away / (6 * EARTH_RADIUS_M**2) >= _GOOD_ENOUGH_M / 2
    distance = distance - zone.reach_m
    if zone.core is not zone.outline:
        # Where a corridor meets itself its edge is farther than half a width from the line.
        return distance, doubted | (distance < CERTAIN_SIGMA * sigma * (1 + 1e-9))
    low, high = edges.a.min(axis=1), edges.a.max(axis=1)
    boxed = np.flatnonzero(((flat >= low) & (flat <= high)).all(axis=1))
    rows = max(1, _BLOCK // len(edges.length))
    for at in range(0, len(boxed), rows):
        some = boxed[at : at + rows]
        distance[some[_inside(edges, flat[some])]] *= -1
    return distance, doubted


def _nearest(edges: Edges, flat: Array) -> Array:
    """Metres to the nearest edge, as in `Edges.seen_from`, with few passes over few numbers: all in the cache."""
    half = edges.length / 2
    middle = edges.a + edges.u * half
    beside = (middle * edges.u).sum(axis=0) - flat @ edges.u
    np.abs(beside, out=beside)
    beside -= half
    np.maximum(beside, 0.0, out=beside)
    np.square(beside, out=beside)
    across = np.stack((edges.u[1], -edges.u[0]))
    height = (middle * across).sum(axis=0) - flat @ across
    np.square(height, out=height)
    beside += height
    return np.asarray(np.sqrt(beside.min(axis=1)))


def _inside(edges: Edges, flat: Array) -> NDArray[np.bool_]:
    """By the parity of crossings, as in `Edges.seen_from`."""
    dx, dy = edges.a[0] - flat[:, :1], edges.a[1] - flat[:, 1:]
    above, end_above = dy > 0, edges.b[1] > flat[:, 1:]
    left = dx * edges.u[1] - dy * edges.u[0] > 0
    return np.asarray(np.count_nonzero((above != end_above) & (left == end_above), axis=1) % 2 == 1)


def _in_outline(zone: Zone, flat: Array, sigma: Array) -> Array:
    """`geo.gaussian.in_outline` for many points."""
    assert zone.outline is not None
    edges = zone.outline
    rows = max(1, _BLOCK // len(edges.length))
    blocks = [_shares(zone, flat[at : at + rows], sigma[at : at + rows]) for at in range(0, len(flat), rows)]
    return np.concatenate([np.empty(0), *blocks])


def _shares(zone: Zone, flat: Array, sigma: Array) -> Array:
    assert zone.outline is not None
    edges = zone.outline
    dx, dy = edges.a[0] - flat[:, :1], edges.a[1] - flat[:, 1:]
    start = dx * edges.u[0] + dy * edges.u[1]
    height = dx * edges.u[1] - dy * edges.u[0]
    end = start + edges.length
    angles = np.arctan2(height * edges.length, start * end + height * height) * (height != 0)
    beside = np.maximum(np.maximum(start, -end), 0.0)
    sight = OUT_OF_SIGHT_SIGMA * sigma
    point, edge = np.nonzero((height * height + beside * beside < (sight * sight)[:, None]) & (height != 0))
    tall = height[point, edge]
    shares = owens_t(tall / sigma[point], end[point, edge] / tall) - owens_t(
        tall / sigma[point], start[point, edge] / tall
    )
    return np.asarray(angles.sum(axis=1) / (2 * math.pi) - np.bincount(point, shares, minlength=len(flat)))
