"""Keeping a claimed report, taking it over from somebody who is gone, and putting a report aside for a while."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.types import Caller
from audit.services import record
from breaches import policies, queries
from breaches.models import Report, Snooze
from breaches.moving import Precondition, illegal, moved, permitted
from breaches.workflow import HELD_STATES, OVER_STATES, REVIEW_STATES
from common.problems import Problem, Refused


@dataclass(frozen=True, slots=True)
class Aside:
    """Until when a report is put aside, and why."""

    until: datetime
    reason: str


@transaction.atomic(savepoint=False)
def heartbeat(*, caller: Caller, key: str, precondition: Precondition) -> Report:
    """Say that one is still at work on a claimed report. Nothing about it changes, its ETag neither."""
    report = queries.locked_report_of_force(caller, key)
    policies.check_may_work_on(caller)
    if report.state in HELD_STATES:
        policies.check_holds(caller, report)
    precondition(report)
    if report.state not in HELD_STATES:
        raise illegal(report)
    report.heard_at = timezone.now()
    report.save(update_fields=["heard_at"])
    record(actor=caller.actor, action="alteration", verb="report_heartbeat", records=[report.id])
    return report


@transaction.atomic(savepoint=False)
def take_over(*, caller: Caller, key: str, read: Callable[[], str], precondition: Precondition) -> Report:
    """Take a claimed report from whoever holds it: once they are not heard of, or as a supervisor at any time."""
    report, now = queries.locked_report_of_force(caller, key), timezone.now()
    move = permitted(caller, report, "takeover", precondition)
    policies.check_may_take_over(caller, report, at=now)
    reason = read()
    report.claimed_by_id, report.claimed_at = caller.user_id, now
    return moved(caller, report, move, reason=reason)


@transaction.atomic(savepoint=False)
def snooze(*, caller: Caller, key: str, read: Callable[[], Aside], precondition: Precondition) -> Report:
    """Put a report aside until a time. It comes back by itself, or as soon as anything happens to it.

    In review never past its due time, and never one of immediate danger: the clocks run on (rule 36).
    """
    report, now = queries.locked_report_of_force(caller, key), timezone.now()
    policies.check_may_work_on(caller)
    precondition(report)
    if report.state in OVER_STATES:
        raise illegal(report)
    aside = read()
    problems = _problems(report, aside, now)
    if problems:
        raise Refused(problems)
    Snooze.objects.create(
        report=report, until=aside.until, reason=aside.reason, at=now, by_id=caller.person, staff_id=caller.staff_id
    )
    report.version, report.snoozed_until = report.version + 1, aside.until
    report.save(update_fields=["version", "snoozed_until"])
    record(actor=caller.actor, action="alteration", verb="report_snoozed", records=[report.id], reason=aside.reason)
    return report


def _problems(report: Report, aside: Aside, now: datetime) -> list[Problem]:
    in_review = report.state in REVIEW_STATES
    latest = report.review_due if in_review else now + timedelta(days=settings.SNOOZE_MOST_DAYS)
    if in_review and "immediate_danger" in report.priority_reasons:
        return [Problem("/until", "immediate_danger", "A report of immediate danger is not put aside.")]
    if aside.until <= now:
        return [Problem("/until", "until_in_past", "This time has passed.")]
    if aside.until > latest:
        return [Problem("/until", "until_too_late", "This is after the time by which it must be looked at.")]
    return []
