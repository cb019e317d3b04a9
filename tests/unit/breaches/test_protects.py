"""A condition speaks of those whom it protects (issue 13, line 13; rule 83)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from breaches.rules import assess
from breaches.types import Finding, Verdict
from breaches.written import facts_from_json, facts_json
from tests.support.orders import EXCLUSION, NO_APPROACH, NO_CONTACT, NO_REFERENCE, a_condition, a_report, an_order
from tests.support.terms import codes, facts_of, finding, judge, terms_of

PEOPLE: list[dict[str, Any]] = [
    {"key": key, "family_name": "Osei", "given_names": "Ama", "identifiers": []} for key in ("P1", "P2")
]
FOR_P2 = a_condition(NO_CONTACT, clause="3b", protects=["P2"])
ORDER = an_order(protected_persons=PEOPLE, conditions=[EXCLUSION, NO_CONTACT, NO_REFERENCE, NO_APPROACH, FOR_P2])
CALL = {"channel": "sms", "at": "2026-11-20T18:10:00Z", "from": {"kind": "phone", "value": "07700 900123"}}
POST = {"platform": "instagram", "handle": "@danny.m", "about_me": "direct"}
HERS, OTHERS = "11111111-1111-7111-8111-111111111111", "22222222-2222-7222-8222-222222222222"


def about(key: str | None, **changes: Any) -> dict[str, Any]:
    by = {"role": "protected_person", "protected_person": key} if key else {"role": "witness"}
    return a_report(reported_by=by, **{"kinds": [], "behaviours": [], "positions": [], "contacts": [CALL], **changes})


def said(verdict: Verdict, clause: str) -> tuple[str, list[str]]:
    found: Finding = finding(verdict, clause)
    return found.outcome, codes(found)


def test_protects_counts_a_call_to_p2_does_not_breach_a_ban_on_contacting_p1() -> None:
    verdict = judge(about("P2"), ORDER)
    assert said(verdict, "3") == ("not_applicable", ["protects_another"])
    assert said(verdict, "3b") == ("indicated", ["known_identifier"])


def test_only_a_call_to_another_leaves_the_report_to_an_officer() -> None:
    body = an_order(protected_persons=PEOPLE, conditions=[NO_CONTACT])
    assert judge(about("P2"), body).name == "needs_officer"


@pytest.mark.parametrize(
    ("clause", "changes"),
    [
        ("3", {}),
        ("3", {"contacts": [], "kinds": ["contact"]}),
        ("4", {"contacts": [], "social": [POST]}),
        ("4", {"contacts": [], "kinds": ["social"]}),
        ("5", {"contacts": [], "behaviours": ["following"]}),
    ],
)
def test_protects_counts_for_every_kind_that_speaks_of_persons(clause: str, changes: Any) -> None:
    assert said(judge(about("P2", **changes), ORDER), clause) == ("not_applicable", ["protects_another"])
    assert said(judge(about("P1", **changes), ORDER), clause)[0] != "not_applicable"


@pytest.mark.parametrize("kind", ["no_images", "no_surveillance"])
def test_protects_counts_for_images_and_surveillance(kind: str) -> None:
    base = {k: v for k, v in NO_APPROACH.items() if k != "distance_m"}
    order = an_order(protected_persons=PEOPLE, conditions=[{**base, "kind": kind}])
    sent = {"contacts": [], "behaviours": ["recording_images", "tracking_software"]}
    assert said(judge(about("P2", **sent), order), "5") == ("not_applicable", ["protects_another"])
    assert said(judge(about("P1", **sent), order), "5") == ("needs_officer", ["not_machine_checkable"])


def test_what_touches_nothing_is_told_as_before() -> None:
    assert said(judge(about("P2", contacts=[]), ORDER), "3") == ("not_applicable", ["nothing_reported"])


@pytest.mark.parametrize("key", ["P1", "P2", "P9", None])
def test_an_exclusion_zone_binds_whoever_reports(key: str | None) -> None:
    verdict = judge(a_report(reported_by={"role": "witness", "protected_person": key}), ORDER)
    assert said(verdict, "1") == ("indicated", ["inside_zone"])


def test_the_items_own_key_goes_before_the_reports() -> None:
    calls = [{**CALL, "to": "P2"}]
    verdict = judge(about("P1", contacts=calls, social=[{**POST, "about": "P2"}]), ORDER)
    assert [said(verdict, c)[0] for c in ("3", "3b", "4")] == ["not_applicable", "indicated", "not_applicable"]
    both = judge(about("P1", contacts=[*calls, CALL]), ORDER)
    assert [said(both, c)[0] for c in ("3", "3b")] == ["indicated", "indicated"]


@pytest.mark.parametrize("key", [None, "P9", " "])
def test_not_stated_or_no_key_of_the_order_is_judged_as_before_and_says_so(key: str | None) -> None:
    assert said(judge(about(key), ORDER), "3") == ("indicated", ["known_identifier", "protected_person_not_stated"])


def test_where_a_condition_protects_everybody_of_the_order_nothing_need_be_stated() -> None:
    everybody = an_order(protected_persons=PEOPLE, conditions=[a_condition(NO_CONTACT, protects=["P2", "P1"])])
    nobody_named = an_order(protected_persons=PEOPLE, conditions=[a_condition(NO_CONTACT, protects=[])])
    for order in (everybody, nobody_named, an_order(conditions=[NO_CONTACT])):
        assert said(judge(about(None), order), "3") == ("indicated", ["known_identifier"])


def test_her_own_account_says_whom_it_is_about() -> None:
    terms = terms_of(ORDER, accounts={"P1": OTHERS, "P2": HERS})
    facts = replace(facts_of(about(None)), accounts=frozenset({HERS}))
    assert said(assess(facts, terms), "3") == ("not_applicable", ["protects_another"])
    assert said(assess(replace(facts, accounts=frozenset({HERS, OTHERS})), terms), "3")[0] == "indicated"


def test_a_key_in_another_case_is_the_key() -> None:
    assert said(judge(about("p2 "), ORDER), "3") == ("not_applicable", ["protects_another"])


def test_a_variation_that_adds_somebody_does_not_reach_back() -> None:
    """The same words for more people are another condition: before it, P2 was not protected by it."""
    change = {"kind": "variation", "decided_on": "2026-11-21", "necessity": "Her sister."}
    both = a_condition(NO_CONTACT, protects=["P1", "P2"])
    first = an_order(protected_persons=PEOPLE, conditions=[NO_CONTACT])
    later = an_order(protected_persons=PEOPLE, conditions=[both], change=change, effective_from="2026-11-20T18:08:00Z")
    early = {**CALL, "at": "2026-11-20T18:06:00Z"}
    verdict = judge(about("P2", contacts=[early]), first, later)
    assert [(f.order_version, f.outcome) for f in verdict.findings] == [(1, "not_applicable"), (2, "not_applicable")]
    verdict = judge(about("P2"), first, later)
    assert [(f.order_version, f.outcome) for f in verdict.findings] == [(1, "not_applicable"), (2, "indicated")]


def test_a_zone_whose_clause_protects_more_later_has_no_gap() -> None:
    change = {"kind": "variation", "decided_on": "2026-11-20", "necessity": "Her sister."}
    first = an_order(protected_persons=PEOPLE, conditions=[EXCLUSION])
    later = an_order(
        protected_persons=PEOPLE, change=change, effective_from="2026-11-20T18:10:00Z",
        conditions=[a_condition(EXCLUSION, protects=["P1", "P2"])],
    )  # fmt: skip
    assert judge(a_report(behaviours=[]), first, later).name == "breach_indicated"


def test_whom_it_is_about_is_in_the_stored_question() -> None:
    facts = replace(facts_of(about("P2", contacts=[{**CALL, "to": "P1"}])), accounts=frozenset({HERS}))
    assert facts_from_json(facts_json(facts)) == facts


@pytest.mark.parametrize("named", ["P9", "my mum", "?"])
def test_what_is_said_to_be_about_nobody_known_is_about_nobody_in_particular(named: str) -> None:
    """A slip for one key must not drop her condition, nor make the other's a certainty."""
    verdict = judge(about("P1", contacts=[CALL | {"to": named}]), ORDER)
    for clause in ("3", "3b"):
        outcome, reasons = said(verdict, clause)
        assert outcome == "indicated" and "protected_person_not_stated" in reasons
