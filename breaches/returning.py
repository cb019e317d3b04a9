"""What a reporter adds brings her report back to officers: nothing that she says lies where nobody looks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings

from audit.services import record
from audit.types import Actor
from breaches import messages, workflow
from breaches.models import Move, Report
from breaches.rules.priority import raise_priority
from breaches.workflow import FOLLOW_UP_STATES, REVIEW_STATES

NEW = "new_since_closed"
DANGER = "immediate_danger"
# Those whose words are the reporter's. An officer who adds something has the report before them.
REPORTERS = frozenset({"victim", "advocate", "public"})


def bring_back(report: Report, *, actor: Actor, at: datetime, danger: bool = False, mailbox_only: bool = False) -> None:
    """Put a report to which its reporter added something before officers again, the row held.

    One that was decided or closed goes back into review, due as if it had come in `at`; what was decided stays on
    record. One that was put aside shows again. Danger comes first in the queue, wherever the report was.
    `mailbox_only`: its sender may be him (rule 84). From officers who follow the report up those words do not take it:
    they show in the row. Danger goes first all the same, and what nobody has before them comes back (ADR 0020).
    """
    move = workflow.find_addition(report.state)
    reasons = [NEW] if move or report.withdrawn_at else []
    if mailbox_only and not danger and _is_worked_on(report):
        move = None
    _show_to_officers(report, reasons + ([DANGER] if danger else []), move, actor=actor, at=at)
    if danger:
        messages.danger(report)


def bring_back_withdrawn(report: Report, *, actor: Actor, at: datetime) -> None:
    """The same where the reporter takes a report back: a call for care, and never the end of it.

    One that is followed up stays with whoever does, who sees it in the row.
    """
    move = None if _is_worked_on(report) else workflow.find_addition(report.state)
    _show_to_officers(report, ["withdrawn"], move, actor=actor, at=at)


def bring_back_resumed(report: Report, *, actor: Actor, at: datetime) -> None:
    """The same where it counts again. What the withdrawal raised it to, only an officer lowers."""
    move = None if _is_worked_on(report) else workflow.find_addition(report.state)
    report.priority_reasons = [reason for reason in report.priority_reasons if reason != "withdrawn"]
    _show_to_officers(report, [NEW], move, actor=actor, at=at)


def _is_worked_on(report: Report) -> bool:
    return report.state in REVIEW_STATES | FOLLOW_UP_STATES


def _show_to_officers(
    report: Report, reasons: Iterable[str], move: workflow.Move | None, *, actor: Actor, at: datetime
) -> None:
    """Whoever decides now has not seen this: their ETag is of before."""
    for reason in reasons:
        urgent = raise_priority(report.priority, report.priority_reasons, reason)
        report.priority, report.priority_reasons = urgent.level, list(urgent.reasons)
    report.version, report.snoozed_until = report.version + 1, None
    changed = ["version", "snoozed_until", "priority", "priority_reasons", "withdrawn_at"]
    if move is not None:
        report.state, report.review_due = move.target, at + timedelta(hours=settings.REVIEW_DUE_HOURS)
        changed += ["state", "review_due"]
    report.save(update_fields=changed)
    if move is not None:
        Move.objects.create(report=report, verb=move.verb, source=move.source, target=move.target)
        record(actor=actor, action="alteration", verb="report_reopened", records=[report.id], reason_code=NEW)
        messages.tell_reopened(report)
