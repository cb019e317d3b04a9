"""The view that every endpoint extends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.types import Caller
from common.problems import Problem, Refused
from database import tenancy
from database.tenancy import Tenant
from edge.authentication import caller_of
from edge.idempotency import client_of, once

_TIMES = frozenset({"at", "knownat"})
_UNSUPPORTED = "This address does not take this parameter: leave it out."


class ApiView(APIView):
    """An endpoint for one audience: `force`, `officer` or `victim`.

    `scopes` names what a force system needs for each method (a method left out is closed to it), `roles`
    which officers may call (None: any). Both are about the caller only; whose data it is, services ask.

    `mailbox_does` are the methods open to somebody who proved no more than a mailbox, which may be his (rule 84):
    none, unless a view says so. `step_up` are those that want a second factor shown a short while ago.

    `asks` names the query parameters of a read that can be asked as known at another time: it takes no others. Reads
    that name none take neither of the two times, whatever else they take.
    """

    audience: ClassVar[str] = "nobody"
    scopes: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    roles: ClassVar[frozenset[str] | None] = None
    mailbox_does: ClassVar[frozenset[str]] = frozenset()
    step_up: ClassVar[frozenset[str]] = frozenset()
    asks: ClassVar[frozenset[str]] = frozenset()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """What a request finds out about its caller ends with it (docs/adr/0007)."""
        with tenancy.acting(tenancy.NOBODY):
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        tenancy.become(_tenant(self.caller(request)))
        self._check_parameters(request)

    def _check_parameters(self, request: Request) -> None:
        """A time that is not looked at would be answered with what is so now: that is refused, and not left out."""
        if request.method not in ("GET", "HEAD"):
            return
        unknown = {name for name in request.query_params if name not in self.asks}
        refused = sorted(unknown if self.asks else {name for name in unknown if _fold_name(name) in _TIMES})
        if refused:
            raise Refused([Problem(_point_at(name), "parameter_not_supported", _UNSUPPORTED) for name in refused])

    def caller(self, request: Request) -> Caller:
        return caller_of(request)

    def write(self, request: Request, effect: Callable[[], Response]) -> Response:
        """A POST's effect: one transaction, and once for one `Idempotency-Key`."""
        return once(request, effect)

    def write_gathered(self, request: Request, effect: Callable[[], Response]) -> Response:
        """The same in few trips to the database, for an effect that asks for no row counts."""
        return once(request, effect, gather=True)


def _fold_name(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalpha())


def _point_at(name: str) -> str:
    """Of a name that somebody may have mistaken for something else, nothing is repeated."""
    return f"?{name}" if _fold_name(name) in _TIMES else "?"


def _tenant(caller: Caller) -> Tenant:
    """Whose rows PostgreSQL shows to a caller: an officer's are the force's, never the officer's own."""
    person = str(caller.user_id) if caller.user_id and not caller.force else ""
    return Tenant(force=caller.force, person=person, client=client_of(caller))


def answer(data: Any, *, status: int = 200, etag: str | None = None, location: str | None = None) -> Response:
    """A JSON answer with the headers that go with it."""
    response = Response(data, status=status)
    if etag:
        response["ETag"] = etag
    if location:
        response["Location"] = location
    return response
