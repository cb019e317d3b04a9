"""By what somebody is known beside what an order's versions say: facts about a person, not terms of an order."""

from __future__ import annotations

from typing import get_args

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, IntegerField, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from common.ids import uuid7
from database.sealed import SealedJSON, SealedText
from orders.models.versions import Order
from orders.rules.people import MarkKind
from orders.types import IdentifierKind

_DIGEST_BYTES = 32
# Hashes and sealed values may be made again under another key; what they stand for never changes.
_ONLY_RETIRED = pgtrigger.Trigger(
    name="only_retired",
    operation=pgtrigger.Update,
    when=pgtrigger.Before,
    func="""
    IF (OLD.id, OLD.order_id, OLD.role, OLD.key, OLD.kind, OLD.starts_at, OLD.ends_at, OLD.recorded_at, OLD.recorded_by)
       IS DISTINCT FROM
       (NEW.id, NEW.order_id, NEW.role, NEW.key, NEW.kind, NEW.starts_at, NEW.ends_at, NEW.recorded_at, NEW.recorded_by)
       OR (OLD.retired_at IS NOT NULL
           AND (OLD.retired_at, OLD.retired_by) IS DISTINCT FROM (NEW.retired_at, NEW.retired_by)) THEN
        RAISE EXCEPTION 'an identifier is retired, never changed';
    END IF;
    RETURN NEW;
    """,
)


class PersonIdentifier(models.Model):
    """A number, address or handle that is somebody's, whichever version of the order is in force.

    `said` is its value and platform, sealed. It counts from `starts_at` until `ends_at` (half-open; None: always).
    Retired: it was recorded wrongly and counts at no time; kept for what was known before. `digest` finds the same
    again, `mark_digests`, each of the kind at its place in `mark_kinds`, the same person in another order (rule 86):
    all are keyed and say no more.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="identifiers", db_index=False)
    role = models.CharField(max_length=16)
    key = models.CharField(max_length=16, blank=True)
    kind = models.CharField(max_length=8)
    said = SealedJSON()
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    digest = models.BinaryField(max_length=_DIGEST_BYTES)
    mark_kinds = ArrayField(models.CharField(max_length=20), blank=True, default=list)
    mark_digests = ArrayField(models.BinaryField(max_length=_DIGEST_BYTES), blank=True, default=list)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=64)
    retired_at = models.DateTimeField(null=True)
    retired_by = models.CharField(max_length=64, blank=True)
    retired_why = SealedText(blank=True, default="")

    class Meta:
        constraints = [
            # Also answers: what is known of this order's people?
            models.UniqueConstraint(
                name="identifier_once", fields=["order", "role", "key", "digest"], condition=Q(retired_at=None)
            ),
            models.CheckConstraint(name="identifier_kind_known", condition=Q(kind__in=get_args(IdentifierKind))),
            models.CheckConstraint(
                name="identifier_of_somebody",
                condition=Q(role="respondent", key="") | (Q(role="protected_person") & ~Q(key="")),
            ),
            models.CheckConstraint(
                name="identifier_ends_after_start",
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
            ),
            models.CheckConstraint(
                name="identifier_retired_by_somebody",
                condition=Q(retired_at=None, retired_by="") | (Q(retired_at__isnull=False) & ~Q(retired_by="")),
            ),
            models.CheckConstraint(name="identifier_whole_digest", condition=Exact(Length("digest"), _DIGEST_BYTES)),
            models.CheckConstraint(
                name="identifier_mark_kinds_known", condition=Q(mark_kinds__contained_by=list(get_args(MarkKind)))
            ),
            models.CheckConstraint(
                name="identifier_marks_whole",
                condition=Exact(
                    Func(F("mark_kinds"), function="cardinality", output_field=IntegerField()),
                    Func(F("mark_digests"), function="cardinality", output_field=IntegerField()),
                ),
            ),
        ]
        indexes = [
            # Who else has this mark?
            GinIndex(name="identifier_who_else", fields=["mark_digests"], condition=Q(retired_at=None)),
            # All that was ever recorded of this order's people, retired or not.
            models.Index(name="identifier_of_order", fields=["order", "recorded_at"]),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete), _ONLY_RETIRED]

    def __str__(self) -> str:
        return self.kind
