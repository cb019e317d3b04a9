"""What a force was told of decisions: the entries of `GET /force/breaches`, added and never changed once seen."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from accounts.models import Force
from common.ids import uuid7


class BreachEntry(models.Model):
    """That a report was verified, or that what was verified no longer stands; for one force, in its place.

    Written in the decision's transaction and numbered after its commit, as events are (ADR 0003). It holds ids and
    codes only and refers to nothing by a foreign key: an entry stays when the report behind it is erased, so that
    numbers have no gap. `key` is what receivers know it by, `overturns` the key of the entry that it takes back.
    `about` is the order: while that is restricted (rule 81) the entry is neither numbered nor shown.
    """

    VERIFIED, OVERTURNED = "verified", "overturned"
    # The state of one that says only that another stands no more: the order behind it is restricted (rule 81).
    BARE = "withheld"

    force = models.ForeignKey(Force, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.UUIDField(default=uuid7, editable=False, unique=True)
    sequence = models.BigIntegerField(null=True, editable=False)
    kind = models.CharField(max_length=12)
    report = models.UUIDField()
    decision = models.UUIDField()
    overturns = models.UUIDField(null=True, unique=True)
    decided_at = models.DateTimeField()
    reference = models.CharField(max_length=64)
    state = models.CharField(max_length=24)
    about = models.UUIDField(null=True)
    order_reference = models.CharField(max_length=64, blank=True)
    order_force = models.CharField(max_length=2, blank=True)
    # By which number the feed gave it out while it was one of events: old cursors count in those.
    event_sequence = models.BigIntegerField(null=True, editable=False)

    class Meta:
        constraints = [
            # Also answers: what comes after this number in this force?
            models.UniqueConstraint(name="breach_entry_sequence_once", fields=["force", "sequence"]),
            models.CheckConstraint(name="breach_entry_kind_known", condition=Q(kind__in=["verified", "overturned"])),
            models.CheckConstraint(
                name="breach_entry_overturns_one",
                condition=Q(kind="verified", overturns__isnull=True) | Q(kind="overturned", overturns__isnull=False),
            ),
            models.CheckConstraint(
                name="breach_entry_from_one", condition=Q(sequence__isnull=True) | Q(sequence__gte=1)
            ),
            models.CheckConstraint(
                name="breach_entry_order_whole",
                condition=Q(about__isnull=True, order_reference="", order_force="")
                | Q(about__isnull=False) & ~Q(order_reference="") & ~Q(order_force=""),
            ),
        ]
        indexes = [
            # What of this force is committed and not numbered yet?
            models.Index(name="breach_entry_unnumbered", fields=["force", "id"], condition=Q(sequence__isnull=True)),
            # What was told of this report, and to whom?
            models.Index(name="breach_entry_of_report", fields=["report", "force", "id"]),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="only_numbered",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                IF OLD.sequence IS NOT NULL
                   OR to_jsonb(OLD) - 'sequence' IS DISTINCT FROM to_jsonb(NEW) - 'sequence' THEN
                    RAISE EXCEPTION 'what a force was told of a decision is numbered once, and never changed';
                END IF;
                RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
