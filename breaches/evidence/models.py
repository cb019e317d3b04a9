"""Evidence and its continuity. Rows are added; what was received is never changed (rules 66 and 69)."""

from __future__ import annotations

import pgtrigger
from django.contrib.gis.db import models as gis
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import User
from breaches.evidence.types import AGREEMENTS, CHANGES, ENTRY_KINDS, LINK_KINDS, MOVES, STATES
from common.ids import uuid7
from database.sealed import SealedJSON, SealedText

_APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
# What an item lies in is as safe from being deleted, or added to, as the item.
_OF_NO_ITEM = pgtrigger.Trigger(
    name="of_no_item",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Delete,
    func="""
        IF EXISTS (SELECT FROM breaches_evidenceupload u
                    WHERE u.id = coalesce(NEW.upload_id, OLD.upload_id) AND u.item_id IS NOT NULL) THEN
            RAISE EXCEPTION 'pieces of an item stay as they are';
        END IF;
        RETURN coalesce(NEW, OLD);
    """,
)
_HEX = r"^[0-9a-f]{64}$"


class EvidenceItem(models.Model):
    """One file: an original as it was sent, or a viewable copy made from one (`derived_from`).

    The bytes lie sealed in the store under `key`; `wrapped_key` is what opens them, itself under a master key. What
    came in pieces stays in them, and has no key of its own.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey("breaches.Report", on_delete=models.PROTECT, related_name="items", db_index=False)
    number = models.PositiveIntegerField()
    exhibit = models.CharField(max_length=32)
    filename = SealedText(blank=True)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    sender_sha256 = models.CharField(max_length=64, blank=True)
    key = models.CharField(max_length=64, blank=True)
    wrapped_key = models.BinaryField(default=b"")
    state = models.CharField(max_length=12, default="quarantined")
    received_at = models.DateTimeField()
    received_from_kind = models.CharField(max_length=20)
    received_from = models.CharField(max_length=64)
    derived_from = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="derivatives", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(name="evidence_exhibit_once", fields=["exhibit"]),
            # Also answers: what evidence is there of this report?
            models.UniqueConstraint(name="evidence_number_once", fields=["report", "number"]),
            models.UniqueConstraint(name="evidence_key_once", fields=["key"], condition=~Q(key="")),
            models.CheckConstraint(
                name="evidence_key_wrapped",
                condition=Q(key="", wrapped_key=b"") | (~Q(key="") & ~Q(wrapped_key=b"")),
            ),
            # One viewable copy of an original; also answers: which is it?
            models.UniqueConstraint(
                name="evidence_viewable_once", fields=["derived_from"], condition=Q(derived_from__isnull=False)
            ),
            models.CheckConstraint(name="evidence_state_known", condition=Q(state__in=sorted(STATES))),
            models.CheckConstraint(name="evidence_size", condition=Q(size__gte=0)),
            models.CheckConstraint(name="evidence_digest", condition=Q(sha256__regex=_HEX)),
            # Rule 66: where the sender said what it should be, that is what arrived.
            models.CheckConstraint(
                name="evidence_digest_agreed", condition=Q(sender_sha256="") | Q(sender_sha256=F("sha256"))
            ),
            models.CheckConstraint(
                name="evidence_not_from_itself", condition=Q(derived_from__isnull=True) | ~Q(derived_from=F("id"))
            ),
        ]
        indexes = [
            # What is still to be looked at, the oldest first?
            models.Index(name="evidence_waiting", fields=["received_at"], condition=Q(state="quarantined")),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.FSM(name="moves", field="state", transitions=list(MOVES)),
            pgtrigger.ReadOnly(
                name="as_received",
                fields=[
                    "id", "report", "number", "exhibit", "filename", "size", "sha256", "sender_sha256", "key",
                    "received_at", "received_from_kind", "received_from", "derived_from",
                ],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.exhibit

    @property
    def examination(self) -> EvidenceExamination:
        """The newest, which is the one that counts. Raises `NotExamined`, an AttributeError, where there is none."""
        found = max(self.examinations.all(), key=lambda one: one.number, default=None)
        if found is None:
            raise NotExamined
        return found


class NotExamined(AttributeError):
    """Nobody has looked at an item yet, or it is a copy, which nobody looks at."""


class EvidenceEntry(models.Model):
    """One thing that happened to an item: who, when, why, and its digest then (rule 69).

    Chained: `digest` covers the row and the digest of the row before it, so none can be changed or left out
    unnoticed.
    """

    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="continuity", db_index=False)
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=20)
    actor = models.CharField(max_length=64)
    organisation = models.CharField(max_length=8, blank=True)
    recipient = models.CharField(max_length=64, blank=True)
    reason = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            # Also answers: what happened to this item, in order?
            models.UniqueConstraint(name="evidence_entry_once", fields=["item", "number"]),
            models.CheckConstraint(name="evidence_entry_kind", condition=Q(kind__in=sorted(ENTRY_KINDS))),
            models.CheckConstraint(
                name="evidence_entry_chained",
                condition=Q(number=1, previous="") | (Q(number__gt=1) & Q(previous__regex=_HEX)),
            ),
        ]
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return self.kind


class EvidenceExamination(models.Model):
    """What the worker found in an item: its type, what the scanner said, and what it says about itself.

    A place and a time in it are *proposed* only (rule 68): nothing is judged by them until a person takes them.
    `senders`: who wrote in a chat, the busiest first, each with `messages`, `doubtful`, `first_at`, `last_at`.

    An item is examined again when readers improve; the newest counts and the earlier ones stay. `readers`: the
    version of the readers (`types.READERS_VERSION`), 0 for what was examined before they had one. `messages_of`: the
    number of the examination under which its messages are kept. `changed`: what came out otherwise than the last time
    (`types.CHANGES`).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="examinations", db_index=False)
    number = models.PositiveIntegerField(default=1)
    readers = models.PositiveIntegerField(default=0)
    messages_of = models.PositiveIntegerField(default=1)
    changed = ArrayField(models.CharField(max_length=20), default=list)
    examined_at = models.DateTimeField()
    media_type = models.CharField(max_length=127)
    scanner = models.CharField(max_length=120)
    holds = ArrayField(models.CharField(max_length=40), default=list)
    notes = ArrayField(models.CharField(max_length=40), default=list)
    metadata = models.JSONField(default=dict)
    point = gis.PointField(geography=True, srid=4326, null=True, spatial_index=False)
    taken_at = models.DateTimeField(null=True)
    place = models.CharField(max_length=12, default="absent")
    time = models.CharField(max_length=12, default="absent")
    metres = models.FloatField(null=True)
    minutes = models.FloatField(null=True)
    platform = models.CharField(max_length=20, blank=True)
    senders = SealedJSON(default=list)
    # How much of it was read (`readings.py`). Empty: it was examined before anybody wrote that down.
    reading_state = models.CharField(max_length=5, blank=True)
    reading_kind = models.CharField(max_length=20, blank=True)
    things_found = models.PositiveIntegerField(default=0)
    things_read = models.PositiveIntegerField(default=0)
    why_unread = models.JSONField(default=dict)

    class Meta:
        constraints = [
            # Also answers: what was found in this item, and which finding is the newest?
            models.UniqueConstraint(name="evidence_examination_once", fields=["item", "number"]),
            models.CheckConstraint(
                name="evidence_examination_numbered",
                condition=Q(number=1, changed=[], messages_of=1)
                | Q(number__gt=1, messages_of__gte=1, messages_of__lte=F("number")),
            ),
            models.CheckConstraint(
                name="evidence_examination_changes", condition=Q(changed__contained_by=sorted(CHANGES))
            ),
            models.CheckConstraint(
                name="evidence_examination_agreement",
                condition=Q(place__in=sorted(AGREEMENTS), time__in=sorted(AGREEMENTS)),
            ),
            models.CheckConstraint(
                name="evidence_examination_measured",
                condition=(
                    Q(place="absent", metres__isnull=True)
                    | (~Q(place="absent") & Q(metres__isnull=False, metres__gte=0))
                )
                & (
                    Q(time="absent", minutes__isnull=True)
                    | (~Q(time="absent") & Q(minutes__isnull=False, minutes__gte=0))
                ),
            ),
            models.CheckConstraint(
                name="evidence_examination_reading",
                condition=Q(reading_state="", things_found=0, things_read=0)
                | (
                    Q(reading_state="whole", things_read__gt=0, things_found=F("things_read"), why_unread={})
                    | (
                        Q(reading_state="part", things_read__gt=0, things_found__gt=F("things_read"))
                        & ~Q(why_unread={})
                    )
                    | (Q(reading_state="none", things_read=0) & ~Q(why_unread={}))
                ),
            ),
        ]
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return self.media_type


class EvidenceMessage(models.Model):
    """Messages read out of a chat, a text backup or a mail: up to 200 in a row, `index` that of the first.

    `examination`: the number of the examination that read them.

    `said` holds of each its `index`, the `part` of an archive that it is in, its `offset` in the original in bytes,
    `sent_at`, `sender` and `text`. Sealed together: one by one costs several times as much.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="messages", db_index=False)
    examination = models.PositiveIntegerField(default=1)
    index = models.PositiveIntegerField()
    said = SealedJSON()

    class Meta:
        # Also answers: what was said, in the order of the file?
        constraints = [models.UniqueConstraint(name="evidence_message_once", fields=["item", "examination", "index"])]
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return f"messages from {self.index}"


class EvidenceLink(models.Model):
    """Leave for one person to fetch one item for one purpose, for a few minutes (rule 70)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="links")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8)
    purpose = models.TextField(blank=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="evidence_link_kind", condition=Q(kind__in=sorted(LINK_KINDS))),
            models.CheckConstraint(name="evidence_link_expires", condition=Q(expires_at__gt=F("made_at"))),
        ]
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return self.kind


class EvidenceUpload(models.Model):
    """A large file that arrives in pieces (tus 1.0). `item` is set once it is whole; until then it is "receiving"."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey("breaches.Report", on_delete=models.PROTECT, related_name="uploads", db_index=False)
    filename = SealedText(blank=True)
    size = models.BigIntegerField()
    sender_sha256 = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField(db_default=Now())
    started_by_kind = models.CharField(max_length=20)
    started_by = models.CharField(max_length=64)
    organisation = models.CharField(max_length=8, blank=True)
    refused = models.CharField(max_length=40, blank=True)
    item = models.OneToOneField(EvidenceItem, null=True, on_delete=models.PROTECT, related_name="upload")

    class Meta:
        constraints = [
            models.CheckConstraint(name="evidence_upload_size", condition=Q(size__gte=0)),
            models.CheckConstraint(name="evidence_upload_ended_once", condition=Q(item__isnull=True) | Q(refused="")),
        ]
        indexes = [models.Index(name="evidence_uploads", fields=["report", "started_at"])]  # which are under way?
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="as_asked", fields=["report", "filename", "size", "sender_sha256", "started_by"]),
        ]

    def __str__(self) -> str:
        return str(self.id)


class EvidencePiece(models.Model):
    """A piece of an upload that is safe in the store, from `start` on. Once the whole is an item it is part of that."""

    upload = models.ForeignKey(EvidenceUpload, on_delete=models.PROTECT, related_name="pieces", db_index=False)
    start = models.BigIntegerField()
    size = models.BigIntegerField()
    key = models.CharField(max_length=64)
    wrapped_key = models.BinaryField()

    class Meta:
        constraints = [
            # Also answers: which pieces are there, in order?
            models.UniqueConstraint(name="evidence_piece_once", fields=["upload", "start"]),
            models.UniqueConstraint(name="evidence_piece_key_once", fields=["key"]),
            models.CheckConstraint(name="evidence_piece_size", condition=Q(start__gte=0, size__gt=0)),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="as_received", fields=["upload", "start", "size", "key"]),
            _OF_NO_ITEM,
        ]

    def __str__(self) -> str:
        return f"from {self.start}"


class EvidenceTimestamp(models.Model):
    """What a time-stamping authority signed of an item (RFC 3161): that its digest was known by then.

    `token` is the whole answer, to be verified by anybody with `openssl ts` and the authority's root.
    """

    item = models.OneToOneField(EvidenceItem, primary_key=True, on_delete=models.PROTECT, related_name="timestamp")
    at = models.DateTimeField()
    authority = models.CharField(max_length=200)
    token = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="timestamp_has_token", condition=~Q(token=b""))]
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return str(self.at)
