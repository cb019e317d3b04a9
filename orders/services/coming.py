"""Telling forces what is coming, each thing once: expiry, a notification due, a notification missed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit.services import record
from audit.types import SERVICE
from orders import messages, queries
from orders.models import Order, Told
from orders.queries.coming import duties_untold, duty_of, ends_stamp, expiring_untold


@transaction.atomic
def tell_coming(*, order_id: UUID, at: datetime) -> int:
    """Tell the force what is coming for one order, each thing once; how many were told.

    Everything is read under the order's row: what was recorded meanwhile counts, and two workers take turns.
    """
    order = Order.objects.select_for_update().get(pk=order_id)
    news = [("order.expiring", ends_stamp(row.ends)) for row in expiring_untold(at).filter(order=order)]
    news += [
        (f"notification.{duty_of(duty).state(at)}", f"{duty.kind}:{duty.event_on}")
        for duty in duties_untold(at).filter(order=order)
    ]
    for event, about in news:
        Told.objects.create(order=order, event=event, about=about)
        messages.coming(order, event=event, status=queries.status_of(order, at=at))
    if news:
        record(actor=SERVICE, action="disclosure", verb="coming_told", records=[order.id], recipient=order.force_id)
    return len(news)
