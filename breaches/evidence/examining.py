"""Looking at an item: is it what arrived, is it harmful, what is it, what does it say. Then released or held."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.utils import timezone

from audit.services import record
from audit.types import SERVICE
from breaches.evidence import continuity, itself, messages, queries, scan, services
from breaches.evidence.apart import Ended, work_apart
from breaches.evidence.chats import NotAChat
from breaches.evidence.inspecting import Ask, Coming, Looked, Pieces, copy_picture, inspect_item, load_once
from breaches.evidence.models import EvidenceExamination, EvidenceItem
from breaches.evidence.readings import describe_held, describe_messages, describe_other, may_read_words
from breaches.evidence.rows import store_messages
from breaches.evidence.sealing import Arrival, Opened
from breaches.evidence.storage import Unavailable
from breaches.evidence.types import (
    PICTURES,
    READERS_VERSION,
    Comparison,
    Found,
    Reading,
    Received,
    Taken,
)
from breaches.queries import places_now

MOST_SECONDS, MOST_MEMORY = 300.0, 1024**3  # of the process that opens an item, for all of it; bytes
_MOST_IDLE = f"{int(MOST_SECONDS) + 60}s"
_BY_SCANNER = {"found": "malware_found", "too_large": "too_large_to_scan"}
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that was found in an item, before any of it is written; `rest` is its messages, as they come.

    `failed`: why nobody could look at it, a code of `WHY_UNREAD`.
    """

    found: Found
    scanner: str
    taken: Taken
    device: dict[str, str]
    comparison: Comparison
    rest: Pieces
    failed: str = ""


@dataclass(frozen=True, slots=True)
class ReadItem:
    """What was read of an item, what is doubtful in it, and who wrote."""

    reading: Reading
    platform: str = ""
    notes: tuple[str, ...] = ()
    senders: Sequence[dict[str, Any]] = ()


def examine(*, item_id: UUID) -> None:
    """Examine an item in quarantine; anything else is left alone, so again is harmless.

    With no scanner to be had nothing changes: the sweep has it tried again. Nobody is refused for it.
    """
    # What is locked or missing is so with its alarm, also where it goes between two looks.
    with suppress(services.Changed, services.FileMissing), services.notice_loss(item_id=item_id):
        _examine_item(queries.item(item_id))


def _examine_item(item: EvidenceItem) -> None:
    if item.state == "quarantined":
        with look_at(item) as seen:
            if seen is None:
                return
            _write_findings(item, seen)
        item = queries.item(item.id)
    make_viewable(item)


@contextmanager
def look_at(item: EvidenceItem) -> Iterator[Seen | None]:
    """What is in an item that is still what arrived. None where there is no scanner, or no store to read it from.

    It is opened by a process apart, which ends with this. Raises `Changed` or `FileMissing`, with the alarm.
    """
    result = _scan_unchanged(item)
    if result is None:
        yield None
        return
    load_once()
    ask = Ask(tuple(queries.parts_of(item)), item.filename, item.received_at, item.state == "released")
    with closing(work_apart(partial(inspect_item, ask), seconds=MOST_SECONDS, memory=MOST_MEMORY)) as pieces:
        yield _describe_look(item, result, pieces)


def _scan_unchanged(item: EvidenceItem) -> scan.Result | None:
    try:
        services.verify(item=item)
        return scan.scan(Opened(queries.parts_of(item)).pieces())
    except (scan.NoScanner, Unavailable):
        _leave_waiting(item)
        return None


def _leave_waiting(item: EvidenceItem) -> None:
    logger.warning("evidence waits", extra={"event": "evidence_not_scanned", "record": str(item.id)})


def _describe_look(item: EvidenceItem, result: scan.Result, pieces: Pieces) -> Seen | None:
    """What was let go by a person, whatever spoke against it, is read on; but never what a scanner names."""
    holds = (_BY_SCANNER[result.verdict],) if result.verdict in _BY_SCANNER else ()
    scanner = f"{result.scanner} {result.name}".strip()
    if result.verdict == "found" or (holds and item.state != "released"):
        return _see_nothing(holds, scanner)
    try:
        looked = next(pieces)
    except Ended as error:
        logger.error("evidence not examined", extra={"event": "evidence_not_examined", "record": str(item.id)})
        return replace(_see_nothing((*holds, "examination_failed"), scanner), failed=error.code)
    if not isinstance(looked, Looked) or looked.found is None:
        services.verify(item=item)  # it was there a moment ago
        _leave_waiting(item)
        return None
    said, comparison = looked.taken, _compared(item, looked.taken)
    if "gps_week_rollover" in comparison.notes:
        said = replace(said, at=None, offset_assumed=False)  # a time of another decade places nobody in this one
    assumed = ("offset_assumed",) if said.offset_assumed else ()
    notes = tuple(sorted({*looked.found.notes, *said.notes, *comparison.notes, *assumed}))
    found = replace(looked.found, holds=(*looked.found.holds, *holds), notes=notes)
    return Seen(found, scanner, said, dict(looked.device), comparison, pieces)


def _see_nothing(holds: tuple[str, ...], scanner: str) -> Seen:
    found, nothing = Found("application/octet-stream", holds), Comparison("absent", "absent")
    return Seen(found, scanner, Taken(), {}, nothing, iter(()))


def _compared(item: EvidenceItem, said: Taken) -> Comparison:
    report = item.report
    start, end = report.incident_from, report.incident_to or report.incident_from
    return itself.compare(
        said,
        places=[(fix.longitude, fix.latitude, fix.r95_m) for fix in places_now(report)],
        interval=(start, end) if start and end else None,
        most_m=settings.EVIDENCE_PLACE_TOLERANCE_M,
        most_minutes=settings.EVIDENCE_TIME_TOLERANCE_MINUTES,
    )


@transaction.atomic
def _write_findings(item: EvidenceItem, seen: Seen) -> None:
    """Everything that was found, in one transaction: messages, examination, state, continuity, trace, event."""
    held = EvidenceItem.objects.select_for_update(of=("self",)).select_related("report").get(pk=item.pk)
    if held.state != "quarantined":
        return  # another worker was faster
    held.state = "held" if seen.found.holds else "released"
    make_examination(held, seen, read_item(held, seen)).save(force_insert=True)
    held.save(update_fields=["state"])
    continuity.append(held, held.state, actor=SERVICE, at=timezone.now(), sha256=held.sha256)
    record(actor=SERVICE, action="alteration", verb="evidence_examined", records=[held.report_id, held.id])
    messages.examined(held)


def make_examination(item: EvidenceItem, seen: Seen, read: ReadItem) -> EvidenceExamination:
    """The row of what was found, not yet written."""
    said, comparison = seen.taken, seen.comparison
    return EvidenceExamination(
        item=item,
        readers=READERS_VERSION,
        examined_at=timezone.now(),
        media_type=seen.found.media_type,
        scanner=seen.scanner,
        holds=list(seen.found.holds),
        notes=sorted({*seen.found.notes, *read.notes}),
        metadata=seen.device,
        point=Point(said.longitude, said.latitude, srid=4326) if said.latitude is not None else None,
        taken_at=said.at,
        place=comparison.place,
        time=comparison.time,
        metres=comparison.metres,
        minutes=comparison.minutes,
        platform=read.platform,
        senders=list(read.senders),
        reading_state=read.reading.state,
        reading_kind=read.reading.kind,
        things_found=read.reading.found,
        things_read=read.reading.read,
        why_unread=dict(read.reading.why),
    )


def reads_words(item: EvidenceItem, seen: Seen) -> bool:
    """Whether the words of an item are read: of what was let go, and of what may be read though it is held."""
    return item.state == "released" or may_read_words(seen.found)


def read_item(item: EvidenceItem, seen: Seen, *, examination: int = 1) -> ReadItem:
    """The messages in it, where there are any, stored in batches, in flat memory; and how much of it was read.

    Of what is held words are read only where that does no harm.
    """
    if not reads_words(item, seen):
        return ReadItem(describe_held(seen.failed))
    if seen.failed:
        return ReadItem(describe_other(seen.found, why=seen.failed))
    coming = Coming(seen.rest)
    _allow_waiting()
    try:
        with transaction.atomic():
            senders = store_messages(item, coming, examination=examination)
    except NotAChat as error:
        reading = describe_held() if item.state == "held" else describe_other(seen.found, why=error.code)
        return ReadItem(reading, notes=(error.code,) if error.code else ())
    chat = coming.chat
    return ReadItem(describe_messages(chat, coming.count), chat.platform, tuple(chat.notes), senders)


def _allow_waiting() -> None:
    """For this transaction: nothing is asked of the database while the process apart reads on without a message."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('idle_in_transaction_session_timeout', %s, true)", [_MOST_IDLE])


def make_viewable(item: EvidenceItem) -> None:
    """The copy to look at of a released picture, once (rule 67). What cannot be made safe has none."""
    examined: EvidenceExamination | None = getattr(item, "examination", None)
    wanted = item.state == "released" and item.derived_from_id is None and examined is not None
    if not wanted or examined is None or examined.media_type not in PICTURES or item.derivatives.exists():
        return
    work = partial(copy_picture, tuple(queries.parts_of(item)))
    try:
        content = b"".join(work_apart(work, seconds=MOST_SECONDS, memory=MOST_MEMORY))
    except Ended:
        logger.error("no copy", extra={"event": "evidence_not_copied", "record": str(item.id)})
        return
    if content:
        services.keep_viewable(original_id=item.id, received=_seal_copy(content))


def _seal_copy(content: bytes) -> Received:
    arrival = Arrival()
    try:
        arrival.write(content)
        received = Received(len(content), hashlib.sha256(content).hexdigest(), arrival.finish())
        arrival.place()
    finally:
        arrival.discard()
    return received
