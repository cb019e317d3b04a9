"""Evidence as it is asked for and answered: shapes only."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from edge.shapes import Instant, Purpose, Reason, Shape, Text


class EvidenceIn(Shape):
    """A form (`multipart/form-data`): the file, and what its SHA-256 should be, in hexadecimal."""

    file: bytes
    sha256: Text | None = None


class ReceiptEvidenceIn(Shape):
    """A form (`multipart/form-data`): the receipt, then the file, and what its SHA-256 should be, in hexadecimal."""

    receipt: Text
    file: bytes
    sha256: Text | None = None


class KeptOut(Shape):
    """A file that arrived: by its SHA-256 its sender sees that all of it did."""

    filename: str
    size: int
    sha256: str
    received_at: Instant


class KeptsOut(Shape):
    results: list[KeptOut]


class ReleaseIn(Shape):
    """Why what was held is a false alarm: kept with the item for good."""

    reason: Reason


class LinkIn(Shape):
    """Why an item is wanted: kept with it for good. `recipient`: who gets a `forensic` archive; with no other kind."""

    purpose: Purpose
    kind: Literal["original", "viewable", "forensic"] = "viewable"
    recipient: Annotated[Text, Field(min_length=3, max_length=64, pattern=r"\S")] | None = None


class LinkOut(Shape):
    """An address for this caller only, and until when.

    With `forensic`: how often it can be fetched, and the passphrase of the archive, which is shown this once. Give it
    to the recipient by another way than the archive.
    """

    url: str
    expires_at: Instant
    passphrase: str | None = None
    takes: int | None = None


class WhyOut(Shape):
    """Why some of it was not read: a code, words for it, and how many things it is about."""

    code: str
    count: int
    detail: str


class ReadingOut(Shape):
    """How much of an item was read: `found` things that it holds, `read` of them.

    Things are messages, calls and mails, files of an archive, or the one picture, film or document that it is.
    """

    state: Literal["whole", "part", "none"]
    kind: str
    found: int
    read: int
    why: list[WhyOut]


class ItemOut(Shape):
    """One item. `viewable`: there is a copy to look at. `exhibit` and `sha256` come once it is whole.

    `reading` is null until somebody has looked at it, and for copies.
    """

    id: str
    exhibit: str | None
    filename: str
    size: int
    sha256: str | None
    state: Literal["receiving", "quarantined", "released", "held", "locked", "file_missing"]
    received_at: Instant
    viewable: bool
    reading: ReadingOut | None


class ItemsOut(Shape):
    results: list[ItemOut]


class FullItemOut(ItemOut):
    """The same with what an officer works with.

    `changed`: what the newest examination found otherwise than the one before it, once readers had improved:
    `device`, `holds`, `kind`, `messages`, `notes`, `place`, `reading`, `senders`, `time`.
    """

    media_type: str | None
    derived_from: str | None
    holds: list[str]
    notes: list[str]
    examined_at: Instant | None
    changed: list[str]


class FullItemsOut(Shape):
    results: list[FullItemOut]


class StampingOut(Shape):
    """How asking an authority for a timestamp goes. `why` is a code, `detail` words for it."""

    state: Literal["stamped", "waiting", "failing", "not_wanted"]
    tries: int
    why: str | None
    detail: str | None
    last_tried_at: Instant | None
    next_try_at: Instant | None


class ExaminationOut(Shape):
    """One of the times that an item was looked at; `readers` is the version of what read it."""

    number: int
    examined_at: Instant
    readers: int
    scanner: str
    media_type: str
    holds: list[str]
    notes: list[str]
    reading: ReadingOut | None
    changed: list[str]


class DetailOut(FullItemOut):
    """An item with its continuity, what it says about itself, who wrote in it, and how it was read before."""

    continuity: list[dict[str, Any]]
    continuity_whole: bool
    timestamp: dict[str, Any] | None
    timestamping: StampingOut | None
    itself: dict[str, Any] | None
    contacts: list[dict[str, Any]]
    examinations: list[ExaminationOut]


class LeadOut(Shape):
    """A header of a mail and the address in it."""

    header: str
    address: str


class MessageOut(Shape):
    """One message. `kind` `app`: the program's own words, nobody's act; `page`: a piece of a document, by whoever made
    it. `own`: sent from the telephone it comes from.

    `forwarded_from`: whose words they are, where somebody passed them on. `leads`: other addresses that a mail names,
    never taken for its sender.
    """

    index: int
    part: str
    offset: int
    sent_at: Instant | None
    sender: str
    text: str
    kind: Literal["message", "call", "app", "page"]
    own: bool
    marks: list[str]
    forwarded_from: str
    leads: list[LeadOut]


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
