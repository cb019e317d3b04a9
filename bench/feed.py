"""The position feed through HTTP, stored and judged, beside COPY of the same rows into the same table.

Batches of 10,000: a hundred devices of one order, a fix a minute, in a walk through a town: one device in
twenty walks near the zones. The floor writes the rows that came of it, already judged, by one COPY with all the
table's indexes and constraints. The memory of the web processes and of the workers is read after the first batches
and at the end: a million positions must leave it where it was.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import requests
from django.db import connection, connections

from demo import data
from demo.cast import Cast, seed
from demo.processes import Running, bound, start_web, start_worker, wait_until_ready
from demo.story import REFERENCE, Teller, token_of

Json = dict[str, Any]
BATCHES, WARM_UP = 100, 10
WANTED = 0.15
_DEVICES, _EACH = 100, 100
_CENTRE = (-2.9779, 53.4072)
_NEAR, _NEAR_DEGREES, _FAR_DEGREES, _STEP_DEGREES = 0.05, 0.004, 0.15, 0.0004
_COLUMNS = (
    "order_id, device, recorded_at, received_at, longitude, latitude, accuracy_m, accuracy_basis, r95_m, near,"
    " version, zone, distance_m, probability, zones, held"
)
# The same rows under other devices: nothing is left out as a duplicate.
_LAST = "FROM breaches_trackfix WHERE received_at = (SELECT max(received_at) FROM breaches_trackfix)"
_OUT = " ".join(["COPY (SELECT", _COLUMNS.replace(" device,", " 'x' || device,"), _LAST, ") TO STDOUT"])
_IN = f"COPY breaches_trackfix ({_COLUMNS}) FROM STDIN"


def bench() -> dict[str, Any]:
    """Positions a second of both, and their ratio."""
    cast = seed()
    connections.close_all()
    with ExitStack() as stack:
        listening = stack.enter_context(bound(0))
        base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        web = start_web(listening)
        stack.callback(web.end)
        workers = [start_worker(cluster) for cluster in ("spo", "outbox")]
        for worker in workers:
            stack.callback(worker.end)
        wait_until_ready(base_url, web)
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {_prepared(base_url, cast)}"
        return _measure(f"{base_url}/api/v1/force/positions", session, [web, *workers])


def _prepared(base_url: str, cast: Cast) -> str:
    """An order with its zones approved and an authority for every device; the force system's token."""
    force = token_of(base_url, cast.force.client_id, cast.force.client_secret)
    teller, body = Teller(base_url), data.order(data.today())
    registered = teller.call(force, "PUT", f"force/orders/{REFERENCE}/versions/1", body, status=201).json()
    for zone in (zone for condition in registered["conditions"] for zone in condition["zones"]):
        path = f"officer/orders/{REFERENCE}/zones/{zone['code']}/approve"
        teller.call(cast.supervisor.token, "POST", path, {"reason": "Compared with the map."}, status=200)
    now = datetime.now(UTC)
    authority = {
        "kind": "licence",
        "reference": "L-1",
        "from": (now - timedelta(days=390)).isoformat(),
        "until": (now + timedelta(days=1)).isoformat(),
        "devices": [f"tag-{number}" for number in range(_DEVICES)],
    }
    teller.call(force, "PUT", f"force/orders/{REFERENCE}/monitoring-authority", authority, status=201)
    return force


def _measure(url: str, session: requests.Session, processes: list[Running]) -> dict[str, Any]:
    chance, began = random.Random(7), datetime.now(UTC) - timedelta(days=100)
    ours, floor, first_mb = [], [], [0.0]
    for number in range(BATCHES):
        body = _batch(chance, began + timedelta(minutes=number * _EACH))
        started = time.perf_counter()
        answer = session.post(url, data=body, headers={"Content-Type": "application/json"}, timeout=60)
        spent = time.perf_counter() - started
        if answer.status_code != 200 or answer.json()["accepted"] != _DEVICES * _EACH:
            raise SystemExit("a batch was not taken whole: nothing was measured")
        copied = _copy()
        if number == WARM_UP:
            first_mb = _resident_mb(processes)
        if number >= WARM_UP:
            ours.append(spent)
            floor.append(copied)
    rows = _DEVICES * _EACH
    return {
        "name": "position feed",
        "unit": "positions a second, batches of 10,000",
        "ours": round(rows / statistics.median(ours)),
        "floor": round(rows / statistics.median(floor)),
        "ratio": round(statistics.median(f / o for o, f in zip(ours, floor, strict=True)), 3),
        "wanted_ratio": WANTED,
        "positions": BATCHES * rows,
        **_memory(first_mb, _resident_mb(processes)),
        "load_average": round(os.getloadavg()[0], 1),
        **_counts(),
    }


def _batch(chance: random.Random, start: datetime) -> bytes:
    rows = [row for device in range(_DEVICES) for row in _walk(chance, f"tag-{device}", start)]
    return json.dumps({"positions": rows}).encode()


def _walk(chance: random.Random, device: str, start: datetime) -> Iterator[Json]:
    """One device's fixes, about thirty metres apart, near the zones or somewhere in the town."""
    reach = _NEAR_DEGREES if chance.random() < _NEAR else _FAR_DEGREES
    place = [_CENTRE[0] + chance.uniform(-reach, reach), _CENTRE[1] + chance.uniform(-reach, reach)]
    for minute in range(_EACH):
        place = [part + chance.uniform(-_STEP_DEGREES, _STEP_DEGREES) for part in place]
        yield {
            "order": REFERENCE,
            "device": device,
            "recorded_at": (start + timedelta(minutes=minute)).isoformat(),
            "longitude": round(place[0], 6),
            "latitude": round(place[1], 6),
            "accuracy_m": chance.choice((5, 12, 25, 60)),
            "accuracy_basis": "p68",
        }


def _copy() -> float:
    """Seconds of one COPY of the rows of the last batch, committed."""
    with connection.cursor() as cursor:
        kept = StringIO()
        with cursor.copy(_OUT) as out:
            for piece in out:
                kept.write(bytes(piece).decode())
        text = kept.getvalue()
        started = time.perf_counter()
        with cursor.copy(_IN) as into:
            into.write(text)
        return time.perf_counter() - started


def _memory(first: list[float], last: list[float]) -> Json:
    """Megabytes after the first batches and after all of them, and what a million positions added."""
    names = ("web_memory_mb", "worker_memory_mb", "outbox_memory_mb")
    grown = sum(last) - sum(first)
    return {name: [one, other] for name, one, other in zip(names, first, last, strict=True)} | {
        "memory_grown_percent": round(100 * grown / sum(first), 1)
    }


def _resident_mb(processes: list[Running]) -> list[float]:
    """Resident memory of each with all that it started, in megabytes."""
    return [round(_tree_mb(running.process.pid), 1) for running in processes]


def _tree_mb(pid: int) -> float:
    pids = [pid]
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").iterdir():
            pids += map(int, (task / "children").read_text().split())
    return sum(_resident_kb(pid) for pid in pids) / 1024


def _resident_kb(pid: int) -> int:
    """0 for a process that has just ended: a worker's are replaced now and then."""
    status = Path(f"/proc/{pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)


def _counts() -> Json:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FILTER (WHERE near <> 'none')::float / count(*),
                      (SELECT count(*) FROM breaches_visit) FROM breaches_trackfix"""
        )
        near, visits = cursor.fetchone()
        return {"near_a_zone": round(near, 3), "visits": visits}
