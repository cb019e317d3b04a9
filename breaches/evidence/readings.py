"""How much of an item was read, in one form for every kind of file. Pure: no Django.

What is held and not read is told by a code of `WHY_UNREAD`: a part that nobody read and nobody was told of is the worst
fault there is here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from breaches.evidence.types import FILMS, PICTURES, Chat, Found, Message, Reading, ReadingState

# Notes of an examination: the picture was not read at all, or something that it holds was not.
_NOT_OPENED = ("picture_unreadable", "picture_too_large")
_OF_WHAT_IT_SAYS = ("clock_unset", "clocks_differ", "metadata_unreadable", "place_unreadable", "time_unreadable")
_OF_PICTURES = (*_NOT_OPENED, *_OF_WHAT_IT_SAYS, "film_behind_picture", "frames_left_out")
_BY_FAMILY = {"image": "picture", "video": "film", "audio": "sound", "text": "text"}
_BY_TYPE = {"application/pdf": "document", "application/zip": "archive", "message/rfc822": "email"}


# Reasons to hold an item back, yet none not to read its words: nothing is opened, run or unpacked for that.
_READ_THOUGH_HELD = frozenset({
    "active_content", "archive_encrypted", "archive_nested", "archive_traversal", "executable", "macro_document",
    "polyglot",
})  # fmt: skip

MOST_MESSAGES = 2_000_000  # beyond what two people ever wrote


class CountedMessages:
    """Messages as they pass by, how many there were, and what stopped them: too many, or too long a time.

    `clock` counts seconds; after `seconds` of them no more is read.
    """

    def __init__(
        self,
        chat: Chat,
        rows: Iterable[Message],
        *,
        clock: Callable[[], float],
        seconds: float,
        most: int = MOST_MESSAGES,
    ) -> None:
        self._chat, self._rows, self._clock, self._most = chat, rows, clock, most
        self._end = clock() + seconds
        self.read, self._timed = 0, False

    def __iter__(self) -> Iterator[Message]:
        for row in self._rows:
            self._timed |= row.at is not None or row.kind == "page"
            if self.read >= self._most:
                self._chat.count_unread("too_many_messages")
                return
            if self._clock() > self._end:
                self._chat.count_unread("time_ran_out")
                return
            self.read += 1
            yield row
        if self.read and not self._timed:
            self._chat.note_doubt("no_time_read")  # of none of them


def describe_messages(chat: Chat, read: int) -> Reading:
    """The reading of a file of messages: `read` of them were taken, the rest is in `chat.unread`.

    Of one that holds none it says so: nothing is never read in silence.
    """
    unread = chat.unread if read or chat.unread.total() else Counter({"nothing_in_it": 1})
    return make_reading(chat.platform, read=read, unread=unread)


def may_read_words(found: Found) -> bool:
    """Whether the words of an item are read: also of what is held back, unless a scanner or a bomb is the reason."""
    return _READ_THOUGH_HELD.issuperset(found.holds)


def describe_held(why: str = "") -> Reading:
    """The reading of what is held back, in which nobody looked; `why` beside it, where nobody could."""
    return Reading("none", "held", why=tuple(sorted((code, 1) for code in {"held", why or "held"})))


def describe_other(found: Found, *, why: str = "") -> Reading:
    """The reading of what holds no messages: a picture counts as one thing, whatever else as one that is not read.

    Of a film what it says of itself is one thing that was read, its pictures and its sound another that was not.
    """
    kind = name_kind(found.media_type)
    if found.media_type in PICTURES:
        unread = Counter(code for code in _OF_PICTURES if code in found.notes)
        return make_reading(kind, read=0 if any(code in unread for code in _NOT_OPENED) else 1, unread=unread)
    if found.media_type in FILMS:
        if "film_unreadable" in found.notes:
            return make_reading(kind, read=0, unread=Counter({"film_unreadable": 1}))
        return make_reading(
            kind, read=1, unread=Counter(["film_not_watched", *(c for c in _OF_WHAT_IT_SAYS if c in found.notes)])
        )
    return make_reading(kind, read=0, unread=Counter({why or "kind_not_read": 1}))


def make_reading(kind: str, *, read: int, unread: Counter[str]) -> Reading:
    """`whole` where nothing is left, `none` where nothing was read, `part` between them."""
    left = unread.total()
    state: ReadingState = "whole" if read and not left else "part" if read else "none"
    return Reading(state, kind, read + left, read, tuple(sorted(unread.items())))


def name_kind(media_type: str) -> str:
    """A word for a type that holds no messages: picture, film, sound, document, archive, text or unknown."""
    return _BY_TYPE.get(media_type) or _BY_FAMILY.get(media_type.partition("/")[0], "unknown")
