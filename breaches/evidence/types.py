"""Words of evidence. Pure: no Django."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

ItemState = Literal["receiving", "quarantined", "released", "held", "locked"]
STATES: frozenset[str] = frozenset({"quarantined", "released", "held", "locked"})
# Nothing leaves "locked" but by whoever restores the store; "held" can be released by a later scanner only.
MOVES: tuple[tuple[str, str], ...] = (
    ("quarantined", "released"),
    ("quarantined", "held"),
    ("quarantined", "locked"),
    ("released", "locked"),
    ("held", "locked"),
)
# What happens to an item (rule 69), and the checks of the service itself.
ENTRY_KINDS: frozenset[str] = frozenset(
    {"received", "sealed", "released", "held", "viewed", "exported", "transferred", "checked", "locked"}
)
LinkKind = Literal["original", "viewable"]
LINK_KINDS: frozenset[str] = frozenset({"original", "viewable"})
Agreement = Literal["consistent", "inconsistent", "absent"]
AGREEMENTS: frozenset[str] = frozenset({"consistent", "inconsistent", "absent"})

# What the service knows by its content, and the ending that a download gets. The rest is kept and served as bytes.
ENDINGS: dict[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/tiff": "tif",
    "image/bmp": "bmp",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/3gpp": "3gp",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/x-m4a": "m4a",
    "audio/ogg": "ogg",
    "audio/amr": "amr",
    "audio/x-wav": "wav",
    "application/pdf": "pdf",
    "application/zip": "zip",
    "application/json": "json",
    "text/plain": "txt",
    "text/xml": "xml",
    "message/rfc822": "eml",
}
PICTURES: frozenset[str] = frozenset(name for name in ENDINGS if name.startswith("image/"))


@dataclass(frozen=True, slots=True)
class Part:
    """One sealed object of the store: its name, what opens it, and how many bytes are in it."""

    key: str
    wrapped_key: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has arrived whole: `sha256` is of what was sent, in hexadecimal.

    It lies sealed in `part`; with none, in the pieces of its upload.
    """

    size: int
    sha256: str
    part: Part | None


@dataclass(frozen=True, slots=True)
class Taken:
    """Where and when a photograph says it was taken. `offset_assumed`: its clock was read as London's."""

    latitude: float | None = None
    longitude: float | None = None
    at: datetime | None = None
    offset_assumed: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """How that lies to what was reported: metres to the nearest place, minutes outside the interval."""

    place: Agreement
    time: Agreement
    metres: float | None = None
    minutes: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What looking at a file came to. `holds` are the reasons for which it is not given out."""

    media_type: str
    holds: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat, a text or a mail, and where in the original it begins (bytes, in `part` of an archive)."""

    offset: int
    sender: str
    text: str
    at: datetime | None = None
    part: str = ""


@dataclass(slots=True)
class Chat:
    """What a file of messages is, and what is doubtful in it; complete once its messages were read to the end."""

    platform: str
    channel: str
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Wrote:
    """How much one sender wrote, and when: None where no message of theirs has a time."""

    messages: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
