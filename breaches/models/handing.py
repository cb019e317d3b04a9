"""A report on its way to another force or under another order, and one that is put aside for a while."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q

from accounts.models import Force, User
from breaches.models.reports import Report
from breaches.types import TRANSFER_ENDS
from common.ids import uuid7
from database.sealed import SealedText
from orders.models import Order

_APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class Transfer(models.Model):
    """That a force offers a report to another one. The report is the first one's until the other accepts (rule 89)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="transfers", db_index=False)
    from_force = models.ForeignKey(Force, on_delete=models.PROTECT, related_name="+", db_index=False)
    to_force = models.ForeignKey(Force, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = SealedText()
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    staff_id = models.CharField(max_length=32)
    # Set once, by the same statement that adds its end: the index below is what keeps two offers apart.
    is_open = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="transfer_has_reason", condition=~Q(reason=b"")),
            models.CheckConstraint(name="transfer_to_another", condition=~Q(from_force=F("to_force"))),
            # Also answers: is this report on offer?
            models.UniqueConstraint(name="transfer_one_open", fields=["report"], condition=Q(is_open=True)),
        ]
        indexes = [
            models.Index(name="transfer_of_report", fields=["report", "offered_at"]),  # where has this report been?
            # What is offered to this force?
            models.Index(name="transfer_offered_to", fields=["to_force", "report"], condition=Q(is_open=True)),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="as_offered",
                fields=["report", "from_force", "to_force", "reason", "offered_at", "offered_by", "staff_id"],
            ),
            pgtrigger.Protect(name="ends_once", operation=pgtrigger.Update, condition=pgtrigger.Q(old__is_open=False)),
        ]

    def __str__(self) -> str:
        return str(self.id)


class TransferEnd(models.Model):
    """How an offer ended: accepted or returned by the force it was made to, or taken back by the one that made it."""

    transfer = models.OneToOneField(Transfer, primary_key=True, on_delete=models.PROTECT, related_name="end")
    kind = models.CharField(max_length=12)
    reason = SealedText(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    staff_id = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.CheckConstraint(name="transfer_end_known", condition=Q(kind__in=sorted(TRANSFER_ENDS))),
            models.CheckConstraint(name="transfer_end_has_reason", condition=Q(kind="accepted") | ~Q(reason=b"")),
        ]
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return self.kind


class OrderChange(models.Model):
    """That an officer said which order a report is about (None: none that is known), and why. The newest counts.

    A trigger of the report lets its order change only to what a row says that was added for it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="order_changes", db_index=False)
    before = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = SealedText()
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    staff_id = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.CheckConstraint(name="order_change_has_reason", condition=~Q(reason=b"")),
            models.CheckConstraint(
                name="order_change_to_another",
                condition=~Q(before=F("order")) & (Q(before__isnull=False) | Q(order__isnull=False)),
            ),
        ]
        # Under which orders has this report been?
        indexes = [
            models.Index(name="order_change_of_report", fields=["report", "at"]),
            # Which reports were taken from this order?
            models.Index(name="order_change_before", fields=["before", "report"], condition=Q(before__isnull=False)),
        ]
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return str(self.id)


class Snooze(models.Model):
    """That an officer put a report aside until a time, and why. The clocks run on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="snoozes")
    until = models.DateTimeField()
    reason = SealedText()
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    staff_id = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.CheckConstraint(name="snooze_has_reason", condition=~Q(reason=b"")),
            models.CheckConstraint(name="snooze_until_later", condition=Q(until__gt=F("at"))),
        ]
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return str(self.until)
