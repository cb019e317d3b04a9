"""Evidence beside an entry of a diary: kept for the person alone, and an item once she reports the entry."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.types import Caller
from audit.services import record
from breaches import diary
from breaches.evidence import services
from breaches.evidence.checks import FULL_DIARY_ENTRY, Sent
from breaches.evidence.diary_models import DiaryEvidence
from breaches.evidence.types import Part, Received
from breaches.models import DiaryEntry, Report
from common.problems import Conflict, Refused


@transaction.atomic
def check_takes_evidence(*, caller: Caller, entry_id: UUID) -> DiaryEntry:
    """Her entry, if a file can be put beside it. Raises `NotFound`; `Conflict` once it is a report, to which evidence
    is sent itself; `Refused` where it has as many files as a report can have."""
    entry = diary.own_entry(caller.person, entry_id)
    if hasattr(entry, "reported"):
        extra = {"report": entry.reported.report.reference}
        raise Conflict("already_reported", "This entry is a report now: send evidence to that.", extra=extra)
    if DiaryEvidence.objects.filter(entry=entry).count() >= settings.EVIDENCE_MAX_ITEMS:
        raise Refused([FULL_DIARY_ENTRY], code=FULL_DIARY_ENTRY.code, detail=FULL_DIARY_ENTRY.detail)
    return entry


@transaction.atomic
def keep_with_entry(*, caller: Caller, entry_id: UUID, received: Received, sent: Sent) -> DiaryEvidence:
    """Keep what lies in the store beside an entry. Nobody looks at it until she reports it."""
    entry = check_takes_evidence(caller=caller, entry_id=entry_id)
    part = received.part
    if part is None:
        raise ValueError("what comes with a diary comes in one request")
    row = DiaryEvidence(
        entry=entry,
        number=DiaryEvidence.objects.filter(entry=entry).count() + 1,
        filename=sent.filename,
        size=received.size,
        sha256=received.sha256,
        sender_sha256=sent.sha256,
        key=part.key,
        wrapped_key=part.wrapped_key,
        received_at=timezone.now(),
    )
    row.save(force_insert=True)
    record(actor=caller.actor, action="collection", verb="diary_evidence_received", records=[entry.id, row.id])
    return row


@transaction.atomic
def report_evidence_of(*, caller: Caller, entry: DiaryEntry, report: Report) -> None:
    """Make items of the files beside an entry that has become a report, as if they had been sent with it.

    Each was received when it was; that it lay in a diary meanwhile stands in its continuity.
    """
    for row in DiaryEvidence.objects.filter(entry=entry).order_by("number"):
        services.keep(
            actor=caller.actor,
            report_id=report.id,
            received=Received(row.size, row.sha256, Part(row.key, bytes(row.wrapped_key), row.size)),
            sent=Sent(row.filename, row.sender_sha256),
            before=services.Before(row.received_at, "kept with an entry of her diary"),
        )
