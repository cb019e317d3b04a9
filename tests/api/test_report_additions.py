"""POST /victim/reports/{reference}/messages, /corrections, /withdraw: added beside a report, never in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from audit.models import Entry
from breaches.models import Addition, Report, Withdrawal
from tests.support.api import Answer, Apis
from tests.support.following import asked, decided, detail, followed_up, submitted
from tests.support.orders import a_position
from webhooks.models import Event

FAR = a_position(longitude=-2.90)
WORDS = {"messages": {"text": "He came again."}, "corrections": {"text": "Not at six, at seven."}, "withdraw": {}}


@pytest.fixture
def report(api: Apis, order: str) -> str:
    return submitted(api)


def add(api: Apis, report: str, name: str, body: Any, who: str = "victim", **headers: str) -> Answer:
    answer: Answer = getattr(api, who).post(f"victim/reports/{report}/{name}", body, **headers)
    return answer


def own(api: Apis, report: str) -> dict[str, Any]:
    body: dict[str, Any] = api.victim.get(f"victim/reports/{report}").body
    return body


def events(report: str) -> list[str]:
    return list(Event.objects.filter(subject=report).order_by("id").values_list("type", flat=True))


def test_a_message_is_kept_and_both_sides_read_it(api: Apis, report: str) -> None:
    answer = add(api, report, "messages", WORDS["messages"])
    assert (answer.status, answer.body["status"]) == (201, "received")
    assert [m["text"] for m in own(api, report)["messages"]] == ["He came again."]
    assert [(m["text"], m["from"]) for m in detail(api, report)["messages"]] == [("He came again.", "victim")]


@pytest.mark.parametrize("name", ["messages", "corrections"])
def test_what_is_added_is_told_and_traced_without_a_word_of_it(api: Apis, report: str, name: str) -> None:
    """Rules 73 and 76."""
    add(api, report, name, WORDS[name])
    entry = Entry.objects.filter(record_ids__contains=[report], action="collection").latest("id")
    assert "report.information_received" in events(report)
    assert (entry.actor_kind, entry.reason, len(entry.record_ids)) == ("victim", "", 2)


@pytest.mark.parametrize("name", ["messages", "corrections"])
def test_every_acknowledgement_says_first_that_nobody_is_being_sent_rule_88(api: Apis, report: str, name: str) -> None:
    """Rule 88."""
    answer = add(api, report, name, WORDS[name])
    assert answer.body["advice"][0].startswith("This report is not a 999 call.")


def test_danger_told_later_tops_the_queue_at_once_rule_37(api: Apis, report: str) -> None:
    """Rule 37: whenever she says it, and whatever the report was."""
    answer = add(api, report, "messages", {"text": "He is here.", "immediate_danger": True})
    assert "999" in answer.body["advice"][0]
    assert (detail(api, report)["priority"], detail(api, report)["priority_reasons"][0]) == (1, "immediate_danger")
    assert "report.immediate_danger" in events(report)


def test_danger_told_later_stays_when_the_terms_are_judged_again(api: Apis, report: str) -> None:
    add(api, report, "messages", {"text": "He is here.", "immediate_danger": True})
    add(api, report, "corrections", {"text": "He was further off.", "positions": [FAR]})
    assert detail(api, report)["priority"] == 1


def test_whoever_decides_must_have_seen_what_was_added(api: Apis, report: str) -> None:
    tag = api.officer.post(f"officer/reports/{report}/claim", {}).etag
    add(api, report, "messages", WORDS["messages"])
    why = {"reason": "The camera shows another man."}
    assert api.officer.post(f"officer/reports/{report}/not-verified", why, If_Match=tag).status == 412


@pytest.mark.parametrize(("further", "state"), [(decided, "received"), (followed_up, "in_review")])
def test_a_report_that_is_decided_still_takes_what_she_says(api: Apis, report: str, further: Any, state: str) -> None:
    """Rule 33 holds for what comes later too, and officers look again."""
    further(api, report)
    assert add(api, report, "messages", WORDS["messages"]).status == 201
    assert detail(api, report)["state"] == state


def test_an_answer_returns_the_report_to_whoever_asked(api: Apis, report: str) -> None:
    asked(api, report)
    assert own(api, report)["status"] == "question_for_you"
    answer = add(api, report, "messages", {"text": "My sister was."})
    now = detail(api, report)
    assert (answer.body["status"], now["state"], now["claimed_by"]) == ("being_reviewed", "in_review", "4401")
    assert (now["messages"][0]["kind"], now["questions"][0]["answered"]) == ("answer", True)
    assert events(report)[-2:] == ["report.information_requested", "report.information_received"]


def test_the_move_of_an_answer_names_no_officer(api: Apis, report: str) -> None:
    """Rule 45: the move is stamped; it was the reporter's."""
    asked(api, report)
    add(api, report, "messages", {"text": "My sister was."})
    assert [(m["verb"], m["by"]) for m in detail(api, report)["moves"]][-1] == ("answer", None)


def test_a_correction_stays_beside_what_was_said_first(api: Apis, report: str) -> None:
    before = Report.objects.get(id=report).body_sent
    sent = {"corrects": "/happened", "text": "At seven.", "happened": {"from": "2026-11-20T19:05:00Z"}}
    assert add(api, report, "corrections", sent).status == 201
    assert Report.objects.get(id=report).body_sent == before
    (message,) = detail(api, report)["messages"]
    assert (message["kind"], message["corrects"], message["correction"]) == ("correction", "/happened", sent)


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"positions": [{**FAR, "replaces": 0}]}, "needs_officer"),  # of loitering alone, an officer judges
        ({"happened": {"from": "2026-01-01T10:00:00Z", "to": "2026-01-01T10:05:00Z"}}, "no_order_in_force"),
        (
            {"contacts": [{"channel": "sms", "from": {"kind": "phone", "value": "07700 900123"}}]},
            "breach_indicated",
        ),
    ],
    ids=["position", "time", "contact"],
)
def test_a_correction_of_what_a_rule_looks_at_is_judged_again(
    api: Apis, order: str, changes: dict[str, Any], verdict: str
) -> None:
    """Rule 51: the earlier answer stays."""
    report = submitted(api, behaviours=["other"], kinds=["other"])
    add(api, report, "corrections", {"text": "I was wrong.", **changes})
    found = [(a["cause"], a["verdict"]) for a in detail(api, report)["assessments"]]
    assert found[1] == ("submitted", "breach_indicated")
    assert found[0] in {("corrected", verdict), ("corrected", "not_indicated")}
    assert "report.assessed" in events(report)


def test_a_correction_in_words_alone_is_not_judged(api: Apis, report: str) -> None:
    add(api, report, "corrections", WORDS["corrections"])
    assert len(detail(api, report)["assessments"]) == 1


def test_a_correction_never_lowers_a_report_in_the_queue(api: Apis, report: str) -> None:
    """He may hold her telephone: only an officer puts a report further down."""
    before = detail(api, report)["priority"]
    add(api, report, "corrections", {"text": "He was elsewhere.", "positions": [FAR]})
    assert detail(api, report)["priority"] == before


def test_a_corrected_end_keeps_the_beginning_that_was_said_first(api: Apis, report: str) -> None:
    add(api, report, "corrections", {"text": "Until eight.", "happened": {"to": "2026-11-20T20:00:00Z"}})
    kept = Report.objects.get(id=report)
    assert kept.incident_from and kept.incident_to
    assert (kept.incident_from.isoformat(), kept.incident_to.isoformat()) == (
        "2026-11-20T18:05:00+00:00",
        "2026-11-20T20:00:00+00:00",
    )


def test_what_cannot_be_understood_in_a_correction_is_a_warning(api: Apis, report: str) -> None:
    """Rule 33."""
    body = {"text": "There.", "positions": [a_position(longitude=53.4, latitude=-2.9)]}
    answer = add(api, report, "corrections", body)
    assert answer.status == 201
    assert ("/positions/0/longitude", "coordinates_swapped") in {
        (w["pointer"], w["code"]) for w in answer.body["warnings"]
    }


def test_numbers_beyond_all_measure_break_nothing(api: Apis, report: str) -> None:
    body = b'{"text": "There.", "positions": [{"subject": "respondent", "longitude": 1e400, "latitude": -1e400}]}'
    assert api.victim.post(f"victim/reports/{report}/corrections", body).status in (201, 422)
    assert api.victim.get(f"victim/reports/{report}").status == api.officer.get(f"officer/reports/{report}").status


def test_a_withdrawn_report_is_kept_and_the_officer_decides(api: Apis, report: str) -> None:
    """He may have made her do it: the report waits where it waited."""
    answer = add(api, report, "withdraw", {"reason": "I do not want trouble."})
    assert (answer.status, answer.body["status"]) == (200, "withdrawn")
    now = detail(api, report)
    assert (now["state"], now["withdrawn"]["reason"]) == ("received", "I do not want trouble.")
    assert [row["id"] for row in api.officer.get("officer/reports?queue=review").body["results"]] == [report]
    assert events(report)[-1] == "report.withdrawn"


def test_she_is_told_when_officers_go_on_with_a_withdrawn_report(api: Apis, report: str) -> None:
    add(api, report, "withdraw", {})
    followed_up(api, report)
    assert own(api, report)["status"] == "with_officers"


def test_withdrawn_twice_is_withdrawn_once(api: Apis, report: str) -> None:
    assert [add(api, report, "withdraw", {}).status for _ in range(2)] == [200, 200]
    assert Withdrawal.objects.count() == 1
    assert events(report).count("report.withdrawn") == 1


def test_the_list_says_withdrawn_too(api: Apis, report: str) -> None:
    add(api, report, "withdraw", {})
    assert [row["status"] for row in api.victim.get("victim/reports").body["results"]] == ["withdrawn"]


def test_she_sees_who_has_looked_by_role_force_and_time_and_never_a_name(api: Apis, report: str) -> None:
    """Never an officer's name or number: those could reach the one who stalks her."""
    api.officer.get("officer/reports")
    api.officer.get(f"officer/reports/{report}")
    api.force.get(f"force/reports/{report}")
    looked = own(api, report)["looked"]
    assert [(look["role"], look["force"]) for look in looked] == [("force_system", "05"), ("officer", "05")]
    assert set(looked[0]) == {"role", "force", "at"}
    assert not any(word in json.dumps(own(api, report)) for word in ("4401", "Officer"))


def test_a_question_shows_without_who_asked_it(api: Apis, report: str) -> None:
    asked(api, report, "Was the gate open?")
    (question,) = own(api, report)["questions"]
    assert set(question) == {"id", "question", "asked_at", "due", "answered"}
    assert (question["question"], question["answered"]) == ("Was the gate open?", False)


@pytest.mark.parametrize("name", list(WORDS))
@pytest.mark.parametrize("who", ["other_victim", "insider", "advocate"])
def test_somebody_elses_report_is_not_there(api: Apis, report: str, name: str, who: str) -> None:
    """Rule 83."""
    answer = add(api, report, name, {"nonsense": 1}, who=who)
    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize(
    ("name", "body", "problems"),
    [
        ("messages", {}, {("/text", "required")}),
        ("messages", {"text": ""}, {("/text", "too_short")}),
        ("messages", {"text": 5, "x": 1}, {("/text", "wrong_type"), ("/x", "unknown_field")}),
        ("messages", {"text": "a\x00"}, {("/text", "text_not_storable")}),
        ("messages", {"text": "x" * 100_001}, {("/text", "too_long")}),
        ("messages", {"text": "a", "immediate_danger": "yes"}, {("/immediate_danger", "wrong_type")}),
        ("corrections", {"positions": "x"}, {("/text", "required"), ("/positions", "wrong_type")}),
        ("corrections", {"text": "a", "order": "X"}, {("/order", "unknown_field")}),
        ("withdraw", {"reason": 1}, {("/reason", "wrong_type")}),
        ("withdraw", [], {("", "wrong_type")}),
    ],
)
def test_what_is_refused_is_told_all_at_once(
    api: Apis, report: str, name: str, body: Any, problems: set[tuple[str, str]]
) -> None:
    answer = add(api, report, name, body)
    assert (answer.status, answer.codes) == (422, problems)
    assert not Addition.objects.exists() and not Withdrawal.objects.exists()


@pytest.mark.parametrize("name", ["messages", "corrections"])
def test_the_same_key_adds_once(api: Apis, report: str, name: str) -> None:
    """Rule 39."""
    first, again = (add(api, report, name, WORDS[name], Idempotency_Key="k") for _ in range(2))
    assert (first.body, again.headers["Idempotency-Replayed"]) == (again.body, "true")
    assert Addition.objects.count() == 1
