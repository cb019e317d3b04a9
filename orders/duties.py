"""Working out an order's notification duties from everything on record of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

from common.london import civil_date
from orders.models import InForce, NotificationDuty, Order
from orders.queries.versions import first_served_at
from orders.rules.duties import Duty, DutyKind, Event, EventKind, Notified, duties


def duties_of(order: Order) -> tuple[Duty, ...]:
    """The order's duties by all that is recorded now (rules 26 to 29)."""
    served_at = first_served_at(order)
    latest = order.versions.order_by("-number").values_list("kind", "replaces_interim")[0]
    return duties(
        served_on=civil_date(served_at) if served_at else None,
        replaces_interim=latest[0] == "full" and bool(latest[1]),
        ends_at=_ends_at(order),
        events=[Event(cast(EventKind, row.kind), row.event_on) for row in order.notification_events.all()],
        notified=[Notified(cast(DutyKind, n.kind), n.event_on, n.notified_at) for n in order.notifications.all()],
    )


def notification_due(order: Order, kind: DutyKind, day: date) -> date | None:
    """The last day of the duty of a kind that arose on a day (London), by all that is recorded now.

    None where none arose: the order is not served yet, he was subject to the 2003 Act (section 9(5)), a full order
    replaced an interim (rule 27), an earlier service counts; or where it lapsed on that day with the order.
    """
    found = next((duty for duty in duties_of(order) if (duty.kind, duty.event_on) == (kind, day)), None)
    if found is None or (found.lapses_at is not None and civil_date(found.lapses_at) <= day):
        return None
    return found.due_on


def redraw_duties(order: Order) -> None:
    """Keep the rows that lists are made of. Call it with the order's row held, after every write that may matter."""
    NotificationDuty.objects.filter(order=order).delete()
    NotificationDuty.objects.bulk_create(
        NotificationDuty(
            order=order,
            kind=duty.kind,
            event_on=duty.event_on,
            due_on=duty.due_on,
            until=duty.until,
            met_at=duty.met_at,
            lapses_at=duty.lapses_at,
        )
        for duty in duties_of(order)
    )


def _ends_at(order: Order) -> datetime | None:
    """When the last of it stops being in force, None where nothing says."""
    ends = list(InForce.objects.filter(order=order, known__upper_inf=True).values_list("during__endswith", flat=True))
    return None if not ends or None in ends else max(ends)
