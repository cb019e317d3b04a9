"""What a reporter adds to a decided, closed or withdrawn report brings it back to officers, danger first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from audit.models import Entry
from breaches.models import Decision, Report, Withdrawal
from tests.support.api import Answer, Apis
from tests.support.evidence import add as add_piece
from tests.support.evidence import begin, picture, send
from tests.support.following import asked, claimed, decided, detail, followed_up, in_hours, submitted
from tests.support.orders import a_report
from webhooks.models import Event

Further = Callable[[Apis, str], Any]
DANGER = {"text": "He is here.", "immediate_danger": True}
WORDS = {"text": "He came again."}


@pytest.fixture
def report(api: Apis, order: str) -> str:
    return submitted(api)


def verified(api: Apis, report: str) -> Answer:
    """Verified, and given back by whoever followed it up."""
    followed_up(api, report)
    answer = api.officer.post(f"officer/reports/{report}/release", {})
    assert answer.status == 200, answer.body
    return answer


def closed(api: Apis, report: str) -> Answer:
    tag = followed_up(api, report).etag
    outcome = {"kind": "no_further_action", "reason": "Nothing more can be done."}
    answer = api.officer.post(f"officer/reports/{report}/outcome", outcome, If_Match=tag)
    assert answer.status == 200, answer.body
    return answer


def withdrawn(api: Apis, report: str) -> Answer:
    return add(api, report, "withdraw", {})


def withdrawn_and_decided(api: Apis, report: str) -> Answer:
    withdrawn(api, report)
    return decided(api, report)


def add(api: Apis, report: str, name: str, body: Any, who: str = "victim", **headers: str) -> Answer:
    answer: Answer = getattr(api, who).post(f"victim/reports/{report}/{name}", body, **headers)
    assert answer.status in (200, 201), answer.body
    return answer


def row_of(api: Apis, report: str, queue: str = "review", who: str = "officer") -> dict[str, Any]:
    """The row of a report in a queue, and that it is the first one."""
    rows = getattr(api, who).get(f"officer/reports?queue={queue}").body["results"]
    assert report in [row["id"] for row in rows]
    return next(row for row in rows if row["id"] == report)


def events(report: str, force: str = "05") -> list[str]:
    found = Event.objects.filter(subject=report, force_id=force).order_by("id")
    return list(found.values_list("type", flat=True))


OVER = [decided, closed, verified, followed_up, withdrawn, withdrawn_and_decided]


@pytest.mark.parametrize("further", OVER)
def test_danger_in_a_message_puts_what_is_over_into_review_at_priority_1_at_once(
    api: Apis, report: str, further: Further
) -> None:
    """Rule 37: whenever she says it."""
    further(api, report)
    other = submitted(api)
    add(api, report, "messages", DANGER)
    row = row_of(api, report)
    assert (row["priority"], row["priority_reasons"][:2]) == (1, ["immediate_danger", "new_since_closed"])
    rows = api.officer.get("officer/reports?queue=review").body["results"]
    assert [one["id"] for one in rows] == [report, other]
    assert "report.immediate_danger" in events(report)


@pytest.mark.parametrize("further", OVER)
@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("messages", WORDS),
        ("corrections", {"text": "It was at seven."}),
        ("corrections", {"text": "It was at seven.", "happened": {"from": "2026-11-20T19:05:00Z"}}),
    ],
    ids=["message", "words", "correction"],
)
def test_whatever_she_adds_to_what_is_over_returns_it_to_review(
    api: Apis, report: str, further: Further, name: str, body: Any
) -> None:
    further(api, report)
    add(api, report, name, body)
    row = row_of(api, report)
    assert "new_since_closed" in row["priority_reasons"]
    assert row["priority"] <= 3
    assert row["overdue"] is False


@pytest.mark.parametrize("further", OVER)
@pytest.mark.parametrize("how", ["at once", "in pieces"])
def test_evidence_added_to_what_is_over_returns_it_to_review(
    api: Apis, report: str, further: Further, how: str
) -> None:
    further(api, report)
    if how == "at once":
        assert send(api.victim, f"victim/reports/{report}/evidence", picture()).status == 201
    else:
        where = begin(api.victim, "victim", 5, report=report, filename="a.txt").headers["Location"]
        assert add_piece(api.victim, where, 0, b"words").status == 204
    assert "new_since_closed" in row_of(api, report)["priority_reasons"]


def test_a_correction_that_says_danger_is_danger(api: Apis, report: str) -> None:
    decided(api, report)
    answer = add(api, report, "corrections", {"text": "He is here.", "immediate_danger": True})
    assert "999" in answer.body["advice"][0]
    assert (row_of(api, report)["priority"], detail(api, report)["messages"][0]["immediate_danger"]) == (1, True)


def test_danger_is_seen_though_the_report_was_put_aside(api: Apis, report: str) -> None:
    followed_up(api, report)
    aside = {"until": in_hours(48), "reason": "Waiting for the laboratory."}
    assert api.officer.post(f"officer/reports/{report}/snooze", aside).status == 200
    add(api, report, "messages", DANGER)
    assert (row_of(api, report)["priority"], row_of(api, report)["snoozed_until"]) == (1, None)


def test_evidence_brings_back_what_was_put_aside(api: Apis, report: str) -> None:
    aside = {"until": in_hours(1), "reason": "Waiting for the laboratory."}
    assert api.officer.post(f"officer/reports/{report}/snooze", aside).status == 200
    send(api.victim, f"victim/reports/{report}/evidence", picture())
    assert row_of(api, report)["snoozed_until"] is None


def test_evidence_of_an_officer_changes_no_state(api: Apis, report: str) -> None:
    """Whoever adds it has the report before them, and can reopen it."""
    followed_up(api, report)
    send(api.officer, f"officer/reports/{report}/evidence", picture())
    assert detail(api, report)["state"] == "in_follow_up"


@pytest.mark.parametrize("state", ["received", "in_review", "needs_information"])
def test_what_is_in_review_stays_where_it_is_and_is_not_called_new(api: Apis, report: str, state: str) -> None:
    if state != "received":
        (claimed if state == "in_review" else asked)(api, report)
    send(api.victim, f"victim/reports/{report}/evidence", picture())
    row = row_of(api, report)
    assert (row["state"], "new_since_closed" in row["priority_reasons"]) == (state, False)


def test_whoever_follows_it_up_goes_on_holding_it(api: Apis, report: str) -> None:
    """As an answer goes back to whoever asked."""
    followed_up(api, report)
    add(api, report, "messages", WORDS)
    now = detail(api, report)
    assert (now["state"], now["claimed_by"]) == ("in_review", "4401")


@pytest.mark.parametrize("further", [decided, closed, verified])
def test_what_nobody_holds_is_anybodys_to_claim(api: Apis, report: str, further: Further) -> None:
    further(api, report)
    add(api, report, "messages", WORDS)
    now = detail(api, report)
    assert (now["state"], now["claimed_by"], "claim" in now["allowed"]) == ("received", None, True)


def test_a_report_that_returns_is_due_as_if_it_had_come_in_now(api: Apis, report: str) -> None:
    """Rule 36: it says by when somebody looks at what is new."""
    decided(api, report)
    before = Report.objects.get(id=report)
    add(api, report, "messages", WORDS)
    after = Report.objects.get(id=report)
    assert after.review_due > before.review_due
    assert (after.received_at, after.officer_contact_due) == (before.received_at, before.officer_contact_due)


def test_what_was_decided_stays_and_deciding_again_adds_to_it(api: Apis, report: str) -> None:
    decided(api, report)
    add(api, report, "messages", WORDS)
    assert [d["kind"] for d in detail(api, report)["decisions"]] == ["not_verified"]
    decided(api, report)
    assert Decision.objects.filter(report_id=report).count() == 2
    assert "new_since_closed" not in detail(api, report)["priority_reasons"]


def test_the_move_is_the_reporters_and_is_told_and_traced(api: Apis, report: str) -> None:
    """Rules 45, 73 and 76."""
    decided(api, report)
    add(api, report, "messages", WORDS)
    assert [(m["verb"], m["by"]) for m in detail(api, report)["moves"]][-1] == ("add", None)
    assert events(report)[-2:] == ["report.reopened", "report.information_received"]
    entry = Entry.objects.get(verb="report_reopened", record_ids__contains=[report])
    assert (entry.actor_kind, entry.reason) == ("victim", "")


def test_new_since_closed_stays_when_the_terms_are_judged_again(api: Apis, report: str) -> None:
    decided(api, report)
    add(api, report, "messages", WORDS)
    add(api, report, "corrections", {"text": "Elsewhere.", "happened": {"from": "2026-11-20T19:05:00Z"}})
    assert "new_since_closed" in detail(api, report)["priority_reasons"]


def test_the_verb_of_the_reporter_is_no_officers(api: Apis, report: str) -> None:
    decided(api, report)
    tag = api.officer.get(f"officer/reports/{report}").etag
    refused = api.officer.post(f"officer/reports/{report}/claim", {}, If_Match=tag)
    assert (refused.code, refused.body["allowed"]) == ("illegal_transition", ["reopen"])


def test_she_is_told_that_somebody_looks_again(api: Apis, report: str) -> None:
    decided(api, report)
    assert add(api, report, "messages", WORDS).body["status"] == "received"


@pytest.mark.parametrize("body", [WORDS, DANGER])
def test_by_receipt_the_same(api: Apis, order: str, body: dict[str, Any]) -> None:
    receipt = api.nobody.post("public/reports", a_report()).body["receipt"]
    (row,) = api.officer.get("officer/reports?queue=review").body["results"]
    decided(api, row["id"])
    answer = api.nobody.post("public/receipts/messages", {"receipt": receipt, **body})
    assert answer.status == 201, answer.body
    back = row_of(api, row["id"])
    assert "new_since_closed" in back["priority_reasons"]
    assert (back["priority"] == 1) is bool(body.get("immediate_danger"))
    assert detail(api, row["id"])["messages"][0]["assurance"] == "receipt"


def test_what_is_added_while_it_is_on_offer_is_told_to_both_forces(api: Apis, report: str) -> None:
    """Rule 89."""
    tag = verified(api, report).etag
    offer = {"force": "06", "reason": "It happened in your area."}
    assert api.officer.post(f"officer/reports/{report}/transfer", offer, If_Match=tag).status == 200
    add(api, report, "messages", DANGER)
    assert row_of(api, report)["priority"] == 1
    assert row_of(api, report, "offered", who="other_officer")["priority"] == 1
    body = api.other_officer.get(f"officer/reports/{report}").body
    assert [message["text"] for message in body["messages"]] == [DANGER["text"]]
    assert {"report.immediate_danger", "report.information_received"} <= set(events(report, force="06"))
    tag = api.other_officer.get(f"officer/reports/{report}").etag
    taken = api.other_officer.post(f"officer/reports/{report}/transfer/accept", {}, If_Match=tag)
    assert (taken.status, taken.body["state"]) == (200, "received")


def test_a_withdrawal_shows_in_the_queue_row_as_a_call_for_care(api: Apis, order: str) -> None:
    report = submitted(api, kinds=["other"], behaviours=["other"], positions=[])
    before = row_of(api, report)
    assert (before["withdrawn_at"], before["priority"] > 3) == (None, True)
    withdrawn(api, report)
    row = row_of(api, report)
    assert (row["withdrawn_at"] is not None, row["state"], row["priority"]) == (True, "received", 3)
    assert row["priority_reasons"][0] == "withdrawn"
    assert "report.withdrawn" in events(report)


@pytest.mark.parametrize("further", [decided, closed])
def test_a_withdrawal_of_what_is_over_is_seen_too(api: Apis, report: str, further: Further) -> None:
    further(api, report)
    withdrawn(api, report)
    row = row_of(api, report)
    assert (row["withdrawn_at"] is not None, "withdrawn" in row["priority_reasons"]) == (True, True)


def test_a_withdrawal_of_what_is_followed_up_shows_there_and_takes_it_from_nobody(api: Apis, report: str) -> None:
    followed_up(api, report)
    withdrawn(api, report)
    row = row_of(api, report, "follow_up")
    assert (row["state"], row["withdrawn_at"] is not None) == ("in_follow_up", True)
    assert detail(api, report)["claimed_by"] == "4401"


def test_a_withdrawal_is_taken_back(api: Apis, report: str) -> None:
    withdrawn(api, report)
    answer = add(api, report, "resume", {"reason": "He made me do it."})
    assert (answer.status, answer.body["status"]) == (200, "received")
    now = detail(api, report)
    assert (now["withdrawn"], [act["act"] for act in now["withdrawals"]]) == (None, ["withdrawn", "resumed"])
    assert now["withdrawals"][1]["reason"] == "He made me do it."
    row = row_of(api, report)
    assert (row["withdrawn_at"], "withdrawn" in row["priority_reasons"]) == (None, False)
    assert "new_since_closed" in row["priority_reasons"]
    assert events(report)[-1] == "report.resumed"
    assert Entry.objects.filter(verb="report_resumed", record_ids__contains=[report]).count() == 1


def test_what_was_taken_back_can_be_withdrawn_again(api: Apis, report: str) -> None:
    for name in ("withdraw", "resume", "withdraw"):
        add(api, report, name, {})
    assert list(Withdrawal.objects.order_by("at").values_list("act", flat=True)) == [
        "withdrawn",
        "resumed",
        "withdrawn",
    ]
    assert api.victim.get(f"victim/reports/{report}").body["status"] == "withdrawn"


def test_resumed_without_a_withdrawal_changes_nothing(api: Apis, report: str) -> None:
    before = api.officer.get(f"officer/reports/{report}").etag
    assert add(api, report, "resume", {}).body["status"] == "received"
    assert api.officer.get(f"officer/reports/{report}").etag == before
    assert "report.resumed" not in events(report)


def test_a_resumed_report_that_was_closed_is_looked_at_again(api: Apis, report: str) -> None:
    withdrawn_and_decided(api, report)
    add(api, report, "resume", {})
    assert row_of(api, report)["state"] == "received"


@pytest.mark.parametrize("who", ["other_victim", "insider", "advocate"])
def test_nobody_elses_withdrawal_is_taken_back(api: Apis, report: str, who: str) -> None:
    """Rule 83."""
    withdrawn(api, report)
    answer = getattr(api, who).post(f"victim/reports/{report}/resume", {"nonsense": 1})
    assert (answer.status, answer.code) == (404, "not_found")


def test_the_reasons_for_a_look_are_words_and_nothing_of_what_she_said(api: Apis, report: str) -> None:
    """Rule 73."""
    decided(api, report)
    add(api, report, "messages", {"text": "canary-27-Laburnum-Road"})
    assert "canary" not in str(api.officer.get("officer/reports?queue=review").body)


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": None}], ids=str)
@pytest.mark.parametrize("name", ["messages", "corrections"])
def test_immediate_danger_needs_no_words_rule_37(api: Apis, report: str, name: str, body: Any) -> None:
    decided(api, report)
    refused = api.victim.post(f"victim/reports/{report}/{name}", body)
    code = "too_short" if body.get("text") == "" else "required"
    assert (refused.status, refused.codes) == (422, {("/text", code)})
    add(api, report, name, {**body, "immediate_danger": True})
    assert row_of(api, report)["priority"] == 1
    assert (detail(api, report)["messages"][0]["text"], detail(api, report)["messages"][0]["immediate_danger"]) == (
        "", True,
    )  # fmt: skip
