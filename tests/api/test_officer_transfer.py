"""Handing a report to another force (rule 89): one offers, the other accepts or returns, the clocks run on."""

from __future__ import annotations

from typing import Any

import pytest
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from audit.models import Entry
from breaches.models import Report, Transfer
from tests.support.api import Answer, Apis
from tests.support.evidence import picture, send
from tests.support.following import claimed, decided, detail, followed_up, submitted
from webhooks.models import Event

TO_CHESHIRE = {"force": "06", "reason": "It happened in your area."}
BACK = {"reason": "It happened in yours after all."}


@pytest.fixture
def report(api: Apis, order: str) -> str:
    return submitted(api)


def verb(api: Apis, report: str, name: str, body: Any = None, *, who: str = "officer", **headers: str) -> Answer:
    answer: Answer = getattr(api, who).post(f"officer/reports/{report}/{name}", body or {}, **headers)
    return answer


def offered(api: Apis, report: str) -> Answer:
    tag = api.officer.get(f"officer/reports/{report}").etag
    answer = verb(api, report, "transfer", TO_CHESHIRE, If_Match=tag)
    assert answer.status == 200, answer.body
    return answer


def accepted(api: Apis, report: str) -> Answer:
    tag = api.other_officer.get(f"officer/reports/{report}").etag
    return verb(api, report, "transfer/accept", who="other_officer", If_Match=tag)


def queue(api: Apis, who: str, name: str) -> list[str]:
    return [row["id"] for row in getattr(api, who).get(f"officer/reports?queue={name}").body["results"]]


def test_what_is_offered_stays_where_it_is_and_can_be_read_there_rule_89(api: Apis, report: str) -> None:
    """Rule 89."""
    answer = offered(api, report)
    assert (answer.body["state"], answer.body["transfers"][0]["ended"]) == ("received", None)
    assert (queue(api, "officer", "review"), queue(api, "other_officer", "offered")) == ([report], [report])
    assert queue(api, "other_officer", "review") == queue(api, "officer", "offered") == []
    shown = api.other_officer.get(f"officer/reports/{report}")
    assert (shown.status, shown.body["allowed"]) == (200, [])
    assert verb(api, report, "claim", who="other_officer").status == 404


def test_what_is_accepted_moves_with_every_clock_as_it_was_rule_89(api: Apis, report: str) -> None:
    """Rule 89; rule 36: no clock is paused or begun anew."""
    before = Report.objects.get(id=report)
    offered(api, report)
    answer = accepted(api, report)
    assert answer.status == 200, answer.body
    after = Report.objects.get(id=report)
    assert (after.force_id, after.state) == ("06", "received")
    assert (after.received_at, after.review_due, after.officer_contact_due) == (
        before.received_at, before.review_due, before.officer_contact_due,
    )  # fmt: skip
    assert (queue(api, "officer", "review"), queue(api, "other_officer", "review")) == ([], [report])
    assert verb(api, report, "claim", who="other_officer").body["state"] == "in_review"


def test_what_was_claimed_is_nobodys_when_it_arrives(api: Apis, report: str) -> None:
    claimed(api, report)
    offered(api, report)
    body = accepted(api, report).body
    assert (body["state"], body["claimed_by"]) == ("received", None)


def test_what_was_verified_arrives_in_the_follow_up_queue(api: Apis, report: str) -> None:
    followed_up(api, report)
    offered(api, report)
    assert accepted(api, report).body["state"] == "verified"
    assert queue(api, "other_officer", "follow_up") == [report]


@pytest.mark.parametrize(("who", "kind"), [("other_officer", "returned"), ("officer", "taken_back")])
def test_an_offer_ends_with_a_reason_and_can_be_made_again(api: Apis, report: str, who: str, kind: str) -> None:
    """By the force it was made to, or by the one that made it."""
    offered(api, report)
    answer = verb(api, report, "transfer/return", BACK, who=who)
    (transfer,) = answer.body["transfers"]
    assert (transfer["ended"]["kind"], transfer["ended"]["reason"]) == (kind, BACK["reason"])
    assert api.other_officer.get(f"officer/reports/{report}").status == 404
    assert queue(api, "officer", "review") == [report]
    offered(api, report)
    assert Transfer.objects.count() == 2


def test_a_report_is_on_offer_to_one_force(api: Apis, report: str) -> None:
    tag = offered(api, report).etag
    answer = verb(api, report, "transfer", TO_CHESHIRE, If_Match=tag)
    assert (answer.status, answer.code) == (409, "transfer_pending")


@pytest.mark.parametrize("name", ["transfer/accept", "transfer/return"])
def test_nobody_answers_an_offer_that_is_not_to_them(api: Apis, report: str, name: str) -> None:
    for who in ("officer", "other_officer"):
        assert verb(api, report, name, BACK if "return" in name else None, who=who, If_Match="*").status == 404
    offered(api, report)
    assert verb(api, report, "transfer/accept", If_Match="*").status == 404  # one's own


@pytest.mark.parametrize("name", ["transfer", "transfer/accept"])
def test_the_version_that_was_seen_must_be_named(api: Apis, report: str, name: str) -> None:
    who = "officer"
    if name == "transfer/accept":
        offered(api, report)
        who = "other_officer"
    body = TO_CHESHIRE if name == "transfer" else {}
    assert verb(api, report, name, body, who=who).status == 428
    assert verb(api, report, name, body, who=who, If_Match='"old"').status == 412


@pytest.mark.parametrize("force", ["05", "00", "zz"])
def test_only_another_force_that_exists(api: Apis, report: str, force: str) -> None:
    answer = verb(api, report, "transfer", {**TO_CHESHIRE, "force": force}, If_Match="*")
    assert (answer.status, answer.codes) == (422, {("/force", "force_unknown")})
    assert not Transfer.objects.exists()


def test_a_claimed_report_is_offered_by_its_holder(api: Apis, report: str) -> None:
    claimed(api, report)
    answer = verb(api, report, "transfer", TO_CHESHIRE, who="reviewer", If_Match="*")
    assert (answer.status, answer.code) == (403, "not_holder")


def test_what_is_decided_or_waits_for_its_reporter_is_not_accepted(api: Apis, report: str) -> None:
    offered(api, report)
    decided(api, report)
    answer = accepted(api, report)
    assert (answer.status, answer.code, Report.objects.get(id=report).force_id) == (409, "illegal_transition", "05")


def test_both_forces_are_told_ids_only_and_the_disclosure_is_on_record(api: Apis, report: str) -> None:
    offered(api, report)
    accepted(api, report)
    told = Event.objects.filter(type="report.transferred", subject=report).order_by("id")
    first, *rest = [(event.force_id, event.state) for event in told]
    assert (first, set(rest)) == (("06", "offered"), {("05", "accepted"), ("06", "accepted")})
    row = Entry.objects.get(verb="report_offered", record_ids=[report])
    assert (row.action, row.recipient, row.organisation) == ("disclosure", "06", "05")


def test_evidence_goes_with_it_and_is_read_and_compared_again_rules_66_and_69(api: Apis, report: str) -> None:
    """Rules 66 and 69."""
    item = send(api.victim, f"victim/reports/{report}/evidence", picture()).body
    offered(api, report)
    OrmQ.objects.all().delete()
    accepted(api, report)
    entry = api.other_officer.get(f"officer/reports/{report}/evidence/{item['id']}").body["continuity"][-1]
    assert (entry["kind"], entry["recipient"], entry["sha256"]) == ("transferred", "06", item["sha256"])
    tasks = [SignedPackage.loads(row.payload) for row in OrmQ.objects.filter(key="evidence")]
    assert [(task["func"], task["args"]) for task in tasks] == [("breaches.evidence.tasks.check", (item["id"],))]


def test_reports_it_was_linked_to_stay_with_their_force(api: Apis, report: str) -> None:
    """Rule 80: not even their references go along."""
    other = submitted(api)
    verb(api, report, "link", {"report": other, "reason": "The same evening."})
    offered(api, report)
    body = accepted(api, report).body
    assert body["links"] == []
    assert [link["status"] for link in detail(api, other)["links"]] == []


def test_the_reporter_goes_on_as_if_nothing_had_happened(api: Apis, report: str) -> None:
    offered(api, report)
    accepted(api, report)
    answer = api.victim.post(f"victim/reports/{report}/messages", {"text": "He came back."})
    assert (answer.status, answer.body["status"]) == (201, "received")
    assert [message["text"] for message in api.other_officer.get(f"officer/reports/{report}").body["messages"]] == [
        "He came back."
    ]


def test_an_auditor_hands_nothing_over(api: Apis, report: str) -> None:
    assert verb(api, report, "transfer", TO_CHESHIRE, who="auditor", If_Match="*").status == 403
