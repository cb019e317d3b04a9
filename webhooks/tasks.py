"""Worker's edge: numbering what happened and sending what is owed; sealing the trail.

All tasks may run any number of times, at once and on many machines. Nothing depends on a queue row: every
event brings one, a retry leaves one for its instant, and the sweep finds whatever a lost row left behind.
"""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from django.utils import timezone

from audit import tasks
from webhooks import client, delivery, queries, services, wake
from webhooks.delivery import LEASE, Try
from webhooks.numbering import number_all
from webhooks.types import Outcome

AT_ONCE = 8
# Nothing new is begun after this. With the ten seconds of a try a task ends well before django-q2's twenty.
BEGIN_FOR = timedelta(seconds=3)
# When a worker was killed here, its leases have run out by then and another may go on.
_SURELY_FREE = BEGIN_FOR + LEASE + timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class _Flight:
    what: Try
    began: datetime


def sweep() -> None:
    """Every minute, whatever no queue row speaks for: due retries, leases run out, events without number."""
    drain()


def chain_trail() -> None:
    """Every minute: chain the trail, seal yesterday once it is over, and tell the forces of the new seal."""
    tasks.chain_trail(tell=lambda seal: services.tell_of_seal(seal=seal))


def drain() -> None:
    """Number what is committed and send what is due, each endpoint's in order, some endpoints at a time."""
    # Asked before: whoever counted on this look has either committed by now or is still writing.
    unsettled = wake.in_flight()
    if number_all() or unsettled:
        wake.now()
    if not queries.endpoints_due().exists():
        return
    # Left behind if this worker is killed: then somebody looks as soon as its leases have run out.
    guard = wake.at(timezone.now() + _SURELY_FREE)
    _send_what_is_due()
    # Asked after the last lease was given back. Whoever found an endpoint taken before that relies on it.
    if queries.endpoints_due().exists():
        wake.now()
    wake.cancel(guard)


def _send_what_is_due() -> None:
    stop = monotonic() + BEGIN_FOR.total_seconds()
    flights: dict[Future[Outcome], _Flight] = {}
    with ThreadPoolExecutor(AT_ONCE) as senders:
        while True:
            while monotonic() < stop and len(flights) < AT_ONCE and (found := delivery.take_any()):
                _begin(senders, flights, found)
            if not flights:
                return
            landed, _ = wait(flights, return_when=FIRST_COMPLETED)
            for future in landed:
                _land(senders, flights, future, more=monotonic() < stop)


def _land(
    senders: ThreadPoolExecutor,
    flights: dict[Future[Outcome], _Flight],
    future: Future[Outcome],
    *,
    more: bool,
) -> None:
    """Write down how a try ended, and begin the endpoint's next one or give the endpoint back."""
    flight = flights.pop(future)
    ours = delivery.settle(flight.what, future.result(), started_at=flight.began)
    following = delivery.following_try(flight.what.lease) if ours and more else None
    if following:
        _begin(senders, flights, following)
    else:
        delivery.release(flight.what.lease)


def _begin(senders: ThreadPoolExecutor, flights: dict[Future[Outcome], _Flight], what: Try) -> None:
    """Only the sending happens in a thread: the database is spoken to by the task's own."""
    now = timezone.now()
    message = what.signed(at=now)
    future = senders.submit(client.post, what.url, message) if message else senders.submit(_not_sent)
    flights[future] = _Flight(what, now)


def _not_sent() -> Outcome:
    return Outcome(status=None)
