"""Asking a worker to look at the outbox: now, or at an instant.

The rows of the outbox are the queue; these only say that it is worth a look. Losing every one of them delays
messages until the next sweep and loses none.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django_q.brokers.orm import ORM
from django_q.models import OrmQ
from django_q.tasks import async_task

DRAIN = "webhooks.tasks.drain"


class _Later(ORM):  # type: ignore[misc]
    """A queue row that nobody takes before an instant: the broker takes only rows whose lock is past.

    A `Schedule` would not do: the scheduler looks every 30 seconds, and the first retry is due after five.
    """

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self._at = at
        self.row: int | None = None

    def enqueue(self, task: str) -> int:
        self.row = OrmQ.objects.create(key=self.list_key, payload=task, lock=self._at).pk
        return self.row


def now() -> None:
    """One queue row, in the caller's transaction. Nothing of the event goes into it."""
    async_task(DRAIN)


def at(instant: datetime) -> int | None:
    """A queue row for later, and its number. None with a broker that has no later: the sweep finds it."""
    if "orm" not in settings.Q_CLUSTER:
        return None
    later = _Later(instant)
    async_task(DRAIN, broker=later)
    return later.row


def cancel(row: int | None) -> None:
    """Take back what `at` gave out."""
    if row is not None:
        OrmQ.objects.filter(pk=row).delete()
