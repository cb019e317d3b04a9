"""Working an old verdict out again from the question that was stored with it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction

from audit.services import record
from audit.types import SERVICE
from breaches.models import Assessment
from breaches.rules import assess
from breaches.rules.differences import differences
from breaches.written import answer_json, facts_from_json, same_answer
from geo.engine import ENGINE_VERSION, engine_build
from orders.queries import terms_as_written

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Replay:
    """Whether the same question has the same answer now, and what is said otherwise.

    `same_build`: by the very libraries of then; where they changed, a difference is theirs to explain.
    """

    assessment: Assessment
    same: bool
    same_build: bool
    differences: tuple[dict[str, Any], ...]


@transaction.atomic
def replay_assessment(*, assessment: Assessment) -> Replay:
    """Ask again what was asked then: the same facts, versions, times, approvals and tolerance.

    Nothing of the assessment changes. A difference is logged, without saying of what, and on the trail.
    """
    found = _replayed(assessment)
    record(
        actor=SERVICE,
        action="consultation",
        verb="assessment_replayed",
        records=[assessment.report_id, assessment.id],
        reason_code="same" if found.same else "differs",
    )
    if not found.same:
        _log.error("a stored verdict comes out otherwise", extra={"event": "assessment_not_reproduced"})
    return found


def _replayed(assessment: Assessment) -> Replay:
    question = assessment.question
    verdict = assess(
        facts_from_json(question["facts"]),
        terms_as_written(question["terms"]) if question["terms"] else None,
        tolerance=timedelta(seconds=question["tolerance_s"]),
    )
    found = answer_json(verdict, at=assessment.assessed_at)
    return Replay(
        assessment=assessment,
        same=same_answer(found, assessment.answer),
        same_build=(assessment.engine_version, assessment.engine_build) == (ENGINE_VERSION, engine_build()),
        differences=tuple(differences(assessment.answer, found)),
    )
