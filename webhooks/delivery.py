"""One try after the other, in the database: taking an endpoint, what goes next, how it ended.

No transaction is open while something is sent. A lease is what keeps two workers from one endpoint: it is
taken by an UPDATE that asks whether it is free, and runs out by itself.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from common.envelope import NotOpened
from webhooks import queries, wake
from webhooks.backoff import Tries, is_refusal, next_try
from webhooks.models import Delivery, Endpoint
from webhooks.services import enqueue
from webhooks.signing import Signed, signed
from webhooks.types import PARKED, TEST, Message, Outcome
from webhooks.vault import open_sealed

# Longer than any try can take (`client.TOTAL_S`), so that a lease never runs out during one.
LEASE = timedelta(seconds=15)
# A retry's wake-up comes a moment after it is due, never a moment before: the clocks may differ a little.
_MOMENT = timedelta(milliseconds=250)
_random = SystemRandom()
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lease:
    """An endpoint that this worker alone may send to until the lease runs out."""

    endpoint: UUID
    token: UUID


@dataclass(frozen=True, slots=True)
class Try:
    """One message on its way to one endpoint. `round` is `Delivery.queued_at` when it set out."""

    lease: Lease
    delivery: int
    round: datetime
    message: Message
    url: str
    sealed_secret: bytes
    attempts: int
    refusals: int
    first_at: datetime | None

    def signed(self, *, at: datetime) -> Signed | None:
        """The bytes and headers to send, or None where the secret cannot be opened."""
        try:
            secret = open_sealed(self.sealed_secret, endpoint=self.lease.endpoint)
        except NotOpened:
            # Its key is not here. It is retried like a failure of the receiver, and stops nobody else's.
            logger.error("secret", extra={"event": "webhook_secret_unreadable"})
            return None
        return signed(self.message, secret=secret, at=at)


def take_any() -> Try | None:
    """Take an endpoint that is owed something now, with the first thing it is owed; None where none is."""
    for endpoint in queries.endpoints_due()[:100]:
        lease = take(endpoint)
        following = following_try(lease) if lease else None
        if following:
            return following
    return None


def take(endpoint: UUID) -> Lease | None:
    """The endpoint's lease, or None where somebody else was faster."""
    token = uuid4()
    rows = Endpoint.objects.filter(queries.free(), pk=endpoint, state=Endpoint.ACTIVE)
    taken = rows.update(lease=token, leased_until=Now() + LEASE)
    return Lease(endpoint, token) if taken == 1 else None


def following_try(lease: Lease) -> Try | None:
    """What is due next, on a renewed lease. None, and the endpoint is given back, where nothing is."""
    delivery = queries.due_delivery(lease.endpoint)
    if delivery is None:
        release(lease)
        return None
    mine = Endpoint.objects.filter(pk=lease.endpoint, lease=lease.token, state=Endpoint.ACTIVE)
    endpoint = mine.first() if mine.update(leased_until=Now() + LEASE) == 1 else None
    if endpoint is None:
        release(lease)
        return None
    return Try(
        lease=lease,
        delivery=delivery.pk,
        round=delivery.queued_at,
        message=delivery.event.message,
        url=endpoint.url,
        sealed_secret=bytes(endpoint.sealed_secret),
        attempts=delivery.attempts,
        refusals=delivery.refusals,
        first_at=delivery.first_at,
    )


def release(lease: Lease) -> None:
    """Give the endpoint back, unless it is another's by now."""
    Endpoint.objects.filter(pk=lease.endpoint, lease=lease.token).update(lease=None, leased_until=None)


@transaction.atomic
def settle(tried: Try, outcome: Outcome, *, started_at: datetime) -> bool:
    """Write down how a try ended. False, and nothing written, where it no longer is ours to say.

    That is so when the lease went to another worker, or the event was put in line anew meanwhile: it is then
    sent again, with the same `webhook-id`.
    """
    # The endpoint's row first, as everybody does who changes its deliveries: no two wait for each other.
    held = Endpoint.objects.filter(pk=tried.lease.endpoint, lease=tried.lease.token)
    if held.select_for_update(no_key=True).values_list("pk").first() is None:
        return False
    tries = Tries(
        attempts=tried.attempts + 1,
        refusals=tried.refusals + is_refusal(outcome.status),
        first_at=tried.first_at or started_at,
    )
    mine = Delivery.objects.filter(pk=tried.delivery, state=Delivery.PENDING, queued_at=tried.round)
    return _settle(mine, tried, outcome, tries)


def _settle(mine: QuerySet[Delivery], tried: Try, outcome: Outcome, tries: Tries) -> bool:
    now = timezone.now()
    again = None if outcome.taken else next_try(outcome, tries, now=now, random=_random)
    written = mine.update(
        state=_state(outcome, again),
        attempts=tries.attempts,
        refusals=tries.refusals,
        first_at=tries.first_at,
        next_attempt_at=again,
        last_status=outcome.status,
        delivered_at=now if outcome.taken else None,
    )
    if written == 1 and again is not None:
        wake.at(again + _MOMENT)
    elif written == 1 and not outcome.taken:
        _tell_of_parking(tried)
    return written == 1


def _state(outcome: Outcome, again: datetime | None) -> str:
    if outcome.taken:
        return Delivery.DELIVERED
    return Delivery.PARKED if again is None else Delivery.PENDING


def _tell_of_parking(tried: Try) -> None:
    """Never of itself, nor of a test. `id` is the endpoint, `reference` the `webhook-id` given up."""
    logger.warning("parked", extra={"event": "webhook_parked"})
    if tried.message.type in (PARKED, TEST):
        return
    force = Endpoint.objects.values_list("force_id", flat=True).get(pk=tried.lease.endpoint)
    enqueue(
        force=force,
        type=PARKED,
        subject=tried.lease.endpoint,
        reference=str(tried.message.id),
        state=Delivery.PARKED,
    )
