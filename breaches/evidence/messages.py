"""What others are told of evidence: its id, its report's reference and its state. Never its name or content."""

from __future__ import annotations

from breaches.evidence.models import EvidenceItem
from breaches.messages import about_order
from webhooks.services import enqueue


def examined(item: EvidenceItem) -> None:
    """It was released, or it is held back."""
    _tell(item, "evidence.released" if item.state == "released" else "evidence.held")


def examined_again(item: EvidenceItem) -> None:
    """Newer readers found something in it that was not found before, or found it otherwise."""
    _tell(item, "evidence.examined_again")


def locked(item: EvidenceItem) -> None:
    """It is no longer what was received, or no longer there: nobody gets it until somebody has found out why."""
    _tell(item, "evidence.held")


def _tell(item: EvidenceItem, event: str) -> None:
    report = item.report
    enqueue(
        force=report.force_id,
        type=event,
        subject=item.id,
        reference=report.reference,
        state=item.state,
        about=about_order(report),
    )
