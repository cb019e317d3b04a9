"""What a drawn area might have been meant to be, where it is not valid as it was sent. A proposal, never used unasked.

A valid shape needs no repair and gets none. What is proposed is again read by `geo.shapes`, so it would be accepted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from geo.crs import KNOWN, transform_all
from geo.numbers import number
from geo.plane import Array, ring_area_m2
from geo.shapes import read_shape
from geo.types import Area
from geo.zones import build

# Every edge may cross every other: a repair is worked out only where that is a bounded piece of work.
MOST_VERTICES = 500
_FARTHEST = 1e9


@dataclass(frozen=True, slots=True)
class Repair:
    """A valid shape near the one sent, in the CRS it was sent in; areas in square metres on the ellipsoid.

    `area_before_m2` counts each ring as it was drawn, crossings or not: only the difference means anything.
    """

    shape: dict[str, Any]
    area_before_m2: float
    area_after_m2: float


def repair(raw: object) -> Repair | None:
    """A valid polygon near an invalid one; None where there is nothing to repair, or no telling what was meant."""
    sent = _polygons(raw)
    if sent is None:
        return None
    crs, polygons = sent
    meant = shapely.make_valid(
        shapely.MultiPolygon([shapely.Polygon(part[0], part[1:]) for part in polygons]),
        method="structure",
        keep_collapsed=False,
    )
    parts = [part for part in shapely.get_parts(meant) if part.geom_type == "Polygon" and not part.is_empty]
    if not parts:
        return None
    shape = {"type": "polygon", "crs": crs, "geometry": _geojson(parts)}
    read = read_shape(shape, "").shape
    drawn = sum(_drawn_m2(crs, part) for part in polygons)
    # A ring beyond where the CRS goes has no area, even where what is meant does not need it.
    if not isinstance(read, Area) or not math.isfinite(drawn):
        return None
    return Repair(shape, drawn, build(read).area_m2)


def _polygons(raw: object) -> tuple[str, list[list[Array]]] | None:
    """Rings that have numbers for positions, closed; None where there is anything else in them."""
    if not isinstance(raw, Mapping) or raw.get("type") != "polygon":
        return None
    crs, geometry = raw.get("crs"), raw.get("geometry")
    if not isinstance(crs, str) or crs not in KNOWN or not isinstance(geometry, Mapping):
        return None
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Polygon":
        coordinates = [coordinates]
    elif kind != "MultiPolygon":
        return None
    try:
        polygons = [[_closed(ring) for ring in part] for part in coordinates or ()]
    except (TypeError, ValueError):
        return None
    vertices = sum(len(ring) for part in polygons for ring in part)
    return (crs, polygons) if polygons and all(polygons) and vertices <= MOST_VERTICES else None


def _closed(ring: object) -> Array:
    """Raises ValueError or TypeError where it is no ring of pairs of numbers."""
    if not isinstance(ring, list | tuple) or not 3 <= len(ring) <= MOST_VERTICES:
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
