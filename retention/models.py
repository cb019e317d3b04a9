"""Reviews, holds and disposals of reports, what is left of one that went, and requests for one's own data.

Nothing here refers to a report by foreign key: it outlives the report.
"""

from __future__ import annotations

from typing import get_args

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Force, User
from common.ids import uuid7
from database.sealed import SealedText
from retention.types import YEARS, Choice, Ground, RecordKind, SubjectKind

_APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class Review(models.Model):
    """A named person looked at a report and said why it is kept, and until when (rule 79). The newest counts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.UUIDField()
    group = models.PositiveSmallIntegerField()
    review_on = models.DateField()
    reason = models.TextField()
    reviewed_at = models.DateTimeField(db_default=Now())
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    staff_id = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.CheckConstraint(name="retention_group_known", condition=Q(group__in=sorted(YEARS))),
            models.CheckConstraint(name="retention_review_has_reason", condition=~Q(reason="")),
        ]
        indexes = [models.Index(name="retention_review_newest", fields=["report", "-reviewed_at"])]  # what counts?
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return str(self.id)


class HoldAct(models.Model):
    """That a report must be kept whatever its review says (court, inquiry, complaint), or need not any more."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.UUIDField()
    held = models.BooleanField()
    reason = models.TextField()
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    staff_id = models.CharField(max_length=32)

    class Meta:
        constraints = [models.CheckConstraint(name="retention_hold_has_reason", condition=~Q(reason=""))]
        indexes = [models.Index(name="retention_hold_newest", fields=["report", "-at"])]  # held now?
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return "held" if self.held else "not held"


class Disposal(models.Model):
    """One person proposes that a report goes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.UUIDField()
    force = models.ForeignKey(Force, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.TextField()
    proposed_at = models.DateTimeField(db_default=Now())
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    staff_id = models.CharField(max_length=32)

    class Meta:
        constraints = [models.CheckConstraint(name="disposal_has_reason", condition=~Q(reason=""))]
        indexes = [models.Index(name="disposal_of_report", fields=["report", "-proposed_at"])]  # proposed before?
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return str(self.id)


class DisposalDecision(models.Model):
    """Another person's word on it. The database itself holds that it is another."""

    disposal = models.OneToOneField(Disposal, primary_key=True, on_delete=models.PROTECT, related_name="decision")
    approved = models.BooleanField()
    reason = models.TextField()
    decided_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    staff_id = models.CharField(max_length=32)
    proposed_by = models.UUIDField()
    proposer_staff_id = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="disposal_two_people",
                condition=~Q(decided_by=F("proposed_by")) & ~Q(staff_id=F("proposer_staff_id")),
            ),
            models.CheckConstraint(name="disposal_decision_has_reason", condition=~Q(reason="")),
        ]
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return "approved" if self.approved else "refused"


class Tombstone(models.Model):
    """That there was a report, and by whose two words it went: ids and counts, nothing that it said."""

    report = models.UUIDField(primary_key=True)
    disposal = models.OneToOneField(Disposal, on_delete=models.PROTECT, related_name="tombstone")
    reference = models.CharField(max_length=20)
    erased_at = models.DateTimeField(db_default=Now())
    rows = models.JSONField()

    class Meta:
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return self.reference


class AccessRequest(models.Model):
    """Somebody asked a force for what is held about them (DPA 2018 section 45). Who it is stays in the force's file."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    force = models.ForeignKey(Force, on_delete=models.PROTECT, related_name="access_requests", db_index=False)
    reference = models.CharField(max_length=64)
    subject = models.CharField(max_length=20)
    orders = ArrayField(models.UUIDField(), default=list, blank=True)
    person = models.UUIDField(null=True)
    received_on = models.DateField()
    due_on = models.DateField()
    opened_at = models.DateTimeField(db_default=Now())
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    staff_id = models.CharField(max_length=32)

    class Meta:
        constraints = [
            # Also answers: which requests has this force?
            models.UniqueConstraint(name="access_request_reference_once", fields=["force", "reference"]),
            models.CheckConstraint(name="access_subject_known", condition=Q(subject__in=get_args(SubjectKind))),
            models.CheckConstraint(name="access_due_after_receipt", condition=Q(due_on__gt=F("received_on"))),
        ]
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return self.reference


class AccessDecision(models.Model):
    """A named person's decision about one record of a request: case by case, the newest counts (section 45(4))."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(AccessRequest, on_delete=models.PROTECT, related_name="decisions", db_index=False)
    record_kind = models.CharField(max_length=16)
    record = models.UUIDField()
    choice = models.CharField(max_length=8)
    ground = models.CharField(max_length=40, blank=True)
    reason = SealedText()
    decided_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    staff_id = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.CheckConstraint(name="access_choice_known", condition=Q(choice__in=get_args(Choice))),
            models.CheckConstraint(name="access_record_known", condition=Q(record_kind__in=get_args(RecordKind))),
            models.CheckConstraint(
                name="access_withheld_on_a_ground",
                condition=Q(choice="withhold", ground__in=get_args(Ground)) | Q(choice="disclose", ground=""),
            ),
            models.CheckConstraint(name="access_decision_has_reason", condition=~Q(reason=b"")),
        ]
        indexes = [models.Index(name="access_decision_newest", fields=["request", "record", "-decided_at"])]  # decided?
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return self.choice
