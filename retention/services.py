"""Keeping, proposing to let go, deciding; and answering somebody who asks what is held about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.types import Caller
from audit.services import record
from breaches.models import Report
from breaches.queries import locked_report_of_force, report_of_force
from common.london import civil_date
from common.problems import Conflict, NotFound, Problem, Refused
from orders.queries import order_of
from retention import policies, queries, rules
from retention.models import AccessDecision, AccessRequest, Disposal, DisposalDecision, HoldAct, Review
from retention.types import Choice, Ground, Group, SubjectKind


@transaction.atomic
def review(*, caller: Caller, key: str, group: Group, reason: str) -> Review:
    """Say in which group a report belongs and that it is kept until its next review (rule 79)."""
    report = locked_report_of_force(caller, key)
    policies.check_may_decide(caller)
    day = rules.review_on(civil_date(timezone.now()), group)
    row = Review.objects.create(
        report=report.id,
        group=group,
        review_on=day,
        reason=reason,
        reviewed_by_id=caller.person,
        staff_id=caller.staff_id,
    )
    record(actor=caller.actor, action="alteration", verb="retention_reviewed", records=[report.id, row.id])
    return row


@transaction.atomic
def hold(*, caller: Caller, key: str, held: bool, reason: str) -> HoldAct:
    """Keep a report whatever its review says, or let go of that."""
    report = locked_report_of_force(caller, key)
    policies.check_may_decide(caller)
    row = HoldAct.objects.create(
        report=report.id, held=held, reason=reason, by_id=caller.person, staff_id=caller.staff_id
    )
    verb = "legal_hold_placed" if held else "legal_hold_lifted"
    record(actor=caller.actor, action="alteration", verb=verb, records=[report.id, row.id])
    return row


@transaction.atomic
def propose_disposal(*, caller: Caller, key: str, reason: str) -> Disposal:
    """Propose that a report goes. Raises `Conflict` while it is held, open, kept until later, or proposed already."""
    report = locked_report_of_force(caller, key)
    policies.check_may_decide(caller)
    _check_may_go(report)
    if Disposal.objects.filter(report=report.id, decision__isnull=True).exists():
        raise Conflict("disposal_proposed_already", "Somebody has proposed this, and nobody has decided it yet.")
    row = Disposal.objects.create(
        report=report.id, force_id=caller.force, reason=reason, proposed_by_id=caller.person, staff_id=caller.staff_id
    )
    record(actor=caller.actor, action="alteration", verb="disposal_proposed", records=[report.id, row.id])
    return row


@transaction.atomic
def decide_disposal(*, caller: Caller, disposal_id: UUID, approved: bool, reason: str) -> DisposalDecision:
    """Another person approves or refuses. What is approved is erased later, by another role (`retention.erasing`)."""
    disposal = queries.disposal_of(caller.force, disposal_id)
    policies.check_second_person(caller, disposal)
    report = Report.objects.filter(pk=disposal.report).first()
    if report is None or hasattr(disposal, "decision"):
        raise Conflict("already_decided", "This was decided before.")
    if approved:
        _check_may_go(report)
    row = DisposalDecision.objects.create(
        disposal=disposal,
        approved=approved,
        reason=reason,
        decided_by_id=caller.person,
        staff_id=caller.staff_id,
        proposed_by=disposal.proposed_by_id,
        proposer_staff_id=disposal.staff_id,
    )
    verb = "disposal_approved" if approved else "disposal_refused"
    record(actor=caller.actor, action="alteration", verb=verb, records=[report.id, disposal.id])
    return row


def _check_may_go(report: Report) -> None:
    keeping = queries.keeping_of([report])[report.id]
    if keeping.held:
        raise Conflict("held", "It is under a legal hold.")
    if report.state not in ("closed", "not_verified"):
        raise Conflict("still_open", "Only a report that was decided and closed can go.")
    if keeping.review_on > civil_date(timezone.now()):
        raise Conflict("not_due", "Its review is not due yet.")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for one's own data: the force's reference for it, about whom, and the orders that name the person."""

    reference: str
    subject: SubjectKind
    orders: Sequence[str]
    report: str
    received_on: date


@transaction.atomic
def open_access_request(*, caller: Caller, asked: Asked) -> AccessRequest:
    """Record a request. Orders and reports that are not the force's are `NotFound`, like those that do not exist."""
    policies.check_may_decide(caller)
    orders = [order_of(caller, reference).id for reference in asked.orders]
    person = report_of_force(caller, asked.report).reporter_user_id if asked.report else None
    if asked.subject == "protected_person" and person is None:
        raise Refused([Problem("/report", "person_not_known", "Name a report that she made with her own account.")])
    try:
        with transaction.atomic():
            row = AccessRequest.objects.create(
                force_id=caller.force,
                reference=asked.reference,
                subject=asked.subject,
                orders=orders,
                person=person if asked.subject == "protected_person" else None,
                received_on=asked.received_on,
                due_on=rules.answer_due(asked.received_on),
                opened_by_id=caller.person,
                staff_id=caller.staff_id,
            )
    except IntegrityError:
        raise Conflict("already_recorded", "A request of this reference is on record.") from None
    record(actor=caller.actor, action="collection", verb="access_request_opened", records=[row.id, *orders])
    return row


@dataclass(frozen=True, slots=True)
class Chosen:
    """One record given or withheld; a ground of section 45(4) for what is withheld."""

    record: UUID
    choice: Choice
    ground: Ground | None
    reason: str


@transaction.atomic
def decide_access(*, caller: Caller, request_id: UUID, chosen: Chosen) -> AccessDecision:
    """A named person's decision about one record. A respondent is never given a report, or that there is one."""
    request = queries.request_of(caller.force, request_id)
    policies.check_may_decide(caller)
    held = next((h for h in queries.records_of(request) if h.record == chosen.record), None)
    if held is None:
        raise NotFound
    if chosen.choice == "disclose" and held.kind == "report" and request.subject != "protected_person":
        raise Refused([Problem("/choice", "never_disclosed", "What somebody reported is given to herself only.")])
    if (chosen.choice == "withhold") != (chosen.ground is not None):
        raise Refused([Problem("/ground", "ground_mismatch", "What is withheld has a ground; what is given has none.")])
    row = AccessDecision.objects.create(
        request=request,
        record_kind=held.kind,
        record=held.record,
        choice=chosen.choice,
        ground=chosen.ground or "",
        reason=chosen.reason,
        decided_by_id=caller.person,
        staff_id=caller.staff_id,
    )
    record(
        actor=caller.actor,
        action="alteration",
        verb="access_decided",
        records=[request.id, held.record],
        reason_code=row.choice,
    )
    return row
