"""The worker's edge: looking for what is coming."""

from __future__ import annotations

import time

from django.utils import timezone
from django_q.tasks import async_task

from orders.queries.coming import duties_untold, expiring_untold
from orders.services.coming import tell_duty, tell_expiring

# Well under the worker's timeout; what is left goes into a task of its own.
_SECONDS = 5.0
_CHUNK = 200


def tell_what_is_coming() -> None:
    """Tell each force once of its orders that run out soon, and of notifications due or missed (rules 24, 26, 32).

    Safe to run any number of times, and twice at once: what was told is on record.
    """
    now, started = timezone.now(), time.monotonic()
    ends = list(expiring_untold(now)[:_CHUNK])
    duties = list(duties_untold(now)[:_CHUNK])
    for row in ends:
        tell_expiring(order=row.order, ends_at=row.during.upper, at=now)
        if time.monotonic() - started > _SECONDS:
            break
    for duty in duties:
        if time.monotonic() - started > _SECONDS:
            break
        tell_duty(duty=duty, at=now)
    if len(ends) == _CHUNK or len(duties) == _CHUNK or time.monotonic() - started > _SECONDS:
        async_task("orders.tasks.tell_what_is_coming")
