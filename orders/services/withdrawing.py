"""Taking back what was recorded of an order by mistake: it stays on record and counts no more."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.types import Caller
from audit.services import record
from orders import messages, queries
from orders.duties import duties_of, redraw_duties
from orders.models import Order
from orders.services.again import assess_again
from orders.timeline import moment, redraw
from orders.types import RecordKind

_MARKS = ["withdrawn_at", "withdrawn_by", "withdrawn_staff_id", "withdrawn_reason"]


@transaction.atomic
def withdraw_record(*, caller: Caller, reference: str, kind: RecordKind, record_id: UUID, reason: str) -> Any:
    """Mark one record as withdrawn; from now on everything is as if it had never been made. Again is the same row.

    What was known before stays answerable by `known_at`. Reports that rest on the order are judged again where a
    service or an end went. Raises `NotFound`.
    """
    order = queries.order_for_update(caller, reference)
    row = queries.record_of(order, kind, record_id)
    if row.withdrawn_at is not None:
        return row
    duties_before = duties_of(order)
    row.withdrawn_at = max(moment(order), row.recorded_at)
    row.withdrawn_by, row.withdrawn_staff_id, row.withdrawn_reason = caller.id, caller.staff_id, reason
    row.save(update_fields=_MARKS)
    if _ended_order(kind, row):
        redraw(order, at=row.withdrawn_at)
    else:
        redraw_duties(order)
    record(
        actor=caller.actor,
        action="alteration",
        verb=f"{row._meta.model_name}_withdrawn",
        records=[order.id, row.pk],
        reason_code="recorded_by_mistake",
        reason=reason,
    )
    _tell_withdrawal(order, kind, row, duties_changed=duties_of(order) != duties_before)
    return row


def _ended_order(kind: RecordKind, row: Any) -> bool:
    """An appeal that was lodged, or decided otherwise than by quashing, ended nothing (rule 21)."""
    return kind in ("determination", "discharge") or (kind == "appeal" and row.outcome == "quashed")


def _tell_withdrawal(order: Order, kind: RecordKind, row: Any, *, duties_changed: bool) -> None:
    """Whoever was told of the record is told that it is gone, with the order's state as it is now."""
    status = queries.status_of(order, at=row.withdrawn_at)
    if kind == "service":
        messages.service_withdrawn(order, status=status)
    elif _ended_order(kind, row):
        messages.end_withdrawn(order, status=status)
    if duties_changed:
        messages.notification_withdrawn(order, status=status)
    if kind == "service" or _ended_order(kind, row):
        assess_again(order)
