"""Files on their way in and out: hashed and sealed as they arrive, opened and hashed again as they are read."""

from __future__ import annotations

import hashlib
import io
import os
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from breaches.evidence.storage import Store, disk, receiving
from breaches.evidence.types import Received
from common.envelope import FRAME, TAG, Opener, Sealer, new_key, unwrap

_AT_ONCE = 4  # frames fetched together: 1 MB


def context(key: str) -> str:
    """What a sealed object is bound to: its own name."""
    return f"evidence {key}"


class Arrival:
    """One file that is arriving, or a piece of one: SHA-256 of the bytes as sent, and those bytes sealed, on disk.

    `finish` makes it safe from a power cut; until then, and without it, there is nothing.
    """

    def __init__(self) -> None:
        self.key = uuid.uuid4().hex
        bound = context(self.key)
        key, self._wrapped = new_key(context=bound, ring=settings.MASTER_KEYS)
        self._sealer, self._digest, self.size = Sealer(key, context=bound), hashlib.sha256(), 0
        self.path: Path = receiving() / self.key
        with disk():
            self._file = io.FileIO(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def write(self, piece: bytes) -> None:
        self._digest.update(piece)
        self.size += len(piece)
        self._out(self._sealer.update(piece))

    def finish(self) -> Received:
        """The end of what was sent: afterwards the sealed bytes are on the disk."""
        self._out(self._sealer.finish())
        with disk():
            os.fsync(self._file.fileno())
            self._file.close()
        return Received(self.key, self._wrapped, self.size, self._digest.hexdigest())

    def discard(self) -> None:
        """Forget it, whatever state it is in; nothing where it was taken over by the store."""
        self._file.close()
        with suppress(FileNotFoundError):
            self.path.unlink()

    def _out(self, sealed: bytes) -> None:
        rest = memoryview(sealed)
        with disk():
            while rest:
                rest = rest[self._file.write(rest) :]


class Opened(io.RawIOBase):
    """The plain bytes of a sealed object, read from anywhere in it. Raises `NotOpened` for a byte that was changed."""

    def __init__(self, store: Store, key: str, data_key: bytes) -> None:
        super().__init__()
        self._store, self._key = store, key
        sealed_size = store.size(key)
        self._opener = Opener(data_key, context=context(key), sealed_size=sealed_size)
        self.length = self._opener.size
        self._at = 0
        self._held: tuple[int, bytes] = (0, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.length}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._at >= self.length:
            return 0
        start, plain = self._held
        if not start <= self._at < start + len(plain):
            first = self._at // FRAME
            start, plain = first * FRAME, self._frames(first)
            self._held = (start, plain)
        piece = plain[self._at - start : self._at - start + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def pieces(self) -> Iterator[bytes]:
        """All of it from the beginning, a few megabytes at a time."""
        for first in range(0, self._opener.frames, _AT_ONCE):
            yield self._frames(first)

    def _frames(self, first: int) -> bytes:
        count = min(_AT_ONCE, self._opener.frames - first)
        sealed = memoryview(self._store.read(self._key, first * (FRAME + TAG), count * (FRAME + TAG)))
        step = FRAME + TAG
        return b"".join(self._opener.frame(first + i, bytes(sealed[i * step : (i + 1) * step])) for i in range(count))


def opened(store: Store, *, key: str, wrapped_key: bytes | memoryview) -> Opened:
    """An object of the store, opened. Raises `NotOpened` or `NotThere`."""
    return Opened(store, key, unwrap(bytes(wrapped_key), context=context(key), ring=settings.MASTER_KEYS))


def digest_of(source: Opened) -> str:
    """SHA-256 of everything in it, in hexadecimal."""
    digest = hashlib.sha256()
    for piece in source.pieces():
        digest.update(piece)
    return digest.hexdigest()
