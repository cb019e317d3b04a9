"""The terms of one order out of 400,000: round trips and the slowest of a hundred questions in five.

Orders are copies of one, under other references, each with its own sealed body; every question is about another
order, so that nothing is answered from what an earlier one compiled. `SPO_BENCH_TERMS_ORDERS` makes it shorter.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import time
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.types import Caller
from bench.imports import order
from common.ids import uuid7
from demo.cast import seed
from edge.drafts import read_draft
from orders.models import OrderVersion
from orders.queries import terms_over_own_order
from orders.serializers.document import OrderDocument
from orders.services import Document, body_digest, register_version

ORDERS = int(os.environ.get("SPO_BENCH_TERMS_ORDERS", "400000"))
WANTED_MS = 5.0
_ASKER = Caller(kind="force_system", id="bench", force="05")
_QUESTIONS, _WARM_UP, _BLOCK = 400, 50, 20_000
_COPY = """
WITH made AS (SELECT gen_random_uuid() AS o, v, body AS sealed, n
          FROM unnest(%(v)s::uuid[], %(bodies)s::bytea[], %(n)s::int[]) AS m (v, body, n)),
 o AS (INSERT INTO orders_order (id, force_id, reference) SELECT o, '05', 'T-' || n FROM made),
 v AS (INSERT INTO orders_orderversion (id, order_id, number, change_kind, kind, made_on, effective_from,
          in_force_until, body, body_sent, body_sha256, restricted, replaces_interim, warnings, recorded_at,
          recorded_by)
       SELECT m.v, m.o, 1, change_kind, kind, made_on, effective_from, in_force_until, m.sealed, '', body_sha256,
          false, '', warnings, recorded_at, recorded_by FROM orders_orderversion, made m WHERE id = %(version)s),
 c AS (INSERT INTO orders_condition (id, version_id, position, clause, kind, machine_checkable)
       SELECT m.v, m.v, 0, '1', 'exclusion_zone', true FROM made m),
 z AS (INSERT INTO orders_zone (id, condition_id, version_id, code, restricted_name, drawn_by_name,
          drawn_by_staff_id, shape_sent, shape_sha256, core, reach_m, area_m2, transformation)
       SELECT gen_random_uuid(), m.v, m.v, code, '', drawn_by_name, drawn_by_staff_id, '{}', shape_sha256,
          core, reach_m, area_m2, transformation FROM orders_zone, made m WHERE version_id = %(version)s)
INSERT INTO orders_inforce (id, order_id, version_id, during, known)
SELECT gen_random_uuid(), m.o, m.v, during, known FROM orders_inforce, made m WHERE version_id = %(version)s
"""


def run() -> dict[str, Any]:
    """Milliseconds for a question asked for the first time and again, and the statements it takes."""
    _load()
    numbers = random.Random(1).sample(range(ORDERS), _QUESTIONS + _WARM_UP)
    for number in numbers[:_WARM_UP]:
        _ask(number)
    first = [_ask(number) for number in numbers[_WARM_UP:]]
    again = [_ask(number) for number in numbers[_WARM_UP:]]
    with CaptureQueriesContext(connection) as asked:
        _ask(numbers[0])
    return {
        "name": "terms",
        "orders": ORDERS,
        "round_trips": len(asked),
        "first_p50_ms": round(statistics.median(first), 2),
        "first_p95_ms": round(_slow(first), 2),
        "again_p50_ms": round(statistics.median(again), 2),
        "again_p95_ms": round(_slow(again), 2),
        "wanted_p95_ms": WANTED_MS,
        "load_average": [round(load, 1) for load in os.getloadavg()],
    }


def _slow(took: list[float]) -> float:
    return statistics.quantiles(took, n=20)[-1]


def _ask(number: int) -> float:
    started = time.perf_counter()
    if terms_over_own_order(f"T-{number}", caller=_ASKER) is None:
        raise SystemExit("an order is not there: nothing was measured")
    return (time.perf_counter() - started) * 1000


def _load() -> None:
    cast = seed()
    caller = Caller(kind="force_system", id=cast.force.client_id, force=cast.force.code)
    value = {name: member for name, member in order(0).items() if name != "reference"}
    read, problems = read_draft(value, OrderDocument)
    body = read.model_dump(mode="json", by_alias=True, exclude_unset=True)
    document = Document(body, json.dumps(value), tuple(problems))
    made, _ = register_version(caller=caller, reference="ONE", number=1, document=document, digest=body_digest(value))
    sealed = OrderVersion._meta.get_field("body")
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for begin in range(0, ORDERS, _BLOCK):
            numbers = range(begin, min(begin + _BLOCK, ORDERS))
            versions = [uuid7() for _ in numbers]
            bodies = [sealed.sealed(body, pk) for pk in versions]
            cursor.execute(_COPY, {"v": versions, "bodies": bodies, "n": list(numbers), "version": made.pk})
        cursor.execute("ANALYZE")
