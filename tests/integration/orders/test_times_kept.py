"""What PostgreSQL itself keeps of times and ends of orders, whatever code writes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import Error, IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from orders.models import Appeal, Determination, Discharge, InForce, Order
from tests.support.api import Apis
from tests.support.orders import NO_CONTACT, REFERENCE, an_order

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def row(api: Apis) -> InForce:
    assert api.force.put(f"force/orders/{REFERENCE}/versions/1", an_order(conditions=[NO_CONTACT])).status == 201
    return InForce.objects.get()


def days(first: int | None, last: int | None, bounds: str = "[)") -> DateTimeTZRange:
    ends = [None if day is None else NOW + timedelta(days=day) for day in (first, last)]
    return DateTimeTZRange(ends[0], ends[1], bounds)


def test_no_two_versions_are_in_force_at_once_as_known_at_once(row: InForce) -> None:
    known = DateTimeTZRange(row.known.lower, row.known.lower + timedelta(days=1))
    with pytest.raises(IntegrityError, match="one_version_in_force_at_once"), transaction.atomic():
        InForce.objects.create(order=row.order, version=row.version, during=days(0, 9), known=known)
    InForce.objects.create(order=row.order, version=row.version, during=days(0, 9), known=days(-99, -9))
    assert InForce.objects.count() == 2


def test_a_version_has_one_time_in_force_as_known_now(row: InForce) -> None:
    with pytest.raises(IntegrityError, match="version_in_force_once"):
        InForce.objects.create(order=row.order, version=row.version, during=days(9_000, None), known=days(0, None))


HALVES = {
    "empty": (days(0, 0), days(0, 1)),
    "without a beginning": (days(None, 0), days(0, 1)),
    "with its end": (days(0, 1, "[]"), days(0, 1)),
    "without its beginning": (days(0, 1, "(]"), days(0, 1)),
    "known never": (days(0, 1), days(0, 0)),
    "known from ever": (days(0, 1), days(None, 1)),
}


@pytest.mark.parametrize("name", HALVES)
def test_times_are_half_open_and_begin(row: InForce, name: str) -> None:
    during, known = HALVES[name]
    other = Order.objects.create(force_id="05", reference="OTHER")
    with pytest.raises(IntegrityError, match="in_force_half_open"):
        InForce.objects.create(order=other, version=row.version, during=during, known=known)


CHANGES: dict[str, dict[str, Any]] = {
    "when it was in force": {"during": days(0, 1)},
    "since when that was known": {"known": days(-999, 1)},
    "nothing": {"known": days(0, None)},
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_known_is_closed_and_never_changed(row: InForce, name: str) -> None:
    with pytest.raises(Error, match="closed, never changed"):
        InForce.objects.filter(pk=row.pk).update(**CHANGES[name])


def test_it_is_closed_once(row: InForce) -> None:
    closed = DateTimeTZRange(row.known.lower, row.known.lower + timedelta(days=1))
    InForce.objects.filter(pk=row.pk).update(known=closed)
    longer = DateTimeTZRange(row.known.lower, row.known.lower + timedelta(days=2))
    with pytest.raises(Error, match="closed, never changed"):
        InForce.objects.filter(pk=row.pk).update(known=longer)


@pytest.mark.parametrize("model", [InForce, Determination, Discharge, Appeal], ids=lambda m: str(m.__name__))
def test_nothing_of_it_is_deleted_or_edited(row: InForce, model: Any) -> None:
    told = {"order": row.order, "recorded_at": NOW, "recorded_by": "x"}
    if model is Determination:
        model.objects.create(result="granted", at=NOW, **told)
    if model is Discharge:
        model.objects.create(
            discharged_at=NOW, defendant_consents=True, applying_officer_consents=True,
            residence_officer_consents=False, **told,
        )  # fmt: skip
    if model is Appeal:
        model.objects.create(lodged_on=NOW.date(), **told)
    with pytest.raises(Error, match="Cannot"), transaction.atomic():
        model.objects.all()._raw_delete("default")
    if model is not InForce:
        with pytest.raises(Error, match="Cannot update"):
            model.objects.update(recorded_by="y")


ROWS: dict[str, tuple[Any, dict[str, Any], str]] = {
    "a result that is none": (Determination, {"result": "made", "at": NOW}, "determination_result_known"),
    "determined after it was recorded": (
        Determination,
        {"result": "granted", "at": NOW + timedelta(1)},
        "determination_recorded_after",
    ),
    "discharged after it was recorded": (
        Discharge,
        {
            "discharged_at": NOW + timedelta(1),
            "defendant_consents": True,
            "applying_officer_consents": True,
            "residence_officer_consents": True,
        },
        "discharge_recorded_after",
    ),
    "an outcome that is none": (Appeal, {"lodged_on": NOW, "outcome": "won", "at": NOW}, "appeal_outcome_known"),
    "an outcome without an instant": (Appeal, {"lodged_on": NOW, "outcome": "quashed"}, "appeal_outcome_dated"),
    "an instant without an outcome": (Appeal, {"lodged_on": NOW, "at": NOW}, "appeal_outcome_dated"),
}


@pytest.mark.parametrize("name", ROWS)
def test_what_makes_no_sense_is_not_kept(row: InForce, name: str) -> None:
    model, columns, constraint = ROWS[name]
    with pytest.raises(IntegrityError, match=constraint):
        model.objects.create(order=row.order, recorded_at=NOW, recorded_by="x", **columns)


@pytest.mark.parametrize("outcome", ["", "dismissed"])
def test_an_appeal_is_lodged_once_and_decided_once(row: InForce, outcome: str) -> None:
    told = {"order": row.order, "recorded_at": NOW, "recorded_by": "x", "lodged_on": NOW.date()}
    appeal = {**told, "outcome": outcome, "at": NOW if outcome else None}
    Appeal.objects.create(**appeal)
    with pytest.raises(IntegrityError, match=r"appeal_(lodged|decided)_once"):
        Appeal.objects.create(**appeal)
