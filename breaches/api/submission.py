"""Taking a report in, whoever sends it."""

from __future__ import annotations

from typing import ClassVar

from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from breaches import services
from breaches.api import shown
from breaches.reading import missing
from breaches.serializers import ReportIn
from common.problems import DomainError
from edge.parsing import body_of, read
from edge.views import ApiView, answer


class TakesReports(ApiView):
    """A view to which reports are posted. Somebody in immediate danger is outside every rate limit (rule 37)."""

    report_shape: ClassVar[type[ReportIn]] = ReportIn

    def check_throttles(self, request: Request) -> None:
        """Read the body of a request over the limit, and let it through where it says that it is danger."""
        try:
            super().check_throttles(request)
        except Throttled:
            if request.method != "POST" or not _danger(request):
                raise

    def submit(self, request: Request) -> Response:
        """Keep the report, judge it, put it into the queue: 201, whatever it says."""

        def effect() -> Response:
            read(request, self.report_shape, also=missing)
            sent = body_of(request)
            submission = services.Submission(body=sent.value, sent=sent.text)
            report = services.submit_report(caller=self.caller(request), submission=submission)
            return answer(shown.receipt(report), status=201, etag=shown.tag(report))

        return self.write_gathered(request, effect)


def _danger(request: Request) -> bool:
    try:
        body = body_of(request).value
    except DomainError:
        return False
    return isinstance(body, dict) and body.get("immediate_danger") is True
