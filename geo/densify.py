"""An edge is straight in the CRS it was sent in, and nowhere else.

A 10 km edge along a parallel lies 2.6 m off the geodesic between its ends. Each edge therefore gets as many
steps as it takes for chords, on the ellipsoid and in the zone's plane alike, to stay within a centimetre of
it.
"""

import numpy as np
from numpy.typing import NDArray

from geo.crs import BRITISH_GRID, WGS84, transform_all
from geo.plane import Array, Plane, between_at, metres_between

# Under 1 cm with room.
_SAG_M = 0.004
# An arc sags by three quarters as much at its quarters as in its middle. An edge that crosses the grid's
# central meridian bends to one side and then to the other: what its quarters sag more comes of that, and is
# an eighth of what an arc as bent as its ends would sag.
_PARTS = (0.25, 0.5, 0.75)
_ARC, _TWO_WAYS = 0.75, 8.0
# OSTN15's shifts are linear only within its 1 km cells, so a long edge also bends where no middle shows it.
_GRID_STEP_M = 250.0
# More than this many positions would make one verdict take tens of milliseconds.
MOST_POSITIONS = 200_000


# Two positions no farther apart than this, in degrees, south of there: 222 m at most, whose chord in longitude and
# latitude lies within a millimetre of the geodesic and of the plane's chord, anywhere in the United Kingdom.
_STRAIGHT_DEGREES, _STRAIGHT_TO = 0.002, 62.0


def densify(crs: str, xy: Array, plane: Plane) -> Array:
    """(n, 2) positions of `crs`, joined by straight edges, to (m, 2) degrees whose geodesics follow them."""
    return walked(crs, xy, edge_steps(crs, xy, plane))


def walked(crs: str, xy: Array, steps: NDArray[np.int64]) -> Array:
    """The same for edges that are divided into so many chords each."""
    if len(steps) == steps.sum():
        return transform_all(crs, xy)
    edge = np.repeat(np.arange(len(steps)), steps)
    part = (np.arange(len(edge)) - np.repeat(np.cumsum(steps) - steps, steps)) / steps[edge]
    start, end = xy[:-1][edge], xy[1:][edge]
    return transform_all(crs, np.vstack((start + (end - start) * part[:, None], xy[-1:])))


def edge_steps(crs: str, xy: Array, plane: Plane) -> NDArray[np.int64]:
    """How many chords each of the n - 1 edges needs; at least one."""
    if crs == WGS84 and _surely_straight(xy):
        return np.ones(len(xy) - 1, dtype=np.int64)
    steps = np.ceil(np.sqrt(_sag_m(crs, xy, plane) / _SAG_M))
    if crs == BRITISH_GRID:
        lengths = np.hypot(*(xy[1:] - xy[:-1]).T)
        steps = np.maximum(steps, np.ceil(lengths / _GRID_STEP_M))
    # nan comes of a middle that has no OSTN15 answer; the reader refuses such a shape by its positions.
    whole: NDArray[np.int64] = np.maximum(np.nan_to_num(steps, nan=1.0), 1.0).astype(np.int64)
    return whole


def _surely_straight(degrees: Array) -> bool:
    """Whether no edge can need more than one chord: most zones are drawn with short ones."""
    along = degrees[1:] - degrees[:-1]
    short = (along * along).sum(axis=1) <= _STRAIGHT_DEGREES**2
    return bool(short.all() and (np.abs(degrees[:, 1]) <= _STRAIGHT_TO).all())


def _sag_m(crs: str, xy: Array, plane: Plane) -> Array:
    """How far each edge would lie from its chord were it as bent all along as where it bends most.

    Steps reduce this as their square.
    """
    degrees = transform_all(crs, xy)
    first, middle, last = _off_chord_m(crs, xy, degrees, plane).reshape(len(_PARTS), -1)
    two_ways = np.maximum(first, last) - _ARC * middle
    return middle + _TWO_WAYS * np.maximum(two_ways, 0.0)


def _off_chord_m(crs: str, xy: Array, degrees: Array, plane: Plane) -> Array:
    """How far each edge lies from its chord at the first of `_PARTS`, then each at the next, one after the other."""
    true = transform_all(crs, np.vstack([xy[:-1] + (xy[1:] - xy[:-1]) * part for part in _PARTS]))
    on_ellipsoid = metres_between(true, np.vstack(between_at(degrees[:-1], degrees[1:], _PARTS)))
    flat = plane.forward_all(degrees)
    chord = np.vstack([flat[:-1] + (flat[1:] - flat[:-1]) * part for part in _PARTS])
    return np.maximum(on_ellipsoid, np.hypot(*(plane.forward_all(true) - chord).T))
