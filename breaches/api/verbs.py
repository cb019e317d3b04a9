"""What every verb of an officer on a report has in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol, TypeVar

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

_Shape = TypeVar("_Shape", bound=BaseModel)
_Meant = TypeVar("_Meant")
_Meant_contra = TypeVar("_Meant_contra", contravariant=True)


def detail(report: Report, caller: Caller) -> Response:
    return answer(shown.for_officer(report, caller), etag=shown.tag(report))


class _Service(Protocol[_Meant_contra]):
    """What does it: `read` gives the words once everything before them was in order."""

    def __call__(
        self, *, caller: Caller, key: str, read: Callable[[], _Meant_contra], precondition: Precondition
    ) -> Report: ...


class Verb(ApiView):
    """A verb on one report: the subclass names its effect, and whether `If-Match` must come with it."""

    audience = "officer"
    roles = frozenset(role for move in workflow.MOVES for role in move.roles)
    match_required: ClassVar[bool] = False

    def act(self, request: Request, effect: Callable[[Caller, Precondition], Report]) -> Response:
        """The answer to a verb that needs no words, and takes none."""

        def silent(caller: Caller, precondition: Precondition) -> Report:
            report = effect(caller, precondition)
            # Last, as what is wrong with the words is told last; a refusal takes the effect back.
            read(request, NothingIn)
            return report

        return self._once(request, silent)

    def say(
        self,
        request: Request,
        key: str,
        shape: type[_Shape],
        *,
        service: _Service[_Meant],
        meaning: Callable[[_Shape], _Meant],
    ) -> Response:
        """The answer to a verb that comes with words, and to what they mean to the service."""
        return self._once(
            request,
            lambda caller, precondition: service(
                caller=caller, key=key, read=lambda: meaning(read(request, shape)), precondition=precondition
            ),
        )

    def _once(self, request: Request, effect: Callable[[Caller, Precondition], Report]) -> Response:
        def once() -> Response:
            caller = self.caller(request)
            return detail(effect(caller, self._precondition(request)), caller)

        return self.write(request, once)

    def _precondition(self, request: Request) -> Precondition:
        return lambda report: shown.precondition(request, report, required=self.match_required)
