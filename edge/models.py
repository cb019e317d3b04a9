"""Answers kept for a caller who asks again with the same key."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from database.sealed import SealedText


class IdempotentAnswer(models.Model):
    """One client's key for one operation, and what was answered: written in the transaction of the effect.

    Two at once meet on a lock of the key (`edge_claim`): the second waits inside PostgreSQL for the first to commit.
    """

    client = models.CharField(max_length=64)
    operation = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    status = models.SmallIntegerField(null=True)
    body = SealedText(null=True)
    headers = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(name="idempotent_answer_once", fields=["client", "operation", "key"])]
        indexes = [models.Index(name="idempotent_answer_age", fields=["created_at"])]  # which are over 72 h?

    def __str__(self) -> str:
        return self.operation
