"""Straight edges in a zone's plane, and how they look from one position. All of an outline at a time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.plane import EARTH_RADIUS_M, Array, Plane, between

# Below this the plane's own error is not looked into.
_GOOD_ENOUGH_M = 0.001
# Keeps a division finite for an edge that has no length.
_NO_LENGTH_M2 = 1e-30


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """The edges from one position: the start of each along its own direction, the position's height to its
    left, and the squared distance to its nearest point. `inside` goes by the parity of crossings."""

    start: Array
    height: Array
    squared: Array
    inside: bool


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Edges from a to b with unit directions u; `degrees` are the ends again, (n, 2) rows on WGS84."""

    a: Array
    b: Array
    u: Array
    length: Array
    a_degrees: Array
    b_degrees: Array
    extent_m: float

    def seen_from(self, x: float, y: float) -> Sight:
        dx, dy = self.a[0] - x, self.a[1] - y
        start = dx * self.u[0] + dy * self.u[1]
        height = dx * self.u[1] - dy * self.u[0]
        beside = np.maximum(np.maximum(start, -(start + self.length)), 0.0)
        above, end_above = dy > 0, self.b[1] > y
        crossings = np.count_nonzero((above != end_above) & ((height > 0) == end_above))
        return Sight(start, height, height * height + beside * beside, bool(crossings % 2))


def join_edges(paths: list[Array], plane: Plane) -> Edges:
    """One set of edges along paths of (n, 2) degrees. An edge without length has no direction: left out.

    Paths that are too short to have a direction anywhere become one edge without length, which looks east.
    """
    # The outline of a corridor a nanometre wide is empty; the reader refuses it by its area.
    paths = paths or [np.empty((0, 2))]
    flat = [plane.forward_all(path) for path in paths]
    starts, ends = _both_ends(paths)
    a, b = (rows.T for rows in _both_ends(flat))
    length = np.hypot(b[0] - a[0], b[1] - a[1])
    real = length > 0
    if not real.any():
        real[:1] = True
    a, b, length = np.ascontiguousarray(a[:, real]), np.ascontiguousarray(b[:, real]), length[real]
    u = np.divide(b - a, length, out=np.array([[1.0], [0.0]]).repeat(len(length), axis=1), where=length > 0)
    extent = float(np.hypot(a[0], a[1]).max(initial=0.0))
    return Edges(a, b, u, length, starts[real], ends[real], extent)


def _both_ends(paths: list[Array]) -> tuple[Array, Array]:
    """Where the edges of all paths begin, and where they end."""
    if len(paths) == 1:
        return paths[0][:-1], paths[0][1:]
    return np.vstack([path[:-1] for path in paths]), np.vstack([path[1:] for path in paths])


def nearest_m(edges: Edges, sight: Sight, here: Plane, away_m: float) -> float:
    """Metres from a position to the nearest edge.

    `here` is the plane around the position itself, `away_m` its distance from the zone's origin. Where the
    zone's plane could be wrong by a millimetre, every edge that might be nearest is looked at again in
    `here`, in which distances from the position are exact.
    """
    roughly = float(np.sqrt(sight.squared.min()))
    wrong_by = min(away_m, edges.extent_m) ** 2 / (6 * EARTH_RADIUS_M**2)
    if roughly * wrong_by < _GOOD_ENOUGH_M:
        return roughly
    rivals = sight.squared <= (roughly * (1 + 4 * wrong_by)) ** 2
    return _exactly(edges, rivals, here)


def _exactly(edges: Edges, chosen: NDArray[np.bool_], here: Plane) -> float:
    start, end = edges.a_degrees[chosen], edges.b_degrees[chosen]
    a, b = here.forward_all(start).T, here.forward_all(end).T
    along = b - a
    squared = np.maximum((along * along).sum(axis=0), _NO_LENGTH_M2)
    part = np.clip(-(a * along).sum(axis=0) / squared, 0.0, 1.0)
    # Even in `here` a geodesic that passes far off is bent: 9 cm for 30 km of edge at a distance of 30 km.
    # Which point of it is nearest hardly suffers, so only that is taken from the plane.
    return float(np.hypot(*here.forward_all(between(start, end, part)).T).min())
