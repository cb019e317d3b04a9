"""What row-level security and the trail cost: report intake and the review queue with both and without, by turns.

The same processes serve both; policies and trail are switched in the database between rounds, which is this command's
own. The floor is the service without them: together they may take at most 35 %.
"""

from __future__ import annotations

import statistics
from contextlib import ExitStack
from functools import cache
from typing import Any, cast

from django.db import connection, connections

from bench.intake import kept, report_request
from bench.load import Load, run
from demo.cast import seed
from demo.processes import bound, start_web, start_worker, wait_until_ready
from spo_service.tenancy.policies import TENANTED

ROUNDS, SECONDS, WARM_UP_SECONDS = 4, 3.0, 2.0
WANTED = 0.65


def bench() -> dict[str, Any]:
    """Requests a second of both, and the lower of the two ratios."""
    cast = seed()
    connections.close_all()
    with ExitStack() as stack:
        listening = stack.enter_context(bound(0))
        port = listening.getsockname()[1]
        web = kept(stack, start_web(listening))
        kept(stack, start_worker())
        kept(stack, start_worker("outbox"))
        base_url = f"http://127.0.0.1:{port}"
        wait_until_ready(base_url, web)
        intake = report_request(base_url, cast)
        found = {
            name: _measure(port, request)
            for name, request in (("intake", intake), ("queue", _queue(cast.officer.token)))
        }
    ratios = {name: _ratio(pairs) for name, pairs in found.items()}
    return {
        "name": "row-level security and trail",
        "unit": "requests a second, 8 clients",
        **{
            f"{name}_{which}": round(statistics.median(pair[i].per_second for pair in pairs), 1)
            for name, pairs in found.items()
            for i, which in enumerate(("with", "without"))
        },
        **{f"{name}_ratio": round(ratio, 3) for name, ratio in ratios.items()},
        "ratio": round(min(ratios.values()), 3),
        "wanted_ratio": WANTED,
    }


def _queue(token: str) -> bytes:
    lines = ("GET /api/v1/officer/reports?queue=review HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {token}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _measure(port: int, request: bytes) -> list[tuple[Load, Load]]:
    run(port, request, seconds=WARM_UP_SECONDS)
    rounds = []
    for _ in range(ROUNDS):
        _switch(on=True)
        guarded = run(port, request, seconds=SECONDS)
        _switch(on=False)
        rounds.append((guarded, run(port, request, seconds=SECONDS)))
    _switch(on=True)
    if any(load.failed for pair in rounds for load in pair):
        raise SystemExit("some requests were refused: nothing was measured")
    return rounds


_NO_TRAIL = """
CREATE OR REPLACE FUNCTION audit_note(sent jsonb) RETURNS void LANGUAGE plpgsql AS $$ BEGIN END $$
"""


def _switch(*, on: bool) -> None:
    with connection.cursor() as cursor:
        for table in TENANTED:
            cursor.execute(f"ALTER TABLE {table} {'ENABLE' if on else 'DISABLE'} ROW LEVEL SECURITY")
        cursor.execute(_trail() if on else _NO_TRAIL)


@cache
def _trail() -> str:
    """The function that writes the trail, as it was found."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('audit_note(jsonb)'::regprocedure)")
        return cast(tuple[str], cursor.fetchone())[0]


def _ratio(rounds: list[tuple[Load, Load]]) -> float:
    return statistics.median(a.per_second / b.per_second for a, b in rounds)
