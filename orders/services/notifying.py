"""What he told the police, and what began or suspended his duty to (sections 9 to 11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Force
from accounts.types import Caller
from audit.services import record
from common.london import civil_date
from common.problems import Conflict, Problem, Refused
from orders import queries
from orders.duties import redraw_duties
from orders.models import Notification, NotificationEvent, Order, OrderReview
from orders.rules.duties import DutyKind, EventKind
from orders.types import IdentityCheck

IN_PERSON = "in_person_oral"


@dataclass(frozen=True, slots=True)
class NotificationTold:
    """One visit to a station. `home_force`: where he lives; empty: no home address in England and Wales."""

    kind: DutyKind
    event_on: date | None
    notified_at: datetime
    channel: str
    station: str
    station_force: str
    home_force: str
    received_by: str
    acknowledgement: str
    identity_check: IdentityCheck
    false_information: bool
    told: dict[str, Any]


@transaction.atomic
def record_notification(*, caller: Caller, reference: str, told: NotificationTold) -> Notification:
    """He notified, in person at a station (section 10, rules 30 and 31). The same told again is the same row.

    Raises `NotFound`; `Refused` with everything that is wrong; `Conflict` `already_recorded`.
    """
    order = queries.order_for_update(caller, reference)
    problems = list(_problems(order, told))
    if problems:
        raise Refused(problems)
    columns = {
        "station": told.station,
        "station_force_id": told.station_force,
        "home_force": told.home_force,
        "received_by": told.received_by,
        "identity_check": told.identity_check,
        "false_information": told.false_information,
        "told": told.told,
    }
    visit = {"kind": told.kind, "event_on": told.event_on, "notified_at": told.notified_at}
    known = Notification.objects.filter(order=order, acknowledgement=told.acknowledgement, **visit).first()
    if known is not None:
        if any(getattr(known, name) != value for name, value in columns.items()):
            raise Conflict("already_recorded", "This visit is on record already, and otherwise.")
        return known
    row = Notification.objects.create(
        order=order, acknowledgement=told.acknowledgement, recorded_by=caller.id, **visit, **columns
    )
    redraw_duties(order)
    record(actor=caller.actor, action="collection", verb="notification_recorded", records=[order.id, row.id])
    return row


@transaction.atomic
def record_notification_event(*, caller: Caller, reference: str, kind: EventKind, event_on: date) -> NotificationEvent:
    """A new name, a change of address, registration that began or ended (rules 28, 29), a lie found out (32)."""
    order = queries.order_for_update(caller, reference)
    if kind != "registration_began" and event_on > civil_date(timezone.now()):
        raise Refused([Problem("/event_on", "event_in_future", "This is in the future.")])
    row, new = NotificationEvent.objects.get_or_create(
        order=order, kind=kind, event_on=event_on, defaults={"recorded_by": caller.id}
    )
    if new:
        redraw_duties(order)
        record(actor=caller.actor, action="collection", verb="notification_event_recorded", records=[order.id, row.id])
    return row


@transaction.atomic
def review_order(*, caller: Caller, reference: str, reason: str, next_review_on: date) -> OrderReview:
    """An officer looked at the order and says when to look again (rule 24)."""
    order = queries.order_for_update(caller, reference)
    if next_review_on <= civil_date(timezone.now()):
        raise Refused([Problem("/next_review_on", "review_not_in_future", "The next review is after today.")])
    if queries.end_of(order) is not None:
        raise Conflict("order_ended", "The order has ended already.")
    row = OrderReview.objects.create(
        order=order,
        reviewed_by_id=caller.person,
        staff_id=caller.staff_id,
        reason=reason,
        next_review_on=next_review_on,
    )
    record(
        actor=caller.actor,
        action="alteration",
        verb="order_reviewed",
        records=[order.id, row.id],
        reason_code="review",
        reason=reason,
    )
    return row


def _problems(order: Order, told: NotificationTold) -> Iterator[Problem]:
    if told.channel != IN_PERSON:
        yield Problem("/channel", "notification_channel_invalid", "Only in person and orally (section 10(1)).")
    if told.notified_at > timezone.now():
        yield Problem("/notified_at", "instant_in_future", "This is in the future.")
    if (told.kind == "initial") != (told.event_on is None):
        yield Problem("/event_on", "event_day_needed", "A change names its day, a first notification none.")
    forces = set(Force.objects.filter(code__in=[told.station_force, told.home_force]).values_list("code", flat=True))
    for name, code in (("station/force", told.station_force), ("home_force", told.home_force)):
        if code and code not in forces:
            yield Problem(f"/{name}", "force_unknown", "This is not the code of a force.")
    if told.station_force != (told.home_force or _court_force(order)):
        yield Problem(
            "/station/force",
            "notification_station_invalid",
            "A station in his local police area, or without a home here in that of the court (section 10(1), (2)).",
        )


def _court_force(order: Order) -> str:
    """The police area of the court that last made an order: the second and third character of its code."""
    latest = order.versions.order_by("-number").only("body")[0]
    found = str((latest.body.get("court") or {}).get("code") or "")[1:3]
    return found if Force.objects.filter(code=found).exists() else order.force_id
