"""Work on what strangers sent, done in a process of its own: bounded in time and memory, whatever it comes to.

A decoder that loops, a file that unpacks to all the memory there is, a library that falls: the process that does the
work ends, and the worker that waits for it tells what became of it. It is no sandbox: the process has the rights of
the worker (docs/adr/0025).
"""

from __future__ import annotations

import faulthandler
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from pickle import UnpicklingError
from typing import NoReturn, TypeVar

Piece = TypeVar("Piece")
# What the process says beside its pieces.
_PIECE, _FULL, _DONE = "piece", "full", "done"
TIME_RAN_OUT, MEMORY_RAN_OUT, FAILED = "time_ran_out", "memory_ran_out", "reading_failed"


class Ended(Exception):
    """The work ended before its end; `code` of `WHY_UNREAD` says why. What came before it counts."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def work_apart(work: Callable[[], Iterable[Piece]], *, seconds: float, memory: int) -> Generator[Piece, None, None]:
    """What `work` yields, one piece after the other, as it comes.

    `seconds` for all of it, by the clock, while the caller takes pieces and while it does not; `memory`: bytes more
    than this process has. Raises `Ended`, also for whatever `work` raises. Whoever stops taking pieces closes this,
    and the process is ended.
    """
    receiving, sending = Pipe(duplex=False)
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        receiving.close()
        _work_and_exit(work, sending, memory)
    sending.close()
    try:
        yield from _receive_pieces(receiving, time.monotonic() + seconds)
    finally:
        receiving.close()
        _end_process(child)


def _receive_pieces(line: Connection, end: float) -> Iterator[Piece]:
    while True:
        if not _wait_for_piece(line, end - time.monotonic()):
            raise Ended(TIME_RAN_OUT)
        try:
            kind, said = line.recv()
        except (EOFError, OSError, UnpicklingError):
            raise Ended(FAILED) from None  # it was killed, or fell
        if kind == _DONE:
            return
        if kind == _FULL:
            raise Ended(MEMORY_RAN_OUT)
        yield said


def _wait_for_piece(line: Connection, seconds: float) -> bool:
    ready, _, _ = select.select([line], [], [], max(0.0, seconds))
    return bool(ready)


def _end_process(child: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _work_and_exit(work: Callable[[], Iterable[Piece]], line: Connection, memory: int) -> NoReturn:
    """What the new process does. It leaves without a word to anybody else: connections, files and locks that it has
    from its parent are its parent's."""
    try:
        _limit_process(memory)
        try:
            for piece in work():
                line.send((_PIECE, piece))
            line.send((_DONE, None))
        except MemoryError:
            line.send((_FULL, None))
    finally:
        os._exit(0)  # what was raised said nothing that may be told


def _limit_process(memory: int) -> None:
    """No more memory than so much; the first to go where the machine has none left; no core, which would be words."""
    faulthandler.disable()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
