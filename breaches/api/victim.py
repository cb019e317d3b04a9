"""Reports for victims and advocates, at /victim/."""

from __future__ import annotations

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit.services import record
from breaches import queries
from breaches.api import shown
from breaches.api.submission import TakesReports
from breaches.serializers import OwnReportOut, OwnReportsOut, ReceiptOut, ReportIn
from edge.pagination import paginate
from edge.views import ApiView, answer


class Reports(TakesReports):
    audience = "victim"

    @extend_schema(request=ReportIn, responses={201: ReceiptOut})
    def post(self, request: Request) -> Response:
        """Tell the police what happened. It is kept whatever it says; in danger, call 999."""
        return self.submit(request)

    @extend_schema(responses={200: OwnReportsOut})
    @transaction.atomic
    def get(self, request: Request) -> Response:
        """One's own reports, in the order in which they were made."""
        caller = self.caller(request)
        rows = queries.reports_of_person(caller.person)
        page = paginate(request, rows, order=("received_at", "id"))
        record(actor=caller.actor, action="consultation", verb="own_reports_listed", records=[r.id for r in page.rows])
        return answer({"results": [shown.own(r) for r in page.rows], "next": page.next, "previous": page.previous})


class OneReport(ApiView):
    audience = "victim"

    @extend_schema(responses={200: OwnReportOut})
    @transaction.atomic
    def get(self, request: Request, key: str) -> Response:
        """Where one's own report stands."""
        caller = self.caller(request)
        report = queries.own_report(caller.person, key)
        record(actor=caller.actor, action="consultation", verb="own_report_read", records=[report.id])
        return answer(shown.own(report), etag=shown.tag(report))
