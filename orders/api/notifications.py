"""Notifications and reviews, for force systems and for officers."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit.services import record
from edge.parsing import read
from edge.views import ApiView, answer
from orders import queries
from orders.api.instants import KNOWN_AT
from orders.api.records import list_records, withdrawal_of
from orders.duties import duties_of, notification_due
from orders.models import Notification, Order
from orders.rules.duties import ARISES, FALSE_INFORMATION, OFFENCE, REFUSED_IDENTITY_CHECK, Duty
from orders.serializers.notifications import (
    NotificationEventIn,
    NotificationEventOut,
    NotificationIn,
    NotificationOut,
    NotificationsOut,
    ReviewIn,
    ReviewOut,
)
from orders.serializers.records import NotificationEventsOut
from orders.services.notifying import (
    IN_PERSON,
    NotificationTold,
    record_notification,
    record_notification_event,
    review_order,
)

_ROLES = frozenset({"officer", "supervisor"})
_SCOPES = {"GET": ("orders:read",), "POST": ("orders:write",)}


class _Notifications(ApiView):
    @extend_schema(request=NotificationIn, responses={201: NotificationOut})
    def post(self, request: Request, reference: str) -> Response:
        """Record that he notified the police, in person at a station."""

        def effect() -> Response:
            caller = self.caller(request)
            queries.order_of(caller, reference)
            row = record_notification(caller=caller, reference=reference, told=_told(read(request, NotificationIn)))
            return answer(_shown(row), status=201)

        return self.write(request, effect)

    @extend_schema(responses={200: NotificationsOut})
    @transaction.atomic
    def get(self, request: Request, reference: str) -> Response:
        """His duties, what he told and when, and the offences that the record speaks for."""
        caller = self.caller(request)
        order = queries.order_of(caller, reference)
        rows = sorted(queries.records_of(order, "notifications"), key=lambda row: (row.notified_at, row.id))
        records = [order.id, *(row.id for row in rows)]
        record(actor=caller.actor, action="consultation", verb="notifications_read", records=records)
        return answer(_everything(order, rows))


def _told(sent: NotificationIn) -> NotificationTold:
    return NotificationTold(
        kind=sent.kind,
        event_on=sent.event_on,
        notified_at=sent.notified_at,
        channel=sent.channel,
        station=sent.station.name,
        station_force=sent.station.force,
        home_force=sent.home_force or "",
        received_by=sent.received_by,
        acknowledgement=sent.acknowledgement,
        identity_check=sent.identity_check,
        false_information=sent.false_information,
        told=sent.told.model_dump(),
    )


def _everything(order: Order, rows: list[Notification]) -> dict[str, Any]:
    now, standing = timezone.now(), [row for row in rows if row.withdrawn_at is None]
    duties = [_duty(duty, duty.state(now)) for duty in duties_of(order)]
    found = {duty["offence"] for duty in duties if duty["offence"]}
    found |= {REFUSED_IDENTITY_CHECK for row in standing if row.identity_check == "refused"}
    if (
        any(row.false_information for row in standing)
        or order.notification_events.filter(kind="false_information").exists()
    ):
        found.add(FALSE_INFORMATION)
    return {"duties": duties, "notifications": [_shown(row) for row in rows], "candidates": sorted(found)}


def _duty(duty: Duty, state: str) -> dict[str, Any]:
    """Told late is not told in time: the same offence, for a person to weigh (section 11)."""
    return {
        "kind": duty.kind,
        "event_on": duty.event_on,
        "due_on": duty.due_on,
        "state": state,
        "offence": OFFENCE[duty.kind] if state in ("missed", "late") else None,
    }


def _shown(row: Notification) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "event_on": row.event_on,
        "notified_at": row.notified_at,
        "channel": IN_PERSON,
        "station": {"name": row.station, "force": row.station_force_id},
        "home_force": row.home_force or None,
        "received_by": row.received_by,
        "acknowledgement": row.acknowledgement,
        "identity_check": row.identity_check,
        "false_information": row.false_information,
        "told": row.told,
        "recorded_at": row.recorded_at,
        "withdrawn": withdrawal_of(row),
    }


class _Events(ApiView):
    asks = frozenset({"known_at"})

    @extend_schema(parameters=[KNOWN_AT], responses={200: NotificationEventsOut})
    def get(self, request: Request, reference: str) -> Response:
        """What was recorded of such events, withdrawn ones too."""
        return list_records(self.caller(request), request, reference, "notification-events")

    @extend_schema(request=NotificationEventIn, responses={201: NotificationEventOut})
    def post(self, request: Request, reference: str) -> Response:
        """Record a new name, a change of address, or registration under the 2003 Act that began or ended."""

        def effect() -> Response:
            caller = self.caller(request)
            queries.order_of(caller, reference)
            sent = read(request, NotificationEventIn)
            row = record_notification_event(caller=caller, reference=reference, kind=sent.kind, event_on=sent.event_on)
            arises = ARISES.get(row.kind)
            due = notification_due(row.order, arises, row.event_on) if arises else None
            return answer({"id": row.id, "kind": row.kind, "event_on": row.event_on, "due_on": due}, status=201)

        return self.write(request, effect)


class Reviews(ApiView):
    audience, roles = "officer", _ROLES

    @extend_schema(request=ReviewIn, responses={201: ReviewOut})
    def post(self, request: Request, reference: str) -> Response:
        """Say that the order was looked at, and when to look again."""

        def effect() -> Response:
            caller = self.caller(request)
            queries.order_of(caller, reference)
            sent = read(request, ReviewIn)
            row = review_order(
                caller=caller, reference=reference, reason=sent.reason, next_review_on=sent.next_review_on
            )
            told = {"reason": row.reason, "next_review_on": row.next_review_on}
            return answer({**told, "reviewed_at": row.reviewed_at, "reviewed_by": row.staff_id}, status=201)

        return self.write(request, effect)


class ForceNotifications(_Notifications):
    audience, scopes = "force", _SCOPES


class OfficerNotifications(_Notifications):
    audience, roles = "officer", _ROLES


class ForceNotificationEvents(_Events):
    audience, scopes = "force", _SCOPES


class OfficerNotificationEvents(_Events):
    audience, roles = "officer", _ROLES
