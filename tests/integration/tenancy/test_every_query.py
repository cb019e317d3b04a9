"""Issue 6, item 4: the statements of every endpoint, run in somebody else's transaction, give what nobody gets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import connection, transaction

from database import tenancy
from database.tenancy import NOBODY, Tenant
from demo.cast import Cast
from tests.api.test_permission_matrix import MATRIX
from tests.integration.tenancy import world
from tests.support.api import Apis


class Asked(NamedTuple):
    """A question that a request put to the database, and as whom."""

    sql: Any
    values: Any
    tenant: Tenant


# Functions that add or change a row, and tell nothing.
WRITES = tuple(
    f"SELECT {name}("
    for name in ("audit_note", "webhooks_owe", "edge_keep_answer", "webhooks_look", "breaches_store_report")
)


def asked_by(api: Apis, who: str, method: str, path: str) -> list[Asked]:
    """What one request asks; whatever it writes is taken back."""
    found: list[Asked] = []
    cache.clear()  # how many calls in a second is another matter

    def record(execute: Callable[..., Any], sql: Any, values: Any, many: bool, context: Any) -> Any:
        text = sql if isinstance(sql, str) else sql.as_string(None)
        tenant = tenancy.current()
        asks = text.lstrip().startswith(("SELECT", "WITH")) and not text.startswith(WRITES)
        if asks and tenant not in (None, NOBODY):
            found.append(Asked(sql, values, tenant))
        return execute(sql, values, many, context)

    with transaction.atomic(), connection.execute_wrapper(record):
        getattr(getattr(api, who), method)(path, *([] if method in ("get", "delete") else [{}]))
        transaction.set_rollback(True)
    return found


def answer(asked: Asked, tenant: Tenant) -> list[Any]:
    with transaction.atomic(), tenancy.acting(tenant), connection.cursor() as cursor:
        cursor.execute(asked.sql, asked.values)
        rows = cursor.fetchall() if cursor.description else []
        transaction.set_rollback(True)
    return rows


def test_what_one_force_or_victim_asks_gives_another_nothing(api: Apis, cast: Cast, order: str) -> None:
    """Of every address of the matrix as a caller that it lets in, filters and all."""
    places = world.build(api, order)
    telling: set[str] = set()
    for path, method, inside in MATRIX:
        only_supervisors = "supervisor" if inside == {"supervisor"} else "officer"
        who = min(inside & {"victim", "force", "auditor", "officer"}, default=only_supervisors)
        for asked in asked_by(api, who, method, path.format(**places)):
            nothing = answer(asked, NOBODY)
            for name, tenant in world.others(cast).items():
                assert answer(asked, tenant) == nothing, (name, method, path, asked.sql)
            if answer(asked, asked.tenant) != nothing:
                telling.add(f"{method} {path}")
    # The test bites: the same statements do tell their own tenant something, at every address that names a thing.
    silent = {f"{method} {path}" for path, method, _ in MATRIX if "{" in path} - telling
    assert not silent - SILENT, "\n".join(sorted(silent - SILENT))


# Refused before anything is looked up (by role, or for what an empty body lacks), or naming what is not in this world.
SILENT = {
    "post force/orders/{order}/reveal",
    "delete force/client/secrets/{session}",
    "delete officer/sessions/{session}",
    "delete victim/advocates/{authority}",
    "delete victim/sessions/{session}",
    "get officer/access-requests/{access}/pack",
    "get officer/access-requests/{access}/records",
    "post officer/access-requests/{access}/decisions",
    "post officer/reports/{report}/retention/disposal",
    "post officer/reports/{report}/retention/hold",
    "post officer/reports/{report}/retention/review",
    "post officer/reports/{report}/transfer/accept",
    "post officer/reports/{report}/transfer/return",
    "post officer/restricted-orders/{report}/take-charge",
    "post officer/retention/disposals/{disposal}/decision",
}
