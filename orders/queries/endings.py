"""What ended an order before its time, as known at an instant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from orders import rules
from orders.models import Appeal, Determination, Discharge, Order
from orders.queries.records import known_rows
from orders.types import End


def end_of(order: Order, *, known_at: datetime | None = None) -> End | None:
    """The first of the acts that ended an order; None where none did. Without `known_at`, by all that stands now."""
    return ends_of([order], known_at=known_at).get(order.id)


def ends_of(orders: Sequence[Order], *, known_at: datetime | None = None) -> dict[UUID, End]:
    """The same for many orders, by their ids, in three statements."""
    acts: dict[UUID, list[End]] = {}
    for order_id, result, at in _known(Determination, orders, known_at).values_list("order_id", "result", "at"):
        acts.setdefault(order_id, []).append(rules.determined(result, at))
    for order_id, at in _known(Discharge, orders, known_at).values_list("order_id", "discharged_at"):
        acts.setdefault(order_id, []).append(End(at, "discharged"))
    quashed = _known(Appeal, orders, known_at).filter(outcome="quashed")
    for order_id, at in quashed.values_list("order_id", "at"):
        acts.setdefault(order_id, []).append(End(at, "quashed"))
    return {order_id: _first(found) for order_id, found in acts.items()}


def _known(model: Any, orders: Sequence[Order], known_at: datetime | None) -> QuerySet[Any]:
    return known_rows(model, known_at).filter(order__in=orders)


def _first(ends: Iterable[End]) -> End:
    return min(ends, key=lambda end: end.at)
