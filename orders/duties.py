"""Working out an order's notification duties from everything on record of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import cast

from common.london import civil_date
from orders.models import InForce, NotificationDuty, Order
from orders.queries.interims import orders_replacing, replaces_interim_on_record
from orders.queries.versions import first_served_at
from orders.rules.duties import Duty, DutyKind, Event, EventKind, Notified, duties


def duties_of(order: Order) -> tuple[Duty, ...]:
    """The order's duties by all that is recorded now (rules 26 to 29)."""
    served_at = first_served_at(order)
    return duties(
        served_on=civil_date(served_at) if served_at else None,
        replaces_interim=replaces_interim_on_record(order),
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


def redraw_duties_replacing(force: str, references: Collection[str]) -> None:
    """The same for the force's orders that say that they replace one of these, which became known or known better.

    Once the interim is on record no first duty arises from the full order (rule 27): one drawn before goes, met,
    missed or due. What he told the police stays on record.
    """
    for order in orders_replacing(force, references).select_for_update(of=("self",)):
        redraw_duties(order)


def _ends_at(order: Order) -> datetime | None:
    """When the last of it stops being in force, None where nothing says."""
    ends = list(InForce.objects.filter(order=order, known__upper_inf=True).values_list("during__endswith", flat=True))
    return None if not ends or None in ends else max(ends)
