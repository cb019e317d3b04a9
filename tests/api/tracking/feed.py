"""Positions as a force's system sends them, and what is needed before they are taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.api import Answer, Apis
from tests.support.orders import REFERENCE

Json = dict[str, Any]
DEVICE = "tag-1"
# Zone A is a circle of 100 m around 53.4072 north; a degree of latitude is about 111.26 km there.
HOME = (-2.9779, 53.4072)
METRE_NORTH = 1 / 111_264
NOW = datetime.now(UTC).replace(microsecond=0)
# Yesterday at noon: every instant of the tests below lies behind it and within the authority.
NOON = (NOW - timedelta(days=1)).replace(hour=12, minute=0, second=0)


def authorise(api: Apis, **changes: Any) -> None:
    """A licence for `DEVICE` from a year ago on, until next year."""
    body = {
        "kind": "licence",
        "reference": "L-1",
        "from": (NOW - timedelta(days=390)).isoformat(),
        "until": (NOW + timedelta(days=365)).isoformat(),
        "devices": [DEVICE, "tag-2"],
        **changes,
    }
    assert api.force.put(f"force/orders/{REFERENCE}/monitoring-authority", body).status in (200, 201)


def at(minutes: float = 0, *, metres: float = 0.0, device: Any = DEVICE, **changes: Any) -> Json:
    """A fix `minutes` after `NOON`, `metres` north of the middle of zone A, accurate to ten metres at 95 %."""
    row = {
        "order": REFERENCE,
        "device": device,
        "recorded_at": (NOON + timedelta(minutes=minutes)).isoformat(),
        "longitude": HOME[0],
        "latitude": HOME[1] + metres * METRE_NORTH,
        "accuracy_m": 10,
        "accuracy_basis": "p95",
        **changes,
    }
    return {name: value for name, value in row.items() if value is not ...}


def send(api: Apis, *rows: Any, **headers: str) -> Answer:
    return api.force.post("force/positions", {"positions": list(rows)}, **headers)


def taken(api: Apis, *rows: Any) -> Json:
    """The answer's body to a batch that is taken."""
    answer = send(api, *rows)
    assert answer.status == 200, answer.body
    body: Json = answer.body
    return body
