"""One verb on many reports at once: each by itself, none stopped by another."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.types import Caller
from breaches import deciding, services
from breaches.api import shown
from breaches.api.holding import aside
from breaches.api.shapes import BulkIn, BulkOut, BulkRowOut
from breaches.models import Report
from breaches.policies import WORKERS
from common.problems import DomainError, Problem, Refused
from edge.parsing import read
from edge.problem_json import status_of
from edge.views import ApiView, answer

_Act = Callable[[str], Report]


class Bulk(ApiView):
    """Verbs that decide nothing. A decision is about one report, which somebody has read."""

    audience, roles = "officer", WORKERS

    @extend_schema(request=BulkIn, responses={200: BulkOut})
    def post(self, request: Request) -> Response:
        """Claim, release, note or put aside up to a hundred reports; what became of each."""

        def effect() -> Response:
            sent = read(request, BulkIn)
            _check_words(sent)
            act = _act(self.caller(request), sent)
            return answer({"results": [_row(key, act).model_dump() for key in dict.fromkeys(sent.reports)]})

        return self.write(request, effect)


def _check_words(sent: BulkIn) -> None:
    wanted = {"note": sent.note, "snooze": sent.snooze}
    if sent.verb in wanted and wanted[sent.verb] is None:
        raise Refused([Problem(f"/{sent.verb}", "required", "This is required.")])


def _act(caller: Caller, sent: BulkIn) -> _Act:
    note, snooze = sent.note, sent.snooze
    if sent.verb == "note" and note:
        return lambda key: services.note(caller=caller, key=key, read=lambda: note.text, precondition=_any)
    if sent.verb == "snooze" and snooze:
        return lambda key: services.snooze(caller=caller, key=key, read=lambda: aside(snooze), precondition=_any)
    verb = deciding.claim if sent.verb == "claim" else deciding.release
    return lambda key: verb(caller=caller, key=key, precondition=_any)


def _any(report: Report) -> None:
    """Verbs of this kind ask for no `If-Match`."""


def _row(key: str, act: _Act) -> BulkRowOut:
    try:
        with transaction.atomic():
            report = act(key)
    except DomainError as refusal:
        problem = refusal.problems[0] if isinstance(refusal, Refused) else refusal
        return BulkRowOut(
            report=key,
            status=status_of(refusal),
            id=None,
            state=None,
            etag=None,
            code=problem.code,
            detail=problem.detail,
        )
    return BulkRowOut(
        report=key,
        status=200,
        id=str(report.id),
        state=report.state,
        etag=shown.tag(report),
        code=None,
        detail=None,
    )
