"""From findings to a verdict: versions, service, partial time, and what no machine can judge."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from breaches.rules import assess
from tests.support.orders import (
    EXCLUSION,
    NO_APPROACH,
    NO_CONTACT,
    SERVED,
    ZONE_A,
    a_condition,
    a_position,
    a_report,
    an_order,
)
from tests.support.terms import codes, facts_of, finding, judge

ORDER = an_order(conditions=[EXCLUSION])
REPORT = a_report(behaviours=[])
AFTERWARDS = datetime(2028, 4, 1, tzinfo=UTC)
CHANGE = {"kind": "variation", "decided_on": "2026-11-20", "necessity": "She moved."}


def varied(at: str, **changes: Any) -> dict[str, Any]:
    return an_order(change=CHANGE, effective_from=at, **{"conditions": [EXCLUSION], **changes})


def test_no_order_attached_needs_an_officer() -> None:
    found = assess(facts_of(REPORT), None)
    assert (found.name, [r.code for r in found.reasons]) == ("needs_officer", ["no_order"])


@pytest.mark.parametrize("day", ["2026-03-01", "2028-03-02"])
def test_outside_the_period_no_order_is_in_force(day: str) -> None:
    """Rule 35; the last day, 1 March 2028, counts to local midnight."""
    sent = a_report(happened={"from": f"{day}T12:00:00Z"}, positions=[])
    assert judge(sent, ORDER, now=AFTERWARDS).name == "no_order_in_force"


def test_the_last_day_counts_to_its_end() -> None:
    sent = a_report(happened={"from": "2028-03-01T23:59:59Z"}, positions=[a_position(recorded_at=None)])
    assert judge(sent, ORDER, now=AFTERWARDS).name == "breach_indicated"


def test_outside_its_window_a_condition_is_not_in_force() -> None:
    window = {"days": ["mon"], "from": "08:00", "to": "17:00"}
    order = an_order(conditions=[a_condition(EXCLUSION, windows=[window])])
    found = judge(REPORT, order)  # a Friday evening
    assert found.name == "no_order_in_force"
    assert finding(found, "1").outcome == "not_applicable"


@pytest.mark.parametrize("position", [{}, {"longitude": -2.9721}])
def test_in_force_in_part_lowers_both_answers_to_possible(position: dict[str, Any]) -> None:
    window = {"days": ["fri"], "from": "18:10", "to": "20:00"}
    order = an_order(conditions=[a_condition(EXCLUSION, windows=[window])])
    found = finding(judge(a_report(behaviours=[], positions=[a_position(**position)]), order), "1")
    assert found.outcome == "possible"
    assert "in_force_in_part" in codes(found)


def test_before_service_nothing_rests_on_the_order() -> None:
    """Rule 25."""
    found = finding(judge(REPORT, ORDER, served_at=None), "1")
    assert (found.outcome, found.outcome_otherwise) == ("needs_officer", "indicated")
    assert "not_served" in codes(found)


def test_served_while_it_happened_lowers_to_possible() -> None:
    found = finding(judge(REPORT, ORDER, served_at=datetime(2026, 11, 20, 18, 10, tzinfo=UTC)), "1")
    assert (found.outcome, codes(found)) == ("possible", ["inside_zone", "served_during"])


def test_the_version_in_force_then_is_the_one_that_judges() -> None:
    moved = {**ZONE_A, "shape": {**ZONE_A["shape"], "centre": {"longitude": -2.9, "latitude": 53.4}}}
    later = varied("2026-11-21T00:00:00Z", conditions=[a_condition(EXCLUSION, zones=[moved])])
    found = judge(REPORT, ORDER, later)
    assert (found.name, found.order_version) == ("breach_indicated", 1)
    now = a_report(behaviours=[], happened={"from": "2026-11-21T08:00:00Z"}, positions=[a_position(recorded_at=None)])
    found = judge(now, ORDER, later)
    assert (found.name, found.order_version) == ("not_indicated", 2)


def test_a_change_of_zone_while_it_happened_is_possible_under_both() -> None:
    moved = {**ZONE_A, "shape": {**ZONE_A["shape"], "radius_m": 120}}
    later = varied("2026-11-20T18:10:00Z", conditions=[a_condition(EXCLUSION, zones=[moved])])
    found = judge(REPORT, ORDER, later)
    assert [(f.order_version, f.outcome) for f in found.findings] == [(1, "possible"), (2, "possible")]


def test_a_condition_that_a_new_version_repeats_has_no_gap() -> None:
    later = varied("2026-11-20T18:10:00Z", conditions=[EXCLUSION, NO_CONTACT])
    found = judge(REPORT, ORDER, later)
    assert found.name == "breach_indicated"
    assert finding(found, "1").order_version == 2


def test_a_correction_that_reaches_back_takes_the_earlier_version_out() -> None:
    right = {**ZONE_A, "shape": {**ZONE_A["shape"], "centre": {"longitude": -2.9, "latitude": 53.4}}}
    later = varied("2026-03-02T11:30:00Z", conditions=[a_condition(EXCLUSION, zones=[right])])
    found = judge(REPORT, ORDER, later)
    assert (found.name, found.order_version) == ("not_indicated", 2)


@pytest.mark.parametrize(
    ("kind", "more", "touching"),
    [
        ("no_approach", {"distance_m": 50}, {"behaviours": ["following"]}),
        ("no_approach", {"distance_m": 50}, {"kinds": ["approach"]}),
        ("no_images", {}, {"behaviours": ["threat_to_share"]}),
        ("no_surveillance", {}, {"behaviours": ["tracking_software"]}),
        ("requirement", {"requirement": "sign_on"}, {"kinds": ["other"]}),
        ("other_prohibition", {}, {"behaviours": ["damage"]}),
    ],
)
def test_what_no_machine_can_judge_goes_to_a_person(kind: str, more: Any, touching: Any) -> None:
    """Rule 62."""
    base = {k: v for k, v in NO_APPROACH.items() if k != "distance_m"}
    order = an_order(conditions=[{**base, "kind": kind, **more}])
    sent = a_report(**{"kinds": [], "behaviours": [], "positions": [], **touching})
    found = finding(judge(sent, order), "5")
    assert (found.outcome, codes(found)) == ("needs_officer", ["not_machine_checkable"])


def test_what_touches_no_condition_still_goes_to_an_officer() -> None:
    sent = a_report(kinds=[], behaviours=[], positions=[])
    found = judge(sent, ORDER)
    assert (found.name, finding(found, "1").outcome) == ("needs_officer", "not_applicable")


def test_the_highest_finding_decides() -> None:
    contact = {"channel": "sms", "from": {"kind": "withheld"}}
    sent = a_report(behaviours=[], contacts=[contact], positions=[a_position(longitude=-2.9721)])
    found = judge(sent, an_order(conditions=[EXCLUSION, NO_CONTACT]))
    assert (found.name, finding(found, "1").outcome) == ("needs_officer", "not_indicated")


def test_a_condition_has_its_own_period() -> None:
    """Section 3(3); rule 12."""
    order = an_order(conditions=[a_condition(EXCLUSION, ends_on="2026-11-19")])
    assert judge(REPORT, order).name == "no_order_in_force"


def test_when_nobody_knows_when_it_is_possible_at_most() -> None:
    sent = a_report(behaviours=[], happened={"from": "last Tuesday"}, positions=[a_position(recorded_at=None)])
    assert judge(sent, ORDER).name == "possible_breach"


def test_about_widens_each_end_by_fifteen_minutes() -> None:
    at = {"from": SERVED["served_at"], "certainty": "about"}
    sent = a_report(behaviours=[], happened=at, positions=[a_position(recorded_at=None)])
    assert "served_during" in codes(finding(judge(sent, ORDER), "1"))
    assert judge({**sent, "happened": {"from": SERVED["served_at"]}}, ORDER).name == "breach_indicated"
