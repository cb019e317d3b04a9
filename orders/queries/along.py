"""Which other forces work on, or read along, what is reported under an order."""

from __future__ import annotations

from django.db import connection

from orders.models import Order


def forces_along(order: Order) -> list[str]:
    """Their codes; none for whoever is not of the order's force. Says nothing of the reports."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app_forces_along(%s)", [order.id])
        found: list[str] | None = cursor.fetchone()[0]
    return found or []
