"""What the database itself refuses, whoever writes: one attempt at each constraint, foreign key and trigger."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import GEOSGeometry, Point
from django.db import Error, connection, transaction

from accounts.models import User
from demo.cast import Cast
from orders.models import Condition, Order, OrderVersion, ProtectedPerson, Service, Zone, ZoneApproval
from tests.support.api import Apis
from tests.support.orders import an_order, register

START = datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
SHA = hashlib.sha256(b"shape").hexdigest()


@pytest.fixture
def order_row(api: Apis, cast: Cast) -> Order:
    """An order with two zones, both approved, and a service."""
    return Order.objects.get(reference=register(api, cast, an_order()))


def version(order: Order, **changes: Any) -> OrderVersion:
    """A next version that nothing is wrong with but what is changed."""
    fields = {
        "number": order.versions.count() + 1,
        "change_kind": "variation",
        "kind": "full",
        "made_on": "2026-03-02",
        "effective_from": START,
        "body": {},
        "body_sent": "{}",
        "body_sha256": SHA,
        "recorded_by": "test",
    }
    return OrderVersion.objects.create(order=order, **{**fields, **changes})


def condition(order: Order, **changes: Any) -> Condition:
    fields = {"position": 50, "clause": "50", "kind": "no_contact", "machine_checkable": True}
    fields["version"] = order.versions.get(number=1)
    return Condition.objects.create(**{**fields, **changes})


def zone(order: Order, **changes: Any) -> Zone:
    whole = order.versions.get(number=1)
    fields = {
        "version": whole,
        "condition": whole.conditions.get(kind="exclusion_zone"),
        "code": "Z",
        "drawn_by_staff_id": "7714",
        "shape_sent": "{}",
        "shape_sha256": SHA,
        "core": Point(-2.97, 53.4, srid=4326),
        "reach_m": 100.0,
        "area_m2": 31_000.0,
    }
    return Zone.objects.create(**{**fields, **changes})


def approval(order: Order, **changes: Any) -> ZoneApproval:
    fields = {
        "approved_by": User.objects.get(username="officer@police.example"),
        "staff_id": "4401",
        "drawn_by_staff_id": "7714",
        "shape_sha256": SHA,
        "approved_at": START,
        "reason": "Compared.",
    }
    return ZoneApproval.objects.create(**{"zone": zone(order), **fields, **changes})


def service(order: Order, **changes: Any) -> Service:
    fields: dict[str, Any] = {"served_at": START, "method": "in_court", "served_by": "PC 1", "recorded_by": "test"}
    fields["version"] = order.versions.get(number=1)
    return Service.objects.create(order=order, **{**fields, **changes})


SOUND = [version, condition, zone, approval, service]


@pytest.mark.parametrize("make", SOUND)
def test_a_sound_row_is_taken(order_row: Order, make: Callable[[Order], Any]) -> None:
    """Else the attempts below would be refused for something else."""
    assert make(order_row).pk


BOW_TIE = GEOSGeometry("POLYGON((-3 53, -2.9 53.1, -2.9 53, -3 53.1, -3 53))", srid=4326)
BROKEN: dict[str, tuple[str, Callable[[Order], Any]]] = {
    "a reference twice in a force": (
        "order_reference_once_a_force",
        lambda order: Order.objects.create(force_id="05", reference=order.reference),
    ),
    "a reference of no form": (
        "order_reference_form",
        lambda order: Order.objects.create(force_id="05", reference="a b"),
    ),
    "an empty reference": ("order_reference_form", lambda order: Order.objects.create(force_id="05", reference="")),
    "a reference changed to one of no form": (
        "order_reference_form",
        lambda order: Order.objects.filter(pk=order.pk).update(reference="a/b"),
    ),
    "a key twice in an order": (
        "protected_person_key_once",
        lambda order: ProtectedPerson.objects.create(order=order, key="P1"),
    ),
    "a version number twice": (
        "order_version_number_once",
        lambda order: version(order, number=1, change_kind="made"),
    ),
    "a version nought": ("order_version_", lambda order: version(order, number=0)),
    "an unknown kind of order": ("order_version_kind", lambda order: version(order, kind="other")),
    "a second version as made": ("order_version_change", lambda order: version(order, change_kind="made")),
    "an unknown kind of change": ("order_version_change", lambda order: version(order, change_kind="other")),
    "a variation in the place of another": (
        "order_version_corrects_earlier",
        lambda order: version(order, change_kind="variation", corrects=1),
    ),
    "a correction of itself": (
        "order_version_corrects_earlier",
        lambda order: version(order, change_kind="correction", corrects=2),
    ),
    "an interim until further order": ("interim_has_an_end", lambda order: version(order, kind="interim")),
    "an end at the start": ("order_version_ends_after_start", lambda order: version(order, in_force_until=START)),
    "an end before the start": (
        "order_version_ends_after_start",
        lambda order: version(order, in_force_until=START - timedelta(days=1)),
    ),
    "a body without its digest": ("order_version_hash_form", lambda order: version(order, body_sha256="")),
    "a clause twice in a version": ("condition_clause_once", lambda order: condition(order, clause="1")),
    "a position twice in a version": ("condition_position_once", lambda order: condition(order, position=0)),
    "an unknown kind of condition": ("condition_kind_known", lambda order: condition(order, kind="other")),
    "a condition no machine can judge, said to be": (
        "condition_machine_checkable",
        lambda order: condition(order, kind="no_images"),
    ),
    "a condition a machine can judge, said not to be": (
        "condition_machine_checkable",
        lambda order: condition(order, machine_checkable=False),
    ),
    "a zone code twice in a version": ("zone_code_once_a_version", lambda order: zone(order, code="A")),
    "a zone of another version than its condition": (
        "zone_version_of_condition",
        lambda order: zone(order, condition=order.versions.get(number=1).conditions.all()[0], version=version(order)),
    ),
    "a reach below nought": ("zone_reach_sane", lambda order: zone(order, reach_m=-1)),
    "a reach over 500 km": ("zone_reach_sane", lambda order: zone(order, reach_m=500_001)),
    "a reach that is no number": ("zone_reach_sane", lambda order: zone(order, reach_m=float("nan"))),
    "no area": ("zone_area_positive", lambda order: zone(order, area_m2=0)),
    "a hash of no form": ("zone_hash_form", lambda order: zone(order, shape_sha256="x" * 64)),
    "a core that crosses itself": ("zone_core_valid", lambda order: zone(order, core=BOW_TIE)),
    "an empty core": ("zone_core_valid", lambda order: zone(order, core=GEOSGeometry("POINT EMPTY", srid=4326))),
    "an approval by who drew it": (
        "approval_by_second_person",
        lambda order: approval(order, staff_id="7714"),
    ),
    "an approval that says another drew it": (
        "approval_of_drawing",
        lambda order: approval(order, drawn_by_staff_id="1", staff_id="7714"),
    ),
    "an approval of another drawing": ("approval_of_drawing", lambda order: approval(order, shape_sha256="0" * 64)),
    "a second approval": ("orders_zoneapproval_pkey", lambda order: approval(order, zone=Zone.objects.get(code="A"))),
    "an unknown way of serving": ("service_method_known", lambda order: service(order, method="pigeon")),
    "withdrawn by nobody": (
        "service_withdrawn_with_reason",
        lambda order: service(order, withdrawn_at=START, withdrawn_reason="By a slip."),
    ),
    "withdrawn without a reason": (
        "service_withdrawn_with_reason",
        lambda order: service(order, withdrawn_at=START, withdrawn_by="test"),
    ),
    "a reason for nothing": ("service_withdrawn_with_reason", lambda order: service(order, withdrawn_reason="x")),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_the_database_refuses(order_row: Order, name: str) -> None:
    constraint, attempt = BROKEN[name]
    with pytest.raises(Error, match=constraint), transaction.atomic():
        attempt(order_row)


APPEND_ONLY: list[tuple[type[Any], dict[str, Any]]] = [
    (OrderVersion, {"body_sha256": "0" * 64}),
    (OrderVersion, {"in_force_until": None}),
    (Condition, {"clause": "99"}),
    (Zone, {"drawn_by_staff_id": "0"}),
    (Zone, {"reach_m": 50}),
    (ZoneApproval, {"reason": "x"}),
    (Service, {"served_at": START}),
]


@pytest.mark.parametrize(("model", "change"), APPEND_ONLY)
def test_what_was_recorded_is_never_edited_rule_17(order_row: Order, model: type[Any], change: dict[str, Any]) -> None:
    with pytest.raises(Error, match="Cannot update"), transaction.atomic():
        model.objects.update(**change)


@pytest.mark.parametrize("model", [OrderVersion, Condition, Zone, ZoneApproval, Service])
def test_what_was_recorded_is_never_removed_rule_17(order_row: Order, model: type[Any]) -> None:
    rows = model.objects.all()
    with pytest.raises(Error, match="delete rows"), transaction.atomic():
        rows._raw_delete(rows.db)


def test_an_order_with_versions_is_never_removed(order_row: Order) -> None:
    rows = Order.objects.filter(pk=order_row.pk)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(Error, match="foreign key"), transaction.atomic():
        rows._raw_delete(rows.db)


def test_every_constraint_of_the_app_has_an_attempt() -> None:
    models: list[type[Any]] = [Order, ProtectedPerson, OrderVersion, Condition, Zone, ZoneApproval, Service]
    named = {constraint.name for model in models for constraint in model._meta.constraints}
    tried = {constraint for constraint, _ in BROKEN.values()}
    assert named - tried == {"order_version_from_one"}  # an unsigned number is refused first, by its column's own
