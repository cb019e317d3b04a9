"""Orders as the court made them, and what was done with them: added to, never edited."""

from orders.models.versions import (
    Condition,
    Order,
    OrderVersion,
    ProtectedPerson,
    Service,
    Zone,
    ZoneApproval,
)

__all__ = [
    "Condition",
    "Order",
    "OrderVersion",
    "ProtectedPerson",
    "Service",
    "Zone",
    "ZoneApproval",
]
