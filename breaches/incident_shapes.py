"""An incident as it is sent, in a report, a correction or a question: shapes only.

Words from a list are plain text here (see `breaches.serializers`).
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from edge.shapes import Shape, Text

# Far beyond what anybody tells; the limit keeps one body from occupying a server.
MOST_ITEMS = 10_000


class HappenedIn(Shape):
    """When. Instants carry an offset; without one London's clock is meant, and told as a warning."""

    from_: Text | None = Field(None, alias="from")
    to: Text | None = None
    certainty: Text | None = Field(None, description="exact, about (15 minutes either way) or unknown")


class PositionIn(Shape):
    """A place in exactly one form: longitude+latitude, easting+northing, or one of the words."""

    subject: Text | None = None
    method: Text | None = None
    longitude: float | None = None
    latitude: float | None = None
    easting: float | None = None
    northing: float | None = None
    grid_reference: Text | None = None
    postcode: Text | None = None
    address: Text | None = None
    w3w: Text | None = None
    geometry: dict[str, Any] | None = Field(
        None,
        description="a place as it was drawn (GeoJSON): an area, a line along a road, or points of which one is meant",
    )
    crs: Text | None = Field(None, description="of the geometry: EPSG:4326 (taken if not said), 27700 or 29903")
    width_m: float | None = Field(None, description="of the line, in metres")
    accuracy_m: float | None = None
    accuracy_basis: Text | None = None
    receiver_status: Text | None = Field(None, description="void, or V, where the receiver marks the place as invalid")
    recorded_at: Text | None = None


class SenderIn(Shape):
    kind: Text | None = None
    platform: Text | None = None
    value: Text | None = None


class ContactIn(Shape):
    to: Text | None = Field(None, description="whom it was to, by the key in the order, where it was somebody else")
    channel: Text | None = None
    at: Text | None = None
    from_: SenderIn | None = Field(None, alias="from")
    text: Text | None = None
    third_party: bool | None = None


class MentionIn(Shape):
    about: Text | None = Field(None, description="whom it is about, by the key in the order, where it is somebody else")
    platform: Text | None = None
    url: Text | None = None
    handle: Text | None = None
    seen_at: Text | None = None
    text: Text | None = None
    about_me: Text | None = None


class AboutIn(Shape):
    """Whom a question is about."""

    role: Text | None = None
    protected_person: Text | None = None


class IncidentIn(Shape):
    """When and what."""

    happened: HappenedIn | None = None
    positions: list[PositionIn] | None = Field(None, max_length=MOST_ITEMS)
    contacts: list[ContactIn] | None = Field(None, max_length=MOST_ITEMS)
    social: list[MentionIn] | None = Field(None, max_length=MOST_ITEMS)
