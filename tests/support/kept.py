"""Work done once and put back in later tests: what a set-up wrote, as rows, without the calls that wrote it.

Each test rolls back. Registering an order over the API takes a few dozen statements, and more than a thousand tests
begin with the same order; from the second on they get its rows, ids and times as they were made.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

Made = TypeVar("Made")
_CLOCKS_AGREE_S = 5.0


@dataclass(frozen=True, slots=True)
class _Kept:
    value: object
    rows: tuple[tuple[sql.Composed, bytes], ...]  # for each table the statement that takes the rows, and the rows


_KEPT: dict[str, _Kept] = {}
_SEEN: set[str] = set()


def kept(name: str, make: Callable[[], Made]) -> Made:
    """What `make` gives and leaves in the database. `name` stands for everything that it depends on.

    Made in earnest the first time, where the test's clock is not the real one, and where nothing rolls back.
    What `make` changes in rows that were there before is an error: only new rows can be put back.
    """
    if not connection.in_atomic_block or not _can_be_put_back():
        return make()
    if name in _KEPT:
        _put_back(_KEPT[name])
    elif name in _SEEN:
        _KEPT[name] = _noted(make)
    else:
        _SEEN.add(name)  # done once it may never be wanted again
        return make()
    return copy.deepcopy(_KEPT[name].value)  # type: ignore[return-value]


def _can_be_put_back() -> bool:
    """Whether the clocks agree, and the server lets this role put rows back (`./dev`'s own does)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM clock_timestamp())::float8, "
            "has_parameter_privilege(session_user, 'session_replication_role', 'SET')"
        )
        seconds, allowed = cursor.fetchone()
    return bool(allowed) and abs(timezone.now().timestamp() - seconds) < _CLOCKS_AGREE_S


def _noted(make: Callable[[], object]) -> _Kept:
    with transaction.atomic():
        with connection.cursor() as cursor:
            # The savepoint's own number: whatever is written in it bears this one or a later one.
            cursor.execute("CREATE TEMP TABLE since () ON COMMIT DROP")
            cursor.execute("SELECT xmin::text::bigint FROM pg_class WHERE oid = 'pg_temp.since'::regclass")
            since = cursor.fetchone()[0]
            cursor.execute("DROP TABLE pg_temp.since")
            before = {table: _count(table) for table in _columns()}
        value = make()
        rows = []
        for table, columns in _columns().items():
            written = _written(table, columns, since)
            if written:
                rows.append((_statement(table, columns), written))
            if _count(table) - before[table] != written.count(b"\n"):
                raise AssertionError(f"rows of {table} that were there before were changed")
        return _Kept(copy.deepcopy(value), tuple(rows))


@cache
def _columns() -> dict[str, list[str]]:
    """Every table that has rows of its own, with the columns that can be written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c "
            "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' "
            "WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'spatial_ref_sys' "
            "GROUP BY c.relname"
        )
        return dict(cursor.fetchall())


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
        return int(cursor.fetchone()[0])


def _written(table: str, columns: list[str], since: int) -> bytes:
    statement = sql.SQL("COPY (SELECT {} FROM {} WHERE xmin::text::bigint >= {}) TO STDOUT").format(
        _names(columns), sql.Identifier(table), since
    )
    with connection.cursor() as cursor, cursor.copy(statement) as rows:
        return b"".join(bytes(piece) for piece in rows)


def _statement(table: str, columns: list[str]) -> sql.Composed:
    return sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), _names(columns))


def _names(columns: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _put_back(known: _Kept) -> None:
    with connection.cursor() as cursor:
        # The rows went through every trigger when they were made.
        cursor.execute("SET session_replication_role = replica")
        for statement, rows in known.rows:
            with cursor.copy(statement) as table:
                table.write(rows)
        cursor.execute("SET session_replication_role = origin")
