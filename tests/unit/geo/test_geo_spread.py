"""Errors that are no circle: grid squares, areas, roads, several places (rules 51, 52; api.md "to a verdict")."""

import json
import math
import random
from typing import Any

import numpy as np
import pytest
import shapely

from geo.canonical import spread_from_json, spread_to_json
from geo.plane import GEOD
from geo.positions import read_position
from geo.proximity import judge
from geo.shapes import read_shape
from geo.spread import disc_area_m2, drawn, middle, pieces
from geo.types import Area, Candidate, Candidates, Corridor, Fix, Proximity, Spread
from geo.zones import Zone, build

# Grid metres are true metres to a part in a million here (Suffolk, 180 km east of the central meridian).
_EAST, _NORTH = 580_000.0, 260_000.0


def _ring(*xy: tuple[float, float]) -> tuple[tuple[float, float], ...]:
    moved = tuple((_EAST + x, _NORTH + y) for x, y in xy)
    return (*moved, moved[0])


def _box(west: float, south: float, east: float, north: float) -> tuple[tuple[float, float], ...]:
    return _ring((west, south), (east, south), (east, north), (west, north))


def _area(*rings: tuple[tuple[float, float], ...]) -> Area:
    return Area("EPSG:27700", (rings,))


def _zone(*rings: tuple[tuple[float, float], ...]) -> Zone:
    return build(_area(*rings))


def _circle(x: float, y: float, radius: float) -> Zone:
    raw = {"type": "circle", "centre": {"easting": _EAST + x, "northing": _NORTH + y}, "radius_m": radius}
    shape = read_shape(raw, "").shape
    assert shape is not None
    return build(shape)


def _place(x: float, y: float, r95_m: float) -> Candidate:
    point = read_position({"easting": _EAST + x, "northing": _NORTH + y}).point
    assert point is not None
    return Candidate(point.longitude, point.latitude, r95_m)


_SQUARE = middle(_area(_box(0, 0, 100, 100)))


@pytest.mark.parametrize(
    ("zone", "share"),
    [
        (_zone(_box(-50, -50, 50, 150)), 0.5),
        (_zone(_box(-10, -10, 10, 10)), 0.01),
        (_zone(_box(-10, -10, 110, 110), _box(20, 20, 80, 80)[::-1]), 0.64),
        (_zone(_box(100, 0, 200, 100)), 0.0),
        (_zone(_ring((0, 0), (100, 0), (0, 100))), 0.5),
        (_zone(_box(-500, -500, 500, 500)), 1.0),
        (_circle(50, 50, 20), math.pi * 400 / 1e4),
        (_circle(0, 0, 40), math.pi * 400 / 1e4),
        (_circle(50, 0, 40), math.pi * 800 / 1e4),
        (_circle(50, 50, 300), 1.0),
        (_circle(1_000, 50, 899.9), 0.0),
    ],
)
def test_an_area_lies_in_a_zone_by_its_share(zone: Zone, share: float) -> None:
    assert judge(zone, _SQUARE).probability_inside == pytest.approx(share, abs=0.00015)


def test_a_grid_square_is_judged_as_a_square_and_not_as_a_circle_rule_52() -> None:
    """The zone holds 95 of its 100 metres; of a circle as wide, more lies beyond."""
    reading = read_position({"grid_reference": "TL 800 600", "method": "grid_reference"})
    assert reading.fix is not None and isinstance(reading.fix.spread, Area)
    zone = _zone(_box(-1_000, -1_000, 95, 1_000))
    found = judge(zone, reading.fix)
    assert (found.result, found.probability_inside) == ("inside", 0.95)
    assert reading.r95_m == pytest.approx(70.711, abs=0.001)
    assert judge(zone, Fix(reading.fix.longitude, reading.fix.latitude, 70.711)).probability_inside < 0.95


def test_an_irish_square_is_measured_on_the_irish_grid() -> None:
    reading = read_position({"grid_reference": "J 338 740", "method": "grid_reference"})
    assert reading.fix is not None and isinstance(reading.fix.spread, Area)
    assert reading.fix.spread.crs == "EPSG:29903"
    raw = {"type": "circle", "centre": {"longitude": reading.fix.longitude, "latitude": reading.fix.latitude}}
    shape = read_shape({**raw, "radius_m": 20}, "").shape
    assert shape is not None
    assert judge(build(shape), reading.fix).probability_inside == pytest.approx(math.pi * 400 / 1e4, abs=0.0005)


def test_a_square_whose_corner_is_not_on_the_grid_is_judged_as_the_circle_around_it() -> None:
    """Its west corner lies beyond the bounds of the United Kingdom: no share of it can be worked out."""
    reading = read_position({"grid_reference": "NA 0 0", "method": "grid_reference"})
    assert reading.point is not None and reading.spread is None
    assert reading.r95_m == pytest.approx(7_071.07, abs=0.01)


def _monte_carlo(zone: Any, spread: Any) -> float:
    """Both in metres of the grid: what part of a hundred thousand points of the one lies in the other."""
    chance = np.random.default_rng(7)
    west, south, east, north = shapely.bounds(spread)
    xy = chance.uniform((west, south), (east, north), size=(100_000, 2))
    within = xy[shapely.contains_xy(spread, xy[:, 0], xy[:, 1])]
    return float(shapely.contains_xy(zone, within[:, 0], within[:, 1]).mean())


@pytest.mark.parametrize("seed", range(12))
def test_random_areas_agree_with_points_thrown_at_them(seed: int) -> None:
    chance = random.Random(seed)
    rings = []
    for size in (300, 200):
        turns = sorted(chance.uniform(0, 2 * math.pi) for _ in range(9))
        rings.append(_ring(*((size * math.cos(t) + 50, size * math.sin(t)) for t in turns)))
    zone, where = _area(rings[0]), _area(rings[1])
    if not (shapely.Polygon(rings[0]).is_valid and shapely.Polygon(rings[1]).is_valid):
        pytest.fail("the seeds are chosen so that the rings are sound")
    expected = _monte_carlo(shapely.Polygon(rings[0]), shapely.Polygon(rings[1]))
    assert judge(build(zone), middle(where)).probability_inside == pytest.approx(expected, abs=0.01)


def _road(*xy: tuple[float, float], width: float = 20.0) -> Corridor:
    return Corridor("EPSG:27700", tuple((_EAST + x, _NORTH + y) for x, y in xy), width)


def test_somewhere_on_a_road_is_judged_along_all_of_it() -> None:
    """A kilometre of road, a quarter of it in the zone: possible, and the officer sees how likely."""
    road = middle(_road((0, 0), (1_000, 0)))
    found = judge(_zone(_box(-100, -100, 250, 100)), road)
    assert found.result == "indeterminate"
    assert found.probability_inside == pytest.approx(0.25, abs=0.01)


def test_a_long_road_that_stays_clear_of_the_zone_is_outside_though_its_middle_is_no_farther_than_its_ends() -> None:
    """Ten kilometres of road pass a zone 500 m to the side: every stretch of it is clear, so all of it is."""
    road = middle(_road((0, 0), (10_000, 0)))
    found = judge(_circle(5_000, 600, 100), road)
    assert (found.result, found.probability_inside) == ("outside", 0.0)
    assert found.distance_m >= found.r95_m
    assert road.r95_m > 5_000


def test_a_road_that_passes_the_zones_edge_is_never_outside() -> None:
    found = judge(_circle(5_000, 110, 95), middle(_road((0, 0), (10_000, 0))))
    assert (found.result, found.too_coarse, found.probability_inside) == ("indeterminate", True, 0.0)


def test_stretches_hold_all_of_the_road() -> None:
    road = _road((0, 0), (900, 300), (1_200, -700), (5_000, 0), width=60.0)
    fix = middle(road)
    for part in drawn(road).parts:
        for ring in part:
            for longitude, latitude in ring[::7].tolist():
                away = [GEOD.inv(longitude, latitude, p.longitude, p.latitude)[2] - p.r95_m for p in pieces(fix)]
                assert min(away) <= 0
                assert GEOD.inv(longitude, latitude, fix.longitude, fix.latitude)[2] <= fix.r95_m


def test_several_places_are_as_likely_as_each_other() -> None:
    """Two of four front doors lie deep in the zone: one half."""
    places = tuple(_place(x, 0, 5.0) for x in (-200, -100, 100, 200))
    found = judge(_zone(_box(-500, -500, 0, 500)), middle(Candidates(places)))
    assert (found.result, found.probability_inside) == ("indeterminate", 0.5)


def test_the_least_clear_of_several_places_speaks_for_the_distance() -> None:
    """Two streets of one name, 30 km apart, both clear of the zone: outside, and the nearer one's distance shown."""
    places = (_place(400, 0, 50.0), _place(30_000, 0, 50.0))
    found = judge(_circle(0, 0, 100), middle(Candidates(places)))
    assert (found.result, found.r95_m) == ("outside", 50.0)
    assert found.distance_m == pytest.approx(300, abs=0.05)


def test_one_place_too_near_keeps_all_of_them_from_being_outside() -> None:
    places = (_place(130, 0, 50.0), *(_place(30_000 + step, 0, 50.0) for step in range(60)))
    found = judge(_circle(0, 0, 100), middle(Candidates(places)))
    assert found.probability_inside <= 0.05
    assert (found.result, found.too_coarse) == ("indeterminate", True)


_SPREADS: list[Spread] = [
    _area(_box(0, 0, 100, 100), _box(20, 20, 80, 80)[::-1]),
    _road((0, 0), (300, 50)),
    Candidates((_place(0, 0, 5.0), _place(10, 0, 7.5))),
]


@pytest.mark.parametrize("spread", _SPREADS, ids=lambda spread: type(spread).__name__)
def test_a_spread_is_written_and_read_back_and_gives_the_same_verdict_to_the_last_digit(spread: Spread) -> None:
    """Habit 7: what is stored can be judged again years later."""
    stored = json.loads(json.dumps(spread_to_json(spread)))
    assert spread_from_json(stored) == spread
    zone = _circle(40, 30, 35)
    drawn.cache_clear()
    before: Proximity = judge(zone, middle(spread))
    drawn.cache_clear()
    assert judge(zone, middle(spread_from_json(stored))) == before


def test_no_circle_is_read_as_a_spread() -> None:
    circle = {"type": "circle", "crs": "EPSG:4326", "centre": {"longitude": 0, "latitude": 52}, "radius_m": 5}
    with pytest.raises(ValueError, match="circle"):
        spread_from_json(circle)


@pytest.mark.parametrize("chords", [3, 4, 60, 720])
@pytest.mark.parametrize("away", [0.0, 30.0, 99.9, 150.0, 400.0])
def test_area_common_to_a_disc_and_a_polygon_against_a_fine_polygon_of_the_disc(chords: int, away: float) -> None:
    turns = np.linspace(0, 2 * math.pi, chords + 1)
    ring = np.stack((away + 120 * np.cos(turns), 17 + 120 * np.sin(turns)))
    disc = shapely.Point(0, 0).buffer(100, quad_segs=4_000)
    expected = shapely.area(shapely.intersection(disc, shapely.Polygon(ring.T)))
    assert disc_area_m2(ring[:, :-1], ring[:, 1:], 100.0) == pytest.approx(expected, abs=0.02)


def test_a_far_zone_with_a_long_straight_edge_is_met_where_it_is_and_not_beside_it() -> None:
    """An edge of 200 km bends in a plane that lies beside it; the share is still the true one."""
    west, east, south, north = -2.5, -2.0, 52.0, 54.0
    ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
    zone = build(Area("EPSG:4326", ((ring,),)))
    half = 0.02
    square = ((east - half, 53 - half), (east + half, 53 - half), (east + half, 53 + half), (east - half, 53 + half))
    where = Area("EPSG:4326", (((*square, square[0]),),))
    assert judge(zone, middle(where)).probability_inside == pytest.approx(0.5, abs=0.0001)
