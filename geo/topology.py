"""Whether rings bound an area, and where they fail to. In coordinates as sent: edges are straight there."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.geojson import Path
from geo.notes import Notes
from geo.plane import Array
from geo.types import Polygon, Ring

# How many geometries look for a partner at a time: a hostile shape has every edge cross every other, and
# all those pairs at once would not fit in memory. The search ends with the first block that has one.
_BLOCK = 32
# Thousands of holes may all touch in one position, which is right: not every such pair is looked at. That
# something is wrong is known by then, and only where exactly is left unsaid.
_MOST_PAIRS = 100_000

# GEOS looks at every pair of rings that meet in one position: 4,900 of them take it twenty seconds.
_MOST_MEETINGS = 500
# DE-9IM: the interiors share nothing, the boundaries at most points.
_IN_POINTS_ONLY = "FF*F0****"

Geometries = NDArray[Any]


def check_parts(parts: list[list[Path | None]], pointer: str, notes: Notes) -> tuple[Polygon, ...] | None:
    """The polygons, exteriors turned anticlockwise and holes clockwise; None, with problems, where wrong.

    What can be said of one ring is said of each; what takes several is said where each of those is sound.
    """
    checked = [[_check_ring(path, notes) for path in part] for part in parts]
    if _meet_too_often(checked):
        notes.wrong(pointer, "rings_meet_too_often")
        return None
    sound = [_check_part(rings, part, notes) for rings, part in zip(checked, parts, strict=True)]
    whole = tuple(part for part in sound if part is not None)
    if not whole or len(whole) != len(sound):
        return None
    if len(whole) > 1 and not _apart(whole, pointer, notes):
        return None
    return tuple(_turned(part, paths, notes) for part, paths in zip(whole, parts, strict=True))


def _meet_too_often(parts: list[list[Ring | None]]) -> bool:
    if sum(map(len, parts)) <= _MOST_MEETINGS:
        return False
    rings = (set(ring) for part in parts for ring in part if ring)
    meetings = Counter(position for ring in rings for position in ring)
    return max(meetings.values(), default=0) > _MOST_MEETINGS


def _check_ring(path: Path | None, notes: Notes) -> Ring | None:
    if path is None:
        return None
    pointer, ring = path
    before = notes.found
    if len(ring) < 4:
        notes.wrong(pointer, "ring_too_short")
    if ring[0] != ring[-1]:
        notes.wrong(f"{pointer}/{len(ring) - 1}", "ring_not_closed")
    if notes.found == before:
        _check_simple(pointer, ring, notes)
    return ring if notes.found == before else None


def _check_simple(pointer: str, ring: Ring, notes: Notes) -> None:
    xy = np.array(ring)
    polygon = shapely.polygons(xy)
    if _is_flat(xy):
        notes.wrong(pointer, "zero_area")
    elif not shapely.is_valid(polygon):
        edges = _first_crossing(ring)
        where = f" Edge {edges[0]} meets edge {edges[1]}; edge n starts at position n." if edges else ""
        notes.wrong(f"{pointer}/{edges[0]}" if edges else pointer, "ring_crosses_itself", where)


def _is_flat(xy: Array) -> bool:
    """All positions on one line."""
    return bool(shapely.area(shapely.convex_hull(shapely.linestrings(xy))) == 0)


def _first_crossing(ring: Ring) -> tuple[int, int] | None:
    """The first two edges that meet where they should not, by the index of the position they start at."""
    xy = np.array(ring)
    kept = np.flatnonzero((xy[1:] != xy[:-1]).any(axis=1))
    edges = shapely.linestrings(np.stack((xy[:-1][kept], xy[1:][kept]), axis=1))
    last = len(kept) - 1

    def meet(left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.bool_]:
        bad: NDArray[np.bool_] = ~((right - left == 1) | ((left == 0) & (right == last)))
        # Neighbours always share a position; they are wrong only where one runs back along the other.
        beside = np.flatnonzero(~bad)
        shared = shapely.intersection(edges[left[beside]], edges[right[beside]])
        bad[beside] = shapely.length(shared) > 0
        return bad

    pair = _first_pair(edges, meet)
    return (int(kept[pair[0]]), int(kept[pair[1]])) if pair else None


def _check_part(rings: list[Ring | None], paths: list[Path | None], notes: Notes) -> Polygon | None:
    whole = tuple(ring for ring in rings if ring is not None)
    if not whole or len(whole) != len(rings):
        return None
    # A ring by itself was looked at already.
    if len(whole) == 1 or polygon_of(whole).is_valid:
        return whole
    _check_holes(whole, [path[0] for path in paths if path], notes)
    return None


def _check_holes(rings: Polygon, pointers: list[str], notes: Notes) -> None:
    before = notes.found
    holes = shapely.polygons([shapely.LinearRing(ring) for ring in rings[1:]])
    exterior = shapely.Polygon(rings[0])
    shapely.prepare(exterior)
    for index in np.flatnonzero(~shapely.covers(exterior, holes)):
        notes.wrong(pointers[index + 1], "hole_outside")
    pair = _first_pair(holes, lambda left, right: ~_only_touch(holes[left], holes[right]))
    if pair:
        notes.wrong(pointers[pair[1] + 1], "holes_overlap", f" It meets ring {pair[0] + 1}.")
    if notes.found == before:
        notes.wrong(pointers[0], "geometry_invalid")


def _apart(parts: tuple[Polygon, ...], pointer: str, notes: Notes) -> bool:
    polygons = np.array([polygon_of(part) for part in parts])
    if shapely.MultiPolygon(list(polygons)).is_valid:
        return True
    pair = _first_pair(polygons, lambda left, right: ~_only_touch(polygons[left], polygons[right]))
    where = f" It meets polygon {pair[0]}." if pair else ""
    notes.wrong(f"{pointer}/{pair[1]}" if pair else pointer, "parts_overlap", where)
    return False


def polygon_of(rings: Sequence[Array | Ring]) -> shapely.Polygon:
    """Closed rings of (x, y), exterior first, as a geometry; whether they bound an area is not asked."""
    holes = [shapely.linearrings(hole) for hole in rings[1:]]
    polygon: shapely.Polygon = shapely.polygons(rings[0], holes or None)
    return polygon


def _only_touch(left: Geometries, right: Geometries) -> NDArray[np.bool_]:
    # The intersection itself is not asked for: that of two combs with 2,500 teeth has six million corners.
    return np.asarray(shapely.relate_pattern(left, right, _IN_POINTS_ONLY))


def _first_pair(
    geometries: Geometries,
    bad: Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.bool_]],
) -> tuple[int, int] | None:
    """The first two intersecting geometries, by index, that `bad` does not excuse; None where not found."""
    tree = shapely.STRtree(geometries)
    pairs = 0
    for first in range(0, len(geometries), _BLOCK):
        left, right = tree.query(geometries[first : first + _BLOCK], predicate="intersects")
        left = left + first
        left, right = left[left < right], right[left < right]
        found = np.flatnonzero(bad(left, right))
        if len(found):
            nearest = found[np.lexsort((right[found], left[found]))[0]]
            return int(left[nearest]), int(right[nearest])
        pairs += len(left)
        if pairs > _MOST_PAIRS:
            return None
    return None


def _turned(part: Polygon, paths: Sequence[Path | None], notes: Notes) -> Polygon:
    anticlockwise = [bool(shapely.is_ccw(shapely.linearrings(ring))) for ring in part]
    if not anticlockwise[0] and paths[0]:
        notes.warn(paths[0][0], "ring_turned")
    return tuple(
        ring if runs == (index == 0) else ring[::-1]
        for index, (ring, runs) in enumerate(zip(part, anticlockwise, strict=True))
    )
