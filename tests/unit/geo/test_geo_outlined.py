"""Places that were drawn: kept whatever they are, and judged where they are sound (rules 33, 56 to 58)."""

import math
from typing import Any

import pytest

from geo.positions import read_position
from geo.types import Area, Candidates, Corridor

_SQUARE = [[-2.98, 53.40], [-2.97, 53.40], [-2.97, 53.41], [-2.98, 53.41], [-2.98, 53.40]]

_BOW = [_SQUARE[index] for index in (0, 2, 1, 3, 0)]


def _geometry(kind: Any, coordinates: Any) -> dict[str, Any]:
    return {"geometry": {"type": kind, "coordinates": coordinates}}


def _codes(raw: dict[str, Any]) -> list[tuple[str, str]]:
    reading = read_position(raw)
    assert reading.point is None and reading.fix is None
    return [(warning.code, warning.pointer) for warning in reading.warnings if warning.code != "accuracy_assumed"]


_BAD: dict[str, tuple[dict[str, Any], str]] = {
    "not a number": (_geometry("Polygon", [[[math.nan, 53.4], *_SQUARE[1:]]]), "not_finite"),
    "infinite": (_geometry("LineString", [[math.inf, 53.4], [-2.9, 53.4]]), "not_finite"),
    "1e400": (_geometry("LineString", [[10**400, 53.4], [-2.9, 53.4]]), "not_finite"),
    "empty": (_geometry("Polygon", []), "geometry_empty"),
    "empty points": (_geometry("MultiPoint", []), "geometry_empty"),
    "three-dimensional": (_geometry("Polygon", [[[*xy, 12.0] for xy in _SQUARE]]), "three_dimensional"),
    "three-dimensional point": (_geometry("Point", [-2.9, 53.4, 3]), "three_dimensional"),
    "a collection": ({"geometry": {"type": "GeometryCollection", "geometries": []}}, "geometry_type_wrong"),
    "no type": (_geometry(None, _SQUARE), "member_missing"),
    "type is a list": (_geometry(["Polygon"], _SQUARE), "geometry_type_wrong"),
    "words": (_geometry("Polygon", "here"), "not_an_array"),
    "100,000 vertices": (_geometry("Polygon", [[[-2.9, 53.4]] * 100_000]), "too_many_vertices"),
    "many empty arrays": (_geometry("MultiPolygon", [[]] * 5_000), "too_many_vertices"),
    "over the antimeridian": (_geometry("LineString", [[179.9, 53.4], [-179.9, 53.4]]), "outside_uk"),
    "null island": (_geometry("Point", [0, 0]), "null_island"),
    "swapped": (_geometry("Point", [53.4, -2.9]), "coordinates_swapped"),
    "grid numbers as degrees": (_geometry("Point", [334_000, 390_000]), "coordinates_not_in_crs"),
    "degrees as grid numbers": ({**_geometry("Point", [-2.9, 53.4]), "crs": "EPSG:27700"}, "coordinates_not_in_crs"),
    "unknown system": ({**_geometry("Point", [-2.9, 53.4]), "crs": "EPSG:3857"}, "crs_unknown"),
    "crossing itself": (_geometry("Polygon", [_BOW]), "ring_crosses_itself"),
    "unclosed": (_geometry("Polygon", [_SQUARE[:4]]), "ring_not_closed"),
    "no width": ({**_geometry("LineString", [[-2.9, 53.4], [-2.8, 53.4]]), "width_m": 0}, "width_out_of_range"),
    "too many places": (_geometry("MultiPoint", [[-2.9 + i * 1e-5, 53.4] for i in range(201)]), "too_many_candidates"),
}  # fmt: skip


@pytest.mark.parametrize("name", _BAD)
def test_bad_geometry_is_unusable_and_says_why(name: str) -> None:
    raw, code = _BAD[name]
    assert code in [found for found, _ in _codes(raw)]
    assert all(pointer.startswith(("/geometry", "/crs", "/width_m")) for _, pointer in _codes(raw))


def test_a_drawn_place_beside_a_point_is_two_places() -> None:
    assert ("location_multiple_crs", "") in _codes({**_geometry("Point", [-2.9, 53.4]), "postcode": "L1 1AA"})


def test_an_area_is_its_own_error() -> None:
    reading = read_position({**_geometry("Polygon", [_SQUARE]), "method": "map_pin"})
    assert isinstance(reading.spread, Area)
    assert (reading.form, reading.accuracy_assumed, reading.warnings) == ("geometry", False, ())
    assert reading.r95_m == pytest.approx(648, abs=1)


def test_an_area_is_no_sharper_than_a_vaguer_method_or_a_stated_accuracy() -> None:
    """Rule 52: with an error of 2 km around it, a drawn block of streets is a circle of 2 km."""
    reading = read_position({**_geometry("Polygon", [_SQUARE]), "accuracy_m": 2_000, "accuracy_basis": "p95"})
    assert (reading.spread, reading.r95_m, reading.accuracy_assumed) == (None, 2_000, False)
    assert read_position({**_geometry("Polygon", [_SQUARE]), "method": "cell"}).r95_m == 1_500


def test_somewhere_on_this_road_is_a_line_with_a_width() -> None:
    line = _geometry("LineString", [[-2.98, 53.40], [-2.97, 53.40]])
    reading = read_position({**line, "method": "road", "width_m": 12})
    assert isinstance(reading.spread, Corridor) and reading.spread.width_m == 12
    assert reading.accuracy_assumed is False


def test_a_road_of_unknown_width_says_so() -> None:
    reading = read_position({**_geometry("LineString", [[-2.98, 53.40], [-2.97, 53.40]]), "method": "road"})
    assert isinstance(reading.spread, Corridor) and reading.spread.width_m == 30
    assert [warning.code for warning in reading.warnings] == ["accuracy_assumed"]


def test_points_are_places_of_which_one_is_meant() -> None:
    raw = {**_geometry("MultiPoint", [[334_000, 390_000], [334_100, 390_000]]), "crs": "EPSG:27700"}
    reading = read_position({**raw, "accuracy_m": 20, "accuracy_basis": "p95"})
    assert isinstance(reading.spread, Candidates)
    assert [place.r95_m for place in reading.spread.places] == [20, 20]
    assert reading.transformation == "OSTN15 (convertbng 2.0.0)"
    assert read_position(_geometry("MultiPoint", [[-2.9, 53.4], [-2.9, 53.4]])).spread is None
