"""What a reporter says later of a report, and that she takes it back: always beside it, never in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.types import Caller
from audit.services import record
from breaches import messages, queries, returning, workflow
from breaches.additions import addition_row
from breaches.models import Addition, Report, Withdrawal
from breaches.moving import moved


@dataclass(frozen=True, slots=True)
class Said:
    """What a reporter says later. `immediate_danger` puts the report first in the queue, whatever it was."""

    text: str
    immediate_danger: bool = False


@transaction.atomic(savepoint=False)
def add_message(*, caller: Caller, key: str, said: Said) -> Addition:
    """Say more about one's own report. Where a question waits, this answers it."""
    return _store_addition(caller, queries.locked_own_report(caller.person, key), said)


@transaction.atomic(savepoint=False)
def add_by_receipt(*, caller: Caller, report_id: UUID, said: Said) -> Addition:
    """The same for somebody without an account, who has shown the receipt of this report."""
    return _store_addition(caller, Report.objects.select_for_update(of=("self",)).get(pk=report_id), said)


@transaction.atomic(savepoint=False)
def withdraw(*, caller: Caller, key: str, reason: str) -> Report:
    """Take one's report back. It is kept, and an officer decides what becomes of it. Done twice, once."""
    report, now = queries.locked_own_report(caller.person, key), timezone.now()
    if report.withdrawn_at is None:
        _record_withdrawal_act(caller, report, "withdrawn", reason, now)
        report.withdrawn_at = now
        returning.bring_back_withdrawn(report, actor=caller.actor, at=now)
        messages.withdrawn(report)
    return report


@transaction.atomic(savepoint=False)
def resume_report(*, caller: Caller, key: str, reason: str) -> Report:
    """Take a withdrawal back: the report counts again. Of one that was not withdrawn nothing changes."""
    report, now = queries.locked_own_report(caller.person, key), timezone.now()
    if report.withdrawn_at is not None:
        _record_withdrawal_act(caller, report, "resumed", reason, now)
        report.withdrawn_at = None
        returning.bring_back_resumed(report, actor=caller.actor, at=now)
        messages.tell_resumed(report)
    return report


def _record_withdrawal_act(caller: Caller, report: Report, act: str, reason: str, now: datetime) -> None:
    Withdrawal.objects.create(report=report, act=act, reason=reason, at=now, by=caller.id)
    record(actor=caller.actor, action="alteration", verb=f"report_{act}", records=[report.id])


def _store_addition(caller: Caller, report: Report, said: Said) -> Addition:
    # A mailbox may be his: what it says is kept, and answers nothing that she was asked (rule 84).
    question = queries.open_question(report) if caller.assurance == "full" else None
    now = timezone.now()
    addition = addition_row(caller, report, "answer" if question else "message", said.text, now)
    addition.question, addition.immediate_danger = question, said.immediate_danger
    addition.save(force_insert=True)
    record(actor=caller.actor, action="collection", verb="report_added_to", records=[report.id, addition.id])
    returning.bring_back(
        report,
        actor=caller.actor,
        at=now,
        danger=said.immediate_danger,
        mailbox_only=addition.assurance == "mailbox",
    )
    answer_move = workflow.move("answer", report.state)
    if question is None or answer_move is None:
        messages.added_to(report)
    else:
        report.claimed_by_id, report.claimed_at = question.asked_by_id, now
        moved(caller, report, answer_move)
    return addition
