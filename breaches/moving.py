"""Moves of a report by the table in `workflow`: who may, on which version, from which state; and the trace of each."""

from __future__ import annotations

from collections.abc import Callable

from accounts.types import Caller
from audit.services import record
from breaches import messages, policies, workflow
from breaches.models import Move, Report
from breaches.returning import NEW
from common.problems import Conflict

Precondition = Callable[[Report], None]


def permitted(caller: Caller, report: Report, verb: str, precondition: Precondition) -> workflow.Move:
    """The move, in the order in which refusals are told: who, then which version, then which state."""
    move = workflow.move(verb, report.state)
    if move is not None:
        policies.check_may_move(caller, report, move)
    precondition(report)
    if move is None:
        raise illegal(report)
    return move


def illegal(report: Report) -> Conflict:
    """That a verb makes no move from here, and which do."""
    return Conflict(
        "illegal_transition",
        "This cannot be done to the report in the state it is in.",
        extra={"state": report.state, "allowed": workflow.allowed(report.state)},
    )


def moved(caller: Caller, report: Report, move: workflow.Move, *, reason: str = "") -> Report:
    """Put the report where the move leads, and leave a move, a trace and an event. What moves is put aside no more."""
    report.state, report.version, report.snoozed_until = move.target, report.version + 1, None
    changed = ["state", "version", "claimed_by", "claimed_at", "snoozed_until", "force"]
    if workflow.has_seen_it(move):  # what was new before, whoever makes this move has seen
        report.priority_reasons = [reason for reason in report.priority_reasons if reason != NEW]
        changed.append("priority_reasons")
    report.save(update_fields=changed)
    Move.objects.create(
        report=report,
        verb=move.verb,
        source=move.source,
        target=move.target,
        moved_by_id=caller.user_id,
        reason=reason,
    )
    verb = f"report_{move.verb.replace('-', '_')}"
    record(actor=caller.actor, action="alteration", verb=verb, records=[report.id])
    messages.moved(report, move.verb)
    return report
