"""Positions against exclusion zones: rules 50 to 65 and api.md, "From what was reported to a verdict"."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.orders import EXCLUSION, ZONE_A, ZONE_B, a_condition, a_position, a_report, an_order
from tests.support.terms import codes, finding, judge

ORDER = an_order(conditions=[EXCLUSION])
FAR: dict[str, Any] = {"longitude": -2.9721, "latitude": 53.4074}
EDGE: dict[str, Any] = {"longitude": -2.9764, "latitude": 53.4072}


def report(**position: Any) -> dict[str, Any]:
    return a_report(behaviours=[], positions=[a_position(**position)])


@pytest.mark.parametrize(
    ("position", "result", "outcome", "verdict"),
    [
        ({}, "inside", "indicated", "breach_indicated"),
        (EDGE, "indeterminate", "possible", "possible_breach"),
        (FAR, "outside", "not_indicated", "not_indicated"),
        ({**FAR, "accuracy_m": 5000}, "indeterminate", "possible", "possible_breach"),
        ({"subject": "respondent_vehicle"}, "inside", "possible", "possible_breach"),
        ({"subject": "respondent_vehicle", **FAR}, "outside", "needs_officer", "needs_officer"),
    ],
)
def test_result_decides_outcome(position: dict[str, Any], result: str, outcome: str, verdict: str) -> None:
    found = judge(report(**position), ORDER)
    assert found.name == verdict
    assert finding(found, "1").outcome == outcome
    assert (place := finding(found, "1").location)
    assert place.result == result


# In zone A, 40 m and 55 m from its edge. What is usual for a pin on a map is 50 m.
NEAR_EDGE, DEEP = ({"longitude": -2.9779 + metres / 66_400, "latitude": 53.4072} for metres in (60, 45))


@pytest.mark.parametrize(
    ("place", "accuracy_m", "result"),
    [
        (NEAR_EDGE, None, "indeterminate"),
        (NEAR_EDGE, 0, "indeterminate"),
        (NEAR_EDGE, -5, "indeterminate"),
        (NEAR_EDGE, 50, "inside"),
        (DEEP, None, "inside"),
    ],
    ids=["nobody said", "nought", "less than nought", "said", "clear of the edge"],
)
def test_an_assumed_accuracy_that_crosses_the_edge_shows_nobody_inside_rule_52(
    place: dict[str, Any], accuracy_m: float | None, result: str
) -> None:
    found = finding(judge(report(**place, accuracy_m=accuracy_m), ORDER), "1")
    assert found.location
    assert found.location.result == result
    assert ("accuracy_assumed" in codes(found)) is (result == "indeterminate")


def test_a_coarse_position_over_a_small_zone_is_never_outside() -> None:
    found = finding(judge(report(**FAR, accuracy_m=5000), ORDER), "1")
    assert codes(found) == ["position_too_coarse"]


def test_a_vehicle_says_that_it_is_not_the_man() -> None:
    """Rule 87."""
    assert "vehicle_not_person" in codes(finding(judge(report(subject="respondent_vehicle"), ORDER), "1"))


@pytest.mark.parametrize("subject", ["reporter", "protected_person"])
def test_her_own_position_inside_the_zone_touches_nothing(subject: str) -> None:
    """Rule 50: victims report from home, inside the zone."""
    sent = a_report(kinds=["contact"], behaviours=[], positions=[a_position(subject=subject)])
    found = finding(judge(sent, ORDER), "1")
    assert (found.outcome, found.location) == ("not_applicable", None)


@pytest.mark.parametrize("subject", ["item", "unknown", None])
def test_a_position_of_something_else_is_left_to_an_officer(subject: str | None) -> None:
    """Rules 50 and 87: a tracker on her car is at her place."""
    found = finding(judge(report(subject=subject), ORDER), "1")
    assert (found.outcome, codes(found)) == ("needs_officer", ["position_subject_not_respondent"])
    assert found.location
    assert found.location.result == "not_testable"


@pytest.mark.parametrize(
    ("position", "reason"),
    [
        ({"longitude": 53.4074, "latitude": -2.9781}, "position_not_usable"),
        ({"longitude": None}, "position_not_usable"),
        ({"longitude": None, "latitude": None, "w3w": "filled.count.soap"}, "position_not_usable"),
        ({"easting": 334000, "northing": 390000}, "position_not_usable"),
        ({"recorded_at": "2026-11-20T18:36:00Z"}, "position_not_at_that_time"),
        ({"recorded_at": "2026-11-20T17:49:59Z"}, "position_not_at_that_time"),
    ],
)
def test_a_place_without_a_usable_position_needs_an_officer(position: dict[str, Any], reason: str) -> None:
    found = finding(judge(report(**position), ORDER), "1")
    assert (found.outcome, codes(found)) == ("needs_officer", [reason])


@pytest.mark.parametrize("at", ["2026-11-20T17:50:00Z", "2026-11-20T18:35:00Z", None])
def test_a_position_counts_fifteen_minutes_either_side(at: str | None) -> None:
    assert judge(report(recorded_at=at), ORDER).name == "breach_indicated"


def test_a_usable_position_decides_beside_an_unusable_one() -> None:
    sent = a_report(behaviours=[], positions=[a_position(longitude=None), a_position()])
    assert judge(sent, ORDER).name == "breach_indicated"


def test_the_highest_of_several_positions_and_zones_decides_and_all_are_listed() -> None:
    sent = a_report(behaviours=[], positions=[a_position(**FAR), a_position()])
    found = finding(judge(sent, ORDER), "1")
    assert found.outcome == "indicated"
    assert found.location
    assert (found.location.zone, found.location.position) == ("A", 1)
    assert {(place.zone, place.position) for place in found.locations} == {("A", 0), ("B", 0), ("A", 1), ("B", 1)}


def test_a_finding_says_that_it_does_not_confirm_who_was_there() -> None:
    """Rule 65."""
    place = finding(judge(report(), ORDER), "1").location
    assert place
    assert "does not confirm" in place.disclaimer
    assert "30" in place.disclaimer


def test_a_position_in_british_national_grid_names_its_transformation() -> None:
    """Rule 59."""
    sent = report(longitude=None, latitude=None, easting=335000, northing=390000)
    place = finding(judge(sent, ORDER), "1").locations[0]
    assert place.transformation
    assert "OSTN15" in place.transformation


def test_an_unapproved_zone_supports_nothing_but_is_worked_out() -> None:
    """Rule 16."""
    found = finding(judge(report(), ORDER, unapproved="A"), "1")
    assert (found.outcome, found.outcome_otherwise) == ("needs_officer", "indicated")
    assert "zone_not_approved" in codes(found)
    assert found.location
    assert found.location.distance_m == pytest.approx(-74.1, abs=0.1)


def test_an_approved_zone_decides_beside_an_unapproved_one() -> None:
    found = finding(judge(report(), ORDER, unapproved="B"), "1")
    assert (found.outcome, found.outcome_otherwise) == ("indicated", None)


def test_what_an_unapproved_zone_would_say_is_told_beside_a_lower_outcome() -> None:
    zones = [ZONE_A, {**ZONE_B, "shape": {**ZONE_A["shape"], "radius_m": 5000}}]
    order = an_order(conditions=[a_condition(EXCLUSION, zones=zones)])
    found = finding(judge(report(**EDGE), order, unapproved="B"), "1")
    assert (found.outcome, found.outcome_otherwise) == ("possible", "indicated")


def test_an_exception_that_could_fit_leaves_it_to_an_officer() -> None:
    """Rule 61."""
    exceptions = [{"kind": "travel_through", "wording": "except when travelling through by train"}]
    order = an_order(conditions=[a_condition(EXCLUSION, exceptions=exceptions)])
    found = finding(judge(report(), order), "1")
    assert (found.outcome, found.outcome_otherwise) == ("needs_officer", "indicated")
    assert "exception_may_fit" in codes(found)


def test_an_exception_does_not_speak_where_he_was_outside() -> None:
    exceptions = [{"kind": "court", "wording": "except to attend court"}]
    order = an_order(conditions=[a_condition(EXCLUSION, exceptions=exceptions)])
    assert finding(judge(report(**FAR), order), "1").outcome == "not_indicated"


@pytest.mark.parametrize("sent", [{"kinds": ["exclusion_zone"]}, {"kinds": [], "behaviours": ["uninvited_at_home"]}])
def test_a_zone_told_of_without_any_position_needs_an_officer(sent: dict[str, Any]) -> None:
    found = finding(judge(a_report(**{"positions": [], "behaviours": [], **sent}), ORDER), "1")
    assert (found.outcome, codes(found)) == ("needs_officer", ["zone_reported_without_position"])


DISOWNED: dict[str, Any] = {"accuracy_m": -1, "method": "gnss"}
VOID: dict[str, Any] = {"accuracy_m": 8, "method": "gnss", "receiver_status": "void"}


UNKNOWN_MARK: dict[str, Any] = {"accuracy_m": 8, "method": "gnss", "receiver_status": "no fix"}


@pytest.mark.parametrize("mark", [DISOWNED, VOID, UNKNOWN_MARK], ids=["accuracy below nought", "void", "no fix"])
@pytest.mark.parametrize(
    ("place", "result", "outcome", "otherwise"),
    [({}, "inside", "possible", None), (EDGE, "indeterminate", "possible", None),
     (FAR, "outside", "needs_officer", "not_indicated")],
    ids=["inside", "at the edge", "outside"],
)  # fmt: skip
def test_a_position_that_its_receiver_disowns_shows_neither_inside_nor_outside_rule_52(
    mark: dict[str, Any], place: dict[str, Any], result: str, outcome: str, otherwise: str | None
) -> None:
    found = finding(judge(report(**place, **mark), ORDER), "1")
    assert found.location
    assert (found.location.result, found.outcome, found.outcome_otherwise) == (result, outcome, otherwise)
    assert "position_disowned" in codes(found)
    assert "position_disowned" in found.location.reasons


def test_a_sound_position_beside_a_disowned_one_decides_by_itself() -> None:
    both = a_report(behaviours=[], positions=[a_position(**DISOWNED), a_position()])
    found = finding(judge(both, ORDER), "1")
    assert (found.outcome, codes(found), found.support) == ("indicated", ["inside_zone"], "single_position")


def test_a_disowned_position_beside_one_outside_leaves_it_open() -> None:
    """Elsewhere, by its own receiver's word perhaps not: nobody is shown to be outside by it, nor cleared of it."""
    inside = a_report(behaviours=[], positions=[a_position(**FAR), a_position(**DISOWNED)])
    assert finding(judge(inside, ORDER), "1").outcome == "possible"
    outside = a_report(behaviours=[], positions=[a_position(**FAR), a_position(**FAR, **DISOWNED)])
    assert finding(judge(outside, ORDER), "1").outcome == "needs_officer"


def test_disowned_positions_do_not_fill_the_time_nor_support_each_other() -> None:
    long = {"from": "2026-11-20T18:05:00+00:00", "to": "2026-11-20T20:05:00+00:00", "certainty": "exact"}
    at = [f"2026-11-20T{time}:00+00:00" for time in ("18:05", "18:35", "19:05", "19:35", "20:05")]
    sound = a_position(**FAR, recorded_at=at[0])
    others = [a_position(**FAR, **DISOWNED, recorded_at=instant) for instant in at[1:]]
    found = finding(judge(a_report(behaviours=[], happened=long, positions=[sound, *others]), ORDER), "1")
    assert (found.outcome, "outside_in_part_of_time" in codes(found)) == ("possible", True)
    inside = [a_position(**DISOWNED, recorded_at=instant) for instant in at[:2]]
    assert finding(judge(a_report(behaviours=[], positions=inside), ORDER), "1").support == "single_position"
