"""The position feed and tracks as they are sent and answered: shapes only."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from breaches.tracking.types import Near, Support
from edge.shapes import Instant, Reason, Shape, Text

MOST_ROWS = 10_000


class PositionsIn(Shape):
    """A batch. Each row is read by itself: what is wrong with one refuses no other."""

    positions: list[Any] = Field(max_length=MOST_ROWS)


class FixIn(Shape):
    """One position of one device. Degrees WGS84; without an accuracy 25 m at 95 % is assumed."""

    order: Text = Field(description="the order's reference at this force")
    device: Text = Field(description="as the monitoring authority names it")
    recorded_at: Instant
    longitude: float
    latitude: float
    accuracy_m: float | None = None
    accuracy_basis: Text | None = Field(None, description="p95, p68, rms or unknown")
    receiver_status: Text | None = Field(None, description="void, or V: the device itself does not vouch for the place")


class PositionsDescribed(Shape):
    """What a batch should look like. A row that does not is rejected by itself."""

    positions: list[FixIn] = Field(max_length=MOST_ROWS)


class RejectedOut(Shape):
    index: int
    code: str


class PositionsOut(Shape):
    """`received` = `accepted` + `duplicates` + the length of `rejected`. `reports`: raised by this batch.

    `warnings`, only where there are any: rows that were kept and show nothing for certain (`position_disowned`), or of
    which both coordinates have few decimals, so that the place is vaguer than was stated (`coordinates_rounded`).
    """

    received: int
    accepted: int
    duplicates: int
    rejected: list[RejectedOut]
    reports: list[UUID]
    warnings: list[RejectedOut] = Field(default_factory=list)


DeviceName = Annotated[Text, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]


class TrackIn(Shape):
    """Whose track, of what time (31 days at most), and why an officer needs it."""

    device: DeviceName | None = None
    from_: Instant = Field(alias="from")
    until: Instant
    reason: Reason


class HeldOut(Shape):
    held: int


class DeviceOut(Shape):
    id: UUID
    device: str
    last_recorded_at: Instant | None = Field(description="null: never heard of")
    silent: bool


class SeenOut(Shape):
    """How a fix lay to one zone: metres to its edge, negative inside."""

    zone: str
    distance_m: float
    probability_inside: float
    forbidden_then: bool


class LookedOut(Shape):
    near: Near
    zones: list[SeenOut]


class FixOut(Shape):
    """A fix as it is judged now. `at_first`: how it was judged when it came, if terms that reach back changed that."""

    device: str
    recorded_at: Instant
    longitude: float
    latitude: float
    r95_m: float
    disowned: bool = Field(description="the device itself says that this is no position")
    near: Near
    zones: list[SeenOut]
    at_first: LookedOut | None


class VisitOut(Shape):
    id: UUID
    device: str
    zone: str
    entered_at: Instant
    last_at: Instant
    fixes: int
    support: Support
    report: UUID
    joined_reports: list[UUID] = Field(description="of visits that a late fix showed to be one with this")


class ApproachOut(Shape):
    """Fixes near a zone that nothing shows to have been in it. Intelligence, never a breach."""

    device: str
    zone: str
    from_: Instant = Field(alias="from")
    until: Instant
    fixes: int
    nearest_m: float
    nearest_at: Instant


class CrossingOut(Shape):
    """Two fixes outside a zone, one after the other, with the zone on the straight way between them."""

    device: str
    zone: str
    from_: Instant = Field(alias="from")
    until: Instant
    gap_s: float
    speed_kmh: float
    entered_about: Instant
    left_about: Instant
    possible_only: bool = Field(description="so long lies between the fixes that the straight way is a guess")


class TrackOut(Shape):
    """What is known of an order's devices in a time. `truncated`: there is more than is shown; ask for less time."""

    order: str
    from_: Instant = Field(alias="from")
    until: Instant
    note: str
    devices: list[DeviceOut]
    fixes: list[FixOut]
    visits: list[VisitOut]
    approaches: list[ApproachOut]
    crossings: list[CrossingOut]
    truncated: bool
