"""Taking a place that evidence proposes for one of the report's own (rule 68): a person does, no machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from accounts.types import Caller
from audit.services import record
from breaches import assessing, messages, policies, queries, routing, workflow
from breaches.evidence.models import EvidenceItem
from breaches.evidence.queries import item_of
from breaches.evidence.services import Changed, FileMissing
from breaches.models import Report
from breaches.moving import Precondition, illegal
from breaches.reading import MOST_JUDGED
from breaches.types import Facts, ReportedPosition
from common.problems import Conflict, Problem, Refused
from geo.positions import PositionReading, read_position


@dataclass(frozen=True, slots=True)
class Whose:
    """Whom the place is of, and how the officer knows."""

    subject: str
    reason: str


@transaction.atomic(savepoint=False)
def take_position(
    *, caller: Caller, key: str, item: str, read: Callable[[], Whose], precondition: Precondition
) -> Report:
    """Add the place in a photograph to the report's positions, and judge the report again; earlier answers stay.

    Raises `NotFound`; `Forbidden`; `Conflict` `no_position_proposed`, `position_taken`, `evidence_locked` or
    `illegal_transition`; `Refused` for a place that is none. Victims' corrections leave it where it is. A picture that
    says nowhere when it was made says nothing of the time of the incident.
    """
    report = queries.locked_report_of_force(caller, key)
    found = item_of(report, item)
    policies.check_may_work_on(caller)
    precondition(report)
    if report.state in workflow.OVER_STATES:
        raise illegal(report)
    facts = assessing.facts_again(report, queries.assessments(report)[0].question["facts"])
    place = _proposed(found, facts)
    whose = read()
    added = ReportedPosition(
        # After whatever was reported, or may yet be.
        index=MOST_JUDGED + sum(bool(position.evidence) for position in facts.positions),
        subject=whose.subject,
        method="exif",
        fix=place.fix,
        at=found.examination.taken_at,
        time_unreadable=found.examination.taken_at is None,
        accuracy_assumed=place.accuracy_assumed,
        evidence=str(found.id),
    )
    _judge(report, replace(facts, positions=(*facts.positions, added)))
    record(
        actor=caller.actor,
        action="alteration",
        verb="evidence_position_taken",
        records=[report.id, found.id],
        reason=whose.reason,
    )
    return report


def _proposed(item: EvidenceItem, facts: Facts) -> PositionReading:
    if item.state == "locked":
        raise Changed
    if item.state == "file_missing":
        raise FileMissing
    examined = getattr(item, "examination", None)
    if examined is None or examined.point is None:
        raise Conflict("no_position_proposed", "Nothing in this item says where it was made.")
    if any(position.evidence == str(item.id) for position in facts.positions):
        raise Conflict("position_taken", "The place in this item is among the report's positions already.")
    place = read_position({"longitude": examined.point.x, "latitude": examined.point.y, "method": "exif"})
    if place.fix is None:
        raise Refused([Problem("", warning.code, warning.detail) for warning in place.warnings])
    return place


def _judge(report: Report, facts: Facts) -> None:
    terms, now = assessing.terms_of(report), timezone.now()
    judged = assessing.judge(facts, terms, at=now)
    assessing.keep(report, judged, cause="evidence", at=now, never_lower=True)
    routing.keep_changed_whereabouts(report, routing.whereabouts(facts, judged.answer, at=now), at=now)
    messages.assessed_again(report)
