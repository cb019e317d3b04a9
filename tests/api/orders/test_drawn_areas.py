"""Areas drawn over each other, spikes, holes over each other (rule 58): refused, repaired on request, and then judged.

Never is a place outside because two parts of an area both hold it, nor inside because two holes do. The figures are
worked out by hand on the grid; on the ground a length is longer by 1 / 0.99965 here, give or take 50 millionths.
"""

from __future__ import annotations

from typing import Any

import pytest

from demo.cast import Cast
from tests.api.orders.example import Json
from tests.support.api import Apis
from tests.support.orders import EXCLUSION, REFERENCE, ZONE_A, ZONE_B, a_position, a_report, an_order, register

BOX = [[334000, 390000], [334200, 390000], [334200, 390180], [334000, 390180], [334000, 390000]]


def box(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def area(kind: str, *coordinates: Any) -> Json:
    return {"type": "polygon", "crs": "EPSG:27700", "geometry": {"type": kind, "coordinates": list(coordinates)}}


OVER_EACH_OTHER = area(
    "MultiPolygon", [box(334000, 390000, 334200, 390200)], [box(334100, 390100, 334300, 390300)]
)  # fmt: skip
SPIKE = area("Polygon", [*BOX[:3], [334250, 390300], *BOX[2:]])
HOLES = area("Polygon", BOX, box(334050, 390050, 334100, 390100), box(334080, 390050, 334130, 390100))

# What is drawn; code and pointer of the refusal; square metres on the ground; a fix, its accuracy, result, distance.
CASES: dict[str, tuple[Json, str, str, float, tuple[float, float], float, str, float]] = {
    "two parts that share a quarter": (
        OVER_EACH_OTHER, "parts_overlap", "/1", 70_048, (334150, 390150), 10, "inside", -70.74,
    ),
    "a spike": (SPIKE, "ring_crosses_itself", "/0/1", 36_025, (334225, 390240), 10, "outside", 65.02),
    "two holes that share a strip": (HOLES, "holes_overlap", "/2", 32_022, (334090, 390075), 3, "outside", 25.01),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_is_drawn_over_itself_is_refused_with_a_repair_that_loses_nothing(
    api: Apis, cast: Cast, name: str
) -> None:
    shape, code, pointer, ground_m2, fix, accuracy, result, distance = CASES[name]
    refused = api.force.put(f"force/orders/{REFERENCE}/versions/1", with_zone(shape))
    at = f"geometry/coordinates{pointer}"
    assert (refused.status, refused.codes) == (422, {(f"/conditions/0/zones/1/shape/{at}", code)})
    checked = api.force.post("force/geometry/check", {"shape": shape}).body
    assert [(p["pointer"], p["code"]) for p in checked["problems"]] == [(f"/shape/{at}", code)]
    repaired = checked["repaired"]
    assert repaired["area_after_m2"] == pytest.approx(ground_m2, rel=2e-4)
    assert (repaired["left_out"], repaired["made_parts"]) == ([], [])
    register(api, cast, with_zone(repaired["shape"]))
    found = judged(api, fix, accuracy)
    assert (found["zone"], found["result"]) == ("B", result)
    assert found["distance_m"] == pytest.approx(distance, abs=0.02)


def with_zone(shape: Json) -> Json:
    return an_order(conditions=[{**EXCLUSION, "zones": [ZONE_A, {**ZONE_B, "shape": shape}]}])


def judged(api: Apis, fix: tuple[float, float], accuracy: float) -> Any:
    place = {"longitude": None, "latitude": None, "easting": fix[0], "northing": fix[1], "accuracy_m": accuracy}
    sent = a_report(positions=[a_position(method="gnss", **place)])
    answer = api.victim.post("victim/reports", sent)
    assert answer.status == 201, answer.body
    (finding,) = api.officer.get(f"officer/reports/{answer.body['id']}").body["assessment"]["findings"]
    return next(place for place in finding["locations"] if place["zone"] == "B")


def test_a_repair_that_is_not_tried_is_said_so(api: Apis) -> None:
    many = [[334000 + (i * 7919) % 1000, 390000 + (i * 104729) % 997] for i in range(2_000)]
    checked = api.force.post("force/geometry/check", {"shape": area("Polygon", [*many, many[0]])}).body
    assert (checked["valid"], checked["repaired"]) == (False, None)
    assert [(w["pointer"], w["code"]) for w in checked["warnings"]] == [("/shape", "repair_not_tried")]


def test_a_bbox_is_taken_and_ignored_and_another_member_is_not(api: Apis) -> None:
    """RFC 7946, section 5: it says nothing that the coordinates do not."""
    for bbox in ([334000, 390000, 334200, 390180], [1, 2], "x", None):
        shape = area("Polygon", BOX)
        shape["geometry"]["bbox"] = bbox
        assert api.force.post("force/geometry/check", {"shape": shape}).body["valid"] is True
    path = f"force/orders/{REFERENCE}/versions/1"
    shape["geometry"]["name"] = "work"
    assert api.force.put(path, with_zone(shape)).codes == {
        ("/conditions/0/zones/1/shape/geometry/name", "member_unknown")
    }
    shape["geometry"] = {**area("Polygon", BOX)["geometry"], "bbox": [334000, 390000, 334200, 390180]}
    assert api.force.put(path, with_zone(shape)).status == 201


def test_a_bbox_on_a_line_and_on_a_reported_place_is_ignored_too(api: Apis, order: str) -> None:
    line = {"type": "LineString", "bbox": [-2.97, 53.4, -2.96, 53.41], "coordinates": [[-2.97, 53.4], [-2.96, 53.41]]}
    shape = {"type": "corridor", "crs": "EPSG:4326", "width_m": 60, "geometry": line}
    assert api.force.post("force/geometry/check", {"shape": shape}).body["valid"] is True
    place = {"type": "Point", "bbox": [-2.9779, 53.4072, -2.9779, 53.4072], "coordinates": [-2.9779, 53.4072]}
    sent = a_position(longitude=None, latitude=None, geometry=place)
    answer = api.victim.post("victim/reports", a_report(positions=[sent]))
    assert answer.status == 201
    assert not [w for w in answer.body.get("warnings", []) if w["code"] == "member_unknown"]
