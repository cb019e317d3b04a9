"""What was recorded of an order beside its versions: service, ends, notifications; also what was withdrawn since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from common.problems import NotFound
from orders.models import Appeal, Determination, Discharge, Notification, NotificationEvent, Order, Service
from orders.types import RecordKind

MODELS: Mapping[RecordKind, Any] = {
    "service": Service,
    "determination": Determination,
    "discharge": Discharge,
    "appeal": Appeal,
    "notifications": Notification,
    "notification-events": NotificationEvent,
}


def known_rows(model: Any, known_at: datetime | None) -> QuerySet[Any]:
    """Rows that stood in the record at an instant; without one, those that stand now."""
    if known_at is None:
        standing: QuerySet[Any] = model.objects.all()
        return standing
    then: QuerySet[Any] = model.with_withdrawn.filter(recorded_at__lte=known_at)
    return then.exclude(withdrawn_at__lte=known_at)


def records_of(order: Order, kind: RecordKind, *, known_at: datetime | None = None) -> list[Any]:
    """Everything of a kind that was ever recorded, withdrawn or not, the first recorded first.

    With `known_at` what was recorded by then.
    """
    rows = MODELS[kind].with_withdrawn.filter(order=order).order_by("recorded_at", "id")
    return list(rows if known_at is None else rows.filter(recorded_at__lte=known_at))


def record_of(order: Order, kind: RecordKind, record_id: UUID) -> Any:
    """One of them by its id, withdrawn or not. Raises `NotFound`, also for one of another kind or order."""
    row = MODELS[kind].with_withdrawn.filter(order=order, pk=record_id).first()
    if row is None:
        raise NotFound
    return row


def count_records(order: Order) -> int:
    """How many were recorded and how many withdrawn: rises with each of the two."""
    kinds = [model.with_withdrawn.filter(order=order) for model in MODELS.values()]
    # A count of a column is of those rows that have something in it.
    counts = [rows.aggregate(recorded=Count("id"), withdrawn=Count("withdrawn_at")) for rows in kinds]
    return sum(found["recorded"] + found["withdrawn"] for found in counts)
