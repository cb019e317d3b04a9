"""Whom a report is about: `protects` counts, over the API (issue 13, lines 13, 14 and 16; rule 83)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.services import Mandate, record_authority
from audit.types import SERVICE
from breaches import tasks
from breaches.models import Assessment
from breaches.replaying import replay_assessment
from demo.cast import Cast
from orders.models import Order
from orders.services import link_person
from tests.support.api import Apis
from tests.support.orders import (
    EXCLUSION,
    NO_APPROACH,
    NO_CONTACT,
    NO_REFERENCE,
    a_condition,
    a_report,
    an_order,
    register,
)

CALL = {"channel": "sms", "at": "2026-11-20T18:10:00Z", "from": {"kind": "phone", "value": "07700 900123"}}
HAPPENED = {"from": "2026-11-20T18:05:00+00:00", "to": "2026-11-20T18:20:00+00:00"}
PEOPLE: list[dict[str, Any]] = [
    {"key": key, "family_name": "Osei", "given_names": "Ama", "identifiers": []} for key in ("P1", "P2")
]
FOR_P2 = a_condition(NO_CONTACT, clause="3b", protects=["P2"])
BODY = an_order(protected_persons=PEOPLE, conditions=[EXCLUSION, NO_CONTACT, NO_REFERENCE, NO_APPROACH, FOR_P2])


@pytest.fixture
def two(api: Apis, cast: Cast) -> str:
    """An order that protects `victim` as P1 and `other_victim` as P2."""
    reference = register(api, cast, BODY)
    link_person(actor=SERVICE, order_id=Order.objects.get().id, key="P2", user_id=UUID(cast.other_victim.user_id))
    return reference


def called(**changes: Any) -> dict[str, Any]:
    return a_report(**{"kinds": ["contact"], "behaviours": [], "positions": [], "contacts": [CALL], **changes})


def outcomes(api: Apis, report: str) -> dict[str, tuple[str, list[str]]]:
    answer = api.officer.get(f"officer/reports/{report}")
    assert answer.status == 200, answer.body
    findings = answer.body["assessment"]["findings"]
    return {f["clause"]: (f["outcome"], [r["code"] for r in f["reasons"]]) for f in findings}


def codes(body: Any) -> set[tuple[str, str]]:
    return {(w["pointer"], w["code"]) for w in body["warnings"]}


@pytest.mark.parametrize(("who", "clause", "other"), [("victim", "3", "3b"), ("other_victim", "3b", "3")])
def test_protects_counts_by_her_own_account(api: Apis, two: str, who: str, clause: str, other: str) -> None:
    answer = getattr(api, who).post("victim/reports", called())
    found = outcomes(api, answer.body["id"])
    assert found[clause] == ("indicated", ["known_identifier"])
    assert found[other] == ("not_applicable", ["protects_another"])
    assert replay_assessment(assessment=Assessment.objects.get()).same


def test_what_the_other_victim_is_told_says_nothing_of_the_finding(api: Apis, two: str) -> None:
    """Rule 83: for officers, not for her."""
    answer = api.victim.post("victim/reports", called())
    own = api.victim.get(f"victim/reports/{answer.body['reference']}")
    assert "protects_another" not in json.dumps([answer.body, own.body]) and "P2" not in json.dumps(own.body)


def test_an_advocate_reports_for_whom_they_speak(api: Apis, two: str) -> None:
    found = outcomes(api, api.advocate.post("victim/reports", called()).body["id"])
    assert [found[c][0] for c in ("3", "3b")] == ["indicated", "not_applicable"]


def test_an_advocate_of_two_protected_persons_reports_for_both_or_says_for_whom(
    api: Apis, cast: Cast, two: str
) -> None:
    mandate = Mandate(UUID(cast.other_victim.user_id), timezone.now() + timedelta(hours=1))
    record_authority(actor=SERVICE, advocate=UUID(cast.advocate.user_id), mandate=mandate)
    found = outcomes(api, api.advocate.post("victim/reports", called()).body["id"])
    assert [found[c][0] for c in ("3", "3b")] == ["indicated", "indicated"]
    sent = called(contacts=[{**CALL, "to": "P2"}])
    answer = api.advocate.post("victim/reports", sent)
    assert codes(answer.body) == set()
    assert [outcomes(api, answer.body["id"])[c][0] for c in ("3", "3b")] == ["not_applicable", "indicated"]


@pytest.mark.parametrize("where", ["force", "officer"])
def test_reported_by_says_whom_it_is_about(api: Apis, two: str, where: str) -> None:
    by = {"role": "protected_person", "protected_person": "P2"}
    answer = getattr(api, where).post(f"{where}/reports", called(reported_by=by))
    assert answer.status == 201 and codes(answer.body) == set()
    assert [outcomes(api, answer.body["id"])[c][0] for c in ("3", "3b")] == ["not_applicable", "indicated"]


@pytest.mark.parametrize("where", ["force", "officer"])
def test_an_unknown_key_is_told_with_its_pointer_and_judged_as_not_stated(api: Apis, two: str, where: str) -> None:
    by = {"role": "witness", "protected_person": "P7"}
    mention = {"platform": "instagram", "handle": "@danny.m", "about": "P8"}
    sent = called(reported_by=by, contacts=[CALL, {**CALL, "to": "P9"}], social=[mention])
    answer = getattr(api, where).post(f"{where}/reports", sent)
    pointers = ("/reported_by/protected_person", "/contacts/1/to", "/social/0/about")
    assert codes(answer.body) == {(pointer, "protected_person_unknown") for pointer in pointers}
    found = outcomes(api, answer.body["id"])
    assert found["3"] == ("indicated", ["known_identifier", "protected_person_not_stated"])


def test_a_victim_cannot_learn_by_a_key_who_else_is_protected_rule_83(api: Apis, two: str) -> None:
    """Rule 83: a key that is somebody's and one that is nobody's are answered alike; nobody's is judged unstated."""
    answers = {to: api.victim.post("victim/reports", called(contacts=[{**CALL, "to": to}])) for to in ("P2", "P9")}
    assert [codes(a.body) for a in answers.values()] == [{("/contacts/0/to", "protected_person_unknown")}] * 2
    assert outcomes(api, answers["P2"].body["id"])["3"] == ("not_applicable", ["protects_another"])
    unstated = ("indicated", ["known_identifier", "protected_person_not_stated"])
    assert outcomes(api, answers["P9"].body["id"])["3"] == unstated
    assert codes(api.victim.post("victim/reports", called(contacts=[{**CALL, "to": "P1"}])).body) == set()


def test_check_says_whom_it_is_about_and_warns(api: Apis, two: str) -> None:
    def asked(**body: Any) -> Any:
        answer = api.force.post(f"force/orders/{two}/check", {"happened": HAPPENED, **body})
        assert answer.status == 200, answer.body
        return answer.body

    to_p2 = asked(contacts=[{**CALL, "to": "P2"}])
    assert (to_p2["assessment"]["verdict"], to_p2["warnings"]) == ("breach_indicated", [])
    about_p2 = asked(contacts=[CALL], reported_by={"protected_person": "P2"})
    for found in (to_p2, about_p2):
        assert {f["clause"]: f["outcome"] for f in found["assessment"]["findings"]}["3"] == "not_applicable"
    assert codes(asked(contacts=[{**CALL, "to": "P7"}])) == {("/contacts/0/to", "protected_person_unknown")}


def test_check_of_the_future_needs_an_officer(api: Apis, two: str) -> None:
    at = (timezone.now() + timedelta(days=1)).isoformat()
    sent = {"happened": {"from": at}, "contacts": [CALL | {"at": at, "to": "P1"}]}
    body = api.force.post(f"force/orders/{two}/check", sent).body
    found = {f["clause"]: f for f in body["assessment"]["findings"]}["3"]
    assert (found["outcome"], found["outcome_otherwise"]) == ("needs_officer", "indicated")
    assert "occurred_in_future" in [r["code"] for r in found["reasons"]]
    assert {("/happened/from", "occurred_in_future"), ("/contacts/0/at", "occurred_in_future")} <= codes(body)


def test_a_report_of_the_future_judged_again_is_still_of_the_future(api: Apis, two: str) -> None:
    at = (timezone.now() + timedelta(days=1)).isoformat()
    report = api.victim.post("victim/reports", called(happened={"from": at}, contacts=[{**CALL, "at": at}])).body["id"]
    tasks.assess_order_again(str(Order.objects.get().id))
    assert [row.verdict for row in Assessment.objects.filter(report_id=report)] == ["needs_officer"]
    assert replay_assessment(assessment=Assessment.objects.get(report_id=report)).same


def test_a_correction_says_whom_a_call_was_to(api: Apis, two: str) -> None:
    report = api.victim.post("victim/reports", called()).body["id"]
    sent = {"text": "It was to somebody else.", "contacts": [{**CALL, "to": "P9"}]}
    answer = api.victim.post(f"victim/reports/{report}/corrections", sent)
    assert ("/contacts/0/to", "protected_person_unknown") in codes(answer.body)
    assert all(replay_assessment(assessment=row).same for row in Assessment.objects.filter(report_id=report))


def test_a_question_kept_before_whom_it_was_about_is_judged_again_by_what_the_report_says(api: Apis, two: str) -> None:
    """What was stored without it gets it from the report: the account, or `reported_by`."""
    reports = [
        api.other_victim.post("victim/reports", called()).body["id"],
        api.officer.post("officer/reports", called(reported_by={"role": "witness", "protected_person": "P2"})).body[
            "id"
        ],
    ]
    for row in Assessment.objects.all():
        facts = {k: v for k, v in row.question["facts"].items() if k not in ("protected_person", "accounts")}
        again = Assessment(
            report_id=row.report_id, cause="terms_changed", engine_version="2", engine_build="x",
            assessed_at=timezone.now(), question=row.question | {"facts": facts},
            answer=row.answer | {"verdict": "needs_officer"}, verdict="needs_officer", zone_staff=[],
        )  # fmt: skip
        again.save(force_insert=True)
    tasks.assess_order_again(str(Order.objects.get().id))
    assert [outcomes(api, report)["3"] for report in reports] == [("not_applicable", ["protects_another"])] * 2


def test_accounts_in_the_question_are_hers_only(api: Apis, two: str) -> None:
    api.victim.post("victim/reports", called())
    question = Assessment.objects.get().question
    assert list(question["terms"]["accounts"]) == ["P1"]
    assert User.objects.filter(pk__in=question["facts"]["accounts"]).count() == 1
