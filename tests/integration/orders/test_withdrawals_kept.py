"""What PostgreSQL itself keeps of records that were withdrawn, whatever code writes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import Error, IntegrityError, connection, transaction

from orders.models import Appeal, Determination, Discharge, Notification, NotificationEvent, Order, Service
from orders.queries.records import MODELS
from tests.support.api import Apis
from tests.support.orders import NO_CONTACT, REFERENCE, an_order

AT = datetime(2026, 6, 1, tzinfo=UTC)
WITHDRAWN = {"withdrawn_at": AT, "withdrawn_by": "x", "withdrawn_reason": "By a slip."}
CONSENTS = {
    "defendant_consents": True,
    "applying_officer_consents": True,
    "residence_officer_consents": False,
}
VISIT: dict[str, Any] = {
    "kind": "initial", "notified_at": AT, "station": "X", "station_force_id": "05", "received_by": "X",
    "acknowledgement": "X", "identity_check": "allowed", "false_information": False,
}  # fmt: skip
ROWS: dict[Any, dict[str, Any]] = {
    Service: {"served_at": AT, "method": "in_court", "served_by": "PC 1"},
    Determination: {"result": "granted", "at": AT, "recorded_at": AT},
    Discharge: {"discharged_at": AT, "recorded_at": AT, **CONSENTS},
    Appeal: {"lodged_on": AT.date(), "recorded_at": AT},
    Notification: VISIT,
    NotificationEvent: {"kind": "new_name", "event_on": AT.date()},
}


@pytest.fixture
def order_row(api: Apis) -> Order:
    assert api.force.put(f"force/orders/{REFERENCE}/versions/1", an_order(conditions=[NO_CONTACT])).status == 201
    return Order.objects.get()


def made(model: Any, order: Order, **changes: Any) -> Any:
    whose = {"version": order.versions.get()} if model is Service else {}
    return model.objects.create(order=order, recorded_by="x", **{**ROWS[model], **whose, **changes})


def test_the_cases_are_all_that_can_be_withdrawn() -> None:
    assert set(ROWS) == set(MODELS.values())


@pytest.mark.parametrize("model", ROWS, ids=lambda model: str(model.__name__))
def test_a_row_is_withdrawn_once_and_changes_in_no_other_way(order_row: Order, model: Any) -> None:
    row = made(model, order_row)
    tried: list[dict[str, Any]] = [
        {"recorded_by": "y"},
        {**WITHDRAWN, "recorded_by": "y"},
        {"withdrawn_by": "y"},
    ]
    for change in tried:
        with pytest.raises(Error, match="Cannot update"), transaction.atomic():
            model.with_withdrawn.filter(pk=row.pk).update(
                **{name: value for name, value in change.items() if name != "withdrawn_reason"}
            )
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = AT, "x", "By a slip."
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    for change in ({"withdrawn_at": AT + timedelta(1)}, {"withdrawn_at": None}):
        with pytest.raises(Error, match="Cannot update"), transaction.atomic():
            model.with_withdrawn.filter(pk=row.pk).update(**change)
    with pytest.raises(Error, match="delete rows"), transaction.atomic():
        model.with_withdrawn.all()._raw_delete("default")


@pytest.mark.parametrize("model", ROWS, ids=lambda model: str(model.__name__))
def test_a_withdrawal_says_when_by_whom_and_why_or_nothing(order_row: Order, model: Any) -> None:
    for left_out in WITHDRAWN:
        marks = {name: value for name, value in WITHDRAWN.items() if name != left_out}
        with pytest.raises(IntegrityError, match="withdrawn_with_reason"), transaction.atomic():
            made(model, order_row, **marks)


@pytest.mark.parametrize("model", [Determination, Discharge, Appeal, NotificationEvent], ids=lambda m: str(m.__name__))
def test_one_stands_at_a_time_and_any_number_was_withdrawn(order_row: Order, model: Any) -> None:
    made(model, order_row, **WITHDRAWN)
    made(model, order_row, **WITHDRAWN)
    made(model, order_row)
    with pytest.raises(IntegrityError, match=r"_once"), transaction.atomic():
        made(model, order_row)
    assert (model.objects.count(), model.with_withdrawn.count()) == (1, 3)


@pytest.mark.parametrize("model", ROWS, ids=lambda model: str(model.__name__))
def test_the_reason_is_sealed(order_row: Order, model: Any) -> None:
    row = made(model, order_row, **WITHDRAWN)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT withdrawn_reason FROM {model._meta.db_table}")  # noqa: S608 - a name from the code
        (kept,) = cursor.fetchone()
    assert b"slip" not in bytes(kept)
    assert model.with_withdrawn.get(pk=row.pk).withdrawn_reason == "By a slip."


@pytest.mark.parametrize("name", ["services", "determinations", "discharges", "appeals", "notifications"])
def test_what_hangs_on_an_order_leaves_withdrawn_rows_out(order_row: Order, name: str) -> None:
    model = order_row._meta.get_field(name).related_model
    made(model, order_row, **WITHDRAWN)
    assert not getattr(order_row, name).exists()
