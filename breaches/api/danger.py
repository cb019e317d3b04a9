"""Somebody in immediate danger is outside every rate limit (rule 37)."""

from __future__ import annotations

from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from common.problems import DomainError
from edge.parsing import body_of
from edge.views import ApiView


class DangerOutsideLimits(ApiView):
    """Reads the body of a request over the limit, and lets it through where it says that it is danger."""

    def check_throttles(self, request: Request) -> None:
        try:
            super().check_throttles(request)
        except Throttled:
            if request.method != "POST" or not _danger(request):
                raise


def _danger(request: Request) -> bool:
    try:
        body = body_of(request).value
    except DomainError:
        return False
    return isinstance(body, dict) and body.get("immediate_danger") is True
