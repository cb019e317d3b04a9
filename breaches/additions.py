"""What is added to a report, as a row: by whom, and what they had proved."""

from __future__ import annotations

from datetime import datetime

from accounts.types import Caller
from breaches.models import Addition, Report


def addition_row(caller: Caller, report: Report, kind: str, text: str, now: datetime) -> Addition:
    """Something added, not stored yet."""
    return Addition(
        report=report,
        kind=kind,
        text=text,
        sent_at=now,
        sender_kind=caller.kind,
        sender=caller.id,
        staff_id=caller.staff_id,
        assurance=_proved(caller),
    )


def _proved(caller: Caller) -> str:
    if caller.kind == "public":
        return "receipt"
    return "full" if caller.assurance == "full" else "mailbox"
