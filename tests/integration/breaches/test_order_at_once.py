"""Two people at one report at once, while one of them says which order it is about (rule 81)."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from accounts.queries import caller_for_token
from accounts.types import Caller
from breaches import queries
from breaches.models import OrderChange, Report
from common.problems import Closed
from demo.cast import Cast
from orders.models import Order
from tests.support.api import Apis
from tests.support.orders import REFERENCE, a_report, an_order, register
from tests.support.restricted import restrict


def read_held(caller: Caller, report: str) -> Report:
    """What somebody who waited for a report finds it to be about."""
    with transaction.atomic():
        return queries.locked_report_of_force(caller, report)


Held = tuple[Caller, str, Order]


@pytest.fixture
def held(committed_cast: tuple[Cast, Apis]) -> Held:
    """An officer, a report of no order, and an order of the force."""
    cast, api = committed_cast
    register(api, cast, an_order())
    report = str(api.other_victim.post("victim/reports", a_report(order=None, force="05")).body["id"])
    caller = caller_for_token(cast.officer.token, at=timezone.now())
    assert caller is not None
    return caller, report, Order.objects.get(reference=REFERENCE)


def attach_while_waited_for(caller: Caller, report: str, order: Order) -> Report:
    """Another connection waits for the report while it is put under an order; what it gets afterwards."""
    begun = Event()

    def wait_for_it() -> Report:
        try:
            begun.set()
            return read_held(caller, report)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        Report.objects.select_for_update(of=("self",)).get(pk=report)
        waiting = pool.submit(wait_for_it)
        begun.wait()
        with connection.cursor() as cursor:
            for _ in range(500):
                cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                if cursor.fetchone()[0]:
                    break
                time.sleep(0.01)
        OrderChange.objects.create(
            report_id=report,
            order=order,
            reason="She named it.",
            at=timezone.now(),
            by_id=caller.person,
            staff_id="4499",
        )
        Report.objects.filter(pk=report).update(order=order)
    return waiting.result()


def test_whoever_waited_for_a_report_sees_the_order_that_it_is_about_now(held: Held) -> None:
    """PostgreSQL gives a row that was waited for the joined row of before: an order that was just attached was none."""
    found = attach_while_waited_for(*held)
    assert found.order == held[2]


def test_a_report_that_went_under_a_restricted_order_is_closed_to_whoever_waited(
    held: Held, committed_cast: tuple[Cast, Apis]
) -> None:
    """Rule 81."""
    assert restrict(committed_cast[1]).status == 201
    with pytest.raises(Closed):
        attach_while_waited_for(*held)
