"""The list of a restricted order as it is kept and shown (rule 81)."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from edge.shapes import Instant, Reason, Shape, Text


class ReaderIn(Shape):
    """Somebody of the force by `staff_id`, or one of its systems by `client`: one of the two."""

    staff_id: Text | None = Field(None, min_length=1, max_length=32)
    client: Text | None = Field(None, min_length=1, max_length=100)
    reason: Reason


class ReaderOut(Shape):
    """`role` and `active` are of people; a reader who is not active sees nothing until they are again."""

    staff_id: Text | None
    client: Text | None
    role: Text | None
    active: bool
    reason: Text
    by: Text
    at: Instant


class AttemptOut(Shape):
    """Somebody who is not on the list asked for the order or what belongs to it, and got nothing."""

    at: Instant
    staff_id: Text | None
    actor: Text
    actor_kind: Text
    organisation: Text
    record_ids: list[Text]


class ReadersOut(Shape):
    """Who may read the order now, and the latest attempts of others, newest first."""

    reference: Text
    restricted: bool
    readers: list[ReaderOut]
    attempts: list[AttemptOut]


class QuietEventOut(Shape):
    """An event of a restricted order: it has no number, and is on no feed and no webhook."""

    id: UUID
    type: Text
    occurred_at: Instant
    data: dict[str, Text]


class QuietEventsOut(Shape):
    """One page, oldest first; `next` and `previous` are cursors."""

    results: list[QuietEventOut]
    next: str | None
    previous: str | None


class ChargeIn(Shape):
    """Why one looks after an order that nobody else does."""

    reason: Reason


class UnattendedRow(Shape):
    """A restricted order without a supervisor who could look after it. It is known by its id only."""

    id: UUID
    reports_waiting: int
    oldest_review_due: Instant | None


class UnattendedOut(Shape):
    results: list[UnattendedRow]
