"""Sixty planar cases worked out by hand, right in the engine and in PostGIS alike (rules 53, 54, 58).

Metres east and north of a place in Suffolk where the British grid is true to a part in a million, so what squared
paper says is what both must say: covered or not with closed borders, and the distance to the border.
"""

import json
from typing import Any

import pytest
from django.db import connection

from geo.crs import BRITISH_GRID, to_wgs84
from geo.proximity import judge
from geo.shapes import read_shape
from geo.types import Fix
from geo.zones import build

pytestmark = pytest.mark.django_db

_EAST, _NORTH = 580_000.0, 260_000.0
_CLOSE_M = 0.0101
Ring = list[tuple[float, float]]


def _box(west: float, south: float, east: float, north: float) -> Ring:
    return [(west, south), (east, south), (east, north), (west, north)]


# Parts of rings; the first ring of each is its exterior, and no ring repeats its first position here.
_SHAPES: dict[str, list[list[Ring]]] = {
    "square": [[_box(0, 0, 100, 100)]],
    "clockwise": [[_box(0, 0, 100, 100)[::-1]]],
    "collinear": [[[(0, 0), (25, 0), (50, 0), (100, 0), (100, 50), (100, 100), (30, 100), (0, 100), (0, 1)]]],
    "holed": [[_box(0, 0, 100, 100), _box(40, 40, 60, 60)]],
    "two holes that touch": [[_box(0, 0, 100, 100), _box(20, 20, 40, 40), _box(40, 40, 60, 60)]],
    "hole at the border": [[_box(0, 0, 100, 100), [(0, 50), (30, 40), (30, 60)]]],
    "L": [[[(0, 0), (100, 0), (100, 50), (50, 50), (50, 100), (0, 100)]]],
    "U": [[[(0, 0), (90, 0), (90, 90), (60, 90), (60, 30), (30, 30), (30, 90), (0, 90)]]],
    "sliver": [[_box(0, 0, 1000, 0.1)]],
    "needle": [[[(0, 0), (1000, 0), (1000, 0.2)]]],
    "corner to corner": [[_box(0, 0, 50, 50)], [_box(50, 50, 100, 100)]],
    "apart": [[_box(0, 0, 10, 100)], [_box(30, 0, 40, 100)]],
    "nested": [[_box(0, 0, 100, 100), _box(20, 20, 80, 80)], [_box(40, 40, 60, 60)]],
    "triangle 3-4-5": [[[(0, 0), (30, 0), (0, 40)]]],
}
# Shape, point, whether it is covered, and metres to the border.
_CASES: list[tuple[str, tuple[float, float], bool, float]] = [
    ("square", (50, 50), True, 50), ("square", (0, 0), True, 0), ("square", (100, 37), True, 0),
    ("square", (50, 100), True, 0), ("square", (50, -0.5), False, 0.5), ("square", (103, 104), False, 5),
    ("square", (-60, -80), False, 100), ("square", (99.5, 50), True, 0.5),
    ("clockwise", (50, 50), True, 50), ("clockwise", (100, 100), True, 0), ("clockwise", (150, 50), False, 50),
    ("collinear", (25, 0), True, 0), ("collinear", (37, 0), True, 0), ("collinear", (100, 50), True, 0),
    ("collinear", (0, 0.5), True, 0), ("collinear", (50, 2), True, 2), ("collinear", (50, -2), False, 2),
    ("collinear", (-3, -4), False, 5),
    ("holed", (50, 50), False, 10), ("holed", (40, 50), True, 0), ("holed", (60, 60), True, 0),
    ("holed", (41, 50), False, 1), ("holed", (39, 50), True, 1), ("holed", (20, 50), True, 20),
    ("holed", (45, 42), False, 2), ("holed", (200, 50), False, 100),
    ("two holes that touch", (40, 40), True, 0), ("two holes that touch", (39, 39), False, 1),
    ("two holes that touch", (41, 41), False, 1), ("two holes that touch", (38, 42), True, 2),
    ("two holes that touch", (30, 30), False, 10), ("two holes that touch", (70, 50), True, 10),
    ("hole at the border", (0, 50), True, 0), ("hole at the border", (25, 50), False, 5),
    ("hole at the border", (35, 50), True, 5), ("hole at the border", (-1, 50), False, 1),
    ("hole at the border", (30, 50), True, 0),
    ("L", (75, 75), False, 25), ("L", (50, 50), True, 0), ("L", (47, 46), True, 5), ("L", (25, 75), True, 25),
    ("L", (53, 54), False, 3),
    ("U", (45, 60), False, 15), ("U", (45, 30), True, 0), ("U", (45, 100), False, 325**0.5), ("U", (45, 15), True, 15),
    ("sliver", (500, 0.05), True, 0.05), ("sliver", (500, 0.1), True, 0), ("sliver", (500, 0.6), False, 0.5),
    ("sliver", (1003, 4.1), False, 5), ("sliver", (500, -0.2), False, 0.2),
    ("needle", (0, 0), True, 0), ("needle", (-5, 0), False, 5),
    ("corner to corner", (50, 50), True, 0), ("corner to corner", (49, 51), False, 1),
    ("corner to corner", (25, 75), False, 25), ("corner to corner", (75, 75), True, 25),
    ("apart", (20, 50), False, 10), ("apart", (35, 50), True, 5),
    ("nested", (50, 50), True, 10), ("nested", (30, 50), False, 10), ("nested", (40, 50), True, 0),
    ("nested", (25, 50), False, 5), ("nested", (10, 50), True, 10), ("nested", (20, 20), True, 0),
    ("triangle 3-4-5", (15, 20), True, 0), ("triangle 3-4-5", (10, 10), True, 10),
    ("triangle 3-4-5", (19, 23), False, 5), ("triangle 3-4-5", (-3, 44), False, 5),
]  # fmt: skip
_ASKED = """
    SELECT ST_Covers(zone, here), ST_Distance(ST_Boundary(zone), here)
    FROM (
        SELECT ST_SetSRID(ST_GeomFromGeoJSON(%s), 27700) AS zone, ST_SetSRID(ST_MakePoint(%s, %s), 27700) AS here
    ) AS asked
"""


def _geometry(name: str) -> dict[str, Any]:
    parts = [[_closed(ring) for ring in part] for part in _SHAPES[name]]
    return {"type": "MultiPolygon", "coordinates": parts}


def _closed(ring: Ring) -> list[list[float]]:
    return [[_EAST + x, _NORTH + y] for x, y in [*ring, ring[0]]]


def test_there_are_sixty_of_them_and_each_shape_is_used() -> None:
    assert len(_CASES) >= 60
    assert {name for name, *_ in _CASES} == set(_SHAPES)


@pytest.mark.parametrize(("name", "place", "covered", "metres"), _CASES)
def test_the_engine_says_what_squared_paper_says(
    name: str, place: tuple[float, float], covered: bool, metres: float
) -> None:
    shape = read_shape({"type": "polygon", "crs": BRITISH_GRID, "geometry": _geometry(name)}, "").shape
    point = to_wgs84(BRITISH_GRID, _EAST + place[0], _NORTH + place[1])
    assert shape is not None and point is not None
    distance = judge(build(shape), Fix(point.longitude, point.latitude, 5.0)).distance_m
    assert abs(distance) == pytest.approx(metres, abs=_CLOSE_M)
    # On the border itself a millimetre of conversion decides the sign: closed or not, the distance is nought.
    assert metres == 0 or (distance < 0) == covered


@pytest.mark.parametrize(("name", "place", "covered", "metres"), _CASES)
def test_postgis_says_the_same(name: str, place: tuple[float, float], covered: bool, metres: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, (json.dumps(_geometry(name)), _EAST + place[0], _NORTH + place[1]))
        found, distance = cursor.fetchone()
    assert found is covered
    assert distance == pytest.approx(metres, abs=1e-6)
