"""Orders that were registered before times and duties were kept get them by the migrations."""

from __future__ import annotations

import importlib
from typing import Any

from django.apps.registry import Apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from orders.models import InForce, NotificationDuty, Order, Service
from tests.support.api import Apis
from tests.support.orders import NO_CONTACT, REFERENCE, SERVED, an_order

CHANGES: list[dict[str, Any]] = [
    {},
    {"change": {"kind": "variation", "decided_on": "2026-06-01"}, "effective_from": "2026-06-01T10:00:00Z"},
    {"change": {"kind": "correction", "decided_on": "2026-07-01"}, "effective_from": "2026-05-01T10:00:00Z"},
]


def kept() -> list[Any]:
    rows = InForce.objects.order_by("during", "known").values_list("version__number", "during", "known")
    return list(rows)


def as_before_sealing() -> Apps:
    """The tables as those migrations found them: what an order says was not sealed yet."""
    with connection.schema_editor(atomic=False) as editor:
        importlib.import_module("orders.migrations.0010_sealed").unseal(None, editor)
    found: Apps = MigrationLoader(connection).project_state(("orders", "0009_people")).apps
    return found


def test_what_the_migrations_draw_is_what_registering_would_have_drawn(api: Apis) -> None:
    for number, changes in enumerate(CHANGES, start=1):
        body = an_order(conditions=[NO_CONTACT], **changes)
        assert api.force.put(f"force/orders/{REFERENCE}/versions/{number}", body).status == 201
    assert api.force.post(f"force/orders/{REFERENCE}/service", SERVED).status == 201
    times, duties = kept(), list(NotificationDuty.objects.values_list("kind", "due_on", "lapses_at"))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE orders_inforce, orders_notificationduty")
    apps = as_before_sealing()
    importlib.import_module("orders.migrations.0005_times").draw_times(apps, None)
    importlib.import_module("orders.migrations.0006_notifications").draw_duties(apps, None)
    assert (kept(), list(NotificationDuty.objects.values_list("kind", "due_on", "lapses_at"))) == (times, duties)


def test_drawing_twice_draws_nothing_more(api: Apis) -> None:
    assert api.force.put(f"force/orders/{REFERENCE}/versions/1", an_order(conditions=[NO_CONTACT])).status == 201
    importlib.import_module("orders.migrations.0005_times").draw_times(as_before_sealing(), None)
    assert (InForce.objects.count(), Order.objects.count()) == (1, 1)


def test_services_on_record_are_of_the_version_that_was_in_force_when_they_were_served(api: Apis) -> None:
    for number, changes in enumerate(CHANGES[:2], start=1):
        body = an_order(conditions=[NO_CONTACT], **changes)
        assert api.force.put(f"force/orders/{REFERENCE}/versions/{number}", body).status == 201
    # Before it begins, while the first version is in force, and after the second took its place.
    for served_at in ("2026-03-02T10:00:00Z", "2026-03-05T10:00:00Z", "2026-06-02T10:00:00Z"):
        body = {**SERVED, "served_at": served_at, "version": 1}
        assert api.force.post(f"force/orders/{REFERENCE}/service", body).status == 201
    with connection.cursor() as cursor:
        cursor.execute(importlib.import_module("orders.migrations.0020_withdrawals").FILL)
    found = Service.objects.order_by("served_at").values_list("version__number", flat=True)
    assert list(found) == [1, 1, 2]
