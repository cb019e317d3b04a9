"""Resumable uploads, tus 1.0: core, creation and checksum. No termination: nothing is deleted.

A file arrives in pieces; each is sealed under a key of its own, put into the store and noted in a row before it
counts. A line that is cut costs nothing, a process that is killed at most the piece that was on its way. Once all is
there the pieces are the item: nothing is written again, and what came in one request is not read again either.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import logging
import math
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db import transaction
from django.db.models import QuerySet

from accounts.types import Caller
from audit.services import record
from audit.types import SERVICE, Action, Actor, ActorKind
from breaches.evidence import queries
from breaches.evidence.checks import Sent, check_room, check_whole, is_digest, storable_name
from breaches.evidence.models import EvidencePiece, EvidenceUpload
from breaches.evidence.sealing import Arrival, Opened, digest_of
from breaches.evidence.services import keep
from breaches.evidence.storage import NotThere, store
from breaches.evidence.types import Received
from breaches.models.reports import Report
from breaches.queries import check_open
from common.envelope import NotOpened
from common.problems import Conflict, NotFound, Problem, Refused, TooLarge

VERSION = "1.0.0"
EXTENSIONS = "creation,checksum"
DIGESTS = ("sha1", "sha256")
# A piece ends with so many bytes, or after so many seconds on a slow line: that is what a process that is killed costs.
# Each is synced to the disk twice and committed once, so that many small ones are slow.
_PIECE = 32 * 1024 * 1024
_PIECE_SECONDS = 10.0
_SHORTEST = 1024 * 1024  # of a piece that is kept, but the last
_READ = 256 * 1024
_KEY = re.compile(r"[0-9A-Za-z-]{1,40}")  # a report, by id or reference
logger = logging.getLogger(__name__)
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


class PieceMissing(Conflict):
    """The store has lost a piece of an upload: it goes on from where that began."""

    def __init__(self) -> None:
        super().__init__(
            "upload_piece_missing",
            "Some of what was sent is missing from the store. Ask with HEAD how far it is, and go on from there.",
        )


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
    offset, ended, whole = patch.offset, False, hashlib.sha256()
    short = _short(upload)
    while offset < upload.size and not ended:
        arrival = Arrival()
        try:
            with _damage_refused(upload, offset):
                for piece in Opened(queries.parts(short)).pieces():
                    arrival.write(piece)
            ended = _fill(arrival, patch, upload.size - offset, whole)
            offset = _add(upload, arrival, offset, short)
        finally:
            arrival.discard()
        short = []
    # Only of what came in this one request: another's part was hashed there, and the hash is gone.
    seen_whole = patch.offset == 0 and offset == upload.size
    complete(upload=upload, sha256=whole.hexdigest() if seen_whole else "")
    return offset


def _short(upload: EvidenceUpload) -> list[EvidencePiece]:
    """The last piece, if it is so short that the next one takes it in: pieces are kept for as long as the item is."""
    return [last for last in upload.pieces.order_by("-start")[:1] if last.size < _SHORTEST]


def _fill(arrival: Arrival, patch: Patch, left: int, whole: hashlib._Hash) -> bool:
    """Read a piece, or with a checksum all that is left; whether the body has ended."""
    name, wanted = patch.checksum or ("sha256", b"")
    digests = [whole, hashlib.new(name, usedforsecurity=False)] if wanted else [whole]
    left, ended = left if wanted else min(left, _PIECE), False
    until = math.inf if wanted else time.monotonic() + _PIECE_SECONDS
    while left and not ended and (arrival.size < _SHORTEST or time.monotonic() < until):
        piece = _read(patch, min(_READ, left))
        for digest in digests:
            digest.update(piece)
        arrival.write(piece)
        left, ended = left - len(piece), not piece
    if wanted and not hmac.compare_digest(digests[-1].digest(), wanted):
        raise WrongChecksum
    return ended


def _read(patch: Patch, size: int) -> bytes:
    try:
        return patch.read(size)
    except (OSError, BadRequest):  # the line was cut, or stands still
        return b""


def _add(upload: EvidenceUpload, arrival: Arrival, offset: int, short: list[EvidencePiece]) -> int:
    """Put a piece into the store and note it, in place of the short one that it took in; the offset afterwards."""
    start = offset - sum(piece.size for piece in short)
    if start + arrival.size == offset:  # nothing came
        return offset
    part = arrival.finish()
    arrival.place()
    with transaction.atomic():
        EvidenceUpload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
        if queries.offset_of(upload) != offset:
            raise Conflict(*_ELSEWHERE)
        taken_in = _dropped(upload.pieces.filter(start=start)) if short else []
        upload.pieces.create(start=start, size=part.size, key=part.key, wrapped_key=part.wrapped_key)
    _forget(taken_in)
    return start + part.size


def complete(*, upload: EvidenceUpload, sha256: str = "") -> None:
    """Make an item of an upload of which every byte is there. Again is harmless, and so is too early.

    Its bytes stay in the pieces that they came in: nothing is written again. `sha256` is of the whole, by whoever
    saw all of it come; without it the pieces are read. A process that is killed in here leaves the pieces: whoever
    asks next, or the sweep, does it again.
    """
    if upload.item_id or upload.refused or queries.offset_of(upload) != upload.size:
        return
    with _damage_refused(upload, upload.size):
        sha256 = sha256 or digest_of(Opened(queries.parts(upload.pieces.order_by("start"))))
    received, sent = Received(upload.size, sha256, None), Sent(upload.filename, upload.sender_sha256)
    try:
        check_whole(received, sent)
        _become(upload, received, sent)
    except Refused as refusal:
        _forget(refuse(upload=upload, code=refusal.code))
        raise


@transaction.atomic
def _become(upload: EvidenceUpload, received: Received, sent: Sent) -> None:
    held = EvidenceUpload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
    if held.item_id or held.refused:
        return
    actor = Actor(cast(ActorKind, held.started_by_kind), held.started_by, held.organisation)
    held.item = keep(actor=actor, report_id=held.report_id, received=received, sent=sent)
    held.save(update_fields=["item"])
    upload.item = held.item


@contextmanager
def _damage_refused(upload: EvidenceUpload, offset: int) -> Iterator[None]:
    """What cannot be read is damaged, unless another request took it into a piece of its own meanwhile.

    The pieces and their keys stay: what lies in a store that is in order again can be read by them. A piece that is not
    there at all is asked for again, with all that came after it.
    """
    try:
        yield
    except NotThere:
        keys = _drop_missing(upload)
        if not keys:
            raise Conflict(*_ELSEWHERE) from None
        _forget(keys)
        raise PieceMissing from None
    except NotOpened:
        if queries.offset_of(upload) != offset:
            raise Conflict(*_ELSEWHERE) from None
        _refused(upload, "upload_damaged")
        raise _refusal("upload_damaged") from None


@transaction.atomic
def _drop_missing(upload: EvidenceUpload) -> list[str]:
    """Drop the first piece that the store has nothing of, and those after it; their names, none where each is there."""
    held = EvidenceUpload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
    if held.item_id or held.refused:
        return []
    lost = next((piece for piece in held.pieces.order_by("start") if not _is_stored(piece)), None)
    if lost is None:
        return []
    keys = _dropped(held.pieces.filter(start__gte=lost.start))
    record(actor=SERVICE, action="alteration", verb="evidence_upload_piece_missing", records=[held.report_id, held.id])
    logger.error("piece missing", extra={"event": "evidence_upload_piece_missing", "record": str(held.id)})
    return keys


def _is_stored(piece: EvidencePiece) -> bool:
    try:
        store().size(piece.key)
    except NotThere:
        return False
    return True


@transaction.atomic
def refuse(*, upload: EvidenceUpload, code: str) -> list[str]:
    """The whole is not what its sender says: it is dropped, and its sender told each time they ask.

    The names to be taken from the store; none of what became an item, or was refused, meanwhile.
    """
    held = _refused(upload, code)
    return _dropped(held.pieces.all()) if held else []


@transaction.atomic
def _refused(upload: EvidenceUpload, code: str) -> EvidenceUpload | None:
    """Mark it refused; None where that, or an item, was made of it already."""
    held = EvidenceUpload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
    if held.item_id or held.refused:
        return None
    held.refused = code
    held.save(update_fields=["refused"])
    action: Action = "alteration" if code == "upload_damaged" else "erasure"
    record(actor=SERVICE, action=action, verb="evidence_upload_refused", records=[held.report_id, held.id])
    return held


def _dropped(pieces: QuerySet[EvidencePiece]) -> list[str]:
    """Drop pieces; their names, to be taken from the store once that is certain."""
    keys = list(pieces.values_list("key", flat=True))
    pieces.delete()
    return keys


def _forget(keys: list[str]) -> None:
    for key in keys:
        store().remove(key)


def _refusal(code: str) -> Refused:
    problem = Problem("", code, "What arrived is not what was sent. Begin a new upload.")
    return Refused([problem], code=code, detail=problem.detail)
