"""Everything within a distance of a line: its outline in the plane, and lines too tangled for one to be drawn."""

import math
from itertools import pairwise

import numpy as np
import shapely

from geo.plane import Array, Plane

# A chord may cut off this much of a corridor's round end.
CAP_SAG_M = 0.005
_MOST_CAP_SEGMENTS = 1000
# A run of the line is widened at once while it bends by no more than a right angle, or has few edges: widened
# whole, a line of 1,000 sharp bends takes half a minute and one of 20,000 hours, since the arc around each bend
# crosses the arcs around all the others.
_FEW_EDGES, _MANY_EDGES, _BEND = 4, 64, math.pi / 2

# What a line may ask for, so that none takes longer than about a second. No road, river or way to school comes
# near; 20,000 zigzags across a county do.
_MOST_RUNS = 4_000
_MOST_ARC_POSITIONS = 1_000_000
_MOST_CROSSINGS = 10_000
_MOST_BESIDE = 1_000_000
_BLOCK = 32


def tangled(line: Array, plane: Plane, reach_m: float) -> bool:
    """Whether a line of (n, 2) degrees passes or crosses itself too often, or bends too often for its width."""
    flat = plane.forward_all(line)
    flat = flat[np.concatenate(([True], (flat[1:] != flat[:-1]).any(axis=1)))]
    runs = len(_run_starts(flat)) - 1
    if runs > _MOST_RUNS or runs * 4 * _arc_segments(reach_m) > _MOST_ARC_POSITIONS:
        return True
    return _meets_itself(shapely.linestrings(np.stack((flat[:-1], flat[1:]), axis=1)))


def widened(line: Array, plane: Plane, reach_m: float) -> list[list[Array]]:
    """Rings, in metres of the plane, of everything within `reach_m` of a line of (n, 2) degrees; one list a part,
    exterior first."""
    flat = plane.forward_all(line)
    starts = _run_starts(flat)
    runs = np.array([shapely.LineString(flat[a : b + 1]) for a, b in pairwise(starts)])
    wide = shapely.union_all(shapely.buffer(runs, reach_m, quad_segs=_arc_segments(reach_m)))
    parts = shapely.get_parts(shapely.orient_polygons(wide))
    return [[shapely.get_coordinates(ring) for ring in (part.exterior, *part.interiors)] for part in parts]


def _arc_segments(reach_m: float) -> int:
    """Chords in a quarter of a round end."""
    # r (1 - cos(a / 2)) is what a chord over the angle a cuts off.
    turn = 2 * math.acos(1 - CAP_SAG_M / max(reach_m, CAP_SAG_M))
    return min(max(math.ceil(math.pi / 2 / turn), 8), _MOST_CAP_SEGMENTS)


def _run_starts(flat: Array) -> list[int]:
    """Rows at which runs begin, and the last row; each run begins where the one before ends."""
    along = flat[1:] - flat[:-1]
    heading = np.arctan2(along[:, 1], along[:, 0])
    bends = np.abs((np.diff(heading) + math.pi) % (2 * math.pi) - math.pi).tolist()
    starts, edges, bent = [0], 1, 0.0
    for row, bend in enumerate(bends, start=1):
        bent += bend
        if edges >= _MANY_EDGES or (edges >= _FEW_EDGES and bent > _BEND):
            starts.append(row)
            edges, bent = 0, 0.0
        edges += 1
    return [*starts, len(flat) - 1]


def _meets_itself(edges: Array) -> bool:
    """Whether the edges cross, or lie in each other's boxes, more often than is allowed."""
    tree = shapely.STRtree(edges)
    beside = crossings = 0
    for first in range(0, len(edges), _BLOCK):
        some = edges[first : first + _BLOCK]
        left, right = tree.query(some)
        later = right > left + first + 1
        left, right = left[later], right[later]
        beside += len(left)
        if beside > _MOST_BESIDE:
            return True
        crossings += int(np.count_nonzero(shapely.intersects(some[left], edges[right])))
        if crossings > _MOST_CROSSINGS:
            return True
    return False
