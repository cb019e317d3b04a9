"""Many rows into a table at once, as one value: a fraction of the cost of inserting them, and the same checks.

Not by COPY: PostgreSQL has none into a table whose rows a policy guards (docs/adr/0007).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import GEOSGeometry
from django.db import connection
from django.db.models import AutoField, Field, JSONField, Model
from psycopg import sql
from psycopg.types.range import Range

from database.sealed import SealedField


def copy_in(rows: Sequence[Model]) -> None:
    """Store new rows of one model, inside the caller's transaction. Its own numbers (`AutoField`) are not read back.

    Every column is sent as the row has it: a default that the database itself would work out is not applied.
    """
    if not rows:
        return
    statement, fields = _statement(type(rows[0]))
    sent = [
        {column: value if is_json else _sent(value) for column, value, is_json in _cells(row, fields)} for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(sent, separators=(",", ":"))])


@cache
def _statement(model: type[Model]) -> tuple[sql.Composed, list[tuple[Field[Any, Any], bool]]]:
    table = model._meta
    fields = [field for field in table.concrete_fields if not isinstance(field, AutoField)]
    columns = sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields)
    statement = sql.SQL("INSERT INTO {0} ({1}) SELECT {1} FROM jsonb_populate_recordset(NULL::{0}, %s::jsonb)").format(
        sql.Identifier(table.db_table), columns
    )
    return statement, [(field, isinstance(field, JSONField)) for field in fields]


def _value(field: Field[Any, Any], row: Model) -> Any:
    value = getattr(row, field.attname)
    return field.sealed(value, row.pk) if isinstance(field, SealedField) else value


def _cells(row: Model, fields: list[tuple[Field[Any, Any], bool]]) -> list[tuple[str, Any, bool]]:
    return [(str(field.column), _value(field, row), is_json) for field, is_json in fields]


def _sent(value: Any) -> Any:
    """The form in which PostgreSQL reads a value of its type out of JSON."""
    if isinstance(value, UUID | datetime | date):
        return str(value)
    if isinstance(value, GEOSGeometry):
        return value.hexewkb.decode()
    if isinstance(value, bytes | memoryview):
        return f"\\x{bytes(value).hex()}"
    if isinstance(value, Range):
        return f"{value.bounds[0]}{_end(value.lower)},{_end(value.upper)}{value.bounds[1]}"
    return value


def _end(value: Any) -> str:
    return "" if value is None else f'"{value}"'
