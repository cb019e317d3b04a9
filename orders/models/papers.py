"""The court's paper itself, and on what authority positions of somebody may be taken."""

from __future__ import annotations

from typing import get_args

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from common.ids import uuid7
from orders.models.versions import APPEND_ONLY, Order, OrderVersion
from orders.types import AuthorityKind, DocumentType


class OrderDocument(models.Model):
    """The document a version was typed from, sealed: its pages show where people live."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.OneToOneField(OrderVersion, on_delete=models.PROTECT, related_name="document")
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    sealed = models.BinaryField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(name="order_document_type", condition=Q(media_type__in=get_args(DocumentType))),
            models.CheckConstraint(name="order_document_hash_form", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")),
            models.CheckConstraint(name="order_document_not_empty", condition=Q(size__gt=0)),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return self.media_type


class MonitoringAuthority(models.Model):
    """By what power positions of the respondent may be taken (rule 82): an order of this Act gives none.

    Added to, never edited: of one kind and reference the row recorded last counts.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="authorities", db_index=False)
    kind = models.CharField(max_length=12)
    reference = models.CharField(max_length=64)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    devices = ArrayField(models.CharField(max_length=64))
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(name="authority_kind_known", condition=Q(kind__in=get_args(AuthorityKind))),
            models.CheckConstraint(name="authority_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(name="authority_names_devices", condition=Q(devices__len__gt=0)),
            models.UniqueConstraint(
                name="authority_recorded_once", fields=["order", "kind", "reference", "recorded_at"]
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return self.reference
