"""What officers add to a report: questions, answers told to them, notes, and how it ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.utils import IntegrityError
from django.utils import timezone

from accounts.types import Caller
from audit.services import record
from breaches import policies, queries
from breaches.models import Addition, Note, Outcome, Question, Report
from breaches.moving import Precondition, moved, permitted
from common.problems import Conflict, Problem, Refused


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the reporter, and by when it should be answered."""

    question: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """How a report ended. `crime_reference` is empty where there is none."""

    kind: str
    crime_reference: str
    reason: str


@transaction.atomic(savepoint=False)
def request_information(*, caller: Caller, key: str, read: Callable[[], Asked], precondition: Precondition) -> Report:
    """Ask the reporter. The report is hers until she answers; then it is the asking officer's again."""
    report, now = queries.locked_report_of_force(caller, key), timezone.now()
    move = permitted(caller, report, "request-information", precondition)
    asked = read()
    if asked.due <= now:
        raise Refused([Problem("/due", "due_in_past", "Give the reporter time to answer.")])
    Question.objects.create(
        report=report,
        text=asked.question,
        due=asked.due,
        asked_at=now,
        asked_by_id=caller.person,
        staff_id=caller.staff_id,
    )
    report.claimed_by_id = report.claimed_at = None
    return moved(caller, report, move)


@transaction.atomic(savepoint=False)
def write_down_answer(*, caller: Caller, key: str, read: Callable[[], str], precondition: Precondition) -> Report:
    """What the reporter told an officer, or that no answer came: the report goes on either way."""
    report, now = queries.locked_report_of_force(caller, key), timezone.now()
    move = permitted(caller, report, "answer", precondition)
    text, question = read(), queries.open_question(report)
    Addition.objects.create(
        report=report,
        kind="answer" if question else "message",
        text=text,
        question=question,
        sent_at=now,
        sender_kind=caller.kind,
        sender=caller.id,
        staff_id=caller.staff_id,
    )
    report.claimed_by_id, report.claimed_at = caller.user_id, now
    return moved(caller, report, move)


@transaction.atomic(savepoint=False)
def note(*, caller: Caller, key: str, read: Callable[[], str], precondition: Precondition) -> Report:
    """Write something beside a report, for officers only."""
    report = queries.locked_report_of_force(caller, key)
    policies.check_may_work_on(caller)
    precondition(report)
    Note.objects.create(
        report=report,
        text=read(),
        written_at=timezone.now(),
        written_by_id=caller.person,
        staff_id=caller.staff_id,
    )
    report.version += 1
    report.save(update_fields=["version"])
    record(actor=caller.actor, action="alteration", verb="report_noted", records=[report.id])
    return report


@transaction.atomic(savepoint=False)
def close(*, caller: Caller, key: str, read: Callable[[], Ended], precondition: Precondition) -> Report:
    """Say how it ended. A crime reference that another report of the force has is refused."""
    report = queries.locked_report_of_force(caller, key)
    move = permitted(caller, report, "outcome", precondition)
    ended = read()
    _store_outcome(caller, report, ended)
    report.claimed_by_id = report.claimed_at = None
    return moved(caller, report, move)


def _store_outcome(caller: Caller, report: Report, ended: Ended) -> None:
    row = Outcome(
        report=report,
        force_id=caller.force,
        kind=ended.kind,
        crime_reference=ended.crime_reference,
        reason=ended.reason,
        recorded_at=timezone.now(),
        recorded_by_id=caller.person,
        staff_id=caller.staff_id,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Conflict("crime_reference_taken", "Another report of this force has this crime reference.") from None


@transaction.atomic(savepoint=False)
def reopen(*, caller: Caller, key: str, read: Callable[[], str], precondition: Precondition) -> Report:
    """Take up a report that was decided or closed, and say why. What was decided stays until it is decided otherwise.

    One that is verified is in the hands of others already: a supervisor, or whoever verified it, takes it back.
    """
    report = queries.locked_report_of_force(caller, key)
    move = permitted(caller, report, "reopen", precondition)
    reason = read()
    Note.objects.create(
        report=report,
        text=reason,
        written_at=timezone.now(),
        written_by_id=caller.person,
        staff_id=caller.staff_id,
    )
    report.claimed_by_id, report.claimed_at = caller.user_id, timezone.now()
    return moved(caller, report, move, reason=reason)
