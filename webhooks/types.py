"""Words of the outbox: which events there are, and what of one leaves the house."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

# The closed list that receivers were told (api.md, "Forces: what comes out"). Added to, never renamed.
EVENT_TYPES = frozenset(
    f"{group}.{name}"
    for group, names in {
        "order": (
            "registered",
            "varied",
            "corrected",
            "served",
            "approved",
            "expiring",
            "ended",
            "service_withdrawn",
            "end_withdrawn",
            "identifiers_changed",
            "revealed_outside_case",
        ),
        "notification": ("due", "missed", "withdrawn"),
        "report": (
            "received",
            "immediate_danger",
            "assessed",
            "claimed",
            "information_requested",
            "information_received",
            "verified",
            "not_verified",
            "transferred",
            "closed",
            "reopened",
            "withdrawn",
            "resumed",
            "revealed_outside_case",
        ),
        "evidence": ("released", "held", "examined_again"),
        "device": ("silent",),
        "webhook": ("parked",),
        "trail": ("sealed",),
        "client": ("secret_added", "secret_revoked", "certificates_changed"),
    }.items()
    for name in names
)
PARKED = "webhook.parked"
# Sent to one endpoint on request; not part of what happened, so never numbered and never on the feed.
TEST = "webhook.test"
EVERYTHING = "*"
# What stands for a test's number: below every real one, since those start at 1.
TEST_SEQUENCE = 0


@dataclass(frozen=True, slots=True)
class Message:
    """One event as others are told of it: identifiers and a state, never a name, a place or a narrative."""

    id: UUID
    type: str
    occurred_at: datetime
    subject: UUID
    reference: str
    state: str


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event in its place in what its force is told: numbers rise by one, in the order of commits."""

    sequence: int
    message: Message


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one try ended. `status` is None where no answer came: refused destination, no name, time over.

    `retry_after_s` is what the receiver asked for, in seconds, where it asked.
    """

    status: int | None
    retry_after_s: float | None = None

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300
