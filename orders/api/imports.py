"""A force's existing orders as one file, at /force/order-imports."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any, get_args
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from audit.services import record
from edge.pagination import paginate, refuse
from edge.parsing import FileStream, StreamBody
from edge.rendering import JsonAnswer
from edge.views import ApiView, answer
from orders.imports.columns import COLUMNS
from orders.imports.kinds import FileKind
from orders.imports.types import Severity
from orders.models import ImportedOrder, ImportProblem, OrderImport
from orders.queries import orders_open_to
from orders.queries.imports import import_of, imports_of
from orders.receiving import PIECE_BYTES, take_in, throw_away
from orders.serializers.imports import ImportChangesOut, ImportErrorsOut, ImportOut, ImportsOut
from orders.services.importing import begin_import

_ROOT = "/api/v1/force/order-imports"
_READ, _WRITE = ("orders:read",), ("orders:write",)
# By content type; some systems call CSV by the spreadsheet that wrote it.
_KINDS: Mapping[str, FileKind] = {
    "text/csv": "csv",
    "application/csv": "csv",
    "application/vnd.ms-excel": "csv",
    "application/x-ndjson": "ndjson",
    "application/ndjson": "ndjson",
    "application/jsonl": "ndjson",
}
_SEVERITY = OpenApiParameter("severity", str, enum=get_args(Severity), description="only these; both where left out")
_DRY_RUN = OpenApiParameter("dry_run", bool, description="true: check everything, register nothing")


def _shown(job: OrderImport) -> dict[str, Any]:
    where = f"{_ROOT}/{job.id}"
    return {
        "id": job.id,
        "state": job.state,
        "dry_run": job.dry_run,
        "percent": 100 if job.state == "done" else _percent_done(job),
        "rows": job.rows,
        "created": job.created,
        "versioned": job.versioned,
        "duplicates": job.duplicates,
        "bad": job.bad,
        "dates_both_ways": job.dates_both_ways,
        "warnings": job.warnings,
        "received_at": job.received_at,
        "finished_at": job.finished_at,
        "errors_url": f"{where}/errors",
        "changes_url": f"{where}/changes",
    }


def _percent_done(job: OrderImport) -> int:
    """Looking through a file is a tenth of the work on it."""
    looked = max(job.looked_byte, job.next_byte)
    return min(99, 10 * (looked + 9 * job.next_byte) // max(job.size, 1))


class OrderImports(ApiView):
    audience, scopes = "force", {"GET": _READ, "POST": _WRITE}
    parser_classes = (StreamBody,)

    @property
    def body_limit_bytes(self) -> int:
        return int(settings.IMPORT_LIMIT_BYTES)

    @extend_schema(
        parameters=[_DRY_RUN], request={"text/csv": bytes, "application/x-ndjson": bytes}, responses={202: ImportOut}
    )
    def post(self, request: Request) -> Response:
        """Send a file of orders, CSV or NDJSON: it is worked off later. The same file again is the same import."""
        caller, kind, dry_run = self.caller(request), _kind(request), _dry_run(request)
        sent = request.data
        pieces = sent.pieces(PIECE_BYTES) if isinstance(sent, FileStream) else iter(())
        received = take_in(caller=caller, kind=kind, dry_run=dry_run, pieces=pieces)

        def effect() -> Response:
            job = begin_import(caller=caller, received=received)
            job.refresh_from_db()
            return answer(_shown(job), status=202, location=f"{_ROOT}/{job.id}")

        try:
            return self.write(request, effect)
        finally:
            throw_away(received)

    @extend_schema(responses={200: ImportsOut})
    def get(self, request: Request) -> Response:
        """The force's imports, the oldest first."""
        page = paginate(request, imports_of(self.caller(request).force), order=("id",))
        return answer({"results": [_shown(job) for job in page.rows], "next": page.next, "previous": page.previous})


def _kind(request: Request) -> FileKind:
    sent = str(request.content_type or "").partition(";")[0].strip().casefold()
    if sent not in _KINDS:
        raise UnsupportedMediaType(sent)
    return _KINDS[sent]


def _dry_run(request: Request) -> bool:
    sent = request.query_params.get("dry_run", "false")
    if sent not in ("true", "false"):
        raise refuse("?dry_run", "unknown_value", "dry_run takes true or false.")
    return sent == "true"


def _read_severities(request: Request) -> tuple[Severity, ...]:
    sent = request.query_params.get("severity")
    if sent is not None and sent not in get_args(Severity):
        raise refuse("?severity", "unknown_value", "severity takes error or warning.")
    return tuple(severity for severity in get_args(Severity) if sent in (None, severity))


class OneImport(ApiView):
    audience, scopes = "force", {"GET": _READ}

    @extend_schema(responses={200: ImportOut})
    def get(self, request: Request, job: UUID) -> Response:
        """How far an import is, and what became of its orders."""
        return answer(_shown(import_of(self.caller(request).force, job)))


class ImportErrors(ApiView):
    audience, scopes = "force", {"GET": _READ}

    @extend_schema(parameters=[_SEVERITY], responses={200: ImportErrorsOut})
    def get(self, request: Request, job: UUID) -> Response:
        """What is wrong or worth a warning in the file, row by row, and what to do. Never what a cell held."""
        severities = _read_severities(request)
        found = ImportProblem.objects.filter(job=import_of(self.caller(request).force, job), severity__in=severities)
        page = paginate(request, found, order=("row", "id"))
        rows = [{"row": p.row, "field": p.field, "code": p.code, "do": p.do, "severity": p.severity} for p in page.rows]
        return answer({"results": rows, "next": page.next, "previous": page.previous})


class ImportChanges(ApiView):
    audience, scopes = "force", {"GET": _READ}

    @extend_schema(responses={200: ImportChangesOut})
    def get(self, request: Request, job: UUID) -> Response:
        """Which orders the file changed, or would change, and where they differ from the version before."""
        caller = self.caller(request)
        mine = orders_open_to(caller).values("reference")
        found = ImportedOrder.objects.filter(job=import_of(caller.force, job), outcome="versioned", reference__in=mine)
        page = paginate(request, found, order=("row", "id"))
        with transaction.atomic():
            record(actor=caller.actor, action="consultation", verb="import_changes_listed", records=[job])
        rows = [
            {"row": row.row, "reference": row.reference, "version": row.version, "fields": row.changes}
            for row in page.rows
        ]
        return answer({"results": rows, "next": page.next, "previous": page.previous})


class _Csv(BaseRenderer):
    """For a caller who asks for text/csv and nothing else; refusals are JSON all the same."""

    media_type, format = "text/csv", "csv"

    def render(self, data: Any, *_: object, **__: object) -> bytes:
        return bytes(JsonAnswer().render(data))


class ImportTemplate(ApiView):
    audience, scopes = "force", {"GET": _READ}
    renderer_classes = (JsonAnswer, _Csv)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        """Every column in its place, with one made-up order to write over."""
        written = io.StringIO()
        rows = csv.writer(written)
        rows.writerow(COLUMNS)
        rows.writerow(column.example for column in COLUMNS.values())
        # With the mark by which a spreadsheet knows UTF-8.
        response = HttpResponse(written.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="orders.csv"'
        return response
