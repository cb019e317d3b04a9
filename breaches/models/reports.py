"""What was reported, what was found in it, and what a named person decided."""

from __future__ import annotations

import pgtrigger
from django.contrib.gis.db import models as gis
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Force, User
from breaches.types import ASSURANCES
from breaches.workflow import HELD_STATES, OWNER, list_transitions
from common.ids import uuid7
from database.sealed import SealedJSON, SealedText
from orders.models import Order

_APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class Report(models.Model):
    """One report, exactly as it was sent in `body_sent`, with the columns that queues are made of.

    The review queue is a query over this table: there is no moment at which a report exists but is not in it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reference = models.CharField(max_length=20)
    force = models.ForeignKey(Force, on_delete=models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="reports", db_index=False)
    reporter_kind = models.CharField(max_length=16)
    reporter = models.CharField(max_length=64)
    reporter_user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="reports", db_index=False)
    reporter_role = models.CharField(max_length=32, blank=True)
    # What its sender had proved, as of an addition (rule 84). Empty: made before this was written down.
    assurance = models.CharField(max_length=8, blank=True, default="", db_default="")
    body_sent = SealedText()
    warnings = models.JSONField(default=list)
    received_at = models.DateTimeField()
    review_due = models.DateTimeField()
    officer_contact_due = models.DateTimeField()
    incident_from = models.DateTimeField(null=True)
    incident_to = models.DateTimeField(null=True)
    immediate_danger = models.BooleanField()
    state = models.CharField(max_length=20, default="received")
    version = models.PositiveIntegerField(default=1)
    claimed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    # When whoever claimed it was last heard of; what counts is the later of this and `claimed_at`.
    heard_at = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    # Since when the reporter takes it back; null where she does not, or not any more (`Withdrawal` has the history).
    withdrawn_at = models.DateTimeField(null=True)
    priority = models.PositiveSmallIntegerField()
    priority_reasons = ArrayField(models.CharField(max_length=40))
    verdict = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="report_reference_once", fields=["reference"]),
            models.CheckConstraint(name="report_state_known", condition=Q(state__in=sorted(OWNER))),
            models.CheckConstraint(name="report_assurance_known", condition=Q(assurance__in=["", *sorted(ASSURANCES)])),
            models.CheckConstraint(
                name="report_held_while_claimed",
                condition=Q(state__in=sorted(HELD_STATES), claimed_by__isnull=False)
                | (~Q(state__in=sorted(HELD_STATES)) & Q(claimed_by__isnull=True)),
            ),
            models.CheckConstraint(
                name="report_claim_paired",
                condition=Q(claimed_by__isnull=True, claimed_at__isnull=True)
                | Q(claimed_by__isnull=False, claimed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="report_clocks",
                condition=Q(review_due__gt=F("received_at"), officer_contact_due__gt=F("received_at")),
            ),
            models.CheckConstraint(name="report_priority_range", condition=Q(priority__gte=1, priority__lte=5)),
            models.CheckConstraint(
                name="report_interval_order",
                condition=Q(incident_to__isnull=True) | Q(incident_to__gte=F("incident_from")),
            ),
        ]
        indexes = [
            # Which reports wait in this force's queue, most urgent first?
            models.Index(name="report_queue", fields=["force", "state", "priority", "review_due", "id"]),
            # Which reports did this person make, newest first?
            models.Index(name="report_of_person", fields=["reporter_user", "-received_at"]),
            # Which reports rest on this order?
            models.Index(name="report_of_order", fields=["order", "id"]),
            # Which reports of about that time, routed to this force, name no order that was found?
            models.Index(
                name="report_without_order", fields=["force", "incident_from"], condition=Q(order__isnull=True)
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            # The same table as in workflow.py: no writer, whatever its code, makes another move.
            pgtrigger.FSM(
                name="moves",
                field="state",
                transitions=list_transitions(),
            ),
            pgtrigger.ReadOnly(
                name="as_received",
                fields=["reference", "body_sent", "received_at", "reporter", "immediate_danger", "assurance"],
            ),
            pgtrigger.Trigger(
                name="order_as_said",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("OLD.order_id IS DISTINCT FROM NEW.order_id"),
                func="""
                    IF NOT EXISTS (
                        SELECT FROM breaches_orderchange c
                         WHERE c.report_id = NEW.id AND c.before_id IS NOT DISTINCT FROM OLD.order_id
                           AND c.order_id IS NOT DISTINCT FROM NEW.order_id
                           AND c.at = (SELECT max(l.at) FROM breaches_orderchange l WHERE l.report_id = NEW.id)
                    ) THEN
                        RAISE EXCEPTION 'no row says that this report is about another order'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class ReportPosition(models.Model):
    """A place in a report as it was understood. `point` is null where it could not be placed.

    `said_in`: the correction in which it was said; null: the report itself. One of the same number that was said later
    stands in its place, and the earlier row stays.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="positions", db_index=False)
    index = models.PositiveIntegerField()
    subject = models.CharField(max_length=32)
    method = models.CharField(max_length=32)
    point = gis.PointField(geography=True, srid=4326, null=True, spatial_index=False)
    r95_m = models.FloatField(null=True)
    accuracy_assumed = models.BooleanField()
    recorded_at = models.DateTimeField(null=True)
    transformation = models.CharField(max_length=120, blank=True)
    said_in = models.ForeignKey(
        "breaches.Addition", null=True, on_delete=models.PROTECT, related_name="positions", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="report_position_once", fields=["report", "index", "said_in"], nulls_distinct=False
            ),
            models.CheckConstraint(name="report_position_error", condition=Q(point__isnull=True) | Q(r95_m__gt=0)),
        ]
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return f"position {self.index}"


class Assessment(models.Model):
    """What the machine said once, with the question it was asked: it can be replayed years later (rule 51)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="assessments", db_index=False)
    cause = models.CharField(max_length=32)
    engine_version = models.CharField(max_length=8)
    engine_build = models.CharField(max_length=200)
    assessed_at = models.DateTimeField()
    question = SealedJSON()
    answer = SealedJSON()
    verdict = models.CharField(max_length=20)
    zone_staff = ArrayField(models.CharField(max_length=32), default=list)

    class Meta:
        indexes = [models.Index(name="assessment_newest", fields=["report", "-assessed_at"])]  # which is current?
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return self.verdict


class Move(models.Model):
    """One change of state: who, when, why (rule 45)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="moves")
    verb = models.CharField(max_length=24)
    source = models.CharField(max_length=20)
    target = models.CharField(max_length=20)
    # Null: by the reporter, who needs no account.
    moved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    moved_at = models.DateTimeField(db_default=Now())
    reason = SealedText(blank=True)

    class Meta:
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return self.verb


class Decision(models.Model):
    """What a named person decided about a report, on which assessment, and why (rules 44 and 46)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="decisions")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    staff_id = models.CharField(max_length=32)
    decided_at = models.DateTimeField()
    reason = SealedText(blank=True)
    findings = SealedJSON(default=list)
    offences = ArrayField(models.CharField(max_length=8), default=list)
    reasonable_excuse = SealedJSON(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="decision_kind", condition=Q(kind__in=["verified", "not_verified"])),
            models.CheckConstraint(
                name="decision_not_verified_has_reason", condition=Q(kind="verified") | ~Q(reason=b"")
            ),
        ]
        indexes = [models.Index(name="decision_of_report", fields=["report", "decided_at"])]  # decided when?
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return self.kind


class Consultation(models.Model):
    """A force's "would this be a breach?", kept as the question and its answer. Raises no report."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="consultations")
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    engine_version = models.CharField(max_length=8)
    engine_build = models.CharField(max_length=200)
    question = SealedJSON()
    answer = SealedJSON()

    class Meta:
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return str(self.id)
