"""Reading reports."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Force
from accounts.types import Caller
from breaches.models import Assessment, Decision, Question, Report, ReportArea, ReportCopy, Transfer
from breaches.workflow import FOLLOW_UP_STATES, REVIEW_STATES
from common.problems import Forbidden, NotFound
from database import tenancy
from orders.models import Order

# The most urgent first; unique, never null.
QUEUE_ORDER = ("priority", "review_due", "id")


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What an officer asked the queue for; None and False leave a question out."""

    queue: str | None = None
    state: str | None = None
    verdict: str | None = None
    order: str | None = None
    mine: bool = False


def queue(caller: Caller, wanted: QueueFilter, *, at: datetime) -> QuerySet[Report]:
    """The reports that match, routed to the force of the caller, or copied or offered to it; without what was said."""
    rows = Report.objects.select_related("order").defer("body_sent")
    if wanted.queue == "copies":
        rows = rows.filter(copies__force_id=caller.force).exclude(force_id=caller.force)
    elif wanted.queue == "offered":
        rows = rows.filter(_offered_to(caller.force))
    else:
        rows = rows.filter(force_id=caller.force)
    if wanted.queue in ("review", "follow_up"):
        # What was put aside comes back by itself, and at the latest when it is due.
        rows = rows.filter(Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=at))
    if wanted.queue == "review":
        rows = rows.filter(state__in=sorted(REVIEW_STATES))
    elif wanted.queue == "follow_up":
        rows = rows.filter(state__in=sorted(FOLLOW_UP_STATES))
    elif wanted.queue == "overdue":
        rows = rows.filter(state__in=sorted(REVIEW_STATES), review_due__lt=at)
    if wanted.mine:
        rows = rows.filter(claimed_by_id=caller.user_id)
    named = {"state": wanted.state, "verdict": wanted.verdict, "order__reference": wanted.order}
    return rows.filter(**{name: value for name, value in named.items() if value is not None})


def report_of_force(force: str, key: str) -> Report:
    """A report that a force works on or reads along; `NotFound` for everything else alike."""
    return _only(Report.objects.select_related("order").filter(_named(key), readable_by(force)))


def readable_by(force: str) -> Q:
    """Reports routed to a force, and those of which it has a read copy."""
    return Q(force_id=force) | Q(Exists(ReportCopy.objects.filter(report=OuterRef("pk"), force_id=force)))


def readers_of(report: Report) -> list[ReportCopy]:
    """The forces that read a report which another one works on."""
    return list(ReportCopy.objects.filter(report=report).exclude(force_id=report.force_id).order_by("force_id"))


def area_of(report: Report) -> ReportArea | None:
    """Whose area it happened in, as it was looked up last."""
    return ReportArea.objects.filter(report=report).order_by("-found_at", "-id").first()


def locked_report_of_force(force: str, key: str) -> Report:
    """One that the force works on, held until the end of the transaction.

    `Forbidden` `read_copy_only` where it only reads along; `NotFound` for everything else alike.
    """
    rows = Report.objects.select_for_update(of=("self",)).select_related("order")
    report = _only(rows.filter(_named(key), readable_by(force)))
    if report.force_id != force:
        raise Forbidden("read_copy_only", "Another force works on this report; yours may read it.")
    return report


def readable_report(force: str, key: str) -> Report:
    """A report routed, copied or on offer to a force, by id or reference; `NotFound` for everything else alike."""
    return _only(Report.objects.select_related("order").filter(_named(key), readable_by(force) | _offered_to(force)))


def locked_report_on_offer(force: str, key: str, *, or_own: bool) -> Report:
    """A report on offer to a force, or with `or_own` offered by it; held until the end of the transaction."""
    by = Q(pk__in=Transfer.objects.filter(from_force_id=force, is_open=True).values("report_id"))
    wanted = _offered_to(force) | by if or_own else _offered_to(force)
    rows = Report.objects.select_for_update(of=("self",)).select_related("order")
    return _only(rows.filter(_named(key), wanted))


def open_transfer(report: Report) -> Transfer | None:
    """The offer that waits for an answer, if there is one."""
    return Transfer.objects.filter(report=report, is_open=True).first()


def transfers_of(report: Report) -> list[Transfer]:
    """Every offer of a report to another force, the oldest first, with how it ended."""
    return list(Transfer.objects.filter(report=report).select_related("end").order_by("offered_at", "id"))


def _offered_to(force: str) -> Q:
    return Q(pk__in=Transfer.objects.filter(to_force_id=force, is_open=True).values("report_id"))


def reports_of_person(user_id: UUID) -> QuerySet[Report]:
    return Report.objects.filter(reporter_user_id=user_id).defer("body_sent").select_related("withdrawal")


def own_report(user_id: UUID, key: str) -> Report:
    return _only(reports_of_person(user_id).filter(_named(key)))


def locked_own_report(user_id: UUID, key: str) -> Report:
    """The same, held until the end of the transaction."""
    rows = Report.objects.select_for_update(of=("self",)).filter(reporter_user_id=user_id)
    return _only(rows.filter(_named(key)))


def is_force(code: str) -> bool:
    """Whether there is a force of this code; the API's callers send anything."""
    return len(code) == 2 and code.isalnum() and code.isascii() and Force.objects.filter(code=code).exists()


def report_of_receipt(fingerprint: bytes) -> Report:
    """The report whose receipt has this fingerprint, which is then the caller's; `NotFound` for all else alike."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app_report_of_receipt(%s)", [fingerprint])
        (found,) = cursor.fetchone()
    if found is None:
        raise NotFound
    tenancy.open_report(found)
    return _only(Report.objects.filter(pk=found).select_related("withdrawal"))


def _named(key: str) -> Q:
    try:
        return Q(id=UUID(key))
    except ValueError:
        return Q(reference=key)


def _only(rows: QuerySet[Report]) -> Report:
    report = rows.first()
    if report is None:
        raise NotFound
    return report


def assessments(report: Report) -> list[Assessment]:
    """Newest first; the first is the current one."""
    return list(report.assessments.order_by("-assessed_at", "-id"))


def open_question(report: Report) -> Question | None:
    """The question that waits for an answer, where the report waits for one."""
    if report.state != "needs_information":
        return None
    return Question.objects.filter(report=report, answer__isnull=True).order_by("-asked_at", "-id").first()


def questions_of(report_ids: Collection[UUID]) -> dict[UUID, list[Question]]:
    """What was asked about each of these reports, the oldest first, with what was answered."""
    found: dict[UUID, list[Question]] = {report_id: [] for report_id in report_ids}
    rows = Question.objects.filter(report_id__in=report_ids).select_related("answer")
    for question in rows.order_by("asked_at", "id"):
        found[question.report_id].append(question)
    return found


def verified_decisions(report_ids: Collection[UUID]) -> dict[UUID, Decision]:
    """The latest decision that verified each of these reports."""
    rows = Decision.objects.filter(report_id__in=report_ids, kind="verified").order_by("decided_at")
    return {row.report_id: row for row in rows.select_related("report__order")}


def is_record_of(force: str, record: UUID) -> bool:
    """Whether an id is that of a report or an order of the force."""
    reports, orders = Report.objects.filter(readable_by(force), pk=record), Order.objects.filter(pk=record, force=force)
    return reports.exists() or orders.exists()
