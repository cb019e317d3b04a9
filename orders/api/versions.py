"""Orders over HTTP: force systems at /force/orders, officers at /officer/orders."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, cast, get_args

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.types import Caller
from audit.services import record
from common.london import civil_date
from common.problems import NotFound, Problem, Refused
from edge.drafts import read_draft
from edge.etags import etag
from edge.pagination import paginate, refuse
from edge.parsing import body_of, read
from edge.views import ApiView, answer
from orders import policies, queries, services
from orders.api.instants import AT, KNOWN_AT, read_instants
from orders.api.records import list_records
from orders.duties import notification_due
from orders.models import Order, OrderVersion, Zone, ZoneApproval
from orders.policies import MAY_APPROVE
from orders.queries.coming import Due, due, due_days
from orders.reading import without_people
from orders.serializers.document import (
    ApprovalIn,
    ApprovalOut,
    OrderDocument,
    OrderOut,
    OrdersOut,
    ServiceIn,
    ServiceOut,
    VersionOut,
)
from orders.serializers.records import ServicesOut
from orders.types import Status, polarity_of

REFERENCE = re.compile(r"[A-Za-z0-9._-]{1,64}")
READ, WRITE = ("orders:read",), ("orders:write",)


def understood(found: queries.VersionAt, *, known_at: datetime | None = None) -> dict[str, Any]:
    """What was made of a version: the answer to its registration."""
    version = found.version
    return {
        "reference": version.order.reference,
        "version": version.number,
        "status": found.status,
        "in_force_from": version.effective_from,
        "in_force_until": found.until,
        "conditions": _conditions(version, known_at),
        "warnings": version.warnings,
    }


def _conditions(version: OrderVersion, known_at: datetime | None) -> list[dict[str, Any]]:
    approved = set(queries.approvals_of(version, known_at=known_at).values_list("zone_id", flat=True))
    zones = queries.zones_of(version)
    return [
        {
            "clause": condition.clause,
            "kind": condition.kind,
            "polarity": polarity_of(condition.kind),
            "machine_checkable": condition.machine_checkable,
            "zones": [_zone(zone, approved=zone.pk in approved) for zone in zones.get(condition.pk, ())],
        }
        for condition in version.conditions.order_by("position")
    ]


def _zone(zone: Zone, *, approved: bool) -> dict[str, Any]:
    return {
        "code": zone.code,
        "area_m2": round(zone.area_m2, 1),
        "shape_sha256": zone.shape_sha256,
        "approved": approved,
    }


def _etag(order: Order) -> str:
    return etag(order.id, queries.revision(order))


class _Version(ApiView):
    @extend_schema(request=OrderDocument, responses={200: VersionOut, 201: VersionOut})
    def put(self, request: Request, reference: str, number: str) -> Response:
        """Register version `number`: the same body again answers 200, another body 409."""
        if not REFERENCE.fullmatch(reference):
            raise refuse("", "reference_invalid", "A reference has 1 to 64 letters, digits, dots, dashes or _.")
        sent, value = body_of(request).text, body_of(request).value
        doc, problems = read_draft(value, OrderDocument)
        body = doc.model_dump(mode="json", by_alias=True, exclude_unset=True)
        version, new = services.register_version(
            caller=self.caller(request),
            reference=reference,
            number=int(number),
            document=services.Document(body=body, sent=sent, shape_problems=tuple(problems)),
            digest=services.body_digest(value),
        )
        found = queries.status_of_version(version, at=timezone.now())
        return answer(understood(found), status=201 if new else 200, etag=_etag(version.order))

    @extend_schema(responses={200: OrderOut})
    def get(self, request: Request, reference: str, number: str) -> Response:
        """One version by its number, as it was recorded."""
        if not REFERENCE.fullmatch(reference):
            raise NotFound
        caller = self.caller(request)
        version = queries.order_of(caller, reference).versions.filter(number=int(number)).first()
        if version is None:
            raise NotFound
        return _shown(caller, queries.status_of_version(version, at=timezone.now()), known_at=None)


class ForceOrderVersion(_Version):
    audience, scopes = "force", {"PUT": WRITE, "GET": READ}


class OfficerOrderVersion(_Version):
    audience, roles = "officer", frozenset({"officer", "supervisor"})


@transaction.atomic
def _shown(caller: Caller, found: queries.VersionAt, *, known_at: datetime | None) -> Response:
    """A version as recorded, without its people, and what the service made of it. Leaves a consultation."""
    version, order = found.version, found.version.order
    record(actor=caller.actor, action="consultation", verb="order_read", records=[order.id, version.pk])
    body = without_people(version.body, shapes=policies.may_see_shapes(caller))
    computed = understood(found, known_at=known_at)
    shown = {
        **body,
        **computed,
        "conditions": [_merged(*pair) for pair in zip(body["conditions"], computed["conditions"], strict=True)],
        "served_at": queries.first_served_at(order, known_at=known_at),
        "recorded_at": version.recorded_at,
        "restricted": order.restricted,
    }
    return answer(shown, etag=_etag(order))


def _merged(recorded: dict[str, Any], computed: dict[str, Any]) -> dict[str, Any]:
    """A condition as recorded with what was made of it; conditions lie alike in both, zones go by their codes."""
    zones = {zone["code"]: zone for zone in computed["zones"]}
    return {**recorded, **computed, "zones": [{**zone, **zones[zone["code"]]} for zone in recorded["zones"]]}


class _OrderDetail(ApiView):
    asks = frozenset({"at", "known_at"})

    @extend_schema(parameters=[AT, KNOWN_AT], responses={200: OrderOut})
    def get(self, request: Request, reference: str) -> Response:
        """The terms in force at `at`, as they were known at `known_at`; both default to now."""
        caller = self.caller(request)
        order = queries.order_of(caller, reference)
        at, known_at = read_instants(request)
        return _shown(caller, queries.version_at(order, at=at or timezone.now(), known_at=known_at), known_at=known_at)


class ForceOrder(_OrderDetail):
    audience, scopes = "force", {"GET": READ}


class OfficerOrder(_OrderDetail):
    audience = "officer"


_STATUS = OpenApiParameter("status", str, enum=get_args(Status), description="Only orders with this status now")


_DUE = OpenApiParameter("due", str, enum=get_args(Due), description="Only orders for which that is due now")


def _due(request: Request) -> Due | None:
    sent = request.query_params.get("due")
    if sent is None or sent in get_args(Due):
        return cast("Due | None", sent)
    raise Refused([Problem("?due", "unknown_value", "This is not one of the values allowed here.")])


def _status(request: Request) -> Status | None:
    sent = request.query_params.get("status")
    if sent is None or sent in get_args(Status):
        return cast("Status | None", sent)
    raise Refused([Problem("?status", "unknown_value", "This is not one of the values allowed here.")])


class _Orders(ApiView):
    @extend_schema(parameters=[_STATUS, _DUE], responses={200: OrdersOut})
    def get(self, request: Request) -> Response:
        """The force's orders by reference, with their version and status now."""
        caller, now = self.caller(request), timezone.now()
        orders, what = queries.orders_of(caller, status=_status(request), at=now), _due(request)
        if what is not None:
            orders = due(orders, what, at=now)
        page = paginate(request, orders, order=("reference", "id"))
        found = queries.versions_at(page.rows, at=now)
        with transaction.atomic():
            record(actor=caller.actor, action="consultation", verb="orders_listed", records=[o.id for o in page.rows])
        days = due_days(page.rows, what, at=now) if what else {}
        rows = [{**_row(order.reference, found[order.id]), "due_on": days.get(order.id)} for order in page.rows]
        return answer({"results": rows, "next": page.next, "previous": page.previous})


def _row(reference: str, found: queries.VersionAt) -> dict[str, Any]:
    return {
        "reference": reference,
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
    audience, scopes = "force", {"GET": READ, "POST": WRITE}
    asks = frozenset({"known_at"})

    @extend_schema(parameters=[KNOWN_AT], responses={200: ServicesOut})
    def get(self, request: Request, reference: str) -> Response:
        """What was recorded of service, with the version that was served; withdrawn ones too."""
        return list_records(self.caller(request), request, reference, "service")

    @extend_schema(request=ServiceIn, responses={201: ServiceOut})
    def post(self, request: Request, reference: str) -> Response:
        """Record that the order was served on the respondent."""

        def effect() -> Response:
            caller = self.caller(request)
            queries.order_of(caller, reference)
            sent = read(request, ServiceIn)
            service = services.record_service(
                caller=caller,
                reference=reference,
                served_at=sent.served_at,
                method=sent.method,
                served_by=sent.served_by,
                version=sent.version,
            )
            due = notification_due(service.order, "initial", civil_date(service.served_at))
            told = {"id": service.id, "version": service.version.number, "served_at": service.served_at}
            told |= {"method": service.method, "notification_due": due}
            return answer(told, status=201, etag=_etag(service.order))

        return self.write(request, effect)


class OfficerService(ForceService):
    audience, roles = "officer", frozenset({"officer", "supervisor"})


class ZoneApprovals(ApiView):
    audience, roles = "officer", MAY_APPROVE
    step_up = frozenset({"POST"})

    @extend_schema(request=ApprovalIn, responses={200: ApprovalOut})
    def post(self, request: Request, reference: str, code: str) -> Response:
        """Stand by a drawn zone as a second person."""

        def effect() -> Response:
            caller = self.caller(request)
            sent, problems = read_draft(body_of(request).value, ApprovalIn)
            wanted = services.ApprovalRequest(
                code, sent.version, sent.shape_sha256, sent.reason, shape_problems=tuple(problems)
            )
            approval = services.approve_zone(caller=caller, reference=reference, wanted=wanted)
            return answer(_approved(approval), etag=_etag(approval.zone.version.order))

        return self.write(request, effect)


def _approved(approval: ZoneApproval) -> dict[str, Any]:
    return {
        "code": approval.zone.code,
        "version": approval.zone.version.number,
        "approved": True,
        "approved_by": approval.staff_id,
        "approved_at": approval.approved_at,
    }
