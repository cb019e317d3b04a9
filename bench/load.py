"""Clients that do as little as possible: a socket, ready-made bytes, a status line.

Run as a process of its own, so that its work is not the server's: `python -m bench.load PORT SECONDS CLIENTS A_SECOND`
with the request on standard input; `@@` in it becomes a text of `UNIQUE` characters never used before. `A_SECOND`: so
many requests a second and no more; 0: each client sends its next when it has its answer.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

UNIQUE = 48
_LENGTH = re.compile(rb"(?i)content-length: *(\d+)")


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: requests answered 200 or 201 a second, and how many were answered otherwise."""

    per_second: float
    failed: int
    slowest_tenth_ms: float
    slowest_twentieth_ms: float


def run(port: int, request: bytes, *, seconds: float, clients: int = 8, a_second: float = 0) -> Load:
    """Load a server on loopback from a process of its own."""
    command = [sys.executable, "-m", "bench.load", *map(str, (port, seconds, clients, a_second))]
    done = subprocess.run(command, input=request, stdout=subprocess.PIPE, check=True)  # noqa: S603 - our own command
    return Load(**json.loads(done.stdout))


class _Client(threading.Thread):
    def __init__(self, port: int, request: bytes, until: float, name: str, every: float) -> None:
        super().__init__()
        self._port, self._request, self._until, self._every = port, request, until, every
        self._prefix = f"{os.getpid()}-{time.time_ns()}-{name}-"
        self.took: list[float] = []
        self.failed = 0

    def run(self) -> None:
        with socket.create_connection(("127.0.0.1", self._port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            number = 0
            while time.monotonic() < self._until:
                number += 1
                started = time.monotonic()
                unique = f"{self._prefix}{number}".ljust(UNIQUE, "-")
                connection.sendall(self._request.replace(b"@@", unique.encode()))
                if _status(connection) in (200, 201):
                    self.took.append(time.monotonic() - started)
                else:
                    self.failed += 1
                time.sleep(max(0.0, started + self._every - time.monotonic()))


def _status(connection: socket.socket) -> int:
    """Read one answer to its end, whether it tells its length or comes in chunks."""
    read = _more(connection, b"")
    while b"\r\n\r\n" not in read:
        read = _more(connection, read)
    head, _, body = read.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    while len(body) < int(length[1]) if length else not body.endswith(b"0\r\n\r\n"):
        body = _more(connection, body)
    return int(head[9:12])


def _more(connection: socket.socket, read: bytes) -> bytes:
    found = connection.recv(65536)
    if not found:
        raise ConnectionError("the server closed the connection")
    return read + found


def _give_up(failure: threading.ExceptHookArgs) -> None:
    """A client that fails is no measurement."""
    print(f"a client failed: {failure.exc_value!r}", file=sys.stderr)
    os._exit(1)


def main() -> None:
    port, seconds, count, a_second = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    request = sys.stdin.buffer.read()
    threading.excepthook = _give_up
    started = time.monotonic()
    every = count / a_second if a_second else 0.0
    clients = [_Client(port, request, started + seconds, str(n), every) for n in range(count)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    took = sorted(t for client in clients for t in client.took)
    spent = time.monotonic() - started
    tenth, twentieth = (took[int(len(took) * part)] * 1000 if took else 0.0 for part in (0.9, 0.95))
    print(
        json.dumps(
            {
                "per_second": len(took) / spent,
                "failed": sum(c.failed for c in clients),
                "slowest_tenth_ms": tenth,
                "slowest_twentieth_ms": twentieth,
            }
        )
    )


if __name__ == "__main__":
    main()
