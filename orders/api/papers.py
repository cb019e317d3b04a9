"""Documents, geometry check, reveal and monitoring authority, for force systems and for officers."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit.services import record
from common.problems import Problem
from edge.parsing import FileBody, read
from edge.views import ApiView, answer
from geo.repair import Attempt, Repair, attempt_repair
from geo.shapes import ShapeReading, read_shape
from geo.zones import build
from orders import queries
from orders.models import MonitoringAuthority
from orders.policies import MAY_APPROVE
from orders.serializers.papers import (
    DocumentOut,
    MonitoringIn,
    MonitoringListOut,
    MonitoringOut,
    RevealIn,
    RevealOut,
    ShapeCheckOut,
    ShapeIn,
)
from orders.services.papers import Power, keep_document, record_monitoring_authority, reveal, show_document

_READ, _WRITE = ("orders:read",), ("orders:write",)
_NOT_TRIED = Problem(
    "/shape",
    "repair_not_tried",
    "It has too many positions, or crosses itself too often, for a repair to be looked for.",
)


class _Geometry(ApiView):
    @extend_schema(request=ShapeIn, responses={200: ShapeCheckOut})
    def post(self, request: Request) -> Response:
        """Whether a shape would be accepted, where it would not, and what it may have been meant to be.

        Nothing of it is stored or logged.
        """
        caller, sent = self.caller(request), read(request, ShapeIn)
        with transaction.atomic():
            record(actor=caller.actor, action="consultation", verb="geometry_checked", records=[])
        reading = read_shape(sent.shape, "/shape")
        return answer(_checked(reading, attempt_repair(sent.shape) if reading.shape is None else Attempt(None)))


def _checked(reading: ShapeReading, attempt: Attempt) -> dict[str, Any]:
    warnings = reading.warnings if attempt.tried else (*reading.warnings, _NOT_TRIED)
    return {
        "valid": reading.shape is not None,
        "problems": [_problem(problem) for problem in reading.problems],
        "warnings": [_problem(problem) for problem in warnings],
        "area_m2": round(build(reading.shape).area_m2, 1) if reading.shape else None,
        "repaired": _repair_json(attempt.repair) if attempt.repair else None,
    }


def _repair_json(found: Repair) -> dict[str, Any]:
    return {
        "shape": found.shape,
        "area_before_m2": round(found.area_before_m2, 1),
        "area_after_m2": round(found.area_after_m2, 1),
        "difference_m2": round(found.area_after_m2 - found.area_before_m2, 1),
        "left_out": [f"/shape{pointer}" for pointer in found.left_out],
        "made_parts": [f"/shape{pointer}" for pointer in found.made_parts],
    }


def _problem(problem: Problem) -> dict[str, str]:
    return {"pointer": problem.pointer, "code": problem.code, "detail": problem.detail}


class ForceGeometryCheck(_Geometry):
    audience, scopes = "force", {"POST": _READ}


class OfficerGeometryCheck(_Geometry):
    audience, roles = "officer", MAY_APPROVE


class _Document(ApiView):
    parser_classes = (FileBody,)
    body_limit_bytes = 10 * 1024 * 1024

    @extend_schema(request=OpenApiTypes.BINARY, responses={200: DocumentOut, 201: DocumentOut})
    def put(self, request: Request, reference: str, number: str) -> Response:
        """Keep the document that the version was typed from: PDF, PNG or JPEG."""
        content = request.data if isinstance(request.data, bytes) else b""
        document, new = keep_document(
            caller=self.caller(request), reference=reference, number=int(number), content=content
        )
        return answer({"sha256": document.sha256}, status=201 if new else 200)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, reference: str, number: str) -> HttpResponse:
        """The document as it was sent, to be saved: never shown as a page of this service."""
        paper = show_document(caller=self.caller(request), reference=reference, number=int(number))
        response = HttpResponse(paper.content, content_type=paper.media_type)
        response["Content-Disposition"] = 'attachment; filename="order"'
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        response["X-Content-Type-Options"] = "nosniff"
        return response


class ForceDocument(_Document):
    audience, scopes = "force", {"PUT": _WRITE, "GET": _READ}


class OfficerDocument(_Document):
    audience, roles = "officer", MAY_APPROVE


class _Reveal(ApiView):
    @extend_schema(request=RevealIn, responses={200: RevealOut})
    def post(self, request: Request, reference: str) -> Response:
        """Show what is left out elsewhere, for a reason that goes into the trail."""
        caller = self.caller(request)
        queries.order_of(caller, reference)
        sent = read(request, RevealIn)
        version, shown = reveal(caller=caller, reference=reference, fields=sent.fields, reason=sent.reason)
        return answer({"reference": reference, "version": version.number, **shown})


class ForceReveal(_Reveal):
    audience, scopes = "force", {"POST": ("orders:read", "zones:read")}


class OfficerReveal(_Reveal):
    audience, roles = "officer", MAY_APPROVE
    step_up = frozenset({"POST"})


class _Monitoring(ApiView):
    @extend_schema(request=MonitoringIn, responses={200: MonitoringOut, 201: MonitoringOut})
    def put(self, request: Request, reference: str) -> Response:
        """Record by what power positions may be taken; of one kind and reference the last recorded counts."""
        caller = self.caller(request)
        queries.order_of(caller, reference)
        sent = read(request, MonitoringIn)
        power = Power(sent.kind, sent.reference, sent.from_, sent.until, tuple(sent.devices))
        row, new = record_monitoring_authority(caller=caller, reference=reference, power=power)
        return answer(_authority(row), status=201 if new else 200)

    @extend_schema(responses={200: MonitoringListOut})
    @transaction.atomic
    def get(self, request: Request, reference: str) -> Response:
        """The authorities that count now."""
        caller = self.caller(request)
        order = queries.order_of(caller, reference)
        rows = queries.authorities_of(order)
        records = [order.id, *(row.id for row in rows)]
        record(actor=caller.actor, action="consultation", verb="monitoring_authorities_read", records=records)
        return answer({"results": [_authority(row) for row in rows]})


def _authority(row: MonitoringAuthority) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "reference": row.reference,
        "from": row.starts_at,
        "until": row.ends_at,
        "devices": row.devices,
        "recorded_at": row.recorded_at,
    }


class ForceMonitoring(_Monitoring):
    audience, scopes = "force", {"PUT": _WRITE, "GET": _READ}


class OfficerMonitoring(_Monitoring):
    audience, roles = "officer", MAY_APPROVE
