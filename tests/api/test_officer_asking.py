"""POST /officer/reports/{id}/request-information, answer, note, outcome, reopen."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import Entry
from breaches.models import Addition, Outcome, Question
from tests.support.api import Answer, Apis
from tests.support.following import REASON, asked, claimed, decided, detail, followed_up, in_hours, submitted
from webhooks.models import Event

CHARGED = {"kind": "charged", "crime_reference": "05/26/00017", "reason": "Charged with section 8."}
ASK = {"question": "Was anybody with you?", "due": in_hours(24)}


@pytest.fixture
def report(api: Apis, order: str) -> str:
    return submitted(api)


def verb(api: Apis, report: str, name: str, body: Any, who: str = "officer", **headers: str) -> Answer:
    answer: Answer = getattr(api, who).post(f"officer/reports/{report}/{name}", body, **headers)
    return answer


def test_asking_puts_the_report_with_the_reporter(api: Apis, report: str) -> None:
    answer = asked(api, report)
    assert (answer.body["state"], answer.body["claimed_by"]) == ("needs_information", None)
    assert (answer.body["questions"][0]["by"], answer.body["allowed"]) == ("4401", ["answer", "order"])
    assert Event.objects.filter(type="report.information_requested", subject=report).count() == 1
    assert Entry.objects.filter(verb="report_request_information", record_ids=[report]).count() == 1


def test_the_clocks_run_on_while_a_question_waits(api: Apis, report: str) -> None:
    """Rule 36."""
    before = detail(api, report)["clocks"]
    asked(api, report)
    assert detail(api, report)["clocks"] == before


def test_a_day_is_the_whole_of_it_in_london(api: Apis, report: str) -> None:
    claimed(api, report)
    verb(api, report, "request-information", {"question": "When?", "due": "2099-07-01"})
    assert Question.objects.get().due.isoformat() == "2099-07-01T23:00:00+00:00"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({**ASK, "due": "2020-01-01T00:00:00Z"}, ("/due", "due_in_past")),
        ({**ASK, "question": ""}, ("/question", "too_short")),
        ({"question": "When?"}, ("/due", "required")),
    ],
)
def test_a_question_that_cannot_be_asked(api: Apis, report: str, body: Any, problem: tuple[str, str]) -> None:
    claimed(api, report)
    answer = verb(api, report, "request-information", body)
    assert (answer.status, problem in answer.codes) == (422, True)
    assert detail(api, report)["state"] == "in_review"


def test_only_the_holder_asks(api: Apis, report: str) -> None:
    claimed(api, report)
    answer = verb(api, report, "request-information", ASK, who="reviewer")
    assert (answer.status, answer.code) == (403, "not_holder")


def test_an_answer_by_telephone_is_written_down_with_who_wrote_it(api: Apis, report: str) -> None:
    asked(api, report)
    answer = verb(api, report, "answer", {"text": "By telephone: her sister."}, who="reviewer")
    assert (answer.body["state"], answer.body["claimed_by"]) == ("in_review", "4402")
    assert [(m["kind"], m["from"], m["by"]) for m in answer.body["messages"]] == [("answer", "officer", "4402")]


def test_a_second_question_waits_for_an_answer_of_its_own(api: Apis, report: str) -> None:
    asked(api, report)
    api.victim.post(f"victim/reports/{report}/messages", {"text": "My sister."})
    verb(api, report, "request-information", {**ASK, "question": "Her name?"})
    assert [q["answered"] for q in detail(api, report)["questions"]] == [True, False]
    api.victim.post(f"victim/reports/{report}/messages", {"text": "Ruth."})
    assert Addition.objects.filter(kind="answer").count() == 2


def test_a_note_is_for_officers_only(api: Apis, report: str) -> None:
    answer = verb(api, report, "note", {"text": "Rang, no reply."})
    assert (answer.status, answer.body["state"]) == (200, "received")
    assert [(n["text"], n["by"]) for n in answer.body["notes"]] == [("Rang, no reply.", "4401")]
    assert "Rang, no reply." not in str(api.victim.get(f"victim/reports/{report}").body)
    assert "Rang, no reply." not in str(api.force.get(f"force/reports/{report}").body)


def test_an_outcome_closes_what_was_followed_up(api: Apis, report: str) -> None:
    tag = followed_up(api, report).etag
    answer = verb(api, report, "outcome", CHARGED, If_Match=tag)
    assert (answer.body["state"], answer.body["outcomes"][0]["crime_reference"]) == ("closed", "05/26/00017")
    assert Event.objects.filter(type="report.closed", subject=report).count() == 1
    assert api.victim.get(f"victim/reports/{report}").body["status"] == "closed"


def test_a_crime_reference_stands_for_one_report_rule_40(api: Apis, order: str) -> None:
    """Rule 40: one report is one crime candidate."""
    first, second = submitted(api), submitted(api)
    verb(api, first, "outcome", CHARGED, If_Match=followed_up(api, first).etag)
    answer = verb(api, second, "outcome", CHARGED, If_Match=followed_up(api, second).etag)
    assert (answer.status, answer.code) == (409, "crime_reference_taken")
    assert (Outcome.objects.count(), detail(api, second)["state"]) == (1, "in_follow_up")


def test_no_crime_reference_is_no_clash(api: Apis, order: str) -> None:
    for report in (submitted(api), submitted(api)):
        body = {"kind": "no_further_action", "reason": "Nothing to go on."}
        assert verb(api, report, "outcome", body, If_Match=followed_up(api, report).etag).status == 200


@pytest.mark.parametrize("name", ["outcome", "reopen"])
def test_what_ends_or_begins_again_needs_the_version_that_was_seen(api: Apis, report: str, name: str) -> None:
    (followed_up if name == "outcome" else decided)(api, report)
    body = CHARGED if name == "outcome" else REASON
    assert verb(api, report, name, body).status == 428
    assert verb(api, report, name, body, If_Match='"old"').status == 412


def test_reopening_keeps_what_was_decided(api: Apis, report: str) -> None:
    tag = decided(api, report).etag
    answer = verb(api, report, "reopen", REASON, If_Match=tag)
    assert (answer.body["state"], answer.body["claimed_by"]) == ("in_review", "4401")
    assert (len(answer.body["decisions"]), answer.body["notes"][0]["text"]) == (1, REASON["reason"])
    assert Event.objects.filter(type="report.reopened", subject=report).count() == 1


def test_a_closed_report_can_be_closed_again_under_its_own_reference(api: Apis, report: str) -> None:
    tag = verb(api, report, "outcome", CHARGED, If_Match=followed_up(api, report).etag).etag
    tag = verb(api, report, "reopen", REASON, If_Match=tag).etag
    verb(api, report, "release", {}, If_Match=tag)
    assert verb(api, report, "outcome", CHARGED, If_Match=followed_up(api, report).etag).status == 200


def test_reviewers_do_not_reopen(api: Apis, report: str) -> None:
    tag = decided(api, report).etag
    assert verb(api, report, "reopen", REASON, who="reviewer", If_Match=tag).status == 403


@pytest.mark.parametrize("name", ["request-information", "answer", "outcome", "reopen"])
def test_a_move_that_is_not_in_the_table_is_a_conflict_rule_45(api: Apis, report: str, name: str) -> None:
    """Rule 45."""
    tag = api.officer.get(f"officer/reports/{report}").etag
    answer = verb(api, report, name, {}, If_Match=tag)
    assert (answer.status, answer.code) == (409, "illegal_transition")
    assert answer.body["allowed"] == ["claim", "order", "transfer"]


@pytest.mark.parametrize("name", ["request-information", "answer", "note", "outcome", "reopen", "link", "unlink"])
def test_another_forces_report_is_not_there(api: Apis, report: str, name: str) -> None:
    """Rule 80."""
    answer = verb(api, report, name, {}, who="other_officer")
    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize("name", ["note", "link", "unlink"])
def test_auditors_write_nothing_down(api: Apis, report: str, name: str) -> None:
    assert verb(api, report, name, {}, who="auditor").status == 403


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ({}, {("/kind", "required"), ("/reason", "required")}),
        ({**CHARGED, "kind": "won"}, {("/kind", "unknown_value")}),
        ({**CHARGED, "reason": "short"}, {("/reason", "too_short")}),
        ({**CHARGED, "crime_reference": "x" * 65}, {("/crime_reference", "too_long")}),
    ],
)
def test_an_outcome_lacking_something_is_told_all(
    api: Apis, report: str, body: Any, problems: set[tuple[str, str]]
) -> None:
    answer = verb(api, report, "outcome", body, If_Match=followed_up(api, report).etag)
    assert (answer.status, answer.codes) == (422, problems)
    assert detail(api, report)["state"] == "in_follow_up"
