"""The trail: append-only, kept so by PostgreSQL itself."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now


class Entry(models.Model):
    """One act on personal data: who, when, what, on which records, why (Data Protection Act 2018 s62).

    Holds identifiers and codes only; never a name, a place or a narrative.
    """

    at = models.DateTimeField(db_default=Now())
    actor_kind = models.CharField(max_length=20)
    actor = models.CharField(max_length=64)
    organisation = models.CharField(max_length=8, blank=True)
    action = models.CharField(max_length=16)
    verb = models.CharField(max_length=48)
    record_ids = ArrayField(models.CharField(max_length=64))
    reason_code = models.CharField(max_length=48, blank=True)
    reason = models.TextField(blank=True)
    correlation_id = models.CharField(max_length=64, blank=True)
    recipient = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="audit_action_known",
                condition=models.Q(
                    action__in=[
                        "collection",
                        "alteration",
                        "consultation",
                        "disclosure",
                        "combination",
                        "erasure",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="audit_disclosure_has_recipient",
                condition=~models.Q(action="disclosure") | ~models.Q(recipient=""),
            ),
        ]
        indexes = [
            GinIndex(name="audit_about", fields=["record_ids"]),  # what was done with this record?
            models.Index(name="audit_of_organisation", fields=["organisation", "id"]),  # what did this force do?
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.action} {self.verb}"


class Link(models.Model):
    """A row's place in its organisation's chain, given after the fact (`audit.sealing`)."""

    entry = models.OneToOneField(Entry, primary_key=True, on_delete=models.PROTECT, related_name="link")
    organisation = models.CharField(max_length=8, blank=True)
    sequence = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)
    chained_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            # Also answers: where does this organisation's chain end?
            models.UniqueConstraint(name="audit_link_once", fields=["organisation", "sequence"]),
            models.CheckConstraint(name="audit_link_from_one", condition=models.Q(sequence__gte=1)),
        ]
        indexes = [models.Index(name="audit_link_when", fields=["chained_at"])]  # what is settled?
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.organisation} {self.sequence}"


class DaySeal(models.Model):
    """Where every chain ended when a day was over; `digest` of it all is what is published."""

    day = models.DateField(primary_key=True)
    heads = models.JSONField()
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return str(self.day)
