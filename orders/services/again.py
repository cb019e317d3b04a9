"""Reports that rest on an order are judged anew once what is known of it has changed."""

from __future__ import annotations

from django_q.tasks import async_task

from orders.models import Order

ASSESS_AGAIN = "breaches.tasks.assess_order_again"


def assess_again(order: Order) -> None:
    """Queue it with the caller's transaction: the row goes with it, or not at all."""
    async_task(ASSESS_AGAIN, str(order.id))
