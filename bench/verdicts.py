"""Verdicts per second for an order of five zones: one by one, and ten thousand points at a time.

The floor of the single one is what a service would do that asked the database instead: one prepared statement of
one ST_Distance over the same five, one connection, distances only, no probability. That of the batch is bare
`shapely.distance` over the same points and zones, already in each zone's plane: no geodesy, no probability.
`python -m bench.verdicts` prints all and their ratios; it needs DATABASE_URL.
"""

import json
import math
import os
import random
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import psycopg
import shapely

from geo.many import judge_many
from geo.plane import Array
from geo.proximity import judge
from geo.shapes import read_shape
from geo.types import Circle, Fix
from geo.zones import Zone, build

_LONGITUDE, _LATITUDE = -2.9779, 53.4072
_DEGREE_M = 111_195.0
_FIXES, _ROUNDS, _REPEATS = 500, 5, 2
_BATCH = 10_000
# A spread of phones, from open sky to Wi-Fi, up to three kilometres from the middle of the order.
_RADII_M, _FARTHEST_M = (4.0, 12.0, 30.0, 150.0), 3_000.0
# So vague that no verdict is certain: every one of them integrates over the whole outline.
_VAGUE_M = 1_500.0
_CREATE = "CREATE TEMPORARY TABLE bench_zone (core geography NOT NULL, reach_m double precision NOT NULL)"
_INSERT = "INSERT INTO bench_zone VALUES (ST_GeomFromGeoJSON(%s)::geography, %s)"
_FLOOR = "SELECT ST_Distance(core, ST_SetSRID(ST_MakePoint(%s, %s), 4326)::geography) - reach_m FROM bench_zone"


def run() -> dict[str, Any]:
    """Measure both in one go. One verdict is one fix against one zone; each question is all five zones."""
    zones, fixes = five_zones(), some_fixes()
    vague = [Fix(fix.longitude, fix.latitude, _VAGUE_M) for fix in fixes]
    ours, hardest, floor = [], [], []
    with psycopg.connect(_database()) as connection:
        _store(connection, zones)
        # Turn about, best of each: another process on the machine then slows both or neither.
        for _ in range(_ROUNDS):
            ours.append(_seconds(lambda: _judge_all(zones, fixes)))
            hardest.append(_seconds(lambda: _judge_all(zones, vague)))
            floor.append(_seconds(lambda: _ask_all(connection, fixes)))
    verdicts = len(zones) * len(fixes) * _REPEATS
    ours_per_s, floor_per_s = verdicts / min(ours), verdicts / min(floor)
    return {
        "name": "verdicts",
        "ours_per_s": round(ours_per_s),
        "floor_per_s": round(floor_per_s),
        "ratio": round(ours_per_s / floor_per_s, 2),
        "hardest_per_s": round(verdicts / min(hardest)),
        "zones": len(zones),
        "fixes": len(fixes),
        "floor": "prepared ST_Distance on geography, five zones a query, one psycopg connection",
        "batch": batch(zones),
    }


def batch(zones: list[Zone]) -> dict[str, Any]:
    """The same zones, ten thousand points in one call, beside shapely's bare distances."""
    points = np.array([(fix.longitude, fix.latitude, fix.r95_m) for fix in some_fixes(_BATCH)])
    flat = [(shapely.points(zone.plane.forward_all(points[:, :2])), _planar(zone)) for zone in zones]
    ours, floor = [], []
    for _ in range(_ROUNDS):
        ours.append(_seconds(lambda: judge_many(points, zones)))
        floor.append(_seconds(lambda: _bare(flat)))
    verdicts = len(zones) * _BATCH
    return {
        "ours_per_s": round(verdicts / min(ours)),
        "floor_per_s": round(verdicts / min(floor)),
        "ratio": round(min(floor) / min(ours), 2),
        "points": _BATCH,
        "floor": "shapely.distance of the same points and zones, already in metres of a plane",
    }


def _planar(zone: Zone) -> Any:
    return shapely.Point(0, 0) if zone.outline is None else shapely.Polygon(zone.outline.a.T)


def _bare(flat: list[tuple[Any, Any]]) -> list[Array]:
    return [shapely.distance(points, shape) for points, shape in flat]


def five_zones() -> list[Zone]:
    """Two circles and polygons of 12, 33 and 200 vertices, all within two kilometres."""
    circles: list[dict[str, Any]] = [_circle(0, 0, 100.0), _circle(900, -400, 250.0)]
    sizes = ((-700, 500, 12, 90.0), (600, 900, 33, 200.0), (-900, -800, 200, 400.0))
    polygons = [_polygon(*size) for size in sizes]
    shapes = [read_shape(shape, "").shape for shape in circles + polygons]
    return [build(shape) for shape in shapes if shape is not None]


def some_fixes(count: int = _FIXES) -> list[Fix]:
    chance = random.Random(7)
    return [Fix(*_at(*_scattered(chance)), chance.choice(_RADII_M)) for _ in range(count)]


def _scattered(chance: random.Random) -> tuple[float, float]:
    away, turn = _FARTHEST_M * math.sqrt(chance.random()), 2 * math.pi * chance.random()
    return away * math.cos(turn), away * math.sin(turn)


def _at(east_m: float, north_m: float) -> tuple[float, float]:
    wide = _DEGREE_M * math.cos(math.radians(_LATITUDE))
    return _LONGITUDE + east_m / wide, _LATITUDE + north_m / _DEGREE_M


def _circle(east_m: float, north_m: float, radius_m: float) -> dict[str, Any]:
    longitude, latitude = _at(east_m, north_m)
    return {
        "type": "circle",
        "centre": {"longitude": longitude, "latitude": latitude},
        "radius_m": radius_m,
    }


def _polygon(east_m: float, north_m: float, vertices: int, size_m: float) -> dict[str, Any]:
    """A ragged ring: every other vertex lies a fifth farther in."""
    ring = []
    for index in range(vertices):
        turn, away = 2 * math.pi * index / vertices, size_m * (1 - 0.2 * (index % 2))
        ring.append(list(_at(east_m + away * math.cos(turn), north_m + away * math.sin(turn))))
    geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    return {"type": "polygon", "crs": "EPSG:4326", "geometry": geometry}


def _judge_all(zones: list[Zone], fixes: list[Fix]) -> None:
    for _ in range(_REPEATS):
        for fix in fixes:
            for zone in zones:
                judge(zone, fix)


def _store(connection: psycopg.Connection[Any], zones: list[Zone]) -> None:
    connection.execute(_CREATE)
    for zone in zones:
        reach = zone.reach_m if isinstance(zone.shape, Circle) else 0.0
        connection.execute(_INSERT, (json.dumps(zone.core_geojson), reach))
    connection.execute("ANALYZE bench_zone")


def _ask_all(connection: psycopg.Connection[Any], fixes: list[Fix]) -> None:
    with connection.cursor() as cursor:
        for _ in range(_REPEATS):
            for fix in fixes:
                cursor.execute(_FLOOR, (fix.longitude, fix.latitude), prepare=True)
                cursor.fetchall()


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _database() -> str:
    """DATABASE_URL with a scheme that libpq knows; Django's environment says postgis://."""
    return os.environ["DATABASE_URL"].replace("postgis://", "postgresql://", 1)


if __name__ == "__main__":
    found = run()
    print(json.dumps(found, indent=2))
    print(f"{found['ratio']} times as many verdicts a second as PostGIS gives bare distances")
