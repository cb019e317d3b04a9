"""What workers do, they do as roles that own nothing (docs/adr/0007)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils.module_loading import import_string
from django_q.models import OrmQ, Schedule
from django_q.signing import SignedPackage

from breaches.evidence.models import EvidenceExamination
from database.roles import worker_role
from database.tenancy import Tenant, acting
from orders.models import ImportedOrder, Order
from tests.integration.tenancy import world
from tests.support import clamd
from tests.support.api import Apis
from tests.support.evidence import picture, send


def work(cluster: str, task: str, *arguments: Any) -> None:
    with acting(Tenant(role=worker_role(cluster))):
        import_string(task)(*arguments)


def scheduled() -> list[tuple[str, str]]:
    return [(row.cluster or "spo", row.func) for row in Schedule.objects.order_by("func")]


def test_every_scheduled_task_may_do_its_work(api: Apis, order: str) -> None:
    world.build(api, order)
    tasks = scheduled()
    assert len(tasks) >= 8
    for cluster, task in tasks:
        work(cluster, task)


@pytest.fixture
def scanner(settings: LazySettings) -> Iterator[None]:
    with clamd.fake() as server:
        settings.CLAMD = server.setting
        yield


def test_every_queued_task_may_do_its_work(api: Apis, order: str, scanner: None) -> None:
    """Whatever the requests of the world put into the queue, and what that queues in turn."""
    places = world.build(api, order)
    assert send(api.victim, f"victim/reports/{places['report']}/evidence", picture()).status == 201
    for identifier in Order.objects.filter(reference=order).values_list("id", flat=True):
        work("spo", "breaches.tasks.assess_order_again", str(identifier))
        work("spo", "orders.tasks.tell_of_order", str(identifier))
    done: set[str] = set()
    while row := OrmQ.objects.order_by("id").first():
        task = SignedPackage.loads(row.payload)
        row.delete()
        if (seen := f"{task['func']}{task['args']}") not in done:
            done.add(seen)
            work(row.key, task["func"], *task["args"])
    assert {name.split("(")[0] for name in done} >= {"webhooks.tasks.drain", "orders.tasks.work_import"}
    assert ImportedOrder.objects.exists()
    assert EvidenceExamination.objects.exists()
