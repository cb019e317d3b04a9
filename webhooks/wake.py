"""Asking a worker to look at the outbox: in a moment, or at an instant.

The rows of the outbox are the queue; these only say that it is worth a look. Losing every one of them delays
messages until the next sweep and loses none.

Looks are the outbox's own cluster of workers (`OUTBOX`): a slow receiver keeps nobody else waiting, and every
row of its queue is a look.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import cast

from django.conf import settings
from django.db import connection
from django_q.brokers.orm import ORM
from django_q.models import OrmQ
from django_q.tasks import async_task

from database.writes import write

DRAIN = "webhooks.tasks.drain"
OUTBOX = "outbox"
# One look serves everything written within this time of it.
MOMENT_S = 0.4

# A function (webhooks/migrations/0008_look.py). Its worker may look before this transaction has committed;
# `in_flight` tells it so, and it comes back.
_IN_A_MOMENT = "SELECT webhooks_look(%s, %s, %s)"
# A session has a transaction id from its first write to its commit.
_IN_FLIGHT = "SELECT app_in_flight()"


class _Later(ORM):  # type: ignore[misc]
    """A queue row that nobody takes before an instant: the broker takes only rows whose lock is past.

    A `Schedule` would not do: the scheduler looks every 30 seconds, and the first retry is due after five.
    """

    def __init__(self, at: datetime) -> None:
        super().__init__(OUTBOX)
        self._at = at
        self.row: int | None = None

    def enqueue(self, task: str) -> int:
        self.row = OrmQ.objects.create(key=self.list_key, payload=task, lock=self._at).pk
        return self.row


class _Caught(ORM):  # type: ignore[misc]
    """Keeps what would be queued instead of queueing it."""

    payload = ""

    def enqueue(self, task: str) -> int:
        self.payload = task
        return 0


def now() -> None:
    """One look in a moment, in the caller's transaction. Nothing of the event goes into it."""
    if not _in_database():
        async_task(DRAIN, cluster=OUTBOX)
        return
    write(_IN_A_MOMENT, [OUTBOX, _look(), MOMENT_S])


def in_flight() -> bool:
    """Whether anybody is writing just now who may have counted on the look that is being taken."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_FLIGHT)
        return cast(tuple[bool], cursor.fetchone())[0]


def at(instant: datetime) -> int | None:
    """A queue row for later, and its number. None with a broker that has no later: the sweep finds it."""
    if not _in_database():
        return None
    later = _Later(instant)
    async_task(DRAIN, broker=later)
    return later.row


def cancel(row: int | None) -> None:
    """Take back what `at` gave out."""
    if row is not None:
        OrmQ.objects.filter(pk=row).delete()


def _in_database() -> bool:
    return "orm" in settings.Q_CLUSTER


@cache
def _look() -> str:
    """A look as the queue holds it: packed and signed once in a process, since all are alike."""
    caught = _Caught(OUTBOX)
    async_task(DRAIN, broker=caught)
    return caught.payload
