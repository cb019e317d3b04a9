"""A shape made ready to be judged against: built once, kept, and safe for threads to share (only read)."""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import shapely

from geo.corridors import CAP_SAG_M, widened
from geo.crs import transformation
from geo.edges import Edges, join_edges
from geo.following import follow
from geo.plane import EARTH_RADIUS_M, Array, Plane, between, moved, ring_area_m2
from geo.topology import polygon_of
from geo.types import Area, Circle, Corridor, Shape

_PLANE_SLIP_M = 0.001


@dataclass(frozen=True, eq=False)
class Zone:
    """A shape in the plane around it.

    The zone is every point within `reach_m` of its core: a circle's centre (reach = radius), a corridor's
    line (reach = half its width), an area itself (reach 0). `core_geojson` is the core as RFC 7946 geometry
    on WGS84, dense enough that PostGIS geography's geodesic edges follow it to a centimetre: Point,
    LineString or MultiPolygon. `area_m2` is measured on the ellipsoid. `transformation` names the operation
    that took the shape to WGS84; None where it was sent so. `parts` are the rings that bound it, in degrees,
    exteriors first; none for a circle.
    """

    shape: Shape
    plane: Plane
    reach_m: float
    area_m2: float
    core_geojson: dict[str, Any]
    transformation: str | None
    parts: tuple[tuple[Array, ...], ...]

    @cached_property  # whoever only stores a zone needs no edges
    def outline(self) -> Edges | None:
        """What bounds the whole zone, None for a circle. A corridor's has its round ends drawn as chords that lie
        up to 5 mm inside."""
        if isinstance(self.shape, Circle):
            return None
        return join_edges([ring for part in self.parts for ring in part], self.plane)

    @cached_property
    def core(self) -> Edges | None:
        """None for a circle."""
        if isinstance(self.shape, Corridor):
            return join_edges([np.array(self.core_geojson["coordinates"])], self.plane)
        return self.outline


@lru_cache(maxsize=4)  # a shape is made ready when it is read, and again by whoever stores or judges it next
def build(shape: Shape) -> Zone:
    """Make a shape ready. It must have come from `read_shape` or `shape_from_json`: nothing is checked."""
    if isinstance(shape, Circle):
        return _build_circle(shape)
    return _build_area(shape) if isinstance(shape, Area) else _build_corridor(shape)


def core_ewkb(zone: Zone) -> str:
    """The core as PostGIS's extended well-known binary, in hexadecimal: `core_geojson` to the last bit of a number."""
    shape, coordinates = zone.shape, zone.core_geojson["coordinates"]
    if isinstance(shape, Circle):
        geometry = shapely.Point(coordinates)
    elif isinstance(shape, Corridor):
        geometry = shapely.linestrings(coordinates)
    else:
        geometry = shapely.multipolygons([polygon_of(part) for part in zone.parts])
    return str(shapely.to_wkb(shapely.set_srid(geometry, 4326), hex=True, include_srid=True))


def _build_circle(circle: Circle) -> Zone:
    centre, radius = circle.centre, circle.radius_m
    # A geodesic disc on the ellipsoid is a little smaller than a flat one: 0.05 % at 500 km.
    area = math.pi * radius**2 * (1 - radius**2 / (12 * EARTH_RADIUS_M**2))
    core = {"type": "Point", "coordinates": [centre.longitude, centre.latitude]}
    plane = Plane(centre.longitude, centre.latitude)
    return Zone(circle, plane, radius, area, core, transformation(circle.crs), ())


def _build_area(area: Area) -> Zone:
    followed = follow(area)
    plane, paths = followed.plane, iter(followed.degrees())
    parts = [[_turned(next(paths), index == 0) for index, _ in enumerate(part)] for part in area.polygons]
    core = {"type": "MultiPolygon", "coordinates": [[ring.tolist() for ring in part] for part in parts]}
    size = sum(_signed_area(part) for part in parts)
    rings = tuple(tuple(part) for part in parts)
    return Zone(area, plane, 0.0, size, core, transformation(area.crs), rings)


def _build_corridor(corridor: Corridor) -> Zone:
    followed, reach = follow(corridor), corridor.width_m / 2
    plane, [path] = followed.plane, followed.degrees()
    edges = join_edges([path], plane)
    degrees = [[_on_earth(ring, edges, plane, reach) for ring in part] for part in widened(path, plane, reach)]
    core = {"type": "LineString", "coordinates": path.tolist()}
    size = sum(_signed_area(part) for part in degrees)
    rings = tuple(tuple(part) for part in degrees)
    return Zone(corridor, plane, reach, size, core, transformation(corridor.crs), rings)


def _on_earth(ring: Array, edges: Edges, plane: Plane, reach: float) -> Array:
    """A ring around the core to degrees, each position `reach` from the core on the ellipsoid.

    Where the plane is wrong by more than a millimetre over `reach` (7 m for a corridor 20 km wide and 600 km
    long), each position is moved there along the geodesic from the core's nearest point.
    """
    if reach * edges.extent_m**2 / (6 * EARTH_RADIUS_M**2) < _PLANE_SLIP_M:
        return plane.inverse_all(ring)
    # A line at a constant distance from a geodesic is none itself: its chords sag by r L^2 / 8 R^2.
    longest = EARTH_RADIUS_M * math.sqrt(8 * CAP_SAG_M / reach)
    ring = shapely.get_coordinates(shapely.segmentize(shapely.LinearRing(ring), longest))
    core = shapely.linestrings(np.stack((edges.a.T, edges.b.T), axis=1))
    nearest = shapely.STRtree(core).nearest(shapely.points(ring))
    along = ((ring.T - edges.a[:, nearest]) * edges.u[:, nearest]).sum(axis=0)
    part = np.clip(along / edges.length[nearest], 0.0, 1.0)
    feet = between(edges.a_degrees[nearest], edges.b_degrees[nearest], part)
    return moved(feet, plane.inverse_all(ring), reach)


def _turned(ring: Array, exterior: bool) -> Array:
    return ring if shapely.is_ccw(shapely.linearrings(ring)) == exterior else ring[::-1]


def _signed_area(part: list[Array]) -> float:
    return ring_area_m2(part[0]) - sum(ring_area_m2(hole) for hole in part[1:])
