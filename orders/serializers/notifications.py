"""Notification and review, as they are told and as they are answered."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from edge.shapes import CivilDate, Instant, Reason, Shape, Text
from orders.rules.duties import DutyKind, DutyState, EventKind
from orders.serializers.document import Named
from orders.types import IdentityCheck

ForceCode = Text


class StationIn(Shape):
    name: Named = Field(max_length=120)
    force: ForceCode = Field(pattern=r"^[0-9]{2}$")


class ToldIn(Shape):
    """What he said at the station: personal data of his, shown with this notification and nowhere else."""

    names: list[Named] = Field(default=[], max_length=50)
    home_address: Named | None = Field(None, max_length=500)


class NotificationIn(Shape):
    """One notification (section 10). `home_force` is where he lives; null: no home address in England and Wales."""

    kind: DutyKind
    event_on: CivilDate | None = None
    notified_at: Instant
    channel: Text = Field(max_length=40, description="in_person_oral: the Act knows no other")
    station: StationIn
    home_force: ForceCode | None = Field(pattern=r"^[0-9]{2}$")
    received_by: Named = Field(max_length=120)
    acknowledgement: Named = Field(max_length=64)
    identity_check: IdentityCheck = "not_asked"
    false_information: bool = False
    told: ToldIn = ToldIn()


class NotificationEventIn(Shape):
    """A day on which something happened that begins, suspends or resumes a duty."""

    kind: EventKind
    event_on: CivilDate


class NotificationEventOut(NotificationEventIn):
    """`due_on` is null where no duty arose: the order is not served, the duty is suspended, the event asks for none."""

    id: UUID
    due_on: CivilDate | None


class DutyOut(Shape):
    """One duty. `offence` is what missing it may amount to: a person decides."""

    kind: DutyKind
    event_on: CivilDate
    due_on: CivilDate
    state: DutyState
    offence: Text | None


class NotificationWithdrawn(Shape):
    """`by` is an officer's staff id or a system's client id."""

    at: Instant
    by: Text
    reason: Text


class NotificationOut(NotificationIn):
    """`withdrawn` is null where it stands; one that was withdrawn meets no duty."""

    id: UUID
    recorded_at: Instant
    withdrawn: NotificationWithdrawn | None


class NotificationsOut(Shape):
    """`candidates`: CJS codes that the record speaks for, none of them ST19001 (rule 32)."""

    duties: list[DutyOut]
    notifications: list[NotificationOut]
    candidates: list[Text]


class ReviewIn(Shape):
    reason: Reason
    next_review_on: CivilDate


class ReviewOut(ReviewIn):
    reviewed_at: Instant
    reviewed_by: Text
