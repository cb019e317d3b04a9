"""Whose rows PostgreSQL shows (docs/adr/0007): set for one transaction at a time, never for a connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache
from uuid import UUID

from django.db import connection
from psycopg import sql
from psycopg.pq import TransactionStatus

from database.roles import APP


@dataclass(frozen=True, slots=True)
class Tenant:
    """A role, and what the policies ask about it. What is empty matches no row.

    `report` is the one report that a receipt opened, or that somebody without an account is making;
    `record` the one record whose trail is being asked for.
    """

    role: str = APP
    force: str = ""
    person: str = ""
    client: str = ""
    report: str = ""
    record: str = ""


NOBODY = Tenant()
_OWNER = "none"  # PostgreSQL's word for the role that the session began with
_NAMES = ("force", "person", "client", "report", "record")
_current: ContextVar[Tenant | None] = ContextVar("tenant", default=None)


def current() -> Tenant | None:
    """The tenant of the transactions that begin now. None: they are the connection's own role's."""
    return _current.get()


def is_somebody() -> bool:
    return _current.get() not in (None, NOBODY)


@lru_cache(maxsize=2048)
def sentence(tenant: Tenant, *, begins: bool = False) -> str:
    """The statement that makes the rest of a transaction the tenant's, with the orders that a person may see now.

    Where it `begins` the transaction, what is empty is so already.
    """
    values = [("role", tenant.role), *((f"app.{name}", getattr(tenant, name)) for name in _NAMES)]
    settings = [(_quoted(name), _quoted(value)) for name, value in values if value or not begins]
    if tenant.person or not begins:
        orders = f"app_orders_of({_quoted(tenant.person)})::text" if tenant.person else "''"
        settings.append(("'app.orders'", orders))
    return "SELECT " + ", ".join(f"set_config({name}, {value}, true)" for name, value in settings)


def _quoted(value: str) -> str:
    return sql.Literal(value).as_string(None)


@contextmanager
def acting(tenant: Tenant) -> Iterator[None]:
    """Be a tenant within the block, and afterwards who it was before."""
    before, token = _current.get(), _current.set(tenant)
    inside = connection.in_atomic_block
    if inside:
        _send(tenant)
    try:
        yield
    finally:
        _current.reset(token)
        # A transaction that ended inside the block took its tenant with it.
        if inside and connection.in_atomic_block and not _failed():
            _send(before or Tenant(role=_OWNER))


def become(tenant: Tenant) -> None:
    """Be another tenant until the block of `acting` ends."""
    _current.set(tenant)
    if connection.in_atomic_block:
        _send(tenant)


def open_report(report: UUID) -> None:
    """Let somebody without an account see one report: the one a receipt opened, or that is being made."""
    tenant = _current.get()
    if tenant is not None:
        become(replace(tenant, report=str(report)))


def ask_about(record: UUID) -> None:
    """Let the caller read the trail of one record of theirs, whoever left it, instead of their force's own."""
    tenant = _current.get()
    if tenant is not None:
        become(replace(tenant, record=str(record)))


def _failed() -> bool:
    return bool(connection.connection.info.transaction_status == TransactionStatus.INERROR)


def _send(tenant: Tenant) -> None:
    connection.begin_now()  # type: ignore[attr-defined]
    # Past Django's cursor, so that a count of statements is the same with and without a transaction around.
    connection.connection.execute(sentence(tenant), prepare=False)
