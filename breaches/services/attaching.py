"""Saying which order a report is about, before it is decided: undone by the same verb, and all of it kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from accounts.types import Caller
from audit.services import record
from breaches import assessing, messages, policies, queries
from breaches.models import OrderChange, Report
from breaches.moving import Precondition, moved, permitted
from breaches.order_candidates import accounts_spoken_for
from common.problems import Closed, Conflict, Problem, Refused
from orders.models import Order
from orders.queries import orders_open_to
from orders.queries.access import as_typed, closed_as_typed
from orders.rules.references import is_meant

_NOT_MATCHED = Problem("/order", "order_not_matched", "Your force has no order of this reference that you may read.")


@dataclass(frozen=True, slots=True)
class Attachment:
    """An order's reference as somebody typed it, or None for no order; and why."""

    order: str | None
    reason: str


@transaction.atomic(savepoint=False)
def attach_order(*, caller: Caller, key: str, read: Callable[[], Attachment], precondition: Precondition) -> Report:
    """Put a report under an order of one's force, or under none, and judge it again by that; earlier answers stay.

    Back under the one that it was taken from last as well, if that is another force's: a slip is undone.

    The report stays in its queue: to another force it goes by a transfer. Raises `NotFound`; `Forbidden`; `Conflict`
    `illegal_transition` once it is decided, `order_unchanged`, `transfer_pending`; `Refused` `order_not_matched`.
    """
    report = queries.locked_report_of_force(caller, key)
    move = permitted(caller, report, "order", precondition)
    wanted = read()
    order = _find_order(caller, report, wanted.order)
    _check_change(caller, report, order)
    before, report.order = report.order, order
    OrderChange.objects.create(
        report=report,
        before=before,
        order=order,
        reason=wanted.reason,
        at=timezone.now(),
        by_id=caller.person,
        staff_id=caller.staff_id,
    )
    report.save(update_fields=["order"])
    _judge_again(report)
    record(
        actor=caller.actor,
        action="alteration",
        verb="report_order_changed",
        records=[report.id, *(one.id for one in (before, order) if one is not None)],
        reason_code="attached" if order else "detached",
        reason=wanted.reason,
    )
    messages.moved_to_order(report)
    moved(caller, report, move, reason=wanted.reason)
    messages.assessed_again(report)
    return report


def _find_order(caller: Caller, report: Report, reference: str | None) -> Order | None:
    """One of the force's own, or the one that the report was taken from last, whosever it is.

    Raises `Refused` for one that the caller may not read as for one that there is not; the former also alarms.
    """
    if reference is None:
        return None
    found = as_typed(orders_open_to(caller), reference)
    if len(found) == 1:
        return found[0]
    detached = queries.detached_order(report)
    if detached is not None and is_meant(reference, detached.reference):
        return detached
    closed = closed_as_typed(caller, reference)
    raise Refused([_NOT_MATCHED]) from (Closed(closed) if closed else None)


def _check_change(caller: Caller, report: Report, order: Order | None) -> None:
    if report.order == order:
        raise Conflict("order_unchanged", "The report is about that order already.")
    if report.order is not None and report.order.restricted and not (order and order.restricted):
        # As of the order itself: what his colleagues could not read they could read from now on (rule 81).
        policies.check_may_open_report(caller)
    if order is not None and order.restricted and queries.open_transfer(report) is not None:
        raise Conflict("transfer_pending", "This report is on offer to a force that may not read that order.")


def _judge_again(report: Report) -> None:
    now = timezone.now()
    facts = assessing.facts_again(report, queries.assessments(report)[0].question["facts"])
    if report.reporter_kind == "advocate" and report.order_id is not None:
        with queries.as_force_of_order(report):
            facts = replace(facts, accounts=accounts_spoken_for(report, report.order_id))
    judged = assessing.judge(facts, assessing.terms_of(report), at=now)
    assessing.keep(report, judged, cause="order_changed", at=now)
