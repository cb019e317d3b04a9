"""Which of a report's positions says where it happened, and whose area that is (rule 47). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from breaches.rules.location import not_counted
from breaches.types import RANK, Facts, ReportedPosition
from geo.areas import AreasFound


def where_it_happened(facts: Facts, answer: Mapping[str, Any], tolerance: timedelta) -> ReportedPosition | None:
    """The position that decided the weightiest finding, else the first of the respondent that counts.

    `answer` is an assessment as it is stored. None where nobody placed him.
    """
    counted = {p.index: p for p in facts.positions if not_counted(p, facts, tolerance) is None}
    decided = [f for f in answer["findings"] if f["location"] and f["location"]["position"] in counted]
    if decided:
        weightiest = max(decided, key=lambda finding: RANK[finding["outcome"]])
        return counted[weightiest["location"]["position"]]
    # One whose receiver disowns it comes after all others.
    return next(iter(sorted(counted.values(), key=lambda position: position.disowned)), None)


def likeliest(found: AreasFound | None) -> str | None:
    """The force to begin with where nothing else says whose report it is; whoever it is not can pass it on."""
    return found.areas[0].force if found and found.areas else None


def known(found: AreasFound | None) -> str | None:
    """The force whose area it surely is: at a border, with neighbours within the error, it is nobody's surely."""
    return found.areas[0].force if found and found.areas and found.certain else None


def concerned(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer as another force than the order's is shown it: the conditions that the report touches, no others."""
    findings = [finding for finding in answer["findings"] if finding["outcome"] != "not_applicable"]
    return {**answer, "findings": findings}
