"""What a film says of its place and time, by the boxes that telephones write."""

from __future__ import annotations

import io
import struct
from datetime import UTC, datetime
from typing import Any

import pytest

from breaches.evidence.detect import examine
from breaches.evidence.films import NotAFilm, read_film
from breaches.evidence.readings import describe_other
from breaches.evidence.types import FILMS, Found, Taken
from tests.support.films import android_place, apple_metadata, box, film, head, place_of_3gpp

AT = datetime(2026, 11, 20, 18, 7, 12, tzinfo=UTC)
XYZ = "+53.4072-002.9779/"
PLACE = (53.4072, -2.9779)


def said_by(content: bytes) -> Taken:
    return read_film(io.BytesIO(content), latest=datetime(2026, 11, 21, tzinfo=UTC))[0]


def place_of(said: Taken) -> tuple[float, float] | None:
    if said.latitude is None or said.longitude is None:
        return None
    return round(said.latitude, 4), round(said.longitude, 4)


@pytest.mark.parametrize(
    "content",
    [
        film(head(AT), android_place(XYZ)),
        film(head(AT), apple_metadata(location_ISO6709="+53.4072-002.9779+012.345/", make="Apple"), brand=b"qt  "),
        film(head(AT), place_of_3gpp(*PLACE), brand=b"3gp5"),
        film(head(AT, long=True), android_place(XYZ)),
        film(head(AT), android_place("+5324.432-00258.674/")),
        film(head(AT), android_place("+532425.92-0025840.44/")),
        film(head(AT), android_place("+53.4072-002.9779CRSWGS_84/")),
        film(head(AT), box(b"udta", box(b"\xa9xyz", XYZ.encode()))),
        film(head(AT), android_place(XYZ), before=struct.pack(">L4sQ", 1, b"free", 24) + bytes(8)),
        film(head(AT), android_place(XYZ), apple_metadata(location_ISO6709=XYZ)),
    ],
    ids=["Android", "Apple", "3GPP", "64 bits", "minutes", "seconds", "WGS named", "no length", "large box", "twice"],
)
def test_place_and_time_of_a_film_are_read(content: bytes) -> None:
    said = said_by(content)
    assert (place_of(said), said.at, said.notes) == (PLACE, AT, ())


def test_a_date_that_is_written_with_its_offset_comes_first() -> None:
    """The head of an edited film counts from when it was edited."""
    later = head(datetime(2026, 11, 20, 23, 0, tzinfo=UTC))
    said, device = read_film(
        io.BytesIO(film(later, apple_metadata(creationdate="2026-11-20T19:07:12+0100", model="iPhone 15")))
    )
    assert (said.at, device) == (AT, {"model": "iPhone 15"})


@pytest.mark.parametrize(
    ("seconds", "notes"),
    [(0, ()), (1_795_000_000, ("time_unreadable",)), (2**32 - 1, ("time_unreadable",)), (1, ("time_unreadable",))],
    ids=["nought", "counted from 1970", "after it came", "the first second"],
)
def test_a_time_that_cannot_be_is_absent(seconds: int, notes: tuple[str, ...]) -> None:
    """Films count from 1904; nought is none."""
    said = said_by(film(head(seconds)))
    assert (said.at, said.notes) == (None, notes)


@pytest.mark.parametrize(
    "inner",
    [
        android_place("+00.0000+000.0000/"),
        android_place("53.4072-2.9779"),
        android_place("+53.4072/"),
        android_place("+91.0000-002.9779/"),
        android_place("+53-002/"),
        android_place("+53.4072-002.9779CRSmoon/"),
        android_place(XYZ) + apple_metadata(location_ISO6709="+51.5000-000.1200/"),
        box(b"udta", box(b"\xa9xyz", b"\xff")),
        box(b"udta", box(b"loci", bytes(4), b"\x15\xc7no end")),
    ],
    ids=["null island", "no signs", "only a latitude", "91 degrees", "whole degrees", "the moon", "two places",
         "cut short", "3GPP without a place"],
)  # fmt: skip
def test_a_place_of_a_film_that_cannot_be_relied_on_is_none_and_noted(inner: bytes) -> None:
    said = said_by(film(head(AT), inner))
    assert (place_of(said), said.notes, said.at) == (None, ("place_unreadable",), AT)


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 64, film(head(AT))[:-60], box(b"ftyp", b"mp42") + box(b"mdat", bytes(40)),
     box(b"ftyp", b"mp42") + struct.pack(">L4s", 4, b"moov"), film()],
    ids=["empty", "noughts", "cut short", "no head", "a box without a size", "an empty head"],
)  # fmt: skip
def test_what_says_nothing_is_no_film(content: bytes) -> None:
    with pytest.raises(NotAFilm):
        read_film(io.BytesIO(content))


class Counted(io.BytesIO):
    """How often it was read."""

    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        return super().read(size)


def test_a_million_boxes_are_not_all_looked_at() -> None:
    many = box(b"udta", box(b"free") * 2000) * 500
    source = Counted(film(head(AT), many, android_place(XYZ)))
    said, _ = read_film(source)
    assert (place_of(said), source.reads < 10_000) == (None, True)


@pytest.mark.parametrize(
    ("brand", "media_type"),
    [(b"mp42", "video/mp4"), (b"qt  ", "video/quicktime"), (b"3gp5", "video/3gpp"), (b"XAVC", "video/mp4"),
     (b"M4A ", "audio/x-m4a"), (b"iso9", "video/mp4")],
)  # fmt: skip
def test_a_film_of_every_brand_is_known_by_its_boxes(brand: bytes, media_type: str) -> None:
    found = examine(io.BytesIO(film(head(AT), brand=brand)))
    assert (found.media_type, found.holds) == (media_type, ())
    assert found.media_type in FILMS


@pytest.mark.parametrize(
    ("notes", "reading"),
    [
        ((), ("part", 2, 1, {"film_not_watched": 1})),
        (("place_unreadable",), ("part", 3, 1, {"film_not_watched": 1, "place_unreadable": 1})),
        (("film_unreadable",), ("none", 1, 0, {"film_unreadable": 1})),
    ],
)
def test_the_reading_of_a_film_says_that_nobody_watched_it(notes: tuple[str, ...], reading: Any) -> None:
    found = describe_other(Found("video/mp4", notes=notes))
    assert (found.state, found.found, found.read, dict(found.why)) == reading
