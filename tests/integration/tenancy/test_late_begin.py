"""A BEGIN that goes with the first statement (docs/adr/0005): still one transaction, still a tenant's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.db import DataError, connection, transaction
from psycopg.pq import TransactionStatus

from accounts.models import User
from database.roles import APP
from database.tenancy import Tenant, acting, become
from database.writes import ask, gathered, late_begin, write

_WHO = "SELECT current_setting('app.force', true), current_user::text"
pytestmark = pytest.mark.usefixtures("own_database")


@contextmanager
def late(tenant: Tenant) -> Iterator[None]:
    with acting(tenant), late_begin(), transaction.atomic():
        yield


def status() -> TransactionStatus:
    found: TransactionStatus = connection.connection.info.transaction_status
    return found


def who() -> Any:
    with connection.cursor() as cursor:
        cursor.execute(_WHO)
        return cursor.fetchone()


def test_it_waits_for_what_is_asked_first_and_is_the_tenants_then() -> None:
    connection.ensure_connection()
    with late(Tenant(force="05")):
        assert status() == TransactionStatus.IDLE
        assert ask(_WHO, []) == [("05", APP)]
        assert status() == TransactionStatus.INTRANS
        assert who() == ("05", APP)
    assert status() == TransactionStatus.IDLE
    assert who()[1] != APP


def test_any_other_statement_waits_for_it() -> None:
    with late(Tenant(force="05")):
        assert who() == ("05", APP)
        assert status() == TransactionStatus.INTRANS


def test_who_became_another_before_it_is_the_other() -> None:
    with late(Tenant(force="05")):
        become(Tenant(force="06"))
        assert ask(_WHO, []) == [("06", APP)]
    with acting(Tenant(force="05")), late_begin(), transaction.atomic(), acting(Tenant(force="06")):
        assert ask(_WHO, []) == [("06", APP)]


def test_one_in_which_nothing_is_said_never_begins() -> None:
    connection.ensure_connection()
    with late(Tenant(force="05")):
        pass
    assert status() == TransactionStatus.IDLE
    with pytest.raises(ZeroDivisionError), late(Tenant(force="05")):
        raise ZeroDivisionError
    assert status() == TransactionStatus.IDLE
    # And none is left over for whoever comes next.
    with acting(Tenant(force="06")), transaction.atomic():
        assert who() == ("06", APP)


@pytest.mark.parametrize("asked", [True, False])
def test_what_was_written_in_it_is_undone_with_it(asked: bool) -> None:
    before = User.objects.count()
    with pytest.raises(ZeroDivisionError), late(Tenant(role="none")):
        _add_and_fail(asked)
    assert User.objects.count() == before


def _add_and_fail(asked: bool) -> None:
    if asked:
        ask(_WHO, [])
    User.objects.create(kind=User.VICTIM, username=str(uuid4()))
    raise ZeroDivisionError


def test_writes_that_are_gathered_take_it_along() -> None:
    name = str(uuid4())
    connection.ensure_connection()
    with acting(Tenant(role="none")), late_begin(), transaction.atomic(), gathered(last=True):
        write("SELECT set_config('app.force', %s, false)", ["07"])
        write("CREATE TABLE of_this_test AS SELECT %s::text AS name", [name])
        assert status() == TransactionStatus.IDLE
    assert status() == TransactionStatus.IDLE
    try:
        assert ask("SELECT name FROM of_this_test", []) == [(name,)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE of_this_test")


def test_what_cannot_be_sent_leaves_the_begin_where_it_was() -> None:
    """Caught or not: nothing after it happens outside the transaction."""
    with late(Tenant(force="05")):
        with pytest.raises(DataError):
            ask("SELECT %s::text", ["\x00"])
        assert who() == ("05", APP)
        assert status() == TransactionStatus.INTRANS


def test_a_transaction_that_begins_after_the_block_begins_by_itself() -> None:
    with late_begin():
        pass
    with acting(Tenant(force="05")), transaction.atomic():
        assert status() == TransactionStatus.INTRANS
