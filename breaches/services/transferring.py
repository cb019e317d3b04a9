"""Handing a report to another force. Dual (rule 89): one offers, the other accepts or returns; the clocks run on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.db import transaction
from django.utils import timezone

from accounts.types import Caller
from audit.services import record
from breaches import messages, policies, queries, workflow
from breaches.evidence.services import note_transferred
from breaches.feeding import tell_new_readers
from breaches.models import Report, Transfer, TransferEnd
from breaches.moving import Precondition, illegal, moved, permitted
from breaches.routing import let_order_force_read
from breaches.workflow import ACCEPTED, Move
from common.problems import Conflict, NotFound, Problem, Refused
from database import tenancy

_UNKNOWN = Problem("/force", "force_unknown", "This is not the code of another force.")


@dataclass(frozen=True, slots=True)
class Offer:
    """To which force, and why."""

    force: str
    reason: str


@transaction.atomic(savepoint=False)
def offer(*, caller: Caller, key: str, read: Callable[[], Offer], precondition: Precondition) -> Report:
    """Offer a report to another force, which may read it from now on. It stays in its queue until that accepts."""
    report = queries.locked_report_of_force(caller, key)
    move = permitted(caller, report, "transfer", precondition)
    if report.order and report.order.restricted:
        raise Conflict("order_restricted", "Only readers named by the order's force may read this report (rule 81).")
    if queries.open_transfer(report) is not None:
        raise Conflict("transfer_pending", "This report is on offer to a force already.")
    wanted = read()
    if wanted.force == caller.force or not queries.is_force(wanted.force):
        raise Refused([_UNKNOWN])
    Transfer.objects.create(
        report=report,
        from_force_id=caller.force,
        to_force_id=wanted.force,
        reason=wanted.reason,
        offered_at=timezone.now(),
        offered_by_id=caller.person,
        staff_id=caller.staff_id,
    )
    record(
        actor=caller.actor,
        action="disclosure",
        verb="report_offered",
        records=[report.id],
        reason=wanted.reason,
        recipient=wanted.force,
    )
    messages.transferred(report, to=wanted.force, how="offered")
    return moved(caller, report, move, reason=wanted.reason)


@transaction.atomic(savepoint=False)
def accept(*, caller: Caller, key: str, precondition: Precondition) -> Report:
    """Take over what another force offered: into one's own queue, claimed by nobody, every clock as it was.

    The force whose order it is reads on, whoever works on the report.
    """
    report, transfer = _offered(caller, key)
    policies.check_may_work_on(caller)
    precondition(report)
    target = ACCEPTED.get(workflow.state(report.state))
    if target is None:
        raise illegal(report)
    note_transferred(actor=caller.actor, report_id=report.id, to_force=caller.force, reason=transfer.reason)
    messages.transferred(report, to=caller.force, how="accepted")
    move = Move("transfer-accept", workflow.state(report.state), target, policies.WORKERS)
    report.force_id, report.claimed_by_id, report.claimed_at = caller.force, None, None
    report.save(update_fields=["force"])
    let_order_force_read(report, caller)
    tell_new_readers(report)
    _end(caller, transfer, "accepted", "")  # after that: until then it is by the offer that this force sees the report
    return moved(caller, report, move)


@transaction.atomic(savepoint=False)
def give_back(*, caller: Caller, key: str, read: Callable[[], str], precondition: Precondition) -> Report:
    """Return what was offered, or take one's own offer back. The report is where it was all along."""
    report, transfer = _offered(caller, key, or_own=True)
    policies.check_may_work_on(caller)
    precondition(report)
    own = transfer.from_force_id == caller.force
    reason = read()
    report.version += 1
    report.save(update_fields=["version"])
    verb = "report_offer_taken_back" if own else "report_returned"
    record(actor=caller.actor, action="alteration", verb=verb, records=[report.id], reason=reason)
    messages.transferred(report, to=transfer.to_force_id, how="taken_back" if own else "returned")
    if not own:
        tenancy.open_report(report.id)  # for the answer to this request; it is not theirs to read any more
    _end(caller, transfer, "taken_back" if own else "returned", reason)  # last: by the offer it sees the report
    return report


def _offered(caller: Caller, key: str, *, or_own: bool = False) -> tuple[Report, Transfer]:
    report = queries.locked_report_on_offer(caller, key, or_own=or_own)
    transfer = queries.open_transfer(report)
    if transfer is None:  # it ended while this waited for the row
        raise NotFound
    return report, transfer


def _end(caller: Caller, transfer: Transfer, kind: Literal["accepted", "returned", "taken_back"], reason: str) -> None:
    TransferEnd.objects.create(
        transfer=transfer, kind=kind, reason=reason, at=timezone.now(), by_id=caller.person, staff_id=caller.staff_id
    )
    transfer.is_open = False
    transfer.save(update_fields=["is_open"])
