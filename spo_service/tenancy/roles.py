"""What each role may do. Nobody but the owner may truncate, or touch a row that is only ever added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from database.roles import APP, OUTBOX, SUPPORT, WORKER

READ, ADD, WRITE = "SELECT", "SELECT, INSERT", "SELECT, INSERT, UPDATE, DELETE"
_QUEUE = ("django_q_ormq", "django_q_task", "django_q_schedule")


@dataclass(frozen=True, slots=True)
class Grants:
    """Rights by table; `bound`: the policies hold, otherwise the role sees the rows of every force.

    `columns` are what the role may read of tables of which it may not read all; `locks` the column by which it may
    hold a row.
    """

    tables: Mapping[str, str]
    bound: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    locks: Mapping[str, str] = field(default_factory=dict)


def grants(tenanted: Iterable[str], open_to_all: Iterable[str]) -> dict[str, Grants]:
    """Web processes: what the policies show. Workers: every force's, each what its work needs."""
    everything = dict.fromkeys([*tenanted, *open_to_all], WRITE)
    everything |= {"django_migrations": READ, "spatial_ref_sys": READ}
    outbox = {
        "accounts_force": READ,
        "audit_entry": ADD,
        "accounts_letter": WRITE,
        **dict.fromkeys(("webhooks_counter", "webhooks_event", "webhooks_endpoint", "webhooks_delivery"), WRITE),
        **dict.fromkeys(_QUEUE, WRITE),
        # It has evidence timestamped: the digest of an item, and nothing else of it (docs/adr/0022).
        "breaches_evidencetimestamp": ADD,
        "breaches_evidencestamptry": "SELECT, INSERT, UPDATE",
    }
    return {
        APP: Grants(everything, bound=True),
        WORKER: Grants(everything),
        OUTBOX: Grants(outbox, columns={"breaches_evidenceitem": "id, report_id, sha256, derived_from_id"}),
        SUPPORT: Grants(_SUPPORT, columns=_SUPPORT_COLUMNS, locks={"webhooks_endpoint": "state"}),
    }


_SUPPORT = {
    # Signing in, which allauth does: whom an address belongs to, tries that are counted, the session.
    **dict.fromkeys(("account_emailaddress", "mfa_authenticator"), READ),
    **dict.fromkeys(("accounts_attempt", "accounts_device", "accounts_session"), WRITE),
    "accounts_user": "SELECT, UPDATE",
    "accounts_force": READ,
    "audit_entry": "INSERT",
    "auth_permission": READ,
    "auth_group": READ,
    "auth_group_permissions": READ,
    "django_content_type": READ,
    "django_admin_log": ADD,
    "django_session": WRITE,
    "django_q_ormq": ADD,
    "orders_order": READ,
    "orders_inforce": READ,
    "orders_service": READ,
    "orders_appeal": READ,
    "orders_determination": READ,
    "orders_discharge": READ,
    "orders_orderimport": READ,
    "webhooks_event": READ,
    "webhooks_delivery": "SELECT, UPDATE",
}
# Never the document of an order, nor the secret that signs what a force is told.
_SUPPORT_COLUMNS = {
    "orders_orderversion": "id, order_id, number, change_kind, kind, made_on, effective_from, in_force_until, "
    "recorded_at, recorded_by, warnings, body_sha256, restricted, replaces_interim, corrects",
    "webhooks_endpoint": "id, force_id, url, events, state, created_at, lease, leased_until",
}
