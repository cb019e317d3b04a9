"""What belongs to a person herself: a report without an account, a diary, and how she can be reached."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Device
from accounts.types import ANYONE, Caller
from audit.services import record
from audit.types import SERVICE
from breaches import diary, receipts
from breaches.contacting import may_contact, sealed_for
from breaches.evidence.with_diary import report_evidence_of
from breaches.models import DeviceNotice, DiaryEntry, DiaryReport, Receipt, Report, SafeContact
from breaches.reading import missing
from breaches.services.submitting import Submission, submit_report
from common.ids import uuid7
from common.problems import Conflict, Refused
from database.envelope import seal

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Received:
    """A report without an account, and its receipt: shown this once, kept only as a fingerprint."""

    report: Report
    receipt: str


@transaction.atomic(savepoint=False)
def submit_without_account(*, submission: Submission) -> Received:
    """Take a report from whoever sends one. No order is attached: nobody has shown that it is theirs."""
    digits = receipts.new_receipt()
    fingerprint = receipts.fingerprint(digits)
    report = submit_report(caller=ANYONE, submission=submission)
    Receipt.objects.create(report=report, fingerprint=fingerprint)
    return Received(report, digits)


@transaction.atomic(savepoint=False)
def write_diary(*, caller: Caller, sent: str) -> DiaryEntry:
    """Keep an entry for the person alone: sealed, and read by nobody else's view."""
    entry = DiaryEntry(id=uuid7(), person_id=caller.person, written_at=timezone.now())
    entry.sealed = seal(sent.encode(), context=diary.sealed_for(entry))
    entry.save(force_insert=True)
    record(actor=caller.actor, action="collection", verb="diary_written", records=[entry.id])
    return entry


@transaction.atomic(savepoint=False)
def report_from_diary(*, caller: Caller, entry_id: UUID, also: Json) -> Report:
    """Make an entry a report, by her own doing: what she adds in `also` stands in place of the same members of it.

    Raises `NotFound` for an entry that is not hers, and `Refused` where a report lacks what it cannot be without.
    """
    entry = diary.own_entry(caller.person, entry_id)
    if hasattr(entry, "reported"):
        raise Conflict("already_reported", "This entry has become a report already.")
    body = {**diary.opened(entry), **also}
    problems = missing(body)
    if problems:
        raise Refused(problems)
    sent = json.dumps(body, ensure_ascii=False)
    report = submit_report(caller=caller, submission=Submission(body=body, sent=sent))
    DiaryReport.objects.create(entry=entry, report=report)
    report_evidence_of(caller=caller, entry=entry, report=report)
    return report


@transaction.atomic(savepoint=False)
def say_how_to_reach(*, caller: Caller, sent: str) -> SafeContact:
    """Keep how a person can be reached without harm, beside what she said before; the newest counts."""
    row = SafeContact(id=uuid7(), person_id=caller.person, said_at=timezone.now(), said_by=caller.id)
    row.sealed = seal(sent.encode(), context=sealed_for(row))
    row.save(force_insert=True)
    record(actor=caller.actor, action="collection", verb="safe_contact_said", records=[row.id, caller.person])
    return row


# In this order: a voice and a hand are harder to read than a mailbox.
_CHANNELS = ("phone_call", "in_person", "through_advocate", "app", "sms", "post", "email")


@transaction.atomic(savepoint=False)
def tell_of_device(*, device_id: UUID) -> bool:
    """Owe a person word of a new device on her account, by a channel that is safe now. False: none is, so wait."""
    device = Device.objects.select_for_update(skip_locked=True).filter(pk=device_id, told_at=None).first()
    if device is None:
        return True
    now = timezone.now()
    channel = next((one for one in _CHANNELS if may_contact(device.user_id, one, now)), None)
    if channel is None:
        return False
    DeviceNotice.objects.create(device=device, person_id=device.user_id, channel=channel, owed_at=now)
    device.told_at = now
    device.save(update_fields=["told_at"])
    record(actor=SERVICE, action="collection", verb="new_device_told", records=[device.user_id, device.id])
    return True
