"""Reading reports."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Count, Exists, F, Func, Min, OuterRef, Q, QuerySet, Value
from django.utils import timezone

from accounts.models import Force
from accounts.queries import good_authorities
from accounts.types import Caller
from breaches.corrections import Current, read_again
from breaches.models import Addition, Assessment, OrderChange, Question, Report, ReportArea, ReportCopy, Transfer
from breaches.sent import as_sent
from breaches.workflow import FOLLOW_UP_STATES, REVIEW_STATES
from breaches.written import facts_from_json
from common.problems import Closed, Forbidden, NotFound
from database import tenancy
from geo.types import Fix
from orders.models import Order, ProtectedPerson
from orders.queries import closed_orders, may_read, open_to
from orders.queries.access import as_typed, unattended

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
    rows = Report.objects.filter(open_to(caller, order="order")).select_related("order").defer("body_sent")
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
    if wanted.order is not None:
        rows = rows.filter(order__in=as_typed(Order.objects.filter(open_to(caller)), wanted.order))
    named = {"state": wanted.state, "verdict": wanted.verdict}
    return rows.filter(**{name: value for name, value in named.items() if value is not None})


def reports_open_to(caller: Caller) -> QuerySet[Report]:
    """Those that the caller's force works on or reads along, but for those of an order that is closed to the caller."""
    return Report.objects.filter(open_to(caller, order="order"), readable_by(caller.force))


def readable_by(force: str) -> Q:
    """Reports routed to a force, and those of which it has a read copy."""
    return Q(force_id=force) | Q(Exists(ReportCopy.objects.filter(report=OuterRef("pk"), force_id=force)))


def readers_of(report: Report) -> list[ReportCopy]:
    """The forces that read a report which another one works on."""
    return list(ReportCopy.objects.filter(report=report).exclude(force_id=report.force_id).order_by("force_id"))


def area_of(report: Report) -> ReportArea | None:
    """Whose area it happened in, as it was looked up last."""
    return ReportArea.objects.filter(report=report).order_by("-found_at", "-id").first()


def report_of_force(caller: Caller, key: str) -> Report:
    """A report that the caller's force works on or reads along; `NotFound` for everything else alike."""
    return _open(caller, Report.objects.filter(_named(key), readable_by(caller.force)))


def readable_report(caller: Caller, key: str) -> Report:
    """The same, or one that is on offer to the force (rule 89)."""
    return _open(caller, Report.objects.filter(_named(key), readable_by(caller.force) | _offered_to(caller.force)))


def locked_report_of_force(caller: Caller, key: str) -> Report:
    """One that the force works on, held until the end of the transaction.

    `Forbidden` `read_copy_only` where it only reads along; `NotFound` for everything else alike.
    """
    rows = Report.objects.select_for_update(of=("self",))
    report = _open(caller, rows.filter(_named(key), readable_by(caller.force)))
    if report.force_id != caller.force:
        raise Forbidden("read_copy_only", "Another force works on this report; yours may read it.")
    return report


def locked_report_on_offer(caller: Caller, key: str, *, or_own: bool) -> Report:
    """A report on offer to a force, or with `or_own` offered by it; held until the end of the transaction."""
    by = Q(pk__in=Transfer.objects.filter(from_force_id=caller.force, is_open=True).values("report_id"))
    wanted = _offered_to(caller.force) | by if or_own else _offered_to(caller.force)
    return _open(caller, Report.objects.select_for_update(of=("self",)).filter(_named(key), wanted))


def open_transfer(report: Report) -> Transfer | None:
    """The offer that waits for an answer, if there is one."""
    return Transfer.objects.filter(report=report, is_open=True).first()


def check_worked_on(caller: Caller, report: Report) -> None:
    """Raises `Forbidden` for a force that does not work on a report and never handed it over.

    `offer_not_accepted` where it is on offer to it, `read_copy_only` where it reads along.
    """
    if report.force_id == caller.force:
        return
    own = Transfer.objects.filter(report=report, from_force_id=caller.force, end__kind="accepted")
    if own.exists():
        return
    offer = open_transfer(report)
    if offer is not None and offer.to_force_id == caller.force:
        raise Forbidden("offer_not_accepted", "This is shown once your force has accepted the report.")
    raise Forbidden("read_copy_only", "Another force works on this report; yours may read it.")


def transfers_of(report: Report) -> list[Transfer]:
    """Every offer of a report to another force, the oldest first, with how it ended."""
    return list(Transfer.objects.filter(report=report).select_related("end").order_by("offered_at", "id"))


def _offered_to(force: str) -> Q:
    return Q(pk__in=Transfer.objects.filter(to_force_id=force, is_open=True).values("report_id"))


def _open(caller: Caller, rows: QuerySet[Report]) -> Report:
    # What waited for a row is given the joined one of before, or none: a held report's order is read once it is held.
    report = _only(rows if rows.query.select_for_update else rows.select_related("order"))
    check_open(caller, report)
    return report


def check_open(caller: Caller, report: Report) -> None:
    """Raises `Closed` for somebody of a force who is not on the list of the report's order."""
    order = report.order
    if caller.force and order is not None and order.restricted and not may_read(caller, order.id):
        raise Closed([report.id, order.id])


@dataclass(frozen=True, slots=True)
class UnattendedOrder:
    """A restricted order that nobody looks after, and what waits under it."""

    order: UUID
    waiting: int
    review_due: datetime | None


def unattended_counts(force: str | None = None) -> list[UnattendedOrder]:
    """Restricted orders of a force, or of all, that no supervisor on their list could look after; the oldest first."""
    open_states = Q(reports__state__in=sorted(REVIEW_STATES | FOLLOW_UP_STATES))
    rows = unattended(force).annotate(
        waiting=Count("reports", filter=open_states), review_due=Min("reports__review_due", filter=open_states)
    )
    return [UnattendedOrder(row.id, row.waiting, row.review_due) for row in rows.order_by("id")]


def reports_of_person(user_id: UUID) -> QuerySet[Report]:
    return _made_by(user_id).defer("body_sent")


def reports_about_person(user_id: UUID) -> QuerySet[Report]:
    """Her own, and those that an advocate made for her, by her authority, under an order that protects her."""
    for_her = Func(
        F("reporter_user_id"), F("order_id"), F("received_at"), function="app_told_for_me", output_field=BooleanField()
    )
    protecting = ProtectedPerson.objects.filter(user_id=user_id).values("order_id")
    advocates = Q(for_her, reporter_kind="advocate", order__in=protecting)
    return Report.objects.filter(Q(pk__in=_made_by(user_id).values("pk")) | advocates).defer("body_sent")


def report_about_person(user_id: UUID, key: str) -> Report:
    return _only(reports_about_person(user_id).filter(_named(key)))


def _made_by(user_id: UUID) -> QuerySet[Report]:
    """An advocate's, made by an authority, only while one lets them follow what they reported (trap 29).

    What they made without one is theirs, whatever it names: a restricted order that it was put under is told by nothing
    (rule 81).
    """
    good = good_authorities(at=timezone.now()).filter(
        Q(only_order=None) | Q(only_order=OuterRef(OuterRef("order_id"))),
        advocate_id=user_id,
        scopes__contains=["follow"],
    )
    spoken_for = ProtectedPerson.objects.filter(order_id=OuterRef("order_id"), user_id__in=good.values("principal_id"))
    by_authority = Func(
        Value(user_id), F("order_id"), F("received_at"), function="app_spoke_for", output_field=BooleanField()
    )
    mine = ~Q(reporter_kind="advocate") | Q(order=None) | Q(Exists(spoken_for)) | ~Q(by_authority)
    return Report.objects.filter(mine, reporter_user_id=user_id)


def own_report(user_id: UUID, key: str) -> Report:
    return _only(reports_of_person(user_id).filter(_named(key)))


def locked_own_report(user_id: UUID, key: str) -> Report:
    """The same, held until the end of the transaction."""
    return _only(_made_by(user_id).select_for_update(of=("self",)).filter(_named(key)))


@contextmanager
def as_force_of_order(report: Report) -> Iterator[None]:
    """See the order of a report as its own force does: another one that works on the report sees no terms of it.

    What is found by the terms is shown to that force as far as it concerns the report. A restricted order's report is
    worked on by its own force only (rule 81).
    """
    tenant, order = tenancy.current(), report.order
    if tenant is None or not tenant.force or order is None or order.restricted or order.force_id == tenant.force:
        yield
        return
    with tenancy.acting(replace(tenant, force=order.force_id)):
        yield


def detached_order(report: Report) -> Order | None:
    """The order from which a report was taken last, where it is not under it again; None for a restricted one.

    Whoever works on the report may put it back, whosever order it is: it may have been a slip.
    """
    last = OrderChange.objects.filter(report=report).order_by("-at", "-id").select_related("before").first()
    before = last.before if last else None
    return before if before is not None and not before.restricted and before.id != report.order_id else None


def is_force(code: str) -> bool:
    """Whether there is a force of this code; the API's callers send anything."""
    return len(code) == 2 and code.isalnum() and code.isascii() and Force.objects.filter(code=code).exists()


def _report_of(fingerprint: bytes) -> UUID | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app_report_of_receipt(%s)", [fingerprint])
        found: UUID | None = cursor.fetchone()[0]
    return found


def report_of_receipt(fingerprints: Sequence[bytes]) -> Report:
    """The report whose receipt has one of these, which is then the caller's; `NotFound` for all else alike."""
    found = next(filter(None, map(_report_of, fingerprints)), None)
    if found is None:
        raise NotFound
    tenancy.open_report(found)
    return _only(Report.objects.filter(pk=found))


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


def places_now(report: Report) -> list[Fix]:
    """The places that a report names now, corrections counted; not those that an officer took from evidence."""
    facts = facts_from_json(assessments(report)[0].question["facts"])
    return [position.fix for position in facts.positions if position.fix is not None and not position.evidence]


def current_reading(report: Report) -> Current:
    """What a report says now: as it was sent, with what its reporter put right since."""
    rows = Addition.objects.filter(report=report, kind="correction").order_by("sent_at", "id")
    return read_again(as_sent(report.body_sent), [(str(row.id), as_sent(row.body_sent)) for row in rows])


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


def is_record_of(caller: Caller, record: UUID) -> bool:
    """Whether an id is that of a report or an order of the force. Raises `Closed` where it is kept from the caller."""
    order = Order.objects.filter(pk=record, force=caller.force).first()
    if order is not None and order.restricted and not may_read(caller, order.id):
        raise Closed([order.id])
    report = Report.objects.filter(readable_by(caller.force), pk=record).select_related("order").first()
    if report is not None:
        check_open(caller, report)
    return order is not None or report is not None


def closed_records(caller: Caller) -> list[str]:
    """Ids by which the trail tells of what is closed to the caller: orders and their reports."""
    orders = closed_orders(caller)
    reports = Report.objects.filter(order_id__in=orders).values_list("id", flat=True) if orders else []
    return [str(one) for one in (*orders, *reports)]
