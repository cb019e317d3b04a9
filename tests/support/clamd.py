"""A scanner for tests: the real clamd with a tiny signature database where there is one, else one that speaks as it."""

from __future__ import annotations

import hashlib
import shutil
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The test string of EICAR, in two halves so that no scanner minds this file.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
CLAMD = shutil.which("clamd")
_STARTS_WITHIN_S = 60


@contextmanager
def real(folder: Path) -> Iterator[str]:
    """A clamd of its own on a socket; gives the setting. Its database knows EICAR and nothing else."""
    assert CLAMD
    signatures, where = folder / "db", folder / "clamd.sock"
    signatures.mkdir(parents=True)
    signatures.chmod(0o755)
    digest = hashlib.sha256(EICAR).hexdigest()
    (signatures / "eicar.hsb").write_text(f"{digest}:{len(EICAR)}:Eicar-Test-Signature:73\n")
    (signatures / "eicar.ndb").write_text(f"Eicar-Inside:0:*:{EICAR.hex()}\n")
    settings = folder / "clamd.conf"
    settings.write_text(
        f"Foreground yes\nLocalSocket {where}\nDatabaseDirectory {signatures}\nTemporaryDirectory {folder}\n"
        "StreamMaxLength 20M\nUser root\n"
    )
    process = subprocess.Popen(  # noqa: S603 - our own command
        [CLAMD, "-c", str(settings)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(process, where)
        yield f"unix:{where}"
    finally:
        process.terminate()
        process.wait(30)


def _wait(process: subprocess.Popen[bytes], where: Path) -> None:
    until = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < until:
        assert process.poll() is None, "clamd ended by itself"
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
