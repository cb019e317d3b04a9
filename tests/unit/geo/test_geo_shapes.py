"""Shapes as a force sends them: every problem at once, with code and pointer, and never an exception."""

import json
import math
import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.notes import MOST_PROBLEMS
from geo.proximity import judge
from geo.shapes import ShapeReading, read_shape, shape_from_json, shape_sha256, shape_to_json
from geo.types import Area, Circle, Corridor, Fix, Point, Shape
from geo.zones import build

Json = Any

_SQUARE = [[-2.98, 53.40], [-2.97, 53.40], [-2.97, 53.41], [-2.98, 53.41], [-2.98, 53.40]]
_HOLE = [[-2.977, 53.403], [-2.977, 53.406], [-2.973, 53.406], [-2.973, 53.403], [-2.977, 53.403]]
_FAR_HOLE = [[-2.95, 53.403], [-2.95, 53.406], [-2.94, 53.406], [-2.94, 53.403], [-2.95, 53.403]]
_LEGS = [[334000, 390000], [334200, 390000], [334200, 390180], [334000, 390180], [334000, 390000]]
_RINGS = "/shape/geometry/coordinates"


def _circle(radius: Json = 100, **centre: Json) -> Json:
    return {"type": "circle", "centre": centre or {"longitude": -2.9, "latitude": 53.4}, "radius_m": radius}


def _polygon(coordinates: Json, crs: Json = "EPSG:4326", kind: Json = "Polygon") -> Json:
    return {"type": "polygon", "crs": crs, "geometry": {"type": kind, "coordinates": coordinates}}


def _corridor(line: Json, width: Json = 60, crs: Json = "EPSG:4326") -> Json:
    geometry = {"type": "LineString", "coordinates": line}
    return {"type": "corridor", "crs": crs, "width_m": width, "geometry": geometry}


def _read(raw: Json) -> ShapeReading:
    return read_shape(raw, "/shape")


def _shape(raw: Json) -> Shape:
    reading = _read(raw)
    assert reading.shape is not None, reading.problems
    return reading.shape


def _said(reading: ShapeReading) -> list[tuple[str, str]]:
    return [(problem.code, problem.pointer) for problem in reading.problems]


def _moved(ring: list[list[float]], east: float) -> list[list[float]]:
    return [[x + east, y] for x, y in ring]


_BAD: dict[str, tuple[Json, list[tuple[str, str]]]] = {
    "null": (None, [("not_an_object", "/shape")]),
    "a list": ([], [("not_an_object", "/shape")]),
    "empty": ({}, [("member_missing", "/shape/type")]),
    "type unknown": ({"type": "square"}, [("shape_type_unknown", "/shape/type")]),
    "type a list": ({"type": ["circle"]}, [("shape_type_unknown", "/shape/type")]),
    "member unknown": ({**_circle(), "colour": "red"}, [("member_unknown", "/shape/colour")]),
    "radius nought": (_circle(0), [("radius_out_of_range", "/shape/radius_m")]),
    "radius negative": (_circle(-1), [("radius_out_of_range", "/shape/radius_m")]),
    "radius over 500 km": (_circle(500_000.1), [("radius_out_of_range", "/shape/radius_m")]),
    "radius infinite": (_circle(math.inf), [("not_finite", "/shape/radius_m")]),
    "radius nan": (_circle(math.nan), [("not_finite", "/shape/radius_m")]),
    "radius huge": (_circle(10**400), [("not_finite", "/shape/radius_m")]),
    "radius true": (_circle(True), [("not_a_number", "/shape/radius_m")]),
    "radius words": (_circle("100"), [("not_a_number", "/shape/radius_m")]),
    "radius missing": (_circle(None), [("member_missing", "/shape/radius_m")]),
    "centre missing": ({"type": "circle", "radius_m": 9}, [("member_missing", "/shape/centre")]),
    "centre empty": ({**_circle(), "centre": {}}, [("location_missing", "/shape/centre")]),
    "half a centre, rule 56": (_circle(longitude=-2.9), [("location_incomplete", "/shape/centre/latitude")]),
    "two centres, rule 56": (
        _circle(longitude=-2.9, latitude=53.4, easting=334000, northing=390000),
        [("location_multiple_crs", "/shape/centre")],
    ),
    "swapped, rule 57": (_circle(longitude=53.4, latitude=-2.9), [("coordinates_swapped", "/shape/centre")]),
    "Paris, rule 57": (_circle(longitude=2.35, latitude=48.85), [("outside_uk", "/shape/centre")]),
    "null island": (_circle(longitude=0, latitude=0), [("null_island", "/shape/centre")]),
    "metres as degrees": (
        _circle(longitude=334000, latitude=390000),
        [("coordinates_not_in_crs", "/shape/centre")],
    ),
    "Belfast on the British grid": (
        _circle(easting=146000, northing=529000),
        [("northern_ireland_british_grid", "/shape/centre")],
    ),
    "grid reference unreadable": (
        _circle(grid_reference="SJ 345 90"),
        [("grid_reference_unreadable", "/shape/centre/grid_reference")],
    ),
    "grid reference of 1 km": (
        _circle(grid_reference="SJ 34 90"),
        [("grid_reference_too_coarse", "/shape/centre/grid_reference")],
    ),
    "no crs": (_polygon([_SQUARE], None), [("member_missing", "/shape/crs")]),
    "crs unknown": (_polygon([_SQUARE], "EPSG:3857"), [("crs_unknown", "/shape/crs")]),
    "no geometry": (
        {"type": "polygon", "crs": "EPSG:4326"},
        [("member_missing", "/shape/geometry")],
    ),
    "geometry with a crs": (
        {
            "type": "polygon",
            "crs": "EPSG:4326",
            "geometry": {"type": "Polygon", "coordinates": [_SQUARE], "crs": "file:///etc/passwd"},
        },
        [("geometry_crs_not_allowed", "/shape/geometry/crs")],
    ),
    "a line as polygon": (
        _polygon(_SQUARE, kind="LineString"),
        [("geometry_type_wrong", "/shape/geometry/type")],
    ),
    "coordinates words": (_polygon("here"), [("not_an_array", _RINGS)]),
    "no rings": (_polygon([]), [("geometry_empty", _RINGS)]),
    "empty ring": (_polygon([[]]), [("geometry_empty", f"{_RINGS}/0")]),
    "null ring": (_polygon([_SQUARE, None]), [("not_an_array", f"{_RINGS}/1")]),
    "null part": (_polygon([None], kind="MultiPolygon"), [("not_an_array", f"{_RINGS}/0")]),
    "null position": (_polygon([[None, *_SQUARE]]), [("position_not_a_pair", f"{_RINGS}/0/0")]),
    "null coordinates": (_polygon(None), [("member_missing", _RINGS)]),
    "ring a number": (_polygon([7]), [("not_an_array", f"{_RINGS}/0")]),
    "no parts": (_polygon([], kind="MultiPolygon"), [("geometry_empty", _RINGS)]),
    "unclosed": (_polygon([_SQUARE[:-1]]), [("ring_not_closed", f"{_RINGS}/0/3")]),
    "too short": (_polygon([_SQUARE[:2] + _SQUARE[:1]]), [("ring_too_short", f"{_RINGS}/0")]),
    "three numbers": (
        _polygon([[[*position, 7.0] for position in _SQUARE]]),
        [("three_dimensional", f"{_RINGS}/0/{index}") for index in range(5)],
    ),
    "one number": (_polygon([[[1.0], *_SQUARE]]), [("position_not_a_pair", f"{_RINGS}/0/0")]),
    "a word in a position": (_polygon([[["x", 53.4], *_SQUARE]]), [("not_a_number", f"{_RINGS}/0/0/0")]),
    "1e999 in a position": (_polygon([[[math.inf, 53.4], *_SQUARE]]), [("not_finite", f"{_RINGS}/0/0/0")]),
    "bow tie": (
        _polygon([[[-2.98, 53.40], [-2.97, 53.41], [-2.97, 53.40], [-2.98, 53.41], [-2.98, 53.40]]]),
        [("ring_crosses_itself", f"{_RINGS}/0/0")],
    ),
    "spike": (
        _polygon([[*_SQUARE[:2], [-2.96, 53.40], [-2.97, 53.40], *_SQUARE[2:]]]),
        [("ring_crosses_itself", f"{_RINGS}/0/0")],
    ),
    "no area": (
        _polygon([[[-2.98, 53.40], [-2.97, 53.40], [-2.96, 53.40], [-2.98, 53.40]]]),
        [("zero_area", f"{_RINGS}/0")],
    ),
    "hardly any area": (
        _polygon([[[-2.98, 53.4], [-2.98 + 1e-13, 53.4], [-2.98, 53.4 + 1e-13], [-2.98, 53.4]]]),
        [("zero_area", _RINGS)],
    ),
    "hole outside": (_polygon([_SQUARE, _FAR_HOLE]), [("hole_outside", f"{_RINGS}/1")]),
    "holes overlap": (
        _polygon([_SQUARE, _HOLE, _moved(_HOLE, 0.001)]),
        [("holes_overlap", f"{_RINGS}/2")],
    ),
    "hole over everything": (_polygon([_SQUARE, _SQUARE]), [("geometry_invalid", f"{_RINGS}/0")]),
    "parts overlap": (
        _polygon([[_SQUARE], [_moved(_SQUARE, 0.005)]], kind="MultiPolygon"),
        [("parts_overlap", f"{_RINGS}/1")],
    ),
    "parts share an edge": (
        _polygon([[_SQUARE], [_moved(_SQUARE, 0.01)]], kind="MultiPolygon"),
        [("parts_overlap", f"{_RINGS}/1")],
    ),
    "too many": (_polygon([[[-2.9, 53.4]] * 20_001]), [("too_many_vertices", _RINGS)]),
    "degrees named as grid": (
        _polygon([_SQUARE], "EPSG:27700"),
        [("coordinates_not_in_crs", f"{_RINGS}/0/{index}") for index in range(5)],
    ),
    "line of one": (_corridor([[-2.9, 53.4], [-2.9, 53.4]]), [("line_too_short", _RINGS)]),
    "width nought": (_corridor(_SQUARE, 0), [("width_out_of_range", "/shape/width_m")]),
    "several at once": (
        {**_corridor([[53.4, -2.9], [-2.9, 53.4]], -1), "x/y": 1},
        [
            ("member_unknown", "/shape/x~1y"),
            ("width_out_of_range", "/shape/width_m"),
            ("coordinates_swapped", f"{_RINGS}/0"),
        ],
    ),
}


@pytest.mark.parametrize("name", _BAD)
def test_bad_shape_is_refused_with_code_and_pointer(name: str) -> None:
    raw, expected = _BAD[name]
    reading = _read(raw)
    assert _said(reading) == expected
    assert reading.shape is None


@pytest.mark.parametrize(
    ("raw", "warned"),
    [
        (_circle(9.99), [("radius_small", "/shape/radius_m")]),
        (_circle(10), []),
        (_circle(20_000), []),
        (_circle(20_001), [("radius_large", "/shape/radius_m")]),
        (_circle(500_000), [("radius_large", "/shape/radius_m"), ("area_large", "/shape")]),
        (_circle(grid_reference="SJ 345 901"), [("grid_reference_coarse", "/shape/centre/grid_reference")]),
        (_polygon([_SQUARE[::-1]]), [("ring_turned", f"{_RINGS}/0")]),
        (_polygon([_LEGS], "EPSG:27700"), []),
        (_polygon([[[-4, 52], [-2, 52], [-2, 53], [-4, 53], [-4, 52]]]), [("area_large", _RINGS)]),
        (_corridor([[-2.97, 53.40], [-2.96, 53.41]]), []),
    ],
)
def test_good_shape_is_taken_with_its_warnings_rule_58(raw: Json, warned: list[tuple[str, str]]) -> None:
    reading = _read(raw)
    assert reading.shape is not None
    assert [(warning.code, warning.pointer) for warning in reading.warnings] == warned


def test_rings_that_only_touch_are_taken() -> None:
    touching = [_SQUARE, [[-2.98, 53.403], [-2.975, 53.405], [-2.975, 53.402], [-2.98, 53.403]]]
    corners = [[_SQUARE], [[[x + 0.01, y + 0.01] for x, y in _SQUARE]]]
    assert _read(_polygon(touching)).problems == ()
    assert _read(_polygon(corners, kind="MultiPolygon")).problems == ()


def test_decimals_are_kept_and_a_ring_is_turned_rule_58() -> None:
    shape = _shape(_polygon([[[x + 0.000000123456, y] for x, y in _SQUARE[::-1]]]))
    assert isinstance(shape, Area)
    assert shape.polygons[0][0] == tuple((x + 0.000000123456, y) for x, y in _SQUARE)


def test_no_problem_repeats_a_value_that_was_sent() -> None:
    secret = "53.40719"
    wrong = [[float(secret), -2.9], ["53.40719", None], {secret * 20: secret}, secret, [secret] * 3]
    for raw in (_polygon([wrong]), _corridor(wrong, secret), _circle(secret, grid_reference=secret)):
        told = json.dumps([(p.pointer, p.code, p.detail) for p in _read(raw).problems])
        assert "40719" not in told
        assert len(told) > 100


def test_a_thousand_problems_are_cut_short_and_still_refused() -> None:
    """The list's end must not hide that a later ring is bad: it once reached GEOS unread and raised."""
    reading = _read(_polygon([[[-2.0, 53.0]]] * 20_000))
    assert reading.shape is None
    assert len(reading.problems) == MOST_PROBLEMS + 1
    assert reading.problems[-1].code == "more_problems"


def test_sha256_does_not_see_how_it_was_written() -> None:
    as_sent = shape_sha256(_shape(_polygon([_LEGS], "EPSG:27700")))
    turned = shape_sha256(_shape(_polygon([[[float(x), y] for x, y in _LEGS[::-1]]], "EPSG:27700")))
    assert as_sent == turned
    assert len(as_sent) == 64
    signed, whole = Circle(Point(-0.0, 53.0), 100.0), Circle(Point(0, 53), 100)
    assert shape_sha256(signed) == shape_sha256(whole)


@pytest.mark.parametrize(
    "other",
    [
        _circle(100.5),
        _circle(longitude=-2.9, latitude=53.4000001),
        _corridor(_SQUARE[:3]),
        _corridor(_SQUARE[:3], 61),
        _polygon([_SQUARE]),
        _polygon([_SQUARE, _HOLE]),
    ],
)
def test_sha256_sees_every_difference(other: Json) -> None:
    digests = {shape_sha256(_shape(raw)) for raw in (_circle(), other)}
    assert len(digests) == 2


def test_the_sha256_of_known_shapes_stays_for_ever() -> None:
    """Approvals of earlier years name these digests (rule 16)."""
    assert [shape_sha256(_shape(raw)) for raw in (_circle(), _polygon([_LEGS], "EPSG:27700"))] == [
        "5a348db0f7b9221c88688d0030e6e9686fcd01609d871636ed2ca8b0f50836cb",
        "4bd1719b508c306a955590afccd9d31b5d1b3927a2dfcf8c3d1aa776b2737caf",
    ]


_numbers = st.one_of(
    st.integers(),
    st.floats(),
    st.sampled_from([10**400, -(10**400), 5e-324, 1e308, -2.97, 53.4, 334000, 390000, True, 0]),
)
_leaves = st.one_of(st.none(), st.booleans(), _numbers, st.text(max_size=9), st.just("\x00"), st.just("\ud800"))
_json = st.recursive(
    _leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)
_coordinate = st.one_of(st.floats(-9, 3), st.floats(49, 62), st.integers(0, 700_000), _numbers)
_positions = st.lists(st.one_of(st.tuples(_coordinate, _coordinate).map(list), _json), max_size=6)
_rings = st.lists(_positions.map(lambda ring: ring + ring[:1]), max_size=3)
_geometries = st.fixed_dictionaries(
    {
        "type": st.one_of(st.sampled_from(["Polygon", "MultiPolygon", "LineString"]), _json),
        "coordinates": st.one_of(_positions, _rings, st.lists(_rings, max_size=3), _json),
    }
)
_systems = st.one_of(st.sampled_from(["EPSG:4326", "EPSG:27700", "EPSG:29903"]), _json)
_shapes = st.one_of(
    _json,
    st.fixed_dictionaries({"type": st.just("polygon"), "crs": _systems, "geometry": _geometries}),
    st.fixed_dictionaries({"type": st.just("corridor"), "crs": _systems, "geometry": _geometries, "width_m": _numbers}),
    st.fixed_dictionaries(
        {
            "type": st.just("circle"),
            "radius_m": _json,
            "centre": st.dictionaries(
                st.sampled_from(["longitude", "latitude", "easting", "northing", "grid_reference"]), _json
            ),
        }
    ),
)


@settings(max_examples=250, deadline=None)
@given(raw=_shapes)
def test_reading_is_total(raw: Json) -> None:
    """Whatever JSON holds: a shape, or problems that begin with the pointer; and never both, nor an exception."""
    reading = _read(raw)
    assert (reading.shape is None) == bool(reading.problems)
    assert all(problem.pointer.startswith("/shape") for problem in reading.problems[:MOST_PROBLEMS])
    json.dumps([problem.pointer for problem in reading.problems]).encode()


_tiny = st.sampled_from([0.0, 5e-324, 1e-300, 1e-15, 1e-13, 1e-12, 1e-9, 1e-7, 1e-3, 0.1])
_near = st.tuples(_tiny, _tiny).map(lambda step: [-2.97 + step[0], 53.4 + step[1]])
_sizes = st.sampled_from([5e-324, 1e-300, 1e-9, 0.004, 0.01, 1.0, 60.0, 1e4, 5e5])
_strange = st.one_of(
    st.builds(_polygon, st.lists(_near, min_size=3, max_size=6).map(lambda ring: [ring + ring[:1]])),
    st.builds(_corridor, st.lists(_near, min_size=2, max_size=4), _sizes),
    st.builds(_circle, _sizes),
)
_radii = st.sampled_from([5e-324, 1e-9, 1.0, 30.0, 2e7, 1e308])
_fixes = st.builds(Fix, st.floats(-180, 180) | st.just(-2.97), st.floats(-90, 90) | st.just(53.4), _radii)


@settings(max_examples=250, deadline=None)
@given(raw=_strange, fix=_fixes)
def test_what_is_read_can_be_stored_built_and_judged(raw: Json, fix: Fix) -> None:
    """Habit 2: rules never raise. Shapes of hardly any size, fixes anywhere and of any accuracy."""
    reading = _read(raw)
    if reading.shape is None:
        assert reading.problems
        return
    assert shape_from_json(shape_to_json(reading.shape)) == reading.shape
    found = judge(build(reading.shape), fix)
    assert math.isfinite(found.distance_m)
    assert 0 <= found.probability_inside <= 1


def _fan(holes: int) -> Json:
    """Holes that all meet in one position, and one outside."""
    turns = [2 * math.pi * index / holes for index in range(holes)]
    ends = [[(math.cos(t), math.sin(t)) for t in (turn, turn + math.pi / holes)] for turn in turns]
    tips = [[-2.0, 53.0], [-2.0, 53.0]]
    rings = [[tips[0], *([-2 + x / 99, 53 + y / 99] for x, y in pair), tips[1]] for pair in ends]
    return _polygon([[[-3, 52], [-1, 52], [-1, 54], [-3, 54], [-3, 52]], *rings, _FAR_HOLE])


def _star(tips: int) -> Json:
    turns = [index * math.pi * (1 - 1 / tips) for index in range(tips)]
    ring = [[-2 + math.cos(turn) / 10, 53 + math.sin(turn) / 10] for turn in turns]
    return _polygon([[*ring, ring[0]]])


def _zigzag(bends: int) -> Json:
    return _corridor([[-2 + index * 1.5e-5, 53 + index % 2 * 0.002] for index in range(bends)], 2_000)


def _scribble(positions: int) -> Json:
    chance = random.Random(1)
    line = [[-2 + chance.random() / 10, 53 + chance.random() / 10] for _ in range(positions)]
    return _polygon([[*line, line[0]]])


@pytest.mark.parametrize(
    ("make", "size"), [(_fan, 4_900), (_fan, 400), (_star, 19_999), (_scribble, 19_999), (_zigzag, 3_000)]
)
def test_hostile_shapes_are_answered_in_seconds(make: Callable[[int], Json], size: int) -> None:
    """Quadratic, these took from 20 s to hours."""
    raw = make(size)
    begun = time.process_time()
    reading = _read(raw)
    assert (reading.shape is None) == bool(reading.problems)
    assert time.process_time() - begun < 8


def test_the_largest_circle_and_the_smallest_things_are_kept_exactly() -> None:
    circle, corridor = _shape(_circle(500_000)), _shape(_corridor(_SQUARE[:2], 0.5))
    assert isinstance(circle, Circle) and circle.radius_m == 500_000.0
    assert isinstance(corridor, Corridor) and corridor.width_m == 0.5


def test_a_zone_keeps_what_it_is_measured_from_rule_55() -> None:
    """Rule 55: a circle is measured from its centre, an area from its own outline; which it is stays with it."""
    circle, premises = build(_shape(_circle(100))), build(_shape(_polygon([_SQUARE])))
    assert (circle.core_geojson["type"], circle.reach_m) == ("Point", 100)
    assert (premises.core_geojson["type"], premises.reach_m) == ("MultiPolygon", 0)
    assert [shape_to_json(zone.shape)["type"] for zone in (circle, premises)] == ["circle", "polygon"]
