"""PostGIS as the independent second opinion on distances: another geometry library, other geodesics (rule 54)."""

import json
import math
import random
from typing import Any

import pytest
from django.db import connection

from geo.proximity import judge
from geo.shapes import read_shape
from geo.types import Fix
from geo.zones import Zone, build

pytestmark = pytest.mark.django_db

_DISTANCE = """
    SELECT ST_Distance(zone, fix), ST_Covers(zone, fix)
    FROM (SELECT ST_GeomFromGeoJSON(%s)::geography AS zone, ST_MakePoint(%s, %s)::geography AS fix) AS asked
"""
# To the edge of an area from within: geography has no boundary, so the rings are asked as lines.
_TO_RINGS = """
    SELECT ST_Distance(ST_Boundary(ST_GeomFromGeoJSON(%s))::geography, ST_MakePoint(%s, %s)::geography)
"""
_AREA = "SELECT ST_Area(ST_GeomFromGeoJSON(%s)::geography)"
# Ours is to the centimetre. PostGIS looks for the nearest point of an edge on a sphere and then measures to it
# on the ellipsoid: 5 cm too far at 10 km.
_CLOSE_M, _SPHERE = 0.015, 5e-6
_CENTRES = {
    "EPSG:4326": (-2.9779, 53.4072, 1 / 66_400, 1 / 111_300),
    "EPSG:27700": (334_000.0, 390_000.0, 1.0, 1.0),
    "EPSG:29903": (333_800.0, 374_000.0, 1.0, 1.0),
}


def _asked(sql: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()


def _place(crs: str, turn: float, metres: float) -> list[float]:
    x, y, east, north = _CENTRES[crs]
    return [x + metres * math.cos(turn) * east, y + metres * math.sin(turn) * north]


def _ring(crs: str, size_m: float, vertices: int, chance: random.Random) -> list[list[float]]:
    away = [size_m * chance.uniform(0.4, 1) for _ in range(vertices)]
    ring = [_place(crs, 2 * math.pi * index / vertices, metres) for index, metres in enumerate(away)]
    return [*ring, ring[0]]


def _zone(kind: str, crs: str, size_m: float, chance: random.Random) -> Zone:
    raw: dict[str, Any]
    if kind == "circle":
        centre = {"longitude": -2.9779, "latitude": 53.4072}
        raw = {"type": kind, "centre": centre, "radius_m": size_m}
    elif kind == "polygon":
        rings = [_ring(crs, size_m, 11, chance), _ring(crs, size_m / 3, 5, chance)[::-1]]
        raw = {"type": kind, "crs": crs, "geometry": {"type": "Polygon", "coordinates": rings}}
    else:
        line = _ring(crs, size_m, 9, chance)[:-2]
        geometry = {"type": "LineString", "coordinates": line}
        raw = {"type": kind, "crs": crs, "geometry": geometry, "width_m": size_m / 7}
    shape = read_shape(raw, "").shape
    assert shape is not None
    return build(shape)


def _fixes(zone: Zone, size_m: float, chance: random.Random) -> list[Fix]:
    middle = zone.plane
    turns = [(2 * math.pi * chance.random(), 2 * size_m * chance.random()) for _ in range(25)]
    return [
        Fix(middle.longitude + m * math.cos(t) / 66_400, middle.latitude + m * math.sin(t) / 111_300, 5.0)
        for t, m in turns
    ]


@pytest.mark.parametrize("size_m", [30.0, 900.0, 9_000.0])
@pytest.mark.parametrize(
    ("kind", "crs"),
    [
        ("circle", "EPSG:4326"),
        ("polygon", "EPSG:4326"),
        ("polygon", "EPSG:27700"),
        ("polygon", "EPSG:29903"),
        ("corridor", "EPSG:4326"),
        ("corridor", "EPSG:27700"),
    ],
)
def test_distances_agree_with_postgis(kind: str, crs: str, size_m: float) -> None:
    chance = random.Random(f"{kind} {crs} {size_m}")
    zone = _zone(kind, crs, size_m, chance)
    core = json.dumps(zone.core_geojson)
    for fix in _fixes(zone, size_m, chance):
        found = judge(zone, fix).distance_m
        metres, covered = _asked(_DISTANCE, core, fix.longitude, fix.latitude)
        if kind == "polygon":
            edge = _asked(_TO_RINGS, core, fix.longitude, fix.latitude)[0]
            assert found == pytest.approx(-edge if covered else edge, abs=_CLOSE_M + _SPHERE * metres)
        elif kind == "circle" or found > 0:
            assert found == pytest.approx(metres - zone.reach_m, abs=_CLOSE_M + _SPHERE * metres)
        else:
            # Where a corridor meets itself, its edge is farther than its line tells.
            assert found <= metres - zone.reach_m + _CLOSE_M


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:27700", "EPSG:29903"])
def test_areas_agree_with_postgis(crs: str) -> None:
    zone = _zone("polygon", crs, 9_000.0, random.Random(crs))
    assert zone.area_m2 == pytest.approx(_asked(_AREA, json.dumps(zone.core_geojson))[0], rel=1e-6)
