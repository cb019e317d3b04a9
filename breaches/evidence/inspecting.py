"""What is in an item, worked out by the process apart (`apart.py`): no database, and one piece after the other."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import islice
from typing import IO

import magic
from PIL import Image

from breaches.evidence import detect, films, itself
from breaches.evidence.apart import Ended
from breaches.evidence.chats import NotAChat, half_days, read_messages
from breaches.evidence.pictures import NotAPicture, opened_picture, viewable
from breaches.evidence.readings import CountedMessages, may_read_words
from breaches.evidence.sealing import Opened
from breaches.evidence.storage import NotThere, Unavailable
from breaches.evidence.types import FILMS, PICTURES, Chat, Found, Message, Part, Taken
from common.envelope import NotOpened

_BUFFER = 256 * 1024
_READ_SECONDS = 120.0  # an item's messages; two million of them take less
_TOGETHER = 500  # messages that are handed over at once


@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be looked at. `let_go`: what speaks against it was overruled by a person, so it is read."""

    parts: tuple[Part, ...]
    filename: str
    received_at: datetime
    let_go: bool


@dataclass(frozen=True, slots=True)
class Looked:
    """What it is, and what it says of itself. None of it: it cannot be read just now."""

    found: Found | None
    taken: Taken = field(default_factory=Taken)
    device: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What a file of messages is, as far as is known by now. No chat: it is none, and why."""

    chat: Chat | None
    why: str = ""


Pieces = Iterator[Looked | Told | list[Message]]


class Coming:
    """Messages as they come from the process that reads them. Raises `NotAChat` where they turn out to be none.

    Where that process ends before its end, what came before it counts, and `chat.unread` says why there is no more.
    """

    def __init__(self, pieces: Pieces) -> None:
        self._pieces, self.chat, self.count = pieces, Chat("", ""), 0

    def __iter__(self) -> Iterator[Message]:
        try:
            for piece in self._pieces:
                if isinstance(piece, list):
                    self.count += len(piece)
                    yield from piece
                elif not isinstance(piece, Told) or piece.chat is None:
                    raise NotAChat(piece.why if isinstance(piece, Told) else "reading_failed")
                else:
                    self.chat = piece.chat
        except Ended as error:
            if not self.count:
                raise NotAChat(error.code) from None
            self.chat.count_unread(error.code)


@cache
def load_once() -> None:
    """Load, in the process that starts the others, what each of them would load again for every item."""
    Image.init()
    magic.from_buffer(b"words", mime=True)
    half_days.is_half_day("in no language")


def inspect_item(ask: Ask) -> Pieces:
    """What it is first; then, unless there is a reason against it, its messages some at a time."""
    try:
        yield from inspect_source(io.BufferedReader(Opened(ask.parts), _BUFFER), ask)
    except (NotThere, NotOpened, Unavailable):
        yield Looked(None)  # it was there, and as it was received, a moment ago


def inspect_source(source: IO[bytes], ask: Ask) -> Pieces:
    """The same of anything that can be read from any place."""
    found = detect.examine(source)
    holds = bool(found.holds) and not ask.let_go
    said, made_by = (Taken(), {}) if holds else _read_itself(source, found, latest=ask.received_at)
    yield Looked(found, said, tuple(made_by.items()))
    if ask.let_go or may_read_words(found):
        yield from _read_messages(source, found, ask)


def copy_picture(parts: tuple[Part, ...]) -> Iterator[bytes]:
    """The copy to look at of a picture; nothing where there can be none."""
    with suppress(NotAPicture, NotThere, NotOpened, Unavailable):
        yield viewable(io.BufferedReader(Opened(parts), _BUFFER))


def _read_itself(source: IO[bytes], found: Found, *, latest: datetime) -> tuple[Taken, dict[str, str]]:
    """What a picture or a film says of itself; nothing of anything else."""
    source.seek(0)
    if found.media_type in FILMS:
        try:
            return films.read_film(source, latest=latest)
        except films.NotAFilm:
            return Taken(notes=("film_unreadable",)), {}
    if found.media_type in PICTURES:
        with suppress(NotAPicture), opened_picture(source) as image:
            return itself.taken(image, latest=latest), itself.device(image)
    return Taken(), {}


def _read_messages(source: IO[bytes], found: Found, ask: Ask) -> Iterator[Told | list[Message]]:
    try:
        latest = ask.received_at.year + 1
        chat, rows = read_messages(source, found.media_type, name=ask.filename, latest_year=latest)
        counted = CountedMessages(chat, rows, clock=time.monotonic, seconds=_READ_SECONDS)
        coming = iter(counted)
        while batch := list(islice(coming, _TOGETHER)):
            yield Told(chat)
            yield batch
    except NotAChat as error:
        yield Told(None, why=error.code)
        return
    yield Told(chat)
