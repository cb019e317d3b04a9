"""The gazetteer's file, made from public files in the layouts of ONS and Ordnance Survey.

Rows without a place of their own are left out and counted by why: the directory's sentinels (99.999999), a nought
for a grid reference, the mean of a whole postcode sector, anything outside the United Kingdom. Publishers rename
columns from one edition to the next: each is known by all its names, and a file of which nothing is kept is refused
with the names that were looked for.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import shapely

from geo import crs
from geo.accuracy import default_r95_m
from geo.canonical import spread_to_json
from geo.gazetteer import ENDED, name_key, postcode_key
from geo.gazetteer_roads import NAMES, NoRoads, named_roads
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
# ONS writes 1 to 9, Ordnance Survey ten times that.
_SECTOR_MEANS, _NO_PLACE = frozenset({"6", "60"}), frozenset({"9", "90"})
_SENTINEL_LATITUDE = 99.0

_CODE_POINT_COLUMNS = ("postcode", "quality", "eastings", "northings")
_NAMES_COLUMNS = (
    "ID", "NAMES_URI", "NAME1", "NAME1_LANG", "NAME2", "NAME2_LANG", "TYPE", "LOCAL_TYPE", "GEOMETRY_X", "GEOMETRY_Y",
    "MOST_DETAIL_VIEW_RES", "LEAST_DETAIL_VIEW_RES", "MBR_XMIN", "MBR_YMIN", "MBR_XMAX", "MBR_YMAX",
    "POSTCODE_DISTRICT", "POSTCODE_DISTRICT_URI", "POPULATED_PLACE", "POPULATED_PLACE_URI", "POPULATED_PLACE_TYPE",
    "DISTRICT_BOROUGH",
)  # fmt: skip

# What a column is called, the newest name first. ONS renamed those of its directories in 2025: osgrdind to gridind,
# pcd to pcd7; codes of areas carry their year and are not read.
_POSTCODE, _QUALITY = ("pcds", "pcd7", "pcd8", "pcd"), ("gridind", "osgrdind")
_DIRECTORY_COLUMNS = (_POSTCODE, ("lat",), ("long",), _QUALITY)
_ADDRESS_COLUMNS = (("gridgb1e",), ("gridgb1n",), ("pcds",))
_UPRN_COLUMNS = (("uprn",), ("latitude",), ("longitude",))

Row = Mapping[str, Any]
Why = Literal["no_place", "sector_mean", "outside_uk", "unreadable", "no_name", "neither_road_nor_place"]
_WITHOUT_PLACE: Sequence[Why] = ("no_place", "sector_mean", "outside_uk", "unreadable")


@dataclass(frozen=True, slots=True)
class Entry:
    """One place under one name. Without a spread, a Gaussian of this radius around the point."""

    kind: str
    key: str
    rank: int
    point: Point
    r95_m: float
    spread: Spread | None = None


# What a row gives: its entries, or why it gives none.
Given = list[Entry] | Why


@dataclass(frozen=True, slots=True)
class FileKept:
    """How much of one file was kept, and how many rows were not, by why."""

    name: str
    layout: str
    kept: int
    left_out: Mapping[Why, int]


@dataclass(frozen=True, slots=True)
class Built:
    """What was kept of each file. `without_place` counts rows that have no place of their own."""

    edition: str
    files: tuple[FileKept, ...]

    @property
    def kept(self) -> int:
        return sum(file.kept for file in self.files)

    @property
    def without_place(self) -> int:
        return sum(file.left_out.get(why, 0) for file in self.files for why in _WITHOUT_PLACE)


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
    digest, kept = hashlib.sha256(), []
    for layout, source in files:
        with source.open("rb") as raw:
            digest.update(layout.encode() + hashlib.file_digest(raw, "sha256").digest())
        kept.append(_keep_file(file, layout, source))
    edition = digest.hexdigest()[:12]
    file.execute("INSERT INTO about VALUES ('edition', ?)", (edition,))
    file.commit()
    return Built(edition, tuple(kept))


def _keep_file(file: sqlite3.Connection, layout: str, source: Path) -> FileKept:
    """All of one file. A file of which nothing is kept would be a gazetteer that finds nothing: refused."""
    kept, left_out = 0, Counter[Why]()
    try:
        for given in LAYOUTS[layout](source):
            if isinstance(given, str):
                left_out[given] += 1
            else:
                file.executemany(_INSERT, (_values(entry) for entry in given))
                kept += 1
    except NoRoads as error:
        raise ValueError(f"{source.name} is not in the layout {layout}: {error}") from error
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        told = f"{source.name} is not in the layout {layout}: looked for {looked_for(layout)}"
        raise ValueError(told) from error
    if not kept:
        why = ", ".join(f"{count} {name}" for name, count in left_out.items()) or "it has no rows"
        raise ValueError(f"nothing of {source.name} was kept ({why}): looked for {looked_for(layout)}")
    return FileKept(source.name, layout, kept, dict(left_out))


def looked_for(layout: str) -> str:
    """The columns that a layout needs, in words; of one that has had several names, all of them."""
    return ", ".join(" or ".join(names) for names in COLUMNS[layout])


def _values(entry: Entry) -> tuple[object, ...]:
    spread = json.dumps(spread_to_json(entry.spread)) if entry.spread else ""
    return (entry.kind, entry.key, entry.rank, entry.point.longitude, entry.point.latitude, entry.r95_m, spread)


def _rows(path: Path, columns: tuple[str, ...] = ()) -> Iterator[dict[str, str]]:
    """Rows of a CSV file, whose first line is its header unless `columns` says what it would be."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, fieldnames=columns or None, restval="")
        for row in reader:
            # Headers are written in either case from one edition to the next.
            yield {str(name).strip().lower(): value for name, value in row.items() if isinstance(value, str)}


def _first_column_said(row: Row, names: Sequence[str]) -> str:
    """The first of these columns that says something. Raises KeyError where none of them is there."""
    there = [str(row[name]) for name in names if name in row]
    if not there:
        raise KeyError(names)
    return next((cell for cell in there if cell.strip()), "")


def _directory(path: Path) -> Iterator[Given]:
    """ONS Postcode Directory and National Statistics Postcode Lookup, of today and before 2025.

    A postcode with a date in doterm is in use no more: it is kept as such.
    """
    for row in _rows(path):
        place = _degrees(_first_column_said(row, ("long",)), _first_column_said(row, ("lat",)))
        given = _postcode(
            _first_column_said(row, _POSTCODE), _DIRECTORY, _of_quality(_first_column_said(row, _QUALITY)) or place
        )
        if row.get("doterm", "").strip() and not isinstance(given, str):
            given = [replace(entry, kind=ENDED) for entry in given]
        yield given


def _code_point(path: Path) -> Iterator[Given]:
    """OS Code-Point Open: no header; postcode, quality, eastings, northings."""
    for row in _rows(path, _CODE_POINT_COLUMNS):
        place = _of_quality(row["quality"]) or _grid(row["eastings"], row["northings"])
        yield _postcode(row["postcode"], _CODE_POINT, place)


def _of_quality(quality: str) -> Why | None:
    if quality.strip() in _SECTOR_MEANS:
        return "sector_mean"
    return "no_place" if quality.strip() in _NO_PLACE else None


def _postcode(text: str, rank: int, place: Point | Why, r95_m: float | None = None) -> Given:
    # "AB1 0AA" is also written "AB10AA" and "AB1  0AA"; the inward code is always the last three.
    plain = "".join(text.split())
    key = postcode_key(f"{plain[:-3]} {plain[-3:]}")
    if isinstance(place, str):
        return place
    return [Entry("postcode", key, rank, place, r95_m or default_r95_m("postcode"))] if key else "unreadable"


def _addresses(path: Path) -> Iterator[Given]:
    """ONS National Statistics UPRN Lookup: a postcode's addresses, one by one."""
    for row in _rows(path):
        yield _postcode(row["pcds"], _ADDRESSES, _grid(row["gridgb1e"], row["gridgb1n"]), default_r95_m("address"))


def _uprns(path: Path) -> Iterator[Given]:
    """OS Open UPRN. Asked as an address, "UPRN 10023"."""
    for row in _rows(path):
        place = _degrees(row["longitude"], row["latitude"])
        key = name_key("uprn", str(int(row["uprn"])))
        yield place if isinstance(place, str) else [Entry("address", key, 0, place, default_r95_m("address"))]


def _names(path: Path) -> Iterator[Given]:
    """OS Open Names: no header; roads and places with the box around them."""
    for row in _rows(path, _NAMES_COLUMNS):
        if row["type"] not in ("transportNetwork", "populatedPlace"):
            yield "neither_road_nor_place"
            continue
        spread = _box(row)
        kind = "road" if row["type"] == "transportNetwork" and "Road" in row["local_type"] else "address"
        where = {row["populated_place"], row["district_borough"]} - {""}
        keys = {name_key(row["name1"]), *(name_key(row["name1"], place) for place in where)}
        yield [_entry(kind, key, 1, spread) for key in sorted(keys - {""})] if spread else "no_place"


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


def _roads(path: Path) -> Iterator[Given]:
    """OS Open Roads, GeoPackage or GeoJSON, on the British grid; links of one name are joined."""
    for key, lines in named_roads(path):
        if not key or not lines:
            yield "unreadable" if key else "no_name"
            continue
        for line in shapely.get_parts(shapely.line_merge(shapely.MultiLineString(lines))):
            road = Corridor(crs.BRITISH_GRID, tuple(map(tuple, line.coords)), ROAD_WIDTH_M)
            usable = all(crs.locate(crs.BRITISH_GRID, *xy).point for xy in road.line)
            yield [_entry("road", key, 0, road)] if usable else "outside_uk"


def _entry(kind: str, key: str, rank: int, spread: Area | Corridor) -> Entry:
    fix = middle(spread)
    return Entry(kind, key, rank, Point(fix.longitude, fix.latitude), fix.r95_m, spread)


def _degrees(longitude: str, latitude: str) -> Point | Why:
    try:
        x, y = float(longitude), float(latitude)
    except ValueError:
        return "no_place"
    return crs.locate(crs.WGS84, x, y).point or "outside_uk" if y < _SENTINEL_LATITUDE else "no_place"


def _grid(easting: str, northing: str) -> Point | Why:
    try:
        x, y = float(easting), float(northing)
    except ValueError:
        return "no_place"
    return crs.locate(crs.BRITISH_GRID, x, y).point or ("outside_uk" if x and y else "no_place")


LAYOUTS: dict[str, Callable[[Path], Iterator[Given]]] = {
    "onspd": _directory,
    "nspl": _directory,
    "code-point-open": _code_point,
    "nsul": _addresses,
    "open-uprn": _uprns,
    "open-names": _names,
    "open-roads": _roads,
}
COLUMNS: Mapping[str, Sequence[Sequence[str]]] = {
    "onspd": _DIRECTORY_COLUMNS,
    "nspl": _DIRECTORY_COLUMNS,
    "code-point-open": tuple((name,) for name in _CODE_POINT_COLUMNS),
    "nsul": _ADDRESS_COLUMNS,
    "open-uprn": _UPRN_COLUMNS,
    "open-names": tuple((name.lower(),) for name in ("NAME1", "TYPE", "LOCAL_TYPE", "MBR_XMIN", "MBR_YMIN")),
    "open-roads": (NAMES,),
}
