"""Reports, checks and verified breaches for force systems, at /force/."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.types import Caller
from audit.services import record
from breaches import feeding, queries, services
from breaches.api import shown
from breaches.api.submission import TakesReports
from breaches.models import BreachEntry, Decision
from breaches.reading import missing_time
from breaches.serializers import BreachesOut, CheckIn, CheckOut, PassedOnReportIn, ReceiptOut, ReportOut
from common.problems import Refused
from edge.pagination import limit_of, sign, unsign
from edge.parsing import body_of, read
from edge.views import ApiView, answer
from orders.queries import order_of

READ, WRITE = ("breaches:read",), ("breaches:write",)
_FEED, _FEED_OF_EVENTS = "breach-decisions", "force-breaches"


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
        """What was decided of breaches of this force, oldest first. Ask again with `cursor` for what came since.

        An entry never changes: what is decided otherwise later is an `overturned` entry that names the first.
        """
        caller, limit = self.caller(request), limit_of(request)
        after = _after(request, caller.force)
        found = feeding.entries_after(force=caller.force, sequence=after, limit=limit + 1)
        entries, more = found[:limit], len(found) > limit
        cursor = sign(_FEED, [(entries[-1].sequence if entries else None) or after])
        return answer({"results": _breaches(caller, entries), "cursor": cursor, "next": cursor if more else None})


def _after(request: Request, force: str) -> int:
    """The number up to which the caller has read; a cursor of the feed as it was once leads to its place here."""
    cursor = request.query_params.get("cursor")
    if not cursor:
        return 0
    try:
        return int(unsign(cursor, _FEED, 1)[0])
    except Refused:
        return feeding.place_of_event(force, int(unsign(cursor, _FEED_OF_EVENTS, 1)[0]))


@transaction.atomic
def _breaches(caller: Caller, entries: list[BreachEntry]) -> list[dict[str, Any]]:
    decisions = feeding.decisions_behind([entry for entry in entries if entry.state != BreachEntry.BARE])
    reports = dict.fromkeys(entry.report for entry in entries)
    record(actor=caller.actor, action="consultation", verb="breaches_read", records=list(reports))
    hidden = {entry.report for entry in entries if entry.decision not in decisions}
    kept = feeding.reports_kept(hidden) if hidden else set()
    return [_breach(entry, decisions.get(entry.decision), caller.force, kept) for entry in entries]


def _breach(entry: BreachEntry, decision: Decision | None, force: str, kept: set[UUID]) -> dict[str, Any]:
    """An entry as it was when it was decided. Of a report that is erased, or that the force may not read any more, its
    ids and its place alone, and which of the two it is."""
    withheld = None if decision else "not_readable" if entry.report in kept else "erased"
    stands = decision is not None and entry.kind == BreachEntry.VERIFIED
    return {
        "id": entry.key,
        "sequence": entry.sequence,
        "decision": entry.kind,
        "overturns": entry.overturns,
        "decided_at": entry.decided_at,
        "report": entry.report,
        "reference": entry.reference,
        "order": entry.order_reference or None,
        "order_force": entry.order_force or None,
        "assessment": shown.decided_on(decision, of_order=entry.order_force, force=force) if decision else None,
        "findings": [{"clause": f["clause"], "view": f["view"]} for f in decision.findings] if decision else [],
        "offences": decision.offences if decision and stands else [],
        "state": entry.state,
        "withheld": withheld,
    }
