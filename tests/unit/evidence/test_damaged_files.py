"""A file of any kind that is cut short or altered anywhere: looked at to its end, and told how much of it was read.

The suite tries some of each kind; `HYPOTHESIS_PROFILE=nightly ./dev test -m hypothesis` many more.
"""

from __future__ import annotations

import io
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breaches.evidence.chats import NotAChat
from breaches.evidence.inspecting import Ask, Coming, Looked, inspect_source
from breaches.evidence.pictures import NotAPicture, viewable
from breaches.evidence.readings import describe_held, describe_messages, describe_other
from breaches.evidence.types import PICTURES, WHY_UNREAD, Reading
from tests.support.hostile import mutations, samples

SAMPLES = samples()
_ASK = Ask((), "file", datetime(2026, 11, 21, tzinfo=UTC), let_go=False)


def read(content: bytes) -> tuple[Looked, Reading]:
    """What the worker would find in it, and say of it."""
    pieces = inspect_source(io.BytesIO(content), _ASK)
    looked = next(pieces)
    assert isinstance(looked, Looked) and looked.found
    if looked.found.holds:
        return looked, describe_held()
    coming = Coming(pieces)
    try:
        for _ in coming:
            pass
    except NotAChat as error:
        return looked, describe_other(looked.found, why=error.code)
    return looked, describe_messages(coming.chat, coming.count)


def check_told(reading: Reading) -> None:
    """The reading says one thing, and what was not read has its reason."""
    assert (reading.state == "whole") == (not reading.why)
    assert (reading.state == "none") == (not reading.read)
    assert all(code in WHY_UNREAD for code, _ in reading.why)


@pytest.mark.parametrize("kind", SAMPLES)
@settings(max_examples=settings().max_examples // 10)
@given(seed=st.integers(0, 2**32))
def test_a_file_that_is_damaged_anywhere_is_looked_at_and_told(kind: str, seed: int) -> None:
    whole = SAMPLES[kind]()
    for content in mutations(whole, seed, 7):
        looked, reading = read(content)
        check_told(reading)
        if looked.found and looked.found.media_type in PICTURES and not looked.found.holds:
            check_copied(content)


def check_copied(content: bytes) -> None:
    try:
        copy = viewable(io.BytesIO(content))
    except NotAPicture:
        return
    assert copy.startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_whole_file_is_read_as_before(kind: str) -> None:
    """What is damaged above is of these kinds, and none of them is unreadable to begin with."""
    looked, reading = read(SAMPLES[kind]())
    check_told(reading)
    assert looked.found
    assert kind in ("pdf", "page") or reading.read


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 64, 4096])
def test_bytes_of_no_kind_are_told_of_as_such(size: int) -> None:
    _, reading = read(random.Random(size).randbytes(size))
    assert (reading.state, bool(reading.why)) == ("none", True)


@pytest.mark.parametrize(
    "content",
    [b'<?xml version="1.0"?><smses count="0"></smses>', b'{"name": "x", "messages": []}',
     b'<?xml version="1.0"?><calls count="0" />', b"From: d@example.org\r\n", b"{}"],
    ids=["texts", "telegram", "calls", "mail", "object"],
)  # fmt: skip
def test_an_export_of_nothing_says_so(content: bytes) -> None:
    """A reading of nothing without a reason is one that nobody could store."""
    check_told(read(content)[1])
