"""The worker's edge: chaining the trail, sealing the days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from audit.models import DaySeal
from audit.sealing import chain, seal_day

_SECONDS = 5.0


def chain_trail(tell: Callable[[DaySeal], object] | None = None) -> None:
    """Chain what was written, and seal yesterday once it is over; `tell` makes a new seal known.

    Run every minute by `webhooks.tasks.chain_trail`, which tells the forces. Safe to run any number of times.
    """
    # Not at midnight: what began on that day may still be committing.
    yesterday = (timezone.now() - timedelta(hours=1)).date() - timedelta(days=1)
    unsealed = not DaySeal.objects.filter(day=yesterday).exists()
    if chain(everything=unsealed, seconds=_SECONDS).complete and unsealed:
        seal_day(day=yesterday, tell=tell)
