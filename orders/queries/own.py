"""The orders that protect a person, for herself or for whoever may report for her: what binds the respondent to her.

Conditions that protect somebody else only are left out, and with them that there is anybody else (rule 83).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.queries import good_authorities
from accounts.types import Caller
from orders.models import InForce, Order, OrderVersion, ProtectedPerson
from orders.queries.versions import first_served_at, times_of, versions_at
from orders.types import Status


@dataclass(frozen=True, slots=True)
class OwnOrder:
    """An order as it is for one whom it protects. `starts` and `ends`: of the order, whichever version counts when."""

    order: Order
    kind: str
    status: Status
    starts: datetime
    ends: datetime | None
    terms_until: datetime | None
    served_at: datetime | None
    conditions: tuple[dict[str, Any], ...]


def protections_of(caller: Caller, *, at: datetime) -> QuerySet[ProtectedPerson]:
    """By which orders a caller is protected; an advocate: those of whom they may report for now (trap 29)."""
    rows = ProtectedPerson.objects.select_related("order__force")
    if caller.kind != "advocate":
        return rows.filter(user_id=caller.person)
    good = good_authorities(at=at).filter(
        Q(only_order=None) | Q(only_order=OuterRef("order_id")),
        advocate_id=caller.person,
        principal_id=OuterRef("user_id"),
        scopes__contains=["report"],
    )
    return rows.filter(Exists(good))


def own_orders(protections: Sequence[ProtectedPerson], *, at: datetime) -> list[OwnOrder]:
    """What each of these says to whom it protects, by the terms that count at an instant, or the nearest to it."""
    orders = [row.order for row in protections]
    now, times = versions_at(orders, at=at), times_of(orders)
    found = []
    for row in protections:
        order, terms = row.order, now.get(row.order_id)
        if terms is None:
            continue
        version = terms.version
        during = [one.during for one in times.get(order.id, ())]
        ends = during[-1].upper if during else terms.until
        conditions = _conditions_for(version, row.key)
        found.append(
            OwnOrder(
                order=order,
                kind=version.kind,
                status=terms.status,
                starts=during[0].lower if during else version.effective_from,
                ends=ends,
                terms_until=_other_terms_from(row.key, version, times.get(order.id, ())),
                served_at=first_served_at(order),
                conditions=tuple(conditions),
            )
        )
    return found


def _conditions_for(version: OrderVersion, key: str) -> list[dict[str, Any]]:
    return [c for c in version.body["conditions"] if key in (c.get("protects") or ())]


def _other_terms_from(key: str, version: OrderVersion, during: Sequence[InForce]) -> datetime | None:
    """From when on what protects her is otherwise; what changes for somebody else is not hers to know (rule 83)."""
    numbers = [row.version_id for row in during]
    following = during[numbers.index(version.id) + 1 :] if version.id in numbers else ()
    hers = _conditions_for(version, key)
    for row in following:
        if _conditions_for(row.version, key) != hers:
            starts: datetime = row.during.lower
            return starts
    return None
