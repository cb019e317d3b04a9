"""Who may read a restricted order (rule 81): a list of named readers, added to and never edited."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Mod, Now
from django.db.models.lookups import Exact

from accounts.models import User
from common.ids import uuid7
from orders.models.versions import APPEND_ONLY, Order


class OrderReader(models.Model):
    """A person or a system was put on the list of one order, or taken off: the last row of each counts.

    Rows of one reader are numbered from 1, on and off in turn. `done_by` is a user's id or a client's.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="readers", db_index=False)
    person = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    client = models.CharField(max_length=100, blank=True)
    number = models.PositiveIntegerField()
    listed = models.BooleanField()
    reason = models.TextField()
    done_by = models.CharField(max_length=100)
    staff_id = models.CharField(max_length=32, blank=True)
    done_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            # Also answers: is this reader on the list of this order?
            models.UniqueConstraint(
                name="order_reader_once_a_turn", fields=["order", "person", "client", "number"], nulls_distinct=False
            ),
            models.CheckConstraint(
                name="order_reader_is_somebody",
                condition=Q(person__isnull=True) & ~Q(client="") | Q(person__isnull=False, client=""),
            ),
            models.CheckConstraint(name="order_reader_from_one", condition=Q(number__gte=1)),
            models.CheckConstraint(name="order_reader_in_turn", condition=Q(listed=Exact(Mod("number", 2), 1))),
            models.CheckConstraint(name="order_reader_has_reason", condition=~Q(reason="")),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return "on" if self.listed else "off"
