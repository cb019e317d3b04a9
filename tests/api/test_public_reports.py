"""POST /public/reports and /public/receipts: reporting without an account, and coming back with sixteen digits."""

from __future__ import annotations

import json
from typing import Any

import pytest
import time_machine
from argon2.low_level import hash_secret_raw
from django.test import override_settings

from audit.models import Entry
from breaches import receipts
from breaches.models import Addition, Receipt, Report
from edge.models import IdempotentAnswer
from tests.support.api import Answer, Api, Apis
from tests.support.following import asked, detail
from tests.support.orders import a_report
from webhooks.models import Event

KEY = {"Idempotency_Key": "7c9e6679-7425-40de-944b-e07fc1f90ae7"}
UNKNOWN = "0000 0000 0000 0000"  # its check digit fits, and nobody has it
BYSTANDER = {"role": "witness"}


def submit(api: Apis, headers: dict[str, str] | None = None, **changes: Any) -> Answer:
    return api.nobody.post("public/reports", a_report(**changes), **(headers or {}))


def back(api: Apis, receipt: Any, **more: Any) -> Answer:
    path = "public/receipts/messages" if more else "public/receipts"
    return api.nobody.post(path, {"receipt": receipt, **more})


def shape(body: dict[str, Any]) -> dict[str, Any]:
    """An answer without what differs from one report to the next."""
    return {**body, "receipt": len(body["receipt"])}


def test_it_is_in_the_queue_at_once_and_the_answer_holds_a_receipt_and_advice(api: Apis, order: str) -> None:
    answer = submit(api, reported_by=BYSTANDER)
    assert (answer.status, set(answer.body)) == (201, {"receipt", "advice"})
    (row,) = api.officer.get("officer/reports?queue=review").body["results"]
    found = detail(api, row["id"])
    assert (found["reporter_kind"], found["reporter_role"], found["order"]) == ("public", "witness", None)
    assert Event.objects.filter(type="report.received", subject=row["id"]).count() == 1


def test_the_answer_is_the_same_whether_the_order_named_exists_or_not(api: Apis, order: str) -> None:
    """api.md: no order is attached for somebody who has not shown that it is theirs."""
    there, none = submit(api), submit(api, order="SPO-NO-SUCH")
    assert (there.status, shape(there.body)) == (none.status, shape(none.body))
    assert set(there.headers) == set(none.headers)
    assert not Report.objects.filter(order__isnull=False).exists()


def test_an_order_that_was_named_is_proposed_to_officers_of_its_force_only(api: Apis, order: str) -> None:
    submit(api)
    submit(api, order="SPO-NO-SUCH")
    submit(api, force="06")
    proposed = [
        detail(api, row["id"])["order_candidates"] for row in api.officer.get("officer/reports").body["results"]
    ]
    assert sorted(len(found) for found in proposed) == [0, 1]
    (elsewhere,) = api.other_officer.get("officer/reports").body["results"]
    assert api.other_officer.get(f"officer/reports/{elsewhere['id']}").body["order_candidates"] == []


def test_a_receipt_is_sixteen_digits_in_fours_and_is_kept_nowhere(api: Apis, order: str) -> None:
    receipt = submit(api, KEY).body["receipt"]
    digits = receipts.digits_of(receipt)
    assert [len(group) for group in receipt.split(" ")] == [4, 4, 4, 4]
    assert receipts.well_formed(receipt)
    kept = [bytes(Receipt.objects.get().fingerprint), (IdempotentAnswer.objects.get().body or "").encode()]
    assert not any(digits.encode() in found or receipt.encode() in found for found in kept)


def test_the_same_key_gives_the_same_receipt_and_one_report_rule_39(api: Apis, order: str) -> None:
    """Rule 39."""
    first, again = (submit(api, KEY) for _ in range(2))
    assert (first.body, again.headers["Idempotency-Replayed"]) == (again.body, "true")
    assert Report.objects.count() == 1


def test_a_receipt_tells_where_the_report_stands_and_never_what_was_sent(api: Apis, order: str) -> None:
    receipt = submit(api, description="canary-words").body["receipt"]
    report = str(Report.objects.get().id)
    asked(api, report, "Was anybody with you?")
    answer = back(api, receipt)
    assert (answer.status, answer.body["status"]) == (200, "question_for_you")
    assert [q["question"] for q in answer.body["questions"]] == ["Was anybody with you?"]
    assert set(answer.body) == {"status", "received_at", "questions", "advice"}
    assert not any(word in json.dumps(answer.body) for word in ("canary-words", report, "4401"))


def test_what_is_added_with_a_receipt_answers_the_question_and_is_never_shown_again(api: Apis, order: str) -> None:
    receipt = submit(api).body["receipt"]
    report = str(Report.objects.get().id)
    asked(api, report)
    answer = back(api, receipt, text="canary-answer")
    assert (answer.status, answer.body["status"]) == (201, "being_reviewed")
    assert "canary-answer" not in json.dumps([answer.body, back(api, receipt).body])
    assert [(m["kind"], m["from"]) for m in detail(api, report)["messages"]] == [("answer", "public")]


def test_danger_told_with_a_receipt_tops_the_queue_rule_37(api: Apis, order: str) -> None:
    """Rule 37."""
    receipt = submit(api).body["receipt"]
    assert back(api, receipt, text="", immediate_danger=False).codes == {("/text", "too_short")}
    assert back(api, receipt, immediate_danger=True, text="").status == 201
    answer = back(api, receipt, text="He is back.", immediate_danger=True)
    assert "999" in answer.body["advice"][0]
    assert Report.objects.get().priority == 1


@pytest.mark.parametrize("form", ["{}", " {} ", "{:-<19}"])
def test_a_receipt_may_be_grouped_in_any_way(api: Apis, order: str, form: str) -> None:
    receipt = submit(api).body["receipt"]
    for written in (receipt.replace(" ", ""), receipt.replace(" ", "-"), form.format(receipt)):
        assert back(api, written).status == 200


@pytest.mark.parametrize("receipt", [UNKNOWN, "1234 5678 9012 3456", "", "x", "9" * 99, "１２３４", "\u202e12"])
def test_whatever_is_no_receipt_has_the_same_answer(api: Apis, receipt: str) -> None:
    """Nobody learns from an answer whether there is such a number, or how near they came."""
    answer, unknown = back(api, receipt), back(api, UNKNOWN)
    assert (answer.status, answer.body) == (unknown.status, unknown.body)
    assert (answer.status, answer.code) == (404, "not_found")


def test_a_try_costs_one_slow_hash_whether_it_hits_or_not(
    api: Apis, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = submit(api).body["receipt"]
    counted: list[int] = []
    slow = hash_secret_raw

    def count(*args: Any, **kwargs: Any) -> bytes:
        counted.append(kwargs["memory_cost"])
        return slow(*args, **kwargs)

    monkeypatch.setattr("breaches.receipts.hash_secret_raw", count)
    for receipt in (good, UNKNOWN, "x", ""):
        back(api, receipt)
    assert len(counted) == 4
    assert min(counted) >= 19 * 1024


def test_wrong_numbers_slow_the_caller_down_and_a_report_is_still_taken(api: Apis, order: str) -> None:
    with time_machine.travel(1_796_000_000, tick=False) as clock:
        statuses = []
        for _ in range(6):
            clock.shift(2)
            statuses.append(back(api, UNKNOWN).status)
        assert statuses == [404] * 6
        slowed = back(api, UNKNOWN)
        assert (slowed.status, slowed.code, int(slowed.headers["Retry-After"])) == (429, "rate_limited", 2)
        assert submit(api).status == 201
        clock.shift(3)
        assert back(api, UNKNOWN).status == 404
        assert int(back(api, UNKNOWN).headers["Retry-After"]) == 4


def test_a_slip_of_the_pen_is_not_counted_as_a_guess(api: Apis, order: str) -> None:
    good = submit(api).body["receipt"]
    with time_machine.travel(1_796_000_000, tick=False) as clock:
        for _ in range(12):
            clock.shift(2)
            assert back(api, good[:-1] + str((int(good[-1]) + 1) % 10)).status == 404
        assert back(api, good).status == 200


def test_all_callers_together_are_slowed_down_too(api: Apis) -> None:
    """From many addresses the same few guesses a minute: the number of callers does not help."""
    with time_machine.travel(1_796_000_000, tick=False), override_settings(CALLER_LIMITS={"public": 10_000}):
        callers = [Api(None) for _ in range(130)]
        statuses = []
        for number, caller in enumerate(callers):
            caller._client.defaults["REMOTE_ADDR"] = f"192.0.2.{number}"
            statuses.append(caller.post("public/receipts", {"receipt": UNKNOWN}).status)
        assert statuses.count(404) == 120
        assert set(statuses[120:]) == {429}


def test_a_caller_cannot_say_who_it_is_to_escape_the_limit(api: Apis) -> None:
    """X-Forwarded-For is what a caller says of itself, unless a proxy of ours says it."""
    with time_machine.travel(1_796_000_000, tick=False) as clock:
        statuses = set()
        for number in range(8):
            clock.shift(0.5)
            body = {"receipt": UNKNOWN}
            statuses.add(api.nobody.post("public/receipts", body, X_Forwarded_For=f"192.0.2.{number}").status)
        assert 429 in statuses


def test_immediate_danger_is_outside_every_limit_rule_37(api: Apis) -> None:
    """Rule 37: whoever is in danger is answered, however many asked before."""
    with time_machine.travel(1_796_000_000, tick=False):
        ordinary = [submit(api).status for _ in range(8)]
        danger = api.nobody.post("public/reports", {"immediate_danger": True})
    assert 429 in ordinary
    assert danger.status == 201
    assert "999" in danger.body["advice"][0]
    assert "55" in danger.body["advice"][1]
    assert Report.objects.get(immediate_danger=True).priority == 1


def test_that_one_is_an_officer_is_not_for_anybody_to_say(api: Apis, order: str) -> None:
    submit(api, reported_by={"role": "officer"})
    assert Report.objects.get().reporter_role == ""


def test_it_leaves_a_trace_of_nobody(api: Apis, order: str) -> None:
    """Rule 76."""
    back(api, submit(api).body["receipt"])
    found = Entry.objects.filter(actor_kind="public").order_by("id").values_list("verb", "actor")
    assert list(found) == [("report_submitted", "anyone"), ("receipt_read", "anyone")]


def test_a_token_makes_no_difference(api: Apis, order: str) -> None:
    """Whoever is signed in reports at an address of their own; here they are nobody, and a bad token is none."""
    for token in (api.victim.token, "nonsense"):
        assert Api(token).post("public/reports", a_report()).status == 201
    assert not Report.objects.filter(reporter_user__isnull=False).exists()


@pytest.mark.parametrize(
    ("path", "body", "problems"),
    [
        ("reports", {}, {("/happened/from", "required"), ("/description", "required")}),
        ("reports", {**a_report(), "reported_by": {"role": 1}}, {("/reported_by/role", "wrong_type")}),
        ("receipts", {}, {("/receipt", "required")}),
        ("receipts", {"receipt": 1234567890123456}, {("/receipt", "wrong_type")}),
        ("receipts", {"receipt": "1" * 101}, {("/receipt", "too_long")}),
        ("receipts/messages", {"receipt": "1"}, {("/text", "required")}),
        ("receipts/messages", {"receipt": "1", "text": ""}, {("/text", "too_short")}),
    ],
)
def test_what_is_refused_is_told_all_at_once(
    api: Apis, path: str, body: dict[str, Any], problems: set[tuple[str, str]]
) -> None:
    answer = api.nobody.post(f"public/{path}", body)
    assert (answer.status, answer.codes) == (422, problems)
    assert not Report.objects.exists()


def test_the_same_key_adds_once_and_no_quick_digest_of_the_receipt_is_kept(api: Apis, order: str) -> None:
    receipt = submit(api).body["receipt"]
    body = {"receipt": receipt, "text": "More."}
    first = api.nobody.post("public/receipts/messages", body, Idempotency_Key="m")
    # Grouped in another way it is the same receipt, so it is the same request.
    again = api.nobody.post(
        "public/receipts/messages", {**body, "receipt": receipt.replace(" ", "")}, Idempotency_Key="m"
    )
    assert (first.status, again.body) == (201, first.body)
    assert Addition.objects.count() == 1
