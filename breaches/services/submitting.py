"""Writing what was reported: one verb, one transaction, a trace and a message with each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.types import Caller
from audit.services import record
from audit.types import SERVICE
from breaches import assessing, messages, routing
from breaches.additions import assurance_of
from breaches.models import Consultation, Report
from breaches.places import gazetteer
from breaches.reading import Reading, read_report
from breaches.reported_order import ReportedOrder, find_kept_order, find_order, named_by_id
from breaches.rules.priority import priority
from breaches.storing import insert_intake, position_columns
from breaches.subjects import people_unknown
from breaches.types import ROLES, ROLES_TO_CLAIM
from breaches.written import same_answer
from common.ids import spoken_reference
from common.problems import NotFound, Problem
from database import tenancy
from geo.engine import ENGINE_VERSION, engine_build
from orders.queries import terms_over_own_order
from orders.services.readers import note_attempt
from webhooks.services import About

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Submission:
    """A report whose JSON fits its shape, and the text exactly as it was sent."""

    body: Json
    sent: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A question with its answer, as they were kept, and what could not be understood in it."""

    consultation: Consultation
    warnings: tuple[Problem, ...]


@transaction.atomic(savepoint=False)
def submit_report(*, caller: Caller, submission: Submission, order_id: UUID | None = None) -> Report:
    """Keep a report, judge it, put it into the queue, and owe the force a message: all or nothing.

    Whoever may call may report: nothing said in a report is a reason to refuse it (rule 33). `order_id`: the order
    that it names, where that is known already and no question of who may name it.
    """
    now, body = timezone.now(), submission.body
    reading = read_report(body, now=now, gazetteer=gazetteer())
    about = named_by_id(order_id) if order_id else find_order(caller, body, reading.facts.interval, at=now)
    reading = replace(reading, facts=replace(reading.facts, accounts=_find_accounts(caller, about)))
    judged = assessing.judge(reading.facts, about.terms, at=now)
    where = routing.whereabouts(reading.facts, judged.answer, at=now)
    route = routing.review_queue(caller, body, about.forces, where)
    unknown = () if about.closed else people_unknown(caller, reading.facts, about.terms)
    if not about.named and not caller.force:
        about = find_kept_order(route.force, body, instead_of=about) or about
        judged = assessing.judge(reading.facts, about.terms, at=now) if about.terms else judged
    report = _new_report(caller, submission, reading, judged, now)
    report.order_id, report.force_id = about.order_id, route.force
    of_order = () if about.closed else (*about.doubts, *unknown)
    report.warnings = [_warning(problem) for problem in (*of_order, *route.doubts, *reading.warnings)]
    if caller.kind == "public":
        tenancy.open_report(report.id)
    positions = [{**position_columns(placed), "report_id": report.id} for placed in reading.positions]
    insert_intake(report, positions, assessing.assessment_row(report, judged, cause="submitted", at=now))
    routing.keep_whereabouts(report, where, at=now)
    record(actor=caller.actor, action="collection", verb="report_submitted", records=[report.id])
    messages.received(report, about=_about(about))
    if about.closed and about.order_id is not None and caller.force:
        note_attempt(caller=caller, records=[about.order_id, report.id])
    if about.closed:  # the same words in the same places as if there were no such order
        report.warnings = [_warning(problem) for problem in (*about.told, *unknown, *route.doubts, *reading.warnings)]
    return report


def _about(about: ReportedOrder) -> About | None:
    return About(about.order_id, about.restricted) if about.order_id else None


def _find_accounts(caller: Caller, about: ReportedOrder) -> frozenset[str]:
    """For whom a report is told, where that is known by who is signed in."""
    return frozenset({str(caller.user_id)}) if caller.kind == "victim" else about.accounts


def _new_report(
    caller: Caller, submission: Submission, reading: Reading, judged: assessing.Judged, now: datetime
) -> Report:
    body, interval = submission.body, reading.facts.interval
    danger = body.get("immediate_danger") is True
    urgent = priority(judged.verdict, immediate_danger=danger, risk=body.get("risk") or {})
    return Report(
        reference=spoken_reference("R"),
        reporter_kind=caller.kind,
        reporter=caller.id,
        reporter_user_id=caller.user_id,
        reporter_role=_role(caller, body),
        assurance=assurance_of(caller),
        body_sent=submission.sent,
        received_at=now,
        review_due=now + timedelta(hours=settings.REVIEW_DUE_HOURS),
        officer_contact_due=now + timedelta(hours=settings.OFFICER_CONTACT_DUE_HOURS),
        incident_from=interval.start if interval else None,
        incident_to=interval.end if interval else None,
        immediate_danger=danger,
        priority=urgent.level,
        priority_reasons=list(urgent.reasons),
        verdict=judged.verdict.name,
    )


def _role(caller: Caller, body: Json) -> str:
    """Whose account it is, in a word from the list; what was sent stays in the text of the report."""
    if caller.kind in ("victim", "advocate"):
        return "protected_person" if caller.kind == "victim" else "advocate"
    role = (body.get("reported_by") or {}).get("role")
    return role if role in (ROLES_TO_CLAIM if caller.kind == "public" else ROLES) else ""


def _warning(problem: Problem) -> dict[str, str]:
    return {"code": problem.code, "pointer": problem.pointer, "detail": problem.detail}


@transaction.atomic(savepoint=False)
def check_order(*, caller: Caller, reference: str, body: Json) -> Checked:
    """ "Would this be a breach?": answered and kept, with no report raised."""
    terms = terms_over_own_order(reference, caller=caller)
    if terms is None:
        raise NotFound
    now = timezone.now()
    reading = read_report(body, now=now, gazetteer=gazetteer())
    judged = assessing.judge(reading.facts, terms, at=now)
    consultation = Consultation.objects.create(
        order_id=terms.order_id,
        asked_by=caller.id,
        asked_at=now,
        engine_version=ENGINE_VERSION,
        engine_build=engine_build(),
        question=judged.question,
        answer=judged.answer,
    )
    record(
        actor=caller.actor,
        action="consultation",
        verb="order_checked",
        records=[terms.order_id, consultation.id],
    )
    return Checked(consultation, (*reading.warnings, *people_unknown(caller, reading.facts, terms)))


@transaction.atomic(savepoint=False)
def assess_again(*, report_id: UUID, cause: str) -> bool:
    """Judge a report by the terms as they are recorded now. True where the answer changed.

    The earlier assessment stays. Done twice, the second finds nothing changed.
    """
    report = Report.objects.select_for_update(of=("self",)).get(pk=report_id)
    last = report.assessments.order_by("-assessed_at", "-id")[0]
    terms, now = assessing.terms_of(report), timezone.now()
    judged = assessing.judge(assessing.facts_again(report, last.question["facts"]), terms, at=now)
    if same_answer(judged.answer, last.answer):
        return False
    assessing.keep(report, judged, cause=cause, at=now)
    record(actor=SERVICE, action="alteration", verb="report_assessed_again", records=[report.id], reason_code=cause)
    messages.assessed_again(report)
    return True
