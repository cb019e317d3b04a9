"""The force whose order it is reads a report whoever works on it (rules 47 and 89; api.md, "Whose queue")."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Force
from audit.models import Entry
from breaches.models import Report, ReportCopy, Transfer
from tests.support.api import Apis
from tests.support.evidence import picture, send
from tests.support.following import claimed, followed_up, submitted
from tests.support.orders import REFERENCE, a_report
from webhooks.models import Event

OFFER = {"force": "06", "reason": "It happened in your area."}
BACK = {"reason": "It happened in yours after all."}


def offer(api: Apis, report: str, who: str = "officer", **to: str) -> None:
    client = getattr(api, who)
    tag = client.get(f"officer/reports/{report}").etag
    answer = client.post(f"officer/reports/{report}/transfer", {**OFFER, **to}, If_Match=tag)
    assert answer.status == 200, answer.body


def accept(api: Apis, report: str) -> None:
    tag = api.other_officer.get(f"officer/reports/{report}").etag
    answer = api.other_officer.post(f"officer/reports/{report}/transfer/accept", {}, If_Match=tag)
    assert answer.status == 200, answer.body


def readers(api: Apis, report: str) -> dict[str, Any]:
    """Every way in which the order's force comes to a report."""
    timeline = api.officer.get(f"officer/orders/{REFERENCE}/timeline").body["results"]
    return {
        "officer": api.officer.get(f"officer/reports/{report}").status,
        "force": api.force.get(f"force/reports/{report}").status,
        "evidence": api.officer.get(f"officer/reports/{report}/evidence").status,
        "timeline": report in {row["record"] for row in timeline if row["kind"] == "report"},
    }


ALL = {"officer": 200, "force": 200, "evidence": 200, "timeline": True}


@pytest.mark.parametrize("step", ["offered", "accepted", "returned", "taken back"])
def test_a_report_in_transfer_stays_readable_to_the_orders_force(api: Apis, order: str, step: str) -> None:
    report = submitted(api)
    offer(api, report)
    if step == "accepted":
        accept(api, report)
    elif step != "offered":
        who = api.officer if step == "taken back" else api.other_officer
        assert who.post(f"officer/reports/{report}/transfer/return", BACK).status == 200
    assert readers(api, report) == ALL


def test_it_reads_and_does_nothing_to_it(api: Apis, order: str) -> None:
    report = submitted(api)
    offer(api, report)
    accept(api, report)
    seen = api.officer.get(f"officer/reports/{report}").body
    assert (seen["force"], seen["copies"], seen["allowed"]) == ("06", [{"force": "05", "why": "order_force"}], [])
    assert {row["id"] for row in api.officer.get("officer/reports?queue=copies").body["results"]} == {report}
    refused = api.officer.post(f"officer/reports/{report}/claim", {})
    assert (refused.status, refused.code) == (403, "read_copy_only")


def test_evidence_sent_after_the_transfer_is_read_as_well(api: Apis, order: str) -> None:
    reference = api.victim.post("victim/reports", a_report()).body["reference"]
    report = str(Report.objects.get().id)
    offer(api, report)
    accept(api, report)
    assert send(api.victim, f"victim/reports/{reference}/evidence", picture()).status == 201
    assert len(api.officer.get(f"officer/reports/{report}").body["evidence"]) == 1


def test_what_is_decided_elsewhere_is_on_the_orders_timeline_and_told(api: Apis, order: str) -> None:
    report = submitted(api)
    offer(api, report)
    accept(api, report)
    tag = api.other_officer.post(f"officer/reports/{report}/claim", {}).etag
    why = {"reason": "What the camera shows settles it."}
    assert api.other_officer.post(f"officer/reports/{report}/not-verified", why, If_Match=tag).status == 200
    kinds = [row["kind"] for row in api.officer.get(f"officer/orders/{REFERENCE}/timeline").body["results"]]
    assert kinds.count("decision") == 1
    told = set(Event.objects.filter(force_id="05", subject=report).values_list("type", flat=True))
    assert {"report.claimed", "report.not_verified"} <= told


def test_what_was_in_follow_up_is_read_on_as_well(api: Apis, order: str) -> None:
    report = submitted(api)
    followed_up(api, report)
    offer(api, report)
    accept(api, report)
    assert readers(api, report) == ALL


def test_handed_on_to_a_third_force_it_is_read_on_and_told(api: Apis, order: str) -> None:
    report = submitted(api)
    offer(api, report)
    accept(api, report)
    third = Force.objects.exclude(code__in=["05", "06"])[0].code
    offer(api, report, "other_officer", force=third)
    assert readers(api, report) == ALL
    back = api.other_officer.post(f"officer/reports/{report}/transfer/return", BACK)
    assert back.status == 200
    assert Event.objects.filter(force_id="05", subject=report, state="taken_back").count() == 1


def test_the_disclosure_is_on_the_trail_once(api: Apis, order: str) -> None:
    report = submitted(api)
    offer(api, report)
    accept(api, report)
    (row,) = Entry.objects.filter(verb="report_copied")
    assert (row.action, row.recipient, row.reason_code, row.record_ids) == ("disclosure", "05", "order_force", [report])


def test_a_report_without_an_order_is_nobody_elses_to_read_once_it_is_handed_over(api: Apis, order: str) -> None:
    answer = api.other_victim.post("victim/reports", a_report(order=None, force="05"))
    report = answer.body["id"]
    offer(api, report)
    accept(api, report)
    assert not ReportCopy.objects.exists()
    assert api.officer.get(f"officer/reports/{report}").status == 404
    assert Transfer.objects.filter(report=report, is_open=False).count() == 1


def test_a_claim_elsewhere_does_not_end_the_reading(api: Apis, order: str) -> None:
    report = submitted(api)
    claimed(api, report)
    offer(api, report)
    accept(api, report)
    assert api.other_officer.post(f"officer/reports/{report}/claim", {}).status == 200
    assert readers(api, report) == ALL
