"""A shape made ready to be judged against: built once, kept, and safe for threads to share (only read)."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from geo.crs import transform_all, transformation
from geo.densify import densify
from geo.edges import Edges, join_edges
from geo.plane import EARTH_RADIUS_M, Array, Plane, ring_area_m2
from geo.types import Area, Circle, Corridor, Shape

# A chord may cut off this much of a corridor's round end.
_CAP_SAG_M = 0.005
_MOST_CAP_SEGMENTS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Zone:
    """A shape in the plane around it.

    The zone is every point within `reach_m` of its core: a circle's centre (reach = radius), a corridor's
    line (reach = half its width), an area itself (reach 0). `core_geojson` is the core as RFC 7946 geometry
    on WGS84, dense enough that PostGIS geography's geodesic edges follow it to a centimetre: Point,
    LineString or MultiPolygon. `area_m2` is measured on the ellipsoid. `transformation` names the operation
    that took the shape to WGS84; None where it was sent so.

    `core` is None for a circle. `outline` bounds the whole zone; a corridor's has its round ends drawn as
    chords that lie up to 5 mm inside.
    """

    shape: Shape
    plane: Plane
    reach_m: float
    area_m2: float
    core_geojson: dict[str, Any]
    transformation: str | None
    core: Edges | None
    outline: Edges | None


def build(shape: Shape) -> Zone:
    """Make a shape ready. It must have come from `read_shape` or `shape_from_json`: nothing is checked."""
    if isinstance(shape, Circle):
        return _build_circle(shape)
    return _build_area(shape) if isinstance(shape, Area) else _build_corridor(shape)


def plane_around(crs: str, xy: Array) -> Plane:
    """The plane on the middle of the positions' bounding box."""
    degrees = transform_all(crs, xy)
    middle = (degrees.min(axis=0) + degrees.max(axis=0)) / 2
    return Plane(float(middle[0]), float(middle[1]))


def _build_circle(circle: Circle) -> Zone:
    centre, radius = circle.centre, circle.radius_m
    # A geodesic disc on the ellipsoid is a little smaller than a flat one: 0.05 % at 500 km.
    area = math.pi * radius**2 * (1 - radius**2 / (12 * EARTH_RADIUS_M**2))
    core = {"type": "Point", "coordinates": [centre.longitude, centre.latitude]}
    plane = Plane(centre.longitude, centre.latitude)
    return Zone(circle, plane, radius, area, core, transformation(circle.crs), None, None)


def _build_area(area: Area) -> Zone:
    plane = plane_around(area.crs, np.array([xy for part in area.polygons for ring in part for xy in ring]))
    parts = [[densify(area.crs, np.array(ring), plane) for ring in part] for part in area.polygons]
    parts = [[_turned(ring, index == 0) for index, ring in enumerate(part)] for part in parts]
    outline = join_edges([ring for part in parts for ring in part], plane)
    core = {"type": "MultiPolygon", "coordinates": [[ring.tolist() for ring in part] for part in parts]}
    size = sum(_signed_area(part) for part in parts)
    return Zone(area, plane, 0.0, size, core, transformation(area.crs), outline, outline)


def _build_corridor(corridor: Corridor) -> Zone:
    sent = np.array(corridor.line)
    plane = plane_around(corridor.crs, sent)
    line = densify(corridor.crs, sent, plane)
    parts = _widened(plane.forward_all(line), corridor.width_m / 2)
    degrees = [[plane.inverse_all(ring) for ring in part] for part in parts]
    outline = join_edges([ring for part in degrees for ring in part], plane)
    core = {"type": "LineString", "coordinates": line.tolist()}
    size = sum(_signed_area(part) for part in degrees)
    edges = join_edges([line], plane)
    operation = transformation(corridor.crs)
    return Zone(corridor, plane, corridor.width_m / 2, size, core, operation, edges, outline)


def _widened(line: Array, reach: float) -> list[list[Array]]:
    """Rings of everything within `reach` of a line in the plane, one list a part, exterior first."""
    # r (1 - cos(a / 2)) is what a chord over the angle a cuts off.
    turn = 2 * math.acos(max(1 - _CAP_SAG_M / reach, 0.0))
    segments = min(max(math.ceil(math.pi / 2 / turn), 8), _MOST_CAP_SEGMENTS)
    wide = shapely.orient_polygons(shapely.buffer(shapely.LineString(line), reach, quad_segs=segments))
    return [
        [shapely.get_coordinates(ring) for ring in (part.exterior, *part.interiors)]
        for part in shapely.get_parts(wide)
    ]


def _turned(ring: Array, exterior: bool) -> Array:
    return ring if shapely.is_ccw(shapely.LinearRing(ring)) == exterior else ring[::-1]


def _signed_area(part: list[Array]) -> float:
    return ring_area_m2(part[0]) - sum(ring_area_m2(hole) for hole in part[1:])
