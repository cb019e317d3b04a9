"""Reports as they are shown: to the person who made one, to a force system, to an officer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request

from accounts.types import Caller
from breaches import queries, workflow
from breaches.advice import advice
from breaches.api import said
from breaches.evidence import shown as evidence
from breaches.evidence.queries import evidence_changed_at
from breaches.models import Assessment, Decision, Move, Question, Report, Transfer, TransferEnd
from breaches.policies import is_independent, may_move, may_take_over
from breaches.rules.differences import differences
from breaches.rules.whereabouts import concerned
from breaches.sent import as_sent
from breaches.workflow import REVIEW_STATES
from breaches.written import same_answer
from common.problems import Problem
from edge.etags import check, etag
from orders.queries import orders_open_to

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
        "advice": advice(immediate_danger=report.immediate_danger, area=report.force_id),
    }


def warning(problem: Problem) -> Json:
    return {"code": problem.code, "pointer": problem.pointer, "detail": problem.detail}


def own(report: Report, asked: Sequence[Question], *, reader: UUID) -> Json:
    """A report as its reporter sees it, or she for whom an advocate made it: where it stands, never what was found."""
    return {
        "id": report.id,
        "reference": report.reference,
        "status": said.status(report),
        "received_at": report.received_at,
        "review_due": report.review_due,
        "officer_contact_due": report.officer_contact_due,
        "questions": said.questions(asked),
        "reported_by": "you" if report.reporter_user_id == reader else "advocate",
    }


def whole(report: Report, current: Assessment, force: str) -> Json:
    """A report as sent and as understood, by what a force may see of the order behind it."""
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
        "assurance": report.assurance or None,
        "incident_from": report.incident_from,
        "incident_to": report.incident_to,
        "report": as_sent(report.body_sent),
        "current": said.current_json(report),
        "warnings": report.warnings,
        "assessment": _answer(report, current, force),
        **said.afterwards(report),
    }


def for_officer(report: Report, caller: Caller) -> Json:
    """The same with clocks, history and what this officer can do now."""
    assessments, now = queries.assessments(report), timezone.now()
    decisions = list(report.decisions.select_related("assessment").order_by("-decided_at"))
    return {
        **whole(report, assessments[0], caller.force),
        "priority": report.priority,
        "priority_reasons": report.priority_reasons,
        "clocks": clocks(report, at=now),
        "claimed_by": _holder(report),
        "force": report.force_id,
        "copies": [{"force": copy.force_id, "why": copy.why} for copy in queries.readers_of(report)],
        "area": _area(report),
        "place_candidates": place_candidates(assessments[0].question),
        "assessments": _history(report, assessments, caller),
        "decisions": [_decision(d) for d in decisions],
        "changed_since_decision": _has_changed_since(report, assessments[0], decisions),
        "moves": _moves(report),
        "allowed": [
            verb for verb in workflow.allowed(report.state) if _may(caller, report, assessments[0], verb, at=now)
        ],
        "snoozed_until": report.snoozed_until,
        "transfers": [_transfer(transfer) for transfer in queries.transfers_of(report)],
        "evidence": evidence.all_of(report),
        **said.beside(report, caller),
    }


def _answer(report: Report, assessment: Assessment, force: str) -> Json:
    """Another force than the order's sees the conditions concerned only (api.md, "Whose queue")."""
    answer: Json = assessment.answer
    return answer if report.order is None or report.order.force_id == force else concerned(answer)


def decided_on(decision: Decision, *, of_order: str, force: str) -> Json:
    """The assessment that a decision was made on, with its id; another force than the order's sees what concerns it."""
    answer: Json = decision.assessment.answer
    return {"id": decision.assessment_id, **(answer if of_order in ("", force) else concerned(answer))}


def _order_judged_by(assessment: Assessment) -> UUID | None:
    terms = assessment.question["terms"]
    return UUID(terms["order_id"]) if terms else None


def place_candidates(question: Json) -> list[Json]:
    """Places named in words that do not read one way: for an officer to choose from, by the position's number."""
    return [
        {"position": position["index"], **candidate}
        for position in question["facts"]["positions"]
        for candidate in position.get("candidates", ())
    ]


def _area(report: Report) -> Json | None:
    """In whose area it happened, with the neighbours within the position's error; None where nobody knows."""
    found = queries.area_of(report)
    if found is None or not found.areas:
        return None
    return {
        "position": found.position,
        "generation": found.generation,
        "certain": found.certain,
        "areas": found.areas,
    }


def _history(report: Report, assessments: Sequence[Assessment], caller: Caller) -> list[Json]:
    """Newest first, each with what it says otherwise than the one before it.

    What was found by another order than the report is under now is shown to those who may read that order.
    """
    judged_by = {one.id: _order_judged_by(one) for one in assessments}
    others = {order for order in judged_by.values() if order and order != report.order_id}
    readable = set(orders_open_to(caller).filter(pk__in=others).values_list("pk", flat=True)) if others else set()
    answers = [
        _answer(report, one, caller.force)
        if judged_by[one.id] in (None, report.order_id)
        else one.answer
        if judged_by[one.id] in readable
        else {**one.answer, "findings": [], "reasons": []}
        for one in assessments
    ]
    return [
        answer | {"cause": one.cause, "changes": differences(before, answer) if before else []}
        for one, answer, before in zip(assessments, answers, [*answers[1:], None], strict=True)
    ]


def _may(caller: Caller, report: Report, current: Assessment, verb: str, *, at: datetime) -> bool:
    move = workflow.move(verb, report.state)
    if move is None or report.force_id != caller.force:
        return False
    if verb == "verify" and not is_independent(caller, current.zone_staff):
        return False
    if verb == "takeover" and not may_take_over(caller, report, at=at):
        return False
    return may_move(caller, report, move)


def _transfer(transfer: Transfer) -> Json:
    """An offer to another force; `ended` is null while it waits for an answer."""
    end: TransferEnd | None = getattr(transfer, "end", None)
    return {
        "from": transfer.from_force_id,
        "to": transfer.to_force_id,
        "reason": transfer.reason,
        "offered_at": transfer.offered_at,
        "by": transfer.staff_id,
        "ended": end and {"kind": end.kind, "reason": end.reason or None, "at": end.at, "by": end.staff_id},
    }


def _holder(report: Report) -> str | None:
    holder = report.claimed_by
    return holder.officer.staff_id if holder else None


def _moves(report: Report) -> list[Json]:
    moves = report.moves.select_related("moved_by__officer").order_by("id")
    return [
        {
            "verb": m.verb,
            "from": m.source,
            "to": m.target,
            "by": _mover(m),
            "at": m.moved_at,
            "reason": m.reason or None,
        }
        for m in moves
    ]


def _mover(move: Move) -> str | None:
    """The staff id of whoever made a move; None where it was the reporter."""
    by = move.moved_by
    return by.officer.staff_id if by is not None and hasattr(by, "officer") else None


def _has_changed_since(report: Report, current: Assessment, decisions: Sequence[Decision]) -> bool:
    """Whether anything was said since the last decision, or comes out otherwise than whoever decided was shown: the
    verdict, or what is read in the evidence."""
    if not decisions:
        return False
    last = decisions[0]
    if not same_answer(current.answer, last.assessment.answer):
        return True
    read_again = evidence_changed_at([report.id]).get(report.id)
    if read_again is not None and read_again > last.decided_at:
        return True
    return report.additions.filter(sent_at__gt=last.decided_at).exists()


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


def queue_row(report: Report, *, at: datetime, linked: int, evidence_count: int, changed_at: datetime | None) -> Json:
    """One line of an officer's queue. `changed_at`: when newer readers last found something else in its evidence."""
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
        "evidence_count": evidence_count,
        "evidence_changed_at": changed_at,
        "linked_count": linked,
        "snoozed_until": report.snoozed_until,
        "withdrawn_at": report.withdrawn_at,
        "assurance": report.assurance or None,
    }


def tag(report: Report) -> str:
    return etag(report.id, report.version)


def precondition(request: Request, report: Report, *, required: bool) -> None:
    """`If-Match` against the report as it stands, under its lock."""
    check(request, tag(report), required=required)
