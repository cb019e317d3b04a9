"""Telling forces what is coming, each thing once: expiry, a notification due, a notification missed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit.services import record
from audit.types import SERVICE
from orders import messages, queries
from orders.models import NotificationDuty, Order, Told
from orders.queries.coming import duty_of, ends_stamp


@transaction.atomic
def tell_expiring(*, order: Order, ends_at: datetime, at: datetime) -> bool:
    """Tell the force that its order runs out. False where that was told before. Safe for two workers at once."""
    return _tell_once(order, "order.expiring", ends_stamp(ends_at), at)


@transaction.atomic
def tell_duty(*, duty: NotificationDuty, at: datetime) -> bool:
    """Tell the force that a notification is due or was missed: each once."""
    state = duty_of(duty).state(at)
    if state not in ("due", "missed"):
        return False
    return _tell_once(duty.order, f"notification.{state}", f"{duty.kind}:{duty.event_on}", at)


def _tell_once(order: Order, event: str, about: str, at: datetime) -> bool:
    # A second worker waits here until the first commits, and then finds the row.
    _, new = Told.objects.get_or_create(order=order, event=event, about=about)
    if new:
        messages.coming(order, event=event, status=queries.status_of(order, at=at))
        record(actor=SERVICE, action="disclosure", verb="coming_told", records=[order.id], recipient=order.force_id)
    return new
