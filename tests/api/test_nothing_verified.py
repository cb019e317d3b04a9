"""Line 25: verified means that something was verified (rule 46)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.orders.example import Json
from tests.support.api import Answer, Apis
from tests.support.following import claimed, submitted
from tests.support.orders import a_report

WHY = "A course of conduct, told of by three neighbours."
CODE = "nothing_verified"


def views_of(detail: Json, view: str) -> list[Json]:
    needed = [f for f in detail["assessment"]["findings"] if f["outcome"] in ("indicated", "possible", "needs_officer")]
    return [{"clause": f["clause"], "view": view, "reason": "Seen on the camera."} for f in needed]


def verify(api: Apis, view: str = "agree", report: Json | None = None, **body: Any) -> Answer:
    key = submitted(api, **(report or {}))
    answer = claimed(api, key)
    sent = {"findings": views_of(answer.body, view), **body}
    return api.officer.post(f"officer/reports/{key}/verify", sent, If_Match=answer.etag)


def wrong(answer: Answer) -> set[str]:
    assert answer.status == 422, answer.body
    return {pointer for pointer, code in answer.codes if code == CODE}


@pytest.mark.parametrize("view", ["disagree", "cannot_say"])
def test_nothing_agreed_with_is_nothing_verified(api: Apis, order: str, view: str) -> None:
    assert wrong(verify(api, view)) == {"/findings", "/reason", "/offences"}
    assert wrong(verify(api, view, offences=["ST19001"])) == {"/findings", "/reason", "/offences", "/offences/0"}


@pytest.mark.parametrize("reason", [None, "", "too short", " " * 30])
def test_without_a_finding_a_reason_is_needed(api: Apis, order: str, reason: str | None) -> None:
    assert wrong(verify(api, "disagree", offences=["PH97006"], reason=reason)) == {"/findings", "/reason"}


def test_without_a_finding_another_offence_is_needed(api: Apis, order: str) -> None:
    assert wrong(verify(api, "disagree", reason=WHY)) == {"/findings", "/offences"}


def test_the_breach_itself_takes_a_clause_agreed_with(api: Apis, order: str) -> None:
    answer = verify(api, "disagree", offences=["PH97006", "ST19001"], reason=WHY)
    assert wrong(answer) == {"/offences/1"}


@pytest.mark.parametrize("offences", [[], ["ST19001"], ["ST19001", "PH97006"]])
def test_one_finding_agreed_with_is_enough(api: Apis, order: str, offences: list[str]) -> None:
    assert verify(api, offences=offences).status == 200


def test_a_reason_and_another_offence_are_enough_and_kept(api: Apis, order: str) -> None:
    answer = verify(api, "disagree", offences=["PH97006"], reason=WHY)
    assert answer.status == 200, answer.body
    assert (answer.body["state"], answer.body["decisions"][0]["reason"]) == ("verified", WHY)


def test_no_order_is_never_a_breach_of_one(api: Apis, order: str) -> None:
    nobody: Json = {"order": None, "force": "05"}
    body = a_report(**nobody)
    key = api.force.post("force/reports", {**body, "reported_by": {"role": "witness"}}).body["id"]
    answer = claimed(api, key)
    sent = {"findings": [], "offences": ["ST19001", "PH97006"], "reason": WHY}
    refused = api.officer.post(f"officer/reports/{key}/verify", sent, If_Match=answer.etag)
    assert wrong(refused) == {"/offences/0"}
    taken = api.officer.post(f"officer/reports/{key}/verify", {**sent, "offences": ["PH97006"]}, If_Match=answer.etag)
    assert taken.status == 200


def test_no_order_in_force_then_is_never_a_breach_of_one(api: Apis, order: str) -> None:
    """The incident lies before the order was made."""
    before = {"from": "2026-02-01T18:05:00+00:00", "to": "2026-02-01T18:20:00+00:00", "certainty": "exact"}
    early: Json = {"happened": before, "positions": [], "contacts": [], "social": []}
    refused = verify(api, report=early, offences=["ST19001"], reason=WHY)
    assert wrong(refused) == {"/findings", "/offences", "/offences/0"}
    assert verify(api, report=early, offences=["PH97006"], reason=WHY).status == 200


def test_agreeing_that_a_clause_was_not_touched_verifies_nothing(api: Apis, order: str) -> None:
    key = submitted(api)
    answer = claimed(api, key)
    rest = [f for f in answer.body["assessment"]["findings"] if f["outcome"] in ("not_indicated", "not_applicable")]
    agreed = [{"clause": f["clause"], "view": "agree", "reason": "So it is, indeed."} for f in rest]
    assert agreed
    sent = {"findings": [*views_of(answer.body, "disagree"), *agreed], "offences": ["ST19001"]}
    refused = api.officer.post(f"officer/reports/{key}/verify", sent, If_Match=answer.etag)
    assert "/findings" in wrong(refused)


def test_everything_is_told_at_once(api: Apis, order: str) -> None:
    key = submitted(api)
    answer = claimed(api, key)
    sent = {"findings": [], "offences": ["ST19001", "XX"]}
    refused = api.officer.post(f"officer/reports/{key}/verify", sent, If_Match=answer.etag)
    assert {code for _, code in refused.codes} == {"finding_view_missing", "offence_unknown", CODE}
