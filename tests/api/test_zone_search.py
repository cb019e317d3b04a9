"""POST /officer/zones/search: which zones of the force's orders a place touches (api.md: places in the body only)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from audit.models import Entry
from tests.support.api import Answer, Api, Apis
from tests.support.orders import EXCLUSION, HOME, ZONE_A, a_condition, an_order
from tests.support.restricted import restrict

Json = dict[str, Any]
HERE: Json = {"longitude": -2.9781, "latitude": 53.4074, "accuracy_m": 30, "accuracy_basis": "p95"}
AT = "2026-11-20T18:05:00Z"
WHY = "A call without an order's number."


def search(client: Api, **changes: Any) -> Answer:
    return client.post("officer/zones/search", {"position": HERE, "at": AT, "reason": WHY} | changes)


def another(api: Apis, reference: str, shape: Json, **changes: Any) -> None:
    zone = {**ZONE_A, "code": "Z", "shape": shape}
    body = an_order(**{"conditions": [a_condition(EXCLUSION, zones=[zone])], **changes})
    answer = api.force.put(f"force/orders/{reference}/versions/1", body)
    assert answer.status == 201, answer.body


def test_a_place_finds_the_orders_whose_zones_it_touches(api: Apis, order: str) -> None:
    answer = search(api.officer)
    assert answer.status == 200, answer.body
    (found,) = answer.body["results"]
    assert (found["order"], found["zone"], found["result"], found["distance_m"]) == (order, "A", "inside", -74.07)
    assert "does not confirm" in answer.body["disclaimer"] and answer.body["more"] is False


def test_the_error_counts_and_the_likeliest_comes_first(api: Apis, order: str) -> None:
    """A zone of 30 km whose middle is 20 km away, one beside the place, and one far off."""
    north = {"longitude": HOME["longitude"], "latitude": HOME["latitude"] + 0.18}
    another(api, "WIDE", {"type": "circle", "centre": north, "radius_m": 30_000})
    beside = {"longitude": HERE["longitude"] + 0.0012, "latitude": HERE["latitude"]}
    another(api, "BESIDE", {"type": "circle", "centre": beside, "radius_m": 60})
    another(api, "FAR", {"type": "circle", "centre": {"longitude": -2.9, "latitude": 53.4072}, "radius_m": 60})
    found = [(row["order"], row["result"]) for row in search(api.officer).body["results"]]
    assert found == [("WIDE", "inside"), (order, "inside"), ("BESIDE", "indeterminate")]
    sharp = search(api.officer, position=HERE | {"accuracy_m": 5}).body["results"]
    assert [row["order"] for row in sharp] == ["WIDE", order]


@pytest.mark.parametrize(("shape", "found"), [("hole", []), ("corridor", ["Z"]), ("outside", []), ("inside", ["Z"])])
def test_every_form_of_zone_is_found_as_the_engine_judges_it(
    api: Apis, cast: Any, shape: str, found: list[str]
) -> None:
    def ring(half: float) -> list[list[float]]:
        x, y = HERE["longitude"], HERE["latitude"]
        corners = ((-half, -half), (half, -half), (half, half), (-half, half), (-half, -half))
        return [[x + dx, y + dy] for dx, dy in corners]

    line = [[HERE["longitude"], HERE["latitude"] - 0.01], [HERE["longitude"], HERE["latitude"] + 0.01]]
    shapes: dict[str, Json] = {
        "hole": {"type": "Polygon", "coordinates": [ring(0.01), ring(0.002)[::-1]]},
        "inside": {"type": "Polygon", "coordinates": [ring(0.01)]},
        "corridor": {"type": "LineString", "coordinates": line},
        "outside": {"type": "LineString", "coordinates": [[x + 0.002, y] for x, y in line]},
    }
    is_line = shapes[shape]["type"] == "LineString"
    drawn: Json = {"crs": "EPSG:4326", "geometry": shapes[shape]}
    another(api, "ONE", {"type": "corridor", "width_m": 20, **drawn} if is_line else {"type": "polygon", **drawn})
    assert [row["zone"] for row in search(api.officer).body["results"]] == found


def test_terms_count_as_they_were_at_the_time(api: Apis, order: str) -> None:
    assert search(api.officer, at="2026-03-01T12:00:00Z").body["results"] == []
    assert search(api.officer, at="2028-03-02T00:00:00Z").body["results"] == []


def test_another_forces_orders_are_not_found(api: Apis, order: str) -> None:
    answer = search(api.other_officer)
    assert (answer.status, answer.body["results"]) == (200, [])


def test_a_restricted_order_is_found_by_its_readers_only(api: Apis, order: str) -> None:
    """Rule 81."""
    assert restrict(api).status == 201
    assert search(api.officer).body["results"] == []
    assert len(search(api.supervisor).body["results"]) == 1


def test_it_is_on_the_trail_with_the_reason(api: Apis, order: str) -> None:
    search(api.officer)
    entry = Entry.objects.get(verb="zones_searched")
    assert (entry.reason, len(entry.record_ids)) == (WHY, 1)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"position": {"longitude": 53.4, "latitude": -2.9}}, ("/position/longitude", "coordinates_swapped")),
        ({"position": {"longitude": -2.9}}, ("/position/latitude", "location_incomplete")),
        ({"position": {}}, ("/position", "location_missing")),
        ({"position": {"w3w": "filled.count.soap"}}, ("/position/w3w", "location_not_resolved")),
        ({"reason": "short"}, ("/reason", "too_short")),
    ],
)
def test_what_is_wrong_is_told(api: Apis, order: str, changes: Json, problem: tuple[str, str]) -> None:
    answer = search(api.officer, **changes)
    assert answer.status in (400, 422) and problem in answer.codes, answer.body


def test_the_search_asks_the_index_and_nobody_else_may_ask_it(api: Apis, order: str) -> None:
    """Among many orders it must not read every zone; and only the service's own role may call it."""
    asked = (
        "EXPLAIN SELECT id FROM orders_zone WHERE _ST_Expand(core, reach_m)"
        " && _ST_Expand(ST_SetSRID(ST_MakePoint(-2.9, 53.4), 4326)::geography, 50)"
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(asked)
        assert "zone_reach" in str(cursor.fetchall())
        cursor.execute("SELECT prosecdef, proacl::text FROM pg_proc WHERE proname = 'orders_zones_touched'")
        definer, allowed = cursor.fetchone()
        assert definer and not any(entry.startswith("=") for entry in allowed.strip("{}").split(","))


def test_a_zone_is_found_wherever_its_reach_ends(api: Apis, order: str) -> None:
    """The index is over a zone's reach: half a million metres are found from their very edge."""
    with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
        cursor.execute("UPDATE orders_zone SET reach_m = 500001")
    centre = {"longitude": -2.5, "latitude": 55.0}
    another(api, "VAST", {"type": "circle", "centre": centre, "radius_m": 500_000})
    north = {"longitude": -2.5, "latitude": 59.48, "accuracy_m": 100, "accuracy_basis": "p95"}
    assert [row["order"] for row in search(api.officer, position=north).body["results"]] == ["VAST"]
