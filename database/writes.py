"""Fewer trips to the database: writes gathered and sent as one, a BEGIN sent with what is asked first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

from django.db import connection
from psycopg import ClientCursor

from database.postgis.base import DatabaseWrapper

BETWEEN = ";\n"
_CALL = "SELECT "
_waiting: ContextVar[list[tuple[str, Sequence[Any]]] | None] = ContextVar("waiting", default=None)


def write(statement: str, values: Sequence[Any]) -> None:
    """Run an insert or update, or a function that does it, of which nothing is asked, not even how many rows it was."""
    waiting = _waiting.get()
    if waiting is not None:
        waiting.append((statement, values))
        return
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def ask(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement; it takes a late BEGIN along, and is planned anew then: for calls of functions."""
    with connection.cursor() as cursor:
        if _wrapper().begin_waits:
            sent = _mogrified(statement, values)
            cursor.execute(_wrapper().take_begin() + BETWEEN + sent)
            while cursor.nextset():
                pass
        else:
            cursor.execute(statement, values)
        return list(cursor.fetchall())


@contextmanager
def late_begin() -> Iterator[None]:
    """A transaction that begins in this block begins with the first statement in it, and not by itself."""
    _wrapper().begins_late = True
    try:
        yield
    finally:
        _wrapper().begins_late = False


def _wrapper() -> DatabaseWrapper:
    return cast(DatabaseWrapper, connection)


def _mogrified(statement: str, values: Sequence[Any]) -> str:
    with connection.wrap_database_errors:
        return ClientCursor(connection.connection).mogrify(statement, values)


def _as_one(waiting: Sequence[tuple[str, Sequence[Any]]]) -> str:
    """Functions that are called one after the other share a SELECT: every statement has a price of its own."""
    statements: list[str] = []
    for statement, _ in waiting:
        if statement.startswith(_CALL) and statements and statements[-1].startswith(_CALL):
            statements[-1] += f", {statement.removeprefix(_CALL)}"
        else:
            statements.append(statement)
    values = [value for _, some in waiting for value in some]
    return _mogrified(BETWEEN.join(statements), values)


@contextmanager
def gathered(*, last: bool = False) -> Iterator[None]:
    """Send everything that `write` is given in this block together at its end: one trip to the database.

    For use inside a transaction; nothing written in the block can be read in it. What PostgreSQL refuses is
    raised at the end. Whatever ends the block early sends nothing. `last`: nothing but the transaction's end comes
    after it, and the COMMIT goes along.
    """
    connection.ensure_connection()
    waiting: list[tuple[str, Sequence[Any]]] = []
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
    if waiting:
        statement = _as_one(waiting)
        if last and connection.in_atomic_block and not connection.savepoint_ids:
            statement += f"{BETWEEN}COMMIT"  # Django's own then finds nothing to do
        if _wrapper().begin_waits:
            statement = _wrapper().take_begin() + BETWEEN + statement
        with connection.cursor() as cursor:
            cursor.execute(statement)
