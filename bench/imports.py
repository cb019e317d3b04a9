"""Import of a force's existing orders beside the floor: COPY of the same rows into the same tables.

Each order has three zones of 33 vertices and a respondent of its own. The tables are the real ones, with their
indexes, checks and foreign keys, empty at the start of either. `SPO_BENCH_ORDERS` makes it shorter.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, connections
from psycopg import sql

from accounts.types import Caller
from demo import data
from demo.cast import seed
from orders.models import OrderImport
from orders.receiving import PIECE_BYTES, take_in
from orders.services.importing import begin_import

ORDERS = int(os.environ.get("SPO_BENCH_ORDERS", "100000"))
WANTED, WANTED_MB = 0.1, 300
_CORNERS, _ZONES = 32, 3
# What an order is made of, each table after those it refers to.
_TABLES = (
    "orders_order",
    "orders_orderversion",
    "orders_protectedperson",
    "orders_matchkey",
    "orders_condition",
    "orders_zone",
    "orders_inforce",
)
_BLOCK = 1 << 20


def run() -> dict[str, Any]:
    """Orders a second of both, their ratio, and the most memory the worker held."""
    job = _sent()
    connections.close_all()
    worker = _worked_off(job)
    job.refresh_from_db()
    if (job.state, job.created) != ("done", ORDERS):
        raise SystemExit(f"the import is {job.state} with {job.created} orders: nothing was measured")
    floor = _copied_again()
    ours_per_s, floor_per_s = ORDERS / worker["seconds"], ORDERS / floor
    return {
        "name": "imports",
        "orders": ORDERS,
        "ours_per_s": round(ours_per_s, 1),
        "floor_per_s": round(floor_per_s, 1),
        "ratio": round(ours_per_s / floor_per_s, 3),
        "wanted_ratio": WANTED,
        "worker_peak_mb": worker["peak_mb"],
        "worker_early_mb": worker["early_mb"],
        "worker_cpu_ms_an_order": round(worker["cpu_seconds"] / ORDERS * 1000, 2),
        "load_average": [round(load, 1) for load in os.getloadavg()],
        "wanted_peak_mb": WANTED_MB,
        "file_mb": round(job.size / 1e6),
        "floor": f"COPY of the same rows into {len(_TABLES)} tables with their indexes and checks",
    }


def _sent() -> OrderImport:
    """The file as it came in over HTTP."""
    cast = seed()
    caller = Caller(kind="force_system", id=cast.force.client_id, force=cast.force.code)
    received = take_in(caller=caller, kind="ndjson", dry_run=False, pieces=_pieces())
    return begin_import(caller=caller, received=received)


def _pieces() -> Iterator[bytes]:
    kept = bytearray()
    for number in range(ORDERS):
        kept += json.dumps(order(number)).encode() + b"\n"
        while len(kept) >= PIECE_BYTES:
            yield bytes(kept[:PIECE_BYTES])
            del kept[:PIECE_BYTES]
    if kept:
        yield bytes(kept)


def order(number: int) -> dict[str, Any]:
    """The demonstration's order against somebody else each time, with three drawn zones elsewhere."""
    body = data.order(data.today())
    zones = next(condition for condition in body["conditions"] if condition["kind"] == "exclusion_zone")
    others = [condition for condition in body["conditions"] if condition["kind"] != "exclusion_zone"]
    zones["zones"] = [_zone(number, index) for index in range(_ZONES)]
    born = date(1950, 1, 1) + timedelta(days=number % 20_000)
    respondent = {
        "family_name": f"Marsh {_letters(number)}",
        "given_names": "Daniel",
        "date_of_birth": born.isoformat(),
        "identifiers": [{"kind": "email", "value": f"d.marsh.{number}@example.com"}],
    }
    return body | {"reference": f"B-{number}", "respondent": respondent, "conditions": [zones, *others]}


def _letters(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _zone(number: int, index: int) -> dict[str, Any]:
    longitude, latitude = -2.9 + number % 997 / 1000, 51.5 + number % 1009 / 500 + index / 100
    turns = [2 * math.pi * corner / _CORNERS for corner in range(_CORNERS)]
    ring = [[round(longitude + 0.002 * math.cos(t), 6), round(latitude + 0.0012 * math.sin(t), 6)] for t in turns]
    return {
        "code": "ABC"[index],
        "restricted_name": "place",
        "drawn_by": {"name": "M. Hale", "staff_id": "7714"},
        "shape": {
            "type": "polygon",
            "crs": "EPSG:4326",
            "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
        },
    }


def _worked_off(job: OrderImport) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.import_worker", str(job.pk)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603 - our own command
    return dict(json.loads(done.stdout))


def _copied_again() -> float:
    """Seconds for the rows that were just made, from files, into the emptied tables, in one transaction."""
    with tempfile.TemporaryDirectory() as folder, connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        files = {table: Path(folder) / table for table in _TABLES}
        for table, file in files.items():
            with file.open("wb") as kept, cursor.copy(_copy(table, "TO STDOUT")) as rows:
                for block in rows:
                    kept.write(block)
        cursor.execute(f"TRUNCATE {', '.join(_TABLES)} CASCADE")
        started = time.perf_counter()
        cursor.execute("BEGIN")
        for table, file in files.items():
            with file.open("rb") as kept, cursor.copy(_copy(table, "FROM STDIN")) as rows:
                while block := kept.read(_BLOCK):
                    rows.write(block)
        cursor.execute("COMMIT")
        return time.perf_counter() - started


def _copy(table: str, way: str) -> sql.Composed:
    return sql.SQL("COPY {} " + way + " (FORMAT BINARY)").format(sql.Identifier(table))
