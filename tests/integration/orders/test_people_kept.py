"""The same person across orders (rule 86): what the database refuses, and two officers at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import Error, connection, transaction

from accounts.models import User
from demo.cast import Cast
from orders.matching import match_keys
from orders.models import MatchKey, Order, OrderVersion, SamePerson
from tests.integration.orders.test_order_concurrency import at_once
from tests.support.api import Api, Apis
from tests.support.orders import an_order

Orders = tuple[Order, Order]
WHY = "Custody photograph and fingerprints are the same."


@pytest.fixture
def two(api: Apis, cast: Cast) -> Orders:
    """Two orders, the one with the lower id first."""
    for reference in ("A", "B"):
        assert api.force.put(f"force/orders/{reference}/versions/1", an_order()).status == 201
    first, second = Order.objects.order_by("id")
    return first, second


def said(two: Orders, **changes: Any) -> SamePerson:
    """A sound first row but for what is changed."""
    fields = {
        "role": "respondent",
        "first": two[0],
        "second": two[1],
        "number": 1,
        "linked": True,
        "rests_on": ["phone"],
        "reason": WHY,
        "done_by": User.objects.get(username="officer@police.example"),
        "staff_id": "4401",
    }
    return SamePerson.objects.create(**{**fields, **changes})


def key(two: Orders, **changes: Any) -> MatchKey:
    fields = {
        "version": OrderVersion.objects.get(order=two[0]),
        "role": "respondent",
        "kind": "phone",
        "digest": b"x" * 32,
    }
    return MatchKey.objects.create(**{**fields, **changes})


def test_sound_rows_are_taken(two: Orders) -> None:
    """Else the attempts below would be refused for something else."""
    assert said(two).pk
    assert said(two, number=2, linked=False).pk
    assert key(two).pk


BROKEN: dict[str, tuple[str, Callable[[Orders], Any]]] = {
    "a turn twice": ("same_person_once_a_turn", lambda two: (said(two), said(two))),
    "an unknown role": ("same_person_of_somebody", lambda two: said(two, role="witness")),
    "one order twice": ("same_person_two_orders", lambda two: said(two, second=two[0])),
    "a pair the wrong way round": ("same_person_two_orders", lambda two: said(two, first=two[1], second=two[0])),
    "a respondent with a key": ("same_person_of_somebody", lambda two: said(two, first_key="P1")),
    "a protected person without": ("same_person_of_somebody", lambda two: said(two, role="protected_person")),
    "linked in an even turn": ("same_person_in_turn", lambda two: said(two, number=2)),
    "taken back in an odd turn": ("same_person_in_turn", lambda two: said(two, linked=False)),
    "turn nought": ("same_person_from_one", lambda two: said(two, number=0, linked=False)),
    "no reason": ("same_person_has_reason", lambda two: said(two, reason="")),
    "a mark twice": ("match_key_once", lambda two: (key(two), key(two))),
    "a mark of an unknown role": ("match_key_of_somebody", lambda two: key(two, role="witness")),
    "a mark of an unknown kind": ("match_key_kind_known", lambda two: key(two, kind="name")),
    "a respondent's mark with a key": ("match_key_of_somebody", lambda two: key(two, key="P1")),
    "a protected person's without": ("match_key_of_somebody", lambda two: key(two, role="protected_person")),
    "a value instead of its hash": ("match_key_whole_digest", lambda two: key(two, digest=b"+447700900123")),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_database_refuses(two: Orders, name: str) -> None:
    constraint, attempt = BROKEN[name]
    with pytest.raises(Error, match=constraint), transaction.atomic():
        attempt(two)


def test_every_constraint_has_an_attempt() -> None:
    named = {constraint.name for model in (MatchKey, SamePerson) for constraint in model._meta.constraints}
    tried = {constraint for constraint, _ in BROKEN.values()}
    assert named == tried


def test_what_was_said_is_never_edited_or_removed(two: Orders) -> None:
    said(two)
    with pytest.raises(Error, match="Cannot update"), transaction.atomic():
        SamePerson.objects.update(reason="x")
    rows = SamePerson.objects.all()
    with pytest.raises(Error, match="delete rows"), transaction.atomic():
        rows._raw_delete(rows.db)


def test_the_hashes_are_keyed(two: Orders, settings: Any) -> None:
    """Whoever reads the table alone cannot try numbers against it."""
    version = OrderVersion.objects.get(order=two[0])
    before = {bytes(row.digest) for row in version.match_keys.all()}
    settings.FIELD_KEY = "another " * 8
    after = {bytes(row.digest) for row in match_keys(version.id, force="05", body=version.body)}
    assert len(before) == len(after) == 5
    assert before.isdisjoint(after)


def test_the_index_answers_who_else_has_a_mark(two: Orders) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'match_key_who_else'")
        assert "(digest" in cursor.fetchone()[0]


def test_two_officers_at_once_link_once(tokens: Apis) -> None:
    """Also from both sides: the rows are held in one order, so neither waits for the other for ever."""
    for reference in ("A", "B"):
        assert tokens.force.put(f"force/orders/{reference}/versions/1", an_order()).status == 201
    pairs = [("A", "B"), ("B", "A")] * 3

    def link(one: str, other: str) -> Any:
        caller = Api(tokens.officer.token)
        body = {"order": other, "role": "respondent", "reason": WHY}
        return lambda: caller.post(f"officer/orders/{one}/same-person/link", body)

    answers = at_once(*(link(one, other) for one, other in pairs))
    assert sorted(a.status for a in answers) == [201] + [409] * 5
    assert SamePerson.objects.count() == 1
