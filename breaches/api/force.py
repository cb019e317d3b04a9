"""Reports, checks and verified breaches for force systems, at /force/."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.types import Caller
from audit.services import record
from breaches import queries, services
from breaches.api import shown
from breaches.api.submission import TakesReports
from breaches.models import Decision
from breaches.reading import missing_time
from breaches.serializers import BreachesOut, CheckIn, CheckOut, PassedOnReportIn, ReceiptOut, ReportOut
from edge.pagination import limit_of, sign, unsign
from edge.parsing import body_of, read
from edge.views import ApiView, answer
from orders.queries import order_of
from webhooks.queries import events_after
from webhooks.types import Numbered

READ, WRITE = ("breaches:read",), ("breaches:write",)
_FEED = "force-breaches"


class Reports(TakesReports):
    audience, scopes, report_shape = "force", {"POST": WRITE}, PassedOnReportIn

    @extend_schema(request=PassedOnReportIn, responses={201: ReceiptOut})
    def post(self, request: Request) -> Response:
        """Pass on what somebody reported."""
        return self.submit(request)


class OneReport(ApiView):
    audience, scopes = "force", {"GET": READ}

    @extend_schema(responses={200: ReportOut})
    @transaction.atomic
    def get(self, request: Request, key: str) -> Response:
        """A report routed or copied to this force, whole, with its current assessment."""
        caller = self.caller(request)
        report = queries.report_of_force(caller, key)
        record(actor=caller.actor, action="consultation", verb="report_read", records=[report.id])
        return answer(shown.whole(report, queries.assessments(report)[0], caller.force), etag=shown.tag(report))


class Check(ApiView):
    audience, scopes = "force", {"POST": ("orders:read", "breaches:read")}

    @extend_schema(request=CheckIn, responses={200: CheckOut})
    def post(self, request: Request, reference: str) -> Response:
        """Would this be a breach? Raises no report; question and answer are kept."""

        def effect() -> Response:
            caller = self.caller(request)
            order_of(caller, reference)
            read(request, CheckIn, also=missing_time)
            body = body_of(request).value
            checked = services.check_order(caller=caller, reference=reference, body=body)
            warnings = [shown.warning(problem) for problem in checked.warnings]
            return answer({"assessment": checked.consultation.answer, "warnings": warnings})

        return self.write(request, effect)


class Breaches(ApiView):
    audience, scopes = "force", {"GET": READ}

    @extend_schema(responses={200: BreachesOut})
    def get(self, request: Request) -> Response:
        """Verified breaches of this force, oldest first. Ask again with `cursor` for what came since."""
        caller, limit, after = self.caller(request), limit_of(request), _after(request)
        found = events_after(force=caller.force, sequence=after, limit=limit + 1, types={"report.verified"})
        events, more = found[:limit], len(found) > limit
        cursor = sign(_FEED, [events[-1].sequence if events else after])
        return answer({"results": _breaches(caller, events), "cursor": cursor, "next": cursor if more else None})


def _after(request: Request) -> int:
    cursor = request.query_params.get("cursor")
    return int(unsign(cursor, _FEED, 1)[0]) if cursor else 0


@transaction.atomic
def _breaches(caller: Caller, events: list[Numbered]) -> list[dict[str, Any]]:
    ids = [event.message.subject for event in events]
    decisions = queries.verified_decisions(ids)
    record(actor=caller.actor, action="consultation", verb="breaches_read", records=ids)
    return [_breach(decisions[event.message.subject], event.sequence) for event in events]


def _breach(decision: Decision, sequence: int) -> dict[str, Any]:
    report = decision.report
    order = report.order
    return {
        "id": report.id,
        "reference": report.reference,
        "sequence": sequence,
        "order": order.reference if order else None,
        "order_force": order.force_id if order else None,
        "verified_at": decision.decided_at,
        "incident_from": report.incident_from,
        "incident_to": report.incident_to,
        "verdict": report.verdict,
        "offences": decision.offences,
        "findings": [{"clause": f["clause"], "view": f["view"]} for f in decision.findings],
    }
