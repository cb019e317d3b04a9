"""Retry safety: the same key and body has one effect and one answer (rule 39)."""

from __future__ import annotations

import secrets

import pytest

from audit.models import Entry
from breaches.models import Assessment, Report
from tests.support.api import Apis
from tests.support.orders import a_report
from webhooks.models import Event

KEY = {"Idempotency_Key": "phone-1"}


def test_again_gives_the_first_answer(api: Apis, order: str) -> None:
    first, again = (api.victim.post("victim/reports", a_report(), **KEY) for _ in range(2))
    assert (again.status, again.body, again.etag) == (201, first.body, first.etag)
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (None, "true")
    assert Report.objects.count() == 1


def test_white_space_and_the_order_of_members_do_not_count(api: Apis, order: str) -> None:
    api.victim.post("victim/reports", b'{"immediate_danger":true,"impact":"x"}', **KEY)
    again = api.victim.post("victim/reports", b'{ "impact": "x", "immediate_danger": true }', **KEY)
    assert again.headers["Idempotency-Replayed"] == "true"


def test_another_body_is_refused(api: Apis, order: str) -> None:
    api.victim.post("victim/reports", a_report(), **KEY)
    answer = api.victim.post("victim/reports", a_report(impact="I am afraid."), **KEY)
    assert (answer.status, answer.code) == (422, "idempotency_key_reused")
    assert Report.objects.count() == 1


def test_two_people_may_use_the_same_key(api: Apis, order: str) -> None:
    assert api.victim.post("victim/reports", a_report(), **KEY).status == 201
    other = api.other_victim.post("victim/reports", a_report(), **KEY)
    assert (other.status, other.headers.get("Idempotency-Replayed")) == (201, None)


def test_a_refusal_frees_the_key(api: Apis, order: str) -> None:
    assert api.victim.post("victim/reports", {}, **KEY).status == 422
    assert api.victim.post("victim/reports", a_report(), **KEY).status == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "ä", "a\tb"])
def test_a_key_that_is_none_is_refused(api: Apis, key: str) -> None:
    answer = api.victim.post("victim/reports", a_report(), Idempotency_Key=key)
    assert (answer.status, answer.code) == (422, "idempotency_key_invalid")


def test_a_claim_told_again_is_not_a_second_claim(api: Apis, order: str) -> None:
    report = api.victim.post("victim/reports", a_report()).body["id"]
    first, again = (api.officer.post(f"officer/reports/{report}/claim", {}, **KEY) for _ in range(2))
    assert (first.status, again.status, again.body["state"]) == (200, 200, "in_review")


def test_what_was_done_again_in_vain_is_undone(api: Apis, order: str) -> None:
    api.victim.post("victim/reports", a_report(), **KEY)
    before = (Entry.objects.count(), Event.objects.count(), Assessment.objects.count())
    api.victim.post("victim/reports", a_report(), **KEY)
    assert (Entry.objects.count(), Event.objects.count(), Assessment.objects.count()) == before


def test_an_answer_whose_number_is_taken_gets_another(api: Apis, order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([7, 7, 8])
    monkeypatch.setattr(secrets, "randbits", lambda bits: next(drawn))
    for key in ("one", "another"):
        assert api.victim.post("victim/reports", a_report(), Idempotency_Key=key).status == 201
    assert (Report.objects.count(), list(drawn)) == (2, [])
