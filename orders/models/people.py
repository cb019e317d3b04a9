"""The same person across orders (rule 86): what may find them, and who said so."""

from __future__ import annotations

from typing import get_args

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Mod, Now
from django.db.models.lookups import Exact

from accounts.models import User
from common.ids import uuid7
from orders.models.versions import APPEND_ONLY, Order, OrderVersion
from orders.rules.people import MarkKind

_DIGEST_BYTES = 32


class MatchKey(models.Model):
    """A keyed hash of one mark of one person of one version: equal hashes are equal marks, and say no more.

    Force and role are hashed in (`orders.matching`), so that nothing is ever found across forces, or a
    protected person among respondents. Worked out from the version's body, which is the truth.
    """

    version = models.ForeignKey(OrderVersion, on_delete=models.PROTECT, related_name="match_keys", db_index=False)
    role = models.CharField(max_length=16)
    key = models.CharField(max_length=16, blank=True)
    kind = models.CharField(max_length=20)
    digest = models.BinaryField(max_length=_DIGEST_BYTES)

    class Meta:
        constraints = [
            # Also answers: what are the marks of this version's people?
            models.UniqueConstraint(name="match_key_once", fields=["version", "role", "key", "digest"]),
            models.CheckConstraint(name="match_key_kind_known", condition=Q(kind__in=get_args(MarkKind))),
            models.CheckConstraint(
                name="match_key_of_somebody",
                condition=Q(role="respondent", key="") | (Q(role="protected_person") & ~Q(key="")),
            ),
            models.CheckConstraint(name="match_key_whole_digest", condition=Exact(Length("digest"), _DIGEST_BYTES)),
        ]
        indexes = [models.Index(name="match_key_who_else", fields=["digest"])]  # who else has this mark?

    def __str__(self) -> str:
        return self.kind


class SamePerson(models.Model):
    """A named person said that two people of two orders are one, or took it back: the last row of a pair counts.

    A pair has its orders in the order of their ids; its rows are numbered from 1, linked and taken back in turn.
    `rests_on` is what spoke for it when it was said, as kinds of marks; empty: the person knew it otherwise.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    role = models.CharField(max_length=16)
    first = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+", db_index=False)
    first_key = models.CharField(max_length=16, blank=True)
    # Its own index answers: what is linked to this order from the other side?
    second = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    second_key = models.CharField(max_length=16, blank=True)
    number = models.PositiveIntegerField()
    linked = models.BooleanField()
    rests_on = ArrayField(models.CharField(max_length=20), blank=True)
    reason = models.TextField()
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    staff_id = models.CharField(max_length=32)
    done_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            # Also answers: what is linked to this order from this side?
            models.UniqueConstraint(
                name="same_person_once_a_turn",
                fields=["first", "first_key", "second", "second_key", "role", "number"],
            ),
            models.CheckConstraint(name="same_person_two_orders", condition=Q(first__lt=F("second"))),
            models.CheckConstraint(
                name="same_person_of_somebody",
                condition=Q(role="respondent", first_key="", second_key="")
                | (Q(role="protected_person") & ~Q(first_key="") & ~Q(second_key="")),
            ),
            models.CheckConstraint(name="same_person_from_one", condition=Q(number__gte=1)),
            models.CheckConstraint(name="same_person_in_turn", condition=Q(linked=Exact(Mod(F("number"), 2), 1))),
            models.CheckConstraint(name="same_person_has_reason", condition=~Q(reason="")),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return "linked" if self.linked else "unlinked"
