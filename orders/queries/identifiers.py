"""What was recorded of a person beside the versions of an order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from common.problems import NotFound
from orders.models import Order, PersonIdentifier, ProtectedPerson
from orders.rules.people import PersonRole

RESPONDENT = "respondent"


@dataclass(frozen=True, slots=True)
class Whose:
    """Somebody of an order. `key` is empty for the respondent."""

    role: PersonRole
    key: str


def whose_in(order: Order, person: str) -> Whose:
    """Whom an address names: `respondent`, or a key of the order. Raises `NotFound`."""
    if person == RESPONDENT:
        return Whose("respondent", "")
    if not ProtectedPerson.objects.filter(order=order, key=person).exists():
        raise NotFound
    return Whose("protected_person", person)


def identifiers_recorded(order: Order, whose: Whose, *, known_at: datetime | None = None) -> QuerySet[PersonIdentifier]:
    """All that was recorded of somebody, retired or not, the oldest first; with `known_at`, as was known then."""
    rows = PersonIdentifier.objects.filter(order=order, role=whose.role, key=whose.key)
    return (rows if known_at is None else rows.filter(recorded_at__lte=known_at)).order_by("recorded_at", "id")


def identifiers_counting(order: Order, role: PersonRole) -> dict[str, list[dict[str, Any]]]:
    """What counts now, by key, opened: only for whoever may be shown it."""
    found: dict[str, list[dict[str, Any]]] = {}
    rows = PersonIdentifier.objects.filter(Q(retired_at=None), order=order, role=role).order_by("recorded_at", "id")
    for row in rows:
        told = {**row.said, "id": str(row.id), "from": row.starts_at, "until": row.ends_at}
        found.setdefault(row.key, []).append(told)
    return found
