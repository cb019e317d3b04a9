"""A transaction says whose it is in the very statement that begins it: no trip to the database more than without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.gis.db.backends.postgis import base
from django.db import transaction
from django.db.backends.utils import debug_transaction

from database import tenancy
from database.pooling import Pooled, is_sound


class DatabaseWrapper(base.DatabaseWrapper):
    """PostGIS, with every transaction as the tenant of the moment (docs/adr/0007)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.begins_late = False  # whether a BEGIN waits for the statement that comes first (`database.writes`)
        self._begin = ""
        self.execute_wrappers.append(self._in_a_transaction)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection that works: those of the pool that a restarted server left dead are given back as such."""
        connection = super().get_new_connection(conn_params)
        while isinstance(connection, Pooled) and not is_sound(connection):
            connection.close()
            self.pool.putconn(connection)
            connection = super().get_new_connection(conn_params)
        return connection

    def register_geometry_adapters(self, pg_connection: Any, clear_caches: bool = False) -> None:
        """Teach a connection PostGIS's types: one from the pool knows them already, from the first time."""
        if isinstance(pg_connection, Pooled) and pg_connection.knows_shapes and not clear_caches:
            return
        super().register_geometry_adapters(pg_connection, clear_caches)
        types: dict[str, Any] = self._type_infos["geometry"]  # type: ignore[attr-defined]
        pg_connection.knows_shapes = types.get(self.alias) is not None

    def _start_transaction_under_autocommit(self) -> None:
        """Django calls this, where a backend has it, instead of leaving the BEGIN to the driver."""
        tenant = tenancy.current()
        with debug_transaction(self, "BEGIN"), self.wrap_database_errors:
            if tenant is None:
                self._set_autocommit(False)  # type: ignore[attr-defined]
            elif self.begins_late:
                self._begin = f"BEGIN;{tenancy.sentence(tenant, begins=True)}"
            else:
                self.connection.execute(f"BEGIN;{tenancy.sentence(tenant, begins=True)}", prepare=False)

    @property
    def begin_waits(self) -> bool:
        return bool(self._begin)

    def take_begin(self) -> str:
        """The BEGIN that still waits, for whoever sends it with a statement."""
        begin, self._begin = self._begin, ""
        return begin

    def begin_now(self) -> None:
        """Send a BEGIN that still waits by itself."""
        if self.begin_waits:
            with self.wrap_database_errors:
                self.connection.execute(self.take_begin(), prepare=False)

    def _commit(self) -> None:
        self.take_begin()  # nothing was done since
        super()._commit()  # type: ignore[misc]

    def _rollback(self) -> None:
        self.take_begin()
        super()._rollback()  # type: ignore[misc]

    def close(self) -> None:
        self.take_begin()
        super().close()

    def create_cursor(self, name: str | None = None) -> Any:
        """Only a cursor outside a transaction must outlive one: PostgreSQL refuses that to one that locks rows."""
        cursor = super().create_cursor(name)
        if name and self.in_atomic_block:
            cursor._withhold = False  # the driver did not begin the transaction, and takes it for none
        return cursor

    def _in_a_transaction(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        """A statement outside any transaction gets one of its own, for only a transaction has a tenant."""
        self.begin_now()
        if self.in_atomic_block or not tenancy.is_somebody():
            return execute(sql, params, many, context)
        with transaction.atomic(using=self.alias):
            return execute(sql, params, many, context)
