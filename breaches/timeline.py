"""What happened under an order, in one line of time: what the court and the force did, what was reported, decided.

Codes, numbers and references only; never a name, a place or a word of what somebody said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from breaches.models import Decision, EvidenceExamination, Outcome, Report
from common.london import midnight_starting
from orders.models import (
    Appeal,
    Determination,
    Discharge,
    MonitoringAuthority,
    Notification,
    Order,
    OrderReview,
    Service,
    Withdrawable,
    ZoneApproval,
)


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing: when it happened or was, what kind of thing, and the record that says more."""

    at: datetime
    kind: str
    record: UUID
    about: dict[str, Any] = field(default_factory=dict)


def timeline_of(order: Order) -> list[Happened]:
    """Everything, the oldest first. A report stands where its incident begins, or where it came if none is known."""
    parts = (_versions, _papers, _endings, _notifications, _reports, _decisions, _examinations)
    return sorted((one for part in parts for one in part(order)), key=lambda one: (one.at, one.kind, str(one.record)))


def _versions(order: Order) -> Iterator[Happened]:
    for version in order.versions.order_by("number"):
        about = {"version": version.number, "change": version.change_kind, "recorded_at": version.recorded_at}
        yield Happened(version.effective_from, "version", version.id, about)
    for approval in ZoneApproval.objects.filter(zone__version__order=order).select_related("zone__version"):
        about = {"zone": approval.zone.code, "version": approval.zone.version.number, "by": approval.staff_id}
        yield Happened(approval.approved_at, "zone_approved", approval.zone_id, about)


def _papers(order: Order) -> Iterator[Happened]:
    for served in Service.with_withdrawn.filter(order=order).select_related("version"):
        about = {"method": served.method, "version": served.version.number}
        yield Happened(served.served_at, "served", served.id, about | _withdrawal_json(served))
    for authority in MonitoringAuthority.objects.filter(order=order):
        about = {"authority": authority.kind, "until": authority.ends_at}
        yield Happened(authority.starts_at, "monitoring", authority.id, about)
    for review in OrderReview.objects.filter(order=order):
        yield Happened(review.reviewed_at, "reviewed", review.id, {"by": review.staff_id})


def _endings(order: Order) -> Iterator[Happened]:
    for found in Determination.with_withdrawn.filter(order=order):
        yield Happened(found.at, "determined", found.id, {"result": found.result} | _withdrawal_json(found))
    for ended in Discharge.with_withdrawn.filter(order=order):
        yield Happened(ended.discharged_at, "discharged", ended.id, _withdrawal_json(ended))
    for appeal in Appeal.with_withdrawn.filter(order=order):
        at = appeal.at or midnight_starting(appeal.lodged_on)
        yield Happened(at, "appeal", appeal.id, {"outcome": appeal.outcome or None} | _withdrawal_json(appeal))


def _withdrawal_json(row: Withdrawable) -> dict[str, Any]:
    """What was recorded by mistake stays in the history, and says so."""
    return {"withdrawn_at": row.withdrawn_at} if row.withdrawn_at else {}


def _notifications(order: Order) -> Iterator[Happened]:
    for told in Notification.with_withdrawn.filter(order=order):
        yield Happened(told.notified_at, "notified", told.id, {"notification": told.kind} | _withdrawal_json(told))


def _reports(order: Order) -> Iterator[Happened]:
    for report in Report.objects.filter(order=order).defer("body_sent"):
        about = {
            "reference": report.reference,
            "force": report.force_id,
            "state": report.state,
            "verdict": report.verdict,
            "received_at": report.received_at,
            "assurance": report.assurance or None,
            "until": report.incident_to,
        }
        yield Happened(report.incident_from or report.received_at, "report", report.id, about)


def _decisions(order: Order) -> Iterator[Happened]:
    for decision in Decision.objects.filter(report__order=order).select_related("report"):
        about = {"reference": decision.report.reference, "decision": decision.kind, "by": decision.staff_id}
        yield Happened(decision.decided_at, "decision", decision.report_id, about)
    for outcome in Outcome.objects.filter(report__order=order).select_related("report"):
        about = {"reference": outcome.report.reference, "outcome": outcome.kind, "by": outcome.staff_id}
        yield Happened(outcome.recorded_at, "outcome", outcome.report_id, about)


def _examinations(order: Order) -> Iterator[Happened]:
    """Evidence in which newer readers found something else than was found before."""
    again = EvidenceExamination.objects.filter(item__report__order=order, number__gt=1).exclude(changed=[])
    for found in again.select_related("item__report"):
        about = {"reference": found.item.report.reference, "exhibit": found.item.exhibit, "changed": found.changed}
        yield Happened(found.examined_at, "evidence_examined_again", found.item_id, about)
