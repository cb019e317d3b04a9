"""A condition that the court limited to a locality (rules 14 and 15; sections 2(4) and 6)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.orders import (
    EXCLUSION,
    NO_APPROACH,
    NO_CONTACT,
    ZONE_A,
    a_condition,
    a_position,
    a_report,
    an_order,
)
from tests.support.terms import codes, finding, judge

LIVERPOOL = {"type": "circle", "centre": {"longitude": -2.98, "latitude": 53.41}, "radius_m": 5_000}
EDINBURGH = {"type": "circle", "centre": {"longitude": -3.19, "latitude": 55.95}, "radius_m": 5_000}
# Its edge runs through where he was seen.
ACROSS = {"type": "circle", "centre": {"longitude": -2.9781, "latitude": 53.4164}, "radius_m": 1_002}


def limited(base: dict[str, Any], shape: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    locality = {"wording": "within the city", **({"shape": shape} if shape else {})}
    return an_order(conditions=[a_condition(base, locality=locality, **changes)])


SEEN = a_report(behaviours=[])


@pytest.mark.parametrize(
    ("shape", "outcome", "reason"),
    [
        (LIVERPOOL, "indicated", "inside_locality"),
        (ACROSS, "possible", "locality_uncertain"),
        (EDINBURGH, "needs_officer", "outside_locality"),
        (None, "needs_officer", "locality_to_be_read"),
    ],
    ids=["inside", "across its edge", "outside", "words only"],
)
def test_a_place_in_the_zone_counts_as_far_as_the_locality_lets_it_rule_15(
    shape: Any, outcome: str, reason: str
) -> None:
    found = finding(judge(SEEN, limited(EXCLUSION, shape, zones=[ZONE_A])), "1")
    assert found.outcome == outcome
    assert reason in codes(found)


def test_what_is_left_to_an_officer_keeps_what_it_would_have_been() -> None:
    assert finding(judge(SEEN, limited(EXCLUSION, zones=[ZONE_A])), "1").outcome_otherwise == "indicated"


def test_a_drawing_nobody_stood_by_never_ends_a_finding() -> None:
    """It may say "elsewhere", but a wrong "outside" can cost a life: an officer decides."""
    assert judge(SEEN, limited(EXCLUSION, EDINBURGH, zones=[ZONE_A])).name == "needs_officer"


def test_outside_the_zone_it_is_not_indicated_whatever_the_locality() -> None:
    far = a_report(behaviours=[], positions=[a_position(longitude=-2.9721)])
    assert finding(judge(far, limited(EXCLUSION, zones=[ZONE_A])), "1").outcome == "not_indicated"


def test_a_message_tells_nothing_of_where_he_was() -> None:
    sent = [{"channel": "sms", "at": "2026-11-20T18:31:00Z", "from": {"kind": "phone", "value": "+447700900123"}}]
    found = finding(judge(a_report(kinds=["contact"], contacts=sent), limited(NO_CONTACT, LIVERPOOL)), "3")
    assert (found.outcome, found.outcome_otherwise, codes(found)[-1]) == (
        "needs_officer",
        "indicated",
        "locality_to_be_read",
    )


def test_without_a_locality_it_binds_anywhere_in_the_kingdom_rule_14() -> None:
    """Section 2(4): in Scotland and Northern Ireland as in England."""
    belfast = {"type": "circle", "centre": {"longitude": -5.9301, "latitude": 54.5971}, "radius_m": 100}
    there = a_report(behaviours=[], positions=[a_position(longitude=-5.9301, latitude=54.5971)])
    order = an_order(conditions=[a_condition(EXCLUSION, zones=[{**ZONE_A, "shape": belfast}])])
    assert finding(judge(there, order), "1").outcome == "indicated"


def test_a_version_with_another_locality_is_another_condition() -> None:
    """Two that differ only in where they bind are judged each by its own."""
    change = {"kind": "variation", "decided_on": "2026-11-20", "necessity": "He moved."}
    later = limited(EXCLUSION, LIVERPOOL, zones=[ZONE_A]) | {
        "change": change,
        "effective_from": "2026-11-20T18:10:00+00:00",
    }
    found = judge(SEEN, limited(EXCLUSION, zones=[ZONE_A]), later)
    assert [f.order_version for f in found.findings] == [1, 2]


def test_a_kind_for_a_person_stays_one() -> None:
    found = finding(judge(a_report(behaviours=["following"]), limited(NO_APPROACH, LIVERPOOL)), NO_APPROACH["clause"])
    assert (found.outcome, codes(found)) == ("needs_officer", ["not_machine_checkable"])
