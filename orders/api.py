"""Orders over HTTP: force systems at /force/orders, officers at /officer/orders."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.types import Caller
from audit.services import record
from common.problems import NotFound
from edge.drafts import read_draft
from edge.pagination import paginate, refuse
from edge.parsing import decode, read, text_of
from edge.shapes import parse_instant
from edge.views import ApiView, answer
from orders import queries, services
from orders.models import Order, OrderVersion
from orders.policies import MAY_APPROVE
from orders.reading import without_people
from orders.serializers import ApprovalIn, ApprovalOut, OrderDocument, ServiceIn, ServiceOut, VersionOut

REFERENCE = re.compile(r"[A-Za-z0-9._-]{1,64}")
READ, WRITE = ("orders:read",), ("orders:write",)


def understood(version: OrderVersion) -> dict[str, Any]:
    """What was made of a version: the answer to its registration."""
    now = queries.status_of_version(version, at=timezone.now())
    return {
        "reference": version.order.reference,
        "version": version.number,
        "status": now.status,
        "in_force_from": version.effective_from,
        "in_force_until": now.until,
        "conditions": _conditions(version),
        "warnings": version.warnings,
    }


def _conditions(version: OrderVersion) -> list[dict[str, Any]]:
    approved = {a.zone_id for a in queries.approvals_of(version)}
    return [
        {
            "clause": condition.clause,
            "kind": condition.kind,
            "machine_checkable": condition.machine_checkable,
            "zones": [
                {
                    "code": zone.code,
                    "area_m2": round(zone.area_m2, 1),
                    "shape_sha256": zone.shape_sha256,
                    "approved": zone.pk in approved,
                }
                for zone in condition.zones.defer("core", "shape_sent").order_by("code")
            ],
        }
        for condition in version.conditions.order_by("position")
    ]


class _Version(ApiView):
    @extend_schema(request=OrderDocument, responses={200: VersionOut, 201: VersionOut})
    def put(self, request: Request, reference: str, number: str) -> Response:
        """Register version `number`: the same body again answers 200, another body 409."""
        if not REFERENCE.fullmatch(reference):
            raise refuse("", "reference_invalid", "A reference has 1 to 64 letters, digits, dots, dashes or _.")
        sent = text_of(request)
        value = decode(sent)
        doc, problems = read_draft(value, OrderDocument)
        body = doc.model_dump(mode="json", by_alias=True, exclude_unset=True)
        version, new = services.register_version(
            caller=self.caller(request),
            reference=reference,
            number=int(number),
            document=services.Document(body=body, sent=sent, shape_problems=tuple(problems)),
            digest=services.body_digest(value),
        )
        return answer(understood(version), status=201 if new else 200)

    @extend_schema(responses={200: VersionOut})
    def get(self, request: Request, reference: str, number: str) -> Response:
        """One version by its number, as it was recorded."""
        caller = self.caller(request)
        version = queries.order_of(caller.force, reference).versions.filter(number=int(number)).first()
        if version is None:
            raise NotFound
        return _shown(caller, version)


class ForceOrderVersion(_Version):
    audience, scopes = "force", {"PUT": WRITE, "GET": READ}


class OfficerOrderVersion(_Version):
    audience, roles = "officer", frozenset({"officer", "supervisor"})


@transaction.atomic
def _shown(caller: Caller, version: OrderVersion) -> Response:
    """A version as recorded, without its people, and what the service made of it. Leaves a consultation."""
    record(
        actor=caller.actor,
        action="consultation",
        verb="order_read",
        records=[version.order_id, version.pk],
    )
    body = without_people(version.body, shapes="zones:read" in caller.scopes)
    served_at = version.order.services.order_by("served_at").values_list("served_at", flat=True).first()
    return answer({**body, **_computed(version, body), "served_at": served_at, "recorded_at": version.recorded_at})


def _computed(version: OrderVersion, body: dict[str, Any]) -> dict[str, Any]:
    seen = understood(version)
    by_clause = {c["clause"]: c for c in seen.pop("conditions")}
    merged = []
    for condition in body["conditions"]:
        computed = by_clause[condition["clause"]]
        zones = {z["code"]: z for z in computed["zones"]}
        shown = [{**zone, **zones[zone["code"]]} for zone in condition.get("zones") or ()]
        merged.append({**condition, **computed, "zones": shown})
    return {**seen, "conditions": merged}


_AT = [OpenApiParameter(name, str, description="RFC 3339 instant with an offset") for name in ("at", "known_at")]


class _OrderDetail(ApiView):
    @extend_schema(parameters=_AT, responses={200: VersionOut})
    def get(self, request: Request, reference: str) -> Response:
        """The terms in force at `at`, as they were known at `known_at`; both default to now."""
        caller, now = self.caller(request), timezone.now()
        order = queries.order_of(caller.force, reference)
        at, known_at = _instant(request, "at") or now, _instant(request, "known_at") or now
        found = queries.version_at(order, at=at, known_at=known_at)
        response = _shown(caller, found.version)
        response.data |= {"status": found.status, "in_force_until": found.until}
        return response


def _instant(request: Request, name: str) -> Any:
    sent = request.query_params.get(name)
    if sent is None:
        return None
    read_at = parse_instant(sent)
    if read_at is None or read_at.tzinfo is None or not 1 < read_at.year < 9999:
        raise refuse(f"?{name}", "instant_unreadable", "Send an RFC 3339 instant with an offset (+ is %2B).")
    return read_at


class ForceOrder(_OrderDetail):
    audience, scopes = "force", {"GET": READ}


class OfficerOrder(_OrderDetail):
    audience = "officer"


class _Orders(ApiView):
    @extend_schema(responses={200: OrderDocument}, operation_id="orders_list")
    def get(self, request: Request) -> Response:
        """The force's orders by reference, with their version and status now."""
        caller = self.caller(request)
        page = paginate(request, queries.orders_of(caller.force), order=("reference", "id"))
        with transaction.atomic():
            record(actor=caller.actor, action="consultation", verb="orders_listed", records=[o.id for o in page.rows])
        rows = [_row(order) for order in page.rows]
        return answer({"results": rows, "next": page.next, "previous": page.previous})


def _row(order: Order) -> dict[str, Any]:
    now = timezone.now()
    found = queries.version_at(order, at=now, known_at=now)
    return {
        "reference": order.reference,
        "version": found.version.number,
        "kind": found.version.kind,
        "status": found.status,
        "in_force_from": found.version.effective_from,
        "in_force_until": found.until,
    }


class ForceOrders(_Orders):
    audience, scopes = "force", {"GET": READ}


class OfficerOrders(_Orders):
    audience = "officer"


class ForceService(ApiView):
    audience, scopes = "force", {"POST": WRITE}

    @extend_schema(request=ServiceIn, responses={201: ServiceOut})
    def post(self, request: Request, reference: str) -> Response:
        """Record that the order was served on the respondent."""

        def effect() -> Response:
            caller = self.caller(request)
            queries.order_of(caller.force, reference)
            sent = read(request, ServiceIn)
            service = services.record_service(
                caller=caller,
                reference=reference,
                served_at=sent.served_at,
                method=sent.method,
                served_by=sent.served_by,
            )
            due = queries.notification_due(service.order, service.served_at)
            return answer(
                {"served_at": service.served_at, "method": service.method, "notification_due": due}, status=201
            )

        return self.write(request, effect)


class OfficerService(ForceService):
    audience, roles = "officer", frozenset({"officer", "supervisor"})


class ZoneApprovals(ApiView):
    audience, roles = "officer", MAY_APPROVE

    @extend_schema(request=ApprovalIn, responses={200: ApprovalOut})
    def post(self, request: Request, reference: str, code: str) -> Response:
        """Stand by a drawn zone as a second person."""

        def effect() -> Response:
            caller = self.caller(request)
            queries.order_of(caller.force, reference)
            sent = read(request, ApprovalIn)
            wanted = services.ApprovalRequest(code, sent.version, sent.shape_sha256, sent.reason)
            approval = services.approve_zone(caller=caller, reference=reference, wanted=wanted)
            return answer(
                {
                    "code": code,
                    "version": approval.zone.version.number,
                    "approved": True,
                    "approved_by": approval.staff_id,
                    "approved_at": approval.approved_at,
                }
            )

        return self.write(request, effect)
