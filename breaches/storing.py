"""Writing a new report's rows, the statements written out.

The busiest path of the service. Building the same three inserts from models for each report costs more than
running them; `./dev bench intake` shows the difference, and a test holds these columns against the models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model
from psycopg.types.json import Jsonb

from breaches.models import Assessment, Report, ReportPosition


class Insert:
    """An insert into a model's table of all its columns, in the order of the model."""

    def __init__(self, model: type[Model], forms: Mapping[str, str] | None = None) -> None:
        self.fields = [(field.attname, field.get_internal_type()) for field in model._meta.concrete_fields]
        columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
        values = ", ".join((forms or {}).get(name, "%s") for name, _ in self.fields)
        self.statement = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({values})'  # noqa: S608 - names of ours

    def values(self, row: Model) -> list[Any]:
        return [_adapted(getattr(row, name), kind) for name, kind in self.fields]


def _adapted(value: Any, kind: str) -> Any:
    if kind == "JSONField" and value is not None:
        return Jsonb(value)
    return value.ewkt if kind == "PointField" and value is not None else value


_REPORT = Insert(Report)
_POSITION = Insert(ReportPosition, {"point": "%s::geography"})
_ASSESSMENT = Insert(Assessment)


def insert_report(report: Report, positions: Sequence[ReportPosition]) -> None:
    """Store a new report with its positions."""
    with connection.cursor() as cursor:
        cursor.execute(_REPORT.statement, _REPORT.values(report))
        if positions:
            cursor.executemany(_POSITION.statement, [_POSITION.values(row) for row in positions])


def insert_assessment(assessment: Assessment) -> None:
    """Store an assessment."""
    with connection.cursor() as cursor:
        cursor.execute(_ASSESSMENT.statement, _ASSESSMENT.values(assessment))
