"""OS Open Roads, from the files in which it is published: names and the lines that bear them. Pure.

A GeoPackage is an SQLite file: it is read row by row, in the order of names, so that all of Great Britain fits.
GeoJSON is read whole.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import shapely

from geo.gazetteer import name_key

Lines = list[shapely.LineString]

_LAYER = "road_link"
# As the GeoPackage writes them today, and as the older files do.
NAMES = ("name_1", "name_2", "road_classification_number", "name1", "name2", "roadNumber")
_SQLITE = b"SQLite format 3\x00"
_BRITISH_GRID = 27700
# OGC 12-128, 2.1.3: bytes of the box around a geometry, by the code in its flags.
_HEADER, _BOX_BYTES = 8, (0, 32, 48, 48, 64)


class NoRoads(ValueError):
    """A file that is not in a layout of OS Open Roads; says what was looked for."""


def named_roads(path: Path) -> Iterator[tuple[str, Lines]]:
    """(key, lines) for every name of a road and for its number; `("", lines)` where a link has neither.

    Raises `NoRoads` for what is neither form of it, or not on the British grid.
    """
    with path.open("rb") as file:
        begins = file.read(len(_SQLITE))
    try:
        yield from _read_geopackage(path) if begins == _SQLITE else _read_geojson(path)
    except sqlite3.Error as error:
        raise NoRoads("this GeoPackage cannot be read") from error


def _read_geopackage(path: Path) -> Iterator[tuple[str, Lines]]:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as file:
        geometry = _geometry_column(file)
        there = [row[1] for row in file.execute(f"PRAGMA table_info({_LAYER})")]
        names = [name for name in NAMES if name in there]
        if not names:
            raise NoRoads(f"no column of {', '.join(NAMES)} in the layer {_LAYER}")
        found = file.execute(_sorted_by_name(geometry, names))
        for key, rows in groupby(((name_key(name), blob) for name, blob in found), key=itemgetter(0)):
            yield key, [line for _, blob in rows for line in _lines_of(blob)]
        nameless = " AND ".join(f"coalesce({_quote_id(name)}, '') = ''" for name in names)
        for (blob,) in file.execute(f"SELECT {_quote_id(geometry)} FROM {_LAYER} WHERE {nameless}"):  # noqa: S608 - fixed names
            yield "", _lines_of(blob)


def _geometry_column(file: sqlite3.Connection) -> str:
    asked = (
        "SELECT column_name, organization_coordsys_id FROM gpkg_geometry_columns JOIN gpkg_spatial_ref_sys"
        " USING (srs_id) WHERE table_name = ?"
    )
    found = file.execute(asked, (_LAYER,)).fetchone()
    if found is None:
        raise NoRoads(f"no layer {_LAYER} in this GeoPackage")
    column, system = found
    if system != _BRITISH_GRID:
        raise NoRoads(f"the layer {_LAYER} is not on the British grid (EPSG:{_BRITISH_GRID})")
    return str(column)


def _sorted_by_name(geometry: str, names: Sequence[str]) -> str:
    parts = (
        f"SELECT {_quote_id(name)} AS name, {_quote_id(geometry)} AS line FROM {_LAYER} WHERE {_quote_id(name)} <> ''"  # noqa: S608 - quoted
        for name in names
    )
    return f"{' UNION ALL '.join(parts)} ORDER BY name COLLATE NOCASE"


def _quote_id(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _lines_of(blob: object) -> Lines:
    """The lines of a geometry as a GeoPackage holds it, in two dimensions; none where it holds none."""
    if not isinstance(blob, bytes) or len(blob) <= _HEADER or blob[:2] != b"GP":
        return []
    box = blob[3] >> 1 & 7
    if box >= len(_BOX_BYTES):
        return []
    try:
        shape = shapely.force_2d(shapely.from_wkb(blob[_HEADER + _BOX_BYTES[box] :]))
    except shapely.errors.ShapelyError:
        return []
    return _usable_lines(shapely.get_parts(shape))


def _read_geojson(path: Path) -> Iterator[tuple[str, Lines]]:
    found: dict[str, Lines] = {}
    known = False
    for feature in _read_features(path):
        properties, lines = feature["properties"], _usable_lines(_draw_lines(feature["geometry"]))
        known = known or not properties.keys().isdisjoint(NAMES)
        for key in {name_key(str(properties.get(name) or "")) for name in NAMES} - {""} or {""}:
            found.setdefault(key, []).extend(lines)
    if found and not known:
        raise NoRoads(f"no member of {', '.join(NAMES)} in the properties of any feature")
    nameless = found.pop("", [])
    yield from found.items()
    yield from (("", [line]) for line in nameless)


def _read_features(path: Path) -> Iterable[Mapping[str, Any]]:
    try:
        return list(json.loads(path.read_text(encoding="utf-8"))["features"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NoRoads("this is neither a GeoPackage nor a GeoJSON file with features") from error


def _draw_lines(geometry: Mapping[str, Any]) -> Lines:
    lines = [geometry["coordinates"]] if geometry["type"] == "LineString" else geometry["coordinates"]
    return [shapely.LineString([xy[:2] for xy in line]) for line in lines]


def _usable_lines(shapes: Iterable[Any]) -> Lines:
    return [shape for shape in shapes if isinstance(shape, shapely.LineString) and not shape.is_empty]
