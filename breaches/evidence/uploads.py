"""Resumable uploads over HTTP (tus 1.0), for each audience."""

from __future__ import annotations

import base64
import binascii
from contextlib import suppress

from django.conf import settings
from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import MethodNotAllowed, UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response

from audit.services import record
from breaches.evidence import queries, shown, tus
from breaches.evidence.api import OfForce, OfOfficer, OfReport, OfVictim
from breaches.evidence.models import EvidenceUpload
from breaches.evidence.serializers import UploadOut
from breaches.policies import check_may_report
from common.problems import PreconditionFailed, Problem, Refused
from edge.idempotency import once
from edge.problem_json import CONTENT_TYPE
from edge.views import answer

_OCTETS = "application/offset+octet-stream"
_NO_LENGTH = 1 << 62  # spo_service.wsgi: a chunked body
_NO_OFFSET = Problem("Upload-Offset", "required", "Say in Upload-Offset from which byte on this is.")
_NO_CHECKSUM = Problem("Upload-Checksum", "bad_format", "Upload-Checksum is sha1 or sha256, a space, and base64.")
_UNEQUAL = {
    "type": "urn:spo:problem:checksum_mismatch",
    "title": "Checksum Mismatch",
    "status": 460,
    "detail": "What arrived is not what was sent. It does not count; send it again.",
    "code": "checksum_mismatch",
    "errors": [],
}


def _tus(response: Response) -> Response:
    response["Tus-Resumable"] = tus.VERSION
    return response


def _check_version(request: Request) -> None:
    if request.headers.get("Tus-Resumable") != tus.VERSION:
        raise PreconditionFailed("tus_version", "This speaks tus 1.0.0: send Tus-Resumable: 1.0.0.")


def _offered() -> Response:
    response = _tus(Response(status=204))
    response["Tus-Version"] = tus.VERSION
    response["Tus-Extension"] = tus.EXTENSIONS
    response["Tus-Max-Size"] = str(settings.EVIDENCE_MAX_BYTES)
    response["Tus-Checksum-Algorithm"] = ",".join(tus.DIGESTS)
    return response


def _begun(view: OfReport, request: Request) -> Response:
    _check_version(request)
    caller = view.caller(request)
    wish = tus.read_wish(request.headers.get("Upload-Length"), request.headers.get("Upload-Metadata"))

    def effect() -> Response:
        report = view.report(caller, wish.report)
        check_may_report(caller)
        upload = tus.begin(caller=caller, report=report, wish=wish)
        where = f"{request.path}{upload.id}"
        return answer(_state(upload, 0), status=201, location=where)

    said = [request.headers.get(name) for name in ("Upload-Length", "Upload-Metadata")]
    return _tus(once(request, effect, said=said))


def _state(upload: EvidenceUpload, offset: int) -> dict[str, object]:
    item = upload.item
    return {
        "id": upload.id,
        "offset": offset,
        "size": upload.size,
        "item": shown.brief(item, viewable=False) if item else None,
    }


def _upload(view: OfReport, request: Request, key: str) -> EvidenceUpload:
    upload = tus.own_upload(view.caller(request), key)
    with suppress(tus.PieceMissing):  # its sender sees from where it goes on
        tus.complete(upload=upload)  # a process may have been killed in the middle of it
    return upload


def _offset(upload: EvidenceUpload) -> int:
    return upload.size if upload.item_id else queries.offset_of(upload)


def _read(view: OfReport, request: Request, key: str) -> Response:
    upload = _upload(view, request, key)
    with transaction.atomic():
        record(
            actor=view.caller(request).actor,
            action="consultation",
            verb="evidence_upload_read",
            records=[upload.report_id, upload.id],
        )
    return _told(Response(_state(upload, _offset(upload))), upload)


def _told(response: Response, upload: EvidenceUpload) -> Response:
    response["Upload-Offset"] = str(_offset(upload))
    response["Upload-Length"] = str(upload.size)
    return _tus(response)


def _added(view: OfReport, request: Request, key: str) -> Response:
    upload = _upload(view, request, key)
    _check_version(request)
    if request.content_type != _OCTETS:
        raise UnsupportedMediaType(request.content_type)
    try:
        tus.take(upload=upload, patch=_patch(request))
    except tus.WrongChecksum:
        return _tus(Response(_UNEQUAL, status=460, content_type=CONTENT_TYPE))
    return _told(Response(status=204), upload)


def _patch(request: Request) -> tus.Patch:
    offset, length = request.headers.get("Upload-Offset", ""), int(request.META.get("CONTENT_LENGTH") or 0)
    if not (offset.isascii() and offset.isdigit() and len(offset) <= 18):
        raise Refused([_NO_OFFSET])
    return tus.Patch(
        offset=int(offset),
        length=None if length == _NO_LENGTH else length,
        read=request._request.read,
        checksum=_checksum(request.headers.get("Upload-Checksum")),
    )


def _checksum(header: str | None) -> tuple[str, bytes] | None:
    if header is None:
        return None
    name, _, value = header.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if name not in tus.DIGESTS or not digest:
        raise Refused([_NO_CHECKSUM])
    return name, digest


class _Begins(OfReport):
    @extend_schema(request=None, responses={201: UploadOut})
    def post(self, request: Request) -> Response:
        """Announce a file that is sent in pieces: `Upload-Length`, and `Upload-Metadata` with report and filename."""
        return _begun(self, request)

    def options(self, request: Request) -> Response:  # type: ignore[override]
        return _offered()


class VictimUploads(_Begins, OfVictim):
    """At /victim/."""

    mailbox_does = frozenset({"OPTIONS"})


class ForceUploads(_Begins, OfForce):
    """At /force/."""


class OfficerUploads(_Begins, OfOfficer):
    """At /officer/."""


class _Goes(OfReport):
    """Who may, is whoever began it."""

    @extend_schema(responses={200: UploadOut})
    def get(self, request: Request, key: str) -> Response:
        """How far an upload is."""
        return _read(self, request, key)

    @extend_schema(request={_OCTETS: bytes}, responses={204: None})
    def patch(self, request: Request, key: str) -> Response:
        """Send on from `Upload-Offset`."""
        return _added(self, request, key)

    @extend_schema(exclude=True)
    def post(self, request: Request, key: str) -> Response:
        """tus: where PATCH does not get through, POST with `X-HTTP-Method-Override: PATCH` is the same."""
        if request.headers.get("X-HTTP-Method-Override") != "PATCH":
            raise MethodNotAllowed("POST")
        return _added(self, request, key)


class VictimUpload(_Goes, OfVictim):
    """At /victim/."""

    mailbox_does = frozenset({"OPTIONS"})


class ForceUpload(_Goes, OfForce):
    """At /force/."""


class OfficerUpload(_Goes, OfOfficer):
    """At /officer/."""
