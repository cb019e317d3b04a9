"""Looking at an item: is it what arrived, is it harmful, what is it, what does it say. Then released or held."""

from __future__ import annotations

import hashlib
import io
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone

from audit.services import record
from audit.types import SERVICE
from breaches.evidence import continuity, detect, films, itself, messages, queries, scan, services
from breaches.evidence.chats import NotAChat, read_messages
from breaches.evidence.models import EvidenceExamination, EvidenceItem
from breaches.evidence.pictures import NotAPicture, opened_picture, viewable
from breaches.evidence.readings import CountedMessages, describe_held, describe_messages, describe_other, may_read_words
from breaches.evidence.rows import store_messages
from breaches.evidence.sealing import Arrival, Opened
from breaches.evidence.storage import Unavailable
from breaches.evidence.types import FILMS, PICTURES, Comparison, Found, Reading, Received, Taken
from breaches.queries import places_now

_BUFFER = 256 * 1024
_READ_SECONDS = 120.0  # an item's messages; two million of them take less
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Reading:
    """Everything that was found, before any of it is written."""

    found: Found
    scanner: str
    taken: Taken
    device: dict[str, str]
    comparison: Comparison


def examine(*, item_id: UUID) -> None:
    """Examine an item in quarantine; anything else is left alone, so again is harmless.

    With no scanner to be had nothing changes: the sweep has it tried again. Nobody is refused for it.
    """
    # What is locked or missing is so with its alarm, also where it goes between two looks.
    with suppress(services.Changed, services.FileMissing), services.notice_loss(item_id=item_id):
        _examine(queries.item(item_id))


def _examine(item: EvidenceItem) -> None:
    if item.state != "quarantined":
        _make_viewable(item)
        return
    try:
        services.verify(item=item)
        source = Opened(queries.parts_of(item))
        result = scan.scan(source.pieces())
    except (scan.NoScanner, Unavailable):
        logger.warning("evidence waits", extra={"event": "evidence_not_scanned"})
        return
    _write(item, _look(item, source, result), source)
    _make_viewable(queries.item(item.id))


def _look(item: EvidenceItem, source: Opened, result: scan.Result) -> _Reading:
    if result.verdict != "clean":
        code = "malware_found" if result.verdict == "found" else "too_large_to_scan"
        found = Found("application/octet-stream", (code,))
        return _Reading(found, f"{result.scanner} {result.name}".strip(), Taken(), {}, Comparison("absent", "absent"))
    buffered = io.BufferedReader(source, _BUFFER)
    found = detect.examine(buffered)
    said, made_by = (Taken(), {}) if found.holds else _says(buffered, found, latest=item.received_at)
    buffered.detach()
    comparison = _compared(item, said)
    if "gps_week_rollover" in comparison.notes:
        said = replace(said, at=None, offset_assumed=False)  # a time of another decade places nobody in this one
    assumed = ("offset_assumed",) if said.offset_assumed else ()
    found = replace(found, notes=tuple(sorted({*found.notes, *said.notes, *comparison.notes, *assumed})))
    return _Reading(found, result.scanner, said, made_by, comparison)


def _says(source: IO[bytes], found: Found, *, latest: datetime) -> tuple[Taken, dict[str, str]]:
    """What a picture or a film says of itself; nothing of anything else."""
    source.seek(0)
    if found.media_type in FILMS:
        try:
            return films.read_film(source, latest=latest)
        except films.NotAFilm:
            return Taken(notes=("film_unreadable",)), {}
    if found.media_type in PICTURES:
        with suppress(NotAPicture), opened_picture(source) as image:
            return itself.taken(image, latest=latest), itself.device(image)
    return Taken(), {}


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
def _write(item: EvidenceItem, reading: _Reading, source: Opened) -> None:
    """Everything that was found, in one transaction: messages, examination, state, continuity, trace, event."""
    held = EvidenceItem.objects.select_for_update(of=("self",)).select_related("report").get(pk=item.pk)
    if held.state != "quarantined":
        return  # another worker was faster
    read = _read_item(held, reading.found, source) if may_read_words(reading.found) else _ReadItem(describe_held())
    held.state = "held" if reading.found.holds else "released"
    held.save(update_fields=["state"])
    said, comparison = reading.taken, reading.comparison
    EvidenceExamination.objects.create(
        item=held,
        examined_at=timezone.now(),
        media_type=reading.found.media_type,
        scanner=reading.scanner,
        holds=list(reading.found.holds),
        notes=sorted({*reading.found.notes, *read.notes}),
        metadata=reading.device,
        point=Point(said.longitude, said.latitude, srid=4326) if said.latitude is not None else None,
        taken_at=said.at,
        place=comparison.place,
        time=comparison.time,
        metres=comparison.metres,
        minutes=comparison.minutes,
        platform=read.platform,
        senders=read.senders,
        reading_state=read.reading.state,
        reading_kind=read.reading.kind,
        things_found=read.reading.found,
        things_read=read.reading.read,
        why_unread=dict(read.reading.why),
    )
    continuity.append(held, held.state, actor=SERVICE, at=timezone.now(), sha256=held.sha256)
    record(actor=SERVICE, action="alteration", verb="evidence_examined", records=[held.report_id, held.id])
    messages.examined(held)


@dataclass(frozen=True, slots=True)
class _ReadItem:
    """What was read of an item, what is doubtful in it, and who wrote."""

    reading: Reading
    platform: str = ""
    notes: tuple[str, ...] = ()
    senders: Sequence[dict[str, Any]] = ()


def _read_item(item: EvidenceItem, found: Found, source: Opened) -> _ReadItem:
    """The messages in it, where there are any, stored in batches, in flat memory; and how much of it was read."""
    buffered = io.BufferedReader(source, _BUFFER)
    try:
        with transaction.atomic():
            latest = item.received_at.year + 1
            chat, rows = read_messages(buffered, found.media_type, name=item.filename, latest_year=latest)
            counted = CountedMessages(chat, rows, clock=time.monotonic, seconds=_READ_SECONDS)
            senders = store_messages(item, counted)
    except NotAChat as error:
        reading = describe_held() if found.holds else describe_other(found, why=error.code)
        return _ReadItem(reading, notes=(error.code,) if error.code else ())
    finally:
        buffered.detach()
    return _ReadItem(describe_messages(chat, counted.read), chat.platform, tuple(chat.notes), senders)


def _make_viewable(item: EvidenceItem) -> None:
    """The copy to look at of a released picture, once (rule 67). What cannot be made safe has none."""
    examined: Any = getattr(item, "examination", None)
    wanted = item.state == "released" and item.derived_from_id is None and examined is not None
    if not wanted or examined.media_type not in PICTURES or item.derivatives.exists():
        return
    source = Opened(queries.parts_of(item))
    try:
        content = viewable(io.BufferedReader(source, _BUFFER))
    except NotAPicture:
        return
    arrival = Arrival()
    try:
        arrival.write(content)
        received = Received(len(content), hashlib.sha256(content).hexdigest(), arrival.finish())
        arrival.place()
    finally:
        arrival.discard()
    services.keep_viewable(original_id=item.id, received=received)
