"""A scanner for tests: the real clamd with a tiny signature database where there is one, else one that speaks as it."""

from __future__ import annotations

import hashlib
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.clamd import EICAR, program, start_clamd
from demo.processes import Running

_STARTS_WITHIN_S = 60


@contextmanager
def best(folder: Path) -> Iterator[str]:
    """The real one on a socket, knowing EICAR and nothing else, or the one below; gives the setting. Takes 20 MB."""
    if program() is None:
        with fake(most=20 * 1024 * 1024) as server:
            yield server.setting
        return
    folder.mkdir()
    process, setting = start_clamd(folder, stream_limit="20M", own_signatures=True)
    try:
        _wait(process, Path(setting.removeprefix("unix:")))
        yield setting
    finally:
        process.end()


def _wait(clamd: Running, where: Path) -> None:
    until = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < until:
        clamd.check()
        with socket.socket(socket.AF_UNIX) as line:
            try:
                line.connect(str(where))
                return
            except OSError:
                time.sleep(0.1)
    raise TimeoutError("clamd did not start")


class _Session(socketserver.StreamRequestHandler):
    """One command of clamd's protocol."""

    server: Fake

    def handle(self) -> None:
        command = b""
        while not command.endswith(b"\0"):
            byte = self.rfile.read(1)
            if not byte:
                return
            command += byte
        if command == b"zVERSION\0":
            self.wfile.write(b"ClamAV 1.4.0/0/none\0")
        elif command == b"zINSTREAM\0":
            self.wfile.write(self._scanned() + b"\0")

    def _scanned(self) -> bytes:
        content = b""
        while (size := int.from_bytes(self.rfile.read(4), "big")) > 0:
            content += self.rfile.read(size)
            if len(content) > self.server.most:
                return b"INSTREAM size limit exceeded. ERROR"
        self.server.seen.append(hashlib.sha256(content).hexdigest())
        return b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"


class Fake(socketserver.ThreadingTCPServer):
    """As clamd answers: INSTREAM with its chunks, VERSION, the size limit."""

    daemon_threads = True

    def __init__(self, most: int = 100 * 1024 * 1024) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.most = most
        self.seen: list[str] = []

    @property
    def setting(self) -> str:
        return f"tcp:127.0.0.1:{self.server_address[1]}"


@contextmanager
def fake(most: int = 100 * 1024 * 1024) -> Iterator[Fake]:
    with Fake(most) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
