"""Orders as the court made them: versions are added, never edited."""

from __future__ import annotations

from typing import get_args

import pgtrigger
from django.contrib.gis.db import models as gis
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Force, User
from common.ids import uuid7
from database.sealed import SealedJSON, SealedText
from orders.types import CHECKABLE, ConditionKind

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
# Rule 81: an order is restricted by the last version that says anything of it; one that is silent changes nothing.
RESTRICTED = pgtrigger.Trigger(
    name="restricted_as_said_last",
    operation=pgtrigger.Insert,
    when=pgtrigger.After,
    condition=pgtrigger.Condition("NEW.restricted IS NOT NULL"),
    func="""
        UPDATE orders_order SET restricted = NEW.restricted WHERE id = NEW.order_id;
        RETURN NULL;
    """,
)


class Order(models.Model):
    """One order of one force. All that the court said is in its versions.

    `restricted`: for a list of named readers only (`OrderReader`, rule 81); PostgreSQL sets it from the versions.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    force = models.ForeignKey(Force, on_delete=models.PROTECT)
    reference = models.CharField(max_length=64)
    restricted = models.BooleanField(default=False, db_default=False, editable=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(name="order_reference_once_a_force", fields=["force", "reference"]),
            models.CheckConstraint(
                name="order_reference_form", condition=Q(reference__regex=r"^[A-Za-z0-9._-]{1,64}$")
            ),
        ]
        # Which orders are closed to most of this force?
        indexes = [models.Index(name="order_restricted", fields=["force"], condition=Q(restricted=True))]

    def __str__(self) -> str:
        return self.reference


class ProtectedPerson(models.Model):
    """Someone whom an order protects, by her key in it; `user` once she can sign in (rule 83)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="protected_persons")
    key = models.CharField(max_length=16)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(name="protected_person_key_once", fields=["order", "key"])]

    def __str__(self) -> str:
        return self.key


class OrderVersion(models.Model):
    """What was decided once: the document as understood, and the text exactly as it was sent. Both are sealed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    change_kind = models.CharField(max_length=12)
    kind = models.CharField(max_length=8)
    made_on = models.DateField()
    effective_from = models.DateTimeField()
    in_force_until = models.DateTimeField(null=True)
    body = SealedJSON()
    body_sent = SealedText()
    body_sha256 = models.CharField(max_length=64)
    # Of the body, what a query asks for: the rest of it is sealed.
    restricted = models.BooleanField(null=True)  # None: this version says nothing of it
    replaces_interim = models.CharField(max_length=64, blank=True)
    corrects = models.PositiveIntegerField(null=True)  # the number of the version whose place it takes
    warnings = models.JSONField(default=list)
    recorded_at = models.DateTimeField(db_default=Now())
    recorded_by = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="order_version_number_once", fields=["order", "number"]),
            models.CheckConstraint(name="order_version_from_one", condition=Q(number__gte=1)),
            models.CheckConstraint(name="order_version_hash_form", condition=Q(body_sha256__regex=r"^[0-9a-f]{64}$")),
            models.CheckConstraint(
                name="order_version_ends_after_start",
                condition=Q(in_force_until__isnull=True) | Q(in_force_until__gt=F("effective_from")),
            ),
            models.CheckConstraint(name="order_version_kind", condition=Q(kind__in=["full", "interim"])),
            models.CheckConstraint(
                name="order_version_change",
                condition=Q(number=1, change_kind="made")
                | Q(number__gt=1, change_kind__in=["variation", "renewal", "correction"]),
            ),
            models.CheckConstraint(
                name="order_version_corrects_earlier",
                condition=Q(corrects__isnull=True)
                | Q(change_kind="correction", corrects__gte=1, corrects__lt=F("number")),
            ),
            # Section 5: an interim has a fixed period, never "until further order".
            models.CheckConstraint(
                name="interim_has_an_end", condition=~Q(kind="interim") | Q(in_force_until__isnull=False)
            ),
        ]
        indexes = [
            # Which orders say that they replace the interim order of this reference?
            models.Index(
                name="order_version_replacing", fields=["replaces_interim"], condition=~Q(replaces_interim="")
            ),
        ]
        triggers = [APPEND_ONLY, RESTRICTED]

    def __str__(self) -> str:
        return f"version {self.number}"


class Condition(models.Model):
    """One numbered prohibition or requirement of one version."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.ForeignKey(OrderVersion, on_delete=models.PROTECT, related_name="conditions")
    position = models.PositiveSmallIntegerField()
    clause = models.CharField(max_length=16)
    kind = models.CharField(max_length=24)
    machine_checkable = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="condition_clause_once", fields=["version", "clause"]),
            models.UniqueConstraint(name="condition_position_once", fields=["version", "position"]),
            models.CheckConstraint(name="condition_kind_known", condition=Q(kind__in=get_args(ConditionKind))),
            models.CheckConstraint(
                name="condition_machine_checkable", condition=Q(machine_checkable=Q(kind__in=sorted(CHECKABLE)))
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return self.clause


class Zone(models.Model):
    """A drawn reading of the words, kept as it was sent and as it was understood.

    The area is every point within `reach_m` of `core` (WGS84): a circle is its centre and radius, a corridor
    its line and half its width, a polygon itself with 0. Nothing round is ever stored as a polygon.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    condition = models.ForeignKey(Condition, on_delete=models.PROTECT, related_name="zones")
    version = models.ForeignKey(OrderVersion, on_delete=models.PROTECT, related_name="zones")
    code = models.CharField(max_length=16)
    restricted_name = SealedText(blank=True)
    drawn_by_name = models.CharField(max_length=120, blank=True)
    drawn_by_staff_id = models.CharField(max_length=32)
    shape_sent = models.TextField()
    shape_sha256 = models.CharField(max_length=64)
    # Which zones touch a place? By `zone_reach`, an index over each one's own reach (migration 0010).
    core = gis.GeometryField(geography=True, srid=4326, spatial_index=False)
    reach_m = models.FloatField()
    area_m2 = models.FloatField()
    transformation = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="zone_code_once_a_version", fields=["version", "code"]),
            models.CheckConstraint(name="zone_reach_sane", condition=Q(reach_m__gte=0, reach_m__lte=500_000)),
            models.CheckConstraint(name="zone_area_positive", condition=Q(area_m2__gt=0)),
            models.CheckConstraint(name="zone_hash_form", condition=Q(shape_sha256__regex=r"^[0-9a-f]{64}$")),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return self.code


class ZoneApproval(models.Model):
    """A second person's word for one drawing (rule 16), or the same word carried over with the same shape."""

    zone = models.OneToOneField(Zone, primary_key=True, on_delete=models.PROTECT, related_name="approval")
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT)
    staff_id = models.CharField(max_length=32)
    drawn_by_staff_id = models.CharField(max_length=32)
    shape_sha256 = models.CharField(max_length=64)
    approved_at = models.DateTimeField()
    reason = models.TextField()
    carried_from = models.ForeignKey(Zone, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="approval_by_second_person", condition=~Q(staff_id=F("drawn_by_staff_id"))),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return self.staff_id
