"""Which of 1,200,000 zones of all orders a point touches: the slowest of a hundred questions in five.

400,000 orders of three zones each (a circle, a polygon of twelve corners, a corridor), most of them in a hundred
towns, each denser in its middle than London would be were zones spread as people are. The questions are about places
in the same towns, with errors from four metres to 150; those of a kilometre and a half, which touch hundreds of zones
there and are cut short, are counted apart. Rows are made by the database itself and say no more than the search reads.
`SPO_BENCH_ZONES_ORDERS` makes it shorter.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import time
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from accounts.types import Caller
from bench.imports import order
from demo.cast import seed
from edge.drafts import read_draft
from orders.queries.touched import zones_touched
from orders.serializers.document import OrderDocument
from orders.services import Document, body_digest, register_version

ORDERS = int(os.environ.get("SPO_BENCH_ZONES_ORDERS", "400000"))
WANTED_MS = 10.0
_QUESTIONS, _WARM_UP, _BLOCK = 1_000, 50, 20_000
_RADII_M, _COARSE_M = (4.0, 12.0, 30.0, 150.0), 1_500.0
_TOWNS = 100
_AT = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)
_SHAPES = """
CREATE TEMPORARY TABLE bench_shape AS
SELECT code, core::geography::geometry AS core, reach_m FROM (VALUES
  ('A', ST_SetSRID(ST_MakePoint(0, 0), 4326), 100.0),
  ('B', ST_SetSRID(ST_MakePolygon(ST_ExteriorRing(ST_Buffer(ST_MakePoint(0, 0), 0.002, 3))), 4326), 0.0),
  ('C', ST_SetSRID(ST_MakeLine(ST_MakePoint(0, 0), ST_MakePoint(0.006, 0.004)), 4326), 30.0)) AS s (code, core, reach_m)
"""
_TOWN = "CREATE TEMPORARY TABLE bench_town (town integer, longitude float8, latitude float8)"
_COPY = """
WITH made AS (
  SELECT gen_random_uuid() AS o, gen_random_uuid() AS v, n,
         CASE WHEN n %% 10 < 8 THEN t.longitude + (random() + random() - 1) * 0.12 ELSE -5 + random() * 6.5 END AS x,
         CASE WHEN n %% 10 < 8 THEN t.latitude + (random() + random() - 1) * 0.075 ELSE 50.5 + random() * 5 END AS y
    FROM generate_series(%(a)s::int, %(b)s::int) n JOIN bench_town t ON t.town = mod(n, %(towns)s)),
 o AS (INSERT INTO orders_order (id, force_id, reference) SELECT o, '05', 'Z-' || n FROM made),
 v AS (INSERT INTO orders_orderversion (id, order_id, number, change_kind, kind, made_on, effective_from,
          in_force_until, body, body_sent, body_sha256, warnings, recorded_at, recorded_by,
          replaces_interim)
       SELECT m.v, m.o, 1, change_kind, kind, made_on, effective_from, in_force_until, '{}', '{}', body_sha256,
          warnings, recorded_at, recorded_by, replaces_interim FROM orders_orderversion, made m WHERE id = %(version)s),
 c AS (INSERT INTO orders_condition (id, version_id, position, clause, kind, machine_checkable)
       SELECT m.v, m.v, 0, '1', 'exclusion_zone', true FROM made m),
 z AS (INSERT INTO orders_zone (id, condition_id, version_id, code, restricted_name, drawn_by_name,
          drawn_by_staff_id, shape_sent, shape_sha256, core, reach_m, area_m2, transformation)
       SELECT gen_random_uuid(), m.v, m.v, s.code, '', '', '7714', '{}', repeat('0', 64),
          ST_Translate(s.core, m.x + (ascii(s.code) - 65) * 0.01, m.y)::geography, s.reach_m, 1000, ''
         FROM made m, bench_shape s)
INSERT INTO orders_inforce (id, order_id, version_id, during, known)
SELECT gen_random_uuid(), m.o, m.v, during, known FROM orders_inforce, made m WHERE version_id = %(version)s
"""


def run() -> dict[str, Any]:
    """Milliseconds for a question, and how many zones answers have."""
    chance = random.Random(1)
    towns = [(chance.uniform(-4, 1), chance.uniform(51, 55)) for _ in range(_TOWNS)]
    _load(towns)
    places = [_some_place(chance, towns) for _ in range(_QUESTIONS + _WARM_UP)]
    for place in places[:_WARM_UP]:
        _ask(*place)
    asked = [_ask(*place) for place in places[_WARM_UP:]]
    coarse = [_ask(place, _COARSE_M)[0] for place, _ in places[_WARM_UP:]]
    took, found = [ms for ms, _ in asked], [zones for _, zones in asked]
    return {
        "name": "zones touched",
        "zones": _count(),
        "p50_ms": round(statistics.median(took), 2),
        "p95_ms": round(statistics.quantiles(took, n=20)[-1], 2),
        "slowest_ms": round(max(took), 2),
        "wanted_p95_ms": WANTED_MS,
        "coarse_p95_ms": round(statistics.quantiles(coarse, n=20)[-1], 2),
        "found_mean": round(statistics.mean(found), 1),
        "found_most": max(found),
        "load_average": round(os.getloadavg()[0], 1),
    }


def _some_place(chance: random.Random, towns: list[tuple[float, float]]) -> tuple[tuple[float, float], float]:
    longitude, latitude = chance.choice(towns)
    place = longitude + chance.uniform(-0.12, 0.12), latitude + chance.uniform(-0.075, 0.075)
    return place, chance.choice(_RADII_M)


def _ask(place: tuple[float, float], radius_m: float) -> tuple[float, int]:
    started = time.perf_counter()
    found = zones_touched("05", place, within_m=radius_m, at=_AT)
    return (time.perf_counter() - started) * 1000, len(found)


def _load(towns: list[tuple[float, float]]) -> None:
    cast = seed()
    caller = Caller(kind="force_system", id=cast.force.client_id, force=cast.force.code)
    value = {name: member for name, member in order(0).items() if name != "reference"}
    read, problems = read_draft(value, OrderDocument)
    body = read.model_dump(mode="json", by_alias=True, exclude_unset=True)
    document = Document(body, json.dumps(value), tuple(problems))
    made, _ = register_version(caller=caller, reference="ONE", number=1, document=document, digest=body_digest(value))
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(_SHAPES)
        cursor.execute(_TOWN)
        # Built at once afterwards: the same index in a tenth of the time.
        cursor.execute("DROP INDEX zone_reach")
        rows = [(number, *town) for number, town in enumerate(towns)]
        cursor.executemany("INSERT INTO bench_town VALUES (%s, %s, %s)", rows)
        for begin in range(0, ORDERS, _BLOCK):
            end = min(begin + _BLOCK, ORDERS) - 1
            cursor.execute(_COPY, {"a": begin, "b": end, "version": made.pk, "towns": _TOWNS})
        cursor.execute("CREATE INDEX zone_reach ON orders_zone USING gist (_ST_Expand(core, reach_m))")
        cursor.execute("ANALYZE")


def _count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM orders_zone")
        return int(cursor.fetchone()[0])
