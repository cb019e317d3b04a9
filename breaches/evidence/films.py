"""What a film of a telephone says of its place and time: MP4, MOV, 3GP and M4A (ISO/IEC 14496-12). Pure: no Django.

Ours, since what reads these boxes elsewhere is native code, or leaves out where it was filmed: a few hundred boxes are
looked at, none of them a picture. Nothing is decoded.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import repeat
from typing import IO

from breaches.evidence.told_places import Place, read_iso_6709, read_place_in_degrees
from breaches.evidence.told_times import ToldTime, doubt_future, doubt_unset, read_written_time
from breaches.evidence.types import Taken

_MOST_BOXES = 4000
_LARGEST_TEXT = 64 * 1024
_EPOCH = datetime(1904, 1, 1, tzinfo=UTC)  # from which films count their seconds (14496-12, 8.2.2)
_EARLIEST = datetime(1991, 1, 1, tzinfo=UTC)  # before QuickTime nothing was filmed into boxes
_MOST_SECONDS = 2**38  # some 8,700 years
_FAR = 0.01  # degrees; two places that are farther apart contradict each other
_KEYS = {"make": "make", "model": "model", "software": "software"}
_OF_APPLE = "com.apple.quicktime."


class NotAFilm(Exception):
    """It has no boxes that say anything: damaged, cut short, or something else."""


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its four letters, and the bytes `start` to `end` that lie in it."""

    kind: bytes
    start: int
    end: int


@dataclass(slots=True)
class _Says:
    """What the boxes of a film say, before it is weighed."""

    places: list[Place | None] = field(default_factory=list)
    written: list[datetime] = field(default_factory=list)
    counted: datetime | None = None
    device: dict[str, str] = field(default_factory=dict)
    read: bool = False
    impossible: bool = False
    left: Iterator[None] = field(default_factory=lambda: repeat(None, _MOST_BOXES))


def read_film(source: IO[bytes], *, latest: datetime | None = None) -> tuple[Taken, dict[str, str]]:
    """Where, when and with what a film says it was made. Raises `NotAFilm`.

    `latest`: when it was received. A time is that which is written with an offset, else that of the film's head (UTC;
    nought is none). A place counts where every place in the film says the same; else `place_unreadable` is noted.
    """
    said = _Says()
    try:
        for box in walk_boxes(source, 0, source.seek(0, io.SEEK_END), said.left):
            if box.kind == b"moov":
                _read_head(source, box, said)
    except (struct.error, UnicodeDecodeError, ValueError):
        said.places.append(None)
    if not said.read:
        raise NotAFilm
    time = doubt_unset(doubt_future(ToldTime(said.written[0] if said.written else said.counted), latest))
    if time.at is None and said.impossible:
        time = ToldTime(notes=("time_unreadable",))
    place = _agreed_place(said.places)
    notes = ("place_unreadable", *time.notes) if said.places and place is None else time.notes
    latitude, longitude = place or (None, None)
    return Taken(latitude, longitude, time.at, notes=notes), said.device


def walk_boxes(source: IO[bytes], start: int, end: int, left: Iterator[None] | None = None) -> Iterator[Box]:
    """The boxes from one place to another, so far as they are whole.

    `left`: how many more are looked at, shared by all walks of one file; 4,000 without.
    """
    for _ in left if left is not None else repeat(None, _MOST_BOXES):
        if end - start < 8:
            return
        size, kind = struct.unpack(">L4s", _read_at(source, start, 8))
        head = 8
        if size == 1 and end - start >= 16:
            size, head = struct.unpack(">Q", _read_at(source, start + 8, 8))[0], 16
        size = end - start if size == 0 else size
        if size < head or start + size > end:
            return
        yield Box(kind, start + head, start + size)
        start += size


def _read_head(source: IO[bytes], head: Box, said: _Says) -> None:
    for box in walk_boxes(source, head.start, head.end, said.left):
        if box.kind == b"mvhd":
            said.read = True
            _take_counted(_text_of(source, box), said)
        elif box.kind == b"udta":
            for inner in walk_boxes(source, box.start, box.end, said.left):
                _read_user_data(source, inner, said)
        elif box.kind == b"meta":
            _read_keys(source, box, said)


def _read_user_data(source: IO[bytes], box: Box, said: _Says) -> None:
    """QuickTime's user data, of which Android's and older Apple's films make use, and the place of 3GPP TS 26.244."""
    if box.kind == b"\xa9xyz":
        said.places.append(read_iso_6709(_international_text(_text_of(source, box))))
    elif box.kind == b"\xa9day":
        said.written.extend(filter(None, [read_written_time(_international_text(_text_of(source, box)))]))
    elif box.kind == b"loci":
        said.places.append(_read_loci(_text_of(source, box)))
    elif box.kind == b"meta":
        _read_keys(source, box, said)


def _read_keys(source: IO[bytes], meta: Box, said: _Says) -> None:
    """Apple's metadata: a list of names, and values by the number of the name. The box may be of either form."""
    # ISO writes a version first, QuickTime does not (Apple, QuickTime File Format: metadata).
    start = meta.start if _read_at(source, meta.start + 4, 4) == b"hdlr" else meta.start + 4
    names: list[str] = []
    for box in walk_boxes(source, start, meta.end, said.left):
        if box.kind == b"keys":
            names = [
                _text_of(source, entry).decode("utf-8", "replace")
                for entry in walk_boxes(source, box.start + 8, box.end, said.left)
            ]
        elif box.kind == b"ilst":
            for entry in walk_boxes(source, box.start, box.end, said.left):
                number = int.from_bytes(entry.kind)
                name = names[number - 1] if 1 <= number <= len(names) else entry.kind.decode("latin-1")
                for data in walk_boxes(source, entry.start, entry.end, said.left):
                    if data.kind == b"data":
                        _take_value(name, _text_of(source, data)[8:].decode("utf-8", "replace"), said)


def _take_value(name: str, value: str, said: _Says) -> None:
    bare = name.removeprefix(_OF_APPLE)
    if bare in ("location.ISO6709", "\xa9xyz"):
        said.places.append(read_iso_6709(value))
    elif bare in ("creationdate", "\xa9day"):
        # What was written for people to see comes before what a program counted.
        said.written.extend(filter(None, [read_written_time(value)]))
    elif bare in _KEYS:
        said.device.setdefault(_KEYS[bare], value[:100].replace("\x00", ""))


def _take_counted(content: bytes, said: _Says) -> None:
    """The time in a film's head, UTC. Nought is none; so is what cannot be: some programs count from 1970."""
    (seconds,) = struct.unpack_from(">Q" if content[:1] == b"\x01" else ">L", content, 4)
    found = _EPOCH + timedelta(seconds=seconds) if seconds <= _MOST_SECONDS else None
    said.counted = found if found and found >= _EARLIEST else None
    said.impossible = bool(seconds) and said.counted is None


def _read_loci(content: bytes) -> Place | None:
    stop = b"\x00\x00" if content[6:8] in (b"\xfe\xff", b"\xff\xfe") else b"\x00"
    # After version, language and name: the place's role in one byte, then longitude before latitude.
    longitude, latitude = struct.unpack_from(">ll", content, content.index(stop, 6) + len(stop) + 1)
    return read_place_in_degrees(latitude / 65536, longitude / 65536)


def _international_text(content: bytes) -> str:
    """A text of user data: its length and language, then it; a few programs leave the two out."""
    if content[:1] in (b"+", b"-") or content[:4].isdigit():
        return content.decode("utf-8", "replace")
    (length,) = struct.unpack_from(">H", content)
    return content[4 : 4 + length].decode("utf-8", "replace")


def _agreed_place(places: list[Place | None]) -> Place | None:
    found = [place for place in places if place is not None]
    if not found or len(found) != len(places):
        return None
    first = found[0]
    alike = all(abs(a - b) <= _FAR for place in found for a, b in zip(place, first, strict=True))
    return first if alike else None


def _text_of(source: IO[bytes], box: Box) -> bytes:
    return _read_at(source, box.start, min(box.end - box.start, _LARGEST_TEXT))


def _read_at(source: IO[bytes], start: int, length: int) -> bytes:
    source.seek(start)
    return source.read(length)
