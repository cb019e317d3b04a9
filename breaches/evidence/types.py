"""Words of evidence. Pure: no Django."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

ItemState = Literal["receiving", "quarantined", "released", "held", "locked", "file_missing"]
STATES: frozenset[str] = frozenset({"quarantined", "released", "held", "locked", "file_missing"})
# Nothing leaves "locked": what is there is not what was received. "file_missing" says that nothing is there: once it is
# back, and is what was received, the item is again what it was before. "held" is released by a supervisor.
MOVES: tuple[tuple[str, str], ...] = (
    ("quarantined", "released"),
    ("quarantined", "held"),
    ("quarantined", "locked"),
    ("released", "locked"),
    ("held", "released"),
    ("held", "locked"),
    ("released", "held"),  # a scanner of today names what one of then did not know
    ("quarantined", "file_missing"),
    ("released", "file_missing"),
    ("held", "file_missing"),
    ("file_missing", "quarantined"),
    ("file_missing", "released"),
    ("file_missing", "held"),
    ("file_missing", "locked"),
)
# What happens to an item (rule 69), and the checks of the service itself.
ENTRY_KINDS: frozenset[str] = frozenset(
    {
        "received",
        "sealed",
        "released",
        "held",
        "viewed",
        "exported",
        "transferred",
        "checked",
        "examined",
        "locked",
        "file_missing",
        "found_again",
    }
)
# Raised whenever a reader reads more, or otherwise, than it did; then `manage.py examine_again` (docs/evidence.md).
READERS_VERSION = 1
# What an examination may find otherwise than the one before it.
CHANGES: frozenset[str] = frozenset({
    "device", "holds", "kind", "messages", "notes", "place", "reading", "senders", "time",
})  # fmt: skip
# Why an authority gave no timestamp, in words for the officer.
WHY_NOT_STAMPED: dict[str, str] = {
    "authority_away": "The authority did not answer, or not with a timestamp.",
    "answer_not_proven": "What the authority answered is not of this item, or no root of the settings vouches for it.",
    "roots_unreadable": "The file of roots that the settings name cannot be read, so no answer could be proven.",
}
LinkKind = Literal["original", "viewable", "forensic"]
LINK_KINDS: frozenset[str] = frozenset({"original", "viewable", "forensic"})
MOST_TAKES = 3  # of an archive by one forensic link: a line may break
# What a scanner said of an item, or that it could not look at it: no supervisor calls that a false alarm.
SCANNER_HOLDS: frozenset[str] = frozenset({"malware_found", "too_large_to_scan"})
Agreement = Literal["consistent", "inconsistent", "absent"]
TIME_FAR_OFF = "time_far_off"  # a note: what a file says of its time is weeks or years from what was reported
AGREEMENTS: frozenset[str] = frozenset({"consistent", "inconsistent", "absent"})
ReadingState = Literal["whole", "part", "none"]
READING_STATES: frozenset[str] = frozenset({"whole", "part", "none"})
MessageKind = Literal["message", "call", "app", "page"]
# What is said of a message beside its words.
MARKS: frozenset[str] = frozenset({
    "app_words_not_understood", "attachment", "call_answered", "call_missed", "call_rejected", "call_voicemail",
    "deleted", "draft", "edited", "failed", "forwarded", "group", "media_left_out", "parts_differ", "quoted",
    "reaction", "sender_doubtful", "sender_withheld", "text_cut", "time_doubtful", "time_runs_backwards", "unsent",
})  # fmt: skip
# Why something that an item holds was not read, in words for whoever sent it and for the officer.
WHY_UNREAD: dict[str, str] = {
    "archive_unreadable": "The archive is damaged or of a kind that is not looked into.",
    "clock_unset": "The camera's clock shows a day at which clocks begin that nobody has set: it is no time.",
    "clocks_differ": "Two clocks in the file differ by weeks or years: neither is relied on.",
    "document_encrypted": "The document is locked with a password.",
    "document_too_large": "The document is too large to be read.",
    "document_unreadable": "The document is damaged.",
    "cut_short": "The file ends in the middle: what came before was read.",
    "file_attached": "A file is attached to the document. It was not read.",
    "film_behind_picture": "A film is behind the picture. It is kept, but nobody but a person can look at it.",
    "film_not_watched": "What the file says of its place and time was read. Its pictures and sound are for a person.",
    "film_unreadable": "The film is damaged, or of a kind that the service does not read.",
    "frames_left_out": "There are more pictures in the file than the one that can be looked at.",
    "held": "The item is held back, so nothing in it was read.",
    "kind_not_read": "The service does not read files of this kind. A person can.",
    "mail_unreadable": "This mail follows no rule that a mail program would know.",
    "memory_ran_out": "Reading took too much memory: what came before was read.",
    "member_empty": "A file in the archive is empty.",
    "member_encrypted": "A file in the archive is locked with a password.",
    "member_is_archive": "An archive lies in the archive. It was not opened: send it by itself.",
    "member_not_read": "A file in the archive was not read: pictures, films and the like are to be sent by themselves.",
    "member_too_deep": "A file lies in too many archives or mails inside one another.",
    "member_unreadable": "A file in the archive is damaged, or of no kind that is read.",
    "metadata_unreadable": "What the file says of itself is damaged.",
    "message_unreadable": "An entry is damaged, or written in a way that nobody here knows.",
    "nothing_in_it": "The file is an export in which there is no message.",
    "page_unreadable": "A page of the document is damaged.",
    "page_without_words": "A page holds no words, only a picture perhaps: a person can read it.",
    "picture_in_page": "There is a picture in the page. Only a person can look at it.",
    "picture_too_large": "The picture is too large to be opened.",
    "picture_unreadable": "The picture is damaged.",
    "place_unreadable": "The file says where it was made, but not in a way that can be relied on.",
    "reading_failed": "Reading ended with a fault of the service: what came before was read. It was reported.",
    "time_ran_out": "Reading took too long: what came before was read.",
    "time_unreadable": "The file says when it was made, but not in a way that can be relied on.",
    "too_many_messages": "There are more messages than the service takes.",
    "too_many_pages": "There are more pages than the service reads.",
    "too_many_members": "The archive holds more files than the service takes.",
    "xml_doctype": "The file defines words of its own (a DOCTYPE), which is not read.",
}

# What the service knows by its content, and the ending that a download gets. The rest is kept and served as bytes.
ENDINGS: dict[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/avif": "avif",
    "image/tiff": "tif",
    "image/bmp": "bmp",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/3gpp": "3gp",
    "video/3gpp2": "3g2",
    "video/x-m4v": "m4v",
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
# Films and recordings that are made of boxes (ISO/IEC 14496-12): what they say of themselves is read.
FILMS: frozenset[str] = frozenset({
    "video/mp4", "video/quicktime", "video/3gpp", "video/3gpp2", "video/x-m4v", "audio/mp4", "audio/x-m4a",
})  # fmt: skip


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
    """Where and when a photograph or a film says it was made.

    `offset_assumed`: its clock was read as London's. `notes`: what is doubtful in it, by code.
    """

    latitude: float | None = None
    longitude: float | None = None
    at: datetime | None = None
    offset_assumed: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """How that lies to what was reported: metres to the nearest place, minutes outside the interval."""

    place: Agreement
    time: Agreement
    metres: float | None = None
    minutes: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What looking at a file came to. `holds` are the reasons for which it is not given out."""

    media_type: str
    holds: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of a chat, a backup, a call list or a mail, and where in the original it begins.

    `offset`: bytes, in the member `part` where the original is an archive. `kind`: `app` is what the program itself
    put in, nobody's words and nobody's act; `page` is a piece of a document, by whoever made it. `own`: whoever's
    telephone it is sent it. `marks`: see `MARKS`.
    `platform`: of this message, where an archive holds several. `forwarded_from`: whose words they are where somebody
    else's were passed on. `leads`: other addresses that a mail names, as pairs of header and address; never taken for
    the sender.
    """

    offset: int
    sender: str
    text: str
    at: datetime | None = None
    part: str = ""
    kind: MessageKind = "message"
    own: bool = False
    marks: tuple[str, ...] = ()
    forwarded_from: str = ""
    leads: tuple[tuple[str, str], ...] = ()
    platform: str = ""


@dataclass(slots=True)
class Chat:
    """What a file of messages is, what is doubtful in it and what of it could not be read.

    Complete once its messages were read to the end. `unread` counts what the file holds and nobody can read, by a
    code of `WHY_UNREAD`; what was read is counted by whoever takes the messages.
    """

    platform: str
    channel: str
    notes: list[str] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)

    def note_doubt(self, code: str) -> None:
        """Remember once that something is doubtful."""
        if code not in self.notes:
            self.notes.append(code)

    def count_unread(self, code: str, count: int = 1) -> None:
        """Remember that `count` things are there which were not read."""
        self.unread[code] += count


@dataclass(frozen=True, slots=True)
class Reading:
    """How much of an item was read: `found` things that it holds, `read` of them, and why not the rest.

    Things are messages, calls or mails; of a picture, a film or a document the one thing that it is; and each member
    of an archive that is none of these. `why` counts by a code of `WHY_UNREAD`.
    """

    state: ReadingState
    kind: str
    found: int = 0
    read: int = 0
    why: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True)
class Wrote:
    """How much one sender wrote, and when: None where no message of theirs has a time.

    `doubtful`: messages under that name, beside `messages`, that the program itself may have written.
    """

    messages: int = 0
    doubtful: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
