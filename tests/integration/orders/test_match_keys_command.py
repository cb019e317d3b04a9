"""`manage.py match_keys`: after an upgrade, or a change of the key, the same people are found again."""

from __future__ import annotations

import hashlib
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from accounts.types import Caller
from orders import matching_state
from orders.management.commands import match_keys as command
from orders.models import MatchKey, Order
from orders.queries.people import matches_of
from orders.rules.people import marks_of
from tests.support.api import Apis
from tests.support.orders import an_order

SYSTEM = Caller(kind="force_system", id="a system", force="05")


@pytest.fixture
def three(api: Apis) -> Order:
    for reference in "ABC":
        assert api.force.put(f"force/orders/{reference}/versions/1", an_order()).status == 201
    return Order.objects.get(reference="A")


def found(order: Order) -> list[tuple[str, tuple[str, ...]]]:
    return [(match.reference, match.rests_on) for match in matches_of(order, caller=SYSTEM).rows]


@pytest.mark.parametrize("at_once", [1, 2, 200])
def test_orders_from_before_are_found(three: Order, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    before = found(three)
    monkeypatch.setattr(command, "_AT_ONCE", at_once)
    MatchKey.objects.all().delete()
    assert found(three) == []
    out = StringIO()
    call_command("match_keys", stdout=out)
    assert (found(three), out.getvalue()) == (before, "3 versions.\n")


def test_what_was_learned_of_people_is_found_by_another_key_too(api: Apis, three: Order, settings: Any) -> None:
    """Issue 13, line 3; and the same again is still the same row."""
    path, new = "force/orders/A/people/respondent/identifiers", {"kind": "phone", "value": "07700 900456"}
    other = an_order()
    other["respondent"] = {**other["respondent"], "family_name": "Other", "also_known_as": [], "identifiers": [new]}
    assert api.force.put("force/orders/D/versions/1", other).status == 201
    first = api.force.post(path, new).body["id"]
    before = found(three)
    assert ("D", ("phone",)) in before
    settings.FIELD_KEY = "another " * 8
    out = StringIO()
    call_command("match_keys", stdout=out)
    assert found(three) == before and "1 identifiers" in out.getvalue()
    assert api.force.post(path, new).body["id"] == first


def test_another_key_makes_other_hashes_that_find_the_same(three: Order, settings: Any) -> None:
    before, hashes = found(three), set(map(bytes, MatchKey.objects.values_list("digest", flat=True)))
    settings.FIELD_KEY = "another " * 8
    call_command("match_keys", stdout=StringIO())
    call_command("match_keys", stdout=StringIO())
    assert found(three) == before
    assert hashes.isdisjoint(map(bytes, MatchKey.objects.values_list("digest", flat=True)))


OTHERWISE = {"nothing": False, "forms": True, "key": True}


@pytest.mark.parametrize("other", OTHERWISE)
def test_migrate_works_them_out_again_where_the_forms_or_the_key_are_others(
    three: Order, settings: Any, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    """Nobody has to remember it: `migrate` ends with it, and only where need be."""
    before, again = found(three), OTHERWISE[other]
    matching_state.mark_as_current()
    MatchKey.objects.all().delete()
    if other == "forms":
        monkeypatch.setattr(matching_state, "FORMS", 999)
    if other == "key":
        settings.FIELD_KEY = "another " * 8
    for turn in (again, False):
        out = StringIO()
        call_command("migrate", stdout=out)
        assert ("worked out again" in out.getvalue()) is turn
    assert found(three) == (before if again else [])
    assert matching_state.are_marks_current()


def test_marks_of_other_forms_take_another_number() -> None:
    """Where `marks_of` answers otherwise, raise `FORMS`: what is stored is worked out again by the next `migrate`."""
    person = {
        "family_name": "O'Neil-Smith", "given_names": "Ána", "date_of_birth": "1988-04-17",
        "identifiers": [
            {"kind": "phone", "value": "07700 900123"}, {"kind": "other", "value": "blue Ford AB12 CDE"},
            {"kind": "email", "value": "A.Smith+x@Example.org"}, {"kind": "vehicle", "value": "\uff21\uff2212 CDE"},
            {"kind": "social", "platform": "insta", "value": "@Danny.M"}, {"kind": "phone", "value": "TBC"},
            {"kind": "phone", "value": "07700 900456 / 07700 900789"}, {"kind": "address", "value": "14 Duke Street"},
            {"kind": "other", "value": "14 Duke Street, L1 1AA"}, {"kind": "Phone", "value": "0044 151 496 0000"},
        ],
    }  # fmt: skip
    marks = sorted((mark.kind, mark.form) for mark in marks_of(person))
    assert (matching_state.FORMS, hashlib.sha256(repr(marks).encode()).hexdigest()[:12]) == (2, "5bf16a88bd44")
