"""Keeping the record of which version is in force when, as known when (`InForce`)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Max
from django.utils import timezone

from orders import rules
from orders.duties import redraw_duties
from orders.models import InForce, Order
from orders.queries.endings import end_of
from orders.types import Period

_STEP = timedelta(microseconds=1)


def moment(order: Order) -> datetime:
    """The instant of what is being recorded of an order whose row is held.

    Taken under the lock, and after everything recorded before: the start of a transaction says nothing of the
    order in which two of them came to hold the row.
    """
    bounds = order.times.aggregate(begun=Max("known__startswith"), closed=Max("known__endswith"))
    last = max((at for at in bounds.values() if at is not None), default=None)
    now = timezone.now()
    return now if last is None else max(now, last + _STEP)


def redraw(order: Order, *, at: datetime) -> None:
    """Record what is in force when, as known from `at` on, by the versions and the end now on record.

    What was known before stays as it was. Notification duties follow. Call it with the order's row held, and
    `at` from `moment`.
    """
    wanted = _wanted(order)
    kept = set()
    for row in order.times.filter(known__upper_inf=True):
        if wanted.get(row.version_id) == Period(row.during.lower, row.during.upper):
            kept.add(row.version_id)
        else:
            InForce.objects.filter(pk=row.pk).update(known=DateTimeTZRange(row.known.lower, at))
    InForce.objects.bulk_create(
        in_force_row(order.id, version, period, known_from=at)
        for version, period in wanted.items()
        if version not in kept
    )
    redraw_duties(order)


def in_force_row(order: UUID, version: UUID, period: Period, *, known_from: datetime) -> InForce:
    """A row that nothing recorded later has changed yet."""
    return InForce(
        order_id=order,
        version_id=version,
        during=DateTimeTZRange(period.start, period.end),
        known=DateTimeTZRange(known_from, None),
    )


def _wanted(order: Order) -> dict[UUID, Period]:
    versions = list(order.versions.order_by("number").values_list("id", "effective_from", "in_force_until", "corrects"))
    end = end_of(order)
    corrects = {number: row[3] for number, row in enumerate(versions, start=1) if row[3] is not None}
    periods = rules.in_force_periods(
        [Period(start, until) for _, start, until, _ in versions], end.at if end else None, corrects=corrects
    )
    return {row[0]: period for row, period in zip(versions, periods, strict=True) if period is not None}
