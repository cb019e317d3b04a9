"""Writes whose answers nobody looks at: sent at once, or gathered and sent as one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection
from psycopg import ClientCursor

BETWEEN = ";\n"
_waiting: ContextVar[list[str] | None] = ContextVar("waiting", default=None)


def write(statement: str, values: Sequence[Any] | Mapping[str, Any]) -> None:
    """Run an insert or update of which nothing is asked, not even how many rows it changed."""
    waiting = _waiting.get()
    if waiting is not None:
        waiting.append(ClientCursor(connection.connection).mogrify(statement, values))
        return
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@contextmanager
def gathered(*, last: bool = False) -> Iterator[None]:
    """Send everything that `write` is given in this block together at its end: one trip to the database.

    For use inside a transaction; nothing written in the block can be read in it. What PostgreSQL refuses is
    raised at the end. Whatever ends the block early sends nothing. `last`: nothing but the transaction's end comes
    after it, and the COMMIT goes along.
    """
    connection.ensure_connection()
    waiting: list[str] = []
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
    if waiting:
        if last and connection.in_atomic_block and not connection.savepoint_ids:
            waiting.append("COMMIT")  # Django's own then finds nothing to do
        with connection.cursor() as cursor:
            cursor.execute(BETWEEN.join(waiting))
