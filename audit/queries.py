"""Reading the trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from audit.models import Entry


@dataclass(frozen=True, slots=True)
class Span:
    """A time: `start` counts, `end` does not; None is open."""

    start: datetime | None
    end: datetime | None


def of_organisation(organisation: str, span: Span) -> QuerySet[Entry]:
    """What an organisation's people and systems did."""
    return _within(Entry.objects.filter(organisation=organisation), span)


def about(record: UUID, span: Span) -> QuerySet[Entry]:
    """What anybody did with a record."""
    return _within(Entry.objects.filter(record_ids__contains=[str(record)]), span)


def _within(rows: QuerySet[Entry], span: Span) -> QuerySet[Entry]:
    if span.start is not None:
        rows = rows.filter(at__gte=span.start)
    if span.end is not None:
        rows = rows.filter(at__lt=span.end)
    return rows.select_related("link")
