"""What he must tell the police and what he told them (sections 9 to 11); reviews; what others were told is coming."""

from __future__ import annotations

from typing import get_args

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Force, User
from common.ids import uuid7
from database.sealed import SealedJSON
from orders.models.versions import APPEND_ONLY, Order
from orders.models.withdrawals import ONLY_WITHDRAWN, STANDING, Withdrawable, withdrawn_with_reason
from orders.rules.duties import DutyKind, EventKind
from orders.types import IdentityCheck


class NotificationEvent(Withdrawable):
    """A new name, a change of home address, or registration under the Sexual Offences Act 2003 (rules 28, 29)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="notification_events", db_index=False)
    kind = models.CharField(max_length=20)
    event_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())
    recorded_by = models.CharField(max_length=64)

    class Meta:
        constraints = [
            withdrawn_with_reason("notification_event_withdrawn_with_reason"),
            models.UniqueConstraint(
                name="notification_event_once", fields=["order", "kind", "event_on"], condition=STANDING
            ),
            models.CheckConstraint(name="notification_event_known", condition=Q(kind__in=get_args(EventKind))),
        ]
        indexes = [models.Index(name="notification_event_of_order", fields=["order", "recorded_at"])]  # withdrawn too?
        triggers = [ONLY_WITHDRAWN]

    def __str__(self) -> str:
        return self.kind


class Notification(Withdrawable):
    """He went to a police station and told them (section 10, rule 30). `told` is what: personal data of his."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="notifications")
    kind = models.CharField(max_length=20)
    event_on = models.DateField(null=True)
    notified_at = models.DateTimeField()
    station = models.CharField(max_length=120)
    station_force = models.ForeignKey(Force, on_delete=models.PROTECT, related_name="+", db_index=False)
    home_force = models.CharField(max_length=2, blank=True)
    received_by = models.CharField(max_length=120)
    acknowledgement = models.CharField(max_length=64)
    told = SealedJSON(default=dict)
    identity_check = models.CharField(max_length=12)
    false_information = models.BooleanField()
    recorded_at = models.DateTimeField(db_default=Now())
    recorded_by = models.CharField(max_length=64)

    class Meta:
        constraints = [
            withdrawn_with_reason("notification_withdrawn_with_reason"),
            models.CheckConstraint(name="notification_kind_known", condition=Q(kind__in=get_args(DutyKind))),
            models.CheckConstraint(
                name="notification_of_a_change_names_its_day",
                condition=Q(kind="initial", event_on__isnull=True) | (~Q(kind="initial") & Q(event_on__isnull=False)),
            ),
            models.CheckConstraint(name="notification_acknowledged", condition=~Q(acknowledgement="")),
            models.CheckConstraint(
                name="notification_identity_check_known", condition=Q(identity_check__in=get_args(IdentityCheck))
            ),
        ]
        triggers = [ONLY_WITHDRAWN]

    def __str__(self) -> str:
        return self.kind


class NotificationDuty(models.Model):
    """The duties of an order as they follow from everything else on record: worked out again after each write to it.

    Kept so that lists need not work out every order. The rows above are the truth, and `orders.duties` the rule.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="duties", db_index=False)
    kind = models.CharField(max_length=20)
    event_on = models.DateField()
    due_on = models.DateField()
    until = models.DateTimeField()
    met_at = models.DateTimeField(null=True)
    lapses_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="notification_duty_once", fields=["order", "kind", "event_on"]),
            models.CheckConstraint(name="notification_duty_known", condition=Q(kind__in=get_args(DutyKind))),
            models.CheckConstraint(name="notification_duty_days", condition=Q(due_on__gt=F("event_on"))),
            models.CheckConstraint(
                name="notification_duty_met_or_lapsed", condition=Q(met_at__isnull=True) | Q(lapses_at__isnull=True)
            ),
        ]
        indexes = [
            # Which duties are open, and since when overdue?
            models.Index(name="notification_duty_open", fields=["until", "id"], condition=Q(met_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.kind


class OrderReview(models.Model):
    """Somebody looked at an order and said when to look again (rule 24)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="reviews", db_index=False)
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    staff_id = models.CharField(max_length=32)
    reviewed_at = models.DateTimeField(db_default=Now())
    reason = models.TextField()
    next_review_on = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(name="order_review_has_reason", condition=~Q(reason=""))]
        indexes = [models.Index(name="order_review_latest", fields=["order", "-reviewed_at"])]  # next when?
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return str(self.next_review_on)


class Told(models.Model):
    """That a force was told once of something coming: the same is never told twice."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+", db_index=False)
    event = models.CharField(max_length=32)
    about = models.CharField(max_length=48)
    told_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(name="told_once", fields=["order", "event", "about"])]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return self.event
