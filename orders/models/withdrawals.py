"""What was recorded by mistake: kept, marked as withdrawn, and left out by every query that does not ask for it."""

from __future__ import annotations

from typing import ClassVar, Self, TypeVar

import pgtrigger
from django.db import models
from django.db.models import Q

from database.sealed import SealedText

STANDING = Q(withdrawn_at=None)
# A row is added, may be withdrawn once, and changes in no other way.
ONLY_WITHDRAWN = pgtrigger.Trigger(
    name="only_withdrawn",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when=pgtrigger.Before,
    declare=[("marks", "text[] := ARRAY['withdrawn_at', 'withdrawn_by', 'withdrawn_staff_id', 'withdrawn_reason']")],
    func="""
        IF TG_OP = 'DELETE' OR OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL
           OR to_jsonb(OLD) - marks IS DISTINCT FROM to_jsonb(NEW) - marks THEN
            RAISE EXCEPTION 'Cannot update or delete rows from % table: they are withdrawn once', TG_TABLE_NAME;
        END IF;
        RETURN NEW;
    """,
)


Row = TypeVar("Row", bound=models.Model, covariant=True)


class StandingManager(models.Manager[Row]):
    """Rows that were not withdrawn. It is each model's default, so that whoever forgets to ask asks rightly."""

    def get_queryset(self) -> models.QuerySet[Row]:
        return super().get_queryset().filter(STANDING)


class Withdrawable(models.Model):
    """A record that can be withdrawn with a reason: it then counts only for what was known before `withdrawn_at`.

    `objects`, and so `order.services` and its like, leave withdrawn rows out; `with_withdrawn` is the whole record.
    """

    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=64, blank=True, default="")
    withdrawn_staff_id = models.CharField(max_length=32, blank=True, default="")
    withdrawn_reason = SealedText(null=True)

    objects: ClassVar[StandingManager[Self]] = StandingManager()
    with_withdrawn: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        abstract = True


def withdrawn_with_reason(name: str) -> models.CheckConstraint:
    """Who, when and why stand together, or none of them does. A staff id is an officer's only."""
    none = Q(withdrawn_at=None, withdrawn_by="", withdrawn_staff_id="", withdrawn_reason=None)
    whole = Q(withdrawn_at__isnull=False, withdrawn_reason__isnull=False) & ~Q(withdrawn_by="")
    return models.CheckConstraint(name=name, condition=none | whole)
