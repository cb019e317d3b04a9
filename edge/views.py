"""The view that every endpoint extends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.types import Caller
from edge.authentication import caller_of
from edge.idempotency import once


class ApiView(APIView):
    """An endpoint for one audience: `force`, `officer` or `victim`.

    `scopes` names what a force system needs for each method (a method left out is closed to it), `roles`
    which officers may call (None: any). Both are about the caller only; whose data it is, services ask.

    `mailbox_does` are the methods open to somebody who proved no more than a mailbox, which may be his (rule 84):
    none, unless a view says so. `step_up` are those that want a second factor shown a short while ago.
    """

    audience: ClassVar[str] = "nobody"
    scopes: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    roles: ClassVar[frozenset[str] | None] = None
    mailbox_does: ClassVar[frozenset[str]] = frozenset()
    step_up: ClassVar[frozenset[str]] = frozenset()

    def caller(self, request: Request) -> Caller:
        return caller_of(request)

    def write(self, request: Request, effect: Callable[[], Response]) -> Response:
        """A POST's effect: one transaction, and once for one `Idempotency-Key`."""
        return once(request, effect)

    def write_gathered(self, request: Request, effect: Callable[[], Response]) -> Response:
        """The same in few trips to the database, for an effect that asks for no row counts."""
        return once(request, effect, gather=True)


def answer(data: Any, *, status: int = 200, etag: str | None = None, location: str | None = None) -> Response:
    """A JSON answer with the headers that go with it."""
    response = Response(data, status=status)
    if etag:
        response["ETag"] = etag
    if location:
        response["Location"] = location
    return response
