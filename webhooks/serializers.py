"""Shapes of the webhook endpoints and of the feed."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from edge.shapes import Instant, Shape, Text


class EndpointIn(Shape):
    """Optional here although required: what is missing is told with everything else that is wrong."""

    model_config = ConfigDict(json_schema_extra={"required": ["url", "events"]})
    url: Text | None = None
    events: Annotated[list[Text], Field(max_length=100)] | None = None


class EndpointOut(Shape):
    id: UUID
    url: str
    events: list[str]
    state: Literal["active", "disabled"]
    created_at: Instant
    pending: int
    parked: int


class CreatedOut(Shape):
    """`secret` is shown this once, and again to a retry with the same `Idempotency-Key`."""

    id: UUID
    url: str
    events: list[str]
    secret: str
    state: Literal["active", "disabled"]


class EndpointsOut(Shape):
    results: list[EndpointOut]
    next: str | None
    previous: str | None


class TestOut(Shape):
    """The `webhook-id` that the test message carries."""

    id: UUID


class ReplayIn(Shape):
    since: Instant = Field(alias="from")


class ReplayOut(Shape):
    queued: int


class DataOut(Shape):
    id: UUID
    reference: str
    state: str


class EventOut(Shape):
    """One thing that happened. `sequence` rises by one within the force."""

    id: UUID
    sequence: int
    type: str
    occurred_at: Instant
    data: DataOut


class EventsOut(Shape):
    results: list[EventOut]
    cursor: str
    next: str | None
