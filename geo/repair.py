"""What a drawn area might have been meant to be, where it is not valid as it was sent. A proposal, never used unasked.

A valid shape needs no repair and gets none. What is proposed is again read by `geo.shapes`, so it would be accepted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import shapely

from geo.crs import KNOWN, transform_all
from geo.geojson import MOST_VERTICES, count_positions
from geo.numbers import number
from geo.plane import Array, ring_area_m2
from geo.shapes import read_shape
from geo.types import Area
from geo.zones import build

# Every edge may cross every other: a repair is worked out only where that is a bounded piece of work. Where a ring
# crosses itself costs far more than where two rings cross. Measured on one processor: about a second at these limits.
_MOST_SELF_CROSSINGS = 10_000
_MOST_CROSSINGS = 200_000
_MOST_BESIDE = 1_000_000
_BLOCK = 32
_FARTHEST = 1e9
# Rings told of, by pointer.
_MOST_TOLD = 200


@dataclass(frozen=True, slots=True)
class Repair:
    """A valid shape near the one sent, in the CRS it was sent in; areas in square metres on the ellipsoid.

    `area_before_m2` counts each ring as it was drawn, crossings or not: only the difference means anything.
    Pointers into the shape: `left_out` to parts and holes that bound no area, of which nothing is left; `made_parts` to
    holes that lie outside their polygon, as where the parts of an area were written as rings of one polygon.
    """

    shape: dict[str, Any]
    area_before_m2: float
    area_after_m2: float
    left_out: tuple[str, ...] = ()
    made_parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of looking for a repair. `tried` is False where it would have been too much work."""

    repair: Repair | None
    tried: bool = True


_NOT_TRIED = Attempt(None, tried=False)
_NO_TELLING = Attempt(None)


def attempt_repair(raw: object) -> Attempt:
    """Look for a valid polygon near an invalid one; there is none where there is no telling what was meant.

    Of parts that overlap, all of each is meant: a court that forbids the areas on a plan forbids every one of them.
    """
    sent = _read_coordinates(raw)
    if sent is None:
        return _NO_TELLING
    crs, kind, coordinates = sent
    if count_positions(coordinates, 3) > MOST_VERTICES:
        return _NOT_TRIED
    polygons = _polygons(coordinates)
    if polygons is None:
        return _NO_TELLING
    if _is_tangled([ring for part in polygons for ring in part]):
        return _NOT_TRIED
    meant = _make_valid(shapely.MultiPolygon([shapely.Polygon(part[0], part[1:]) for part in polygons]))
    parts = [part for part in shapely.get_parts(meant) if part.geom_type == "Polygon" and not part.is_empty]
    return _propose_repair(crs, kind, polygons, parts)


def _propose_repair(crs: str, kind: str, polygons: list[list[Array]], parts: list[Any]) -> Attempt:
    if not parts:
        return _NO_TELLING
    if sum(map(shapely.count_coordinates, parts)) > MOST_VERTICES:
        return _NOT_TRIED
    shape = {"type": "polygon", "crs": crs, "geometry": _geojson(parts)}
    read = read_shape(shape, "").shape
    drawn = sum(_drawn_m2(crs, part) for part in polygons)
    # A ring beyond where the CRS goes has no area, even where what is meant does not need it.
    if not isinstance(read, Area) or not math.isfinite(drawn):
        return _NO_TELLING
    odd = {"left_out": _left_out(polygons), "made_parts": _made_parts(polygons)}
    told = {
        name: tuple(_pointer_to_ring(kind, *place) for place in islice(places, _MOST_TOLD))
        for name, places in odd.items()
    }
    return Attempt(Repair(shape, drawn, build(read).area_m2, **told))


def _is_tangled(rings: list[Array]) -> bool:
    """Whether edges cross, or lie in each other's boxes, more often than is worked out."""
    ring_of = np.repeat(np.arange(len(rings)), [len(ring) - 1 for ring in rings])
    edges = shapely.linestrings(np.concatenate([np.stack((ring[:-1], ring[1:]), axis=1) for ring in rings]))
    tree = shapely.STRtree(edges)
    beside = crossings = own = 0
    for first in range(0, len(edges), _BLOCK):
        left, right = tree.query(edges[first : first + _BLOCK])
        later = right > left + first + 1
        left, right = left[later] + first, right[later]
        beside += len(left)
        if beside > _MOST_BESIDE:
            return True
        meet = shapely.intersects(edges[left], edges[right])
        crossings += int(np.count_nonzero(meet))
        own += int(np.count_nonzero(meet & (ring_of[left] == ring_of[right])))
        if crossings > _MOST_CROSSINGS or own > _MOST_SELF_CROSSINGS:
            return True
    return False


def _pointer_to_ring(kind: str, part: int, ring: int) -> str:
    inner = f"/{part}" + (f"/{ring}" if ring else "") if kind == "MultiPolygon" else f"/{ring}"
    return f"/geometry/coordinates{inner}"


def _left_out(polygons: list[list[Array]]) -> Iterator[tuple[int, int]]:
    """Part and ring of those that bound no area."""
    for part, rings in enumerate(polygons):
        yield from (
            (part, index) for index, ring in enumerate(rings) if not shapely.area(_make_valid(shapely.Polygon(ring)))
        )


def _made_parts(polygons: list[list[Array]]) -> Iterator[tuple[int, int]]:
    """Part and ring of holes outside their polygon."""
    for part, (outer, *inner) in enumerate(polygons):
        shell = _make_valid(shapely.Polygon(outer))
        shapely.prepare(shell)
        holes = np.array([_make_valid(shapely.Polygon(ring)) for ring in inner])
        for index in np.flatnonzero((shapely.area(holes) > 0) & ~shapely.covers(shell, holes)) if inner else ():
            if not shapely.area(shapely.intersection(shell, holes[index])):
                yield part, int(index) + 1


def _make_valid(drawn: Any) -> Any:
    """What a geometry bounds; of a ring, all that it goes around in either direction."""
    return drawn if drawn.is_valid else shapely.make_valid(drawn, method="structure", keep_collapsed=False)


def _read_coordinates(raw: object) -> tuple[str, str, list[Any]] | None:
    """The CRS, the type, and arrays of polygons of rings; None for what is no area."""
    if not isinstance(raw, Mapping) or raw.get("type") != "polygon":
        return None
    crs, geometry = raw.get("crs"), raw.get("geometry")
    if not isinstance(crs, str) or crs not in KNOWN or not isinstance(geometry, Mapping):
        return None
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(coordinates, list | tuple):
        return None
    return crs, kind, [coordinates] if kind == "Polygon" else list(coordinates)


def _polygons(coordinates: list[Any]) -> list[list[Array]] | None:
    """Rings that have numbers for positions, closed; None where there is anything else in them."""
    try:
        polygons = [[_closed(ring) for ring in part] for part in coordinates]
    except (TypeError, ValueError):
        return None
    return polygons if polygons and all(polygons) else None


def _closed(ring: object) -> Array:
    """Raises ValueError or TypeError where it is no ring of pairs of numbers."""
    if not isinstance(ring, list | tuple) or len(ring) < 3:
        raise ValueError("no ring")
    positions = np.array([list(_pair(position)) for position in ring])
    return positions if (positions[0] == positions[-1]).all() else np.vstack([positions, positions[:1]])


def _pair(position: object) -> Iterator[float]:
    if not isinstance(position, list | tuple) or len(position) < 2:
        raise ValueError("no position")
    for value in position[:2]:
        found = number(value)
        if found is None or not abs(found) <= _FARTHEST:
            raise ValueError("no number")
        yield found


def _drawn_m2(crs: str, rings: list[Array]) -> float:
    exterior, *holes = (abs(ring_area_m2(transform_all(crs, ring))) for ring in rings)
    return exterior - sum(holes)


def _geojson(parts: list[Any]) -> dict[str, Any]:
    oriented = shapely.orient_polygons(np.array(parts))
    rings = [[shapely.get_coordinates(r).tolist() for r in (p.exterior, *p.interiors)] for p in oriented]
    if len(rings) == 1:
        return {"type": "Polygon", "coordinates": rings[0]}
    return {"type": "MultiPolygon", "coordinates": rings}
