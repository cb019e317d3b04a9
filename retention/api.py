"""Keeping and letting go, and requests for one's own data, at /officer/."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit.services import record
from breaches.models import Report
from breaches.queries import report_of_force
from common.london import civil_date
from edge.pagination import paginate
from edge.parsing import read
from edge.views import ApiView, answer
from retention import packs, queries, services
from retention.models import AccessRequest
from retention.policies import MAY_DECIDE, MAY_LOOK, check_may_decide
from retention.queries import Held
from retention.serializers import (
    AccessDecisionIn,
    AccessDecisionOut,
    AccessIn,
    AccessListOut,
    AccessOut,
    AccessRecordsOut,
    DisposalDecisionIn,
    DisposalOut,
    HoldIn,
    KeepingListOut,
    KeepingOut,
    PackOut,
    ReasonIn,
    ReviewIn,
)
from retention.types import Keeping


class _Decides(ApiView):
    audience, roles = "officer", MAY_DECIDE


class _Looks(ApiView):
    audience, roles = "officer", MAY_LOOK


class Due(_Looks):
    @extend_schema(responses={200: KeepingListOut})
    @transaction.atomic
    def get(self, request: Request) -> Response:
        """Reports whose review is due, the oldest first. A page may hold fewer than asked for."""
        caller, today = self.caller(request), civil_date(timezone.now())
        page = paginate(request, queries.due(caller.force, on=today), order=("received_at", "id"))
        keeping = queries.keeping_of(page.rows)
        rows = [report for report in page.rows if keeping[report.id].review_on <= today]
        record(actor=caller.actor, action="consultation", verb="reviews_due_listed", records=[r.id for r in rows])
        shown = [_keeping(report, keeping[report.id]) for report in rows]
        return answer({"results": shown, "next": page.next, "previous": page.previous})


class OneKeeping(_Looks):
    @extend_schema(responses={200: KeepingOut})
    @transaction.atomic
    def get(self, request: Request, key: str) -> Response:
        """In which group a report is, when it is looked at next, and whether it is held."""
        caller = self.caller(request)
        report = report_of_force(caller, key)
        record(actor=caller.actor, action="consultation", verb="retention_read", records=[report.id])
        return answer(_keeping(report, queries.keeping_of([report])[report.id]))


class Review(_Decides):
    @extend_schema(request=ReviewIn, responses={201: KeepingOut})
    def post(self, request: Request, key: str) -> Response:
        """Say that a report is kept, in which group, and why."""

        def effect() -> Response:
            caller, report = self.caller(request), report_of_force(self.caller(request), key)
            sent = read(request, ReviewIn)
            services.review(caller=caller, key=key, group=sent.group, reason=sent.reason)
            return answer(_keeping(report, queries.keeping_of([report])[report.id]), status=201)

        return self.write(request, effect)


class Hold(_Decides):
    @extend_schema(request=HoldIn, responses={201: KeepingOut})
    def post(self, request: Request, key: str) -> Response:
        """Place a legal hold, or lift it."""

        def effect() -> Response:
            caller, report = self.caller(request), report_of_force(self.caller(request), key)
            sent = read(request, HoldIn)
            services.hold(caller=caller, key=key, held=sent.held, reason=sent.reason)
            return answer(_keeping(report, queries.keeping_of([report])[report.id]), status=201)

        return self.write(request, effect)


def _keeping(report: Report, found: Keeping) -> dict[str, Any]:
    return {
        "id": report.id,
        "reference": report.reference,
        "group": found.group,
        "review_on": found.review_on,
        "held": found.held,
        "reviewed": found.reviewed,
    }


class ProposeDisposal(_Decides):
    @extend_schema(request=ReasonIn, responses={201: DisposalOut})
    def post(self, request: Request, key: str) -> Response:
        """Propose that a report goes. Another supervisor decides."""

        def effect() -> Response:
            caller = self.caller(request)
            report_of_force(caller, key)
            sent = read(request, ReasonIn)
            row = services.propose_disposal(caller=caller, key=key, reason=sent.reason)
            return answer({"id": row.id, "report": row.report, "approved": None}, status=201)

        return self.write(request, effect)


class DecideDisposal(_Decides):
    @extend_schema(request=DisposalDecisionIn, responses={201: DisposalOut})
    def post(self, request: Request, disposal: UUID) -> Response:
        """Approve or refuse what another supervisor proposed."""

        def effect() -> Response:
            caller = self.caller(request)
            queries.disposal_of(caller.force, disposal)
            sent = read(request, DisposalDecisionIn)
            row = services.decide_disposal(
                caller=caller, disposal_id=disposal, approved=sent.approve, reason=sent.reason
            )
            body = {"id": row.disposal_id, "report": row.disposal.report, "approved": row.approved}
            return answer(body, status=201)

        return self.write(request, effect)


class AccessRequests(_Looks):
    @extend_schema(responses={200: AccessListOut})
    @transaction.atomic
    def get(self, request: Request) -> Response:
        """Requests of people who asked what is held about them."""
        caller = self.caller(request)
        rows = AccessRequest.objects.filter(force_id=caller.force)
        page = paginate(request, rows, order=("opened_at", "id"))
        record(
            actor=caller.actor, action="consultation", verb="access_requests_read", records=[r.id for r in page.rows]
        )
        return answer({"results": [_request(r) for r in page.rows], "next": page.next, "previous": page.previous})

    @extend_schema(request=AccessIn, responses={201: AccessOut})
    def post(self, request: Request) -> Response:
        """Record a request as the force received it."""

        def effect() -> Response:
            caller = self.caller(request)
            check_may_decide(caller)
            sent = read(request, AccessIn)
            asked = services.Asked(sent.reference, sent.subject, tuple(sent.orders), sent.report, sent.received_on)
            row = services.open_access_request(caller=caller, asked=asked)
            return answer(_request(row), status=201)

        return self.write(request, effect)


def _request(row: AccessRequest) -> dict[str, Any]:
    return {
        "id": row.id,
        "reference": row.reference,
        "subject": row.subject,
        "received_on": row.received_on,
        "due_on": row.due_on,
    }


class AccessDecisions(_Decides):
    @extend_schema(request=AccessDecisionIn, responses={201: AccessDecisionOut})
    def post(self, request: Request, access: UUID) -> Response:
        """Decide about one record, on its own facts."""

        def effect() -> Response:
            caller = self.caller(request)
            queries.request_of(caller.force, access)
            sent = read(request, AccessDecisionIn)
            chosen = services.Chosen(sent.record, sent.choice, sent.ground, sent.reason)
            row = services.decide_access(caller=caller, request_id=access, chosen=chosen)
            return answer({"id": row.id, "record": row.record, "choice": row.choice}, status=201)

        return self.write(request, effect)


class AccessRecords(_Looks):
    @extend_schema(responses={200: AccessRecordsOut})
    def get(self, request: Request, access: UUID) -> Response:
        """Everything that a request is about, with what was decided. For the force's own file only."""
        found = packs.withheld_from(caller=self.caller(request), request_id=access)
        return answer({"results": [_held(held) for held in found]})


def _held(held: Held) -> dict[str, Any]:
    decision = held.decision
    return {
        "kind": held.kind,
        "record": held.record,
        "choice": decision.choice if decision else None,
        "ground": decision.ground if decision else "",
        "reason": decision.reason if decision else "",
        "decided_by": decision.staff_id if decision else "",
        "decided_at": decision.decided_at if decision else None,
    }


class Pack(_Decides):
    @extend_schema(request=None, responses={200: PackOut})
    def get(self, request: Request, access: UUID) -> Response:
        """The letter and what goes with it."""
        return answer(packs.pack_for(caller=self.caller(request), request_id=access))
