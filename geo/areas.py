"""Which police force's area a place lies in, with the position's error: the neighbours that it may lie in as well.

A file of generations of boundaries: each load adds one, none is ever changed, and an incident is looked up in the
generation of its own day. A look-up and nothing more: who deals with a report is for others to decide.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import shapely

from geo.canonical import shape_to_json, spread_from_json
from geo.plane import Plane
from geo.proximity import judge
from geo.spread import drawn
from geo.types import Area, Fix
from geo.zones import Zone

_SCHEMA = """
    CREATE TABLE IF NOT EXISTS generation (
        number INTEGER PRIMARY KEY, valid_from TEXT NOT NULL UNIQUE, source_sha256 TEXT NOT NULL UNIQUE,
        generalised_m REAL NOT NULL CHECK (generalised_m >= 0)
    );
    CREATE TABLE IF NOT EXISTS area (
        generation INTEGER NOT NULL REFERENCES generation, force TEXT NOT NULL,
        west REAL NOT NULL, south REAL NOT NULL, east REAL NOT NULL, north REAL NOT NULL, shape TEXT NOT NULL,
        PRIMARY KEY (generation, force)
    );
"""
_NEVER = "CREATE TRIGGER IF NOT EXISTS {0}_never_{1} BEFORE {1} ON {0} BEGIN SELECT RAISE(ABORT, 'append-only'); END"
_CHOSEN = """
    SELECT number, generalised_m FROM generation
    ORDER BY valid_from > ?, CASE WHEN valid_from > ? THEN valid_from END, valid_from DESC LIMIT 1
"""
# What may be within reach by its box (degrees); a force's area crosses no antimeridian.
_NEAR = """
    SELECT force FROM area WHERE generation = ? AND west <= ? AND east >= ? AND south <= ? AND north >= ? ORDER BY force
"""


@dataclass(frozen=True, slots=True)
class AreaShare:
    """A force in whose area the place may lie.

    `distance_m` is to the area's border, negative inside; `probability` that the place is in it, to 4 decimals.
    """

    force: str
    distance_m: float
    probability: float


@dataclass(frozen=True, slots=True)
class AreasFound:
    """Likeliest first; `certain` where the first holds it with 0.95 or more. None near: empty (sea, Scotland ...)."""

    generation: int
    areas: tuple[AreaShare, ...]
    certain: bool


@dataclass(frozen=True, slots=True)
class ForceAreas:
    """The file. Raises FileNotFoundError or sqlite3.Error where it cannot be read."""

    path: Path

    def find(self, fix: Fix, on: date) -> AreasFound | None:
        """The areas that a place may lie in, by the boundaries of a day; None while no generation is loaded.

        Of a day before the first generation the first is taken.
        """
        with closing(_opened(self.path)) as file:
            chosen = file.execute(_CHOSEN, (on.isoformat(), on.isoformat())).fetchone()
            if chosen is None:
                return None
            number, generalised_m = chosen
            # The line on the file's map may be so far from the true one.
            reach_m = fix.r95_m + generalised_m
            boxes = _box(fix, reach_m)
            forces = [force for (force,) in file.execute(_NEAR, (number, *boxes))]
        found = [_share(_zone(self.path, number, force), force, fix, reach_m) for force in forces]
        areas = sorted((area for area in found if area), key=lambda area: (-area.probability, area.distance_m))
        return AreasFound(number, tuple(areas), _is_certain(areas, reach_m))


def add_generation(
    path: Path, areas: Iterable[tuple[str, Area]], *, valid_from: date, source_sha256: str, generalised_m: float
) -> int:
    """Add boundaries that hold from a day on, and answer their number; the file is made if there is none.

    Raises ValueError for the same file or day again, and for a force named twice; nothing is stored then.
    """
    with closing(sqlite3.connect(path)) as file:
        file.executescript(_SCHEMA)
        for table in ("generation", "area"):
            for act in ("UPDATE", "DELETE"):
                file.execute(_NEVER.format(table, act))
        try:
            with file:
                row = (valid_from.isoformat(), source_sha256, generalised_m)
                added = file.execute("INSERT INTO generation VALUES (NULL, ?, ?, ?)", row)
                number = int(added.lastrowid or 0)
                rows = [(number, force, *_bounds(area), json.dumps(shape_to_json(area))) for force, area in areas]
                file.executemany("INSERT INTO area VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        except sqlite3.IntegrityError as error:
            raise ValueError("this file or day is loaded already, or a force is named twice") from error
    return number


def _opened(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise FileNotFoundError(f"{path.name} is not there")
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


@lru_cache(maxsize=128)
def _zone(path: Path, generation: int, force: str) -> Zone:
    """Kept for the life of the process: a generation never changes."""
    with closing(_opened(path)) as file:
        asked = "SELECT shape FROM area WHERE generation = ? AND force = ?"
        (shape,) = file.execute(asked, (generation, force)).fetchone()
    area = spread_from_json(json.loads(shape))
    assert isinstance(area, Area)
    return drawn(area)


def _share(zone: Zone, force: str, fix: Fix, reach_m: float) -> AreaShare | None:
    found = judge(zone, fix)
    if found.probability_inside == 0 and found.distance_m > reach_m:
        return None
    return AreaShare(force, found.distance_m, found.probability_inside)


def _is_certain(areas: list[AreaShare], reach_m: float) -> bool:
    return bool(areas) and areas[0].probability >= 0.95 and (len(areas) == 1 or areas[0].distance_m <= -reach_m)


def _box(fix: Fix, reach_m: float) -> tuple[float, float, float, float]:
    """East, west, north and south, the other way round than a box is stored, for comparing."""
    plane = Plane(fix.longitude, fix.latitude)
    corners = plane.inverse_all(shapely.get_coordinates(shapely.box(*(-1.01 * reach_m,) * 2, *(1.01 * reach_m,) * 2)))
    (west, south), (east, north) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return east, west, north, south


def _bounds(area: Area) -> tuple[float, float, float, float]:
    degrees = shapely.MultiPoint([xy for part in drawn(area).parts for ring in part for xy in ring])
    west, south, east, north = shapely.bounds(degrees).tolist()
    return west, south, east, north
