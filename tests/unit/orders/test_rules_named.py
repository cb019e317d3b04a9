"""Rules that speak of what an order is made of: its kind and the polarity of its conditions."""

from __future__ import annotations

import pytest

from edge.drafts import read_draft
from orders.rules import period_of
from orders.serializers.document import OrderDocument
from orders.types import CHECKABLE, polarity_of
from tests.support.orders import an_order


@pytest.mark.parametrize("kind", ["full", "interim"])
def test_the_two_kinds_of_the_act_rule_1(kind: str) -> None:
    assert read_draft(an_order(kind=kind), OrderDocument)[1] == []


@pytest.mark.parametrize("kind", ["restraining", "FULL", "", "non_molestation"])
def test_any_other_kind_is_refused_rule_1(kind: str) -> None:
    (problem,) = read_draft(an_order(kind=kind), OrderDocument)[1]
    assert (problem.pointer, problem.code) == ("/kind", "unknown_value")


def test_only_prohibitions_are_for_a_machine_rule_13() -> None:
    assert {polarity_of(kind) for kind in CHECKABLE} == {"prohibition"}
    assert polarity_of("requirement") == "requirement"


def test_the_last_day_counts_to_its_local_midnight_rule_22() -> None:
    """The end is exclusive: in summer London's midnight is 23:00 UTC."""
    period = period_of(an_order(expires_on="2028-06-30"))
    assert period.end and period.end.isoformat() == "2028-06-30T23:00:00+00:00"
