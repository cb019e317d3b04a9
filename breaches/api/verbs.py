"""What every verb of an officer on a report has in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from pydantic import BaseModel
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.types import Caller
from breaches import workflow
from breaches.api import shown
from breaches.models import Report
from breaches.moving import Precondition
from breaches.serializers import NothingIn
from edge.parsing import read
from edge.views import ApiView, answer


def detail(report: Report, caller: Caller) -> Response:
    return answer(shown.for_officer(report, caller), etag=shown.tag(report))


class Verb(ApiView):
    """A verb on one report: the subclass names its effect, and whether `If-Match` must come with it."""

    audience = "officer"
    roles = frozenset(role for move in workflow.MOVES for role in move.roles)
    match_required: ClassVar[bool] = False
    body_shape: ClassVar[type[BaseModel]] = NothingIn

    def act(self, request: Request, effect: Callable[[Caller, Precondition], Report]) -> Response:
        def once() -> Response:
            caller = self.caller(request)
            report = effect(caller, self._precondition(request))
            # Last, as what is wrong with the words is told last; a refusal takes the effect back.
            read(request, self.body_shape)
            return detail(report, caller)

        return self.write(request, once)

    def _precondition(self, request: Request) -> Precondition:
        return lambda report: shown.precondition(request, report, required=self.match_required)
