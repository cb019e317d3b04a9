"""Reports as they are shown: to the person who made one, to a force system, to an officer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework.request import Request

from accounts.types import Caller
from breaches import queries, workflow
from breaches.advice import advice
from breaches.models import Assessment, Decision, Report
from breaches.policies import is_independent, may_move
from breaches.rules.differences import differences
from breaches.workflow import REVIEW_STATES, TOLD
from edge.etags import check, etag

Json = dict[str, Any]


def receipt(report: Report) -> Json:
    """The answer to a report: that it arrived, what happens by when, and what to do in danger. No verdict."""
    return {
        "id": report.id,
        "reference": report.reference,
        "received_at": report.received_at,
        "review_due": report.review_due,
        "officer_contact_due": report.officer_contact_due,
        "status": "received",
        "warnings": report.warnings,
        "advice": advice(immediate_danger=report.immediate_danger),
    }


def own(report: Report) -> Json:
    """A report as its reporter sees it: where it stands, never what was found or what was sent."""
    return {
        "id": report.id,
        "reference": report.reference,
        "status": TOLD[workflow.state(report.state)],
        "received_at": report.received_at,
        "review_due": report.review_due,
        "officer_contact_due": report.officer_contact_due,
        "questions": [],
    }


def whole(report: Report, current: Assessment) -> Json:
    """A report as sent and as understood."""
    order = report.order
    return {
        "id": report.id,
        "reference": report.reference,
        "state": report.state,
        "order": order.reference if order else None,
        "order_force": order.force_id if order else None,
        "received_at": report.received_at,
        "reporter_kind": report.reporter_kind,
        "reporter_role": report.reporter_role,
        "incident_from": report.incident_from,
        "incident_to": report.incident_to,
        "report": json.loads(report.body_sent),
        "warnings": report.warnings,
        "assessment": current.answer,
    }


def for_officer(report: Report, caller: Caller) -> Json:
    """The same with clocks, history and what this officer can do now."""
    assessments = queries.assessments(report)
    return {
        **whole(report, assessments[0]),
        "priority": report.priority,
        "priority_reasons": report.priority_reasons,
        "clocks": clocks(report, at=timezone.now()),
        "claimed_by": _holder(report),
        "assessments": _history(assessments),
        "decisions": [_decision(d) for d in report.decisions.order_by("-decided_at")],
        "moves": _moves(report),
        "allowed": [verb for verb in workflow.allowed(report.state) if _may(caller, report, assessments[0], verb)],
        "evidence": [],
        "links": [],
    }


def _history(assessments: Sequence[Assessment]) -> list[Json]:
    """Newest first, each with what it says otherwise than the one before it."""
    earlier = [*assessments[1:], None]
    return [
        one.answer | {"cause": one.cause, "changes": differences(before.answer, one.answer) if before else []}
        for one, before in zip(assessments, earlier, strict=True)
    ]


def _may(caller: Caller, report: Report, current: Assessment, verb: str) -> bool:
    move = workflow.move(verb, report.state)
    if move is None or (verb == "verify" and not is_independent(caller, current.zone_staff)):
        return False
    return may_move(caller, report, move)


def _holder(report: Report) -> str | None:
    holder = report.claimed_by
    return holder.officer.staff_id if holder else None


def _moves(report: Report) -> list[Json]:
    moves = report.moves.select_related("moved_by__officer").order_by("id")
    return [
        {"verb": m.verb, "from": m.source, "to": m.target, "by": m.moved_by.officer.staff_id, "at": m.moved_at}
        for m in moves
    ]


def _decision(decision: Decision) -> Json:
    return {
        "kind": decision.kind,
        "by": decision.staff_id,
        "at": decision.decided_at,
        "reason": decision.reason,
        "findings": decision.findings,
        "offences": decision.offences,
        "reasonable_excuse": decision.reasonable_excuse,
        "assessed_at": decision.assessment.assessed_at,
    }


def clocks(report: Report, *, at: datetime) -> Json:
    """Elapsed time, nights and weekends included (rule 36)."""
    return {
        "review_due": report.review_due,
        "officer_contact_due": report.officer_contact_due,
        "overdue": overdue(report, at=at),
    }


def overdue(report: Report, *, at: datetime) -> bool:
    return report.state in REVIEW_STATES and report.review_due < at


def queue_row(report: Report, *, at: datetime) -> Json:
    """One line of an officer's queue."""
    order = report.order
    return {
        "id": report.id,
        "reference": report.reference,
        "state": report.state,
        "priority": report.priority,
        "priority_reasons": report.priority_reasons,
        "verdict": report.verdict,
        "review_due": report.review_due,
        "officer_contact_due": report.officer_contact_due,
        "overdue": overdue(report, at=at),
        "claimed_by": _holder(report),
        "order": order.reference if order else None,
        "order_force": order.force_id if order else None,
        "received_at": report.received_at,
        "incident_from": report.incident_from,
        "evidence_count": 0,
        "linked_count": 0,
    }


def tag(report: Report) -> str:
    return etag(report.id, report.version)


def precondition(request: Request, report: Report, *, required: bool) -> None:
    """`If-Match` against the report as it stands, under its lock."""
    check(request, tag(report), required=required)
