"""Reading the trail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from audit.models import Entry
from database import tenancy


@dataclass(frozen=True, slots=True)
class Span:
    """A time: `start` counts, `end` does not; None is open."""

    start: datetime | None
    end: datetime | None


def of_organisation(organisation: str, span: Span, *, without: Sequence[str] = ()) -> QuerySet[Entry]:
    """What an organisation's people and systems did; `without` rows that name any of these records."""
    rows = _within(Entry.objects.filter(organisation=organisation), span)
    return rows.exclude(record_ids__overlap=list(without)) if without else rows


def attempts_at(record: UUID, *, verb: str) -> QuerySet[Entry]:
    """Who asked for a record that is kept from them."""
    return Entry.objects.filter(record_ids__contains=[str(record)], verb=verb)


def about(record: UUID, span: Span = Span(None, None)) -> QuerySet[Entry]:
    """What anybody did with a record, whoever they are. Asked once in a request, for whoever may see the record."""
    tenancy.ask_about(record)
    rows = Entry.objects.filter(record_ids__contains=[str(record)])
    if tenancy.current() is not None:
        # Its own index: the database may not look a tenant's rows up by what stands in an array.
        rows = rows.filter(id__in=RawSQL("SELECT unnest(app_entries())", []))
    return _within(rows, span)


def _within(rows: QuerySet[Entry], span: Span) -> QuerySet[Entry]:
    if span.start is not None:
        rows = rows.filter(at__gte=span.start)
    if span.end is not None:
        rows = rows.filter(at__lt=span.end)
    return rows.select_related("link")
