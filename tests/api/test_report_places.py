"""Places in every form, through POST /victim/reports: each is kept, judged where it can be, told where not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from breaches.models import Assessment, ReportPosition
from breaches.replaying import replay_assessment
from geo.gazetteer_build import build_gazetteer
from tests.support.api import Answer, Apis
from tests.support.orders import EXCLUSION, ZONE_A, a_condition, a_position, a_report, an_order
from webhooks.models import Event

NOWHERE = {"longitude": None, "latitude": None, "accuracy_m": None, "accuracy_basis": None}
HERE = {"longitude": -2.9779, "latitude": 53.4072}
BOW_TIE = [[-2.9, 53.4], [-2.8, 53.5], [-2.8, 53.4], [-2.9, 53.5], [-2.9, 53.4]]
# A hundred metres around the middle of the order's zone A.
SQUARE = [[[-2.9789, 53.4067], [-2.9769, 53.4067], [-2.9769, 53.4077], [-2.9789, 53.4077], [-2.9789, 53.4067]]]


def submit(api: Apis, **position: Any) -> Answer:
    answer = api.victim.post("victim/reports", a_report(positions=[a_position(**NOWHERE | position)]))
    assert answer.status == 201, answer.body
    return answer


def location(api: Apis, answer: Answer) -> Any:
    assessment = api.officer.get(f"officer/reports/{answer.body['id']}").body["assessment"]
    return next(f["location"] for f in assessment["findings"] if f["clause"] == "1")


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "1e400": ({"longitude": 1e999, "latitude": 53.4}, "not_finite"),
    "-1e400": ({"longitude": -2.9, "latitude": -1e999}, "not_finite"),
    "1e400 drawn": ({"geometry": {"type": "Point", "coordinates": [1e999, 53.4]}}, "not_finite"),
    "null island": ({"longitude": 0, "latitude": 0}, "null_island"),
    "false origin": ({"easting": 0, "northing": 0}, "null_island"),
    "swapped": ({"longitude": 53.4, "latitude": -2.9}, "coordinates_swapped"),
    "swapped grid numbers": ({"easting": 1_100_000, "northing": 300_000}, "coordinates_swapped"),
    "both pairs": ({**HERE, "easting": 334_000, "northing": 390_000}, "location_multiple_crs"),
    "half a pair": ({"longitude": -2.9}, "location_incomplete"),
    "grid numbers of Northern Ireland": ({"easting": 146_000, "northing": 530_000}, "northern_ireland_british_grid"),
    "grid numbers as degrees": ({"longitude": 334_000, "latitude": 390_000}, "coordinates_not_in_crs"),
    "degrees as grid numbers": ({"easting": -2.9, "northing": 53.4}, "coordinates_not_in_crs"),
    "antimeridian": ({"longitude": -180, "latitude": 53.4}, "outside_uk"),
    "empty": ({"geometry": {"type": "Polygon", "coordinates": []}}, "geometry_empty"),
    "three-dimensional": ({"geometry": {"type": "Point", "coordinates": [-2.9, 53.4, 1]}}, "three_dimensional"),
    "wrong type": ({"geometry": {"type": "GeometryCollection", "geometries": []}}, "geometry_type_wrong"),
    "100,000 vertices": (
        {"geometry": {"type": "LineString", "coordinates": [[-2.9, 53.4]] * 100_000}},
        "too_many_vertices",
    ),
    "100,000 vertices of a polygon": (
        {"geometry": {"type": "Polygon", "coordinates": [[[-2.9, 53.4]] * 100_000]}},
        "too_many_vertices",
    ),
    "across the antimeridian": (
        {"geometry": {"type": "Polygon", "coordinates": [[[179, 53], [-179, 53], [-179, 54], [179, 53]]]}},
        "outside_uk",
    ),
    "a geometry with a crs of its own": (
        {"geometry": {"type": "Point", "coordinates": [-2.9, 53.4], "crs": {"type": "name"}}},
        "geometry_crs_not_allowed",
    ),
    "a bow tie": (
        {"geometry": {"type": "Polygon", "coordinates": [BOW_TIE]}},
        "ring_crosses_itself",
    ),
    "ancient": ({**HERE, "recorded_at": "1912-01-01T00:00:00Z"}, "recorded_long_ago"),
    "no gazetteer": ({"postcode": "L1 1AA"}, "location_not_resolved"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_places_are_kept_with_a_named_reason_and_left_to_an_officer(api: Apis, order: str, name: str) -> None:
    """Issue 4, bad input; rule 33."""
    position, code = BAD[name]
    # JSON has no infinity, but 1e400 is a number of it.
    sent = json.dumps(a_report(positions=[a_position(**NOWHERE | position)])).replace("Infinity", "1e400")
    answer = api.victim.post("victim/reports", sent.encode())
    assert answer.status == 201, answer.body
    assert code in [warning["code"] for warning in answer.body["warnings"]]
    assert location(api, answer)["result"] == "not_testable"


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity"])
def test_what_is_no_json_at_all_is_the_one_thing_refused(api: Apis, order: str, number: bytes) -> None:
    """api.md, Reports: JSON has no such numbers. A client that writes them is told so; nothing is stored."""
    sent = json.dumps(a_report(positions=[a_position(accuracy_m=12345)])).encode().replace(b"12345", number)
    answer = api.victim.post("victim/reports", sent)
    assert (answer.status, answer.code) == (400, "malformed_json")
    assert not ReportPosition.objects.exists()


ZONES: dict[str, tuple[Any, tuple[str, str]]] = {
    "empty": ({"type": "Polygon", "coordinates": []}, ("/coordinates", "geometry_empty")),
    "no rings": ({"type": "MultiPolygon", "coordinates": [[]]}, ("/coordinates/0", "geometry_empty")),
    "three-dimensional": (
        {"type": "Polygon", "coordinates": [[[-2.9, 53.4, 1], [-2.8, 53.4], [-2.8, 53.5], [-2.9, 53.4]]]},
        ("/coordinates/0/0", "three_dimensional"),
    ),
    "wrong type": ({"type": "LineString", "coordinates": BOW_TIE}, ("/type", "geometry_type_wrong")),
    "100,000 vertices": (
        {"type": "Polygon", "coordinates": [[[-2.9, 53.4]] * 100_000]},
        ("/coordinates", "too_many_vertices"),
    ),
    "swapped": (
        {"type": "Polygon", "coordinates": [[[53.4, -2.9], [53.5, -2.9], [53.5, -2.8], [53.4, -2.9]]]},
        ("/coordinates/0/0", "coordinates_swapped"),
    ),
    "null island": (
        {"type": "Polygon", "coordinates": [[[0, 0], [-2.8, 53.4], [-2.8, 53.5], [0, 0]]]},
        ("/coordinates/0/0", "null_island"),
    ),
    "antimeridian": (
        {"type": "Polygon", "coordinates": [[[179.9, 53.4], [-179.9, 53.4], [-179.9, 53.5], [179.9, 53.4]]]},
        ("/coordinates/0/0", "outside_uk"),
    ),
    "grid numbers as degrees": (
        {"type": "Polygon", "coordinates": [[[334000, 390000], [334200, 390000], [334200, 390180], [334000, 390000]]]},
        ("/coordinates/0/0", "coordinates_not_in_crs"),
    ),
    "1e400": (
        {"type": "Polygon", "coordinates": [[[1e999, 53.4], [-2.8, 53.4], [-2.8, 53.5], [-2.9, 53.4]]]},
        ("/coordinates/0/0/0", "not_finite"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ZONES)
def test_bad_zones_of_an_order_are_refused_with_a_named_code(api: Apis, cast: Any, name: str) -> None:
    """Issue 4, bad input: what a report is forgiven, an order is not; the pointer says where."""
    geometry, (where, code) = ZONES[name]
    zone = {**ZONE_A, "shape": {"type": "polygon", "crs": "EPSG:4326", "geometry": geometry}}
    body = an_order(conditions=[a_condition(EXCLUSION, zones=[zone])])
    answer = api.force.put("force/orders/BAD/versions/1", json.dumps(body).replace("Infinity", "1e400").encode())
    assert answer.status == 422, answer.body
    assert (f"/conditions/0/zones/0/shape/geometry{where}", code) in answer.codes


def test_a_drawn_area_is_judged_as_it_is_and_can_be_judged_again(api: Apis, order: str) -> None:
    found = location(api, submit(api, geometry={"type": "Polygon", "coordinates": SQUARE}, method="map_pin"))
    assert found["result"] == "inside" and 0.95 <= found["probability_inside"] <= 1
    for assessment in Assessment.objects.all():
        assert replay_assessment(assessment=assessment).same


def test_somewhere_on_this_road(api: Apis, order: str) -> None:
    line = {"type": "LineString", "coordinates": [[-2.9779, 53.4072], [-2.9479, 53.4072]]}
    found = location(api, submit(api, geometry=line, method="road", width_m=15))
    assert (found["result"], found["position_method"]) == ("indeterminate", "road")
    assert 0.03 < found["probability_inside"] < 0.07


def test_a_postcode_is_looked_up_in_the_installations_gazetteer(
    api: Apis, order: str, tmp_path: Path, settings: Any
) -> None:
    rows = "1,337000,393000,L1 1AA\n2,337010,393000,L1 1AA\n"
    (tmp_path / "nsul.csv").write_text(f"UPRN,GRIDGB1E,GRIDGB1N,PCDS\n{rows}")
    edition = build_gazetteer(tmp_path / "gazetteer", [("nsul", tmp_path / "nsul.csv")]).edition
    settings.GAZETTEER_FILE = str(tmp_path / "gazetteer")
    found = location(api, submit(api, postcode="l1 1aa", method="postcode"))
    assert (found["result"], found["transformation"]) == ("outside", f"gazetteer {edition}")
    kept = ReportPosition.objects.get()
    assert kept.point is not None and kept.accuracy_assumed and kept.r95_m is not None and 50 < kept.r95_m < 60


def test_a_place_in_words_that_reads_two_ways_is_for_an_officer_with_what_was_found(
    api: Apis, order: str, tmp_path: Path, settings: Any
) -> None:
    rows = '"pcds","doterm","osgrdind","lat","long"\nL1 1AA,,1,53.405,-2.985\nL8 2BB,,1,53.39,-2.97\n'
    (tmp_path / "onspd.csv").write_text(rows)
    build_gazetteer(tmp_path / "gazetteer", [("onspd", tmp_path / "onspd.csv")])
    settings.GAZETTEER_FILE = str(tmp_path / "gazetteer")
    told = submit(api, address="he was outside my work, L1 1AA; he lives at L8 2BB", method="address")
    assert "location_reads_two_ways" in [warning["code"] for warning in told.body["warnings"]]
    shown = api.officer.get(f"officer/reports/{told.body['id']}").body
    finding = next(f for f in shown["assessment"]["findings"] if f["clause"] == "1")
    assert (finding["outcome"], finding["reasons"][0]["code"]) == ("needs_officer", "position_not_usable")
    assert [(c["position"], c["name"], c["latitude"]) for c in shown["place_candidates"]] == [
        (0, "L1 1AA", 53.405), (0, "L8 2BB", 53.39),
    ]  # fmt: skip
    assert replay_assessment(assessment=Assessment.objects.get(report_id=told.body["id"])).same
    assert "L8 2BB" not in str([list(event.__dict__.values()) for event in Event.objects.all()])


def test_a_position_that_its_receiver_disowns_is_told_and_replayed(api: Apis, order: str) -> None:
    told = submit(api, **HERE, accuracy_m=-1, method="gnss")
    assert [(w["code"], w["pointer"]) for w in told.body["warnings"]] == [
        ("position_disowned", "/positions/0/accuracy_m"), ("accuracy_assumed", "/positions/0/accuracy_m"),
    ]  # fmt: skip
    assert api.officer.get(f"officer/reports/{told.body['id']}").body["assessment"]["verdict"] == "possible_breach"
    assert replay_assessment(assessment=Assessment.objects.get(report_id=told.body["id"])).same


def test_a_position_of_the_future_is_judged_for_an_officer(api: Apis, order: str) -> None:
    told = submit(api, **HERE, recorded_at="2099-01-01T00:00:00Z")
    assert "recorded_in_future" in [warning["code"] for warning in told.body["warnings"]]
    found = api.officer.get(f"officer/reports/{told.body['id']}").body["assessment"]["findings"]
    (finding,) = [one for one in found if one["clause"] == "1"]
    assert finding["outcome"] == "needs_officer"
    assert "occurred_in_future" in [reason["code"] for reason in finding["reasons"]]
