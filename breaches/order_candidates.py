"""Which orders a report may be about, for officers to judge: named in it, or of the person who made it."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q, QuerySet

from accounts.models import Authority
from accounts.types import Caller
from breaches.models import Report
from breaches.queries import detached_order
from orders.models import InForce, Order, ProtectedPerson
from orders.queries import orders_open_to
from orders.queries.access import as_typed

_FOUND = frozenset({"order_assumed", "order_candidates"})


@dataclass(frozen=True, slots=True)
class OrderCandidate:
    """An order that may be meant, and why: `named_in_report`, `protects_reporter`, `protects_principal`,
    `detached`, `in_force_then`."""

    order: Order
    grounds: tuple[str, ...]


def order_candidates(report: Report, caller: Caller) -> list[OrderCandidate]:
    """Orders of the caller's force that the caller may read, and the one from which the report was taken last.

    Those that were in force at the time come first. None of a report whose order was named by whoever's it is, or which
    an officer put under it.
    """
    found = {warning["code"] for warning in report.warnings} & _FOUND
    if report.order_id is not None and (not found or report.order_changes.exists()):
        return []
    readable = orders_open_to(caller)
    grounds: dict[UUID, list[str]] = {}
    orders = {order.id: order for order in _named_in(report, readable)}
    grounds.update({order_id: ["named_in_report"] for order_id in orders})
    for order in readable.filter(pk__in=_find_protecting_orders(report)):
        orders[order.id] = order
        ground = "protects_principal" if report.reporter_kind == "advocate" else "protects_reporter"
        grounds.setdefault(order.id, []).append(ground)
    detached = detached_order(report)
    if detached is not None:
        orders[detached.id] = detached
        grounds.setdefault(detached.id, []).append("detached")
    if report.order_id is not None:
        orders.pop(report.order_id, None)
    then = _in_force_then(report, orders.keys())
    rows = [
        OrderCandidate(order, (*grounds[order.id], *(("in_force_then",) if order.id in then else ())))
        for order in orders.values()
    ]
    return sorted(rows, key=lambda row: ("in_force_then" not in row.grounds, row.order.reference))


def _named_in(report: Report, readable: QuerySet[Order]) -> list[Order]:
    named = json.loads(report.body_sent).get("order")
    return as_typed(readable, named) if isinstance(named, str) and named.strip() else []


def _find_protecting_orders(report: Report) -> list[UUID]:
    """Orders that protect whoever made the report, or whom an advocate could speak for when they made it."""
    if report.reporter_user_id is None:
        return []
    if report.reporter_kind == "victim":
        of_reporter = ProtectedPerson.objects.filter(user_id=report.reporter_user_id)
        return list(of_reporter.values_list("order_id", flat=True))
    found: list[UUID] = []
    for principal, only in _find_authorities_then(report):
        rows = ProtectedPerson.objects.filter(user_id=principal)
        found += (rows.filter(order_id=only) if only else rows).values_list("order_id", flat=True)
    return found


def accounts_spoken_for(report: Report, order_id: UUID) -> frozenset[str]:
    """The accounts of those whom an order protects and for whom the advocate could speak who made the report."""
    principals = {principal for principal, only in _find_authorities_then(report) if only in (None, order_id)}
    people = ProtectedPerson.objects.filter(order_id=order_id, user_id__in=principals)
    return frozenset(str(user) for user in people.values_list("user_id", flat=True))


def _find_authorities_then(report: Report) -> list[tuple[UUID, UUID | None]]:
    """For whom an advocate could report when they did, and under which order only."""
    held = Authority.objects.filter(
        Q(revoked_at=None) | Q(revoked_at__gt=report.received_at),
        advocate_id=report.reporter_user_id,
        scopes__contains=["report"],
        granted_at__lte=report.received_at,
        expires_at__gt=report.received_at,
    )
    return list(held.values_list("principal_id", "only_order"))


def _in_force_then(report: Report, orders: Collection[UUID]) -> set[UUID]:
    start, end = report.incident_from or report.received_at, report.incident_to or report.received_at
    if not orders:
        return set()
    rows = InForce.objects.filter(
        order_id__in=orders, known__upper_inf=True, during__overlap=DateTimeTZRange(start, end, "[]")
    )
    return set(rows.values_list("order_id", flat=True))
