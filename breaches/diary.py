"""A person's private diary, opened for herself only."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from breaches.models import DiaryEntry
from common.problems import NotFound
from database.envelope import open_sealed
from database.locks import hold


def entries_of(person: UUID) -> QuerySet[DiaryEntry]:
    return DiaryEntry.objects.filter(person_id=person).select_related("reported__report")


def own_entry(person: UUID, entry_id: UUID) -> DiaryEntry:
    """Held until the end of the transaction, so that it becomes a report once; `NotFound` for everything else."""
    hold(f"diary {entry_id}")  # a row that nobody may change cannot be held itself
    entry = entries_of(person).filter(pk=entry_id).first()
    if entry is None:
        raise NotFound
    return entry


def opened(entry: DiaryEntry) -> dict[str, Any]:
    """What she wrote."""
    found: dict[str, Any] = json.loads(open_sealed(bytes(entry.sealed), context=sealed_for(entry)))
    return found


def sealed_for(entry: DiaryEntry) -> str:
    """What an entry is sealed for: moved to another person's diary it does not open."""
    return f"diary {entry.id} {entry.person_id}"
