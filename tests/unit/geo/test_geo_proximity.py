"""Distances and probabilities against closed forms and facts that need no oracle (api.md "to a verdict")."""

import math
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from convertbng.cutil import convert_lonlat
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ncx2, norm

from geo.crs import transform_all
from geo.densify import densify, edge_steps
from geo.edges import Edges
from geo.engine import DISCLAIMER, ENGINE_VERSION, disclaimer, engine_build
from geo.gaussian import R95_IN_SIGMA, in_outline
from geo.plane import GEOD, Plane
from geo.proximity import judge
from geo.shapes import read_shape
from geo.types import Fix, Proximity
from geo.zones import Zone, build

_LONGITUDE, _LATITUDE = -2.9779, 53.4072
_HERE = Plane(_LONGITUDE, _LATITUDE)
_CM = 0.0101
_P = 0.00011


def _zone(raw: dict[str, Any]) -> Zone:
    reading = read_shape(raw, "")
    assert reading.shape is not None, reading.problems
    return build(reading.shape)


def _circle(radius: float, longitude: float = _LONGITUDE, latitude: float = _LATITUDE) -> Zone:
    centre = {"longitude": longitude, "latitude": latitude}
    return _zone({"type": "circle", "centre": centre, "radius_m": radius})


def _at(x: float, y: float) -> tuple[float, float]:
    longitude, latitude = _HERE.inverse_all(np.array([[x, y]]))[0]
    return float(longitude), float(latitude)


def _polygon(*rings: list[tuple[float, float]]) -> Zone:
    """Rings in metres around the middle of Liverpool, first position not repeated."""
    coordinates = [[list(_at(x, y)) for x, y in [*ring, ring[0]]] for ring in rings]
    return _degrees(coordinates)


def _degrees(coordinates: list[Any], crs: str = "EPSG:4326") -> Zone:
    geometry = {"type": "Polygon", "coordinates": coordinates}
    return _zone({"type": "polygon", "crs": crs, "geometry": geometry})


def _corridor(line: list[Any], width: float, crs: str = "EPSG:4326") -> Zone:
    geometry = {"type": "LineString", "coordinates": line}
    return _zone({"type": "corridor", "crs": crs, "geometry": geometry, "width_m": width})


def _fix(x: float, y: float, r95_m: float) -> Fix:
    return Fix(*_at(x, y), r95_m)


def _square(half: float) -> list[tuple[float, float]]:
    return [(-half, -half), (half, -half), (half, half), (-half, half)]


def _half_plane() -> Zone:
    """Everything west of a meridian, which is straight in degrees and on the ellipsoid alike."""
    (west, south), north = _at(-3_000, -3_000), _at(0, 3_000)[1]
    east = _LONGITUDE
    return _degrees([[[west, south], [east, south], [east, north], [west, north], [west, south]]])


_SIZE = st.floats(0.5, 500_000)
_R95 = st.floats(0.5, 50_000)


@settings(max_examples=150, deadline=None)
@given(radius=_SIZE, r95_m=_R95, sigmas=st.floats(-4, 4), turn=st.floats(0, 360))
def test_a_circle_is_the_non_central_chi_square(radius: float, r95_m: float, sigmas: float, turn: float) -> None:
    sigma = r95_m / R95_IN_SIGMA
    away = min(max(radius + sigmas * sigma, 0.0), 800_000.0)
    longitude, latitude, _ = GEOD.fwd(_LONGITUDE, _LATITUDE, turn, away)
    found = judge(_circle(radius), Fix(longitude, latitude, r95_m))
    assert found.distance_m == pytest.approx(away - radius, abs=_CM)
    if radius / sigma < 1_000:  # scipy itself loses digits beyond
        expected = ncx2.cdf((radius / sigma) ** 2, 2, (away / sigma) ** 2)
    else:
        expected = norm.cdf((radius - away) / sigma)
    assert found.probability_inside == pytest.approx(expected, abs=5e-4 if radius / sigma >= 1_000 else _P)


@settings(max_examples=60, deadline=None)
@given(away=st.floats(-200, 200), along=st.floats(-50, 50), r95_m=st.floats(1, 120))
def test_a_long_straight_edge_is_the_normal_distribution(away: float, along: float, r95_m: float) -> None:
    found = judge(_half_plane(), _fix(away, along, r95_m))
    assert found.probability_inside == pytest.approx(norm.cdf(-away * R95_IN_SIGMA / r95_m), abs=_P)
    assert found.distance_m == pytest.approx(away, abs=_CM)


@settings(max_examples=60, deadline=None)
@given(x=st.floats(-150, 150), y=st.floats(-150, 150), r95_m=st.floats(1, 2_000))
def test_a_rectangle_is_a_product_of_normal_distributions(x: float, y: float, r95_m: float) -> None:
    sigma = r95_m / R95_IN_SIGMA
    wide = norm.cdf((100 - x) / sigma) - norm.cdf((-100 - x) / sigma)
    high = norm.cdf((40 - y) / sigma) - norm.cdf((-40 - y) / sigma)
    zone = _polygon([(-100, -40), (100, -40), (100, 40), (-100, 40)])
    assert judge(zone, _fix(x, y, r95_m)).probability_inside == pytest.approx(wide * high, abs=_P)


@settings(max_examples=40, deadline=None)
@given(x=st.floats(-150, 150), y=st.floats(-150, 150), r95_m=st.floats(2, 2_000))
def test_a_hole_and_what_fills_it_add_up(x: float, y: float, r95_m: float) -> None:
    whole, hole = _square(100), _square(40)
    fix = _fix(x, y, r95_m)
    ring, plug, full = (judge(_polygon(*rings), fix) for rings in ([whole, hole], [hole], [whole]))
    sum_of_parts = ring.probability_inside + plug.probability_inside
    assert sum_of_parts == pytest.approx(full.probability_inside, abs=2 * _P)
    if plug.distance_m < 0:
        assert ring.distance_m == pytest.approx(-plug.distance_m, abs=_CM)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), first=st.integers(0, 11), x=st.floats(-300, 300), r95_m=st.floats(1, 900))
def test_neither_the_start_nor_the_direction_of_a_ring_matters(seed: int, first: int, x: float, r95_m: float) -> None:
    chance = np.random.default_rng(seed)
    away = chance.uniform(50, 200, 12)
    ring = [(float(d * math.cos(i)), float(d * math.sin(i))) for i, d in zip(range(12), away, strict=True)]
    turns = sorted(range(12), key=lambda i: i % (2 * math.pi))
    ring = [ring[i] for i in turns]
    fix = _fix(x, x / 3, r95_m)
    found = judge(_polygon(ring), fix)
    for other in (ring[first:] + ring[:first], ring[::-1]):
        again = judge(_polygon(other), fix)
        assert again.distance_m == pytest.approx(found.distance_m, abs=_CM)
        assert again.probability_inside == pytest.approx(found.probability_inside, abs=_P)


@settings(max_examples=60, deadline=None)
@given(x=st.floats(-400, 400), y=st.floats(-400, 400), r95_m=st.floats(1, 3_000))
def test_a_larger_zone_is_nearer_and_likelier(x: float, y: float, r95_m: float) -> None:
    fix = _fix(x, y, r95_m)
    for small, large in (
        (_circle(100), _circle(110)),
        (_polygon(_square(100)), _polygon(_square(110))),
        (_corridor([_at(-90, 0), _at(90, 9)], 60), _corridor([_at(-90, 0), _at(90, 9)], 70)),
    ):
        narrow, wide = judge(small, fix), judge(large, fix)
        assert 0 <= narrow.probability_inside <= wide.probability_inside <= 1
        assert narrow.distance_m > wide.distance_m


def _sampled(line: shapely.LineString, reach: float, x: float, y: float, sigma: float) -> float:
    """Probability by counting: equally likely steps out from the fix and around it."""
    rings, spokes = 300, 300
    away = sigma * np.sqrt(-2 * np.log(1 - (np.arange(rings) + 0.5) / rings))
    turn = (np.arange(spokes) + 0.5) * 2 * np.pi / spokes
    points = shapely.points((x + away[:, None] * np.cos(turn)).ravel(), (y + away[:, None] * np.sin(turn)).ravel())
    return float((shapely.distance(line, points) <= reach).mean())


@pytest.mark.parametrize(
    ("x", "y", "r95_m"), [(0, 0, 40), (0, 35, 40), (210, 10, 30), (100, 90, 200), (-40, 60, 75), (60, 30, 15)]
)
def test_a_corridor_is_all_within_half_its_width_round_ends_included(x: float, y: float, r95_m: float) -> None:
    bends = [(-200.0, 0.0), (0.0, 0.0), (60.0, 80.0), (200.0, 0.0)]
    line = shapely.LineString(bends)
    found = judge(_corridor([_at(*bend) for bend in bends], 60), _fix(x, y, r95_m))
    expected = _sampled(line, 30, x, y, r95_m / R95_IN_SIGMA)
    assert found.probability_inside == pytest.approx(expected, abs=0.004)
    outline = shapely.buffer(line, 30, quad_segs=400)
    depth = shapely.Point(x, y).distance(outline.exterior)
    inside = outline.contains(shapely.Point(x, y))
    assert found.distance_m == pytest.approx(-depth if inside else depth, abs=_CM)


def test_a_corridor_that_meets_itself_has_no_edge_where_it_does() -> None:
    """Between legs 40 m apart a corridor 60 m wide goes on: its edge is farther than half its width tells."""
    bends = [(0.0, 300.0), (0.0, 0.0), (40.0, 0.0), (40.0, 300.0)]
    found = judge(_corridor([list(_at(*bend)) for bend in bends], 60), _fix(20, 150, 30))
    outline = shapely.buffer(shapely.LineString(bends), 30, quad_segs=400)
    depth = shapely.Point(20, 150).distance(outline.exterior)
    assert depth > 45
    assert found.distance_m == pytest.approx(-depth, abs=_CM)


def test_exactly_on_an_edge_is_half_in_rule_53() -> None:
    corners = np.array([[-90.0, 0.0], [90.0, 0.0], [90.0, 90.0], [-90.0, 90.0], [-90.0, 0.0]])
    a, b = corners[:-1].T, corners[1:].T
    length = np.hypot(*(b - a))
    edges = Edges(a, b, (b - a) / length, length, a.T, b.T, 128.0)
    assert in_outline(edges, edges.seen_from(0.0, 0.0), 5.0) == pytest.approx(0.5, abs=1e-9)
    assert in_outline(edges, edges.seen_from(90.0, 45.0), 5.0) == pytest.approx(0.5, abs=1e-9)
    assert in_outline(edges, edges.seen_from(90.0, 90.0), 5.0) == pytest.approx(0.25, abs=1e-9)


def test_a_corridor_as_long_as_the_country_is_as_wide_at_its_ends_as_in_its_middle() -> None:
    """The plane alone would put its edge 3 m off there."""
    zone = _corridor([[-3.5, 50.5], [-3.5, 58.0]], 20_000)
    longitude, latitude, back = GEOD.fwd(-3.5, 58.0, 90.0, 10_000)
    assert judge(zone, Fix(longitude, latitude, 2.0)).distance_m == pytest.approx(0, abs=0.01)
    assert judge(zone, Fix(longitude, latitude, 2.0)).probability_inside == pytest.approx(0.5, abs=0.005)
    longitude, latitude, _ = GEOD.fwd(longitude, latitude, back, 2.0)
    assert judge(zone, Fix(longitude, latitude, 2.0)).probability_inside == pytest.approx(0.9928, abs=0.005)


# How far in or out of a half plane the probability is 0.95 or 0.05, for a radius of 100 m.
_EDGE_M = float(norm.ppf(0.95)) / R95_IN_SIGMA * 100


@pytest.mark.parametrize(
    ("distance", "r95_m", "result", "too_coarse"),
    [
        (-0.998 * _EDGE_M, 100, "indeterminate", False),
        (-_EDGE_M, 100, "inside", False),
        (_EDGE_M, 100, "indeterminate", True),
        (99.99, 100, "indeterminate", True),
        (100.0, 100, "outside", False),
        (-0.01, 1e-6, "inside", False),
        (0.01, 1e-6, "outside", False),
    ],
)
def test_the_thresholds_apply_to_rounded_values_rules_51_and_53(
    distance: float, r95_m: float, result: str, too_coarse: bool
) -> None:
    """A half plane: its probability is known. 100.00 m away with a radius of 100 m is outside, 99.99 is not."""
    found = judge(_half_plane(), _fix(distance, 0, r95_m))
    assert (found.result, found.too_coarse) == (result, too_coarse)


def test_a_coarse_fix_over_a_small_zone_knows_nothing() -> None:
    """domain.md 5.4: r95 400 m on the middle of a 30 m circle gives 0.017, which is not "outside"."""
    found = judge(_circle(30), Fix(_LONGITUDE, _LATITUDE, 400))
    assert found == Proximity("indeterminate", -30.0, 400, 0.0167, True)


def test_a_man_at_99_53_metres_is_inside_a_circle_of_100_rule_54() -> None:
    """A polygon of eight chords a quarter would let him in."""
    for turn in np.arange(0, 360, 5.625 / 2):
        longitude, latitude, _ = GEOD.fwd(_LONGITUDE, _LATITUDE, turn, 99.53)
        assert judge(_circle(100), Fix(longitude, latitude, 0.1)).distance_m == -0.47


@pytest.mark.parametrize("radius", [0.5, 100, 20_000, 500_000])
def test_a_circle_is_true_metres_at_every_size_rule_54(radius: float) -> None:
    for turn in range(0, 360, 30):
        longitude, latitude, _ = GEOD.fwd(_LONGITUDE, _LATITUDE, turn, radius + 0.02)
        assert judge(_circle(radius), Fix(longitude, latitude, 0.001)).distance_m == 0.02


def test_a_circle_holds_as_many_square_metres_as_it_should() -> None:
    longitudes, latitudes, _ = GEOD.fwd(
        np.full(3600, _LONGITUDE), np.full(3600, _LATITUDE), np.arange(3600) / 10, np.full(3600, 500_000.0)
    )
    area, _ = GEOD.polygon_area_perimeter(longitudes[::-1], latitudes[::-1])
    assert _circle(500_000).area_m2 == pytest.approx(abs(area), rel=1e-4)
    assert _circle(100).area_m2 == pytest.approx(math.pi * 10_000, rel=1e-9)


def _edge_distance(start: list[float], end: list[float], crs: str, fix: Fix) -> float:
    """To an edge that is straight in `crs`, by walking it in steps of a few metres and then of millimetres."""
    low, high = 0.0, 1.0
    for _ in range(3):
        part = np.linspace(low, high, 20_001)[:, None]
        walked = np.array(start) + (np.array(end) - np.array(start)) * part
        degrees = _to_degrees(crs, walked)
        here = np.full(len(degrees), fix.longitude), np.full(len(degrees), fix.latitude)
        _, _, metres = GEOD.inv(*here, degrees[:, 0], degrees[:, 1])
        at = int(np.argmin(metres))
        step = (high - low) / 20_000
        low, high = max(low + (at - 2) * step, 0.0), min(low + (at + 2) * step, 1.0)
    return float(metres.min())


def _to_degrees(crs: str, xy: Any) -> Any:
    if crs == "EPSG:4326":
        return xy
    return np.column_stack(convert_lonlat(xy[:, 0], xy[:, 1]))


_BOX = [[-3.4, 53.1], [-2.4, 53.1], [-2.4, 53.7], [-3.4, 53.7], [-3.4, 53.1]]
_SLIVER = [[-3.0, 51.0], [-2.99, 51.0], [-2.99, 56.0], [-3.0, 56.0], [-3.0, 51.0]]
_GRID = [[330000, 380000], [380000, 380000], [380000, 430000], [330000, 430000], [330000, 380000]]
_ACROSS = [[390000, 200000], [410000, 200000], [410000, 600000], [390000, 600000], [390000, 200000]]


@pytest.mark.parametrize(
    ("ring", "crs"),
    [(_BOX, "EPSG:4326"), (_SLIVER, "EPSG:4326"), (_GRID, "EPSG:27700"), (_ACROSS, "EPSG:27700")],
)
@pytest.mark.parametrize("place", [(-2.9, 53.11), (-2.9, 53.09), (-2.5, 54.0), (-3.3, 53.4), (-0.5, 51.5)])
def test_distance_to_long_edges_is_to_the_centimetre(
    ring: list[list[float]], crs: str, place: tuple[float, float]
) -> None:
    """An edge is straight in the CRS it was sent in: 2.6 m off the geodesic over 10 km, far more over 70."""
    fix = Fix(*place, 10.0)
    found = judge(_degrees([ring], crs), fix).distance_m
    expected = min(_edge_distance(a, b, crs, fix) for a, b in pairwise(ring))
    assert abs(found) == pytest.approx(expected, abs=0.0151)
    walked = shapely.segmentize(shapely.LinearRing(ring), 0.1 if crs == "EPSG:4326" else 50)
    area = shapely.Polygon(_to_degrees(crs, shapely.get_coordinates(walked)))
    assert (found < 0) == area.contains(shapely.Point(place))


def test_an_edge_across_the_central_meridian_is_followed_rule_59() -> None:
    """On the Irish Grid it bends one way and then the other, so that its middle lies on its chord."""
    start, end = [185_000, 350_000], [215_000, 400_000]
    line = np.array([start, end], dtype=float)
    steps = edge_steps("EPSG:29903", line, Plane(-8.0, 54.6))
    parts = np.linspace(0, 1, 301)[:, None]
    truth = transform_all("EPSG:29903", line[0] + (line[1] - line[0]) * parts)
    chords = densify("EPSG:29903", line, Plane(-8.0, 54.6))
    flat = [Plane(-8.0, 54.6).forward_all(path) for path in (truth, chords)]
    off = shapely.distance(shapely.LineString(flat[1]), shapely.points(flat[0]))
    assert len(chords) == steps.sum() + 1
    assert off.max() < 0.01


def test_a_position_on_the_line_counts_as_in_and_never_prints_minus_nought() -> None:
    """Rule 53."""
    found = judge(_circle(100), Fix(*GEOD.fwd(_LONGITUDE, _LATITUDE, 90, 100)[:2], 1e-9))
    assert (found.distance_m, str(found.distance_m)) == (0.0, "0.0")
    corner = judge(_polygon(_square(100)), _fix(100, 100, 10))
    assert (corner.distance_m, corner.probability_inside) == (0.0, 0.25)


@pytest.mark.parametrize(
    ("longitude", "latitude", "r95_m"),
    [
        (math.nan, 53, 1),
        (-2.9, math.inf, 1),
        (-2.9, 53, math.nan),
        (-2.9, 53, 0),
        (-2.9, 53, -1),
        (-2.9, 90.1, 1),
        (180.1, 53, 1),
    ],
)
def test_a_fix_that_no_verdict_could_be_right_about_is_none(longitude: float, latitude: float, r95_m: float) -> None:
    with pytest.raises(ValueError, match="finite position"):
        Fix(longitude, latitude, r95_m)


def test_threads_may_share_zones() -> None:
    zones = [
        _circle(100),
        _polygon(_square(100), _square(30)),
        _corridor([_at(-99, 0), _at(99, 9)], 60),
        _degrees([_GRID], "EPSG:27700"),
        _degrees([[[300000, 370000], [301000, 370000], [300000, 371000], [300000, 370000]]], "EPSG:29903"),
    ]
    fixes = [_fix(x, y, r95_m) for x in range(-150, 151, 50) for y in (-60, 40) for r95_m in (5, 90)]
    alone = [judge(zone, fix) for zone in zones for fix in fixes]

    def again(_: int) -> bool:
        fresh = [build(zone.shape) for zone in zones]
        return (
            alone
            == [judge(zone, fix) for zone in zones for fix in fixes]
            == [judge(zone, fix) for zone in fresh for fix in fixes]
        )

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(again, range(24)))


def test_what_a_verdict_prints_about_itself_rule_65() -> None:
    assert disclaimer(1234.56).startswith("This result compares a reported position, accurate to about 1,234.6 ")
    assert "does not confirm that the person was there or committed an offence" in DISCLAIMER
    assert ENGINE_VERSION == "3"
    assert {"shapely", "GEOS", "pyproj", "PROJ", "numpy", "scipy", "convertbng"} <= set(
        engine_build().replace("(", "").replace(";", "").split()
    )
