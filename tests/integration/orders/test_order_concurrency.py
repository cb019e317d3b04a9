"""Two at once: one effect, one clear answer to each, and never a failure."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from audit.models import Entry
from orders.models import InForce, Order, OrderVersion, Service, ZoneApproval
from tests.api.orders.example import Json
from tests.support.api import Answer, Api, Apis
from tests.support.orders import EXCLUSION, NO_CONTACT, REFERENCE, SERVED, a_condition, an_order
from webhooks.models import Event

PUT = f"force/orders/{REFERENCE}/versions/1"


def light(**changes: Any) -> Json:
    return an_order(**{"conditions": [NO_CONTACT], **changes})


def at_once(*calls: Callable[[], Answer]) -> list[Answer]:
    """Each in a thread and a database connection of its own, all let go together."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Answer]) -> Answer:
        try:
            barrier.wait(timeout=10)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return [future.result(timeout=60) for future in [threads.submit(run, call) for call in calls]]


def clients(api: Api, count: int) -> list[Api]:
    return [Api(api.token) for _ in range(count)]


def test_the_same_version_six_times_at_once_is_recorded_once(tokens: Apis) -> None:
    calls = [lambda one=one: one.put(PUT, light()) for one in clients(tokens.force, 6)]
    answers = at_once(*calls)
    assert sorted(a.status for a in answers) == [200] * 5 + [201]
    assert (OrderVersion.objects.count(), Event.objects.count()) == (1, 1)
    assert Entry.objects.filter(verb="order_version_registered").count() == 1


def test_two_bodies_for_one_version_leave_one_and_a_conflict(tokens: Apis) -> None:
    bodies = [light(), light(restricted=False)]
    calls = [
        lambda one=one, body=body: one.put(PUT, body)
        for one, body in zip(clients(tokens.force, 2), bodies, strict=True)
    ]
    answers = at_once(*calls)
    assert sorted(a.status for a in answers) == [201, 409]
    assert next(a for a in answers if a.status == 409).code == "version_conflict"
    assert OrderVersion.objects.count() == 1


def test_two_refused_at_once_leave_no_order(tokens: Apis) -> None:
    calls = [lambda one=one: one.put(PUT, {}) for one in clients(tokens.force, 2)]
    assert [a.status for a in at_once(*calls)] == [422, 422]
    assert not Order.objects.exists()


def test_a_zone_approved_six_times_at_once_is_approved_once(tokens: Apis) -> None:
    zone = a_condition(EXCLUSION, zones=EXCLUSION["zones"][:1])
    assert tokens.force.put(PUT, light(conditions=[zone])).status == 201
    path = f"officer/orders/{REFERENCE}/zones/A/approve"
    both = [*clients(tokens.supervisor, 3), *clients(tokens.officer, 3)]
    answers = at_once(*[lambda one=one: one.post(path, {"reason": "Compared."}) for one in both])
    assert [a.status for a in answers] == [200] * 6
    assert len({a.body["approved_at"] for a in answers}) == 1
    assert (ZoneApproval.objects.count(), Event.objects.filter(type="order.approved").count()) == (1, 1)


def test_one_service_told_four_times_at_once_is_one_row(tokens: Apis) -> None:
    assert tokens.force.put(PUT, light()).status == 201
    path = f"force/orders/{REFERENCE}/service"
    answers = at_once(*[lambda one=one: one.post(path, SERVED) for one in clients(tokens.force, 4)])
    assert ([a.status for a in answers], Service.objects.count()) == ([201] * 4, 1)


def test_an_approval_and_the_next_version_at_once_never_lose_the_approval(tokens: Apis) -> None:
    """Whichever comes first: the identical shape of the next version is approved."""
    zone = a_condition(EXCLUSION, zones=EXCLUSION["zones"][:1])
    assert tokens.force.put(PUT, light(conditions=[zone])).status == 201
    change = {"kind": "correction", "decided_on": "2026-06-01"}
    second = PUT.replace("versions/1", "versions/2")
    approve = f"officer/orders/{REFERENCE}/zones/A/approve"
    answers = at_once(
        lambda: tokens.force.put(second, light(conditions=[zone], change=change)),
        lambda: tokens.supervisor.post(approve, {"reason": "Compared.", "version": 1}),
    )
    assert [a.status for a in answers] == [201, 200]
    assert ZoneApproval.objects.count() == 2


def _waits(call: Callable[[], Answer]) -> Answer:
    """Its answer, after showing that it waits while another transaction holds the order's row."""
    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            Order.objects.select_for_update(no_key=True).get(reference=REFERENCE)
            future = thread.submit(at_once, call)
            with pytest.raises(TimeoutError):
                future.result(timeout=0.7)
        (answer,) = future.result(timeout=30)
        return answer


def test_a_later_version_waits_for_whoever_holds_the_order(tokens: Apis) -> None:
    assert tokens.force.put(PUT, light()).status == 201
    change = {"kind": "correction", "decided_on": "2026-06-01"}
    assert _waits(lambda: tokens.force.put(PUT.replace("versions/1", "versions/2"), light(change=change))).status == 201


def test_an_approval_waits_for_whoever_holds_the_order(tokens: Apis) -> None:
    zone = a_condition(EXCLUSION, zones=EXCLUSION["zones"][:1])
    assert tokens.force.put(PUT, light(conditions=[zone])).status == 201
    path = f"officer/orders/{REFERENCE}/zones/A/approve"
    assert _waits(lambda: tokens.supervisor.post(path, {"reason": "Compared."})).status == 200


def test_a_service_waits_for_whoever_holds_the_order(tokens: Apis) -> None:
    assert tokens.force.put(PUT, light()).status == 201
    assert _waits(lambda: tokens.force.post(f"force/orders/{REFERENCE}/service", SERVED)).status == 201


CONSENTS = {"defendant": True, "applying_chief_officer": True, "residence_force": "05"}


def test_an_order_discharged_four_times_at_once_ends_once(tokens: Apis) -> None:
    assert tokens.force.put(PUT, light()).status == 201
    body = {"discharged_at": "2026-06-01T11:00:00Z", "consents": CONSENTS}
    path = f"force/orders/{REFERENCE}/discharge"
    answers = at_once(*[lambda one=one: one.post(path, body) for one in clients(tokens.force, 4)])
    assert [a.status for a in answers] == [201] * 4
    assert Event.objects.filter(type="order.ended").count() == 1
    assert InForce.objects.filter(known__upper_inf=True).count() == 1


def test_of_two_ends_at_once_one_counts(tokens: Apis) -> None:
    assert tokens.force.put(PUT, light()).status == 201
    quashed = {"lodged_on": "2026-03-20", "outcome": "quashed", "at": "2026-06-01T11:00:00Z"}
    answers = at_once(
        lambda: tokens.force.post(f"force/orders/{REFERENCE}/appeal", quashed),
        lambda: tokens.force.post(
            f"force/orders/{REFERENCE}/discharge", {"discharged_at": "2026-06-02T11:00:00Z", "consents": CONSENTS}
        ),
    )
    assert sorted(a.status for a in answers) == [201, 409]
    assert next(a for a in answers if a.status == 409).code == "order_ended"


def test_a_version_and_an_end_at_once_leave_one_record_of_times(tokens: Apis) -> None:
    """Whichever comes first, what is known now never overlaps and never runs past the end."""
    assert tokens.force.put(PUT, light()).status == 201
    change = {"kind": "variation", "decided_on": "2026-05-01"}
    varied = light(change=change, effective_from="2026-05-01T10:00:00Z")
    body = {"discharged_at": "2026-06-01T11:00:00Z", "consents": CONSENTS}
    answers = at_once(
        lambda: tokens.force.put(PUT.replace("versions/1", "versions/2"), varied),
        lambda: tokens.force.post(f"force/orders/{REFERENCE}/discharge", body),
    )
    assert [a.status for a in answers] == [201, 201]
    times = [
        (row.version.number, row.during.lower.isoformat(), row.during.upper.isoformat())
        for row in InForce.objects.filter(known__upper_inf=True).select_related("version").order_by("during")
    ]
    assert times == [
        (1, "2026-03-02T11:30:00+00:00", "2026-05-01T10:00:00+00:00"),
        (2, "2026-05-01T10:00:00+00:00", "2026-06-01T11:00:00+00:00"),
    ]
