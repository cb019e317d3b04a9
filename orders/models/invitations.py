"""Inviting a protected person to an account of her own: through a mailbox and by word of mouth, both (rule 84)."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import User
from common.ids import uuid7
from orders.models.versions import ProtectedPerson

MOST_WRONG = 5


def sealed_for(invitation: UUID) -> str:
    """What the address of an invitation is sealed for."""
    return f"invitation {invitation}"


class Invitation(models.Model):
    """What was mailed is kept as its SHA-256, the address sealed; the number told by word of mouth is nowhere.

    It ends once: accepted, revoked, after 72 hours, or after five wrong numbers. `advocate` is whom it invites, where
    that is not the person herself but who may act for her.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(ProtectedPerson, on_delete=models.PROTECT, related_name="invitations")
    advocate = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    sealed_email = models.BinaryField()
    invited_by = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    wrong = models.PositiveSmallIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="invitation_accepted_by_somebody",
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
            ),
            models.CheckConstraint(name="invitation_ends_once", condition=Q(accepted_at=None) | Q(revoked_at=None)),
            models.CheckConstraint(name="invitation_expires_later", condition=Q(expires_at__gt=F("created_at"))),
            models.CheckConstraint(name="invitation_few_wrong", condition=Q(wrong__lte=MOST_WRONG)),
            models.CheckConstraint(
                name="invitation_accepted_in_time",
                condition=Q(accepted_at=None) | Q(accepted_at__lt=F("expires_at"), wrong__lt=MOST_WRONG),
            ),
        ]
        indexes = [models.Index(name="invitation_of_person", fields=["person", "-created_at"])]  # who was invited?

    def __str__(self) -> str:
        return str(self.id)
