"""Envelope encryption: each thing under a key of its own, wrapped by a master key. Pure: keys are handed in.

Whoever has the store or the database alone can read nothing. A sealed thing is bound to its context (what it is
and whose), so that it cannot be put in another's place. AES-256-GCM throughout (NIST SP 800-38D).

Sealed content is a run of frames, so that a file of any size passes through in flat memory:

    frame 0 | frame 1 | ... | last frame        each: up to `FRAME` bytes, encrypted, and a tag of 16 bytes

A frame's nonce is its index and whether it is the last. The key seals one thing only, so no nonce is used twice;
a frame that is missing, moved, repeated or cut off at the end does not open.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FRAME = 256 * 1024  # bytes of plain text in every frame but the last
TAG = 16
_KEY, _NONCE = 32, 12
_WRAPPED = _NONCE + _KEY + TAG
_VERSION = b"\x01"


class NotOpened(Exception):
    """The bytes, the context or the key are not those that it was sealed with."""


class KeyMissing(NotOpened):
    """It was wrapped by a master key that the ring does not have; `key` is its id."""

    def __init__(self, key: str) -> None:
        super().__init__(f"no master key {key}")
        self.key = key


@dataclass(frozen=True, slots=True)
class Keyring:
    """Master keys by id, the newest first: it wraps, and all of them unwrap."""

    keys: Sequence[tuple[str, bytes]]

    def __post_init__(self) -> None:
        ids = [name for name, _ in self.keys]
        if not ids or len(set(ids)) != len(ids):
            raise ValueError("a ring has at least one key, and no id twice")
        if any(len(key) != _KEY or not name.isascii() or not 1 <= len(name) <= 64 for name, key in self.keys):
            raise ValueError("a master key is 32 bytes, its id 1 to 64 ASCII characters")

    def newest(self) -> tuple[str, bytes]:
        return self.keys[0]

    def key(self, name: str) -> bytes:
        for known, key in self.keys:
            if known == name:
                return key
        raise KeyMissing(name)


def read_ring(written: Sequence[str]) -> Keyring:
    """A ring from `id:base64 of 32 bytes`, the newest first. Raises ValueError, without the keys in it."""
    try:
        parts = [entry.partition(":") for entry in written]
        return Keyring(tuple((name, base64.b64decode(key, validate=True)) for name, _, key in parts))
    except ValueError:
        raise ValueError("master keys are written id:base64, each of 32 bytes, the newest first") from None


def new_key(*, context: str, ring: Keyring) -> tuple[bytes, bytes]:
    """A fresh data key, and the same wrapped: keep the second beside what the first seals."""
    key = AESGCM.generate_key(_KEY * 8)
    return key, _wrap(key, context, ring)


def unwrap(wrapped: bytes, *, context: str, ring: Keyring) -> bytes:
    """The data key. Raises `NotOpened`."""
    if wrapped[:1] != _VERSION or len(wrapped) < 2 or len(wrapped) != 2 + wrapped[1] + _WRAPPED:
        raise NotOpened
    name, rest = wrapped[2 : 2 + wrapped[1]], wrapped[2 + wrapped[1] :]
    try:
        master = AESGCM(ring.key(name.decode("ascii")))
        return master.decrypt(rest[:_NONCE], rest[_NONCE:], _bound(name, context))
    except (InvalidTag, UnicodeDecodeError):
        raise NotOpened from None


def rewrap(wrapped: bytes, *, context: str, ring: Keyring) -> bytes:
    """The same data key under the newest master key: what it sealed stays as it is."""
    return _wrap(unwrap(wrapped, context=context, ring=ring), context, ring)


def wrapped_by(wrapped: bytes) -> str:
    """The id of the master key that a data key is wrapped by."""
    return wrapped[2 : 2 + wrapped[1]].decode("ascii")


def is_sealed(sealed: bytes) -> bool:
    """Whether the bytes have the form that `seal` gives them, whatever is in them."""
    wrapped = sealed[2 : 2 + int.from_bytes(sealed[:2], "big")]
    return wrapped[:1] == _VERSION and len(wrapped) > 1 and len(wrapped) == 2 + wrapped[1] + _WRAPPED


def sealed_by(sealed: bytes) -> str:
    """The same of a small thing that `seal` made."""
    return wrapped_by(sealed[2:])


def reseal(sealed: bytes, *, context: str, ring: Keyring) -> bytes:
    """A small thing with its key wrapped by the newest master key; what it holds is not touched."""
    start = 2 + int.from_bytes(sealed[:2], "big")
    wrapped = rewrap(sealed[2:start], context=context, ring=ring)
    return len(wrapped).to_bytes(2, "big") + wrapped + sealed[start:]


def _wrap(key: bytes, context: str, ring: Keyring) -> bytes:
    name, master = ring.newest()
    nonce, id_ = os.urandom(_NONCE), name.encode("ascii")
    return _VERSION + bytes([len(id_)]) + id_ + nonce + AESGCM(master).encrypt(nonce, key, _bound(id_, context))


def _bound(name: bytes, context: str) -> bytes:
    return b"spo data key 1\x00" + name + b"\x00" + context.encode()


def _nonce(index: int, *, last: bool) -> bytes:
    return index.to_bytes(_NONCE - 1, "big") + bytes([last])


class Sealer:
    """Seals a stream: give it the plain text in pieces of any size, write out what it gives back."""

    def __init__(self, key: bytes, *, context: str) -> None:
        self._cipher, self._context = AESGCM(key), context.encode()
        self._waiting, self._index = bytearray(), 0

    def update(self, piece: bytes) -> bytes:
        """The frames that are full now. The last is kept back: only `finish` knows that it is the last."""
        self._waiting += piece
        if len(self._waiting) <= FRAME:
            return b""
        full = (len(self._waiting) - 1) // FRAME
        with memoryview(self._waiting) as view:
            frames = [self._frame(view[i * FRAME : (i + 1) * FRAME]) for i in range(full)]
        del self._waiting[: full * FRAME]
        return b"".join(frames)

    def finish(self) -> bytes:
        """The last frame, which may be empty."""
        return self._frame(self._waiting, last=True)

    def _frame(self, plain: bytes | bytearray | memoryview, *, last: bool = False) -> bytes:
        sealed = self._cipher.encrypt(_nonce(self._index, last=last), plain, self._context)
        self._index += 1
        return sealed


class Opener:
    """Opens single frames of a sealed stream of a known length (bytes, tags included)."""

    def __init__(self, key: bytes, *, context: str, sealed_size: int) -> None:
        self._cipher, self._context = AESGCM(key), context.encode()
        self.frames = max(1, -(-sealed_size // (FRAME + TAG)))
        self.size = sealed_size - self.frames * TAG
        if self.size < 0 or (self.frames > 1 and sealed_size - (self.frames - 1) * (FRAME + TAG) < TAG):
            raise NotOpened

    def frame(self, index: int, sealed: bytes) -> bytes:
        """The plain text of one frame. Raises `NotOpened`."""
        try:
            return self._cipher.decrypt(_nonce(index, last=index == self.frames - 1), sealed, self._context)
        except InvalidTag:
            raise NotOpened from None


def seal(plain: bytes, *, context: str, ring: Keyring) -> bytes:
    """A small thing with its wrapped key before it, in one piece."""
    key, wrapped = new_key(context=context, ring=ring)
    sealer = Sealer(key, context=context)
    return len(wrapped).to_bytes(2, "big") + wrapped + sealer.update(plain) + sealer.finish()


def open_sealed(sealed: bytes, *, context: str, ring: Keyring) -> bytes:
    """What `seal` was given. Raises `NotOpened`."""
    start = 2 + int.from_bytes(sealed[:2], "big")
    key = unwrap(sealed[2:start], context=context, ring=ring)
    return b"".join(_frames(key, sealed[start:], context))


def _frames(key: bytes, sealed: bytes, context: str) -> Iterator[bytes]:
    opener = Opener(key, context=context, sealed_size=len(sealed))
    for index in range(opener.frames):
        yield opener.frame(index, sealed[index * (FRAME + TAG) : (index + 1) * (FRAME + TAG)])
