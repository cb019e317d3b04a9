"""Orders and reports as callers send them: plain JSON, changed a little by each test."""

from __future__ import annotations

import copy
import json
from typing import Any
from uuid import UUID

from audit.types import SERVICE
from demo.cast import Cast
from orders.models import Order
from orders.services import link_person
from tests.support.api import Apis
from tests.support.kept import kept

Json = dict[str, Any]

DRAWN_BY = {"name": "M. Hale", "staff_id": "7714"}
HOME = {"longitude": -2.9779, "latitude": 53.4072}
ZONE_A: Json = {
    "code": "A",
    "restricted_name": "home",
    "drawn_by": DRAWN_BY,
    "shape": {"type": "circle", "centre": HOME, "radius_m": 100},
}
ZONE_B: Json = {
    "code": "B",
    "restricted_name": "work",
    "drawn_by": DRAWN_BY,
    "shape": {
        "type": "polygon",
        "crs": "EPSG:27700",
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[334000, 390000], [334200, 390000], [334200, 390180], [334000, 390180], [334000, 390000]]],
        },
    },
}
EXCLUSION: Json = {
    "clause": "1",
    "kind": "exclusion_zone",
    "protects": ["P1"],
    "wording": "Not to enter within 100 metres of the premises marked A, nor the area marked B.",
    "zones": [ZONE_A, ZONE_B],
    "windows": [],
    "exceptions": [],
}
NO_CONTACT: Json = {
    "clause": "3",
    "kind": "no_contact",
    "protects": ["P1"],
    "channels": ["any"],
    "indirect": True,
    "wording": "Not to contact her by any means whatsoever, directly or indirectly.",
}
NO_REFERENCE: Json = {
    "clause": "4",
    "kind": "no_social_reference",
    "protects": ["P1"],
    "platforms": ["any"],
    "indirect": True,
    "watch_terms": ["Ama", "AO", "#amaosei"],
    "wording": "Not to refer to her on social media.",
}
NO_APPROACH: Json = {
    "clause": "5",
    "kind": "no_approach",
    "protects": ["P1"],
    "distance_m": 50,
    "wording": "Not to approach her.",
}
ORDER: Json = {
    "kind": "full",
    "route": "application",
    "change": {"kind": "made", "decided_on": "2026-03-02"},
    "court": {"code": "B05PK", "name": "Liverpool and Knowsley Magistrates' Court", "type": "magistrates"},
    "application_basis": "resides",
    "made_on": "2026-03-02",
    "until_further_order": False,
    "expires_on": "2028-03-01",
    "effective_from": "2026-03-02T11:30:00+00:00",
    "replaces_interim": None,
    "respondent": {
        "family_name": "Marsh",
        "given_names": "Daniel",
        "date_of_birth": "1988-04-17",
        "also_known_as": ["Danny"],
        "identifiers": [
            {"kind": "phone", "value": "07700 900123"},
            {"kind": "email", "value": "d.marsh@example.com"},
            {"kind": "social", "platform": "instagram", "value": "@danny.m"},
            {"kind": "vehicle", "value": "AB12 CDE"},
        ],
    },
    "protected_persons": [{"key": "P1", "family_name": "Osei", "given_names": "Ama", "identifiers": []}],
    "conditions": [EXCLUSION, NO_CONTACT, NO_REFERENCE, NO_APPROACH],
}
SERVED = {"served_at": "2026-03-02T15:00:00+00:00", "method": "in_court", "served_by": "PC 1234"}
REFERENCE = "SPO-05-0001-26"


def an_order(**changes: Any) -> Json:
    """The order above with other members; its own copy."""
    return copy.deepcopy({**ORDER, **changes})


def a_condition(base: Json, **changes: Any) -> Json:
    return copy.deepcopy({**base, **changes})


def register(
    api: Apis, cast: Cast, body: Json, *, served: bool = True, approved: bool = True, reference: str = REFERENCE
) -> str:
    """Register version 1 over the API, serve it, approve its zones, link the victim; gives the reference."""
    name = json.dumps([body, served, approved, reference], sort_keys=True)
    return kept(name, lambda: _register(api, cast, body, served=served, approved=approved, reference=reference))


def _register(api: Apis, cast: Cast, body: Json, *, served: bool, approved: bool, reference: str) -> str:
    answer = api.force.put(f"force/orders/{reference}/versions/1", body)
    assert answer.status == 201, answer.body
    if served:
        assert api.force.post(f"force/orders/{reference}/service", SERVED).status == 201
    if approved:
        approve_all(api, reference, body)
    order = Order.objects.get(force_id="05", reference=reference)
    link_person(actor=SERVICE, order_id=order.id, key="P1", user_id=UUID(cast.victim.user_id))
    return reference


def approve_all(api: Apis, reference: str, body: Json) -> None:
    for condition in body["conditions"]:
        for zone in condition.get("zones") or ():
            path = f"officer/orders/{reference}/zones/{zone['code']}/approve"
            assert api.supervisor.post(path, {"reason": "Compared with the plan."}).status == 200


INSIDE: Json = {
    "subject": "respondent",
    "method": "map_pin",
    "longitude": -2.9781,
    "latitude": 53.4074,
    "accuracy_m": 30,
    "accuracy_basis": "p95",
    "recorded_at": "2026-11-20T18:05:00+00:00",
}
REPORT: Json = {
    "order": REFERENCE,
    "happened": {"from": "2026-11-20T18:05:00+00:00", "to": "2026-11-20T18:20:00+00:00", "certainty": "exact"},
    "kinds": ["exclusion_zone"],
    "behaviours": ["loitering"],
    "description": "He was standing across the road from my house.",
    "positions": [INSIDE],
    "immediate_danger": False,
}


def learned(api: Apis, order: str) -> str:
    """The id of an identifier of the respondent that became known beside the versions."""
    said = {"kind": "phone", "value": "07700 900777"}
    answer = api.force.post(f"force/orders/{order}/people/respondent/identifiers", said)
    assert answer.status == 201, answer.body
    return str(answer.body["id"])


def a_report(**changes: Any) -> Json:
    """A report of him in zone A with other members; its own copy. A change to None leaves the member out."""
    merged = {**REPORT, **changes}
    return copy.deepcopy({name: value for name, value in merged.items() if value is not None})


def a_position(**changes: Any) -> Json:
    return copy.deepcopy({k: v for k, v in {**INSIDE, **changes}.items() if v is not None})
