"""Work done by a process apart: bounded in time and memory, and whoever waits for it is told what became of it."""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from breaches.evidence.apart import Ended, work_apart

_MEGABYTE = 1024 * 1024


def loop() -> Iterator[int]:
    yield 1
    while True:
        pass


def swell() -> Iterator[int]:
    yield 1
    held = []
    while True:
        held.append(bytearray(16 * _MEGABYTE))


def fall() -> Iterator[int]:
    yield 1
    os.kill(os.getpid(), signal.SIGSEGV)


def fail() -> Iterator[int]:
    yield 1
    raise ZeroDivisionError


def leave() -> Iterator[int]:
    yield 1
    raise SystemExit


def take(work: Callable[[], Iterator[int]], came: list[int]) -> None:
    for piece in work_apart(work, seconds=1.0, memory=128 * _MEGABYTE):
        came.append(piece)


@pytest.mark.parametrize(
    ("work", "code"),
    [(loop, "time_ran_out"), (swell, "memory_ran_out"), (fall, "reading_failed"), (fail, "reading_failed"),
     (leave, "reading_failed")],
)  # fmt: skip
def test_whatever_ends_it_what_came_before_counts_and_it_is_told(work: Callable[[], Iterator[int]], code: str) -> None:
    """And the process that waits goes on."""
    came: list[int] = []
    begun = time.monotonic()
    with pytest.raises(Ended) as ended:
        take(work, came)
    assert (came, ended.value.code, time.monotonic() - begun < 20) == ([1], code, True)


def test_what_it_yields_comes_in_order_however_large() -> None:
    rows = list(work_apart(lambda: iter([b"x" * 3 * _MEGABYTE, "words", None]), seconds=30, memory=256 * _MEGABYTE))
    assert rows == [b"x" * 3 * _MEGABYTE, "words", None]


def test_whoever_stops_taking_leaves_no_process() -> None:
    def work() -> Iterator[int]:
        yield os.getpid()
        yield from loop()

    pieces = work_apart(work, seconds=30, memory=64 * _MEGABYTE)
    child = next(pieces)
    assert child != os.getpid()
    pieces.close()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_its_limits_are_its_own() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    [limit] = work_apart(lambda: iter([resource.getrlimit(resource.RLIMIT_AS)]), seconds=30, memory=64 * _MEGABYTE)
    assert limit[0] != resource.RLIM_INFINITY and resource.getrlimit(resource.RLIMIT_AS) == before
