"""An archive of 2 GB and 10,000 members examined out of the sealed store: how far memory grows, beside reading it once.

Every hundredth member is a chat, the others are what photographs are to a reader: bytes that it passes by. The floor is
the same archive read and hashed from the disk, and its directory listed. `BENCH_ARCHIVE_MB` says how large it is.
"""

from __future__ import annotations

import hashlib
import os
import random
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from typing import Any

from django.conf import settings

from breaches.evidence.inspecting import Ask, Coming, Looked, inspect_source
from breaches.evidence.sealing import Arrival, Opened, digest_of
from breaches.evidence.types import Part

SIZE = int(os.environ.get("BENCH_ARCHIVE_MB", "2000")) * 1_000_000
MEMBERS, CHATS_EACH = 10_000, 100
MOST_GROWTH_MB = 200
_BLOCK = 1024 * 1024


def run() -> dict[str, Any]:
    """Seconds of floor and of ours, the ratio, messages found, and megabytes that memory grew by at most."""
    (Path("var") / "bench").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=Path("var") / "bench") as folder:
        settings.EVIDENCE_DIR = Path(folder).resolve() / "evidence"
        path = Path(folder) / "archive.zip"
        chats = _write_archive(path)
        floor, part = _time_floor(path), _keep_archive(path)
        with _watch_memory() as grown:
            begun = time.perf_counter()
            digest_of(Opened([part]))
            compared = time.perf_counter() - begun
            read = _examine_archive(part)
            spent = time.perf_counter() - begun
        size = path.stat().st_size
    if read != chats:
        raise SystemExit(f"{read} messages were read of {chats}: nothing was measured")
    return {
        "name": "archives",
        "archive": f"{MEMBERS} members, {size / 1e6:.0f} MB, {chats} messages",
        "seconds": round(spent, 2),
        "compared_seconds": round(compared, 2),
        "floor_seconds": round(floor, 2),
        "ratio": round(floor / spent, 3),
        "grew_mb": round(grown(), 1),
        "wanted_growth_mb": MOST_GROWTH_MB,
        "floor": "reading and hashing the same file from the disk, and listing its members",
    }


def _write_archive(path: Path) -> int:
    """How many messages are in it."""
    each = SIZE // MEMBERS
    noise = random.Random(14).randbytes(each)
    lines = max(1, each // 60)
    chat = "".join(f"20/11/2026, 18:{n % 60:02} - Danny: I can see you {n}\n" for n in range(lines)).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for number in range(MEMBERS):
            is_chat = number % CHATS_EACH == 0
            archive.writestr(
                f"{number:05}.{'txt' if is_chat else 'jpg'}", chat if is_chat else b"\xff\xd8\xff\0" + noise
            )
    return lines * (MEMBERS // CHATS_EACH)


def _time_floor(path: Path) -> float:
    begun = time.perf_counter()
    with path.open("rb") as source:
        hashlib.file_digest(source, "sha256")
    with zipfile.ZipFile(path) as archive:
        archive.infolist()
    return time.perf_counter() - begun


def _keep_archive(path: Path) -> Part:
    arrival = Arrival()
    with path.open("rb") as source:
        while block := source.read(_BLOCK):
            arrival.write(block)
    part = arrival.finish()
    arrival.place()
    return part


def _examine_archive(part: Part) -> int:
    """As the process apart does it; how many messages came."""
    ask = Ask((part,), "phone.zip", datetime.now(tz=UTC), let_go=False)
    pieces = inspect_source(BufferedReader(Opened([part]), 256 * 1024), ask)
    looked = next(pieces)
    if not isinstance(looked, Looked) or looked.found is None or looked.found.holds:
        raise SystemExit("the archive was held: nothing was measured")
    coming = Coming(pieces)
    for _ in coming:
        pass
    return coming.count


@contextmanager
def _watch_memory() -> Iterator[Any]:
    """How many megabytes this process has grown by at most, since the beginning."""
    before = most = _count_memory()
    stop = threading.Event()

    def look() -> None:
        nonlocal most
        while not stop.wait(0.01):
            most = max(most, _count_memory())

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield lambda: (most - before) / 1e6
    finally:
        stop.set()
        watcher.join()


def _count_memory() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
