"""Evidence intake, the whole path, beside the floor: hashlib over the same file, and a copy of it with fsync.

A file of 500 MB goes through a real web server into a folder on the same disk: received, hashed, sealed, synced.
Meanwhile the memory of the web server's processes is watched. Once as a form, once in pieces (tus).
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import requests
from django.db import connections

from breaches.evidence.models import EvidenceItem
from demo import data
from demo.cast import seed
from demo.processes import ROOT, Running, bound, start_web, wait_until_ready

SIZE = int(os.environ.get("BENCH_EVIDENCE_MB", "500")) * 1024 * 1024
ROUNDS = 3
WANTED, MOST_GROWTH_MB = 0.25, 50
_CHUNK = 1024 * 1024
_BOUNDARY = b"bench-boundary"


def bench() -> dict[str, Any]:
    """Megabytes a second of floor, form and pieces; the ratio; how much the web server grew."""
    cast = seed()
    connections.close_all()
    (ROOT / "var" / "bench").mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=ROOT / "var" / "bench")))
        file, digest = _made(folder / "file")
        listening = stack.enter_context(bound(0))
        web = start_web(listening, environment={"EVIDENCE_DIR": str(folder / "evidence")})
        stack.callback(web.end)
        base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        wait_until_ready(base_url, web)
        sender = _Sender(base_url, cast.victim.token)
        sender.form(_made(folder / "small", 2 * _CHUNK)[0])  # what is loaded on first use is no growth
        return _measure(folder, file, digest, sender, web)


def _measure(folder: Path, file: Path, digest: str, sender: _Sender, web: Running) -> dict[str, Any]:
    floors, forms, pieces = [], [], []
    with _watched(web) as grown:
        for _ in range(ROUNDS):
            floors.append(_floor(file, folder))
            forms.append(_timed(lambda: sender.form(file)))
            pieces.append(_timed(lambda: sender.pieces(file)))
    kept = set(EvidenceItem.objects.filter(size=SIZE).values_list("sha256", flat=True))
    if kept != {digest}:
        raise SystemExit("what was kept is not what was sent: nothing was measured")
    rate = {name: SIZE / 1e6 / statistics.median(found) for name, found in (("floor", floors), ("ours", forms))}
    return {
        "name": "evidence intake",
        "unit": f"MB a second, a file of {SIZE // _CHUNK} MB",
        **{name: round(value, 1) for name, value in rate.items()},
        "ratio": round(statistics.median(f / o for f, o in zip(floors, forms, strict=True)), 3),
        "in_pieces": round(SIZE / 1e6 / statistics.median(pieces), 1),
        "in_pieces_ratio": round(statistics.median(f / p for f, p in zip(floors, pieces, strict=True)), 3),
        "wanted_ratio": WANTED,
        "web_grew_mb": round(grown(), 1),
        "wanted_growth_mb": MOST_GROWTH_MB,
    }


def _made(path: Path, size: int = SIZE) -> tuple[Path, str]:
    """A file that nothing can compress, and its SHA-256."""
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for _ in range(0, size, _CHUNK):
            piece = os.urandom(_CHUNK)
            digest.update(piece)
            file.write(piece)
    return path, digest.hexdigest()


def _timed(act: Any) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _floor(file: Path, folder: Path) -> float:
    started = time.perf_counter()
    with file.open("rb") as source:
        hashlib.file_digest(source, "sha256")
    with file.open("rb") as source, (folder / "copy").open("wb") as target:
        shutil.copyfileobj(source, target, _CHUNK)
        target.flush()
        os.fsync(target.fileno())
    spent = time.perf_counter() - started
    (folder / "copy").unlink()
    return spent


class _Sender:
    """A telephone of one person, with a report to send to."""

    def __init__(self, base_url: str, token: str) -> None:
        self._base_url, self._token = base_url, token
        self._report = self._call("POST", "victim/reports", json=data.report("none", **_PLACE)).json()["reference"]

    def form(self, file: Path) -> None:
        """One request."""
        head = b'--%b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n' % _BOUNDARY
        tail = b"\r\n--%b--\r\n" % _BOUNDARY
        form = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY.decode()}"}
        self._stream("POST", f"/api/v1/victim/reports/{self._report}/evidence", form, (head, file, tail))

    def pieces(self, file: Path) -> None:
        """An upload in one PATCH."""
        said = base64.b64encode(self._report.encode()).decode()
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(file.stat().st_size),
            "Upload-Metadata": f"report {said}",
        }
        where = self._call("POST", "victim/evidence-uploads/", headers=headers).headers["Location"]
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": "0",
            "Content-Type": "application/offset+octet-stream",
        }
        self._stream("PATCH", where, headers, (b"", file, b""))

    def _stream(self, method: str, path: str, headers: dict[str, str], body: tuple[bytes, Path, bytes]) -> None:
        """A file straight from the disk into the socket: the sender costs as little as it can."""
        (head, file, tail), (host, port) = body, self._base_url.removeprefix("http://").split(":")
        said = {
            "Host": host,
            "Connection": "close",
            "Authorization": f"Bearer {self._token}",
            "Content-Length": str(len(head) + file.stat().st_size + len(tail)),
            **headers,
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in said.items())
        with socket.create_connection((host, int(port)), timeout=300) as line, file.open("rb") as source:
            line.sendall(f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + head)
            line.sendfile(source)
            line.sendall(tail)
            status = line.recv(64).split(b" ")[1]
        if status not in (b"201", b"204"):
            raise SystemExit(f"{method} was answered {status.decode()}: nothing was measured")

    def _call(self, method: str, path: str, headers: dict[str, str] | None = None, **sent: Any) -> requests.Response:
        answer = requests.request(
            method,
            f"{self._base_url}/api/v1/{path}",
            headers={"Authorization": f"Bearer {self._token}", **(headers or {})},
            timeout=300,
            **sent,
        )
        if answer.status_code not in (201, 204):
            raise SystemExit(f"{method} {path} was answered {answer.status_code}: {json.dumps(answer.text)}")
        return answer


_PLACE = {"longitude": -2.9781, "latitude": 53.4074, "accuracy_m": 30}


@contextmanager
def _watched(web: Running) -> Iterator[Any]:
    """How many megabytes any of the web server's processes has grown by at most, since the beginning."""
    before = {pid: _resident(pid) for pid in _children(web.process.pid)}
    most, stop = dict(before), threading.Event()

    def look() -> None:
        while not stop.wait(0.02):
            for pid in before:
                most[pid] = max(most[pid], _resident(pid))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield lambda: max(most[pid] - before[pid] for pid in before) / 1e6
    finally:
        stop.set()
        watcher.join()


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
