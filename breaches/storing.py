"""Writing a new report: one call, its rows as one JSON value.

The busiest path of the service. Building the same three inserts from models for each report costs more than
running them, and so does quoting sixty values one by one; `./dev bench intake` shows the difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Model
from pydantic_core import to_json

from breaches.models import Assessment, Report
from breaches.reading import PlacedPosition
from common.ids import uuid7
from database.sealed import SealedField
from database.writes import write

# A row by its columns. One that it leaves out is null, which the table refuses wherever it may not be.
Row = Mapping[str, Any]


_INTAKE = "SELECT breaches_store_report(%s::jsonb)"
_REPORT_COLUMNS = [
    (field.column, field.attname) for field in Report._meta.concrete_fields if not isinstance(field, SealedField)
]
_ASSESSMENT = (
    "INSERT INTO breaches_assessment SELECT * FROM jsonb_populate_record(NULL::breaches_assessment, %s::jsonb)"
)

_AREA = "INSERT INTO breaches_reportarea SELECT * FROM jsonb_populate_record(NULL::breaches_reportarea, %s::jsonb)"


def insert_intake(report: Report, positions: Sequence[Row], assessment: Row) -> None:
    """Store a new report with its positions and its first assessment."""
    mine = {str(column): getattr(report, name) for column, name in _REPORT_COLUMNS}
    said = _sealed(Report, {"id": report.id, "body_sent": report.body_sent})
    _store(_INTAKE, {"report": {**mine, **said}, "positions": positions, "assessment": _sealed(Assessment, assessment)})


def insert_assessment(assessment: Row) -> None:
    """Store an assessment."""
    _store(_ASSESSMENT, _sealed(Assessment, assessment))


def _sealed(model: type[Model], row: Row) -> Row:
    """The row with what its table seals sealed, in the form in which PostgreSQL reads bytes."""
    fields = [f for f in model._meta.concrete_fields if isinstance(f, SealedField) and f.attname in row]
    return {**row, **{f.attname: "\\x" + f.sealed(row[f.attname], row["id"]).hex() for f in fields}}


def insert_area(area: Row) -> None:
    """Store whose area a report was found to have happened in."""
    _store(_AREA, area)


def _store(statement: str, value: Any) -> None:
    write(statement, [to_json(value).decode()])


def position_columns(placed: PlacedPosition) -> dict[str, Any]:
    """What is kept of a place in a report, but for whose it is."""
    reported, reading = placed.reported, placed.reading
    point = reading.point
    return {
        "id": uuid7(),
        "index": reported.index,
        "subject": reported.subject,
        "method": reported.method,
        "point": f"SRID=4326;POINT({point.longitude!r} {point.latitude!r})" if point else None,
        "r95_m": reading.r95_m,
        "accuracy_assumed": reading.accuracy_assumed,
        "recorded_at": reported.at,
        "transformation": reading.transformation or "",
    }
