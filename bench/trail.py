"""Writing the trail from eight clients, while it is chained and while it is not.

Nobody who writes waits for the chain: it is made afterwards, by a worker, of rows that are there. What it costs is the
worker's own work beside the writers'. The floor is the same eight with nobody chaining.

Run as a process of its own, `python -m bench.trail SECONDS` is the eight clients.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

CLIENTS, ROUNDS, SECONDS = 8, 5, 4.0
WANTED = 0.7


def bench() -> dict[str, Any]:
    """Rows a second with and without, and how many of the rows were chained meanwhile."""
    rounds = []
    for _ in range(ROUNDS):
        alone = _written()
        with _chaining():
            rounds.append((_written(), alone))
    chained, rows = _counts()
    return {
        "name": "trail",
        "unit": f"rows a second, {CLIENTS} clients, each row a transaction",
        "chained": round(statistics.median(pair[0] for pair in rounds)),
        "floor": round(statistics.median(pair[1] for pair in rounds)),
        "ratio": round(statistics.median(a / b for a, b in rounds), 3),
        "wanted_ratio": WANTED,
        "rows": rows,
        "rows_chained": chained,
    }


def _written() -> float:
    done = subprocess.run([sys.executable, "-m", "bench.trail", str(SECONDS)], stdout=subprocess.PIPE, check=True)  # noqa: S603 - our own
    return float(json.loads(done.stdout))


@contextmanager
def _chaining() -> Iterator[None]:
    """With a worker that has caught up, and chains what comes from now on."""
    worker = subprocess.Popen([sys.executable, "-m", "bench.chaining"], stdout=subprocess.PIPE)
    try:
        assert worker.stdout is not None
        worker.stdout.readline()
        yield
    finally:
        worker.terminate()
        worker.communicate()


def _counts() -> tuple[int, int]:
    with psycopg.connect(_database()) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM audit_link), (SELECT count(*) FROM audit_entry)"
        ).fetchone()
    assert row is not None
    return row[0], row[1]


def _database() -> str:
    return "postgresql://" + os.environ["DATABASE_URL"].partition("://")[2]


class _Client(threading.Thread):
    """One force's writer: as much of the trail as it can, a transaction each."""

    def __init__(self, number: int, until: float) -> None:
        super().__init__()
        self._until, self.written = until, 0
        self._row = json.dumps(
            {
                "actor_kind": "officer",
                "actor": f"officer {number}",
                "organisation": f"{number % 4:02}",
                "action": "consultation",
                "verb": "report_read",
                "record_ids": [f"01a219be-96ce-777a-aa8e-a98229fa16{number:02}"],
                "reason_code": "",
                "reason": "",
                "correlation_id": "bench",
                "recipient": "",
            }
        )

    def run(self) -> None:
        with psycopg.connect(_database(), autocommit=True) as connection:
            while time.monotonic() < self._until:
                connection.execute("SELECT audit_note(%s::jsonb)", [self._row])
                self.written += 1


def main(seconds: float) -> None:
    started = time.monotonic()
    clients = [_Client(number, started + seconds) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    print(sum(client.written for client in clients) / (time.monotonic() - started))


if __name__ == "__main__":
    main(float(sys.argv[1]))
