"""The order document of the contract, whole, and ways to change one member of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from tests.support.orders import EXCLUSION, NO_APPROACH, NO_CONTACT, NO_REFERENCE, an_order

Json = dict[str, Any]
Path = tuple[str | int, ...]

ROUTE: Json = {
    "clause": "2",
    "kind": "exclusion_zone",
    "protects": ["P1"],
    "wording": "Not to enter the route marked C between 8 a.m. and 5 p.m. on weekdays.",
    "zones": [
        {
            "code": "C",
            "restricted_name": "walk to school",
            "drawn_by": {"name": "M. Hale", "staff_id": "7714"},
            "shape": {
                "type": "corridor",
                "crs": "EPSG:4326",
                "geometry": {"type": "LineString", "coordinates": [[-2.97, 53.40], [-2.96, 53.41]]},
                "width_m": 60,
            },
        }
    ],
    "windows": [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "17:00"}],
    "exceptions": [{"kind": "travel_through", "wording": "except when travelling through by train"}],
}
NO_IMAGES: Json = {"clause": "6", "kind": "no_images", "protects": ["P1"], "wording": "Not to record her."}
NO_SURVEILLANCE: Json = {"clause": "7", "kind": "no_surveillance", "protects": ["P1"], "wording": "Not to watch her."}
REQUIREMENT: Json = {
    "clause": "8",
    "kind": "requirement",
    "requirement": "attend_programme",
    "wording": "To attend the programme.",
}
OTHER: Json = {"clause": "9", "kind": "other_prohibition", "wording": "Not to own a second telephone."}
EVERY_KIND = [
    EXCLUSION, ROUTE, NO_CONTACT, NO_REFERENCE, NO_APPROACH, NO_IMAGES, NO_SURVEILLANCE, REQUIREMENT, OTHER,
]  # fmt: skip
LOCALITY: Json = {
    "wording": "within the city of Liverpool",
    "shape": {"type": "circle", "centre": {"easting": 334000, "northing": 390000}, "radius_m": 9000},
}


def example() -> Json:
    """The contract's example: every kind of condition. No part of it is shared with another."""
    doc: Json = json.loads(json.dumps(an_order(conditions=EVERY_KIND)))
    return doc


def with_everything() -> Json:
    """The example and every optional member beside, as a first version may have them."""
    doc = example()
    doc["main_application"] = {"reference": "APP-1", "applied_on": "2026-02-01"}
    doc["respondent_age_at_application"] = 37
    doc["restricted"] = True
    doc["necessity"] = "So that she can walk to work."
    doc["replaces_interim"] = "SPO-05-0000-26"
    doc["protected_persons"][0]["identifiers"] = [{"kind": "social", "platform": "instagram", "value": "@ama.o"}]
    doc["conditions"][0] |= {"locality": copy.deepcopy(LOCALITY), "starts_on": "2026-03-02", "ends_on": "2028-03-01"}
    doc["conditions"][1]["windows"][0]["dates"] = [{"from": "2026-09-01", "to": "2026-12-18"}]
    return doc


def members(value: Any, path: Path = ()) -> Iterator[Path]:
    """The path of every member and every element inside a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from members(inner, (*path, key))


def replaced(doc: Json, path: Path, value: Any) -> Json:
    """A copy of the document with another value at a path."""
    changed = copy.deepcopy(doc)
    target: Any = changed
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    return changed
