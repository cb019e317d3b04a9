"""By what power positions of somebody may be taken (rule 82)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from orders.models import MonitoringAuthority, Order


def authorities_of(order: Order) -> list[MonitoringAuthority]:
    """Those that count now: of each kind and reference the last recorded."""
    rows = MonitoringAuthority.objects.filter(order=order).order_by("kind", "reference", "-recorded_at")
    return list(rows.distinct("kind", "reference"))


def authority_for(order_id: UUID, *, device: str, at: datetime) -> MonitoringAuthority | None:
    """One under which this device's position at that instant may be taken, or None."""
    rows = MonitoringAuthority.objects.filter(order_id=order_id).order_by("kind", "reference", "-recorded_at")
    current = rows.distinct("kind", "reference")
    return next((row for row in current if device in row.devices and row.starts_at <= at < row.ends_at), None)


def authorities_over(order_ids: Collection[UUID]) -> list[MonitoringAuthority]:
    """Those of any of these orders that count now."""
    rows = MonitoringAuthority.objects.filter(order_id__in=order_ids)
    rows = rows.order_by("order_id", "kind", "reference", "-recorded_at")
    return list(rows.distinct("order_id", "kind", "reference"))
