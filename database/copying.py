"""Many rows into a table at once, by COPY: a fraction of the cost of inserting them, and the same checks.

PostgreSQL has no COPY into a table whose rows a policy guards (docs/adr/0007): the rows go into a table of the
transaction's own, and from there in one statement, which the policy sees, to where they belong.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import AutoField, Field, JSONField, Model
from psycopg import sql
from psycopg.types.json import Json

from database.sealed import SealedField

_SENT = "CREATE TEMPORARY TABLE {sent} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA"
_COPY = "COPY {sent} FROM STDIN"
_STORE = "INSERT INTO {table} ({columns}) SELECT {columns} FROM {sent}"
_FORGET = "DROP TABLE {sent}"


def copy_in(rows: Sequence[Model]) -> None:
    """Store new rows of one model, inside the caller's transaction. Its own numbers (`AutoField`) are not read back.

    Every column is sent as the row has it: a default that the database itself would work out is not applied.
    """
    if not rows:
        return
    fields = _fields(type(rows[0]))
    begin, copy, store, forget = _statements(type(rows[0]))
    with connection.cursor() as cursor:
        cursor.execute(begin)
        # A cursor's `copy` is the driver's own: what it raises is not Django's yet.
        with connection.wrap_database_errors, cursor.copy(copy) as sent:
            for row in rows:
                sent.write_row([_sent(field, row) for field in fields])
        cursor.execute(store)
        cursor.execute(forget)


@cache
def _fields(model: type[Model]) -> list[Field[Any, Any]]:
    return [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]


@cache
def _statements(model: type[Model]) -> list[sql.Composed]:
    names = {
        "table": sql.Identifier(model._meta.db_table),
        "sent": sql.Identifier(f"sent_{model._meta.db_table}"),
        "columns": sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in _fields(model)),
    }
    return [sql.SQL(statement).format(**names) for statement in (_SENT, _COPY, _STORE, _FORGET)]


def _sent(field: Field[Any, Any], row: Model) -> Any:
    value = row.__dict__[field.attname]  # a place as it was given, not made a geometry first
    if isinstance(field, SealedField):
        return field.sealed(value, row.pk)
    return Json(value) if isinstance(field, JSONField) else value
