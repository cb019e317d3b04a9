"""The outbox: what happened, who wants to be told, and how far the telling has come."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Force
from common.ids import uuid7
from webhooks.types import EVENT_TYPES, EVERYTHING, TEST, Message

_UNNUMBERED = Q(sequence__isnull=True, quiet=False) & ~Q(type=TEST)


class Counter(models.Model):
    """The last number given out in one force. Numbering holds its row; whoever writes an event does not."""

    force = models.OneToOneField(Force, primary_key=True, on_delete=models.PROTECT, related_name="+")
    last = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(name="counter_from_zero", condition=Q(last__gte=0))]

    def __str__(self) -> str:
        return f"{self.force_id} {self.last}"


class Event(models.Model):
    """One thing that happened, written in the transaction that made it so and numbered after its commit.

    `id` is the order of writing, `key` is what receivers know it by (`webhook-id`). `about` is whatever it belongs
    to, where others may be kept from that: `quiet` ones are neither numbered, nor on the feed, nor delivered.
    """

    force = models.ForeignKey(Force, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.UUIDField(default=uuid7, editable=False, unique=True)
    sequence = models.BigIntegerField(null=True, editable=False)
    type = models.CharField(max_length=40)
    occurred_at = models.DateTimeField()
    subject = models.UUIDField()
    reference = models.CharField(max_length=64)
    state = models.CharField(max_length=40)
    about = models.UUIDField(null=True, editable=False)
    quiet = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        constraints = [
            # Also answers: what comes after this number in this force? (the feed, a replay)
            models.UniqueConstraint(name="event_sequence_once", fields=["force", "sequence"]),
            models.CheckConstraint(name="event_type_known", condition=Q(type__in=[*sorted(EVENT_TYPES), TEST])),
            models.CheckConstraint(
                name="event_numbered_from_one", condition=Q(sequence__isnull=True) | Q(sequence__gte=1)
            ),
            models.CheckConstraint(
                name="event_quiet_about_something", condition=Q(quiet=False) | Q(about__isnull=False)
            ),
            models.CheckConstraint(name="event_test_unnumbered", condition=Q(sequence__isnull=True) | ~Q(type=TEST)),
        ]
        indexes = [
            # What of this force is committed and not numbered yet? Empty but for the last moments.
            models.Index(name="event_unnumbered", fields=["force", "id"], condition=_UNNUMBERED),
            # What happened about this, of which the force is not told?
            models.Index(name="event_quiet", fields=["about", "id"], condition=Q(quiet=True)),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.key}"

    @property
    def message(self) -> Message:
        return Message(
            id=self.key,
            type=self.type,
            occurred_at=self.occurred_at,
            subject=self.subject,
            reference=self.reference,
            state=self.state,
        )


class Endpoint(models.Model):
    """Where a force wants to be told of which events.

    `lease` is held by the one worker that sends to it just now and runs out by itself at `leased_until`, so
    that a killed worker keeps nothing. An endpoint that an operator set to `disabled` is sent nothing, and
    loses nothing: what it is owed waits.
    """

    ACTIVE, DISABLED = "active", "disabled"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Also answers: which endpoints has this force?
    force = models.ForeignKey(Force, on_delete=models.PROTECT, related_name="+")
    url = models.CharField(max_length=2000)
    events = ArrayField(models.CharField(max_length=40))
    sealed_secret = models.BinaryField()
    state = models.CharField(max_length=10, default=ACTIVE)
    created_at = models.DateTimeField(db_default=Now())
    lease = models.UUIDField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="endpoint_state_known", condition=Q(state__in=["active", "disabled"])),
            models.CheckConstraint(name="endpoint_wants_something", condition=~Q(events=[])),
            models.CheckConstraint(
                name="endpoint_lease_has_end",
                condition=Q(lease__isnull=True, leased_until__isnull=True)
                | Q(lease__isnull=False, leased_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def wants_everything(self) -> bool:
        return EVERYTHING in self.events


class Delivery(models.Model):
    """One event owed to one endpoint. `sequence` is the event's number, or 0 for a test.

    `queued_at` is when it was last put in line, by its event or by a replay: an outcome counts only for the
    round in which its try began.
    """

    PENDING, DELIVERED, PARKED = "pending", "delivered", "parked"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    # Its own index answers: what was this endpoint ever owed? (removing it)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    sequence = models.BigIntegerField()
    state = models.CharField(max_length=10, default=PENDING)
    attempts = models.IntegerField(default=0)
    refusals = models.IntegerField(default=0)
    queued_at = models.DateTimeField()
    first_at = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(null=True)
    last_status = models.SmallIntegerField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Event first: also answers which deliveries an event has, when it is removed.
            models.UniqueConstraint(name="delivery_once", fields=["event", "endpoint"]),
            models.CheckConstraint(
                name="delivery_state_known", condition=Q(state__in=["pending", "delivered", "parked"])
            ),
            models.CheckConstraint(
                name="delivery_due_while_pending",
                condition=Q(state="pending", next_attempt_at__isnull=False)
                | (~Q(state="pending") & Q(next_attempt_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="delivery_delivered_when",
                condition=Q(state="delivered", delivered_at__isnull=False)
                | (~Q(state="delivered") & Q(delivered_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="delivery_first_try_when",
                condition=Q(attempts=0, first_at__isnull=True) | Q(attempts__gt=0, first_at__isnull=False),
            ),
            models.CheckConstraint(
                name="delivery_tries_add_up", condition=Q(refusals__gte=0, attempts__gte=F("refusals"))
            ),
            models.CheckConstraint(name="delivery_sequence_from_zero", condition=Q(sequence__gte=0)),
        ]
        indexes = [
            # What goes to this endpoint next, and when? One probe an endpoint finds all that is due.
            models.Index(name="delivery_next", fields=["endpoint", "sequence", "id"], condition=Q(state="pending")),
            # How much was given up at this endpoint?
            models.Index(name="delivery_parked", fields=["endpoint"], condition=Q(state="parked")),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint_id} {self.sequence}"
