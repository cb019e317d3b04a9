"""The worker's edge: looking for what is coming, and working off files of orders."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from django_q.tasks import async_task

from orders.queries.coming import duties_untold, expiring_untold
from orders.services.coming import tell_coming
from orders.services.importing import sweep, work_off

# Queued in one look. What is left is found by the next.
_MOST = 1_000


def tell_what_is_coming() -> None:
    """Find the orders of which their force should be told something (rules 24, 26, 32), each a task of its own.

    Safe to run any number of times, and twice at once: what was told is on record.
    """
    now = timezone.now()
    ends = expiring_untold(now).values_list("order_id", flat=True)[:_MOST]
    duties = duties_untold(now).values_list("order_id", flat=True)[:_MOST]
    for order_id in dict.fromkeys([*ends, *duties]):
        async_task("orders.tasks.tell_of_order", str(order_id))


def tell_of_order(order_id: str) -> None:
    """Tell the force what is coming for one order. One that fails keeps no other from being told."""
    tell_coming(order_id=UUID(order_id), at=timezone.now())


def work_import(job_id: str) -> None:
    """Work on an import for a few seconds; what is left is queued again. Safe to run any number of times."""
    work_off(job_id=UUID(job_id))


def sweep_imports() -> None:
    """Every minute: imports that a killed worker left behind, and files whose sender went away."""
    sweep()
