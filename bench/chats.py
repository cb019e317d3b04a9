"""Messages read out of an exported chat of 200,000 lines, beside reading the same lines and doing nothing with them.

Each kind of export once: lines (WhatsApp), JSON (Telegram), XML (backup of texts), a page (Telegram), a table
(iMazing). Memory is looked at all along.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from breaches.evidence.chats import read_messages

LINES = 200_000
MOST_S, MOST_GROWTH_MB = 5.0, 20.0
_BEGAN = datetime(2026, 3, 2, 8, tzinfo=UTC)
_LOOK_EVERY = 5_000
_WORDS = "I can see you, I know you are in there. Why do you not answer? \N{GRINNING FACE} à demain"


def run() -> dict[str, Any]:
    """Seconds and growth of each kind, the floor's seconds, and the worst of both.

    `cpu_seconds` is what a machine with nothing else to do would need: by the clock it is more where others work.
    """
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, (media_type, rows) in _KINDS.items():
            path = Path(folder) / name
            with path.open("w", encoding="utf-8", newline="") as file:
                file.writelines(rows())
            found[name] = _measured(path, media_type)
    return {
        "name": "chats",
        "lines": LINES,
        "seconds": max(one["seconds"] for one in found.values()),
        "cpu_seconds": max(one["cpu_seconds"] for one in found.values()),
        "wanted_seconds": MOST_S,
        "grew_mb": max(one["grew_mb"] for one in found.values()),
        "wanted_growth_mb": MOST_GROWTH_MB,
        "kinds": found,
        "floor": "reading the lines of the same file as text",
    }


def _measured(path: Path, media_type: str) -> dict[str, float]:
    begun = time.perf_counter()
    with path.open(encoding="utf-8") as lines:
        read = sum(1 for _ in lines)
    floor = time.perf_counter() - begun
    cpu = time.process_time()
    with path.open("rb") as source:
        count, most, spent = _read(source, media_type)
    cpu = time.process_time() - cpu
    if count != LINES:
        raise SystemExit(f"{count} messages were read of {LINES} in {read} lines: nothing was measured")
    return {
        "seconds": round(spent, 2),
        "cpu_seconds": round(cpu, 2),
        "floor_seconds": round(floor, 3),
        "ratio": round(spent / floor, 1),
        "grew_mb": round(most, 1),
        "file_mb": round(path.stat().st_size / 1e6, 1),
    }


def _read(source: IO[bytes], media_type: str) -> tuple[int, float, float]:
    """How many messages, by how many megabytes memory grew at most, and in how many seconds."""
    before = most = _resident()
    begun, count = time.perf_counter(), 0
    for count, _ in enumerate(read_messages(source, media_type)[1], start=1):
        if count % _LOOK_EVERY == 0:
            most = max(most, _resident())
    return count, (most - before) / 1e6, time.perf_counter() - begun


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _times() -> Iterator[tuple[int, datetime]]:
    for number in range(LINES):
        yield number, _BEGAN + timedelta(minutes=number)


def _whatsapp() -> Iterator[str]:
    for number, at in _times():
        yield f"{at:%d/%m/%Y, %H:%M} - {('Ama', '+44 7700 900123')[number % 2]}: {_WORDS} {number}\n"


def _telegram() -> Iterator[str]:
    yield '{"name": "x", "type": "personal_chat", "messages": [\n'
    for number, at in _times():
        row = {"id": number, "from": "Danny", "from_id": "user1", "date_unixtime": f"{at:%s}", "text": _WORDS}
        yield json.dumps(row, ensure_ascii=False) + (",\n" if number < LINES - 1 else "\n")
    yield "]}\n"


def _texts() -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<smses count="{LINES}">\n'
    for number, at in _times():
        when = int(at.timestamp() * 1000)
        yield f'<sms address="+447700900123" date="{when}" type="1" body="I can see you {number}" />\n'
    yield "</smses>\n"


def _page() -> Iterator[str]:
    yield '<!DOCTYPE html>\n<html><body><div class="history">\n'
    for number, at in _times():
        joined, name = (" joined", "") if number % 3 else ("", '<div class="from_name">\nDanny\n</div>\n')
        yield f'<div class="message default clearfix{joined}" id="message{number}">\n<div class="body">\n'
        yield f'<div class="pull_right date details" title="{at:%d.%m.%Y %H:%M:%S} UTC+00:00">\n{at:%H:%M}\n</div>\n'
        yield f'{name}<div class="text">\n{_WORDS}\n</div>\n</div>\n</div>\n'
    yield "</div></body></html>\n"


def _table() -> Iterator[str]:
    yield "Chat Session,Message Date,Service,Type,Sender ID,Sender Name,Text\n"
    for _, at in _times():
        yield f'Danny,{at:%Y-%m-%d %H:%M:%S},iMessage,Incoming,+447700900123,Danny,"{_WORDS}"\n'


_KINDS: dict[str, tuple[str, Callable[[], Iterator[str]]]] = {
    "lines": ("text/plain", _whatsapp),
    "json": ("application/json", _telegram),
    "xml": ("text/xml", _texts),
    "page": ("text/html", _page),
    "table": ("text/csv", _table),
}

if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
