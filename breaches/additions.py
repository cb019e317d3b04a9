"""What is added to a report, as a row: by whom; and what somebody had proved who sends something."""

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
        assurance=assurance_of(caller),
    )


def assurance_of(caller: Caller) -> str:
    """What a sender had proved: all that is asked of them, their mailbox alone, or the receipt of a report."""
    if caller.kind == "public":
        return "receipt"
    return "full" if caller.assurance == "full" else "mailbox"
