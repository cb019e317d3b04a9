"""No connection carries a tenant from one transaction into the next (docs/adr/0007)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import connection, connections, transaction

from accounts.models import Force
from database.postgis.base import DatabaseWrapper
from database.roles import APP
from database.tenancy import NOBODY, Tenant, acting

ROOT = Path(__file__).resolve().parents[3]
_WHO = "SELECT current_setting('app.force', true), current_user::text"


@pytest.fixture
def only(own_database: str) -> Iterator[DatabaseWrapper]:
    """A pool of one connection, for everybody to come after everybody else on it."""
    settings = connection.settings_dict
    options = {**settings["OPTIONS"], "pool": {"min_size": 1, "max_size": 1, "timeout": 10}}
    wrapper = DatabaseWrapper({**settings, "OPTIONS": options, "CONN_MAX_AGE": 0}, alias="only")
    connections["only"] = wrapper
    try:
        yield wrapper
    finally:
        wrapper.close()
        wrapper.close_pool()
        del connections["only"]


def who(wrapper: DatabaseWrapper) -> tuple[Any, ...]:
    with wrapper.cursor() as cursor:
        cursor.execute(_WHO)
        found: tuple[Any, ...] = cursor.fetchone()
    return found


def backend(wrapper: DatabaseWrapper) -> int:
    return int(wrapper.connection.info.backend_pid)


def test_the_next_on_a_pools_only_connection_is_nobody(only: DatabaseWrapper) -> None:
    owner = who(only)[1]
    seen = {backend(only)}
    for force in ("05", "06"):
        with acting(Tenant(force=force)), transaction.atomic(using="only"):
            assert who(only) == (force, APP)
        assert who(only) == ("", owner)
        only.close()
        only.ensure_connection()
        seen.add(backend(only))
    with acting(NOBODY), transaction.atomic(using="only"):
        assert who(only) == ("", APP)
    assert len(seen) == 1


def test_nor_after_a_failure(only: DatabaseWrapper) -> None:
    owner = who(only)[1]
    with pytest.raises(ZeroDivisionError), acting(Tenant(force="05")), transaction.atomic(using="only"):
        raise ZeroDivisionError
    assert who(only)[1] == owner
    assert who(only)[0] in ("", None)


def test_a_statement_outside_a_transaction_has_the_tenant_too(only: DatabaseWrapper) -> None:
    """And the transaction that it gets is over when it is."""
    with acting(Tenant(force="05")):
        assert who(only) == ("05", APP)
        assert not only.in_atomic_block
    assert who(only)[0] == ""


def test_rows_are_read_piece_by_piece_in_a_transaction_and_outside_one(only: DatabaseWrapper) -> None:
    """A cursor of the server's: with locks inside a transaction, beyond the end of its own outside one."""
    forces = Force.objects.using("only").order_by("code")
    with acting(Tenant(force="05")):
        with transaction.atomic(using="only"):
            assert len(list(forces.select_for_update().iterator(chunk_size=2))) > 2
        assert len(list(forces.iterator(chunk_size=2))) > 2


def test_no_trip_more_than_a_bare_begin(only: DatabaseWrapper, monkeypatch: pytest.MonkeyPatch) -> None:
    """ADR 0005: the tenant goes with the BEGIN."""
    only.ensure_connection()
    trips: list[str] = []
    execute = only.connection.execute

    def counted(statement: str, **options: Any) -> Any:
        trips.append(statement)
        return execute(statement, **options)

    monkeypatch.setattr(only.connection, "execute", counted)
    with acting(Tenant(force="05")), transaction.atomic(using="only"):
        pass
    assert len(trips) == 1
    assert trips[0].startswith("BEGIN;SELECT set_config('role', 'spo_app', true), set_config('app.force', '05', true)")


@pytest.mark.parametrize(
    ("begins", "role"),
    [
        ("import spo_service.wsgi", "spo_app"),
        ("import sys, manage; sys.argv = ['manage.py', 'qcluster']; manage.set_up()", "spo_worker"),
        ("import sys, manage; sys.argv = ['manage.py', 'migrate']; manage.set_up()", "spo"),
    ],
)
def test_a_process_works_as_its_role_from_its_first_statement(own_database: str, begins: str, role: str) -> None:
    asks = "import django; django.setup(); from django.db import connection; cursor = connection.cursor()"
    says = "cursor.execute('SELECT current_user'); print(cursor.fetchone()[0])"
    owner = who(cast(DatabaseWrapper, connection))[1]
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", f"{begins}; {asks}; {says}"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": own_database},
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout.strip() == (owner if role == "spo" else role)


@pytest.mark.parametrize("escape", ["RESET ROLE", "RESET ALL", "SET SESSION AUTHORIZATION DEFAULT", "DISCARD ALL"])
def test_a_session_of_the_role_does_not_come_back_to_the_owner(own_database: str, escape: str) -> None:
    """Its role stands where the session began: what resets a session leads there again."""
    url = urlunsplit(urlsplit(own_database)._replace(scheme="postgresql"))
    with psycopg.connect(url, options=f"-c role={APP}", autocommit=True) as session:
        session.execute(escape)
        found = session.execute("SELECT current_user::text").fetchone()
        rows = session.execute("SELECT count(*) FROM audit_entry").fetchone()
    assert (found, rows) == ((APP,), (0,))


def test_a_session_of_the_role_cannot_turn_the_policies_off(own_database: str) -> None:
    url = urlunsplit(urlsplit(own_database)._replace(scheme="postgresql"))
    with psycopg.connect(url, options=f"-c role={APP}", autocommit=True) as session:
        session.execute("SET row_security = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("SELECT count(*) FROM audit_entry")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("ALTER TABLE audit_entry DISABLE ROW LEVEL SECURITY")
