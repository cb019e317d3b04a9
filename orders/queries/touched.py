"""Which zones of all of a force's orders a place touches: the one question that goes across orders by place."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

# More than so many are no answer to "whose zone is this?".
MOST_TOUCHED = 200
_TOUCHED = "SELECT order_id, version, code FROM orders_zones_touched(%s, %s, %s, %s, %s, %s)"


class Touched(NamedTuple):
    """A zone within reach of the place, by the version of its order in force at the time."""

    order_id: UUID
    version: int
    code: str


def zones_touched(force: str, place: tuple[float, float], *, within_m: float, at: datetime) -> list[Touched]:
    """Zones of the force's orders in force at an instant that lie within so many metres of (longitude, latitude).

    In no order, at most `MOST_TOUCHED` and one more: a place so coarse that more lie within its error is no answer,
    and stops here. By PostGIS: to be judged by the engine before it is shown.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED, [force, *place, within_m, at, MOST_TOUCHED + 1])
        return [Touched(*row) for row in cursor.fetchall()]
