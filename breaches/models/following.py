"""What is said about a report after it was made: questions and answers, corrections, notes, links, outcomes."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q

from accounts.models import Force, User
from breaches.models.reports import Report
from breaches.types import ADDITIONS, ASSURANCES, LINK_ACTS, OUTCOMES, WITHDRAWAL_ACTS
from common.ids import uuid7
from database.sealed import SealedText

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class Question(models.Model):
    """What an officer asked the reporter. It is answered by the first `Addition` that names it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="questions", db_index=False)
    text = SealedText()
    due = models.DateTimeField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    staff_id = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.CheckConstraint(name="question_not_empty", condition=~Q(text=b"")),
            models.CheckConstraint(name="question_due_later", condition=Q(due__gt=F("asked_at"))),
        ]
        indexes = [models.Index(name="question_of_report", fields=["report", "asked_at"])]  # which was asked last?
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return str(self.id)


class Addition(models.Model):
    """What was added to a report, and never edited: a message, an answer, or a correction.

    The report itself stays as it was received. A correction says in `corrects` what it is about; `body_sent`
    is what was sent to the letter, with the times, places and contacts that count instead, if any.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="additions", db_index=False)
    kind = models.CharField(max_length=12)
    text = SealedText(blank=True)
    corrects = SealedText(blank=True)
    body_sent = SealedText(blank=True)
    # One answer to a question: what is said after it is a message.
    question = models.OneToOneField(Question, null=True, on_delete=models.PROTECT, related_name="answer")
    immediate_danger = models.BooleanField(default=False)
    sent_at = models.DateTimeField()
    sender_kind = models.CharField(max_length=16)
    sender = models.CharField(max_length=64)
    staff_id = models.CharField(max_length=32, blank=True)
    # What its sender had proved: that she reads a mailbox may be true of him too (rule 84).
    assurance = models.CharField(max_length=8, default="full", db_default="full")

    class Meta:
        constraints = [
            models.CheckConstraint(name="addition_assurance_known", condition=Q(assurance__in=sorted(ASSURANCES))),
            models.CheckConstraint(name="addition_kind_known", condition=Q(kind__in=sorted(ADDITIONS))),
            models.CheckConstraint(
                name="addition_answer_paired",
                condition=Q(kind="answer", question__isnull=False) | ~Q(kind="answer") & Q(question__isnull=True),
            ),
            models.CheckConstraint(
                name="addition_correction_as_sent",
                condition=Q(kind="correction") & ~Q(body_sent=b"")
                | ~Q(kind="correction") & Q(body_sent=b"", corrects=b""),
            ),
        ]
        indexes = [models.Index(name="addition_of_report", fields=["report", "sent_at"])]  # what was added, in order?
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return self.kind


class Withdrawal(models.Model):
    """That the reporter takes the report back, or that it counts again: of these acts the newest says how it is.

    The report is kept, and an officer decides: he may have made her do it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="withdrawals", db_index=False)
    act = models.CharField(max_length=12)
    reason = SealedText(blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(name="withdrawal_act_known", condition=Q(act__in=sorted(WITHDRAWAL_ACTS)))
        ]
        indexes = [models.Index(name="withdrawal_of_report", fields=["report", "at"])]  # taken back, or not, when?
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return self.act


class Note(models.Model):
    """What an officer wrote beside a report, for officers only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="notes")
    text = SealedText()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    staff_id = models.CharField(max_length=32)

    class Meta:
        constraints = [models.CheckConstraint(name="note_not_empty", condition=~Q(text=b""))]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return str(self.id)


class Outcome(models.Model):
    """How it ended, and the force's crime reference: one reference never stands for two reports (rule 40)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="outcomes")
    force = models.ForeignKey(Force, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=32)
    crime_reference = models.CharField(max_length=64, blank=True)
    reason = SealedText()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    staff_id = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.CheckConstraint(name="outcome_kind_known", condition=Q(kind__in=sorted(OUTCOMES))),
            models.CheckConstraint(name="outcome_has_reason", condition=~Q(reason=b"")),
            # The same report may be closed twice under its own reference; two reports never share one.
            ExclusionConstraint(
                name="outcome_crime_reference_once",
                expressions=[
                    ("force", RangeOperators.EQUAL),
                    ("crime_reference", RangeOperators.EQUAL),
                    ("report", RangeOperators.NOT_EQUAL),
                ],
                condition=~Q(crime_reference=""),
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return self.kind


class LinkAct(models.Model):
    """That two reports belong together, or do not: of a pair the newest act counts, so each can be undone.

    Reports are never merged: every one is evidence of persistence (trap 14).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    first = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="+", db_index=False)
    second = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="+", db_index=False)
    act = models.CharField(max_length=8)
    reason = SealedText()
    grounds = ArrayField(models.CharField(max_length=24), default=list)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    staff_id = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.CheckConstraint(name="link_act_known", condition=Q(act__in=sorted(LINK_ACTS))),
            models.CheckConstraint(name="link_has_reason", condition=~Q(reason=b"")),
            # One pair is written one way round.
            models.CheckConstraint(name="link_pair_ordered", condition=Q(first__lt=F("second"))),
        ]
        indexes = [
            # What was said last of this pair, and what is this report linked to? Once from either side.
            models.Index(name="link_of_first", fields=["first", "second", "-at"]),
            models.Index(name="link_of_second", fields=["second", "first", "-at"]),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return self.act
