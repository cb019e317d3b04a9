"""Asking for a timestamp in vain: what is kept of it, so that no item without one goes unnoticed."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from breaches.evidence.models import EvidenceItem
from breaches.evidence.types import WHY_NOT_STAMPED


class EvidenceStampTry(models.Model):
    """That an authority was asked about an item and gave nothing: how often, why the last time, and when it is next.

    Not append-only: what counts is how it stands. The row stays where the stamp came after all.
    """

    item = models.OneToOneField(EvidenceItem, primary_key=True, on_delete=models.PROTECT, related_name="stamp_try")
    tries = models.PositiveIntegerField()
    why = models.CharField(max_length=20)
    last_at = models.DateTimeField()
    next_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="stamp_try_counted", condition=Q(tries__gt=0)),
            models.CheckConstraint(name="stamp_try_why", condition=Q(why__in=sorted(WHY_NOT_STAMPED))),
        ]
        # Is the authority away: what came of the last question?
        indexes = [models.Index(name="evidence_stamp_last", fields=["-last_at"])]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.why
