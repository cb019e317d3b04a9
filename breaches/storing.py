"""Writing a new report: one statement, its rows as one JSON value.

The busiest path of the service. Building the same three inserts from models for each report costs more than
running them, and so does quoting sixty values one by one; `./dev bench intake` shows the difference.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.contrib.gis.geos import Point
from django.db.models import Model

from breaches.models import Assessment, Report, ReportPosition
from database.writes import write


def _insert(model: type[Model], rows: str) -> str:
    """An insert of all columns of a model, of rows of its own table's type."""
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) SELECT {columns} FROM {rows}'  # noqa: S608 - names of ours


_INTAKE = f"""
WITH sent AS MATERIALIZED (SELECT %s::jsonb AS rows),
report AS ({_insert(Report, "sent, jsonb_populate_record(NULL::breaches_report, sent.rows->'report')")}),
positions AS ({
    _insert(ReportPosition, "sent, jsonb_populate_recordset(NULL::breaches_reportposition, sent.rows->'positions')")
})
{_insert(Assessment, "sent, jsonb_populate_record(NULL::breaches_assessment, sent.rows->'assessment')")}
"""
_ASSESSMENT = _insert(Assessment, "jsonb_populate_record(NULL::breaches_assessment, %s::jsonb)")


def insert_intake(report: Report, positions: Sequence[ReportPosition], assessment: Assessment) -> None:
    """Store a new report with its positions and its first assessment."""
    rows = {"report": _row(report), "positions": [_row(p) for p in positions], "assessment": _row(assessment)}
    _store(_INTAKE, rows)


def insert_assessment(assessment: Assessment) -> None:
    """Store an assessment."""
    _store(_ASSESSMENT, _row(assessment))


def _store(statement: str, value: Any) -> None:
    write(statement, [json.dumps(value, default=_plain)])


@cache
def _names(model: type[Model]) -> list[tuple[str, str]]:
    return [(field.column, field.attname) for field in model._meta.concrete_fields if field.column]


def _row(row: Model) -> dict[str, Any]:
    return {column: getattr(row, name) for column, name in _names(type(row))}


def _plain(value: object) -> str:
    """What JSON has no form of, as PostgreSQL reads it: places as EWKT, UUIDs and instants in their usual form."""
    return str(value.ewkt) if isinstance(value, Point) else str(value)
