"""`at` and `known_at` of a read: when something was so, and as known when."""

from __future__ import annotations

from datetime import datetime

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from common.problems import Problem, Refused
from edge.shapes import parse_instant

_INSTANT = "RFC 3339 instant with an offset"
AT = OpenApiParameter("at", str, description=f"{_INSTANT}: when; now where it is left out")
KNOWN_AT = OpenApiParameter("known_at", str, description=f"{_INSTANT}: as it was known then; now where it is left out")


def read_instants(request: Request) -> tuple[datetime | None, datetime | None]:
    """`at` and `known_at`; None for one that was not sent. Raises `Refused` with all that is wrong with both."""
    at, known_at = (_read_instant(request, name) for name in ("at", "known_at"))
    problems = [read for read in (at, known_at) if isinstance(read, Problem)]
    if problems:
        raise Refused(problems)
    return at if isinstance(at, datetime) else None, known_at if isinstance(known_at, datetime) else None


def _read_instant(request: Request, name: str) -> datetime | Problem | None:
    sent = request.query_params.get(name)
    if sent is None:
        return None
    read_at = parse_instant(sent)
    if read_at is None or read_at.tzinfo is None or not 1 < read_at.year < 9999:
        return Problem(f"?{name}", "instant_unreadable", "Send an RFC 3339 instant with an offset (+ is %2B).")
    return read_at
