"""Two orders against one person: what of them may not go together (section 2(6) and (7), rule 10)."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from geo.overlap import overlap
from geo.shapes import read_shape, shape_sha256
from geo.zones import build
from orders.rules import Setting, check
from orders.rules.compatibility import CODE, MOST_WARNINGS, OtherOrder, incompatibilities
from tests.support.orders import EXCLUSION, NO_CONTACT, ZONE_A, ZONE_B, a_condition, an_order
from tests.unit.orders.test_order_rules import TODAY

Json = dict[str, Any]
PLAIN = ("/respondent", "REF-2 is another live order, perhaps against the same person.")


def circle(longitude: float = -2.9779, latitude: float = 53.4072, radius_m: float = 100) -> Json:
    return {"type": "circle", "centre": {"longitude": longitude, "latitude": latitude}, "radius_m": radius_m}


def sign_on(shape: Json | None, clause: str = "8", requirement: str = "sign_on") -> Json:
    locality = {"wording": "at the police station"} | ({"shape": shape} if shape else {})
    what = {"requirement": requirement, "wording": "To sign on.", "locality": locality}
    return {"clause": clause, "kind": "requirement", **what}


def zone(clause: str = "1", shape: Json | None = None, **members: Any) -> Json:
    return a_condition(EXCLUSION, clause=clause, zones=[{**ZONE_A, "shape": shape or circle()}], **members)


def contact(clause: str = "3", *exceptions: str, **members: Any) -> Json:
    excepted = [{"kind": kind, "wording": "except so"} for kind in exceptions]
    return a_condition(NO_CONTACT, clause=clause, exceptions=excepted, **members)


def order(*conditions: Json, **members: Any) -> Json:
    return an_order(conditions=copy.deepcopy(list(conditions)), **members)


def found(mine: Json, theirs: Json) -> list[tuple[str, str]]:
    """What is told when `mine` is registered beside `theirs`, whose reference is REF-2."""
    shapes = check(mine, Setting(force="05", today=TODAY)).shapes
    drawings = {
        item["code"]: shape_sha256(shape)
        for condition in theirs["conditions"]
        for item in condition.get("zones") or ()
        if (shape := read_shape(item["shape"], "").shape) is not None
    }
    warnings = incompatibilities(mine, shapes, [OtherOrder("REF-2", theirs, drawings)])
    assert {warning.code for warning in warnings} == {CODE}
    return [(warning.pointer, warning.detail) for warning in warnings]


def test_another_live_order_is_always_told() -> None:
    assert found(order(contact()), order(zone())) == [PLAIN]


@pytest.mark.parametrize("requirement", ["sign_on", "attend_programme", "assessment"])
@pytest.mark.parametrize(
    "place",
    [
        circle(),
        circle(radius_m=5),
        circle(longitude=-2.9765, radius_m=20),
        {"type": "polygon", "crs": "EPSG:4326", "geometry": {"type": "Polygon", "coordinates": [
            [[-2.979, 53.406], [-2.976, 53.406], [-2.976, 53.408], [-2.979, 53.408], [-2.979, 53.406]]]}},
        {"type": "corridor", "crs": "EPSG:4326", "width_m": 10, "geometry": {
            "type": "LineString", "coordinates": [[-2.99, 53.4072], [-2.96, 53.4072]]}},
    ],
    ids=["the same", "inside", "across the edge", "around", "through"],
)  # fmt: skip
def test_a_place_where_he_must_be_inside_a_zone_where_he_must_not(place: Json, requirement: str) -> None:
    """Section 2(6): conditions must, so far as practicable, not conflict with another court's order."""
    required = order(sign_on(place, requirement=requirement))
    assert found(required, order(zone())) == [
        ("/conditions/0/locality", "The place meets a zone of clause 1 of REF-2.")
    ]
    told = "The zone meets a place where clause 8 of REF-2 needs him."
    assert found(order(contact(), zone()), required) == [("/conditions/1/zones/0", told)]


@pytest.mark.parametrize("place", [None, circle(longitude=-2.97), circle(latitude=53.5)])
def test_a_place_elsewhere_or_not_drawn_is_no_conflict(place: Json | None) -> None:
    assert found(order(sign_on(place)), order(zone())) == [PLAIN]
    assert found(order(zone()), order(sign_on(place))) == [PLAIN]


NIGHTS = {"days": ["fri", "sat"], "from": "22:00", "to": "04:00"}
TERM = {**NIGHTS, "dates": [{"from": "2026-09-01", "to": "2026-12-18"}]}
TRAIN = {"kind": "travel_through", "wording": "by train"}


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ({"windows": [NIGHTS]}, {}),
        ({"windows": [NIGHTS]}, {"windows": [{**NIGHTS, "to": "05:00"}]}),
        ({"windows": [NIGHTS]}, {"windows": [TERM]}),
        ({"windows": [NIGHTS]}, {"windows": [{**NIGHTS, "days": ["fri"]}]}),
        ({"exceptions": [TRAIN]}, {}),
        ({"exceptions": [TRAIN]}, {"exceptions": [{**TRAIN, "kind": "court"}]}),
        (
            {"exceptions": [{"kind": "other", "wording": "to vote"}]},
            {"exceptions": [{"kind": "other", "wording": "x"}]},
        ),
    ],
)
def test_the_same_zone_on_other_terms(mine: Json, theirs: Json) -> None:
    told = [("/conditions/0/zones/0", "Clause 2 of REF-2 has this zone on other terms.")]
    assert found(order(zone(**mine)), order(zone("2", **theirs))) == told
    assert found(order(zone(**theirs)), order(zone("2", **mine))) == told


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ({}, {}),
        ({"windows": [NIGHTS, TERM]}, {"windows": [TERM, NIGHTS]}),
        ({"windows": [{**NIGHTS, "days": ["sat", "fri"]}]}, {"windows": [NIGHTS]}),
        ({"exceptions": [TRAIN]}, {"exceptions": [{**TRAIN, "wording": "on a train"}]}),
        ({"windows": None, "exceptions": []}, {"exceptions": None}),
        ({"windows": [NIGHTS], "shape": circle(radius_m=101)}, {}),
    ],
)
def test_the_same_terms_said_otherwise_or_another_zone_are_no_conflict(mine: Json, theirs: Json) -> None:
    assert found(order(zone(**mine)), order(zone("2", **theirs))) == [PLAIN]


def test_an_exception_for_contact_against_a_full_ban() -> None:
    lenient, strict = order(zone(), contact("3", "child_contact")), order(contact("4"))
    told = "Clause 4 of REF-2 forbids all contact; this one makes an exception."
    assert found(lenient, strict) == [("/conditions/1/exceptions", told)]
    told = "Clause 3 of REF-2 makes an exception; this one makes none."
    assert found(strict, lenient) == [("/conditions/0", told)]


OTHERS = [{"key": "P1", "family_name": "Ali", "given_names": "Bea"}]
NAMESAKE = [{"key": "X", "family_name": "OSEI", "given_names": "ama", "identifiers": None}]
HANDLE = [{"kind": "social", "platform": "instagram", "value": "@ama.o"}]


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (order(contact("3", "court")), order(contact("4", "solicitor"))),
        (order(contact("3", "court")), order(contact("4", channels=["sms"]))),
        (order(contact("3", "court")), order(contact("4"), protected_persons=OTHERS)),
        (order(contact("3")), order(contact("4"))),
    ],
    ids=["both make one", "not a full ban", "somebody else is protected", "no exception"],
)
def test_contact_conditions_that_go_together(mine: Json, theirs: Json) -> None:
    assert found(mine, theirs) == [PLAIN]
    assert found(theirs, mine) == [PLAIN]


@pytest.mark.parametrize(
    "protected",
    [NAMESAKE, [{"key": "X", "family_name": "Osei-Ali", "identifiers": HANDLE}]],
    ids=["by name", "by an identifier"],
)
def test_she_is_known_again_under_another_key(protected: list[Json]) -> None:
    her = [{"key": "P1", "family_name": "Osei", "given_names": "Ama", "identifiers": HANDLE}]
    mine = order(contact("3", "court"), protected_persons=her)
    theirs = order(contact("4", protects=[]), protected_persons=[*OTHERS, *protected])
    assert [pointer for pointer, _ in found(mine, theirs)] == ["/conditions/0/exceptions"]


def test_warnings_are_not_without_end() -> None:
    mine = order(*(zone(str(n), windows=[NIGHTS]) for n in range(20)))
    assert len(found(mine, order(*(zone(str(n)) for n in range(20))))) == MOST_WARNINGS


def test_a_document_with_odd_parts_is_read_as_far_as_it_goes() -> None:
    """Rules are total: a part that did not fit its shape was left out."""
    odd = {
        "conditions": [
            {},
            {"kind": "exclusion_zone"},
            {"kind": "requirement", "locality": None},
            {"kind": "no_contact"},
        ]
    }
    assert [w.pointer for w in incompatibilities(odd, {}, [OtherOrder("REF-2", order(zone()), {})])] == ["/respondent"]


@pytest.mark.parametrize(
    ("one", "other", "met"),
    [
        (circle(), circle(longitude=-2.9749, radius_m=99), False),
        (circle(), circle(longitude=-2.9749, radius_m=100), True),
        (circle(), ZONE_B["shape"], False),
        (circle(radius_m=2_000), ZONE_B["shape"], True),
    ],
)
def test_shapes_that_have_a_place_in_common(one: Json, other: Json, met: bool) -> None:
    zones = [build(shape) for raw in (one, other) if (shape := read_shape(raw, "").shape) is not None]
    assert (overlap(zones[0], zones[1]), overlap(zones[1], zones[0])) == (met, met)
