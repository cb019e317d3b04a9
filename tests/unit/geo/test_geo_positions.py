"""Positions of reports: never refused, marked unusable where they are (rules 49, 52, 56, 57; api.md "Reports")."""

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.accuracy import r95
from geo.crs import BRITISH_GRID, IRISH_GRID, OSTN15, TM75
from geo.grid import read_grid_reference
from geo.positions import read_position
from geo.types import Fix

_LIVERPOOL = {"longitude": -2.9779, "latitude": 53.4072}
_SURE = {"accuracy_m": 10, "accuracy_basis": "p95"}

_BAD: dict[str, tuple[Any, list[tuple[str, str]]]] = {
    "nothing": ({}, [("location_missing", "")]),
    "no object": ([1], [("location_missing", "")]),
    "blank words": ({"postcode": ""}, [("location_missing", "")]),
    "half a pair, rule 56": ({"longitude": -2.9}, [("location_incomplete", "/latitude")]),
    "half a grid pair, rule 56": ({"northing": 390000}, [("location_incomplete", "/easting")]),
    "two forms, rule 56": (
        {**_LIVERPOOL, "easting": 334_000, "northing": 390_000},
        [("location_multiple_crs", "")],
    ),
    "swapped, rule 57": (
        {"longitude": 53.4, "latitude": -2.9},
        [("coordinates_swapped", "/longitude")],
    ),
    "Paris, rule 57": ({"longitude": 2.35, "latitude": 48.85}, [("outside_uk", "/longitude")]),
    "no fix": ({"longitude": 0, "latitude": 0.0}, [("null_island", "/longitude")]),
    "infinite": ({"longitude": math.inf, "latitude": 53}, [("not_finite", "/longitude")]),
    "not a number": ({"longitude": -2.9, "latitude": math.nan}, [("not_finite", "/latitude")]),
    "huge": ({"longitude": -(10**400), "latitude": 53}, [("not_finite", "/longitude")]),
    "true": ({"longitude": True, "latitude": 53}, [("not_a_number", "/longitude")]),
    "words": ({"longitude": -2.9, "latitude": "53.4"}, [("not_a_number", "/latitude")]),
    "nested": (
        {"longitude": [[]], "latitude": {}},
        [("not_a_number", "/longitude"), ("not_a_number", "/latitude")],
    ),
    "east of the grid": ({"easting": 700_001, "northing": 1_250_000}, [("outside_uk", "/easting")]),
    "grid swapped": ({"easting": 1_200_000, "northing": 450_000}, [("coordinates_swapped", "/easting")]),
    "degrees as metres": ({"easting": -2.9, "northing": 53.4}, [("coordinates_not_in_crs", "/easting")]),
    "Belfast on the British grid": (
        {"easting": 146_000, "northing": 529_000},
        [("northern_ireland_british_grid", "/easting")],
    ),
    "reference unreadable": (
        {"grid_reference": "SJ\x00 34 90"},
        [("grid_reference_unreadable", "/grid_reference")],
    ),
    "reference a number": ({"grid_reference": 7}, [("grid_reference_unreadable", "/grid_reference")]),
    "postcode": ({"postcode": "L1 1AA"}, [("location_not_resolved", "/postcode")]),
    "address": ({"address": "behind the shop"}, [("location_not_resolved", "/address")]),
    "three words": ({"w3w": "filled.count.soap"}, [("location_not_resolved", "/w3w")]),
}


@pytest.mark.parametrize("name", _BAD)
def test_bad_position_is_unusable_and_says_why(name: str) -> None:
    raw, expected = _BAD[name]
    reading = read_position({**raw, **_SURE} if isinstance(raw, dict) else raw)
    assert reading.point is None
    assert [(warning.code, warning.pointer) for warning in reading.warnings] == expected


@pytest.mark.parametrize(
    ("raw", "form", "operation", "near"),
    [
        (_LIVERPOOL, "degrees", None, (-2.9779, 53.4072)),
        ({"easting": 530624.974, "northing": 178388.464}, "grid", OSTN15, (-0.1199256, 51.4893656)),
        ({"grid_reference": "tq 30624 78388"}, "grid_reference", OSTN15, (-0.11992, 51.48937)),
        ({"grid_reference": "J 33850 74050"}, "grid_reference", TM75, (-5.9301, 54.5966)),
        ({"longitude": -8.69999, "latitude": 49.50001}, "degrees", None, (-8.7, 49.5)),
        ({"longitude": 2.59999, "latitude": 61.49999}, "degrees", None, (2.6, 61.5)),
    ],
)
def test_good_position_is_placed_and_names_its_transformation_rule_59(
    raw: dict[str, Any], form: str, operation: str | None, near: tuple[float, float]
) -> None:
    reading = read_position({**raw, **_SURE})
    assert reading.point is not None
    assert (reading.form, reading.transformation, reading.warnings) == (form, operation, ())
    assert (reading.point.longitude, reading.point.latitude) == pytest.approx(near, abs=5e-4)


def test_the_transformation_moves_a_point_by_its_true_amount() -> None:
    """Trap 6: taking one datum for the other is 94 m in Liverpool."""
    reading = read_position({"easting": 357455.843, "northing": 383290.436, **_SURE})
    assert reading.point is not None
    assert reading.point.longitude == pytest.approx(-2.64049320810, abs=1e-7)
    assert reading.point.latitude == pytest.approx(53.34480280190, abs=1e-7)


@pytest.mark.parametrize(
    ("basis", "factor"),
    [("p95", 1), ("p68", 1.6214), ("rms", 1.7308), ("unknown", 1.7308), (None, 1.7308), ("new", 1.7308)],
)
def test_each_basis_has_its_factor_rule_52(basis: str | None, factor: float) -> None:
    found = r95(100, basis, "gnss")
    assert (found.r95_m, found.assumed) == (round(100 * factor, 6), False)


@pytest.mark.parametrize("accuracy", [None, 0, -1, 0.0, -0.0, math.nan, math.inf, -math.inf, True, "30", [], 10**400])
def test_no_accuracy_is_never_exact_rule_52(accuracy: Any) -> None:
    found = r95(accuracy, "p95", "wifi")
    assert (found.r95_m, found.assumed) == (150.0, True)


@pytest.mark.parametrize(
    ("method", "metres"),
    [
        ("gnss", 25),
        ("tag", 25),
        ("map_pin", 50),
        ("address", 50),
        ("exif", 75),
        ("witness_estimate", 100),
        ("wifi", 150),
        ("cell", 1500),
        ("no such", 1500),
        (None, 1500),
    ],
)
def test_each_method_has_its_default_and_it_is_labelled(method: str | None, metres: float) -> None:
    reading = read_position({**_LIVERPOOL, "method": method})
    assert (reading.r95_m, reading.accuracy_assumed) == (metres, True)
    assert [(warning.code, warning.pointer) for warning in reading.warnings] == [("accuracy_assumed", "/accuracy_m")]


@pytest.mark.parametrize(
    ("raw", "metres"),
    [
        ({}, 70.711),
        ({"method": "grid_reference"}, 70.711),
        ({"method": "witness_estimate"}, 100),
        ({"accuracy_m": 10, "accuracy_basis": "p95"}, 70.711),
        ({"accuracy_m": 300, "accuracy_basis": "p95"}, 300),
    ],
)
def test_a_grid_reference_is_never_sharper_than_its_square_or_its_method_rule_52(
    raw: dict[str, Any], metres: float
) -> None:
    assert read_position({"grid_reference": "SJ 345 901", **raw}).r95_m == pytest.approx(metres, abs=0.001)


@pytest.mark.parametrize(
    ("reference", "metres", "has_shape"),
    [
        ("SJ 39", 7_071.068, True),
        ("SJ 34 90", 707.107, True),
        ("SJ 345 901", 70.711, True),
        ("SJ 3450 9012", 25, False),
        ("SJ 34501 90123", 25, False),
        ("J 338 740", 70.711, True),
        ("J 33801 74002", 25, False),
    ],
)
def test_a_grid_reference_without_accuracy_is_its_square_or_25_m_and_labelled_rule_52(
    reference: str, metres: float, has_shape: bool
) -> None:
    reading = read_position({"grid_reference": reference})
    assert reading.r95_m == pytest.approx(metres, abs=0.001)
    assert reading.accuracy_assumed is True
    assert (reading.spread is not None) is has_shape
    assert [(warning.code, warning.pointer) for warning in reading.warnings] == [("accuracy_assumed", "/accuracy_m")]


def test_a_grid_reference_with_an_accuracy_is_that_or_its_square() -> None:
    stated = {"grid_reference": "SJ 34501 90123", "accuracy_m": 5, "accuracy_basis": "p95", "method": "gnss"}
    reading = read_position(stated)
    assert (reading.r95_m, reading.accuracy_assumed, reading.warnings) == (5, False, ())


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ({"accuracy_m": 5}, True),
        ({"accuracy_m": 5, "accuracy_basis": "p95", "method": "gnss"}, True),
        ({"accuracy_m": 5, "method": "witness_estimate"}, True),
        ({"accuracy_m": 71, "accuracy_basis": "p95"}, False),
        ({"accuracy_m": 500, "accuracy_basis": "p95"}, False),
        ({"accuracy_m": 0}, False),
        ({}, False),
    ],
    ids=str,
)
def test_an_accuracy_that_is_finer_than_the_square_of_a_reference_is_told_rule_52(
    stated: dict[str, Any], told: bool
) -> None:
    """Six figures name a square of 100 m: it is judged at 70.7 m, and whoever stated less hears so."""
    reading = read_position({"grid_reference": "SJ 345 901", **stated})
    assert reading.r95_m is not None and reading.r95_m >= 70.7
    codes = [(warning.pointer, warning.code) for warning in reading.warnings]
    assert (("/accuracy_m", "accuracy_finer_than_place") in codes) is told


def test_of_a_place_that_was_drawn_the_accuracy_says_how_well_and_not_how_large() -> None:
    square = [[[-2.98, 53.41], [-2.97, 53.41], [-2.97, 53.42], [-2.98, 53.42], [-2.98, 53.41]]]
    reading = read_position({"geometry": {"type": "Polygon", "coordinates": square}, "accuracy_m": 5})
    assert "accuracy_finer_than_place" not in [warning.code for warning in reading.warnings]


@pytest.mark.parametrize(
    ("place", "metres"),
    [
        ({"longitude": -2.98, "latitude": 53.41}, 1_296),
        ({"longitude": -3, "latitude": 53.4}, 12_960),
        ({"longitude": -2.978, "latitude": 53.407}, 129.6),
        ({"longitude": -2.9, "latitude": 53.407}, 129.6),
    ],
)
@pytest.mark.parametrize("stated", [{}, {"accuracy_m": 30, "accuracy_basis": "p95"}], ids=["not said", "said"])
def test_degrees_of_which_decimals_were_cut_off_are_as_vague_as_what_is_left(
    place: dict[str, Any], metres: float, stated: dict[str, Any]
) -> None:
    reading = read_position({**place, **stated, "method": "map_pin"})
    assert reading.r95_m == pytest.approx(metres, rel=2e-3)
    assert reading.accuracy_assumed is True
    assert ("", "coordinates_rounded") in [(warning.pointer, warning.code) for warning in reading.warnings]


def test_degrees_with_their_decimals_are_as_sure_as_is_said() -> None:
    for place in ({"longitude": -2.9779, "latitude": 53.4}, {"longitude": 0.0, "latitude": 53.36701}):
        reading = read_position({**place, **_SURE})
        assert (reading.accuracy_assumed, reading.warnings) == (False, ())


def test_easting_and_northing_without_accuracy_are_as_sure_as_their_method() -> None:
    pair = {"easting": 334501, "northing": 390123}
    assert read_position({**pair, "method": "map_pin"}).r95_m == 50
    assert (read_position(pair).r95_m, read_position(pair).accuracy_assumed) == (1500, True)


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"accuracy_m": -1, "accuracy_basis": "p95"}, "/accuracy_m"),
        ({"accuracy_m": -2147473}, "/accuracy_m"),
        ({"accuracy_m": -1e-9}, "/accuracy_m"),
        ({"accuracy_m": -math.inf}, "/accuracy_m"),
        ({"accuracy_m": 8, "accuracy_basis": "p95", "receiver_status": "void"}, "/receiver_status"),
        ({"receiver_status": "V"}, "/receiver_status"),
        ({"receiver_status": " v "}, "/receiver_status"),
    ],
)
def test_a_position_that_its_receiver_disowns_is_kept_and_said_so_rule_52(said: dict[str, Any], pointer: str) -> None:
    reading = read_position({**_LIVERPOOL, "method": "gnss", **said})
    assert (reading.disowned, reading.accuracy_assumed, reading.r95_m) == (True, True, 25)
    assert [(warning.code, warning.pointer) for warning in reading.warnings] == [
        ("position_disowned", pointer),
        ("accuracy_assumed", "/accuracy_m"),
    ]


@pytest.mark.parametrize(
    "said", [{"accuracy_m": 0}, {"accuracy_m": -0.0}, {"accuracy_m": None}, {"receiver_status": "A"}]
)
def test_what_is_only_unknown_is_not_disowned(said: dict[str, Any]) -> None:
    assert read_position({**_LIVERPOOL, "method": "gnss", **said}).disowned is False


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SV 00 00", (BRITISH_GRID, 0, 0, 1000)),
        ("SJ34509012", (BRITISH_GRID, 334500, 390120, 10)),
        ("  sj  3450   9012 ", (BRITISH_GRID, 334500, 390120, 10)),
        ("TQ 30624 78388", (BRITISH_GRID, 530624, 178388, 1)),
        ("HP 6 1", (BRITISH_GRID, 460000, 1210000, 10000)),
        ("J 33 74", (IRISH_GRID, 333000, 374000, 1000)),
        ("I 33 74", None),
        ("SI 33 74", None),
        ("AA 33 74", None),
        ("SJ 345 90", None),
        ("SJ 34590", None),
        ("SJ", None),
        ("", None),
        ("ſJ 34 90", None),
        ("SJ ３４ 90", None),
        ("SJ 34 90\x00", None),
        ("SJ 3 4 9 0", None),
        ("SJ 345012 901234", None),
        (None, None),
        (["SJ 34 90"], None),
    ],
)
def test_grid_references_name_their_south_west_corner(text: Any, expected: tuple[Any, ...] | None) -> None:
    square = read_grid_reference(text)
    found = square and (square.crs, square.easting, square.northing, square.size_m)
    assert found == expected


_values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.floats(-9, 62),
    st.sampled_from([10**400, "\x00", "\ud800", "SJ 34 90", "p95", "gnss", {}, [[[]]], {"longitude": 1}]),
)  # fmt: skip
_names = [
    "longitude", "latitude", "easting", "northing", "grid_reference", "postcode", "address", "w3w",
    "accuracy_m", "accuracy_basis", "method",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(raw=st.one_of(st.dictionaries(st.sampled_from(_names), _values), st.lists(_values), _values))
def test_reading_is_total_and_what_is_usable_makes_a_fix(raw: Any) -> None:
    """Rule 33: a report cannot be refused; what is wrong with its position becomes a warning."""
    reading = read_position(raw)
    assert (reading.r95_m is None) == (reading.form is None)
    if reading.point is None:
        assert reading.warnings
        return
    assert reading.r95_m is not None
    assert Fix(reading.point.longitude, reading.point.latitude, reading.r95_m).r95_m == reading.r95_m


def test_no_warning_repeats_a_value_that_was_sent() -> None:
    raw = {"longitude": 53.40719, "latitude": "53.40719", "grid_reference": "SJ 40719", "w3w": "a.40719.b"}
    told = json.dumps([(w.pointer, w.code, w.detail) for w in read_position(raw).warnings])
    assert "40719" not in told
    assert "location_multiple_crs" in told
