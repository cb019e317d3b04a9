"""Writing a new report: one statement, its rows as one JSON value.

The busiest path of the service. Building the same three inserts from models for each report costs more than
running them, and so does quoting sixty values one by one; `./dev bench intake` shows the difference.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Model

from breaches.models import Assessment, Report, ReportPosition
from database.writes import write

# A row by its columns. One that it leaves out is null, which the table refuses wherever it may not be.
Row = Mapping[str, Any]


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
_REPORT_COLUMNS = [(field.column, field.attname) for field in Report._meta.concrete_fields]
_ASSESSMENT = _insert(Assessment, "jsonb_populate_record(NULL::breaches_assessment, %s::jsonb)")


def insert_intake(report: Report, positions: Sequence[Row], assessment: Row) -> None:
    """Store a new report with its positions and its first assessment."""
    mine = {column: getattr(report, name) for column, name in _REPORT_COLUMNS}
    _store(_INTAKE, {"report": mine, "positions": positions, "assessment": assessment})


def insert_assessment(assessment: Row) -> None:
    """Store an assessment."""
    _store(_ASSESSMENT, assessment)


def _store(statement: str, value: Any) -> None:
    # str gives UUIDs and instants the form that PostgreSQL reads.
    write(statement, [json.dumps(value, default=str)])
