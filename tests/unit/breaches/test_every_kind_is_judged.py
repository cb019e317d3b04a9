"""What a dispatch does not know fails the type checker, and is left to an officer at run time (issue 13, line 17)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest

from breaches.rules import assess
from breaches.rules.protection import speaks_of_persons
from orders.types import CHECKABLE, CONDITION_KINDS, ConditionKind, OrderTerms, known_kind
from tests.support.orders import EXCLUSION, NO_CONTACT, a_report, an_order
from tests.support.terms import codes, facts_of, finding, terms_of

CALL = {"channel": "sms", "at": "2026-11-20T18:10:00Z", "from": {"kind": "phone", "value": "07700 900123"}}


def of_kind(kind: str) -> OrderTerms:
    terms = terms_of(an_order(conditions=[EXCLUSION, NO_CONTACT]))
    (version,) = terms.versions
    strange = replace(version.conditions[1], kind=kind)
    return replace(terms, versions=(replace(version, conditions=(version.conditions[0], strange)),))


@pytest.mark.parametrize("sent", [a_report(), a_report(positions=[], contacts=[CALL]), a_report(positions=[])])
def test_a_condition_kind_that_no_rule_judges_needs_an_officer(sent: Any) -> None:
    found = finding(assess(facts_of(sent), of_kind("no_drones")), "3")
    assert (found.outcome, codes(found)) == ("needs_officer", ["condition_kind_unknown"])


def test_an_unknown_kind_beside_an_outside_position_is_not_told_as_no() -> None:
    facts = facts_of(a_report(kinds=[], behaviours=[]))
    outside = replace(
        facts, positions=tuple(replace(p, fix=replace(p.fix, longitude=-2.9)) for p in facts.positions if p.fix)
    )
    assert assess(outside, of_kind("no_drones")).name == "needs_officer"


def test_an_unknown_kind_that_was_not_in_force_then_is_not_applicable() -> None:
    found = assess(facts_of(a_report(happened={"from": "2026-01-01T00:00:00Z"})), of_kind("no_drones"))
    assert found.name == "no_order_in_force"


@pytest.mark.parametrize("kind", get_args(ConditionKind))
def test_every_kind_has_its_rule(kind: ConditionKind) -> None:
    """Each is known, says whether it speaks of persons, and gives a report of everything an outcome of its own."""
    assert known_kind(kind) == kind and isinstance(speaks_of_persons(kind), bool)
    told = a_report(kinds=["contact", "social", "approach", "images", "surveillance", "other", "exclusion_zone"])
    found = finding(assess(facts_of(told), of_kind(kind)), "3")
    assert "condition_kind_unknown" not in codes(found)
    assert (found.outcome != "not_applicable") or kind == "exclusion_zone"  # it has no zones here


def test_what_machines_check_are_kinds_that_there_are() -> None:
    assert CHECKABLE <= CONDITION_KINDS
