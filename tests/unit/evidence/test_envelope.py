"""Sealing: only the right key and the right context open it, and nothing that was changed does."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.envelope import (
    FRAME,
    TAG,
    Keyring,
    NotOpened,
    Opener,
    Sealer,
    new_key,
    open_sealed,
    read_ring,
    rewrap,
    seal,
    unwrap,
    wrapped_by,
)

OLD, NEW = ("old", b"o" * 32), ("new", b"n" * 32)
RING = Keyring((OLD,))
TURNED = Keyring((NEW, OLD))


@given(st.lists(st.integers(0, 3 * FRAME), max_size=5))
def test_a_stream_in_pieces_of_any_size_comes_back(sizes: list[int]) -> None:
    key, _ = new_key(context="c", ring=RING)
    pieces = [os.urandom(size) for size in sizes]
    sealer = Sealer(key, context="c")
    sealed = b"".join([*(sealer.update(piece) for piece in pieces), sealer.finish()])
    opener = Opener(key, context="c", sealed_size=len(sealed))
    step = FRAME + TAG
    frames = [opener.frame(i, sealed[i * step : (i + 1) * step]) for i in range(opener.frames)]
    assert b"".join(frames) == b"".join(pieces)
    assert opener.size == sum(sizes)


@pytest.mark.parametrize("size", [0, 1, FRAME, FRAME + 1, 2 * FRAME])
def test_every_byte_counts(size: int) -> None:
    sealed = seal(bytes(size), context="c", ring=RING)
    for at in {0, 1, 2, 40, 80, len(sealed) // 2, len(sealed) - 1}:
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises(NotOpened):
            open_sealed(bytes(changed), context="c", ring=RING)


def test_frames_cannot_be_left_out_cut_off_moved_or_repeated() -> None:
    sealed = seal(os.urandom(3 * FRAME), context="c", ring=RING)
    start, step = len(sealed) - 3 * (FRAME + TAG), FRAME + TAG
    head, frames = sealed[:start], [sealed[start + i * step : start + (i + 1) * step] for i in range(3)]
    for wrong in (frames[:2], frames[:1], frames[1:], [frames[1], frames[0], frames[2]], [*frames, frames[2]], []):
        with pytest.raises(NotOpened):
            open_sealed(head + b"".join(wrong), context="c", ring=RING)


def test_it_opens_only_where_it_belongs() -> None:
    sealed = seal(b"words", context="evidence 1", ring=RING)
    with pytest.raises(NotOpened):
        open_sealed(sealed, context="evidence 2", ring=RING)
    with pytest.raises(NotOpened):
        open_sealed(sealed, context="evidence 1", ring=Keyring((("old", b"x" * 32),)))
    with pytest.raises(NotOpened):
        open_sealed(sealed, context="evidence 1", ring=Keyring((NEW,)))


def test_keys_turn_without_touching_what_they_sealed() -> None:
    key, wrapped = new_key(context="c", ring=RING)
    again = rewrap(wrapped, context="c", ring=TURNED)
    assert (wrapped_by(wrapped), wrapped_by(again)) == ("old", "new")
    assert unwrap(again, context="c", ring=Keyring((NEW,))) == unwrap(wrapped, context="c", ring=TURNED) == key


def test_no_two_things_share_a_key() -> None:
    assert new_key(context="c", ring=RING)[0] != new_key(context="c", ring=RING)[0]
    assert seal(b"same", context="c", ring=RING) != seal(b"same", context="c", ring=RING)


@pytest.mark.parametrize("sealed", [b"", b"\0", b"\0\x50", b"\0\0", b"\xff\xff" + bytes(100), bytes(200)])
def test_what_is_not_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises(NotOpened):
        open_sealed(sealed, context="c", ring=RING)


@pytest.mark.parametrize(
    "written", [[], ["v1"], ["v1:"], ["v1:AAAA"], ["v1:!"], [":" + "A" * 43 + "="], ["é:" + "A" * 43 + "="],
                ["a:" + "A" * 43 + "=", "a:" + "B" * 43 + "="]]
)  # fmt: skip
def test_a_ring_that_is_none_is_refused(written: list[str]) -> None:
    with pytest.raises(ValueError, match=r"master keys|a ring"):
        read_ring(written)
