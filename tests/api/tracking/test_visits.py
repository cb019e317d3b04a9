"""Entering a zone raises one report in the review queue for each visit (rules 46, 49 to 53, 60)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from breaches.models import Report, TrackFix, Visit
from demo.cast import Cast
from tests.api.tracking.feed import NOON, Json, at, authorise, taken
from tests.support.api import Apis
from tests.support.orders import EXCLUSION, ZONE_A, a_condition, an_order, register


@pytest.fixture(autouse=True)
def _authority(api: Apis, order: str) -> None:
    authorise(api)


def assessment(api: Apis, report: str) -> Json:
    body: Json = api.officer.get(f"officer/reports/{report}").body
    found: Json = body["assessment"]
    return found


def test_a_fix_inside_raises_one_report_in_the_review_queue(api: Apis) -> None:
    (report,) = taken(api, at(0))["reports"]
    rows = api.reviewer.get("officer/reports?queue=review").body["results"]
    assert [(row["id"], row["verdict"], row["state"]) for row in rows] == [(report, "breach_indicated", "received")]
    location = assessment(api, report)["findings"][0]["location"]
    assert (location["result"], location["zone"], location["position_method"]) == ("inside", "A", "tag")
    assert (location["position_subject"], location["r95_m"]) == ("respondent", 10.0)


def test_later_fixes_of_a_visit_make_it_longer_and_raise_nothing(api: Apis) -> None:
    assert len(taken(api, at(0), at(1))["reports"]) == 1
    assert taken(api, at(20), at(45))["reports"] == []
    visit = Visit.objects.get()
    assert (visit.zone, (visit.last_at - visit.entered_at).total_seconds()) == ("A", 45 * 60)


@pytest.mark.parametrize(("minutes", "reports"), [(30, 1), (31, 2)])
def test_a_visit_ends_after_thirty_minutes_unseen(api: Apis, minutes: int, reports: int) -> None:
    taken(api, at(0))
    taken(api, at(minutes))
    assert Report.objects.count() == reports


@pytest.mark.parametrize(("back", "reports"), [(29, 1), (40, 2)])
def test_a_visit_ends_after_thirty_minutes_outside(api: Apis, back: int, reports: int) -> None:
    taken(api, at(0), *[at(minute, metres=400) for minute in range(5, back, 5)], at(back))
    assert Report.objects.count() == reports


def test_the_order_of_event_counts_not_that_of_arrival(api: Apis) -> None:
    """A late fix from before makes the visit begin earlier; its report stays the only one."""
    taken(api, at(60))
    assert taken(api, at(40))["reports"] == []
    visit = Visit.objects.get()
    assert (visit.last_at - visit.entered_at).total_seconds() == 20 * 60


def test_late_fixes_between_two_visits_raise_nothing_more(api: Apis) -> None:
    taken(api, at(0))
    taken(api, at(50))
    assert taken(api, at(25))["reports"] == []
    assert Report.objects.count() == Visit.objects.count() == 2


def test_late_data_is_judged_by_its_own_time(api: Apis, cast: Cast) -> None:
    """Rule 60: two versions, the later without the zone; yesterday's fix is judged by yesterday's terms."""
    later = an_order(
        change={"kind": "variation", "decided_on": NOON.date().isoformat()},
        effective_from=NOON.isoformat(),
        conditions=[a_condition(EXCLUSION, zones=[_moved()])],
    )
    answer = api.force.put("force/orders/SPO-05-0001-26/versions/2", later)
    assert answer.status == 201, answer.body
    assert taken(api, at(10))["reports"] == []
    assert len(taken(api, at(-10))["reports"]) == 1
    assert set(TrackFix.objects.values_list("near", "version")) == {("none", None), ("touch", 1)}


def _moved() -> Json:
    shape = {"type": "circle", "centre": {"longitude": -2.90, "latitude": 53.40}, "radius_m": 100}
    return {**ZONE_A, "code": "A", "shape": shape}


# 0.5 lies near the edge: at its very edge nearly half of the error is inside.
ALMOST = 97.0


def test_one_fix_that_may_be_inside_raises_nothing_and_two_running_do(api: Apis) -> None:
    """A probability of 0.5 or more twice running places him there; the engine's own verdict stands beside it."""
    assert taken(api, at(0, metres=ALMOST))["reports"] == []
    (report,) = taken(api, at(1, metres=ALMOST))["reports"]
    assert assessment(api, report)["verdict"] == "possible_breach"
    assert len(Report.objects.get().positions.all()) == 2


def test_two_that_may_be_inside_are_hits_whatever_comes_between(api: Apis) -> None:
    """Else the report would depend on whether the one between came before or after them."""
    body = taken(api, at(0, metres=ALMOST), at(1, metres=300), at(2, metres=ALMOST))
    assert len(body["reports"]) == 1


def test_two_that_may_be_inside_across_batches_out_of_order(api: Apis) -> None:
    taken(api, at(5, metres=ALMOST))
    assert len(taken(api, at(4, metres=ALMOST))["reports"]) == 1


def test_two_devices_are_two_visits(api: Apis) -> None:
    assert len(taken(api, at(0), at(0, device="tag-2"))["reports"]) == 2


def test_a_coarse_fix_over_a_zone_raises_nothing(api: Apis) -> None:
    body = taken(api, at(0, accuracy_m=1500), at(1, accuracy_m=1500))
    assert body["reports"] == []
    assert {fix.near for fix in TrackFix.objects.all()} == {"touch"}


def test_zones_in_each_other_are_one_report(api: Apis, cast: Cast) -> None:
    wide = {**ZONE_A, "code": "W", "shape": {**ZONE_A["shape"], "radius_m": 300}}
    both = an_order(conditions=[a_condition(EXCLUSION, zones=[ZONE_A, wide])])
    register(api, cast, both, reference="SPO-2")
    body = {"kind": "bail", "reference": "B", "from": "2026-03-02T00:00:00Z", "until": "2099-01-01T00:00:00Z"}
    assert api.force.put("force/orders/SPO-2/monitoring-authority", {**body, "devices": ["t"]}).status == 201
    assert len(taken(api, at(0, order="SPO-2", device="t"))["reports"]) == 1
    assert sorted(Visit.objects.values_list("zone", flat=True)) == ["A", "W"]


def test_a_zone_that_nobody_approved_is_left_to_an_officer_rule_16(api: Apis, cast: Cast) -> None:
    register(api, cast, an_order(), reference="SPO-2", approved=False)
    body = {"kind": "bail", "reference": "B", "from": "2026-03-02T00:00:00Z", "until": "2099-01-01T00:00:00Z"}
    assert api.force.put("force/orders/SPO-2/monitoring-authority", {**body, "devices": ["t"]}).status == 201
    (report,) = taken(api, at(0, order="SPO-2", device="t"))["reports"]
    assert assessment(api, report)["verdict"] == "needs_officer"


def test_outside_the_hours_of_a_condition_nothing_is_forbidden_rule_60(api: Apis, cast: Cast) -> None:
    """NOON is 12:00 UTC: 12:00 or 13:00 in London. The window is the night."""
    night = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "22:00", "to": "05:00"}]
    register(api, cast, an_order(conditions=[a_condition(EXCLUSION, windows=night)]), reference="SPO-2")
    body = {"kind": "bail", "reference": "B", "from": "2026-03-02T00:00:00Z", "until": "2099-01-01T00:00:00Z"}
    assert api.force.put("force/orders/SPO-2/monitoring-authority", {**body, "devices": ["t"]}).status == 201
    assert taken(api, at(0, order="SPO-2", device="t"), at(1, order="SPO-2", device="t"))["reports"] == []
    assert {fix.near for fix in TrackFix.objects.all()} == {"touch"}
    assert len(taken(api, at(-12 * 60, order="SPO-2", device="t"))["reports"]) == 1


def test_the_distance_to_every_zone_is_kept_near_one_and_none_far_away(api: Apis) -> None:
    taken(api, at(0, metres=250), at(1, metres=5000))
    near, far = TrackFix.objects.order_by("recorded_at")
    assert (near.near, near.zone, near.probability) == ("ring", "A", 0.0)
    assert abs((near.distance_m or 0) - 150) < 1
    assert {item[0] for item in near.zones or ()} == {"A", "B"}
    assert (far.near, far.zone, far.distance_m, far.zones) == ("none", None, None, None)


@pytest.mark.parametrize(
    ("metres", "near"),
    [(0, "touch"), (109, "touch"), (111, "ring"), (309, "ring"), (312, "none")],
)
def test_near_is_where_the_error_circle_touches_the_zone_or_its_ring(api: Apis, metres: float, near: str) -> None:
    """The zone ends at 100 m, the ring of 200 m at 300 m, and the fix is good to ten."""
    taken(api, at(0, metres=metres))
    assert TrackFix.objects.get().near == near


def test_a_report_says_how_it_came_to_be_and_nothing_of_a_place(api: Apis) -> None:
    single, *_ = taken(api, at(0))["reports"]
    several, *_ = taken(api, at(120), at(121))["reports"]
    said: list[Any] = [json.loads(Report.objects.get(id=i).body_sent)["description"] for i in (single, several)]
    assert "single position" in said[0]
    assert "consecutive positions" in said[1]
