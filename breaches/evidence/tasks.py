"""The worker's edge of evidence: a cluster of its own, since what comes is large and may be hostile."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django_q.tasks import async_task

from breaches.evidence import examining, examining_again, queries, services, stamping, tidying, tus
from breaches.evidence.storage import Unavailable
from common.problems import Refused

_WAITS_AT_LEAST = timedelta(minutes=2)
_AWAY_FOR = timedelta(hours=6)  # as long as the longest wait between two questions
_MOST = 200


def examine(item_id: str) -> None:
    """Scan an item and read what it says. With no scanner to be had it stays in quarantine, and is tried again."""
    examining.examine(item_id=UUID(item_id))


def examine_again(item_id: str) -> None:
    """Examine an item again that older readers examined, or that was released unread. Again is harmless."""
    examining_again.examine_again(item_id=UUID(item_id))


def examine_older(after: str = "", most: int = 0) -> None:
    """Examine again the next item that older readers examined, and queue the step to the one after it.

    One item a step, so that what comes meanwhile waits for one at most. The next step is queued first: an item that
    ends the worker does not end the walk. `after`: the item of the last step; `most`: how many more, 0 for all.
    """
    item_id = queries.next_examined_by_older(UUID(after) if after else None)
    if item_id is None:
        return
    if most != 1:
        async_task(services.EXAMINE_OLDER, str(item_id), max(0, most - 1), cluster=services.CLUSTER)
    examining_again.examine_again(item_id=item_id)


def sweep() -> None:
    """Find what waits: items nobody looked at, and uploads whose last step was cut short. Again is harmless."""
    for item_id in queries.waiting(timezone.now() - _WAITS_AT_LEAST, _MOST):
        async_task(services.EXAMINE, str(item_id), cluster=services.CLUSTER)
    for upload in queries.whole_uploads(_MOST):
        with suppress(Refused, Unavailable, tus.PieceMissing):
            tus.complete(upload=upload)
    _sweep_stamps()


def _sweep_stamps() -> None:
    """Have what has no timestamp stamped; one item alone while the authority is away, to see whether it is back."""
    now = timezone.now()
    most = 1 if queries.authority_is_away(now - _AWAY_FOR) else _MOST
    for item_id in queries.unstamped(now, most) if stamping.wanted() else ():
        # Not in the cluster of evidence: what reads hostile files speaks to nobody.
        async_task("breaches.evidence.tasks.stamp", str(item_id), cluster="outbox")
    stamping.alarm_overdue(at=now)


def stamp(item_id: str) -> None:
    """Have an item timestamped by the authority of the settings."""
    stamping.stamp(item_id=UUID(item_id))


def night() -> None:
    """Queue the reading again of a sample, and of all whose file was missing; take away what crashes left."""
    for item_id in (*queries.a_sample(settings.EVIDENCE_NIGHTLY_SAMPLE), *queries.missing(_MOST)):
        async_task(services.CHECK, str(item_id), cluster=services.CLUSTER)
    tidying.remove_strays(before=timezone.now() - timedelta(hours=settings.EVIDENCE_STRAY_HOURS))


def check(item_id: str) -> None:
    """Read an item again; one that is not what was received is locked, with an alarm (rule 66), a missing one told."""
    item = queries.item(UUID(item_id))
    with suppress(services.Changed, services.FileMissing, Unavailable):
        services.verify(item=item)
        services.note_checked(item_id=item.id)
