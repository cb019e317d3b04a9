"""The worker's edge: chaining the trail, sealing the days."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from audit.models import DaySeal
from audit.sealing import BATCH, chain_some, seal_day

_SECONDS = 5.0


def chain_trail(tell: Callable[[DaySeal], object] | None = None) -> None:
    """Chain what was written, and seal yesterday once it is over; `tell` makes a new seal known.

    Run every minute by `webhooks.tasks.chain_trail`, which tells the forces. Safe to run any number of times.
    """
    started = time.monotonic()
    # Not at midnight: what began on that day may still be committing.
    yesterday = (timezone.now() - timedelta(hours=1)).date() - timedelta(days=1)
    unsealed = not DaySeal.objects.filter(day=yesterday).exists()
    while chain_some(everything=unsealed) == BATCH:
        if time.monotonic() - started > _SECONDS:
            return
    if unsealed:
        seal_day(day=yesterday, tell=tell)
