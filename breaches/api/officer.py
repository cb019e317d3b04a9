"""The officer's queue and decisions, at /officer/."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from pydantic import BaseModel
from rest_framework.request import Request
from rest_framework.response import Response

from audit.services import record
from breaches import deciding, queries, workflow
from breaches.api import shown
from breaches.api.submission import TakesReports
from breaches.api.verbs import Verb, detail
from breaches.deciding import Decided, View
from breaches.evidence.queries import counts as evidence_counts
from breaches.evidence.queries import evidence_changed_at
from breaches.linked import linked_counts
from breaches.policies import check_may_report
from breaches.serializers import (
    NothingIn,
    NotVerifiedIn,
    OfficerReportOut,
    PassedOnReportIn,
    QueueOut,
    ReceiptOut,
    VerifyIn,
)
from common.problems import Problem, Refused
from edge.pagination import paginate
from edge.views import ApiView, answer
from orders.queries.access import closed_as_typed
from orders.services.readers import note_attempt

_CHOICES = {
    "queue": ("review", "follow_up", "overdue", "copies", "offered"),
    "state": tuple(workflow.OWNER),
    "verdict": ("breach_indicated", "possible_breach", "needs_officer", "not_indicated", "no_order_in_force"),
    "mine": ("true", "false"),
}
_FILTERS = [OpenApiParameter(name, str, enum=values) for name, values in _CHOICES.items()]
_FILTERS.append(OpenApiParameter("order", str))


class Reports(TakesReports):
    audience, report_shape = "officer", PassedOnReportIn

    @extend_schema(responses={200: QueueOut}, parameters=_FILTERS)
    @transaction.atomic
    def get(self, request: Request) -> Response:
        """The queue of this officer's force, most urgent first."""
        caller, now = self.caller(request), timezone.now()
        wanted = _wanted(request)
        if wanted.order:
            note_attempt(caller=caller, records=closed_as_typed(caller, wanted.order))
        rows = queries.queue(caller, wanted, at=now).select_related("claimed_by__officer")
        page = paginate(request, rows, order=queries.QUEUE_ORDER)
        record(actor=caller.actor, action="consultation", verb="queue_listed", records=[r.id for r in page.rows])
        ids = [report.id for report in page.rows]
        linked, items, changed = linked_counts(caller, ids), evidence_counts(ids), evidence_changed_at(ids)
        results = [
            shown.queue_row(
                report,
                at=now,
                linked=linked[report.id],
                evidence_count=items.get(report.id, 0),
                changed_at=changed.get(report.id),
            )
            for report in page.rows
        ]
        return answer({"results": results, "next": page.next, "previous": page.previous})

    @extend_schema(request=PassedOnReportIn, responses={201: ReceiptOut})
    def post(self, request: Request) -> Response:
        """Write down what somebody reports by telephone or at a counter."""
        check_may_report(self.caller(request))
        return self.submit(request)


def _wanted(request: Request) -> queries.QueueFilter:
    sent = {name: request.query_params.get(name) or None for name in (*_CHOICES, "order")}
    problems = [
        Problem(f"?{name}", "unknown_value", f"{name} is one of {', '.join(values)}.")
        for name, values in _CHOICES.items()
        if sent[name] is not None and sent[name] not in values
    ]
    if problems:
        raise Refused(problems)
    order = sent["order"]
    return queries.QueueFilter(
        queue=sent["queue"],
        state=sent["state"],
        verdict=sent["verdict"],
        order=order.replace("\x00", "") if order else None,
        mine=sent["mine"] == "true",
    )


class OneReport(ApiView):
    audience = "officer"

    @extend_schema(responses={200: OfficerReportOut})
    @transaction.atomic
    def get(self, request: Request, key: str) -> Response:
        """The whole report: what was said, what was found, what was decided."""
        caller = self.caller(request)
        report = queries.readable_report(caller, key)
        record(actor=caller.actor, action="consultation", verb="report_read", records=[report.id])
        return detail(report, caller)


class Claim(Verb):
    @extend_schema(request=NothingIn, responses={200: OfficerReportOut})
    def post(self, request: Request, key: str) -> Response:
        """Take a report from the queue."""
        return self.act(request, lambda caller, pre: deciding.claim(caller=caller, key=key, precondition=pre))


class Release(Verb):
    @extend_schema(request=NothingIn, responses={200: OfficerReportOut})
    def post(self, request: Request, key: str) -> Response:
        """Put a claimed report back into its queue."""
        return self.act(request, lambda caller, pre: deciding.release(caller=caller, key=key, precondition=pre))


class Verify(Verb):
    match_required = True

    @extend_schema(request=VerifyIn, responses={200: OfficerReportOut})
    def post(self, request: Request, key: str) -> Response:
        """Decide that the order was breached, with a view on each finding."""
        return self.say(request, key, VerifyIn, service=deciding.verify, meaning=_verified)


class NotVerified(Verb):
    match_required = True

    @extend_schema(request=NotVerifiedIn, responses={200: OfficerReportOut})
    def post(self, request: Request, key: str) -> Response:
        """Decide that no breach was shown, and say why."""
        return self.say(request, key, NotVerifiedIn, service=deciding.not_verify, meaning=_not_verified)


def _verified(sent: VerifyIn) -> Decided:
    excuse: BaseModel | None = sent.reasonable_excuse
    return Decided(
        kind="verified",
        reason=sent.reason or "",
        views=tuple(View(f.clause, f.view, f.reason) for f in sent.findings),
        offences=tuple(sent.offences),
        reasonable_excuse=excuse.model_dump() if excuse else None,
    )


def _not_verified(sent: NotVerifiedIn) -> Decided:
    return Decided(kind="not_verified", reason=sent.reason)
