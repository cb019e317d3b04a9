"""PostgreSQL keeps the rules whatever the code does (architecture, habit 12)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone

from audit.models import Entry
from breaches.models import Assessment, Consultation, Decision, Move, Report, ReportPosition
from tests.support.api import Apis
from tests.support.orders import INSIDE, a_report


@pytest.fixture
def report(api: Apis, order: str) -> Report:
    return Report.objects.get(id=api.victim.post("victim/reports", a_report()).body["id"])


def refused(act: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            act()
    except DatabaseError:
        return True
    return False


@pytest.mark.parametrize(
    "values",
    [
        {"state": "lost"},
        {"state": "verified"},  # not a move from received
        {"state": "in_review"},  # a move, but nobody holds it
        {"claimed_at": timezone.now()},
        {"priority": 0},
        {"priority": 6},
        {"review_due": F("received_at")},
        {"incident_to": F("incident_from") - timedelta(seconds=1)},
        {"body_sent": b"{}"},
        {"received_at": timezone.now()},
        {"order": None},
        {"immediate_danger": True},
        {"reporter": "somebody else"},
    ],
    ids=lambda values: next(iter(values)),
)
def test_a_report_cannot_be_made_what_it_never_was(report: Report, values: dict[str, Any]) -> None:
    assert refused(lambda: Report.objects.filter(pk=report.pk).update(**values))


def test_a_report_is_never_deleted(report: Report) -> None:
    assert refused(lambda: Report.objects.filter(pk=report.pk)._raw_delete("default"))


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Assessment, {"verdict": "not_indicated"}),
        (ReportPosition, {"r95_m": 1.0}),
        (Move, {"verb": "claim"}),
        (Decision, {"reason": b"changed my mind"}),
        (Consultation, {"answer": b"{}"}),
        (Entry, {"actor": "nobody"}),
    ],
)
def test_what_was_written_down_stays(api: Apis, report: Report, model: Any, values: dict[str, Any]) -> None:
    """Habit 15: added, never edited."""
    tag = api.officer.post(f"officer/reports/{report.id}/claim", {}).etag
    api.officer.post(f"officer/reports/{report.id}/not-verified", {"reason": "Another man."}, If_Match=tag)
    api.force.post("force/orders/SPO-05-0001-26/check", {"happened": {"from": "2026-11-20T18:00:00Z"}})
    row = model.objects.latest("pk")
    assert refused(lambda: model.objects.filter(pk=row.pk).update(**values))
    assert refused(lambda: model.objects.filter(pk=row.pk)._raw_delete("default"))


def test_a_decision_that_nothing_was_shown_has_a_reason(report: Report, cast: Any) -> None:
    assessment = report.assessments.get()
    row = Decision(
        report=report,
        assessment=assessment,
        kind="not_verified",
        decided_by_id=cast.officer.user_id,
        staff_id="4401",
        decided_at=timezone.now(),
    )
    assert refused(row.save)


def test_a_disclosure_names_its_recipient(db: None) -> None:
    """Data Protection Act 2018, section 62."""
    row = Entry(actor_kind="service", actor="x", action="disclosure", verb="x", record_ids=[])
    assert refused(row.save)
    row.recipient = "Crown Prosecution Service"
    assert not refused(row.save)


def test_a_position_with_a_place_has_an_error_radius(report: Report) -> None:
    placed = report.positions.get()
    placed.pk, placed.index, placed.r95_m = None, 1, 0.0
    assert refused(lambda: placed.save(force_insert=True))
    assert placed.point
    assert placed.point.x == pytest.approx(INSIDE["longitude"])
