"""Asking the rules and keeping their answer: for a new report, for an old one again, and for a question."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q

from breaches.corrections import risks_ever_said
from breaches.models import Addition, Report
from breaches.queries import as_force_of_order
from breaches.reading import as_told_at
from breaches.rules import assess
from breaches.rules.priority import priority, standing_in
from breaches.sent import as_sent
from breaches.storing import Row, insert_assessment
from breaches.types import NEEDS_VIEW, Facts, Reason, ReportedPosition, Verdict
from breaches.written import answer_json, facts_from_json, question_json
from common.ids import uuid7
from geo.engine import ENGINE_VERSION, engine_build
from orders.queries import terms_by_id
from orders.types import OrderTerms

_log = logging.getLogger(__name__)
_FAILED = Verdict(
    "needs_officer", None, (), (Reason("could_not_be_judged", "The rules failed on this report; judge it by hand."),)
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict with the question it answers, both as they are stored."""

    verdict: Verdict
    question: dict[str, Any]
    answer: dict[str, Any]
    zone_staff: tuple[str, ...]


def judge(facts: Facts, terms: OrderTerms | None, *, at: datetime) -> Judged:
    """Ask the rules. They never raise; should they, the report is kept for an officer all the same."""
    tolerance = timedelta(minutes=settings.POSITION_TIME_TOLERANCE_MINUTES)
    try:
        verdict = assess(facts, terms, tolerance=tolerance)
    except Exception as error:  # noqa: BLE001 - a report is never lost to a fault of ours
        _log.error("assessment failed", exc_info=error, extra={"event": "assessment_failed"})
        verdict = _FAILED
    return Judged(
        verdict=verdict,
        question=question_json(facts, terms, tolerance),
        answer=answer_json(verdict, at=at),
        zone_staff=_zone_staff(verdict, terms),
    )


def terms_of(report: Report) -> OrderTerms | None:
    """The terms by which a report is judged now; None without an order.

    None also where it lies under a restricted order only because it may be about it (`order_candidates`), until an
    officer says which order it is about.
    """
    if report.order_id is None:
        return None
    undecided = any(warning["code"] == "order_candidates" for warning in report.warnings)
    if undecided and not report.order_changes.exists():
        return None
    with as_force_of_order(report):
        return terms_by_id(report.order_id)


def facts_again(report: Report, stored: Mapping[str, Any]) -> Facts:
    """What was understood of a report, to be judged again by the rules as they are now.

    What was written before it said where an accuracy was assumed (rule 52) has that of the position kept beside it, and
    what was written before it said whom it is about, and what lay in the future, has both from the report.
    """
    facts = _with_accuracies(report, stored)
    return facts if "protected_person" in stored else _with_subject(report, facts)


def _with_subject(report: Report, facts: Facts) -> Facts:
    body = json.loads(report.body_sent)
    about = body.get("reported_by") or {}
    hers = report.reporter_kind == "victim" and report.reporter_user_id is not None
    return replace(
        as_told_at(facts, report.received_at),
        protected_person=about.get("protected_person") or "",
        accounts=frozenset({str(report.reporter_user_id)}) if hers else frozenset(),
    )


def _with_accuracies(report: Report, stored: Mapping[str, Any]) -> Facts:
    facts = facts_from_json(stored)
    if all("accuracy_assumed" in item for item in stored["positions"]):
        return facts
    assumed = set(report.positions.filter(accuracy_assumed=True).values_list("index", "method", "r95_m"))
    positions = (
        p if "accuracy_assumed" in item else replace(p, accuracy_assumed=_of(p) in assumed)
        for p, item in zip(facts.positions, stored["positions"], strict=True)
    )
    return replace(facts, positions=tuple(positions))


def _of(position: ReportedPosition) -> tuple[int, str, float | None]:
    """A correction's position may have the number of one that was reported first, and another radius."""
    return position.index, position.method, position.fix.r95_m if position.fix else None


def _zone_staff(verdict: Verdict, terms: OrderTerms | None) -> tuple[str, ...]:
    """Who drew or approved a zone that a finding relies on (rule 46)."""
    relied = {
        (location.zone, location.zone_version)
        for finding in verdict.findings
        if finding.outcome in NEEDS_VIEW
        for location in finding.locations
    }
    staff: set[str] = set()
    for version in terms.versions if terms else ():
        for condition in version.conditions:
            for zone in condition.zones:
                if (zone.code, version.number) in relied:
                    approval = version.approvals.get(zone.code)
                    staff |= {zone.drawn_by, approval.staff_id if approval else ""}
    return tuple(sorted(staff - {""}))


def assessment_row(report: Report, judged: Judged, *, cause: str, at: datetime) -> Row:
    """The row that keeps an answer with its question; earlier ones stay as they are."""
    return {
        "id": uuid7(),
        "report_id": report.id,
        "cause": cause,
        "engine_version": ENGINE_VERSION,
        "engine_build": engine_build(),
        "assessed_at": at,
        "question": judged.question,
        "answer": judged.answer,
        "verdict": judged.verdict.name,
        "zone_staff": judged.zone_staff,
    }


def keep(report: Report, judged: Judged, *, cause: str, at: datetime, never_lower: bool = False) -> None:
    """Store a later answer beside the earlier ones, and put the report where it now belongs in the queue.

    `never_lower`: what is added to a report may raise it in the queue; only an officer's view of the whole lowers it.
    """
    insert_assessment(assessment_row(report, judged, cause=cause, at=at))
    said_since = Addition.objects.filter(Q(immediate_danger=True) | Q(kind="correction"), report=report)
    danger = report.immediate_danger or any(row.immediate_danger for row in said_since)
    # What was once said of a risk counts for the queue: that it was not so, an officer decides.
    told = [report.body_sent, *(row.body_sent for row in said_since if row.body_sent)]
    risk = dict.fromkeys(risks_ever_said(map(as_sent, told)), True)
    standing = standing_in(report.priority_reasons)
    urgent = priority(judged.verdict, immediate_danger=danger, risk=risk, standing=standing)
    if not (never_lower and urgent.level > report.priority):
        report.priority, report.priority_reasons = urgent.level, list(urgent.reasons)
    report.verdict, report.version, report.snoozed_until = judged.verdict.name, report.version + 1, None
    changed = ["verdict", "version", "snoozed_until", "priority", "priority_reasons", "incident_from", "incident_to"]
    report.save(update_fields=changed)
