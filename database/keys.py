"""Which master keys sealed values rest on, and putting them under the newest one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from common import envelope
from common.envelope import NotOpened
from database.sealed import SealedField, sealed_fields

_BATCH = 500
# In this transaction only. Not `pgtrigger.ignore`: it sends two statements as one, and PostgreSQL prepares single ones.
_APART = """
SELECT set_config('pgtrigger.ignore', array_agg(tgname)::text, true)
  FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal
"""


@dataclass(frozen=True, slots=True)
class Form:
    """How a value carries its key: the id of the one it rests on, and the same value under the newest.

    `anew` is given the value and what its row's is bound to. It raises `NotOpened`.
    """

    key_of: Callable[[bytes], str]
    anew: Callable[[bytes, Any], bytes]


def resealed(sealed: bytes, context: str) -> bytes:
    return envelope.reseal(sealed, context=context, ring=settings.MASTER_KEYS)


def rewrapped(wrapped: bytes, context: str) -> bytes:
    return envelope.rewrap(wrapped, context=context, ring=settings.MASTER_KEYS)


SEALED = Form(envelope.sealed_by, resealed)
WRAPPED = Form(envelope.wrapped_by, rewrapped)  # a key alone: what it seals lies elsewhere


@dataclass(frozen=True, slots=True)
class Place:
    """Where sealed values lie: a column of a table whose rows have the key `key`, and what a row's is bound to."""

    table: str
    column: str
    key: str
    context: Callable[[Any], Any]
    form: Form = SEALED

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


def sealed_columns() -> Iterator[Place]:
    """Every `SealedField` of every table."""
    return (_place(column) for column in sealed_fields())


def _place(column: SealedField) -> Place:
    table = column.model._meta
    key = table.pk.column if table.pk is not None else "id"
    return Place(table.db_table, str(column.column), str(key), column.context)


@dataclass(frozen=True, slots=True)
class Rests:
    """One place: how many values rest on which key, and the rows whose key this server does not have."""

    column: str
    keys: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)

    def add(self, row: Any, key: str) -> None:
        self.keys[key] += 1
        if key not in {name for name, _ in settings.MASTER_KEYS.keys}:
            self.lost.append(str(row))


def rests_on(places: Iterable[Place]) -> Iterator[Rests]:
    """For each place, without opening anything."""
    for place in places:
        found = Rests(str(place))
        for pk, sealed in _values(place):
            found.add(pk, place.form.key_of(sealed))
        yield found


def rewrap(place: Place) -> int:
    """Put a place's values under the newest master key; how many were under another. What they hold is not touched.

    A value whose key is missing, or that was changed, stays as it is. Safe to run again after being cut short.
    """
    newest, _ = settings.MASTER_KEYS.newest()
    done = 0
    for pk, sealed in _values(place):
        if place.form.key_of(sealed) == newest:
            continue
        try:
            anew = place.form.anew(sealed, place.context(pk))
        except NotOpened:
            continue
        done += _replace(place, pk, (sealed, anew))
    return done


def _replace(place: Place, pk: Any, change: tuple[bytes, bytes]) -> int:
    old, new = change
    statement = sql.SQL("UPDATE {table} SET {column} = %s WHERE {key} = %s AND {column} = %s")
    # Tables that keep their rows as they were take this one change: the same words under another key.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_APART, [place.table])
        cursor.execute(statement.format(**_words(place)), [new, pk, old])
        changed = int(cursor.rowcount)
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{}', true)")
    return changed


def _values(place: Place) -> Iterator[tuple[Any, bytes]]:
    """Every value that is there, with its row's id, some at a time."""
    words = _words(place)
    first = sql.SQL("SELECT {key}, {column} FROM {table} WHERE length({column}) > 0 ORDER BY {key} LIMIT {most}")
    after = sql.SQL(
        "SELECT {key}, {column} FROM {table} WHERE length({column}) > 0 AND {key} > %s ORDER BY {key} LIMIT {most}"
    )
    last: list[Any] = []
    while True:
        with connection.cursor() as cursor:
            cursor.execute((after if last else first).format(**words, most=sql.Literal(_BATCH)), last)
            rows = cursor.fetchall()
        yield from ((pk, bytes(sealed)) for pk, sealed in rows)
        if len(rows) < _BATCH:
            return
        last = [rows[-1][0]]


def _words(place: Place) -> dict[str, sql.Identifier]:
    return {name: sql.Identifier(getattr(place, name)) for name in ("table", "column", "key")}
