"""Files on their way in and out: hashed and sealed as they arrive, opened and hashed again as they are read."""

from __future__ import annotations

import hashlib
import io
import logging
import os
import uuid
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import accumulate
from pathlib import Path

from django.conf import settings

from breaches.evidence.storage import Unavailable, disk, receiving, store
from breaches.evidence.types import Part
from common.envelope import FRAME, TAG, KeyMissing, NotOpened, Opener, Sealer, new_key, unwrap

logger = logging.getLogger(__name__)
_AT_ONCE = 4  # frames fetched together: 1 MB


def context(key: str) -> str:
    """What a sealed object is bound to: its own name."""
    return f"evidence {key}"


class Arrival:
    """One file that is arriving, or a piece of one: sealed, on disk.

    `finish` makes it safe from a power cut; until then, and without it, there is nothing.
    """

    def __init__(self) -> None:
        self.key = uuid.uuid4().hex
        bound = context(self.key)
        key, self._wrapped = new_key(context=bound, ring=settings.MASTER_KEYS)
        self._sealer, self.size = Sealer(key, context=bound), 0
        self.path: Path = receiving() / self.key
        with disk():
            self._file = io.FileIO(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def write(self, piece: bytes) -> None:
        self.size += len(piece)
        self._out(self._sealer.update(piece))

    def finish(self) -> Part:
        """The end of what was sent: afterwards the sealed bytes are on the disk."""
        self._out(self._sealer.finish())
        with disk():
            os.fsync(self._file.fileno())
            self._file.close()
        return Part(self.key, self._wrapped, self.size)

    def place(self) -> None:
        """Hand it over to the store. A row must follow: without one it is swept away in time."""
        store().put(self.key, self.path)

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


class _Sealed:
    """One object of the store, opened frame by frame."""

    def __init__(self, part: Part) -> None:
        self._store, self._key = store(), part.key
        bound = context(part.key)
        try:
            data_key = unwrap(part.wrapped_key, context=bound, ring=settings.MASTER_KEYS)
        except KeyMissing as error:
            logger.error("unreadable", extra={"event": "evidence_key_missing", "record": part.key, "key": error.key})
            raise Unavailable from None
        self._opener = Opener(data_key, context=bound, sealed_size=self._store.size(part.key))
        if self._opener.size != part.size:
            raise NotOpened

    def pieces(self) -> Iterator[bytes]:
        for first in range(0, self._opener.frames, _AT_ONCE):
            yield self.frames(first)

    def frames(self, first: int) -> bytes:
        count = min(_AT_ONCE, self._opener.frames - first)
        sealed = memoryview(self._store.read(self._key, first * (FRAME + TAG), count * (FRAME + TAG)))
        step = FRAME + TAG
        return b"".join(self._opener.frame(first + i, bytes(sealed[i * step : (i + 1) * step])) for i in range(count))


class Opened(io.RawIOBase):
    """The plain bytes of sealed objects one after the other, read from anywhere in them.

    Raises `NotOpened` for a byte that was changed, `NotThere` for an object that is gone, and `Unavailable`, also for
    a master key that the settings lack: that is no change.
    """

    def __init__(self, parts: Sequence[Part]) -> None:
        super().__init__()
        self._parts = parts
        *self._starts, self.length = accumulate((part.size for part in parts), initial=0)
        self._at = 0
        self._last: tuple[int, _Sealed] | None = None
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
            start, plain = self._held = self._around(self._at)
        piece = plain[self._at - start : self._at - start + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def pieces(self) -> Iterator[bytes]:
        """All of it from the beginning, a megabyte at a time at most."""
        for part in self._parts:
            yield from _Sealed(part).pieces()

    def _around(self, at: int) -> tuple[int, bytes]:
        """Some frames, the first of which holds the byte `at`, and where they begin."""
        index = bisect_right(self._starts, at) - 1
        if self._last is None or self._last[0] != index:
            self._last = index, _Sealed(self._parts[index])
        first = (at - self._starts[index]) // FRAME
        return self._starts[index] + first * FRAME, self._last[1].frames(first)


def digest_of(source: Opened) -> str:
    """SHA-256 of everything in it, in hexadecimal."""
    digest = hashlib.sha256()
    for piece in source.pieces():
        digest.update(piece)
    return digest.hexdigest()
