"""Evidence from a person for herself, beside her diary, and from somebody without an account, by a receipt."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.types import ANYONE
from audit.services import record
from breaches import diary
from breaches.api.private import HerOwn
from breaches.api.public import Public, find_report
from breaches.evidence import services, with_diary
from breaches.evidence.checks import check_room
from breaches.evidence.diary_models import DiaryEvidence
from breaches.evidence.intake import EvidenceForm, read_form
from breaches.evidence.serializers import EvidenceIn, KeptOut, KeptsOut, ReceiptEvidenceIn
from breaches.models import Report
from common.problems import Problem, Refused
from edge.idempotency import once
from edge.views import answer

_FIRST = Problem("/receipt", "required", "Send the receipt, and send it before the file.")
_LONGEST_RECEIPT = 100


class ReceiptEvidence(Public):
    """The form has `receipt` before `file`: nothing of a file is kept before the receipt is found to be one."""

    parser_classes = [EvidenceForm]
    form_fields = frozenset({"receipt"})
    report: Report

    def admit_form(self, request: Request, fields: QueryDict) -> None:
        """Raises `Refused`, `NotFound` or `Throttled` before the file is read."""
        receipt = fields.get("receipt") or ""
        if not 0 < len(receipt) <= _LONGEST_RECEIPT:
            raise Refused([_FIRST])
        self.report = find_report(request, receipt)
        check_room(self.report)

    @extend_schema(request={"multipart/form-data": ReceiptEvidenceIn}, responses={201: KeptOut})
    def post(self, request: Request) -> Response:
        """Send one file with a report made without an account. What comes back is that it arrived, and its SHA-256."""
        form = read_form(request)
        report = self.report

        def effect() -> Response:
            item = services.keep(actor=ANYONE.actor, report_id=report.id, received=form.received, sent=form.sent)
            return answer(_describe_kept(item), status=201)

        try:
            form.arrival.place()
            return once(request, effect, said=[str(report.id), form.received.sha256, form.sent.filename])
        finally:
            form.arrival.discard()


class DiaryFiles(HerOwn):
    parser_classes = [EvidenceForm]

    @extend_schema(responses={200: KeptsOut})
    @transaction.atomic
    def get(self, request: Request, entry: UUID) -> Response:
        """The files beside an entry of one's own diary."""
        caller = self.herself(request)
        found = diary.own_entry(caller.person, entry)
        rows = list(DiaryEvidence.objects.filter(entry=found).order_by("number"))
        record(
            actor=caller.actor,
            action="consultation",
            verb="diary_evidence_listed",
            records=[found.id, *(row.id for row in rows)],
        )
        return answer({"results": [_describe_kept(row) for row in rows]})

    @extend_schema(request={"multipart/form-data": EvidenceIn}, responses={201: KeptOut})
    def post(self, request: Request, entry: UUID) -> Response:
        """Put one file beside an entry. It becomes evidence, and is looked at, once the entry is made a report."""
        caller = self.herself(request)
        with_diary.check_takes_evidence(caller=caller, entry_id=entry)
        form = read_form(request)

        def effect() -> Response:
            row = with_diary.keep_with_entry(caller=caller, entry_id=entry, received=form.received, sent=form.sent)
            return answer(_describe_kept(row), status=201)

        try:
            form.arrival.place()
            return once(request, effect, said=[form.received.sha256, form.sent.filename])
        finally:
            form.arrival.discard()


def _describe_kept(kept: Any) -> dict[str, Any]:
    """What arrived: nothing that says more of a report than its receipt does."""
    return {name: getattr(kept, name) for name in ("filename", "size", "sha256", "received_at")}
