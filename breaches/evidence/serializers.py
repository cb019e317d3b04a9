"""Evidence as it is asked for and answered: shapes only."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from edge.shapes import Instant, Shape, Text


class EvidenceIn(Shape):
    """A form (`multipart/form-data`): the file, and what its SHA-256 should be, in hexadecimal."""

    file: bytes
    sha256: Text | None = None


class LinkIn(Shape):
    """Why an item is wanted: kept with it for good."""

    purpose: Text = Field(min_length=3, max_length=500, pattern=r"\S")
    kind: Literal["original", "viewable"] = "viewable"


class LinkOut(Shape):
    """An address for this caller only, and until when."""

    url: str
    expires_at: Instant


class ItemOut(Shape):
    """One item. `viewable`: there is a copy to look at. `exhibit` and `sha256` come once it is whole."""

    id: str
    exhibit: str | None
    filename: str
    size: int
    sha256: str | None
    state: Literal["receiving", "quarantined", "released", "held", "locked"]
    received_at: Instant
    viewable: bool


class ItemsOut(Shape):
    results: list[ItemOut]


class FullItemOut(ItemOut):
    """The same with what an officer works with."""

    media_type: str | None
    derived_from: str | None
    holds: list[str]
    notes: list[str]


class FullItemsOut(Shape):
    results: list[FullItemOut]


class DetailOut(FullItemOut):
    """An item with its continuity, what it says about itself, and who wrote in it."""

    continuity: list[dict[str, Any]]
    continuity_whole: bool
    timestamp: dict[str, Any] | None
    itself: dict[str, Any] | None
    contacts: list[dict[str, Any]]


class MessageOut(Shape):
    index: int
    part: str
    offset: int
    sent_at: Instant | None
    sender: str
    text: str


class MessagesOut(Shape):
    results: list[MessageOut]
    next: str | None
    previous: str | None


class LimitsOut(Shape):
    """`types`: those of which the service knows what they are. Others are taken as well."""

    max_bytes: int = Field(description="of one file")
    max_items: int = Field(description="of one report")
    types: list[str]


class UploadOut(Shape):
    """An upload: how far it is, and the item once it is whole."""

    id: str
    offset: int
    size: int
    item: ItemOut | None
