"""What is coming: orders about to run out, to be reviewed, or with a notification due or missed (rules 24, 26)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from django.conf import settings
from django.db.models import (
    CharField,
    DateField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat

from common.london import civil_date
from orders.models import InForce, NotificationDuty, Order, OrderReview, OrderVersion, Told
from orders.rules.duties import Duty

Due = Literal["expiring", "review", "notification"]

_UPPER = Func(F("during"), function="upper")


def due(orders: QuerySet[Order], what: Due, *, at: datetime) -> QuerySet[Order]:
    """Those of the orders for which something is due at an instant."""
    if what == "expiring":
        return orders.filter(pk__in=_expiring(at).values("order"))
    if what == "notification":
        return orders.filter(Exists(open_duties(at).filter(order=OuterRef("pk"))))
    return _with_next_review(orders.filter(Exists(_in_force_at(at)))).filter(next_review_on__lte=civil_date(at))


def _in_force_at(at: datetime) -> QuerySet[InForce]:
    return InForce.objects.filter(order=OuterRef("pk"), known__upper_inf=True, during__contains=at)


def _expiring(at: datetime) -> QuerySet[Any]:
    """The last version's time of each order that runs out within the setting's days."""
    later = InForce.objects.filter(
        order=OuterRef("order"), known__upper_inf=True, during__startswith__gte=OuterRef("ends")
    )
    soon = at + timedelta(days=settings.EXPIRING_WITHIN_DAYS)
    rows: QuerySet[Any] = InForce.objects.filter(known__upper_inf=True).annotate(ends=_UPPER)
    return rows.filter(Q(ends__gt=at, ends__lte=soon), ~Exists(later))


_STAMP = Func(
    Func(Value("UTC"), F("ends"), function="timezone"), Value('YYYYMMDD"T"HH24MI"Z"'), function="to_char",
    output_field=CharField(),
)  # fmt: skip


def ends_stamp(ends_at: datetime) -> str:
    """An end as it is remembered to have been told of: to the minute, UTC."""
    return f"{ends_at.astimezone(UTC):%Y%m%dT%H%MZ}"


def expiring_untold(at: datetime) -> QuerySet[Any]:
    """Times that run out soon, of all forces, of which theirs was not told; the first to run out first."""
    told = Told.objects.filter(order=OuterRef("order"), event="order.expiring", about=OuterRef("stamp"))
    rows: QuerySet[Any] = _expiring(at).annotate(stamp=_STAMP).filter(~Exists(told))
    return rows.select_related("order").order_by("ends", "order_id")


def duties_untold(at: datetime) -> QuerySet[NotificationDuty]:
    """Duties due or missed, of all forces, of which theirs was not told as they stand at an instant."""
    about = Concat(F("kind"), Value(":"), Cast("event_on", CharField()))
    told = Told.objects.filter(order=OuterRef("order"), about=OuterRef("about"))
    rows = open_duties(at).annotate(about=about)
    untold = (Q(until__gt=at) & ~Exists(told.filter(event="notification.due"))) | (
        Q(until__lte=at) & ~Exists(told.filter(event="notification.missed"))
    )
    return rows.filter(untold).select_related("order").order_by("until", "id")


def open_duties(at: datetime) -> QuerySet[NotificationDuty]:
    """Duties neither met nor lapsed at an instant: due or missed."""
    lapsed = Q(lapses_at__isnull=False, lapses_at__lte=at)
    return NotificationDuty.objects.filter(~lapsed, met_at__isnull=True)


def _with_next_review(orders: QuerySet[Order]) -> QuerySet[Any]:
    """Rule 24: an order that runs until a further order has a review date too, from the day it was made."""
    latest = OrderReview.objects.filter(order=OuterRef("pk")).order_by("-reviewed_at").values("next_review_on")[:1]
    first = OrderVersion.objects.filter(order=OuterRef("pk"), in_force_until__isnull=True).order_by("-number")
    every = Cast(F("made_on") + timedelta(days=settings.REVIEW_EVERY_DAYS), DateField())
    return orders.annotate(
        next_review_on=Coalesce(Subquery(latest), Subquery(first.values(next=every)[:1]), output_field=DateField())
    )


def due_days(orders: Sequence[Order], what: Due, *, at: datetime) -> dict[Any, Any]:
    """The day on which it is due, by the orders' ids."""
    if what == "expiring":
        rows = _expiring(at).filter(order__in=orders)
        return {row.order_id: civil_date(row.ends - timedelta(microseconds=1)) for row in rows}
    if what == "notification":
        found: dict[Any, Any] = {}
        for duty in open_duties(at).filter(order__in=orders).order_by("-until"):
            found[duty.order_id] = duty.due_on
        return found
    kept = _with_next_review(Order.objects.filter(pk__in=[order.pk for order in orders]))
    return dict(kept.values_list("pk", "next_review_on"))


def duty_of(row: NotificationDuty) -> Duty:
    """The duty as the rules take it."""
    return Duty(row.kind, row.event_on, row.due_on, row.met_at, row.lapses_at)  # type: ignore[arg-type]
