"""Signing in with its memory-hard hash, and what a flood of sign-ins does to report intake.

The floor of the flood is intake on the same processes with nobody signing in. The flood comes from as many addresses
and tries as many names as it has requests: neither is ever slowed down for guessing, only the hashes are in the way.
"""

from __future__ import annotations

import json
import statistics
import threading
import time
from contextlib import ExitStack
from typing import Any

import requests
from django.db import connections

from bench.intake import kept, report_request
from bench.load import UNIQUE, Load, run
from demo.cast import PersonAccount, seed
from demo.processes import bound, start_web, start_worker, wait_until_ready

SIGN_INS, ROUNDS, SECONDS, WARM_UP_SECONDS = 20, 4, 4.0, 3.0
CLIENTS, FLOOD_CLIENTS, FLOOD_A_SECOND = 2, 16, 100
WANTED_MS, WANTED = 500, 2.0


def bench() -> dict[str, Any]:
    """Milliseconds of a sign-in, and the slowest twentieth of intake in a flood beside the same without."""
    cast = seed()
    connections.close_all()
    with ExitStack() as stack:
        listening = stack.enter_context(bound(0))
        port = listening.getsockname()[1]
        web = kept(stack, start_web(listening, environment={"BEHIND_PROXY": "1"}))
        kept(stack, start_worker())
        kept(stack, start_worker("outbox"))
        base_url = f"http://127.0.0.1:{port}"
        wait_until_ready(base_url, web)
        intake = report_request(base_url, cast)
        took = [_sign_in(base_url, cast.victim, number) for number in range(SIGN_INS)]
        run(port, intake, seconds=WARM_UP_SECONDS, clients=CLIENTS)
        rounds = [(run(port, intake, seconds=SECONDS, clients=CLIENTS), _flooded(port, intake)) for _ in range(ROUNDS)]
    if any(load.failed for pair in rounds for load in pair):
        raise SystemExit("some reports were not answered 201: nothing was measured")
    quiet, flooded = (statistics.median(pair[i].slowest_twentieth_ms for pair in rounds) for i in (0, 1))
    return {
        "name": "signing in",
        "sign_in_ms": round(statistics.median(took)),
        "slowest_sign_in_ms": round(max(took)),
        "wanted_ms": WANTED_MS,
        "unit": f"slowest twentieth of intake, {CLIENTS} clients, with {FLOOD_A_SECOND} sign-ins tried a second",
        "quiet_ms": round(quiet, 1),
        "flooded_ms": round(flooded, 1),
        "ratio": round(statistics.median(b.slowest_twentieth_ms / a.slowest_twentieth_ms for a, b in rounds), 2),
        "wanted_ratio": WANTED,
    }


def _sign_in(base_url: str, person: PersonAccount, number: int) -> float:
    started = time.monotonic()
    answer = requests.post(
        f"{base_url}/_allauth/app/v1/auth/login",
        json={"email": person.email, "password": person.passphrase},
        headers={"X-Forwarded-For": f"192.0.2.{number}"},
        timeout=30,
    )
    if answer.status_code != 200:
        raise SystemExit(f"a sign-in was answered {answer.status_code}: nothing was measured")
    return (time.monotonic() - started) * 1000


def _flooded(port: int, intake: bytes) -> Load:
    """Intake in the middle of a flood: it begins before and ends after."""
    flood = threading.Thread(target=run, args=(port, _try()), kwargs=_FLOOD)
    flood.start()
    time.sleep(1)
    load = run(port, intake, seconds=SECONDS, clients=CLIENTS)
    flood.join()
    return load


_FLOOD = {"seconds": SECONDS + 2, "clients": FLOOD_CLIENTS, "a_second": FLOOD_A_SECOND}


def _try() -> bytes:
    content = json.dumps({"username": "@@", "password": "wrong"})
    length = len(content) - len("@@") + UNIQUE
    lines = ("POST /_allauth/app/v1/auth/login HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json")
    return "\r\n".join([*lines, "X-Forwarded-For: @@", f"Content-Length: {length}", "", content]).encode()
