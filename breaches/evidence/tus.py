"""Resumable uploads, tus 1.0: core, creation and checksum. No termination: nothing is deleted.

A file arrives in pieces; each is sealed under a key of its own, put into the store and noted in a row before it
counts. A line that is cut, or a process that is killed, costs at most the piece that was on its way. Once all is
there, it is read through once: hashed and sealed as one, as any other file.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.types import Caller
from audit.services import record
from audit.types import SERVICE, Actor, ActorKind
from breaches.evidence import queries
from breaches.evidence.checks import Sent, check_room, check_whole, is_digest, storable_name
from breaches.evidence.models import EvidencePiece, EvidenceUpload
from breaches.evidence.sealing import Arrival, opened
from breaches.evidence.services import keep
from breaches.evidence.storage import store
from breaches.evidence.types import Received
from breaches.models.reports import Report
from breaches.queries import check_open
from common.problems import Conflict, NotFound, Problem, Refused, TooLarge

VERSION = "1.0.0"
EXTENSIONS = "creation,checksum"
DIGESTS = ("sha1", "sha256")
_PIECE = 8 * 1024 * 1024
_READ = 256 * 1024
_KEY = re.compile(r"[0-9A-Za-z-]{1,40}")  # a report, by id or reference
_ELSEWHERE = ("offset_conflict", "The upload goes on from another offset. Ask for it with HEAD.")


@dataclass(frozen=True, slots=True)
class Wish:
    """What an upload is to be: its size in bytes, the key of its report, and what its sender says of the file."""

    size: int
    report: str
    sent: Sent


def read_wish(length: str | None, metadata: str | None) -> Wish:
    """From `Upload-Length` and `Upload-Metadata`. Raises `Refused` or `TooLarge`."""
    said = _metadata(metadata or "")
    digest, problems = said.get("sha256", ""), []
    if length is None or not (length.isascii() and length.isdigit() and len(length) <= 18):
        problems.append(Problem("Upload-Length", "required", "Say in Upload-Length how many bytes there are."))
    elif int(length) == 0:
        problems.append(Problem("Upload-Length", "file_empty", "There is nothing in this file."))
    elif int(length) > settings.EVIDENCE_MAX_BYTES:
        raise TooLarge("body_too_large", "The file is over the limit.")
    if "report" not in said:
        problems.append(Problem("Upload-Metadata", "required", "Say in Upload-Metadata which report it belongs to."))
    if digest and not is_digest(digest):
        problems.append(Problem("Upload-Metadata", "bad_format", "A SHA-256 is 64 hexadecimal digits."))
    if problems:
        raise Refused(problems)
    if not _KEY.fullmatch(said["report"]):
        raise NotFound
    return Wish(int(length or 0), said["report"], Sent(storable_name(said.get("filename", "")), digest.lower()))


def _metadata(header: str) -> dict[str, str]:
    """Pairs of a key and a value in base64, with commas between them; a value may be missing."""
    found = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        name, _, value = pair.partition(" ")
        try:
            found[name] = base64.b64decode(value.strip(), validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            problem = Problem("Upload-Metadata", "bad_format", "Values in Upload-Metadata are base64.")
            raise Refused([problem]) from None
    return found


@transaction.atomic(savepoint=False)
def begin(*, caller: Caller, report: Report, wish: Wish) -> EvidenceUpload:
    """Expect a file. It shows as "receiving" until all of it is there."""
    Report.objects.select_for_update(no_key=True).get(pk=report.pk)
    check_room(report)
    upload = EvidenceUpload.objects.create(
        report=report,
        filename=wish.sent.filename,
        size=wish.size,
        sender_sha256=wish.sent.sha256,
        started_by_kind=caller.kind,
        started_by=caller.id,
        organisation=caller.force,
    )
    record(actor=caller.actor, action="collection", verb="evidence_upload_begun", records=[report.id, upload.id])
    return upload


def own_upload(caller: Caller, key: str) -> EvidenceUpload:
    """An upload, for whoever began it. Raises `NotFound`."""
    try:
        identifier = UUID(key)
    except ValueError:
        raise NotFound from None
    rows = EvidenceUpload.objects.select_related("report__order", "item")
    upload = rows.filter(pk=identifier, started_by=caller.id, started_by_kind=caller.kind).first()
    if upload is None:
        raise NotFound
    check_open(caller, upload.report)
    return upload


@dataclass(frozen=True, slots=True)
class Patch:
    """What one PATCH brings: from which byte on, the bytes, and their digest where the sender gave one."""

    offset: int
    length: int | None
    read: Callable[[int], bytes]
    checksum: tuple[str, bytes] | None = None


class WrongChecksum(Exception):
    """What arrived is not what the sender gave the checksum of: it does not count (tus answers 460)."""


def take(*, upload: EvidenceUpload, patch: Patch) -> int:
    """Add what a PATCH brings, as far as it gets; the offset afterwards. With the last byte the item is made.

    A line that is cut is no error: what came before it counts. Raises `Conflict` for another offset, `TooLarge`
    for more than was announced, `WrongChecksum`, and `Refused` where the whole is not what it should be.
    """
    if upload.refused:
        raise _refusal(upload.refused)
    if patch.offset != queries.offset_of(upload):
        raise Conflict(*_ELSEWHERE)
    if patch.length is not None and patch.length > upload.size - patch.offset:
        raise TooLarge("body_too_large", "There is more than was announced in Upload-Length.")
    offset, ended = patch.offset, False
    while offset < upload.size and not ended:
        left = upload.size - offset
        most = left if patch.checksum else min(left, _PIECE)
        arrival = Arrival()
        try:
            ended = _fill(arrival, patch, most)
            offset = _add(upload, arrival, offset)
        finally:
            arrival.discard()
    complete(upload=upload)
    return offset


def _fill(arrival: Arrival, patch: Patch, most: int) -> bool:
    """Read up to `most` bytes; whether the body has ended."""
    name, wanted = patch.checksum or ("sha256", b"")
    digest, ended = hashlib.new(name, usedforsecurity=False), False
    while arrival.size < most and not ended:
        piece = _read(patch, min(_READ, most - arrival.size))
        arrival.write(piece)
        if wanted:
            digest.update(piece)
        ended = not piece
    if wanted and not hmac.compare_digest(digest.digest(), wanted):
        raise WrongChecksum
    return ended


def _read(patch: Patch, size: int) -> bytes:
    try:
        return patch.read(size)
    except OSError:  # the line was cut
        return b""


def _add(upload: EvidenceUpload, arrival: Arrival, start: int) -> int:
    """Put a piece into the store and note it; the offset afterwards."""
    if not arrival.size:
        return start
    received = arrival.finish()
    store().put(received.key, arrival.path)
    with transaction.atomic():
        EvidenceUpload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
        if queries.offset_of(upload) != start:
            raise Conflict(*_ELSEWHERE)
        EvidencePiece.objects.create(
            upload=upload, start=start, size=received.size, key=received.key, wrapped_key=received.wrapped_key
        )
    return start + received.size


def complete(*, upload: EvidenceUpload) -> None:
    """Make an item of an upload of which every byte is there. Again is harmless, and so is too early.

    A process that is killed in here leaves the pieces: whoever asks next, or the sweep, does it again.
    """
    if upload.item_id or upload.refused or queries.offset_of(upload) != upload.size:
        return
    sent, arrival = Sent(upload.filename, upload.sender_sha256), Arrival()
    try:
        received = _joined(upload, arrival)
        check_whole(received, sent)
        store().put(received.key, arrival.path)
        pieces = _become(upload, received, sent)
    except Refused as refusal:
        _forget(refuse(upload=upload, code=refusal.code))
        raise
    finally:
        arrival.discard()
    _forget(pieces)


def _joined(upload: EvidenceUpload, arrival: Arrival) -> Received:
    for row in upload.pieces.order_by("start"):
        for piece in opened(store(), key=row.key, wrapped_key=row.wrapped_key).pieces():
            arrival.write(piece)
    return arrival.finish()


@transaction.atomic
def _become(upload: EvidenceUpload, received: Received, sent: Sent) -> list[str]:
    """The item in place of the pieces, whose names are given back to be taken from the store."""
    held = EvidenceUpload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
    if held.item_id or held.refused:
        return []
    actor = Actor(cast(ActorKind, held.started_by_kind), held.started_by, held.organisation)
    held.item = keep(actor=actor, report_id=held.report_id, received=received, sent=sent)
    held.save(update_fields=["item"])
    upload.item = held.item
    return _pieces_dropped(held)


@transaction.atomic
def refuse(*, upload: EvidenceUpload, code: str) -> list[str]:
    """The whole is not what its sender says: it is dropped, and its sender told each time they ask."""
    held = EvidenceUpload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
    held.refused = code
    held.save(update_fields=["refused"])
    record(actor=SERVICE, action="erasure", verb="evidence_upload_refused", records=[held.report_id, held.id])
    return _pieces_dropped(held)


def _pieces_dropped(upload: EvidenceUpload) -> list[str]:
    keys = list(upload.pieces.values_list("key", flat=True))
    upload.pieces.all().delete()
    return keys


def _forget(keys: list[str]) -> None:
    for key in keys:
        store().remove(key)


def _refusal(code: str) -> Refused:
    problem = Problem("", code, "What arrived is not what was sent. Begin a new upload.")
    return Refused([problem], code=code, detail=problem.detail)
