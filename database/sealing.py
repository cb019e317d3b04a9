"""For migrations: a column that holds text or JSON becomes a sealed one, with what is in it, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from psycopg import sql

from common.envelope import NotOpened
from database.envelope import open_sealed, seal
from database.sealed import context_of, unpacked

Kind = Literal["text", "jsonb"]
_BATCH = 500


def seal_column(editor: Any, table: str, column: str, *, kind: Kind, null: bool = False) -> None:
    """Turn a column into the `bytea` that `SealedText` or `SealedJSON` reads. `kind` is what it is now."""

    def sealed(pk: Any, value: str) -> bytes:
        return seal(value.encode(), context=context_of(table, column, pk)) if value or kind == "jsonb" else b""

    _turn(editor, table, column, ("bytea", null, "text", sealed))


def unseal_column(editor: Any, table: str, column: str, *, kind: Kind, null: bool = False) -> None:
    """Undo `seal_column`. Raises `NotOpened` where a master key is missing: then nothing has changed."""

    def opened(pk: Any, value: bytes) -> str:
        if not value and kind == "jsonb":
            raise NotOpened
        plain = open_sealed(bytes(value), context=context_of(table, column, pk)) if value else b""
        return (unpacked(plain) if kind == "jsonb" else plain).decode()

    _turn(editor, table, column, (kind, null, "bytea", opened))


def _turn(editor: Any, table: str, column: str, how: tuple[str, bool, str, Callable[[Any, Any], Any]]) -> None:
    kind, null, read_as, change = how
    names = {"table": sql.Identifier(table), "old": sql.Identifier(column), "new": sql.Identifier(f"{column}_turned")}
    with editor.connection.cursor() as cursor, _without_triggers(cursor, table):
        key = _key_of(cursor, table)
        words = names | {"key": sql.Identifier(key), "kind": sql.SQL(kind), "as": sql.SQL(read_as)}
        cursor.execute(sql.SQL("ALTER TABLE {table} ADD COLUMN {new} {kind}").format(**words))
        _fill(cursor, words, change)
        cursor.execute(sql.SQL("ALTER TABLE {table} DROP COLUMN {old}").format(**words))
        cursor.execute(sql.SQL("ALTER TABLE {table} RENAME COLUMN {new} TO {old}").format(**words))
        if not null:
            cursor.execute(sql.SQL("ALTER TABLE {table} ALTER COLUMN {old} SET NOT NULL").format(**words))


def _fill(cursor: Any, words: dict[str, Any], change: Callable[[Any, Any], Any]) -> None:
    start = sql.SQL("SELECT {key}, {old}::{as} FROM {table} WHERE {old} IS NOT NULL ").format(**words)
    first, after = (
        start + sql.SQL(more + "ORDER BY {key} LIMIT {most}").format(**words, most=sql.Literal(_BATCH))
        for more in ("", "AND {key} > %s ")
    )
    write = sql.SQL("UPDATE {table} SET {new} = %s::{kind} WHERE {key} = %s").format(**words)
    last: list[Any] = []
    while True:
        cursor.execute(after if last else first, last)
        rows = cursor.fetchall()
        if not rows:
            return
        for pk, value in rows:
            cursor.execute(write, [change(pk, value), pk])
        last = [rows[-1][0]]


def _key_of(cursor: Any, table: str) -> str:
    cursor.execute(
        "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
        " WHERE i.indrelid = %s::regclass AND i.indisprimary",
        [table],
    )
    return str(cursor.fetchone()[0])


@contextmanager
def _without_triggers(cursor: Any, table: str) -> Iterator[None]:
    """A trigger that names the column would keep it from changing, and one that keeps rows as they are, the rows."""
    cursor.execute("SET LOCAL statement_timeout = 0")  # as long as the table is long
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute(
        "SELECT tgname, pg_get_triggerdef(oid), obj_description(oid, 'pg_trigger') FROM pg_trigger"
        " WHERE tgrelid = %s::regclass AND NOT tgisinternal ORDER BY tgname",
        [table],
    )
    found = cursor.fetchall()
    words = {"table": sql.Identifier(table)}
    for name, _, _ in found:
        cursor.execute(sql.SQL("DROP TRIGGER {name} ON {table}").format(name=sql.Identifier(name), **words))
    yield
    for name, definition, comment in found:
        cursor.execute(definition)
        if comment is not None:
            cursor.execute(
                sql.SQL("COMMENT ON TRIGGER {name} ON {table} IS {comment}").format(
                    name=sql.Identifier(name), comment=sql.Literal(comment), **words
                )
            )
