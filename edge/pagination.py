"""Lists by cursor: stable under inserts, signed, and never a position in a URL that means anything."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet
from rest_framework.request import Request

from common.problems import Problem, Refused

T = TypeVar("T", bound=Model)
DEFAULT_LIMIT, MOST = 50, 200
_SALT = "edge.pagination"


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    rows: list[T]
    next: str | None
    previous: str | None


def refuse(pointer: str, code: str, detail: str) -> Refused:
    return Refused([Problem(pointer, code, detail)], code=code, detail=detail)


def sign(kind: str, values: Sequence[object]) -> str:
    return signing.dumps([kind, *values], salt=_SALT)


def unsign(cursor: str, kind: str, count: int) -> list[Any]:
    """What `sign` was given; `cursor_invalid` for anything else, another list's cursor included."""
    try:
        values = signing.loads(cursor, salt=_SALT)
    except (signing.BadSignature, ValueError):
        raise refuse("?cursor", "cursor_invalid", "This cursor was not given out here.") from None
    if not isinstance(values, list) or len(values) != count + 1 or values[0] != kind:
        raise refuse("?cursor", "cursor_invalid", "This cursor was not given out here.")
    return values[1:]


def limit_of(request: Request) -> int:
    sent = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not (sent.isascii() and sent.isdigit() and len(sent) <= len(str(MOST)) and 1 <= int(sent) <= MOST):
        raise refuse("?limit", "limit_invalid", f"limit takes a whole number from 1 to {MOST}.")
    return int(sent)


def paginate(request: Request, rows: QuerySet[T], *, order: Sequence[str]) -> Page[T]:
    """One page in `order`: ascending field names that together are unique and never null."""
    limit = limit_of(request)
    kind = f"{request.path}:{','.join(order)}"
    backwards = False
    cursor = request.query_params.get("cursor")
    if cursor:
        direction, *values = unsign(cursor, kind, len(order) + 1)
        backwards = direction == "p"
        rows = rows.filter(_beyond(order, values, before=backwards))
    ordering = [f"-{name}" if backwards else name for name in order]
    found = list(rows.order_by(*ordering)[: limit + 1])
    more, kept = len(found) > limit, found[:limit]
    if backwards:
        kept.reverse()
    return Page(
        rows=kept,
        next=_link(kind, "n", kept[-1], order) if kept and (more or backwards) else None,
        previous=_link(kind, "p", kept[0], order) if kept and cursor and (more or not backwards) else None,
    )


def start_of(request: Request) -> int:
    """Where a page of a list begins whose rows are numbered without a gap, from 0. Raises `Refused`."""
    cursor = request.query_params.get("cursor")
    start = unsign(cursor, request.path, 1)[0] if cursor else 0
    return int(start)


def sign_start(request: Request, start: int) -> str:
    """The cursor of the page that begins there."""
    return sign(request.path, [start])


def _link(kind: str, direction: str, row: Model, order: Sequence[str]) -> str:
    values = [getattr(row, name) for name in order]
    plain = [v.isoformat() if isinstance(v, datetime) else v if isinstance(v, int) else str(v) for v in values]
    return sign(kind, [direction, *plain])


def _beyond(order: Sequence[str], values: Sequence[Any], *, before: bool) -> Q:
    """(a, b, c) > (x, y, z) spelt out, since the ORM has no row comparison."""
    side = "lt" if before else "gt"
    steps = []
    for index, name in enumerate(order):
        equal = {order[i]: values[i] for i in range(index)}
        steps.append(Q(**equal, **{f"{name}__{side}": values[index]}))
    return reduce(operator.or_, steps)
