"""The gazetteer's file, made from public files in the layouts of ONS and Ordnance Survey.

Rows without a place of their own are left out and counted: the directory's sentinels (99.999999), a nought for a
grid reference, the mean of a whole postcode sector, anything outside the United Kingdom.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely

from geo import crs
from geo.accuracy import default_r95_m
from geo.canonical import spread_to_json
from geo.gazetteer import name_key, postcode_key
from geo.spread import middle
from geo.types import Area, Corridor, Point, Spread

_SCHEMA = """
    CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE place (
        kind TEXT NOT NULL, key TEXT NOT NULL, rank INTEGER NOT NULL, longitude REAL NOT NULL,
        latitude REAL NOT NULL, r95_m REAL NOT NULL CHECK (r95_m > 0), spread TEXT NOT NULL,
        UNIQUE (kind, key, rank, longitude, latitude, r95_m, spread)
    );
"""
_INSERT = "INSERT OR IGNORE INTO place VALUES (?, ?, ?, ?, ?, ?, ?)"

# Of several sources for one postcode the finest counts alone: its addresses, then its middle.
_ADDRESSES, _DIRECTORY, _CODE_POINT = 0, 1, 2
# A carriageway with its pavements, verges and the error of the line.
ROAD_WIDTH_M = 30.0
# ONS writes 1 to 9, Ordnance Survey ten times that. 6 is the mean of a sector, 9 means that there is none.
_NO_PLACE = frozenset({"6", "9", "60", "90"})
_SENTINEL_LATITUDE = 99.0

_CODE_POINT_COLUMNS = ("postcode", "quality", "eastings", "northings")
_NAMES_COLUMNS = (
    "ID", "NAMES_URI", "NAME1", "NAME1_LANG", "NAME2", "NAME2_LANG", "TYPE", "LOCAL_TYPE", "GEOMETRY_X", "GEOMETRY_Y",
    "MOST_DETAIL_VIEW_RES", "LEAST_DETAIL_VIEW_RES", "MBR_XMIN", "MBR_YMIN", "MBR_XMAX", "MBR_YMAX",
    "POSTCODE_DISTRICT", "POSTCODE_DISTRICT_URI", "POPULATED_PLACE", "POPULATED_PLACE_URI", "POPULATED_PLACE_TYPE",
    "DISTRICT_BOROUGH",
)  # fmt: skip

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One place under one name. Without a spread, a Gaussian of this radius around the point."""

    kind: str
    key: str
    rank: int
    point: Point
    r95_m: float
    spread: Spread | None = None


@dataclass(frozen=True, slots=True)
class Built:
    """What was kept of each file and how many rows had no place."""

    edition: str
    kept: int
    without_place: int


def build_gazetteer(path: Path, files: Iterable[tuple[str, Path]]) -> Built:
    """Write a new file from (layout, file) pairs; a layout is a key of `LAYOUTS`.

    Raises FileExistsError rather than change a file that may be in use, ValueError for a file that is not in the
    layout it is said to be in; nothing is left behind then.
    """
    if path.exists():
        raise FileExistsError(f"{path} is there already; a new edition takes a new name")
    begun = path.with_name(f"{path.name}.part")
    begun.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(begun)) as file:
            built = _fill(file, list(files))
        begun.rename(path)
    finally:
        begun.unlink(missing_ok=True)
    return built


def _fill(file: sqlite3.Connection, files: list[tuple[str, Path]]) -> Built:
    file.executescript(_SCHEMA)
    digest, seen, without = hashlib.sha256(), 0, 0
    for layout, source in files:
        with source.open("rb") as raw:
            digest.update(layout.encode() + hashlib.file_digest(raw, "sha256").digest())
        try:
            for entries in LAYOUTS[layout](source):
                file.executemany(_INSERT, (_values(entry) for entry in entries))
                seen, without = seen + 1, without + (not entries)
        except (KeyError, TypeError, csv.Error, UnicodeDecodeError) as error:
            raise ValueError(f"{source.name} is not in the layout {layout}") from error
    edition = digest.hexdigest()[:12]
    file.execute("INSERT INTO about VALUES ('edition', ?)", (edition,))
    file.commit()
    return Built(edition, seen - without, without)


def _values(entry: Entry) -> tuple[object, ...]:
    spread = json.dumps(spread_to_json(entry.spread)) if entry.spread else ""
    return (entry.kind, entry.key, entry.rank, entry.point.longitude, entry.point.latitude, entry.r95_m, spread)


def _rows(path: Path, columns: tuple[str, ...] = ()) -> Iterator[dict[str, str]]:
    """Rows of a CSV file, whose first line is its header unless `columns` says what it would be."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, fieldnames=columns or None, restval="")
        for row in reader:
            # Headers are written in either case from one edition to the next.
            yield {str(name).lower(): value for name, value in row.items() if isinstance(value, str)}


def _directory(path: Path) -> Iterator[list[Entry]]:
    """ONS Postcode Directory: pcds (or pcd), lat, long, osgrdind."""
    for row in _rows(path):
        point = _degrees(row["long"], row["lat"]) if row["osgrdind"] not in _NO_PLACE else None
        yield _postcode(row.get("pcds") or row["pcd"], _DIRECTORY, point)


def _code_point(path: Path) -> Iterator[list[Entry]]:
    """OS Code-Point Open: no header; postcode, quality, eastings, northings."""
    for row in _rows(path, _CODE_POINT_COLUMNS):
        point = _grid(row["eastings"], row["northings"]) if row["quality"] not in _NO_PLACE else None
        yield _postcode(row["postcode"], _CODE_POINT, point)


def _postcode(text: str, rank: int, point: Point | None) -> list[Entry]:
    # "AB1 0AA" is also written "AB10AA" and "AB1  0AA"; the inward code is always the last three.
    plain = "".join(text.split())
    key = postcode_key(f"{plain[:-3]} {plain[-3:]}")
    return [Entry("postcode", key, rank, point, default_r95_m("postcode"))] if key and point else []


def _addresses(path: Path) -> Iterator[list[Entry]]:
    """ONS National Statistics UPRN Lookup: uprn, gridgb1e, gridgb1n, pcds. A postcode's addresses, one by one."""
    for row in _rows(path):
        point, r95_m = _grid(row["gridgb1e"], row["gridgb1n"]), default_r95_m("address")
        found = _postcode(row["pcds"], _ADDRESSES, point)
        yield [Entry(entry.kind, entry.key, entry.rank, entry.point, r95_m) for entry in found]


def _uprns(path: Path) -> Iterator[list[Entry]]:
    """OS Open UPRN: uprn, latitude, longitude. Asked as an address, "UPRN 10023"."""
    for row in _rows(path):
        point = _degrees(row["longitude"], row["latitude"])
        key = name_key("uprn", str(int(row["uprn"])))
        yield [Entry("address", key, 0, point, default_r95_m("address"))] if point else []


def _names(path: Path) -> Iterator[list[Entry]]:
    """OS Open Names: no header; roads and places with the box around them."""
    for row in _rows(path, _NAMES_COLUMNS):
        if row["type"] not in ("transportNetwork", "populatedPlace"):
            continue
        spread = _box(row)
        kind = "road" if row["type"] == "transportNetwork" and "Road" in row["local_type"] else "address"
        where = {row["populated_place"], row["district_borough"]} - {""}
        keys = {name_key(row["name1"]), *(name_key(row["name1"], place) for place in where)}
        yield [_entry(kind, key, 1, spread) for key in sorted(keys - {""})] if spread else []


def _box(row: Row) -> Area | None:
    try:
        west, south, east, north = (float(row[f"mbr_{name}"]) for name in ("xmin", "ymin", "xmax", "ymax"))
    except ValueError:
        return None
    # A straight road along the grid has a box without a width of its own.
    grown = ROAD_WIDTH_M / 2
    west, south, east, north = west - grown, south - grown, east + grown, north + grown
    ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return Area(crs.BRITISH_GRID, ((ring,),)) if all(crs.locate(crs.BRITISH_GRID, *xy).point for xy in ring) else None


def _roads(path: Path) -> Iterator[list[Entry]]:
    """OS Open Roads as GeoJSON on the British grid: lines with name1 and roadNumber; links of one name are joined."""
    links: dict[str, list[Any]] = {}
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        properties, geometry = feature["properties"], feature["geometry"]
        lines = [geometry["coordinates"]] if geometry["type"] == "LineString" else geometry["coordinates"]
        for key in {name_key(str(properties.get(name) or "")) for name in ("name1", "roadNumber")} - {""}:
            links.setdefault(key, []).extend(shapely.LineString([xy[:2] for xy in line]) for line in lines)
    for key, pieces in links.items():
        for line in shapely.get_parts(shapely.line_merge(shapely.MultiLineString(pieces))):
            road = Corridor(crs.BRITISH_GRID, tuple(map(tuple, line.coords)), ROAD_WIDTH_M)
            usable = all(crs.locate(crs.BRITISH_GRID, *xy).point for xy in road.line)
            yield [_entry("road", key, 0, road)] if usable else []


def _entry(kind: str, key: str, rank: int, spread: Area | Corridor) -> Entry:
    fix = middle(spread)
    return Entry(kind, key, rank, Point(fix.longitude, fix.latitude), fix.r95_m, spread)


def _degrees(longitude: str, latitude: str) -> Point | None:
    try:
        x, y = float(longitude), float(latitude)
    except ValueError:
        return None
    return crs.locate(crs.WGS84, x, y).point if y < _SENTINEL_LATITUDE else None


def _grid(easting: str, northing: str) -> Point | None:
    try:
        return crs.locate(crs.BRITISH_GRID, float(easting), float(northing)).point
    except ValueError:
        return None


LAYOUTS: dict[str, Callable[[Path], Iterator[list[Entry]]]] = {
    "onspd": _directory,
    "code-point-open": _code_point,
    "nsul": _addresses,
    "open-uprn": _uprns,
    "open-names": _names,
    "open-roads": _roads,
}
