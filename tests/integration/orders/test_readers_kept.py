"""Restricted orders (rule 81): what the database refuses, and what it does by itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import Error, transaction

from accounts.models import User
from demo.cast import Cast
from orders.models import Order, OrderReader
from tests.support.api import Apis
from tests.support.orders import an_order
from webhooks.models import Event

WHY = "Works with the professional standards department."


@pytest.fixture
def order(api: Apis, cast: Cast) -> Order:
    assert api.force.put("force/orders/A/versions/1", an_order()).status == 201
    return Order.objects.get()


def said(order: Order, **changes: Any) -> OrderReader:
    """A sound first row but for what is changed."""
    person = User.objects.get(username="officer@police.example")
    fields = {"order": order, "person": person, "number": 1, "listed": True, "reason": WHY, "done_by": "x", **changes}
    return OrderReader.objects.create(**fields)


def test_sound_rows_are_taken(order: Order) -> None:
    """Else the attempts below would be refused for something else."""
    said(order)
    said(order, number=2, listed=False)
    assert said(order, person=None, client="c").pk


@pytest.mark.parametrize(
    "changes",
    [
        {"person": None},
        {"client": "c"},
        {"number": 0, "listed": False},
        {"number": 2},
        {"listed": False},
        {"reason": ""},
    ],
    ids=["nobody", "two at once", "from nought", "on twice", "off first", "no reason"],
)
def test_the_database_refuses(order: Order, changes: dict[str, Any]) -> None:
    with pytest.raises(Error), transaction.atomic():
        said(order, **changes)


@pytest.mark.parametrize("changes", [{}, {"person": None, "client": "c"}], ids=["a person", "a system"])
def test_a_turn_is_taken_once(order: Order, changes: dict[str, Any]) -> None:
    said(order, **changes)
    with pytest.raises(Error), transaction.atomic():
        said(order, **changes)


def test_rows_are_added_and_never_edited(order: Order) -> None:
    row = OrderReader.objects.filter(pk=said(order).pk)
    for act in (row.delete, lambda: row.update(listed=False), lambda: row.update(reason="Another reason.")):
        with pytest.raises(Error), transaction.atomic():
            act()


@pytest.mark.parametrize(
    ("said_in_turn", "restricted"),
    [((None,), False), ((True,), True), ((True, None), True), ((True, False), False), ((False, True, None), True)],
)
def test_an_order_is_restricted_as_its_versions_said_last(
    api: Apis, said_in_turn: tuple[bool | None, ...], restricted: bool
) -> None:
    for number, word in enumerate(said_in_turn, start=1):
        change = {"kind": "correction" if number > 1 else "made", "decided_on": "2026-03-02"}
        body = an_order(change=change, **({} if word is None else {"restricted": word}))
        assert api.force.put(f"force/orders/A/versions/{number}", body).status == 201
    assert Order.objects.get().restricted is restricted


def test_an_event_that_is_kept_quiet_is_about_something(order: Order) -> None:
    with pytest.raises(Error), transaction.atomic():
        Event.objects.update(about=None, quiet=True)
