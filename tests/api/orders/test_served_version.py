"""Service is of a version (rule 25): what is recorded of it, and what a report under a later version comes to."""

from __future__ import annotations

from typing import Any

import pytest

from breaches.models import Assessment, Report
from breaches.replaying import replay_assessment
from breaches.tasks import assess_order_again
from demo.cast import Cast
from tests.api.orders.example import Json
from tests.support.api import Answer, Api, Apis
from tests.support.orders import (
    EXCLUSION,
    NO_CONTACT,
    REFERENCE,
    SERVED,
    ZONE_A,
    ZONE_B,
    a_condition,
    a_report,
    an_order,
    approve_all,
    register,
)

ROOT = f"force/orders/{REFERENCE}"
ONLY_A = [a_condition(EXCLUSION, zones=[ZONE_A], wording="Not to enter the area marked A."), NO_CONTACT]
A_AND_B = [a_condition(EXCLUSION, zones=[ZONE_A, ZONE_B]), NO_CONTACT]
LATER = {**SERVED, "served_at": "2026-06-02T09:00:00Z"}


def vary(api: Api, number: int = 2, *, kind: str = "variation", **change: Any) -> Answer:
    body = an_order(
        conditions=A_AND_B,
        effective_from="2026-06-01T10:00:00Z",
        change={"kind": kind, "decided_on": "2026-06-01", "necessity": "He waits at her work.", **change},
    )
    answer = api.put(f"{ROOT}/versions/{number}", body)
    assert answer.status == 201, answer.body
    return answer


@pytest.fixture
def varied(api: Apis, cast: Cast) -> Api:
    """Served as it was made, then varied: zone B is new, and nobody has served that."""
    register(api, cast, an_order(conditions=ONLY_A))
    vary(api.force)
    assert api.supervisor.post(f"officer/orders/{REFERENCE}/zones/B/approve", {"reason": "Compared."}).status == 200
    return api.force


def in_b(api: Apis) -> Report:
    sent = a_report()
    sent["positions"][0].update(longitude=-2.992680, latitude=53.403498)
    return Report.objects.get(pk=api.victim.post("victim/reports", sent).body["id"])


def judged(report: Report) -> tuple[str, list[str], Any]:
    report.refresh_from_db()
    answer = Assessment.objects.filter(report=report).order_by("-assessed_at", "-id")[0].answer
    (found,) = [finding for finding in answer["findings"] if finding["clause"] == "1"]
    return report.verdict, [reason["code"] for reason in found["reasons"]], found["outcome_otherwise"]


def test_a_zone_of_a_variation_that_was_not_served_is_for_an_officer_until_it_is(varied: Api, api: Apis) -> None:
    report = in_b(api)
    verdict, codes, otherwise = judged(report)
    assert (verdict, codes[-1], otherwise) == ("needs_officer", "variation_not_served", "indicated")
    assert varied.post(f"{ROOT}/service", {**LATER, "version": 2}).status == 201
    assess_order_again(str(report.order_id))
    assert judged(report)[0] == "breach_indicated"
    assert [replay_assessment(assessment=one).same for one in Assessment.objects.all()] == [True, True]


def test_what_the_served_version_imposed_stays_bound(varied: Api, api: Apis) -> None:
    report = Report.objects.get(pk=api.victim.post("victim/reports", a_report()).body["id"])
    assert judged(report)[0] == "breach_indicated"


def test_a_respondent_who_was_in_court_needs_no_service_of_the_variation(api: Apis, cast: Cast) -> None:
    register(api, cast, an_order(conditions=ONLY_A))
    vary(api.force, respondent_present=True)
    approve_all(api, REFERENCE, {"conditions": [{"zones": [{"code": "B"}]}]})
    assert judged(in_b(api))[0] == "breach_indicated"


def test_a_service_names_the_version_in_force_then_where_it_names_none(varied: Api) -> None:
    before = varied.post(f"{ROOT}/service", {**SERVED, "served_at": "2026-06-01T09:59:59Z"})
    after = varied.post(f"{ROOT}/service", LATER)
    assert (before.body["version"], after.body["version"]) == (1, 2)
    rows = varied.get(f"{ROOT}/service").body["results"]
    assert [(row["served_at"], row["version"]) for row in rows] == [
        ("2026-03-02T15:00:00Z", 1), ("2026-06-01T09:59:59Z", 1), ("2026-06-02T09:00:00Z", 2),
    ]  # fmt: skip


def test_a_variation_is_served_before_it_takes_effect_on_the_day_it_was_decided(varied: Api) -> None:
    answer = varied.post(f"{ROOT}/service", {**SERVED, "served_at": "2026-06-01T09:00:00Z", "version": 2})
    assert (answer.status, answer.body["version"]) == (201, 2)


def test_the_same_service_told_again_is_the_same_row_though_another_version_is_in_force_since(varied: Api) -> None:
    """A client that sends again what it sent before the order was corrected says nothing new."""
    first = varied.post(f"{ROOT}/service", LATER)
    vary(varied, 3, kind="correction")
    again = varied.post(f"{ROOT}/service", LATER)
    assert (again.body["id"], again.body["version"]) == (first.body["id"], 2)
    named = varied.post(f"{ROOT}/service", {**LATER, "version": 3})
    assert (named.body["version"], named.body["id"] == first.body["id"]) == (3, False)


BAD: dict[str, tuple[Json, set[tuple[str, str]]]] = {
    "no such version": ({"version": 9}, {("/version", "version_unknown")}),
    "a version below one": ({"version": 0}, {("/version", "out_of_range")}),
    "no number": ({"version": "2"}, {("/version", "wrong_type")}),
    "before it was decided": (
        {"version": 2, "served_at": "2026-05-31T12:00:00Z"}, {("/version", "served_before_made")},
    ),
    "before it was made, and no such version": (
        {"version": 9, "served_at": "2026-03-01T12:00:00Z"},
        {("/version", "version_unknown"), ("/served_at", "served_before_made")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_service_of_no_version_that_could_be_is_refused(varied: Api, name: str) -> None:
    changes, problems = BAD[name]
    answer = varied.post(f"{ROOT}/service", {**SERVED, **changes})
    assert (answer.status, answer.codes) == (422, problems)


def test_the_history_of_the_order_says_which_version_was_served(varied: Api, api: Apis) -> None:
    varied.post(f"{ROOT}/service", LATER)
    rows = api.officer.get(f"officer/orders/{REFERENCE}/timeline").body["results"]
    assert [row["about"]["version"] for row in rows if row["kind"] == "served"] == [1, 2]


def correct(api: Api, **changes: Any) -> None:
    """Version 3, after a variation that nobody served: it has zone B as well."""
    body = an_order(**{"conditions": A_AND_B, "effective_from": "2026-05-01T10:00:00Z", **changes})
    answer = api.put(f"{ROOT}/versions/3", body)
    assert answer.status == 201, answer.body


CORRECTED: dict[str, tuple[Json, str]] = {
    "names what he was served with: its paper had the zone": ({"corrects": 1}, "breach_indicated"),
    "names the variation: that started earlier, and was served no more": ({"corrects": 2}, "needs_officer"),
    "names nothing: it may have the zone from the variation": ({}, "needs_officer"),
    "the court's own, without him": ({"corrects": 1, "respondent_present": False}, "needs_officer"),
}


@pytest.mark.parametrize("days", ["May", "June"])
@pytest.mark.parametrize("name", CORRECTED)
def test_a_correction_that_reaches_back_behind_a_variation_that_was_not_served(
    varied: Api, api: Apis, name: str, days: str
) -> None:
    """Lines 2 and 7 together: in May the correction governs, from June the variation."""
    change, verdict = CORRECTED[name]
    correct(varied, change={"kind": "correction", "decided_on": "2026-06-10", **change})
    approve_all(api, REFERENCE, {"conditions": [{"zones": [{"code": "B"}]}]})
    sent = a_report()
    sent["positions"][0].update(longitude=-2.992680, latitude=53.403498)
    if days == "May":
        sent["happened"] = {"from": "2026-05-15T10:00:00Z", "certainty": "exact"}
        sent["positions"][0].pop("recorded_at", None)
    found = judged(Report.objects.get(pk=api.victim.post("victim/reports", sent).body["id"]))
    assert found[0] == verdict
    assert ("variation_not_served" in found[1]) == (verdict == "needs_officer")
    assert replay_assessment(assessment=Assessment.objects.latest("assessed_at")).same


def test_a_correction_from_the_day_made_takes_the_place_of_what_was_served(varied: Api, api: Apis) -> None:
    """It names nothing, and leaves no time to version 1: the paper that he was given had zone B."""
    correct(varied, effective_from="2026-03-02T11:30:00Z", change={"kind": "correction", "decided_on": "2026-06-10"})
    approve_all(api, REFERENCE, {"conditions": [{"zones": [{"code": "B"}]}]})
    assert judged(in_b(api))[0] == "breach_indicated"


def test_a_zone_that_a_served_variation_added_stays_bound_when_the_first_version_is_corrected(
    varied: Api, api: Apis
) -> None:
    varied.post(f"{ROOT}/service", {**LATER, "version": 2})
    change = {"kind": "correction", "decided_on": "2026-06-10", "corrects": 1}
    correct(varied, conditions=ONLY_A, effective_from=None, change=change, necessity="A word was missing.")
    assert judged(in_b(api))[0] == "breach_indicated"
