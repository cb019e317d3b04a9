"""A shape as api.md "Orders" writes it, read whole: every problem at once, and never an exception.

No detail repeats a coordinate or any other value that was sent: it may be where somebody lives.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from common.problems import Problem
from geo import crs
from geo.canonical import shape_from_json, shape_sha256, shape_to_json
from geo.corridors import tangled
from geo.densify import MOST_POSITIONS
from geo.following import follow
from geo.geojson import read_coordinates, read_parts, read_path
from geo.grid import GridSquare, read_grid_reference
from geo.members import read_crs, read_member, read_number, read_object
from geo.notes import Notes
from geo.topology import check_parts
from geo.types import Area, Circle, Corridor, Point, Shape
from geo.zones import build

__all__ = ["ShapeReading", "read_shape", "shape_from_json", "shape_sha256", "shape_to_json"]

_MEMBERS = {
    "circle": ("type", "centre", "radius_m"),
    "polygon": ("type", "crs", "geometry"),
    "corridor": ("type", "crs", "geometry", "width_m"),
}
_CENTRE_PAIRS = (("longitude", "latitude", crs.WGS84), ("easting", "northing", crs.BRITISH_GRID))
_CENTRE = ("longitude", "latitude", "easting", "northing", "grid_reference")

_RADIUS_M = (10.0, 20_000.0, 500_000.0)
"""Warn below, warn above, refuse above."""
_WIDTH_M = (10.0, 20_000.0, 1_000_000.0)
_LARGE_M2 = 3.0e9
_NO_AREA_M2 = 0.01
_COARSE_SQUARE_M, _TOO_COARSE_SQUARE_M = 10.0, 1_000.0


@dataclass(frozen=True, slots=True)
class ShapeReading:
    """`shape` is None exactly where there are problems. Warnings stop nothing."""

    shape: Shape | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def read_shape(raw: object, pointer: str) -> ShapeReading:
    """Understand a decoded shape; `pointer` is where it lies in what was sent and begins every pointer."""
    notes = Notes()
    shape = _read(raw, pointer, notes)
    if notes.problems:
        return ShapeReading(None, tuple(notes.problems), tuple(notes.warnings))
    return ShapeReading(shape, (), tuple(notes.warnings))


def _read(raw: object, pointer: str, notes: Notes) -> Shape | None:
    if not isinstance(raw, Mapping):
        notes.wrong(pointer, "not_an_object")
        return None
    kind = read_member(raw, "type", pointer, notes)
    if not isinstance(kind, str) or kind not in _MEMBERS:
        if kind is not None:
            notes.wrong(f"{pointer}/type", "shape_type_unknown")
        return None
    read_object(raw, pointer, _MEMBERS[kind], notes)
    if kind == "circle":
        return _circle(raw, pointer, notes)
    return _area(raw, pointer, notes) if kind == "polygon" else _corridor(raw, pointer, notes)


def _circle(raw: Mapping[str, object], pointer: str, notes: Notes) -> Circle | None:
    centre = _centre(read_member(raw, "centre", pointer, notes), f"{pointer}/centre", notes)
    radius = _size(raw, "radius", pointer, notes)
    if centre is None or radius is None:
        return None
    if radius**2 == 0:  # over nought, and still too small for its square to be
        notes.wrong(f"{pointer}/radius_m", "zero_area")
        return None
    if math.pi * radius**2 > _LARGE_M2:
        notes.warn(pointer, "area_large")
    return Circle(centre[0], radius, centre[1])


def _size(raw: Mapping[str, object], name: str, pointer: str, notes: Notes) -> float | None:
    small, large, most = _RADIUS_M if name == "radius" else _WIDTH_M
    at = f"{pointer}/{name}_m"
    sent = read_member(raw, f"{name}_m", pointer, notes)
    size = None if sent is None else read_number(sent, at, notes)
    if size is None:
        return None
    if not 0 < size <= most:
        notes.wrong(at, f"{name}_out_of_range")
        return None
    if not small <= size <= large:
        notes.warn(at, f"{name}_small" if size < small else f"{name}_large")
    return size


def _centre(raw: object, pointer: str, notes: Notes) -> tuple[Point, str] | None:
    """The centre and the CRS it was sent in."""
    centre = None if raw is None else read_object(raw, pointer, _CENTRE, notes)
    if centre is None:
        return None
    pairs = [pair for pair in _CENTRE_PAIRS if any(centre.get(name) is not None for name in pair[:2])]
    reference = centre.get("grid_reference")
    found = [_pair(centre, pair, pointer, notes) for pair in pairs]
    if reference is not None:
        found.append(_reference(reference, f"{pointer}/grid_reference", notes))
    if len(found) != 1:
        notes.wrong(pointer, "location_multiple_crs" if found else "location_missing")
        return None
    return found[0]


def _pair(
    centre: Mapping[str, object], names: tuple[str, str, str], pointer: str, notes: Notes
) -> tuple[Point, str] | None:
    numbers = []
    for name in names[:2]:
        if centre.get(name) is None:
            notes.wrong(f"{pointer}/{name}", "location_incomplete")
        else:
            numbers.append(read_number(centre[name], f"{pointer}/{name}", notes))
    match numbers:
        case [float(x), float(y)]:
            return _located(names[2], (x, y), pointer, notes)
    return None


def _reference(raw: object, pointer: str, notes: Notes) -> tuple[Point, str] | None:
    square = read_grid_reference(raw)
    if square is None:
        notes.wrong(pointer, "grid_reference_unreadable")
        return None
    _check_square(square, pointer, notes)
    return _located(square.crs, square.centre, pointer, notes)


def _check_square(square: GridSquare, pointer: str, notes: Notes) -> None:
    if square.size_m >= _TOO_COARSE_SQUARE_M:
        notes.wrong(pointer, "grid_reference_too_coarse")
    elif square.size_m >= _COARSE_SQUARE_M:
        notes.warn(pointer, "grid_reference_coarse")


def _located(system: str, xy: tuple[float, float], pointer: str, notes: Notes) -> tuple[Point, str] | None:
    located = crs.locate(system, *xy)
    if located.fault:
        notes.wrong(pointer, located.fault)
    return (located.point, system) if located.point else None


def _area(raw: Mapping[str, object], pointer: str, notes: Notes) -> Area | None:
    system = read_crs(raw, pointer, notes)
    sent = read_coordinates(raw, pointer, ("Polygon", "MultiPolygon"), notes)
    if sent is None:
        return None
    pointer = f"{pointer}/geometry/coordinates"
    polygons = check_parts(read_parts(*sent, pointer, system, notes), pointer, notes)
    if system is None or polygons is None or notes.problems:
        return None
    area = Area(system, polygons)
    if _can_be_followed(area, pointer, notes):
        _weigh(build(area).area_m2, pointer, notes)
    return area


def _corridor(raw: Mapping[str, object], pointer: str, notes: Notes) -> Corridor | None:
    system = read_crs(raw, pointer, notes)
    width = _size(raw, "width", pointer, notes)
    sent = read_coordinates(raw, pointer, ("LineString",), notes)
    pointer = f"{pointer}/geometry/coordinates"
    path = read_path(sent[1], pointer, system, notes) if sent else None
    if path is not None and len(set(path[1])) < 2:
        notes.wrong(pointer, "line_too_short")
    if system is None or width is None or path is None or notes.problems:
        return None
    corridor = Corridor(system, path[1], width)
    if _can_be_followed(corridor, pointer, notes) and _can_be_widened(corridor, pointer, notes):
        _weigh(build(corridor).area_m2, pointer, notes)
        return corridor
    return None


def _can_be_followed(shape: Area | Corridor, pointer: str, notes: Notes) -> bool:
    if follow(shape).positions <= MOST_POSITIONS:
        return True
    notes.wrong(pointer, "edges_too_long")
    return False


def _can_be_widened(corridor: Corridor, pointer: str, notes: Notes) -> bool:
    followed = follow(corridor)
    if not tangled(followed.degrees()[0], followed.plane, corridor.width_m / 2):
        return True
    notes.wrong(pointer, "line_tangled")
    return False


def _weigh(area_m2: float, pointer: str, notes: Notes) -> None:
    if area_m2 < _NO_AREA_M2:
        notes.wrong(pointer, "zero_area")
    elif area_m2 > _LARGE_M2:
        notes.warn(pointer, "area_large")
