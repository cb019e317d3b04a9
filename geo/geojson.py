"""GeoJSON geometry (RFC 7946), strictly: exactly two numbers a position, in the CRS the shape names."""

from collections.abc import Mapping

import numpy as np

from geo.crs import all_sound, locate
from geo.members import read_member, read_number, read_object
from geo.notes import Notes
from geo.types import Position, Ring

MOST_VERTICES = 20_000
# No system's numbers go so far; with such ones (a problem already) planar arithmetic could overflow.
_FARTHEST = 1e9
# How many arrays lie around the positions.
_NUMBERS = (float, int)  # and not bool, which is an int to isinstance
# `bbox` says nothing that the coordinates do not (RFC 7946, section 5): it is taken, whatever it holds, and ignored.
_MEMBERS = ("type", "coordinates", "bbox", "crs")
_DEPTH = {"Point": 1, "MultiPoint": 1, "LineString": 1, "Polygon": 2, "MultiPolygon": 3}

Path = tuple[str, Ring]
"""A line or ring that could be read whole, with its pointer."""


def read_coordinates(
    raw: Mapping[str, object], pointer: str, types: tuple[str, ...], notes: Notes
) -> tuple[str, list[object]] | None:
    """Type and coordinates of the member `geometry`; None, with problems, where they cannot be gone into."""
    sent = read_member(raw, "geometry", pointer, notes)
    pointer = f"{pointer}/geometry"
    geometry = None if sent is None else read_object(sent, pointer, _MEMBERS, notes)
    if geometry is None:
        return None
    if "crs" in geometry:
        # GDAL opened files and fetched URLs named by such a member (fixed in Django 5.2.19).
        notes.wrong(f"{pointer}/crs", "geometry_crs_not_allowed")
    kind = read_member(geometry, "type", pointer, notes)
    if kind is not None and not (isinstance(kind, str) and kind in types):
        notes.wrong(f"{pointer}/type", "geometry_type_wrong")
        return None
    member = read_member(geometry, "coordinates", pointer, notes)
    coordinates = None if member is None else _array(member, f"{pointer}/coordinates", notes)
    if not isinstance(kind, str) or coordinates is None:
        return None
    if count_positions(coordinates, _DEPTH[kind]) > MOST_VERTICES:
        notes.wrong(f"{pointer}/coordinates", "too_many_vertices")
        return None
    return kind, coordinates


def read_parts(
    kind: str, coordinates: list[object], pointer: str, crs: str | None, notes: Notes
) -> list[list[Path | None]]:
    """Polygons of rings; a ring that cannot be read whole is None, its problems noted."""
    if kind == "Polygon":
        return [_rings(coordinates, pointer, crs, notes)]
    return [_rings(part, f"{pointer}/{index}", crs, notes) for index, part in enumerate(coordinates)]


def read_path(raw: object, pointer: str, crs: str | None, notes: Notes) -> Path | None:
    """Every position of a line or ring; None, with problems, where one cannot be read.

    Positions that can be read but lie outside the United Kingdom, or do not fit `crs`, are problems too.
    """
    items = _array(raw, pointer, notes)
    if items is None:
        return None
    sound = _sound(items, crs) if crs else None
    if sound is not None:
        return pointer, sound
    positions = [_position(item, f"{pointer}/{index}", crs, notes) for index, item in enumerate(items)]
    whole = tuple(position for position in positions if position is not None)
    if any(max(abs(x), abs(y)) > _FARTHEST for x, y in whole):
        return None
    return (pointer, whole) if len(whole) == len(positions) else None


def _sound(items: list[object], crs: str) -> Ring | None:
    """All positions at once where there is nothing to say about any; None: they are gone into one by one."""
    if not all(type(item) is list and len(item) == 2 and _is_pair(item[0], item[1]) for item in items):
        return None
    try:
        ring: Ring = tuple((float(x), float(y)) for x, y in items)  # type: ignore[misc, has-type]
    except OverflowError:
        return None
    return ring if all_sound(crs, np.array(ring)) else None


def _is_pair(x: object, y: object) -> bool:
    return type(x) in _NUMBERS and type(y) in _NUMBERS


def _rings(raw: object, pointer: str, crs: str | None, notes: Notes) -> list[Path | None]:
    rings = _array(raw, pointer, notes) or []
    return [read_path(ring, f"{pointer}/{index}", crs, notes) for index, ring in enumerate(rings)]


def _position(raw: object, pointer: str, crs: str | None, notes: Notes) -> Position | None:
    if not isinstance(raw, list | tuple) or len(raw) != 2:
        high = isinstance(raw, list | tuple) and len(raw) == 3
        notes.wrong(pointer, "three_dimensional" if high else "position_not_a_pair")
        return None
    x, y = (read_number(value, f"{pointer}/{index}", notes) for index, value in enumerate(raw))
    if x is None or y is None:
        return None
    fault = locate(crs, x, y).fault if crs else None
    if fault:
        notes.wrong(pointer, fault)
    return x, y


def _array(raw: object, pointer: str, notes: Notes) -> list[object] | None:
    if not isinstance(raw, list | tuple):
        notes.wrong(pointer, "not_an_array")
        return None
    if not raw:
        notes.wrong(pointer, "geometry_empty")
    return list(raw) or None


def count_positions(raw: object, depth: int) -> int:
    """Positions in `raw`; an empty array counts too, so that a million of them is too many."""
    if not isinstance(raw, list | tuple):
        return 1
    if depth == 1:
        return max(len(raw), 1)
    return max(sum(count_positions(item, depth - 1) for item in raw), 1)
