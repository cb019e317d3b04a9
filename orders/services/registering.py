"""Writing what the court said: a version of an order."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction
from django.utils import timezone

from accounts.types import Caller
from audit.services import record
from common.london import civil_date
from common.problems import Conflict, Problem, Refused
from geo.shapes import ShapeReading, shape_sha256
from geo.zones import build
from orders import messages, queries, rules
from orders.matching import match_keys
from orders.models import Condition, MatchKey, Order, OrderVersion, ProtectedPerson, Zone
from orders.queries.people import warnings_beside_others
from orders.services.again import assess_again
from orders.services.approving import carry_approvals
from orders.timeline import moment, redraw
from orders.types import CHECKABLE


@dataclass(frozen=True, slots=True)
class Document:
    """A document whose parts fit their shapes, with what did not, and the text exactly as it was sent."""

    body: dict[str, Any]
    sent: str
    shape_problems: tuple[Problem, ...]


def body_digest(value: Any) -> str:
    """SHA-256 of the JSON's meaning: key order and white space do not count, the digits of a number do."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


@transaction.atomic
def register_version(
    *, caller: Caller, reference: str, number: int, document: Document, digest: str
) -> tuple[OrderVersion, bool]:
    """Record version `number` of the caller's order. True where it is new, False where it was there alike.

    Raises `Conflict` (`version_conflict`, `version_gap`) before looking at the content, then `Refused` with
    everything that is wrong in it.
    """
    order = _locked_order(caller, reference)
    latest = order.versions.order_by("-number").first()
    known = order.versions.filter(number=number).first()
    if known is not None:
        if known.body_sha256 != digest:
            raise Conflict("version_conflict", "This version is recorded with another body.")
        return known, False
    if number != (latest.number if latest else 0) + 1:
        raise Conflict("version_gap", "Versions are numbered one by one.")
    verdict = _check(caller, number, document, latest)
    version = _store(order, caller, number, document, digest, verdict)
    carry_approvals(latest, version)
    status = queries.status_of(order, at=timezone.now())
    record(actor=caller.actor, action="collection", verb="order_version_registered", records=[order.id, version.id])
    messages.version_registered(order, change_kind=version.change_kind, status=status)
    if number > 1:  # it may reach back to what was reported before it
        assess_again(order)
    return version, True


def _locked_order(caller: Caller, reference: str) -> Order:
    """The order's row, made if need be, held until the end: versions are numbered under it."""
    Order.objects.bulk_create([Order(force_id=caller.force, reference=reference)], ignore_conflicts=True)
    return Order.objects.select_for_update().get(force_id=caller.force, reference=reference)


def _check(caller: Caller, number: int, document: Document, latest: OrderVersion | None) -> rules.Verdict:
    setting = rules.Setting(
        force=caller.force,
        today=civil_date(timezone.now()),
        number=number,
        previous_clauses=frozenset(c["clause"] for c in latest.body["conditions"]) if latest else None,
        commencement=settings.ROUTE_COMMENCEMENT,
        drawn_by_needed=caller.kind == "force_system",
    )
    verdict = rules.check(document.body, setting, document.shape_problems)
    if verdict.problems:
        raise Refused(verdict.problems)
    end = queries.end_of(latest.order) if latest else None
    if end and document.body["change"]["kind"] != "correction" and rules.period_of(document.body).start >= end.at:
        raise Conflict("order_ended", "The order ended before this change would take effect.")
    return verdict


def _store(
    order: Order, caller: Caller, number: int, document: Document, digest: str, verdict: rules.Verdict
) -> OrderVersion:
    body = document.body
    _name_who_drew(body, caller)
    period = rules.period_of(body)
    beside = warnings_beside_others(
        order, body, period=period, shapes=verdict.shapes, at=timezone.now(), new=number == 1
    )
    version = OrderVersion.objects.create(
        order=order,
        number=number,
        change_kind=(body.get("change") or {}).get("kind") or "made",
        kind=body["kind"],
        made_on=body["made_on"],
        effective_from=period.start,
        in_force_until=period.end,
        body=body,
        body_sent=document.sent,
        body_sha256=digest,
        warnings=[{"code": w.code, "pointer": w.pointer, "detail": w.detail} for w in (*verdict.warnings, *beside)],
        recorded_at=moment(order),
        recorded_by=caller.id,
    )
    for key in (person["key"] for person in body["protected_persons"]):
        ProtectedPerson.objects.get_or_create(order=order, key=key)
    MatchKey.objects.bulk_create(match_keys(version.id, force=order.force_id, body=body))
    _store_conditions(version, body, verdict)
    redraw(order, at=version.recorded_at)
    return version


def _name_who_drew(body: dict[str, Any], caller: Caller) -> None:
    """An officer who registers an order and names nobody else drew its zones."""
    for condition in body["conditions"]:
        for zone in condition.get("zones") or ():
            if zone.get("drawn_by") is None:
                zone["drawn_by"] = {"name": "", "staff_id": caller.staff_id}


def _store_conditions(version: OrderVersion, body: dict[str, Any], verdict: rules.Verdict) -> None:
    conditions = Condition.objects.bulk_create(
        Condition(
            version=version,
            position=index,
            clause=item["clause"],
            kind=item["kind"],
            machine_checkable=item["kind"] in CHECKABLE,
        )
        for index, item in enumerate(body["conditions"])
    )
    Zone.objects.bulk_create(
        _zone_row(version, conditions[index], item, verdict.shapes[index, inner])
        for index, condition in enumerate(body["conditions"])
        for inner, item in enumerate(condition.get("zones") or ())
    )


def _zone_row(version: OrderVersion, condition: Condition, item: dict[str, Any], reading: ShapeReading) -> Zone:
    if reading.shape is None:
        raise ValueError("a zone without a shape passed the rules")
    zone = build(reading.shape)
    return Zone(
        version=version,
        condition=condition,
        code=item["code"],
        restricted_name=item.get("restricted_name") or "",
        drawn_by_name=item["drawn_by"]["name"],
        drawn_by_staff_id=item["drawn_by"]["staff_id"],
        shape_sent=json.dumps(item["shape"]),
        shape_sha256=shape_sha256(reading.shape),
        core=GEOSGeometry(json.dumps(zone.core_geojson), srid=4326),
        reach_m=zone.reach_m,
        area_m2=zone.area_m2,
        transformation=zone.transformation or "",
    )
