"""Reading what a force is told, where it is told, and what is owed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now

from common.problems import NotFound
from webhooks.models import Delivery, Endpoint, Event
from webhooks.numbering import number
from webhooks.types import TEST_SEQUENCE, Numbered


def events_after(*, force: str, sequence: int, limit: int, types: Collection[str] | None = None) -> list[Numbered]:
    """At most `limit` events of a force numbered above `sequence`, lowest first, of these types or of all.

    What is committed is numbered first: whoever asks again from the last number seen misses nothing. What was
    told before it became quiet is left out, number and all.
    """
    number(force)
    rows = Event.objects.filter(force=force, sequence__gt=sequence, quiet=False).order_by("sequence")
    if types is not None:
        rows = rows.filter(type__in=types)
    return [Numbered(sequence=row.sequence or 0, message=row.message) for row in rows[:limit]]


def quiet_events(about: UUID) -> QuerySet[Event]:
    """What happened about something of which its force is not told."""
    return Event.objects.filter(about=about, quiet=True)


def endpoints_of(force: str) -> QuerySet[Endpoint]:
    return Endpoint.objects.filter(force=force)


def endpoint_of(force: str, endpoint: UUID) -> Endpoint:
    """One of the force's own endpoints; `NotFound` also where it is another's."""
    found = endpoints_of(force).filter(pk=endpoint).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many events wait for an endpoint, and how many were given up there."""

    pending: int
    parked: int


def backlogs_of(endpoints: Sequence[Endpoint]) -> dict[UUID, Backlog]:
    """The backlog of each of these, from the two partial indexes: what was delivered is never counted."""
    pending, parked = (_counted(endpoints, state) for state in (Delivery.PENDING, Delivery.PARKED))
    return {row.id: Backlog(pending.get(row.id, 0), parked.get(row.id, 0)) for row in endpoints}


def _counted(endpoints: Sequence[Endpoint], state: str) -> dict[UUID, int]:
    rows = Delivery.objects.filter(endpoint__in=endpoints, state=state)
    return dict(rows.values_list("endpoint_id").annotate(count=Count("id")))


def endpoints_due() -> QuerySet[Endpoint, UUID]:
    """Endpoints that are owed something now and that nobody sends to just now.

    The clock is the database's, the same for every machine. Events go strictly in order: only the first one
    pending can be due, however long the ones behind it have been there. Tests stand beside that line.
    """
    pending = Delivery.objects.filter(endpoint=OuterRef("pk"), state=Delivery.PENDING)
    first = pending.filter(sequence__gt=TEST_SEQUENCE).order_by("sequence", "id")
    test = pending.filter(sequence=TEST_SEQUENCE).order_by("next_attempt_at")
    return (
        Endpoint.objects.filter(free(), state=Endpoint.ACTIVE)
        .annotate(
            first_due=Subquery(first.values("next_attempt_at")[:1]),
            test_due=Subquery(test.values("next_attempt_at")[:1]),
        )
        .filter(Q(first_due__lte=Now()) | Q(test_due__lte=Now()))
        .order_by("first_due", "id")
        .values_list("pk", flat=True)
    )


def free() -> Q:
    """No worker holds the endpoint, or the one that did ran out of time."""
    return Q(leased_until=None) | Q(leased_until__lte=Now())


def due_delivery(endpoint: UUID) -> Delivery | None:
    """What to send to this endpoint now: a test that is due, else the first event in line if it is due."""
    pending = Delivery.objects.filter(endpoint=endpoint, state=Delivery.PENDING).select_related("event")
    tests = pending.filter(sequence=TEST_SEQUENCE, next_attempt_at__lte=Now())
    test = tests.order_by("next_attempt_at").first()
    if test is not None:
        return test
    first = pending.filter(sequence__gt=TEST_SEQUENCE).order_by("sequence", "id")
    return pending.filter(pk=Subquery(first.values("pk")[:1]), next_attempt_at__lte=Now()).first()


def events_wanted(endpoint: Endpoint, since: datetime) -> QuerySet[Event]:
    """The numbered events of its force since an instant, of the types an endpoint asks for."""
    rows = Event.objects.filter(force_id=endpoint.force_id, sequence__gt=0, quiet=False, occurred_at__gte=since)
    return rows if endpoint.wants_everything else rows.filter(type__in=endpoint.events)
