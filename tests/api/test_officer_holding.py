"""Keeping a claimed report, taking it over, putting one aside; many at once; the history of an order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from breaches.models import Move, Report, Snooze
from tests.support.api import Answer, Apis
from tests.support.following import claimed, decided, followed_up, in_hours, submitted

GONE = {"reason": "He is on leave."}


@pytest.fixture
def report(api: Apis, order: str) -> str:
    return submitted(api)


def verb(api: Apis, report: str, name: str, body: Any = None, *, who: str = "officer", **headers: str) -> Answer:
    answer: Answer = getattr(api, who).post(f"officer/reports/{report}/{name}", body or {}, **headers)
    return answer


def queue(api: Apis, name: str) -> list[str]:
    return [row["id"] for row in api.officer.get(f"officer/reports?queue={name}").body["results"]]


def later(minutes: float) -> time_machine.travel:
    return time_machine.travel(datetime.now(UTC) + timedelta(minutes=minutes))


def aside(hours: float) -> dict[str, str]:
    return {"until": in_hours(hours), "reason": "Waiting for the camera."}


def test_a_heartbeat_changes_nothing_that_is_decided_on(api: Apis, report: str) -> None:
    tag = claimed(api, report).etag
    answer = verb(api, report, "heartbeat")
    assert (answer.status, answer.etag, answer.body["state"]) == (200, tag, "in_review")
    assert api.victim.get(f"victim/reports/{report}").body["looked"][0]["role"] == "officer"


def test_only_the_holder_has_a_heartbeat(api: Apis, report: str) -> None:
    answer = verb(api, report, "heartbeat")
    assert (answer.status, answer.code) == (409, "illegal_transition")
    claimed(api, report)
    answer = verb(api, report, "heartbeat", who="reviewer")
    assert (answer.status, answer.code) == (403, "not_holder")


def test_a_colleague_takes_over_from_whoever_is_not_heard_of_rule_45(api: Apis, report: str) -> None:
    """Rule 45: who, when, why."""
    claimed(api, report)
    early = verb(api, report, "takeover", GONE, who="reviewer")
    assert (early.status, early.code) == (409, "holder_active")
    with later(31):
        answer = verb(api, report, "takeover", GONE, who="reviewer")
    assert (answer.status, answer.body["claimed_by"], answer.body["state"]) == (200, "4402", "in_review")
    move = Move.objects.get(report_id=report, verb="takeover")
    assert (move.reason, move.moved_by and move.moved_by.officer.staff_id) == (GONE["reason"], "4402")
    assert verb(api, report, "release").code == "not_holder"


def test_a_heartbeat_keeps_a_report(api: Apis, report: str) -> None:
    claimed(api, report)
    with later(25):
        verb(api, report, "heartbeat")
    with later(40):
        assert verb(api, report, "takeover", GONE, who="reviewer").code == "holder_active"
    with later(56):
        assert verb(api, report, "takeover", GONE, who="reviewer").status == 200


def test_a_supervisor_takes_over_at_any_time(api: Apis, report: str) -> None:
    claimed(api, report)
    assert verb(api, report, "takeover", GONE, who="supervisor").body["claimed_by"] == "4403"


def test_what_is_taken_over_has_another_version(api: Apis, report: str) -> None:
    """Whoever held it decides on nothing that somebody else holds now."""
    tag = claimed(api, report).etag
    assert verb(api, report, "takeover", GONE, who="supervisor", If_Match=tag).etag != tag
    assert verb(api, report, "not-verified", {"reason": "Nothing is shown here."}, If_Match=tag).status == 403


def test_nobody_takes_over_from_themselves_or_what_nobody_holds(api: Apis, report: str) -> None:
    assert verb(api, report, "takeover", GONE).code == "illegal_transition"
    claimed(api, report)
    assert verb(api, report, "takeover", GONE).code == "already_held"


def test_reviewers_do_not_take_over_a_follow_up(api: Apis, report: str) -> None:
    followed_up(api, report)
    with later(60):
        assert verb(api, report, "takeover", GONE, who="reviewer").code == "wrong_role"


@pytest.mark.parametrize("name", ["takeover", "snooze"])
def test_a_reason_is_asked_for(api: Apis, report: str, name: str) -> None:
    claimed(api, report)
    answer = verb(api, report, name, {}, who="supervisor")
    assert (answer.status, ("/reason", "required") in answer.codes) == (422, True)


def test_what_is_put_aside_comes_back_by_itself_and_its_clocks_run_on_rule_36(api: Apis, report: str) -> None:
    """Rule 36: clocks never pause."""
    due = Report.objects.get(id=report).review_due
    answer = verb(api, report, "snooze", aside(1))
    assert (answer.status, answer.body["state"], queue(api, "review")) == (200, "received", [])
    assert Report.objects.get(id=report).review_due == due
    assert api.officer.get("officer/reports").body["results"][0]["id"] == report
    with later(61):
        assert queue(api, "review") == [report]
    with later(5 * 60):
        assert queue(api, "overdue") == [report]


def test_nothing_is_put_aside_past_the_time_it_must_be_looked_at(api: Apis, report: str) -> None:
    answer = verb(api, report, "snooze", aside(5))
    assert (answer.status, answer.codes) == (422, {("/until", "until_too_late")})
    assert verb(api, report, "snooze", aside(-1)).codes == {("/until", "until_in_past")}
    assert not Snooze.objects.exists()


def test_immediate_danger_is_never_put_aside_rule_37(api: Apis, order: str) -> None:
    """Rule 37: said at first, or in a later message."""
    for said_later in (False, True):
        report = submitted(api, immediate_danger=not said_later)
        if said_later:
            body = {"text": "He is at the door.", "immediate_danger": True}
            api.victim.post(f"victim/reports/{report}/messages", body)
        answer = verb(api, report, "snooze", aside(1))
        assert (answer.status, answer.codes) == (422, {("/until", "immediate_danger")})


@pytest.mark.parametrize("what", ["message", "correction", "withdraw", "danger", "claim"])
def test_whatever_happens_to_it_brings_it_back(api: Apis, report: str, what: str) -> None:
    verb(api, report, "snooze", aside(1))
    if what == "claim":
        assert claimed(api, report).body["snoozed_until"] is None
        return
    path, body = {
        "message": ("messages", {"text": "He rang."}),
        "danger": ("messages", {"text": "He is here.", "immediate_danger": True}),
        "correction": ("corrections", {"text": "It was later.", "happened": {"from": "2026-11-20T19:00:00Z"}}),
        "withdraw": ("withdraw", {}),
    }[what]
    assert api.victim.post(f"victim/reports/{report}/{path}", body).status in (200, 201)
    assert queue(api, "review") == [report]


def test_what_is_over_is_not_put_aside(api: Apis, report: str) -> None:
    decided(api, report)
    assert verb(api, report, "snooze", aside(1)).code == "illegal_transition"


def test_a_follow_up_is_put_aside_for_days(api: Apis, report: str) -> None:
    followed_up(api, report)
    assert verb(api, report, "snooze", aside(24 * 13)).status == 200
    assert queue(api, "follow_up") == []
    assert verb(api, report, "snooze", aside(24 * 15)).codes == {("/until", "until_too_late")}


def bulk(api: Apis, body: Any, *, who: str = "officer") -> Answer:
    answer: Answer = getattr(api, who).post("officer/reports/bulk", body)
    return answer


def test_many_at_once_each_by_itself(api: Apis, report: str) -> None:
    """One that cannot be done stops none of the others."""
    second = submitted(api)
    verb(api, second, "claim", who="reviewer")
    answer = bulk(api, {"verb": "claim", "reports": [report, second, "R-NOT-THERE", report]})
    told = [(row["report"], row["status"], row["state"], row["code"]) for row in answer.body["results"]]
    assert told == [
        (report, 200, "in_review", None),
        (second, 409, None, "illegal_transition"),
        ("R-NOT-THERE", 404, None, "not_found"),
    ]
    assert answer.body["results"][0]["etag"] == api.officer.get(f"officer/reports/{report}").etag


def test_a_note_and_a_snooze_on_many(api: Apis, report: str) -> None:
    reports = [report, submitted(api)]
    assert bulk(api, {"verb": "note", "reports": reports, "note": {"text": "Same van."}}).status == 200
    answer = bulk(api, {"verb": "snooze", "reports": reports, "snooze": aside(1)})
    assert [row["status"] for row in answer.body["results"]] == [200, 200]
    assert queue(api, "review") == []


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"verb": "verify", "reports": ["R"]}, ("/verb", "unknown_value")),
        ({"verb": "claim", "reports": []}, ("/reports", "too_few")),
        ({"verb": "claim", "reports": ["R"] * 101}, ("/reports", "too_many")),
        ({"verb": "note", "reports": ["R"]}, ("/note", "required")),
    ],
)
def test_a_bulk_that_cannot_be_is_refused_whole(api: Apis, order: str, body: Any, problem: tuple[str, str]) -> None:
    answer = bulk(api, body)
    assert (answer.status, answer.codes) == (422, {problem})


def test_another_force_moves_nothing_by_bulk(api: Apis, report: str) -> None:
    """Rule 80."""
    answer = bulk(api, {"verb": "claim", "reports": [report]}, who="other_officer")
    assert [row["code"] for row in answer.body["results"]] == ["not_found"]


def test_the_history_of_an_order_is_one_line_of_time(api: Apis, order: str, report: str) -> None:
    followed_up(api, report)
    body = {"kind": "charged", "crime_reference": "05/1", "reason": "Charged with it."}
    tag = api.officer.get(f"officer/reports/{report}").etag
    assert verb(api, report, "outcome", body, If_Match=tag).status == 200
    answer = api.officer.get(f"officer/orders/{order}/timeline")
    rows = answer.body["results"]
    assert {"version", "zone_approved", "served", "report", "decision", "outcome"} <= {row["kind"] for row in rows}
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    (told,) = [row for row in rows if row["kind"] == "report"]
    assert (told["record"], told["about"]["verdict"], told["about"]["state"]) == (report, "breach_indicated", "closed")


def test_a_timeline_says_nothing_of_places_names_or_words(api: Apis, order: str, report: str) -> None:
    """Rules 71 and 72."""
    said = str(api.officer.get(f"officer/orders/{order}/timeline").body)
    assert not any(word in said for word in ("home", "Osei", "Marsh", "standing", "-2.97", "53.40"))
