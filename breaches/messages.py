"""What others are told of a report: its id, its reference and its state. Never a person, place or word of it."""

from __future__ import annotations

from breaches.models import Report
from webhooks.services import enqueue


def received(report: Report) -> None:
    """The report is in the queue; with immediate danger a second event says so at once (rule 37)."""
    _tell(report, "report.received")
    if report.immediate_danger:
        _tell(report, "report.immediate_danger")


def assessed_again(report: Report) -> None:
    _tell(report, "report.assessed")


def moved(report: Report, verb: str) -> None:
    """Releases are nobody else's business: there is no event for them."""
    event = {"claim": "report.claimed", "verify": "report.verified", "not-verified": "report.not_verified"}.get(verb)
    if event:
        _tell(report, event)


def _tell(report: Report, event: str) -> None:
    enqueue(force=report.force_id, type=event, subject=report.id, reference=report.reference, state=report.state)
