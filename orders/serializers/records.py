"""What was recorded of an order, one by one with their ids, and how one is withdrawn."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from edge.shapes import Instant, Reason, Shape, Text
from orders.serializers.document import ServiceIn
from orders.serializers.ending import AppealIn, DeterminationIn, DischargeIn
from orders.serializers.notifications import NotificationEventIn
from orders.types import RecordKind, Status


class WithdrawalIn(Shape):
    """Why it was recorded by mistake."""

    reason: Reason


class WithdrawnOut(Shape):
    """`by` is an officer's staff id or a system's client id."""

    at: Instant
    by: Text
    reason: Text


class WithdrawalOut(Shape):
    """`status` is the order's as it is now, without what was withdrawn."""

    id: UUID
    kind: RecordKind
    withdrawn: WithdrawnOut
    status: Status


class _Recorded(Shape):
    id: UUID
    recorded_at: Instant
    withdrawn: WithdrawnOut | None = Field(description="null where it stands")


class ServiceRecord(ServiceIn, _Recorded):
    version: int


class DeterminationRecord(DeterminationIn, _Recorded):
    pass


class DischargeRecord(DischargeIn, _Recorded):
    pass


class AppealRecord(AppealIn, _Recorded):
    pass


class NotificationEventRecord(NotificationEventIn, _Recorded):
    pass


class _All(Shape):
    """All of them, withdrawn ones too, the first recorded first."""

    next: None
    previous: None


class ServicesOut(_All):
    results: list[ServiceRecord]


class DeterminationsOut(_All):
    results: list[DeterminationRecord]


class DischargesOut(_All):
    results: list[DischargeRecord]


class AppealsOut(_All):
    results: list[AppealRecord]


class NotificationEventsOut(_All):
    results: list[NotificationEventRecord]
