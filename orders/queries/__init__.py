"""Reading orders."""

from orders.queries.authorities import authorities_of, authorities_over, authority_for
from orders.queries.endings import end_of, ends_of
from orders.queries.terms import terms_as_written, terms_by_id, terms_over_own_order, terms_over_protecting
from orders.queries.versions import (
    VersionAt,
    approvals_of,
    drawings_of,
    first_served_at,
    is_interim,
    made_on,
    notification_due,
    order_for_update,
    order_of,
    orders_of,
    revision,
    status_of,
    status_of_version,
    times_of,
    version_at,
    versions_at,
    zones_of,
)

__all__ = [
    "VersionAt",
    "approvals_of",
    "authorities_of",
    "authorities_over",
    "authority_for",
    "drawings_of",
    "end_of",
    "ends_of",
    "first_served_at",
    "is_interim",
    "made_on",
    "notification_due",
    "order_for_update",
    "order_of",
    "orders_of",
    "revision",
    "status_of",
    "status_of_version",
    "terms_as_written",
    "terms_by_id",
    "terms_over_own_order",
    "terms_over_protecting",
    "times_of",
    "version_at",
    "versions_at",
    "zones_of",
]
