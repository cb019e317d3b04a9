"""The demonstration's order and reports, dated so that they are in force whenever it is played."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

Json = dict[str, Any]
_DRAWN_BY = {"name": "M. Hale", "staff_id": "7714"}


def today() -> date:
    return datetime.now(UTC).date()


def order(today: date) -> Json:
    """A full order made half a year ago for two years and a day: two zones, a route, and five more conditions."""
    made_on = today - timedelta(days=183)
    day = made_on.isoformat()
    return {
        "kind": "full",
        "route": "application",
        "change": {"kind": "made", "decided_on": day},
        "court": {"code": "B05PK", "name": "Liverpool and Knowsley Magistrates' Court", "type": "magistrates"},
        "application_basis": "resides",
        "made_on": day,
        "until_further_order": False,
        "expires_on": (made_on + timedelta(days=731)).isoformat(),
        "effective_from": f"{day}T11:30:00+00:00",
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
        "protected_persons": [
            {
                "key": "P1",
                "family_name": "Osei",
                "given_names": "Ama",
                "identifiers": [{"kind": "social", "platform": "instagram", "value": "@ama.o"}],
            }
        ],
        "conditions": [*_exclusions(), *_others()],
    }


def _exclusions() -> list[Json]:
    work = [[334000, 390000], [334200, 390000], [334200, 390180], [334000, 390180], [334000, 390000]]
    zones = [
        ("A", "home", {"type": "circle", "centre": {"longitude": -2.9779, "latitude": 53.4072}, "radius_m": 100}),
        (
            "B",
            "work",
            {"type": "polygon", "crs": "EPSG:27700", "geometry": {"type": "Polygon", "coordinates": [work]}},
        ),
    ]
    return [
        {
            "clause": "1",
            "kind": "exclusion_zone",
            "protects": ["P1"],
            "wording": "Not to enter within 100 metres of the premises marked A on the attached map, nor the area"
            " marked B.",
            "zones": [
                {"code": code, "restricted_name": name, "drawn_by": _DRAWN_BY, "shape": shape}
                for code, name, shape in zones
            ],
        },
        {
            "clause": "2",
            "kind": "exclusion_zone",
            "protects": ["P1"],
            "wording": "Not to enter the route marked C between 8 a.m. and 5 p.m. on weekdays, except when"
            " travelling through by train.",
            "zones": [
                {
                    "code": "C",
                    "restricted_name": "walk to school",
                    "drawn_by": _DRAWN_BY,
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
        },
    ]


def _others() -> list[Json]:
    her = {"protects": ["P1"]}
    return [
        {
            **her,
            "clause": "3",
            "kind": "no_contact",
            "channels": ["any"],
            "indirect": True,
            "wording": "Not to contact her by any means whatsoever, directly or indirectly.",
        },
        {
            **her,
            "clause": "4",
            "kind": "no_social_reference",
            "platforms": ["any"],
            "indirect": True,
            "watch_terms": ["Ama", "#amaosei"],
            "wording": "Not to refer to her on social media, directly or indirectly.",
        },
        {**her, "clause": "5", "kind": "no_approach", "distance_m": 50, "wording": "Not to approach her."},
        {**her, "clause": "6", "kind": "no_images", "wording": "Not to publish or threaten to publish images of her."},
        {
            "clause": "7",
            "kind": "requirement",
            "requirement": "attend_programme",
            "wording": "To attend the programme that his probation officer names.",
        },
    ]


def report(reference: str, *, longitude: float, latitude: float, accuracy_m: float, **more: Any) -> Json:
    """He was seen an hour ago, at that place, to that accuracy at 95 %."""
    then = (datetime.now(UTC) - timedelta(hours=1)).replace(microsecond=0)
    return {
        "order": reference,
        "happened": {
            "from": then.isoformat(),
            "to": (then + timedelta(minutes=10)).isoformat(),
            "certainty": "exact",
        },
        "kinds": ["exclusion_zone"],
        "behaviours": [],
        "description": "He was standing across the road from my house.",
        "positions": [
            {
                "subject": "respondent",
                "method": "map_pin",
                "longitude": longitude,
                "latitude": latitude,
                "accuracy_m": accuracy_m,
                "accuracy_basis": "p95",
                "recorded_at": then.isoformat(),
            }
        ],
        "immediate_danger": False,
        **more,
    }
