"""What belongs to the person herself: her receipt, her diary, and how she can be reached without harm."""

from __future__ import annotations

import pgtrigger
from django.db import models

from accounts.models import Device, User
from breaches.models.reports import Report
from common.ids import uuid7

_APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class Receipt(models.Model):
    """How somebody without an account comes back to a report. The sixteen digits themselves are nowhere."""

    report = models.OneToOneField(Report, primary_key=True, on_delete=models.PROTECT, related_name="receipt")
    # Which report has this receipt? Unique, and the only way to find one.
    fingerprint = models.BinaryField(max_length=32, unique=True)

    class Meta:
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return "receipt"


class DiaryEntry(models.Model):
    """What a person wrote down for herself, sealed. No officer's view reads this table."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    written_at = models.DateTimeField()
    sealed = models.BinaryField()

    class Meta:
        indexes = [models.Index(name="diary_of_person", fields=["person", "written_at", "id"])]  # her diary, in order
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return str(self.id)


class DiaryReport(models.Model):
    """That an entry became a report: once, by her own doing."""

    entry = models.OneToOneField(DiaryEntry, primary_key=True, on_delete=models.PROTECT, related_name="reported")
    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="+")

    class Meta:
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return "reported"


class SafeContact(models.Model):
    """How a person can be reached without harm, sealed: the newest row counts, earlier ones stay (rule 74)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    said_at = models.DateTimeField()
    said_by = models.CharField(max_length=64)
    sealed = models.BinaryField()

    class Meta:
        indexes = [models.Index(name="safe_contact_newest", fields=["person", "-said_at", "-id"])]  # what counts now?
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return str(self.id)


class DeviceNotice(models.Model):
    """That a person is owed word of a new device on her account, by a channel that was safe then (rules 74, 84)."""

    device = models.OneToOneField(Device, primary_key=True, on_delete=models.PROTECT, related_name="notice")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=20)
    owed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="device_notice_of_person", fields=["person", "owed_at"])]  # what is she owed?
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return self.channel
