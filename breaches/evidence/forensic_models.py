"""Leave for a forensic unit to have an item as an encrypted archive, and each time that it was taken."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from breaches.evidence.models import EvidenceLink
from breaches.evidence.types import MOST_TAKES
from common.ids import uuid7
from database.sealed import SealedText

_APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class ForensicLink(models.Model):
    """What a link of kind `forensic` has beside the others: for whom it is, and what opens the archive, sealed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    link = models.OneToOneField(EvidenceLink, on_delete=models.PROTECT, related_name="forensic")
    recipient = models.CharField(max_length=64)
    passphrase = SealedText()

    class Meta:
        constraints = [models.CheckConstraint(name="forensic_link_for_somebody", condition=~Q(recipient=""))]
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return str(self.id)


class ForensicTake(models.Model):
    """That an archive was taken: no more often than its link allows."""

    link = models.ForeignKey(ForensicLink, on_delete=models.PROTECT, related_name="takes", db_index=False)
    number = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            # Also answers: how often was it taken?
            models.UniqueConstraint(name="forensic_take_once", fields=["link", "number"]),
            models.CheckConstraint(name="forensic_take_counted", condition=Q(number__gte=1, number__lte=MOST_TAKES)),
        ]
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return str(self.number)
