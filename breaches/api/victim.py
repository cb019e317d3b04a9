"""Reports for victims and advocates, at /victim/."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.types import Caller
from audit.services import record
from breaches import queries, services
from breaches.api import said, shown
from breaches.api.shapes import AddedOut, CorrectionIn, MessageIn, OwnDetailOut, WithdrawIn
from breaches.api.submission import TakesReports
from breaches.corrections import find_empty_items
from breaches.models import Report
from breaches.reading import missing_text
from breaches.serializers import OwnReportsOut, ReceiptOut, ReportIn
from common.problems import Problem
from edge.pagination import paginate
from edge.parsing import body_of, read
from edge.views import ApiView, answer


class Reports(TakesReports):
    audience = "victim"
    mailbox_does = frozenset({"GET", "POST"})

    @extend_schema(request=ReportIn, responses={201: ReceiptOut})
    def post(self, request: Request) -> Response:
        """Tell the police what happened. It is kept whatever it says; in danger, call 999."""
        return self.submit(request)

    @extend_schema(responses={200: OwnReportsOut})
    @transaction.atomic
    def get(self, request: Request) -> Response:
        """One's own reports, and those that an advocate made for one, in the order in which they were made."""
        caller, full = self.caller(request), self.caller(request).assurance == "full"
        # That somebody reported for her, whoever opened her mailbox is not told (rule 84).
        rows = (queries.reports_about_person if full else queries.reports_of_person)(caller.person)
        page = paginate(request, rows, order=("received_at", "id"))
        record(actor=caller.actor, action="consultation", verb="own_reports_listed", records=[r.id for r in page.rows])
        asked = queries.questions_of([r.id for r in page.rows])
        results = [
            shown.own(r, asked[r.id] if full and _is_made_by(r, caller) else (), reader=caller.person)
            for r in page.rows
        ]
        return answer({"results": results, "next": page.next, "previous": page.previous})


class OneReport(ApiView):
    audience = "victim"
    mailbox_does = frozenset({"GET"})

    @extend_schema(responses={200: OwnDetailOut})
    @transaction.atomic
    def get(self, request: Request, key: str) -> Response:
        """Where one's own report stands, what one was asked and said since, and who has looked."""
        caller = self.caller(request)
        full = caller.assurance == "full"
        report = (queries.report_about_person if full else queries.own_report)(caller.person, key)
        record(actor=caller.actor, action="consultation", verb="own_report_read", records=[report.id])
        if full and _is_made_by(report, caller):
            return _show_own(report, caller)
        return _show_standing(report, caller)


def _is_made_by(report: Report, caller: Caller) -> bool:
    return report.reporter_user_id == caller.user_id


def _show_own(report: Report, caller: Caller) -> Response:
    asked = queries.questions_of([report.id])[report.id]
    return answer(shown.own(report, asked, reader=caller.person) | said.own_detail(report), etag=shown.tag(report))


def _show_standing(report: Report, caller: Caller) -> Response:
    """Nothing of what was said, by her or to her, for whoever opened her mailbox and no more (rule 84).

    And where an advocate reported for her: what they were told, by her or by others, is theirs to tell her.
    """
    return answer(shown.own(report, (), reader=caller.person) | said.closed_detail(report), etag=shown.tag(report))


def _find_missing(body: Mapping[str, Any]) -> list[Problem]:
    return [*missing_text(body), *find_empty_items(body)]


class Messages(TakesReports):
    audience = "victim"
    mailbox_does = frozenset({"POST"})

    @extend_schema(request=MessageIn, responses={201: AddedOut})
    def post(self, request: Request, key: str) -> Response:
        """Say more about one's own report. Where a question waits, this answers it."""

        def effect() -> Response:
            caller = self.caller(request)
            queries.own_report(caller.person, key)
            sent = read(request, MessageIn, also=missing_text)
            text = services.Said(sent.text, sent.immediate_danger is True)
            addition = services.add_message(caller=caller, key=key, said=text)
            return answer(said.added(addition, warnings=[]), status=201, etag=shown.tag(addition.report))

        return self.write(request, effect)


class Corrections(TakesReports):
    audience = "victim"

    @extend_schema(request=CorrectionIn, responses={201: AddedOut})
    def post(self, request: Request, key: str) -> Response:
        """Put something right. What was said first stays beside it."""

        def effect() -> Response:
            caller = self.caller(request)
            queries.own_report(caller.person, key)
            read(request, CorrectionIn, also=_find_missing)
            body = body_of(request)
            sent = services.Submission(body=body.value, sent=body.text)
            corrected = services.correct_report(caller=caller, key=key, sent=sent)
            warnings = [shown.warning(problem) for problem in corrected.warnings]
            return answer(
                said.added(corrected.addition, warnings=warnings), status=201, etag=shown.tag(corrected.report)
            )

        return self.write(request, effect)


class Withdraw(ApiView):
    audience = "victim"

    @extend_schema(request=WithdrawIn, responses={200: OwnDetailOut})
    def post(self, request: Request, key: str) -> Response:
        """Take one's report back. It is kept, and an officer decides what becomes of it."""

        def effect() -> Response:
            caller = self.caller(request)
            queries.own_report(caller.person, key)
            services.withdraw(caller=caller, key=key, reason=read(request, WithdrawIn).reason)
            return _show_own(queries.own_report(caller.person, key), caller)

        return self.write(request, effect)


class Resume(ApiView):
    audience = "victim"

    @extend_schema(request=WithdrawIn, responses={200: OwnDetailOut})
    def post(self, request: Request, key: str) -> Response:
        """Take one's withdrawal back: the report counts again."""

        def effect() -> Response:
            caller = self.caller(request)
            queries.own_report(caller.person, key)
            services.resume_report(caller=caller, key=key, reason=read(request, WithdrawIn).reason)
            return _show_own(queries.own_report(caller.person, key), caller)

        return self.write(request, effect)
