"""Whose zone is this? For a report that names no order: the force's own orders whose zones a place touches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.types import Caller
from audit.services import record
from breaches.places import gazetteer
from common.problems import Problem, Refused
from geo.engine import disclaimer
from geo.positions import read_position
from geo.proximity import judge
from geo.types import Fix, Proximity
from orders.queries import terms_by_id
from orders.queries.access import orders_open_to
from orders.queries.touched import MOST_TOUCHED, Touched, zones_touched
from orders.types import OrderTerms, ZoneTerms

# PostGIS and the engine differ by centimetres; the engine has the last word.
_SLACK_M = 1.0


@dataclass(frozen=True, slots=True)
class AskedAbout:
    """A place in a report's shape, the instant whose terms count, and why it is asked."""

    position: dict[str, Any]
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class ZoneFound:
    """A zone that the place touches, by its neutral code, and how the place lies to it."""

    order: str
    version: int
    code: str
    proximity: Proximity


@dataclass(frozen=True, slots=True)
class ZonesFound:
    """The likeliest first; `more` where there are too many to be told."""

    zones: tuple[ZoneFound, ...]
    more: bool
    disclaimer: str


@transaction.atomic
def search_zones(*, caller: Caller, asked: AskedAbout) -> ZonesFound:
    """Which zones of the caller's force's orders a place touches, its error counted; on the trail with the reason.

    A restricted order is found by whoever is on its list only (rule 81). `Refused` with what is wrong with the place.
    """
    fix = _fix(asked.position)
    place = fix.longitude, fix.latitude
    touched = zones_touched(caller.force, place, within_m=fix.r95_m + _SLACK_M, at=asked.at)
    references = dict(
        orders_open_to(caller).filter(pk__in={one.order_id for one in touched}).values_list("pk", "reference")
    )
    mine = [one for one in touched[:MOST_TOUCHED] if one.order_id in references]
    record(
        actor=caller.actor,
        action="consultation",
        verb="zones_searched",
        records=sorted({one.order_id for one in mine}),
        reason_code="search",
        reason=asked.reason,
    )
    found = sorted(_judged(mine, fix), key=lambda one: (-one.proximity.probability_inside, one.proximity.distance_m))
    return ZonesFound(tuple(found), len(touched) > MOST_TOUCHED, disclaimer(fix.r95_m))


def _fix(position: dict[str, Any]) -> Fix:
    reading = read_position(position, gazetteer())
    if reading.fix is None:
        wrong = [warning for warning in reading.warnings if warning.code != "accuracy_assumed"]
        raise Refused([Problem(f"/position{problem.pointer}", problem.code, problem.detail) for problem in wrong])
    return reading.fix


def _judged(touched: Sequence[Touched], fix: Fix) -> Iterator[ZoneFound]:
    terms = {order_id: terms_by_id(order_id) for order_id in {one.order_id for one in touched}}
    for one in touched:
        order = terms[one.order_id]
        assert order is not None  # it has a zone, and so a version
        found = judge(_zone(order, one).zone, fix)
        # PostGIS counts from the middle of a drawn place; the engine knows its shape.
        if found.result != "outside":
            yield ZoneFound(order.reference, one.version, one.code, found)


def _zone(order: OrderTerms, one: Touched) -> ZoneTerms:
    version = next(v for v in order.versions if v.number == one.version)
    return next(zone for condition in version.conditions for zone in condition.zones if zone.code == one.code)
