"""Which version of an order was the one in force when, as known when; and what ended an order early."""

from __future__ import annotations

from typing import get_args

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from common.ids import uuid7
from orders.models.versions import Order, OrderVersion
from orders.models.withdrawals import ONLY_WITHDRAWN, STANDING, Withdrawable, withdrawn_with_reason
from orders.types import AppealOutcome, DeterminationResult


class InForce(models.Model):
    """A version was the one in force throughout `during`, as the record stood throughout `known` (both half-open).

    What is known now has no upper end in `known`. When a later act changes it, that end is closed and other rows
    begin there; nothing else ever changes, so a question about the past has one answer for ever.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="times", db_index=False)
    version = models.ForeignKey(OrderVersion, on_delete=models.PROTECT, related_name="times")
    during = DateTimeRangeField()
    known = DateTimeRangeField()

    class Meta:
        constraints = [
            # Its index also answers: what was in force for this order then, as known then?
            ExclusionConstraint(
                name="one_version_in_force_at_once",
                expressions=[
                    ("order", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                    ("known", RangeOperators.OVERLAPS),
                ],
            ),
            models.UniqueConstraint(
                name="version_in_force_once", fields=["version"], condition=Q(known__upper_inf=True)
            ),
            models.CheckConstraint(
                name="in_force_half_open",
                condition=Q(
                    during__isempty=False, during__lower_inf=False, during__lower_inc=True, during__upper_inc=False
                )
                & Q(known__isempty=False, known__lower_inf=False, known__lower_inc=True, known__upper_inc=False),
            ),
        ]
        indexes = [
            # Which versions stop being in force between then and then?
            models.Index(
                Func(F("during"), function="upper"), name="in_force_until", condition=Q(known__upper_inf=True)
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="only_closed",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                IF (OLD.id, OLD.order_id, OLD.version_id, OLD.during, lower(OLD.known))
                   IS DISTINCT FROM (NEW.id, NEW.order_id, NEW.version_id, NEW.during, lower(NEW.known))
                   OR NOT upper_inf(OLD.known) OR upper_inf(NEW.known) THEN
                    RAISE EXCEPTION 'what was known of an order is closed, never changed';
                END IF;
                RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.during)


class _Recorded(Withdrawable):
    """Something a court did to an order, as a force recorded it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=64)

    class Meta:
        abstract = True


class Determination(_Recorded):
    """The main application was decided: an interim order ends at that instant (section 5(7), rule 5)."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="determinations", db_index=False)
    result = models.CharField(max_length=12)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            withdrawn_with_reason("determination_withdrawn_with_reason"),
            models.UniqueConstraint(name="determination_once", fields=["order"], condition=STANDING),
            models.CheckConstraint(
                name="determination_result_known", condition=Q(result__in=get_args(DeterminationResult))
            ),
            models.CheckConstraint(name="determination_recorded_after", condition=Q(recorded_at__gte=F("at"))),
        ]
        indexes = [
            models.Index(name="determination_of_order", fields=["order", "recorded_at"])
        ]  # recorded, also withdrawn?
        triggers = [ONLY_WITHDRAWN]

    def __str__(self) -> str:
        return self.result


class Discharge(_Recorded):
    """The court discharged the order, with the consents that section 4 asks for (rule 19)."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="discharges", db_index=False)
    discharged_at = models.DateTimeField()
    defendant_consents = models.BooleanField()
    applying_officer_consents = models.BooleanField()
    residence_force = models.CharField(max_length=2, blank=True)
    residence_officer_consents = models.BooleanField()

    class Meta:
        constraints = [
            withdrawn_with_reason("discharge_withdrawn_with_reason"),
            models.UniqueConstraint(name="discharge_once", fields=["order"], condition=STANDING),
            models.CheckConstraint(name="discharge_recorded_after", condition=Q(recorded_at__gte=F("discharged_at"))),
        ]
        indexes = [
            models.Index(name="discharge_of_order", fields=["order", "recorded_at"])
        ]  # recorded, also withdrawn?
        triggers = [ONLY_WITHDRAWN]

    def __str__(self) -> str:
        return str(self.discharged_at)


class Appeal(_Recorded):
    """An appeal to the Crown Court (section 7): lodged, and in another row what came of it (rule 21)."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="appeals", db_index=False)
    lodged_on = models.DateField()
    outcome = models.CharField(max_length=12, blank=True)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            withdrawn_with_reason("appeal_withdrawn_with_reason"),
            models.UniqueConstraint(
                name="appeal_lodged_once", fields=["order", "lodged_on"], condition=Q(outcome="") & STANDING
            ),
            models.UniqueConstraint(
                name="appeal_decided_once", fields=["order", "lodged_on"], condition=~Q(outcome="") & STANDING
            ),
            models.CheckConstraint(
                name="appeal_outcome_known", condition=Q(outcome__in=["", *get_args(AppealOutcome)])
            ),
            models.CheckConstraint(
                name="appeal_outcome_dated",
                condition=Q(outcome="", at__isnull=True) | (~Q(outcome="") & Q(at__isnull=False)),
            ),
        ]
        indexes = [models.Index(name="appeal_of_order", fields=["order", "recorded_at"])]  # recorded, also withdrawn?
        triggers = [ONLY_WITHDRAWN]

    def __str__(self) -> str:
        return self.outcome or "lodged"
