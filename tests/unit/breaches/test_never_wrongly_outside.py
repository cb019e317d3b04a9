"""What must not be read as "he was not there": a wrong "not indicated" can cost a life (rules 50 to 52, 60, 64, 87)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from breaches.rules.tracks import shows_all_of_it
from breaches.types import Interval
from breaches.written import facts_from_json, facts_json
from tests.support.orders import (
    EXCLUSION,
    NO_CONTACT,
    ZONE_A,
    ZONE_B,
    a_condition,
    a_position,
    a_report,
    an_order,
)
from tests.support.terms import SERVED_AT, codes, facts_of, finding, judge

Json = dict[str, Any]
ORDER = an_order(conditions=[EXCLUSION])
ONE_ZONE = an_order(conditions=[a_condition(EXCLUSION, zones=[ZONE_A])])
FAR: Json = {"longitude": -2.9721, "latitude": 53.4074}
# Three hundred metres to the west and to the east of zone A, which reaches a hundred from its middle.
WEST: Json = {"longitude": -2.9824, "latitude": 53.4072}
EAST: Json = {"longitude": -2.9734, "latitude": 53.4072}
NOWHERE: Json = {"longitude": None, "latitude": None, "accuracy_m": None, "accuracy_basis": None}
FIVE_PAST, QUARTER_PAST = "2026-11-20T18:05:00Z", "2026-11-20T18:15:00Z"


def told(*positions: Json, **changes: Any) -> Json:
    return a_report(behaviours=[], positions=[a_position(**position) for position in positions], **changes)


def corridor(width_m: float) -> Json:
    line = {"type": "LineString", "coordinates": [[-2.9784, 53.4060], [-2.9784, 53.4090]]}
    shape = {"type": "corridor", "crs": "EPSG:4326", "geometry": line, "width_m": width_m}
    return an_order(conditions=[a_condition(EXCLUSION, zones=[{**ZONE_A, "shape": shape}])])


def around(*rings: Any) -> Json:
    shape = {"type": "polygon", "crs": "EPSG:4326", "geometry": {"type": "Polygon", "coordinates": [*rings]}}
    return an_order(conditions=[a_condition(EXCLUSION, zones=[{**ZONE_A, "shape": shape}])])


def square(half: float) -> list[list[float]]:
    west, east, south, north = -2.9779 - half, -2.9779 + half, 53.4072 - half, 53.4072 + half
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


# ---- the plain case, so that what follows does not pass by saying "not indicated" to nothing ----------------------


def test_outside_by_more_than_its_error_throughout_is_not_indicated() -> None:
    assert judge(told(FAR), ORDER).name == "not_indicated"


# ---- places beside the one that is clear ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [
        {**NOWHERE, "w3w": "filled.count.soap"},
        {**NOWHERE, "address": "12 Any Street", "method": "address"},
        {**NOWHERE, "postcode": "L1 1AA", "method": "postcode"},
        {"longitude": 53.4072, "latitude": -2.9779},
        {"longitude": None},
        {"easting": 334000, "northing": 390000},
        {"recorded_at": "1970-01-01T00:00:00Z"},
        {**NOWHERE, "grid_reference": "SJ 345 9"},
    ],
)
def test_a_place_of_his_that_cannot_be_judged_may_be_in_the_zone(place: Json) -> None:
    """Outside by one position, and somewhere by another that nobody could place."""
    found = judge(told(FAR, place), ORDER)
    assert (found.name, codes(finding(found, "1"))) == ("needs_officer", ["position_not_usable"])


def test_his_vehicle_elsewhere_does_not_say_where_he_was() -> None:
    """Rule 87: he may have walked from it."""
    found = finding(judge(told({"subject": "respondent_vehicle", **FAR}), ORDER), "1")
    assert (found.outcome, found.outcome_otherwise) == ("needs_officer", "not_indicated")
    assert codes(found) == ["outside_zone", "vehicle_not_person"]


def test_his_own_position_says_it_beside_his_vehicles() -> None:
    assert judge(told(FAR, {"subject": "respondent_vehicle", **FAR}), ORDER).name == "not_indicated"


def test_the_501st_position_is_not_taken_for_outside() -> None:
    found = judge(told(*[FAR] * 500, {}), ORDER)
    assert (found.name, codes(finding(found, "1"))) == ("needs_officer", ["not_all_judged"])


def test_the_501st_message_is_not_taken_for_nothing() -> None:
    sent = {"channel": "post", "from": {"kind": "phone", "value": "07700 900123"}, "third_party": False}
    order = an_order(conditions=[a_condition(NO_CONTACT, channels=["email"])])
    report = a_report(kinds=[], behaviours=[], positions=[], contacts=[sent] * 501)
    assert judge(a_report(kinds=[], behaviours=[], positions=[], contacts=[sent]), order).name == "not_indicated"
    assert judge(report, order).name == "needs_officer"


def test_what_was_left_out_is_kept_with_the_question() -> None:
    """An old verdict comes out the same again (rule 51), also one from before anything was said of this."""
    facts = facts_of(told(*[FAR] * 501))
    assert facts_from_json(facts_json(facts)) == facts
    before = {name: value for name, value in facts_json(facts).items() if name != "left_out"}
    assert facts_from_json(before).left_out == frozenset()


# ---- times ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "happened",
    [
        {"from": "2026-11-20T17:00:00Z", "to": "2026-11-20T19:00:00Z"},
        {"from": "2026-11-20T18:05:00Z", "certainty": "unknown"},
        {"from": "2026-11-19T18:00:00Z", "to": "2026-11-20T19:00:00Z"},
        {"from": "2026-11-20T18:05:00Z", "to": "half past ten"},
    ],
)
def test_outside_at_one_moment_of_a_long_time_is_not_outside_throughout(happened: Json) -> None:
    """Rule 60: partial overlap is no silent "no"."""
    found = judge(told({**FAR, "recorded_at": FIVE_PAST}, happened=happened), ORDER)
    assert (found.name, codes(finding(found, "1"))) == ("possible_breach", ["outside_zone", "outside_in_part_of_time"])


def test_outside_again_and_again_is_outside_throughout() -> None:
    track = [{**FAR, "recorded_at": f"2026-11-20T{hour}:{minute}:00Z"} for hour in (17, 18) for minute in ("00", "50")]
    happened = {"from": "2026-11-20T17:00:00Z", "to": "2026-11-20T19:00:00Z"}
    assert judge(told(*track, happened=happened), ORDER).name == "not_indicated"
    assert judge(told(*track[:3], happened=happened), ORDER).name == "possible_breach"


@pytest.mark.parametrize(("place", "outcome"), [(FAR, "possible"), ({}, "possible")])
def test_a_position_whose_time_cannot_be_read_makes_nothing_certain(place: Json, outcome: str) -> None:
    found = finding(judge(told({**place, "recorded_at": "last Friday"}), ORDER), "1")
    assert (found.outcome, "in_force_in_part" in codes(found)) == (outcome, True)


def test_an_end_that_cannot_be_read_does_not_make_a_moment_of_it() -> None:
    """He was there from four, and the zone is forbidden from five."""
    window = {"days": ["fri"], "from": "17:00", "to": "23:00"}
    order = an_order(conditions=[a_condition(EXCLUSION, windows=[window])])
    happened = {"from": "2026-11-20T16:00:00Z", "to": "17h30"}
    report = told({"recorded_at": "2026-11-20T16:00:00Z"}, happened=happened)
    assert judge(report, order).name == "possible_breach"


def test_a_certainty_in_other_words_is_not_exact() -> None:
    """The zone is forbidden from six; "roughly ten to six" may have been six."""
    window = {"days": ["fri"], "from": "18:00", "to": "23:00"}
    order = an_order(conditions=[a_condition(EXCLUSION, windows=[window])])
    happened = {"from": "2026-11-20T17:50:00Z", "certainty": "roughly"}
    report = told({"recorded_at": "2026-11-20T17:50:00Z"}, happened=happened)
    assert judge(report, order).name == "possible_breach"


def test_an_old_zone_counts_where_the_terms_changed_within_the_incident() -> None:
    """Rule 18: outside the new zone, and inside the one that was in force when it began."""
    later = an_order(
        conditions=[a_condition(EXCLUSION, zones=[ZONE_B])],
        effective_from="2026-11-20T18:10:00Z",
        change={"kind": "variation", "necessity": "She moved."},
    )
    report = told({"recorded_at": FIVE_PAST}, happened={"from": FIVE_PAST, "to": "2026-11-20T18:20:00Z"})
    assert judge(report, ORDER, later).name == "possible_breach"


def test_served_within_the_incident_is_no_silent_no() -> None:
    served = SERVED_AT.fromisoformat("2026-11-20T18:10:00+00:00")
    assert judge(told(FAR), ORDER, served_at=served).name == "possible_breach"


def test_outside_is_left_open_where_no_second_person_stands_by_the_zone() -> None:
    """Rule 16: the zone may be drawn wrongly."""
    assert judge(told(FAR), ORDER, unapproved="B").name == "needs_officer"


# ---- from one position to the next ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "through"),
    [
        (ONE_ZONE, True),
        (corridor(20), True),
        (around(square(0.0010)), True),
        (around(square(0.0010), square(0.0005)[::-1]), True),
        (an_order(conditions=[a_condition(EXCLUSION, zones=[ZONE_B])]), False),
    ],
)
def test_two_positions_on_either_side_of_a_zone_do_not_show_that_he_kept_out_of_it(order: Json, through: bool) -> None:
    """Issue 4, tracks. Both are clear of the zone; he walked or drove from one to the other."""
    report = told({**WEST, "recorded_at": FIVE_PAST}, {**EAST, "recorded_at": QUARTER_PAST})
    found = judge(report, order)
    assert found.name == ("possible_breach" if through else "not_indicated")
    assert ("way_through_zone" in codes(finding(found, "1"))) is through


def test_the_way_goes_by_the_order_of_event() -> None:
    """Sent as east, west, east: he went from the west to the east once only, and the two in the east are one after
    the other."""
    here, there = {**EAST, "recorded_at": QUARTER_PAST}, {**WEST, "recorded_at": FIVE_PAST}
    later = {**EAST, "recorded_at": "2026-11-20T18:20:00Z"}
    for order in ([here, there, later], [there, here, later], [later, here, there]):
        assert judge(told(*order), ONE_ZONE).name == "possible_breach"


def test_two_positions_of_one_instant_are_no_way() -> None:
    """They are two reports of where he was then, and by both he was outside."""
    report = told({**WEST, "recorded_at": FIVE_PAST}, {**EAST, "recorded_at": FIVE_PAST})
    assert judge(report, ONE_ZONE).name == "not_indicated"


def test_two_positions_of_two_subjects_are_no_way() -> None:
    report = told(
        {**WEST, "recorded_at": FIVE_PAST}, {**EAST, "recorded_at": QUARTER_PAST, "subject": "respondent_vehicle"}
    )
    assert judge(report, ONE_ZONE).name == "not_indicated"


def test_a_way_through_a_zone_that_the_order_lets_him_cross_is_for_an_officer() -> None:
    """Rule 61."""
    exception = {"kind": "travel_through", "wording": "except when travelling through by train"}
    order = an_order(conditions=[a_condition(EXCLUSION, zones=[ZONE_A], exceptions=[exception])])
    report = told({**WEST, "recorded_at": FIVE_PAST}, {**EAST, "recorded_at": QUARTER_PAST})
    found = finding(judge(report, order), "1")
    assert (found.outcome, found.outcome_otherwise) == ("needs_officer", "possible")


def test_a_time_that_nobody_can_read_speaks_for_none_of_the_incident() -> None:
    """Rule 60: what a photograph without a time shows may be of another day."""
    facts = facts_of(told({**FAR, "recorded_at": None}, {**FAR, "recorded_at": QUARTER_PAST}))
    (untimed, timed), interval = facts.positions, facts.interval
    assert interval is not None
    long = replace(facts, interval=Interval(interval.start, interval.end + timedelta(hours=3)))
    picture = replace(untimed, time_unreadable=True)
    assert shows_all_of_it([untimed, timed], long)
    assert not shows_all_of_it([picture, timed], long)
    assert not shows_all_of_it([picture], replace(facts, interval=None))


# ---- holes, corridors, errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accuracy_m", "result"), [(5.0, "outside"), (40.0, "indeterminate"), (400.0, "indeterminate")]
)
def test_in_a_hole_is_outside_only_where_the_error_stays_in_the_hole(accuracy_m: float, result: str) -> None:
    """The hole reaches some 33 m to its edge."""
    order = around(square(0.0020), square(0.0005)[::-1])
    place = finding(
        judge(told({"longitude": -2.9779, "latitude": 53.4072, "accuracy_m": accuracy_m}), order), "1"
    ).location
    assert place and place.result == result


@pytest.mark.parametrize("accuracy_m", [None, 0, -1, 1e308, 5_000])
def test_an_error_that_is_unknown_or_vast_is_never_outside_a_small_zone(accuracy_m: float | None) -> None:
    """Rule 52: nought and less are a device's way to say that it has none."""
    near: Json = {"longitude": -2.9760, "latitude": 53.4072}
    place = finding(judge(told({**near, "accuracy_m": accuracy_m}), ONE_ZONE), "1").location
    assert place and place.result == "indeterminate"


@pytest.mark.parametrize("basis", ["p68", "rms", "unknown", "median", None])
def test_a_radius_that_holds_less_than_95_in_100_is_widened(basis: str | None) -> None:
    """Rule 52, trap 5: 40 m outside, "accurate to 30 m" of a kind that is 48 m and more at 95 %."""
    near: Json = {"longitude": -2.97580, "latitude": 53.4072, "accuracy_m": 30}
    assert finding(judge(told({**near, "accuracy_basis": "p95"}), ONE_ZONE), "1").outcome == "not_indicated"
    assert finding(judge(told({**near, "accuracy_basis": basis}), ONE_ZONE), "1").outcome == "possible"


@pytest.mark.parametrize(
    "place", [{"grid_reference": "SJ 35 90"}, {"grid_reference": "SJ 3 9"}, {"grid_reference": "SJ"}]
)
def test_a_square_that_touches_the_zone_is_not_outside(place: Json) -> None:
    found = judge(told({**NOWHERE, **place, "method": "grid_reference"}), ONE_ZONE)
    assert found.name in ("possible_breach", "needs_officer")
