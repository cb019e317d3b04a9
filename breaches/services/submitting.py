"""Writing what was reported: one verb, one transaction, a trace and a message with each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.queries import HeldAuthority, authorities_held
from accounts.types import Caller
from audit.services import record
from audit.types import SERVICE
from breaches import assessing, messages, routing
from breaches.models import Consultation, Report
from breaches.places import gazetteer
from breaches.reading import PlacedPosition, Reading, read_report
from breaches.rules.priority import priority
from breaches.storing import Row, insert_intake
from breaches.subjects import people_unknown
from breaches.types import ROLES, ROLES_TO_CLAIM
from breaches.written import same_answer
from common.ids import spoken_reference, uuid7
from common.problems import Closed, NotFound, Problem
from database import tenancy
from database.sealed import Unreadable
from geo.engine import ENGINE_VERSION, engine_build
from orders.queries import (
    closed_among,
    terms_by_id,
    terms_over_own_order,
    terms_over_protecting,
    terms_over_spoken_for,
)
from orders.queries.access import restricted_order
from orders.services.readers import note_attempt
from orders.types import OrderTerms
from webhooks.services import About

Json = Mapping[str, Any]
_UNMATCHED = Problem("/order", "order_not_matched", "No order of yours has this reference; none is attached.")
_UNREADABLE = Problem(
    "/order", "order_not_readable", "Your order cannot be opened now. An officer sees this report all the same."
)


@dataclass(frozen=True, slots=True)
class Submission:
    """A report whose JSON fits its shape, and the text exactly as it was sent."""

    body: Json
    sent: str


@dataclass(frozen=True, slots=True)
class _Named:
    """The order that a report names. `closed`: a list keeps it from whoever sent the report (rule 81).

    Terms that are missing although the order is known are sealed under a key that is missing. `accounts`: of those for
    whom an advocate speaks under it.
    """

    order_id: UUID | None = None
    terms: OrderTerms | None = None
    closed: bool = False
    doubts: tuple[Problem, ...] = ()
    accounts: frozenset[str] = frozenset()


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
    named = _of(terms_by_id(order_id)) if order_id else _named(caller, body, now)
    reading = replace(reading, facts=replace(reading.facts, accounts=_accounts(caller, named)))
    judged = assessing.judge(reading.facts, named.terms, at=now)
    where = routing.whereabouts(reading.facts, judged.answer, at=now)
    route = routing.review_queue(caller, body, named.terms, where)
    if named.order_id is None and not caller.force:
        named = _kept_from(route.force, body) or named
        judged = assessing.judge(reading.facts, named.terms, at=now) if named.terms else judged
    report = _new_report(caller, submission, reading, judged, now)
    report.order_id, report.force_id = named.order_id, route.force
    unknown = () if named.closed else people_unknown(caller, reading.facts, named.terms)
    doubts = (*(named.doubts or _order_doubts(body, named)), *route.doubts, *reading.warnings, *unknown)
    report.warnings = [_warning(w) for w in doubts]
    if caller.kind == "public":
        tenancy.open_report(report.id)
    positions = [_position_row(report, placed) for placed in reading.positions]
    insert_intake(report, positions, assessing.assessment_row(report, judged, cause="submitted", at=now))
    routing.keep_whereabouts(report, where, at=now)
    record(actor=caller.actor, action="collection", verb="report_submitted", records=[report.id])
    messages.received(report, about=_about(named))
    if named.closed and named.order_id is not None:
        if caller.force:
            note_attempt(caller=caller, records=[named.order_id, report.id])
        # Said to the sender where it is said of an order that is none, and not kept: it is not so.
        report.warnings = [_warning(_UNMATCHED), *report.warnings]
    return report


def _of(terms: OrderTerms | None) -> _Named:
    return _Named(terms.order_id, terms) if terms else _Named()


def _about(named: _Named) -> About | None:
    if named.order_id is None:
        return None
    return About(named.order_id, named.closed or (named.terms is not None and named.terms.restricted))


def _named(caller: Caller, body: Json, now: datetime) -> _Named:
    """The order that a caller names, if it is one of theirs, or of their force.

    Where its terms cannot be opened the report is kept without them; that there is such an order is said only to those
    whose it is.
    """
    reference = _reference(body)
    if reference is None:
        return _Named()
    try:
        if caller.force:
            return _of(terms_over_own_order(reference, caller=caller))
        return _own_order(caller, reference, now)
    except Closed as closed:
        return _closed(closed.records[0])
    except Unreadable:
        kept = closed_among(caller, [reference]).get(reference) if caller.force else None
        return _closed(kept) if kept else _Named(doubts=(_UNREADABLE,))


def _reference(body: Json) -> str | None:
    reference = body.get("order")
    return reference if isinstance(reference, str) and 0 < len(reference) <= 64 else None


def _closed(order_id: UUID) -> _Named:
    try:
        return _Named(order_id, terms_by_id(order_id), closed=True)
    except Unreadable:
        return _Named(order_id, closed=True)


def _kept_from(force: str, body: Json) -> _Named | None:
    """A restricted order, of the force that the report goes to, that somebody names whose it is not.

    The report is for those on its list and for nobody else, whoever made it or wrote it down. Its sender is told what
    they would be told if there were no such order.
    """
    reference = _reference(body)
    if reference is None:
        return None
    with tenancy.acting(replace(tenancy.current() or tenancy.NOBODY, force=force)):
        kept = restricted_order(force, reference)
        return _closed(kept) if kept else None


def _own_order(caller: Caller, reference: str, now: datetime) -> _Named:
    """One that protects the caller, or whom they speak for."""
    if caller.user_id is None:
        return _Named()
    if caller.kind != "advocate":
        return _of(terms_over_protecting(reference, people=[caller.user_id]))
    held = authorities_held(caller.user_id, scope="report", at=now)
    terms = terms_over_spoken_for(reference, authorities=[one.id for one in held])
    return replace(_of(terms), accounts=_spoken_for(held, terms) if terms else frozenset())


def _spoken_for(held: Sequence[HeldAuthority], terms: OrderTerms) -> frozenset[str]:
    """The accounts of those whom the order protects and an advocate may speak for under it."""
    under = {str(one.principal) for one in held if one.only_order in (None, terms.order_id)}
    return frozenset(under.intersection(terms.accounts.values()))


def _accounts(caller: Caller, named: _Named) -> frozenset[str]:
    """For whom a report is told, where that is known by who is signed in."""
    return frozenset({str(caller.user_id)}) if caller.kind == "victim" else named.accounts


def _order_doubts(body: Json, named: _Named) -> list[Problem]:
    return [_UNMATCHED] if body.get("order") and named.order_id is None else []


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


def _position_row(report: Report, placed: PlacedPosition) -> Row:
    reported, reading = placed.reported, placed.reading
    point = reading.point
    return {
        "id": uuid7(),
        "report_id": report.id,
        "index": reported.index,
        "subject": reported.subject,
        "method": reported.method,
        "point": f"SRID=4326;POINT({point.longitude!r} {point.latitude!r})" if point else None,
        "r95_m": reading.r95_m,
        "accuracy_assumed": reading.accuracy_assumed,
        "recorded_at": reported.at,
        "transformation": reading.transformation or "",
    }


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
    terms = terms_by_id(report.order_id) if report.order_id else None
    now = timezone.now()
    judged = assessing.judge(assessing.facts_again(report, last.question["facts"]), terms, at=now)
    if same_answer(judged.answer, last.answer):
        return False
    assessing.keep(report, judged, cause=cause, at=now)
    record(actor=SERVICE, action="alteration", verb="report_assessed_again", records=[report.id], reason_code=cause)
    messages.assessed_again(report)
    return True
