"""Films as telephones write them, box by box; no pictures in them."""

from __future__ import annotations

import struct
from datetime import UTC, datetime

_EPOCH = datetime(1904, 1, 1, tzinfo=UTC)


def box(kind: bytes, *content: bytes) -> bytes:
    inner = b"".join(content)
    return struct.pack(">L4s", len(inner) + 8, kind) + inner


def head(at: datetime | int | None, *, long: bool = False) -> bytes:
    """`mvhd` with a time of making, in seconds since 1904 where it is a number."""
    seconds = at if isinstance(at, int) else int((at - _EPOCH).total_seconds()) if at else 0
    if long:
        return box(b"mvhd", b"\x01\0\0\0", struct.pack(">QQ", seconds, seconds), bytes(92))
    return box(b"mvhd", bytes(4), struct.pack(">LL", seconds, seconds), bytes(88))


def android_place(text: str) -> bytes:
    raw = text.encode()
    return box(b"udta", box(b"\xa9xyz", struct.pack(">HH", len(raw), 0x15C7), raw))


def place_of_3gpp(latitude: float, longitude: float) -> bytes:
    parts = struct.pack(">lll", round(longitude * 65536), round(latitude * 65536), 0)
    return box(b"udta", box(b"loci", bytes(4), b"\x15\xc7", b"home\x00", b"\x00", parts, b"earth\x00\x00"))


def apple_metadata(**said: str) -> bytes:
    """`meta` as QuickTime writes it: `location_ISO6709="..."`."""
    names = [b"com.apple.quicktime." + name.replace("_", ".").encode() for name in said]
    keys = box(b"keys", bytes(4), struct.pack(">L", len(names)), *(box(b"mdta", name) for name in names))
    values = [
        box(struct.pack(">L", number), box(b"data", struct.pack(">LL", 1, 0), value.encode()))
        for number, value in enumerate(said.values(), start=1)
    ]
    return box(b"meta", box(b"hdlr", bytes(8), b"mdta", bytes(12)), keys, box(b"ilst", *values))


def film(*inner: bytes, brand: bytes = b"mp42", before: bytes = b"") -> bytes:
    """A film of these boxes: with its head at the end, as a telephone that has just stopped filming leaves it."""
    return box(b"ftyp", brand, bytes(4), brand) + before + box(b"mdat", bytes(4096)) + box(b"moov", *inner)
