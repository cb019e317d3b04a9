"""Files that a person put beside an entry of her diary: hers alone, until she makes a report of it."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q

from common.ids import uuid7
from database.sealed import SealedText

_HEX = r"^[0-9a-f]{64}$"


class DiaryEvidence(models.Model):
    """One file, sealed in the store under `key` as an item of a report is. No officer's view reads this table.

    Once the entry is a report there is an item with the same key: nothing is written or sealed again.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entry = models.ForeignKey("breaches.DiaryEntry", on_delete=models.PROTECT, related_name="evidence", db_index=False)
    number = models.PositiveIntegerField()
    filename = SealedText(blank=True)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    sender_sha256 = models.CharField(max_length=64, blank=True)
    key = models.CharField(max_length=64)
    wrapped_key = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            # Also answers: which files are beside this entry, in order?
            models.UniqueConstraint(name="diary_evidence_once", fields=["entry", "number"]),
            models.UniqueConstraint(name="diary_evidence_key_once", fields=["key"]),
            models.CheckConstraint(name="diary_evidence_size", condition=Q(size__gt=0)),
            models.CheckConstraint(name="diary_evidence_digest", condition=Q(sha256__regex=_HEX)),
            models.CheckConstraint(
                name="diary_evidence_digest_agreed", condition=Q(sender_sha256="") | Q(sender_sha256=F("sha256"))
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="as_received",
                fields=["id", "entry", "number", "filename", "size", "sha256", "sender_sha256", "key", "received_at"],
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
