"""How a person can be reached without harm, as she said it last, and the one gate that anything sent must pass."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from accounts.queries import principals_of
from breaches.models import Report, SafeContact
from breaches.rules.safe_contact import Preferences, reasons_against
from breaches.types import Reason
from common.problems import Forbidden
from database.envelope import open_sealed
from orders.models import ProtectedPerson
from orders.types import Window


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a person said, and when. `said` is as she sent it."""

    said: dict[str, Any]
    said_at: datetime


def recorded_for(person: UUID) -> Recorded | None:
    """The newest there is, opened; None where nobody asked her yet."""
    row = SafeContact.objects.filter(person_id=person).order_by("-said_at", "-id").first()
    if row is None:
        return None
    return Recorded(json.loads(open_sealed(bytes(row.sealed), context=sealed_for(row))), row.said_at)


def sealed_for(row: SafeContact) -> str:
    """What a row is sealed for: moved to another person it does not open."""
    return f"safe contact {row.id} {row.person_id}"


def may_contact(person: UUID, channel: str, at: datetime) -> bool:
    """Whether a person may be reached by a channel at an instant (rule 74)."""
    return not _reasons(person, channel, at)


def check_may_contact(person: UUID, channel: str, at: datetime) -> None:
    """The same for whatever is about to send something: raises `contact_not_safe`, with every reason."""
    reasons = _reasons(person, channel, at)
    if reasons:
        raise Forbidden(
            "contact_not_safe",
            "This person cannot be reached safely in this way now.",
            extra={"reasons": [{"code": reason.code, "detail": reason.detail} for reason in reasons]},
        )


def _reasons(person: UUID, channel: str, at: datetime) -> tuple[Reason, ...]:
    recorded = recorded_for(person)
    return reasons_against(preferences(recorded.said) if recorded else None, channel, at)


def preferences(said: dict[str, Any]) -> Preferences:
    """What was said, as the rule takes it."""
    return Preferences(
        channels=frozenset(said["channels"]),
        hours=tuple(
            Window(frozenset(hour["days"]), time.fromisoformat(hour["from"]), time.fromisoformat(hour["to"]))
            for hour in said["hours"]
        ),
        voicemail=said["voicemail"],
    )


def person_behind(report: Report, *, at: datetime) -> UUID | None:
    """Whose report it is: who made it, whom the advocate who made it acts for, or whom the key in it names.

    None where that is nobody with an account, or where it could be more than one.
    """
    if report.reporter_kind == "victim":
        return report.reporter_user_id
    if report.order_id is None:
        return None
    people = ProtectedPerson.objects.filter(order_id=report.order_id, user__isnull=False)
    if report.reporter_kind == "advocate" and report.reporter_user_id:
        people = people.filter(user_id__in=principals_of(report.reporter_user_id, at=at))
    else:
        by: dict[str, Any] = json.loads(report.body_sent).get("reported_by") or {}
        people = people.filter(key=by.get("protected_person") or "")
    found = list(people.values_list("user_id", flat=True)[:2])
    return found[0] if len(found) == 1 else None
