"""Many rows at once go through the policies too (`database.copying`)."""

from __future__ import annotations

import pytest
from django.db import DataError, ProgrammingError, connection, transaction
from django.utils import timezone

from database.copying import copy_in
from database.roles import WORKER
from database.tenancy import Tenant, acting
from demo.cast import Cast
from orders.models import Order

pytestmark = pytest.mark.django_db
REFERENCES = ["SPO-05-0001-26", "SPO-05-0002-26"]


def rows() -> list[Order]:
    return [Order(force_id="05", reference=reference, created_at=timezone.now()) for reference in REFERENCES]


@pytest.mark.parametrize("tenant", [Tenant(role=WORKER), Tenant(force="05")], ids=["worker", "its own force"])
def test_they_are_stored_and_what_carried_them_is_gone(cast: Cast, tenant: Tenant) -> None:
    with acting(tenant), transaction.atomic():
        copy_in(rows())
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('sent_orders_order')")
            assert cursor.fetchone() == (None,)
    assert list(Order.objects.order_by("reference").values_list("reference", flat=True)) == REFERENCES


def test_what_cannot_be_copied_is_an_error_like_every_other(cast: Cast) -> None:
    with pytest.raises(DataError), transaction.atomic():
        copy_in([Order(force_id="05", reference="SPO-05-0003-26", created_at="at no time")])


def test_workers_may_make_the_table_that_carries_them_wherever_others_may_not(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT privilege_type FROM pg_database, aclexplode(datacl)"
            " WHERE datname = current_database() AND grantee = %s::regrole",
            [WORKER],
        )
        assert ("TEMPORARY",) in cursor.fetchall()


def test_another_force_stores_none_of_them(cast: Cast) -> None:
    with (
        acting(Tenant(force="06")),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        copy_in(rows())
    assert not Order.objects.exists()
