"""Wherever two persons are asked for, staff ids are compared as people read them (rules 16, 46, 79)."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from accounts.types import Caller
from breaches.policies import check_independent, is_independent
from common.problems import Forbidden
from orders.policies import check_second_person
from retention.models import Disposal
from retention.policies import check_second_person as check_second_person_of_disposal

CALLER = Caller(kind="officer", id="u-1", force="05", role="supervisor", staff_id="4403", user_id=uuid4())
WRITTEN = ["4403", "04403", "PC 4403", "４４０３", "44.03"]


@pytest.mark.parametrize("staff_id", WRITTEN)
def test_whoever_drew_or_approved_a_zone_does_not_verify_however_the_id_is_written_rule_46(staff_id: str) -> None:
    with pytest.raises(Forbidden, match="not_independent"):
        check_independent(CALLER, ["1", staff_id])
    assert is_independent(CALLER, ["1"])


@pytest.mark.parametrize("staff_id", WRITTEN)
def test_whoever_proposed_a_disposal_does_not_decide_it_however_the_id_is_written_rule_79(staff_id: str) -> None:
    with pytest.raises(Forbidden, match="second_person_required"):
        check_second_person_of_disposal(CALLER, Disposal(proposed_by_id=uuid4(), staff_id=staff_id))
    check_second_person_of_disposal(CALLER, Disposal(proposed_by_id=uuid4(), staff_id="4401"))


def test_the_same_account_decides_no_disposal_of_its_own_under_another_id_rule_79() -> None:
    with pytest.raises(Forbidden):
        check_second_person_of_disposal(CALLER, Disposal(proposed_by_id=CALLER.person, staff_id="1"))


def test_the_same_account_stands_by_no_drawing_that_it_recorded_under_another_id_rule_16() -> None:
    with pytest.raises(Forbidden):
        check_second_person(replace(CALLER, staff_id="1"), drawn_by=["2"], recorded_by=["u-1"])
    check_second_person(CALLER, drawn_by=["2"], recorded_by=["u-2"])
