"""Keys of people who do not sign in never meet: the worst is one report twice, never another's receipt (rule 39)."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from rest_framework.settings import api_settings

from breaches.models import Addition, Report
from common.problems import Conflict
from edge import idempotency
from edge.models import IdempotentAnswer
from tests.support.api import Answer, Api, Apis
from tests.support.orders import a_report

KEY = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
DANGER = {"immediate_danger": True}
HERE, THERE = "203.0.113.7", "198.51.100.9"


def send(api: Apis, body: Any, key: str = KEY, address: str = HERE) -> Answer:
    return api.nobody.post("public/reports", body, Idempotency_Key=key, X_Forwarded_For=address)


def replayed(answer: Answer) -> bool:
    return answer.headers.get("Idempotency-Replayed") == "true"


def test_a_retry_with_a_key_of_ones_own_shows_the_same_receipt(api: Apis, order: str) -> None:
    first, again = (send(api, a_report()) for _ in range(2))
    assert (first.body, replayed(first), replayed(again)) == (again.body, False, True)
    assert Report.objects.count() == 1


def test_another_body_under_anothers_key_is_another_report(api: Apis, order: str) -> None:
    first, other = send(api, a_report()), send(api, a_report(description="Something else."))
    assert (other.status, replayed(other)) == (201, False)
    assert other.body["receipt"] != first.body["receipt"]
    assert Report.objects.count() == 2


@pytest.mark.parametrize("key", ["1", "phone-1", "a" * 36, "00000000-0000-0000-0000-000000000000", "report-1111111111"])
def test_a_key_that_others_may_think_of_is_no_key_and_that_is_told(api: Apis, order: str, key: str) -> None:
    first, other = (send(api, a_report(), key) for _ in range(2))
    assert (first.status, other.status, replayed(other)) == (201, 201, False)
    assert other.headers["Idempotency-Ignored"] == "true"
    assert first.body["receipt"] != other.body["receipt"]


def test_the_same_words_from_another_address_are_another_report(
    api: Apis, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_settings, "NUM_PROXIES", 1)
    first, other = send(api, a_report()), send(api, a_report(), address=THERE)
    assert (other.status, replayed(other)) == (201, False)
    assert first.body["receipt"] != other.body["receipt"]


@pytest.mark.parametrize("body", [DANGER, {**DANGER, "description": " "}])
def test_two_people_in_danger_who_say_no_more_are_two_reports(api: Apis, order: str, body: dict[str, Any]) -> None:
    first, other = (send(api, body) for _ in range(2))
    assert (first.status, other.status, replayed(other)) == (201, 201, False)
    assert Report.objects.filter(immediate_danger=True).count() == 2


@pytest.mark.parametrize("key", ["", "x" * 256, "ä"])
def test_an_emergency_is_not_refused_for_its_key(api: Apis, order: str, key: str) -> None:
    for client, path in ((api.nobody, "public/reports"), (api.victim, "victim/reports")):
        assert client.post(path, DANGER, Idempotency_Key=key).status == 201
        refused = client.post(path, a_report(), Idempotency_Key=key)
        assert (refused.status, refused.code) == (422, "idempotency_key_invalid")


def test_an_emergency_under_a_key_that_was_used_is_another_report_also_signed_in(api: Apis, order: str) -> None:
    assert api.victim.post("victim/reports", a_report(), Idempotency_Key="1").status == 201
    answer = api.victim.post("victim/reports", a_report(immediate_danger=True), Idempotency_Key="1")
    assert (answer.status, replayed(answer)) == (201, False)
    assert Report.objects.filter(immediate_danger=True).count() == 1


def test_a_message_of_danger_under_a_key_that_was_used_is_taken(api: Apis, order: str) -> None:
    report = api.victim.post("victim/reports", a_report()).body["reference"]
    path = f"victim/reports/{report}/messages"
    assert api.victim.post(path, {"text": "More."}, Idempotency_Key="1").status == 201
    answer = api.victim.post(path, {"text": "He is here.", "immediate_danger": True}, Idempotency_Key="1")
    assert answer.status == 201
    assert Addition.objects.filter(immediate_danger=True).count() == 1


def test_two_receipts_may_add_under_one_key(api: Apis, order: str) -> None:
    receipts = [send(api, a_report(description=f"The {n}.")).body["receipt"] for n in ("first", "second")]
    answers = [_add(api.nobody, receipt) for receipt in (*receipts, receipts[0])]
    assert [a.status for a in answers] == [201] * 3
    assert [replayed(a) for a in answers] == [False, False, True]
    assert Addition.objects.count() == 2


def _add(client: Api, receipt: str) -> Answer:
    return client.post("public/receipts/messages", {"receipt": receipt, "text": "More."}, Idempotency_Key="1")


def test_what_is_kept_holds_neither_the_key_nor_the_address(api: Apis, order: str) -> None:
    send(api, a_report())
    kept = IdempotentAnswer.objects.get()
    assert KEY not in kept.key and len(kept.key) == 64
    with connection.cursor() as cursor:
        cursor.execute("SELECT edge_idempotentanswer::text FROM edge_idempotentanswer")
        row = cursor.fetchone()[0]
    assert HERE not in row and KEY not in row


def test_an_emergency_does_not_wait_for_another_that_hangs(
    api: Apis, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hangs(*_: Any) -> None:
        raise Conflict("idempotency_in_progress", "The first request with this key is still running.")

    monkeypatch.setattr(idempotency, "_hopefully", hangs)
    calm = api.victim.post("victim/reports", a_report(), Idempotency_Key="1")
    danger = api.victim.post("victim/reports", DANGER, Idempotency_Key="1")
    assert (calm.status, calm.code, danger.status) == (409, "idempotency_in_progress", 201)


@pytest.mark.parametrize("number", range(3))
def test_uuids_are_keys_that_nobody_else_thinks_of(api: Apis, order: str, number: int) -> None:
    body, key = a_report(description=f"Number {number}."), str(uuid.uuid4())
    answers = [send(api, body, key) for _ in range(2)]
    assert [(a.status, replayed(a)) for a in answers] == [(201, False), (201, True)]
