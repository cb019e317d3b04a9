"""Report intake, the whole path, beside the floor: a bare create with one PostGIS insert.

Both are served by the same gunicorn settings (2 workers of 4 threads, pool on) on the same database, with the
worker cluster running, and loaded by 8 clients by turns.
"""

from __future__ import annotations

import json
import statistics
from contextlib import ExitStack
from typing import Any
from uuid import UUID

from django.db import connection, connections

from audit.types import SERVICE
from bench.floor.models import Place
from bench.load import Load, run
from demo import data
from demo.cast import Cast, seed
from demo.processes import Running, bound, start_web, start_worker, wait_until_ready
from demo.story import REFERENCE, Teller, token_of
from orders.models import Order
from orders.services import link_person

# Short turns, and many: a machine changes its pace within seconds, and both should have the same of it.
ROUNDS, SECONDS, WARM_UP_SECONDS = 41, 1.5, 3.0
WANTED = 0.4


def bench() -> dict[str, Any]:
    """Requests a second of both, and their ratio."""
    with connection.schema_editor() as editor:
        editor.create_model(Place)
    cast = seed()
    connections.close_all()
    with ExitStack() as stack:
        ours, floor = (stack.enter_context(bound(0)) for _ in range(2))
        port, floor_port = (s.getsockname()[1] for s in (ours, floor))
        web = kept(stack, start_web(ours))
        kept(stack, start_web(floor, app="bench.floor.wsgi:application"))
        kept(stack, start_worker())
        kept(stack, start_worker("outbox"))
        wait_until_ready(f"http://127.0.0.1:{port}", web)
        request = report_request(f"http://127.0.0.1:{port}", cast)
        return _measure((port, request), (floor_port, _floor()))


def kept(stack: ExitStack, one: Running) -> Running:
    stack.callback(one.end)
    return one


def report_request(base_url: str, cast: Cast) -> bytes:
    """A report with one position under an order of three zones, each with a key of its own."""
    force = token_of(base_url, cast.force.client_id, cast.force.client_secret)
    teller = Teller(base_url)
    body = data.order(data.today())
    registered = teller.call(force, "PUT", f"force/orders/{REFERENCE}/versions/1", body, status=201).json()
    for zone in (zone for condition in registered["conditions"] for zone in condition["zones"]):
        path = f"officer/orders/{REFERENCE}/zones/{zone['code']}/approve"
        teller.call(cast.supervisor.token, "POST", path, {"reason": "Compared with the map."}, status=200)
    served = {"served_at": f"{body['made_on']}T15:00:00+00:00", "method": "in_court", "served_by": "PC 1"}
    teller.call(force, "POST", f"force/orders/{REFERENCE}/service", served, status=201)
    order = Order.objects.get(reference=REFERENCE)
    link_person(actor=SERVICE, order_id=order.id, key="P1", user_id=UUID(cast.victim.user_id))
    connections.close_all()
    report = data.report(REFERENCE, longitude=-2.9781, latitude=53.4074, accuracy_m=30)
    headers = {"Authorization": f"Bearer {cast.victim.token}", "Idempotency-Key": "@@"}
    return _request("/api/v1/victim/reports", report, headers)


def _floor() -> bytes:
    report = data.report(REFERENCE, longitude=-2.9781, latitude=53.4074, accuracy_m=30)
    place = {"description": report["description"], "longitude": -2.9781, "latitude": 53.4074}
    return _request("/places", place, {})


def _request(path: str, body: dict[str, Any], headers: dict[str, str]) -> bytes:
    content = json.dumps(body).encode()
    lines = {"Host": "127.0.0.1", "Content-Type": "application/json", "Content-Length": len(content), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + content


def _measure(ours: tuple[int, bytes], floor: tuple[int, bytes]) -> dict[str, Any]:
    for port, request in (ours, floor):
        run(port, request, seconds=WARM_UP_SECONDS)
    rounds: list[tuple[Load, Load]] = [
        (run(*ours, seconds=SECONDS), run(*floor, seconds=SECONDS)) for _ in range(ROUNDS)
    ]
    if any(load.failed for pair in rounds for load in pair):
        raise SystemExit("some requests were not answered 201: nothing was measured")
    # Each had the same time in all, so this is how many requests one got through against the other.
    mine, least = (statistics.fmean(pair[i].per_second for pair in rounds) for i in (0, 1))
    return {
        "name": "report intake",
        "unit": "requests a second, 8 clients",
        "ours": round(mine, 1),
        "floor": round(least, 1),
        "ratio": round(mine / least, 3),
        "wanted_ratio": WANTED,
        "slowest_tenth_ms": round(statistics.median(pair[0].slowest_tenth_ms for pair in rounds), 1),
        "reports": _count(),
    }


def _count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM breaches_report")
        return int(cursor.fetchone()[0])
