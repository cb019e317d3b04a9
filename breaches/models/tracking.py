"""Positions that devices sent under a recorded authority, the visits found in them, and the devices (rule 82)."""

from __future__ import annotations

from uuid import UUID

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from breaches.models.reports import Report
from breaches.tracking.types import NEAR
from common.ids import uuid7
from orders.models import Order


class TrackFix(models.Model):
    """One position of one device, and how it lay to the order in force at its own time.

    A table in parts, one a month of `recorded_at`, made and kept by migrations (0006): never changed but for
    `held`, and never deleted where it lies near a zone or is held. `zones` has every zone of the order where the
    fix is near one: code, distance and probability. `said` stands for all that was sent of place, accuracy and status
    (the database's function breaches_trackfix_said): two fixes are the same only if all of them says the same.
    `accuracy_sent` is there where it was nought or below, and no accuracy.
    """

    pk = models.CompositePrimaryKey("order_id", "device", "recorded_at", "said")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+", db_index=False)
    device = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    said = models.UUIDField(default=UUID(int=0))
    received_at = models.DateTimeField()
    longitude = models.FloatField()
    latitude = models.FloatField()
    accuracy_m = models.FloatField(null=True)
    accuracy_basis = models.CharField(max_length=8)
    accuracy_sent = models.FloatField(null=True)
    receiver_status = models.CharField(max_length=8, blank=True, default="")
    r95_m = models.FloatField()
    near = models.CharField(max_length=5)
    version = models.PositiveIntegerField(null=True)
    zone = models.CharField(max_length=16, null=True)
    distance_m = models.FloatField(null=True)
    probability = models.FloatField(null=True)
    zones = models.JSONField(null=True)
    held = models.BooleanField(default=False)

    class Meta:
        managed = False
        db_table = "breaches_trackfix"

    def __str__(self) -> str:
        return self.near


class FixJudgement(models.Model):
    """How a fix lies to its order by terms that reached back to it: the last row counts, the fix keeps the first.

    The fix it speaks of is held from then on (a foreign key to it, made by migration 0017).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+", db_index=False)
    device = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    said = models.UUIDField(default=UUID(int=0))
    judged_at = models.DateTimeField()
    near = models.CharField(max_length=5)
    version = models.PositiveIntegerField(null=True)
    zones = models.JSONField()

    class Meta:
        constraints = [
            # Also answers: how were the fixes of this device of that time judged again?
            models.UniqueConstraint(
                name="fix_judged_once_at_a_time", fields=["order", "device", "recorded_at", "said", "judged_at"]
            ),
            models.CheckConstraint(name="fix_judged_near_known", condition=Q(near__in=NEAR)),
            models.CheckConstraint(
                name="fix_judged_where_near",
                condition=Q(near="none", version=None, zones=[])
                | (~Q(near="none") & Q(version__isnull=False, version__gt=0) & ~Q(zones=[])),
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.near


class TrackedDevice(models.Model):
    """A device that sends positions, or should. `silent_told_at`: when its silence, which still lasts, was told.

    `last_recorded_at` and `last_received_at` are None where it was never heard of.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="tracked_devices", db_index=False)
    device = models.CharField(max_length=64)
    last_recorded_at = models.DateTimeField(null=True)
    last_received_at = models.DateTimeField(null=True)
    silent_told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="tracked_device_once", fields=["order", "device"]),
            models.CheckConstraint(
                name="tracked_device_heard_of",
                condition=Q(last_recorded_at__isnull=True, last_received_at__isnull=True)
                | Q(last_recorded_at__isnull=False, last_received_at__isnull=False),
            ),
        ]
        indexes = [
            # Which devices have not been heard of since then, and nobody was told?
            models.Index(
                name="tracked_device_unheard", fields=["last_recorded_at"], condition=Q(silent_told_at__isnull=True)
            )
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="whose", fields=["order", "device"]),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Visit(models.Model):
    """Somebody's stay in a zone, with the one report it raised. Later fixes make it longer, never another report."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="visits", db_index=False)
    device = models.CharField(max_length=64)
    zone = models.CharField(max_length=16)
    entered_at = models.DateTimeField()
    last_at = models.DateTimeField()
    # Zones that lie in each other are entered by one fix: those visits share a report.
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="visits")
    # A late fix showed it to be one with an earlier visit. Its report stays.
    joined_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="joined")

    class Meta:
        constraints = [
            models.CheckConstraint(name="visit_ends_after_start", condition=Q(last_at__gte=F("entered_at"))),
            # One device is on one visit to a zone at a time. It also finds the visits of about that time.
            ExclusionConstraint(
                name="visit_one_at_a_time",
                condition=Q(joined_to=None),
                expressions=[
                    ("order", RangeOperators.EQUAL),
                    ("device", RangeOperators.EQUAL),
                    ("zone", RangeOperators.EQUAL),
                    (
                        Func(
                            "entered_at",
                            "last_at",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
        indexes = [
            # Which visits did this device make at about that time?
            models.Index(name="visit_of_device", fields=["order", "device", "entered_at"])
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="as_raised", fields=["order", "device", "zone", "report"]),
        ]

    def __str__(self) -> str:
        return self.zone
