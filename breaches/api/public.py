"""For anybody, without signing in, at /public/: reporting, coming back with a receipt, and who helps."""

from __future__ import annotations

import base64
from typing import Any, ClassVar

from django.db import transaction
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.types import ANYONE, Caller
from audit.models import DaySeal
from audit.services import record
from breaches import queries, receipts, services, support
from breaches.advice import advice
from breaches.api import said
from breaches.api.shapes import (
    AddedOut,
    PublicReceiptOut,
    PublicReportIn,
    PublicStatusOut,
    ReceiptIn,
    ReceiptMessageIn,
    SealsOut,
    SupportOut,
)
from breaches.api.submission import TakesReports
from breaches.models import Report
from breaches.reading import missing, missing_text
from breaches.serializers import ReportIn
from common.problems import NotFound
from database.envelope import open_sealed, seal
from edge.idempotency import once
from edge.pagination import DEFAULT_LIMIT, MOST, paginate
from edge.parsing import body_of, read
from edge.permissions import Open
from edge.throttles import Guessing
from edge.views import ApiView, answer

_GUESSING = Guessing("receipt")
_SEALED_FOR = "receipt in an answer kept for a retry"


class Public(ApiView):
    """Open to anybody. A token is not looked at: whoever has one reports at an address of their own."""

    audience = "public"
    permission_classes: ClassVar[list[type[BasePermission]]] = [Open]  # type: ignore[misc]
    authentication_classes: ClassVar[list[type[BaseAuthentication]]] = []  # type: ignore[misc]

    def caller(self, request: Request) -> Caller:
        return ANYONE


class Reports(Public, TakesReports):
    report_shape: ClassVar[type[ReportIn]] = PublicReportIn

    @extend_schema(request=PublicReportIn, responses={201: PublicReceiptOut})
    def post(self, request: Request) -> Response:
        """Tell the police what happened, without an account. Keep the receipt: it is shown this once."""

        def effect() -> Response:
            read(request, self.report_shape, also=missing)
            sent = body_of(request)
            submission = services.Submission(body=sent.value, sent=sent.text)
            received = services.submit_without_account(submission=submission)
            report = received.report
            told = advice(immediate_danger=report.immediate_danger, area=report.force_id)
            sealed = seal(received.receipt.encode(), context=_SEALED_FOR)
            return answer({"receipt": base64.b64encode(sealed).decode(), "advice": told}, status=201)

        return _with_receipt(self.write(request, effect))


def _with_receipt(response: Response) -> Response:
    """Opened last: the answer kept for a retry holds the receipt sealed, and a retry shows the same one."""
    digits = open_sealed(base64.b64decode(response.data["receipt"]), context=_SEALED_FOR).decode()
    response.data = {**response.data, "receipt": receipts.spoken(digits)}
    return response


class Receipts(Public):
    @extend_schema(request=ReceiptIn, responses={200: PublicStatusOut})
    @transaction.atomic
    def post(self, request: Request) -> Response:
        """Where a report stands, and what was asked about it. Never what was sent."""
        report = find_report(request, read(request, ReceiptIn).receipt)
        record(actor=ANYONE.actor, action="consultation", verb="receipt_read", records=[report.id])
        return answer(said.public_status(report))


class Messages(Public, TakesReports):
    @extend_schema(request=ReceiptMessageIn, responses={201: AddedOut})
    def post(self, request: Request) -> Response:
        """Say more about a report. Where a question waits, this answers it."""
        sent = read(request, ReceiptMessageIn, also=missing_text)
        report = find_report(request, sent.receipt)
        words = services.Said(sent.text, sent.immediate_danger is True)

        def effect() -> Response:
            addition = services.add_by_receipt(caller=ANYONE, report_id=report.id, said=words)
            return answer(said.added(addition, warnings=[]), status=201)

        # Not the body as sent: a digest of it, which is quickly tried, would give the receipt away.
        return once(request, effect, said=[str(report.id), sent.text, sent.immediate_danger is True])


def find_report(request: Request, receipt: str) -> Report:
    """The report of a receipt, at one slow hash for each key, whether or not there is one; `NotFound` for all else.

    A number whose check digit is wrong is a slip of the pen, and no guess: it is not counted as one.
    """
    _GUESSING.check(request)
    try:
        return queries.report_of_receipt(receipts.fingerprints(receipt))
    except NotFound:
        if receipts.well_formed(receipt):
            _GUESSING.wrong(request)
        raise


class Support(Public):
    @extend_schema(
        responses={200: SupportOut},
        parameters=[OpenApiParameter("area", str, description="a force's two-digit code, such as 05")],
    )
    def get(self, request: Request) -> Response:
        """Who helps: emergency and police numbers, national helplines, and the services of a force's area."""
        area = request.query_params.get("area", "")
        known = queries.is_force(area)
        services_there = support.directory().for_area(area if known else None)
        return answer({"area": area if known else None, "services": [_service(found) for found in services_there]})


def _service(service: support.Service) -> dict[str, Any]:
    return {
        "kind": service.kind,
        "name": service.name,
        "what_for": service.what_for,
        "phone": service.phone or None,
        "free_to_call": service.free_to_call,
        "hours": service.hours or None,
        "source": service.source,
        "reviewed_on": service.reviewed_on,
    }


class TrailSeals(Public):
    @extend_schema(
        parameters=[
            OpenApiParameter("cursor", str, description="`next` or `previous` of the last answer"),
            OpenApiParameter("limit", int, description=f"1 to {MOST}, {DEFAULT_LIMIT} if left out"),
        ],
        responses={200: SealsOut},
    )
    def get(self, request: Request) -> Response:
        """One value a day over the whole trail, oldest first: keep it, and a later change of that day shows."""
        page = paginate(request, DaySeal.objects.all(), order=("day",))
        results = [{"day": seal.day, "digest": seal.digest} for seal in page.rows]
        return answer({"results": results, "next": page.next, "previous": page.previous})
