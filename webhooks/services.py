"""Owing a message, and managing where messages go: one verb, one transaction, a trace with each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_OID, UUID, uuid5

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import ApiClient
from accounts.types import Caller
from audit.models import DaySeal
from audit.services import record
from audit.types import SERVICE, Actor
from common.ids import uuid7
from common.problems import NotFound, Problem, Refused
from database.writes import write
from webhooks import queries, rules, wake
from webhooks.client import is_public
from webhooks.models import Delivery, Endpoint, Event
from webhooks.numbering import hold
from webhooks.signing import new_secret
from webhooks.types import TEST, TEST_SEQUENCE
from webhooks.vault import seal

# A function (webhooks/migrations/0005_owe.py): nearly every write of the service runs it.
_OWE = "SELECT webhooks_owe(%s::jsonb)"


@dataclass(frozen=True, slots=True)
class About:
    """What an event belongs to. `quiet`: only those who may read that are to know of it (rule 81)."""

    id: UUID
    quiet: bool


def enqueue(*, force: str, type: str, subject: UUID, reference: str, state: str, about: About | None = None) -> None:
    """Owe the force's endpoints a message: it commits, or rolls back, with the caller's transaction.

    Two inserts and no lock: an event without a number, and a queue row that says only "look". A quiet one is
    kept and owed to nobody.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an event belongs in the transaction of what it tells of")
    quiet = about is not None and about.quiet
    event = {
        "force_id": force,
        "key": uuid7(),
        "type": type,
        "occurred_at": timezone.now(),
        "subject": subject,
        "reference": reference,
        "state": state,
        "about": about.id if about else None,
        "quiet": quiet,
    }
    # str gives UUIDs and instants the form that PostgreSQL reads.
    write(_OWE, [json.dumps(event, default=str)])
    if not quiet:
        wake.now()


def set_quiet(*, about: UUID, subject: UUID, quiet: bool) -> None:
    """Take all that was ever told about something out of feeds and of what is still owed, or put it back.

    Put back, what was never numbered is numbered and owed now. `subject` finds what has no `about`.
    """
    rows = Event.objects.filter(Q(about=about) | Q(about=None, subject=subject))
    if quiet:
        Delivery.objects.filter(event__in=rows, state=Delivery.PENDING).delete()
    rows.update(quiet=quiet, about=about)
    wake.now()


def set_about(*, subject: UUID, about: About | None) -> None:
    """Say what all that was ever told of a subject is about from now on, and whether it is on any feed."""
    rows, quiet = Event.objects.filter(subject=subject), about is not None and about.quiet
    if quiet:
        Delivery.objects.filter(event__in=rows, state=Delivery.PENDING).delete()
    rows.update(quiet=quiet, about=about.id if about else None)
    wake.now()


def enqueue_all(*, force: str, type: str, told: Sequence[tuple[UUID, str, str]]) -> None:
    """The same for many new things at once: what each is, its reference and its state. Never for quiet ones."""
    if not connection.in_atomic_block:
        raise RuntimeError("an event belongs in the transaction of what it tells of")
    now = timezone.now()
    Event.objects.bulk_create(
        Event(
            force_id=force, type=type, occurred_at=now, subject=subject, reference=reference, state=state, about=subject
        )
        for subject, reference, state in told
    )
    wake.now()


@dataclass(frozen=True, slots=True)
class Wish:
    """An endpoint as asked for, with what did not fit its shape. None: it could not be read."""

    url: str | None
    events: Sequence[str] | None
    shape_problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Created:
    """A new endpoint. Its secret is here still sealed: only what is shown to the caller opens it."""

    endpoint: Endpoint
    sealed_secret: bytes


@transaction.atomic
def create_endpoint(*, caller: Caller, wish: Wish) -> Created:
    """Tell the caller's force at this address from now on. `Refused` with everything that is wrong."""
    problems = _problems(wish)
    if problems:
        raise Refused(problems)
    identifier = uuid7()
    sealed = seal(new_secret(), endpoint=identifier)
    endpoint = Endpoint.objects.create(
        id=identifier,
        force_id=caller.force,
        url=wish.url or "",
        events=list(dict.fromkeys(wish.events or ())),
        sealed_secret=sealed,
    )
    record(actor=caller.actor, action="alteration", verb="webhook_created", records=[endpoint.id])
    return Created(endpoint, sealed)


def _problems(wish: Wish) -> list[Problem]:
    allowed = rules.Destinations(is_public=is_public, loopback_allowed=settings.WEBHOOK_LOOPBACK_ALLOWED)
    problems = list(wish.shape_problems)
    told = {problem.pointer.split("/")[1] for problem in problems if problem.pointer}
    if "url" not in told:
        problems += rules.problems_in_url(wish.url or "", allowed)
    if "events" not in told:
        problems += rules.problems_in_events(wish.events or ())
    return problems


@transaction.atomic
def delete_endpoint(*, caller: Caller, endpoint: UUID) -> None:
    """Tell nobody there any more; what was owed goes with it."""
    # The counter keeps out a numbering that would owe new events to a row that is going.
    hold(caller.force)
    _own(caller, endpoint).delete()
    record(actor=caller.actor, action="erasure", verb="webhook_deleted", records=[endpoint])


def _own(caller: Caller, endpoint: UUID) -> Endpoint:
    """The caller's own endpoint, its row held: whoever changes its deliveries holds it first."""
    row = Endpoint.objects.select_for_update().filter(force=caller.force, pk=endpoint).first()
    if row is None:
        raise NotFound
    return row


@transaction.atomic
def send_test(*, caller: Caller, endpoint: UUID) -> UUID:
    """Owe one endpoint a `webhook.test`, beside the line of its events; the `webhook-id` it will carry."""
    row, now = _own(caller, endpoint), timezone.now()
    event = Event.objects.create(
        force_id=caller.force, type=TEST, occurred_at=now, subject=row.id, reference="test", state=row.state
    )
    Delivery.objects.create(event=event, endpoint=row, sequence=TEST_SEQUENCE, queued_at=now, next_attempt_at=now)
    record(actor=caller.actor, action="alteration", verb="webhook_test_sent", records=[row.id, event.key])
    wake.now()
    return event.key


@transaction.atomic
def replay(*, caller: Caller, endpoint: UUID, since: datetime) -> int:
    """Owe an endpoint again every event it asks for since an instant, in order; how many those are.

    Each keeps its `webhook-id`. What is not numbered yet is owed in any case. Lower numbers go first, so what
    waits already comes after what is replayed.
    """
    row, now = _own(caller, endpoint), timezone.now()
    again = [
        Delivery(event=event, endpoint=row, sequence=event.sequence or 0, queued_at=now, next_attempt_at=now)
        for event in queries.events_wanted(row, since).only("id", "sequence").iterator(chunk_size=2000)
    ]
    Delivery.objects.bulk_create(
        again,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["event", "endpoint"],
        update_fields=_FRESH,
    )
    record(
        actor=caller.actor,
        action="disclosure",
        verb="webhook_replayed",
        records=[row.id],
        recipient=str(row.id),
    )
    wake.now()
    return len(again)


@transaction.atomic
def wake_delivery(*, actor: Actor, delivery: int) -> bool:
    """Put one event that was given up back in line at its endpoint. False where it is not parked (any more)."""
    found = Delivery.objects.filter(pk=delivery, state=Delivery.PARKED)
    endpoint = found.values_list("endpoint", flat=True).first()
    if endpoint is None:
        return False
    Endpoint.objects.select_for_update().only("pk").get(pk=endpoint)
    now = timezone.now()
    woken = found.update(
        state=Delivery.PENDING,
        attempts=0,
        refusals=0,
        queued_at=now,
        first_at=None,
        next_attempt_at=now,
        last_status=None,
    )
    if woken:
        record(actor=actor, action="alteration", verb="delivery_woken", records=[endpoint, str(delivery)])
        wake.now()
    return woken == 1


_FRESH = [
    "state",
    "attempts",
    "refusals",
    "queued_at",
    "first_at",
    "next_attempt_at",
    "last_status",
    "delivered_at",
]


@transaction.atomic
def tell_of_seal(*, seal: DaySeal) -> int:
    """Owe every force with a system of its own the digest of a day's trail, to be kept where we cannot change it.

    It says nothing of any force: it is one value over the ends of all chains. How many forces that were.
    """
    forces = ApiClient.objects.filter(force__isnull=False).order_by("force_id").values_list("force_id", flat=True)
    told = list(forces.distinct())
    subject = uuid5(NAMESPACE_OID, seal.digest)
    for force in told:
        enqueue(force=force, type="trail.sealed", subject=subject, reference=seal.digest, state=str(seal.day))
        record(actor=SERVICE, action="disclosure", verb="seal_published", records=[str(seal.day)], recipient=force)
    return len(told)
