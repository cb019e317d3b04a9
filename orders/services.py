"""Writing what the court said: one verb, one transaction, a trace and a message with each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction
from django.utils import timezone
from django_q.tasks import async_task

from accounts.types import Caller
from audit.services import record
from audit.types import Actor
from common.london import civil_date
from common.problems import Conflict, NotFound, Problem, Refused
from geo.shapes import ShapeReading, shape_sha256
from geo.zones import build
from orders import messages, policies, queries, rules
from orders.models import Condition, Order, OrderVersion, ProtectedPerson, Service, Zone, ZoneApproval
from orders.types import CHECKABLE

ASSESS_AGAIN = "breaches.tasks.assess_order_again"


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
    _carry_approvals(latest, version)
    status = queries.status_of(order, at=timezone.now())
    record(actor=caller.actor, action="collection", verb="order_version_registered", records=[order.id, version.id])
    messages.version_registered(order, change_kind=version.change_kind, status=status)
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
    return verdict


def _store(
    order: Order, caller: Caller, number: int, document: Document, digest: str, verdict: rules.Verdict
) -> OrderVersion:
    body = document.body
    _name_who_drew(body, caller)
    period = rules.period_of(body)
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
        warnings=[{"code": w.code, "pointer": w.pointer, "detail": w.detail} for w in verdict.warnings],
        recorded_by=caller.id,
    )
    for key in (person["key"] for person in body["protected_persons"]):
        ProtectedPerson.objects.get_or_create(order=order, key=key)
    _store_conditions(version, body, verdict)
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


def _carry_approvals(previous: OrderVersion | None, version: OrderVersion) -> None:
    """An identical shape keeps the approval it has, unless the new version says its approver drew it."""
    if previous is None:
        return
    before = {(a.zone.code, a.shape_sha256): a for a in queries.approvals_of(previous).select_related("zone")}
    ZoneApproval.objects.bulk_create(
        ZoneApproval(
            zone=zone,
            approved_by_id=old.approved_by_id,
            staff_id=old.staff_id,
            drawn_by_staff_id=zone.drawn_by_staff_id,
            shape_sha256=old.shape_sha256,
            approved_at=old.approved_at,
            reason=old.reason,
            carried_from=old.zone,
        )
        for zone in version.zones.filter(approval=None).defer("core", "shape_sent")
        if (old := before.get((zone.code, zone.shape_sha256)))
        and not policies.same_person(old.staff_id, zone.drawn_by_staff_id)
    )


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """What the approver says they looked at: version and hash may be left out while there is one drawing.

    A member that did not fit its shape is None here, and told in `shape_problems`.
    """

    code: str
    version: int | None
    shape_sha256: str | None
    reason: str | None
    shape_problems: tuple[Problem, ...] = ()


@transaction.atomic
def approve_zone(*, caller: Caller, reference: str, wanted: ApprovalRequest) -> ZoneApproval:
    """A second person stands by a drawn zone (rule 16). Again is the same answer; affected reports are judged anew.

    Raises `NotFound`, then `Forbidden`, then `Conflict` (`zone_changed`), then `Refused`.
    """
    order = queries.order_for_update(caller.force, reference)
    zone = _zone_meant(caller, queries.drawings_of(order, code=wanted.code, version=wanted.version), wanted)
    problems = wanted.shape_problems
    if wanted.reason is None and all(problem.pointer not in ("", "/reason") for problem in problems):
        problems = (*problems, Problem("/reason", "required", "This is required."))
    if problems:
        raise Refused(problems)
    known = ZoneApproval.objects.filter(zone=zone).first()
    return known or _approve(caller, order, zone, wanted.reason or "")


def _zone_meant(caller: Caller, drawings: Sequence[Zone], wanted: ApprovalRequest) -> Zone:
    seen = [zone for zone in drawings if wanted.shape_sha256 in (None, zone.shape_sha256)]
    policies.check_second_person(caller, (seen or drawings)[0])
    if not seen:
        raise Conflict("zone_changed", "The drawing is not the one you looked at.")
    if len({zone.shape_sha256 for zone in seen}) > 1:
        raise Conflict("zone_changed", "There are several drawings of this zone: say which version.")
    return seen[0]


def _approve(caller: Caller, order: Order, zone: Zone, reason: str) -> ZoneApproval:
    approval = ZoneApproval.objects.create(
        zone=zone,
        approved_by_id=caller.person,
        staff_id=caller.staff_id,
        drawn_by_staff_id=zone.drawn_by_staff_id,
        shape_sha256=zone.shape_sha256,
        approved_at=timezone.now(),
        reason=reason,
    )
    for earlier, later in pairwise(order.versions.filter(number__gte=zone.version.number).order_by("number")):
        _carry_approvals(earlier, later)
    record(
        actor=caller.actor,
        action="alteration",
        verb="zone_approved",
        records=[order.id, zone.id],
        reason_code="second_person",
        reason=reason,
    )
    messages.zone_approved(order, status=queries.status_of(order, at=approval.approved_at))
    async_task(ASSESS_AGAIN, str(order.id))
    return approval


@transaction.atomic
def record_service(*, caller: Caller, reference: str, served_at: datetime, method: str, served_by: str) -> Service:
    """That the respondent was given the order (rule 25). The same service told again is the same row."""
    order = queries.order_for_update(caller.force, reference)
    problems = _service_problems(order, served_at)
    if problems:
        raise Refused(problems)
    known = order.services.filter(served_at=served_at, method=method, served_by=served_by).first()
    if known is not None:
        return known
    service = Service.objects.create(
        order=order, served_at=served_at, method=method, served_by=served_by, recorded_by=caller.id
    )
    record(actor=caller.actor, action="collection", verb="service_recorded", records=[order.id, service.id])
    messages.served(order, status=queries.status_of(order, at=timezone.now()))
    async_task(ASSESS_AGAIN, str(order.id))
    return service


def _service_problems(order: Order, served_at: datetime) -> list[Problem]:
    problems = []
    if served_at > timezone.now():
        problems.append(Problem("/served_at", "served_at_in_future", "This is in the future."))
    made_on = queries.made_on(order)
    if civil_date(served_at) < made_on:
        problems.append(Problem("/served_at", "served_before_made", "It cannot be served before it was made."))
    return problems


@transaction.atomic
def link_person(*, actor: Actor, order_id: UUID, key: str, user_id: UUID) -> None:
    """That the protected person of a key is this account: she may then report under the order (rule 83)."""
    linked = ProtectedPerson.objects.filter(order_id=order_id, key=key).update(user_id=user_id)
    if not linked:
        raise NotFound
    record(actor=actor, action="alteration", verb="protected_person_linked", records=[order_id, user_id])
