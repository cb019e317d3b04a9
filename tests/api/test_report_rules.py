"""Reports by rule (33 to 48): who may make one, that none is refused, and what becomes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.models import Authority
from breaches.models import Report
from tests.support.api import Answer, Apis
from tests.support.following import claimed, detail, followed_up, submitted
from tests.support.orders import REPORT, a_position, a_report, an_order, approve_all, register

BY_HER = {"role": "protected_person", "protected_person": "P1"}
TEXT_TO_HER: dict[str, Any] = {
    "channel": "sms",
    "at": "2026-11-20T18:10:00+00:00",
    "from": {"kind": "phone", "value": "07700 900123"},
    "text": "I can see you",
    "third_party": False,
}


def found(api: Apis, answer: Answer) -> dict[str, Any]:
    assert answer.status == 201, answer.body
    return detail(api, str(answer.body["id"]))


@pytest.mark.parametrize(
    ("who", "where", "role"),
    [
        ("victim", "victim", None),
        ("advocate", "victim", None),
        ("officer", "officer", "witness"),
        ("reviewer", "officer", "officer"),
        ("force", "force", "advocate"),
    ],
)
def test_whoever_may_report_rule_33(api: Apis, order: str, who: str, where: str, role: str | None) -> None:
    """Rule 33: the protected person, an advocate, a witness, an officer, a force system; the word is kept."""
    by = {"reported_by": {"role": role, "protected_person": "P1"}} if role else {}
    report = found(api, getattr(api, who).post(f"{where}/reports", a_report(**by)))
    expected = {"victim": "protected_person", "advocate": "advocate"}.get(who, role)
    assert (report["reporter_role"], report["order"], report["assessment"]["verdict"]) == (
        expected,
        order,
        "breach_indicated",
    )


@pytest.mark.parametrize("ended", ["expires_at", "revoked_at"])
def test_an_advocate_whose_authority_ended_is_heard_and_given_no_order_rule_33(
    api: Apis, order: str, cast: Any, ended: str
) -> None:
    """Rule 33, trap 29: kept, as a report of somebody without an order; at once, not at the next sign-in."""
    now = timezone.now()
    Authority.objects.filter(advocate_id=UUID(cast.advocate.user_id)).update(
        granted_at=now - timedelta(days=2), **{ended: now - timedelta(seconds=1)}
    )
    answer = api.advocate.post("victim/reports", a_report())
    assert [w["code"] for w in answer.body["warnings"]] == ["order_not_matched"]
    assert found(api, answer)["order"] is None


def test_a_late_report_is_kept_rule_33(api: Apis, cast: Any) -> None:
    """Rule 33: years late, and after the order ran out: judged by the terms of the day."""
    order = register(api, cast, an_order())
    late = {"from": "2026-03-05T09:00:00+00:00", "to": "2026-03-05T09:10:00+00:00"}
    at = a_position(recorded_at="2026-03-05T09:00:00+00:00")
    report = found(api, api.victim.post("victim/reports", a_report(happened=late, positions=[at])))
    assert (report["order"], report["assessment"]["verdict"]) == (order, "breach_indicated")


def test_a_report_that_nobody_can_prove_is_kept_rule_33(api: Apis, order: str) -> None:
    """Rule 33: a feeling, at no place and no certain time."""
    body = {"happened": {"from": "2026-11-20T18:05:00Z", "certainty": "unknown"}, "description": "I felt watched."}
    report = found(api, api.victim.post("victim/reports", body))
    assert (report["state"], report["assessment"]["verdict"]) == ("received", "needs_officer")


def test_a_report_from_outside_the_zone_is_kept_and_queued_rule_33(api: Apis, order: str) -> None:
    """Rule 33; rule 64: what points away from him is kept too."""
    far = a_position(longitude=-2.9)
    report = found(api, api.victim.post("victim/reports", a_report(positions=[far], behaviours=["other"])))
    (row,) = api.officer.get("officer/reports?queue=review").body["results"]
    assert (row["id"], report["assessment"]["verdict"]) == (report["id"], "not_indicated")


def test_a_report_outside_the_period_is_kept_rules_33_and_35(api: Apis, order: str) -> None:
    """Rules 33 and 35: it may be stalking all the same."""
    body = a_report(happened={"from": "2025-01-01T00:00:00Z"}, positions=[])
    report = found(api, api.victim.post("victim/reports", body))
    assert (report["state"], report["assessment"]["verdict"]) == ("received", "no_order_in_force")


def test_a_report_under_the_wrong_order_is_kept_rule_33(api: Apis, order: str) -> None:
    """Rule 33: an order of somebody else, or none: both look alike."""
    report = found(api, api.other_victim.post("victim/reports", a_report()))
    assert (report["order"], report["assessment"]["verdict"]) == (None, "needs_officer")
    assert [r["code"] for r in report["assessment"]["reasons"]] == ["no_order"]


def test_only_what_happened_and_when_is_required_rule_34(api: Apis, order: str) -> None:
    """Rule 34: no place, no order, no kind."""
    body = {"happened": {"from": "2026-11-20T18:05:00Z"}, "description": "He was there."}
    answer = api.victim.post("victim/reports", body)
    assert (answer.status, [w["code"] for w in answer.body["warnings"]]) == (201, ["order_assumed"])


def test_the_whole_report_is_kept_and_read_back_rule_34(api: Apis, order: str) -> None:
    """Rule 34; api.md, Reports: any mixture, with impact, risk and witnesses."""
    body = a_report(
        happened={**REPORT["happened"], "certainty": "about"},
        kinds=["exclusion_zone", "contact", "social", "approach", "images", "surveillance", "other"],
        contacts=[TEXT_TO_HER],
        social=[{"platform": "instagram", "handle": "@danny.m", "text": "Ama", "about_me": "indirect"}],
        impact="I have not left the house since.",
        risk={"weapon": False, "threat_of_violence": True},
        witnesses=[{"name": "R. Osei", "how_to_reach": "through me"}],
    )
    answer = api.victim.post("victim/reports", body)
    report = found(api, answer)
    assert (report["report"], answer.body["warnings"]) == (body, [])
    assert "threat_of_violence" in report["priority_reasons"]


def test_about_widens_each_end_by_a_quarter_of_an_hour_rule_34(api: Apis, order: str) -> None:
    happened = {"from": "2026-11-20T18:05:00Z", "to": "2026-11-20T18:20:00Z", "certainty": "about"}
    kept = Report.objects.get(id=submitted(api, happened=happened))
    assert kept.incident_from and kept.incident_to
    assert kept.incident_to - kept.incident_from == timedelta(minutes=45)


def test_one_report_is_one_candidate_with_findings_rule_40(api: Apis, order: str) -> None:
    """Rule 40: four conditions touched are four findings of one report, and one decision."""
    report = submitted(api, contacts=[TEXT_TO_HER], kinds=["exclusion_zone", "contact", "approach"])
    findings = detail(api, report)["assessment"]["findings"]
    touched = [f["clause"] for f in findings if f["outcome"] != "not_applicable"]
    assert (touched, Report.objects.count()) == (["1", "3", "5"], 1)
    assert len(followed_up(api, report).body["decisions"]) == 1


def test_a_report_needs_no_place_rule_41(api: Apis, order: str) -> None:
    """Rule 41: a message is a breach wherever he was."""
    report = submitted(api, positions=[], kinds=["contact"], behaviours=["abusive_message"], contacts=[TEXT_TO_HER])
    outcomes = {f["clause"]: f["outcome"] for f in detail(api, report)["assessment"]["findings"]}
    assert (outcomes["3"], outcomes["1"]) == ("indicated", "not_applicable")


def test_every_move_is_stamped_with_who_and_when_rule_45(api: Apis, order: str) -> None:
    """Rule 45."""
    moves = claimed(api, submitted(api)).body["moves"]
    assert [(m["verb"], m["from"], m["to"], m["by"]) for m in moves] == [("claim", "received", "in_review", "4401")]
    assert moves[0]["at"]


def test_a_verified_report_is_in_the_follow_up_queue_of_its_force_only_rule_47(api: Apis, order: str) -> None:
    """Rule 47, as far as areas are known: the force of the order."""
    report = submitted(api)
    followed_up(api, report)
    assert [r["id"] for r in api.officer.get("officer/reports?queue=follow_up").body["results"]] == [report]
    assert api.officer.get("officer/reports?queue=review").body["results"] == []
    assert api.other_officer.get("officer/reports?queue=follow_up").body["results"] == []


def test_the_breach_and_stalking_itself_are_put_before_the_officer_rule_48(api: Apis, order: str) -> None:
    """Rule 48: ST19001 is HO 008/74, and never the code of a missed notification (trap 15)."""
    suggested = detail(api, submitted(api))["offences_suggested"]
    assert (suggested[0]["cjs_code"], suggested[0]["ho_class"]) == ("ST19001", "008/74")
    assert [s["cjs_code"] for s in suggested[1:]] == ["PH97006", "PH97007", "PH97008"]


def test_nothing_is_decided_for_the_officer_rule_46(api: Apis, order: str) -> None:
    """Rule 46: whatever the machine says, the report waits for a named person."""
    report = detail(api, submitted(api))
    assert (report["assessment"]["verdict"], report["state"], report["decisions"]) == (
        "breach_indicated",
        "received",
        [],
    )


@pytest.mark.parametrize("who", ["victim", "advocate", "officer", "force"])
def test_danger_is_answered_and_queued_first_whoever_says_it_rule_37(api: Apis, order: str, who: str) -> None:
    """Rule 37."""
    submitted(api)
    where = "victim" if who == "advocate" else who
    by = {"reported_by": BY_HER} if where != "victim" else {}
    answer = getattr(api, who).post(f"{where}/reports", {"immediate_danger": True, **by})
    first = api.officer.get("officer/reports").body["results"][0]
    assert (answer.status, first["id"], first["priority"]) == (201, answer.body["id"], 1)
    assert answer.body["advice"][0].endswith("call 999.") and "55" in answer.body["advice"][1]


def test_approvals_come_and_go_and_the_report_stays_rule_33(api: Apis, cast: Any) -> None:
    """Rule 33: a zone that nobody approved yet leaves the report to an officer, never refused."""
    order = register(api, cast, an_order(), approved=False)
    report = submitted(api)
    assert detail(api, report)["assessment"]["verdict"] == "needs_officer"
    approve_all(api, order, an_order())
    assert detail(api, report)["state"] == "received"
