"""One table that turns every refusal into `application/problem+json` (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from math import ceil
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig
from django.db import transaction
from django.db.utils import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from psycopg.errors import LockNotAvailable, QueryCanceled
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts.types import Caller
from audit.services import record
from common.alarms import raise_alarm
from common.envelope import NotOpened
from common.problems import (
    UNREADABLE,
    Closed,
    Conflict,
    DomainError,
    Forbidden,
    Malformed,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Problem,
    Refused,
    TooLarge,
    Traced,
    Unavailable,
)

CONTENT_TYPE = "application/problem+json"

STATUS: Mapping[type[DomainError], int] = {
    Malformed: 400,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    PreconditionFailed: 412,
    TooLarge: 413,
    Refused: 422,
    PreconditionRequired: 428,
    Unavailable: 503,
}
# What Django REST Framework itself refuses, by our own codes and words: its texts quote what was sent.
FRAMEWORK: Mapping[type[exceptions.APIException], tuple[str, str]] = {
    exceptions.NotAuthenticated: ("not_authenticated", "Send a bearer token."),
    exceptions.AuthenticationFailed: ("invalid_token", "The token is unknown, expired or withdrawn."),
    exceptions.PermissionDenied: ("wrong_role", "Your role or scope does not allow this."),
    exceptions.MethodNotAllowed: ("method_not_allowed", "This address does not answer that method."),
    exceptions.NotAcceptable: ("not_acceptable", "Answers are JSON."),
    exceptions.UnsupportedMediaType: (
        "unsupported_media_type",
        "This address does not take that Content-Type; most take application/json.",
    ),
    exceptions.Throttled: ("rate_limited", "Too many requests. In danger, call 999."),
    exceptions.ParseError: ("malformed_request", "The request could not be read."),
}


def body(
    status: int, code: str, detail: str, *, problems: Iterable[Problem] = (), extra: Mapping[str, object] | None = None
) -> dict[str, Any]:
    """The members of RFC 9457, our stable `code`, and every problem with its pointer."""
    return {
        "type": f"urn:spo:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": [{"pointer": p.pointer, "code": p.code, "detail": p.detail} for p in problems],
        **(extra or {}),
    }


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Django REST Framework's exception handler: an answer, or None for what nobody expected."""
    answer = _answer(error)
    if answer is None:
        return None
    set_rollback()
    answer.content_type = CONTENT_TYPE
    closed = error if isinstance(error, Closed) else error.__cause__
    if isinstance(closed, Closed):
        _alarm(context.get("request"), closed)
    if isinstance(error, Traced):
        _trace(context.get("request"), error)
    return answer


def _trace(request: Any, refusal: Traced) -> None:
    """What a refusal told and to whom: never what was sent."""
    caller = getattr(request, "user", None)
    if isinstance(caller, Caller):
        _record(caller, refusal.verb, refusal.records, reason_code=refusal.code)


def _alarm(request: Any, closed: Closed) -> None:
    """Somebody asked for what a list of readers keeps from them (rule 81): told after the refusal rolled back."""
    caller = getattr(request, "user", None)
    if isinstance(caller, Caller):
        _record(caller, "restricted_attempt", closed.records, reason_code="restricted")
        raise_alarm("restricted_attempt", [caller.id, *closed.records])


def _answer(error: Exception) -> Response | None:
    if isinstance(error, NotOpened):  # sealed under a key that this server does not have, or changed
        error = Unavailable("stored_text_unreadable", UNREADABLE)
    if isinstance(error, DomainError):
        return _domain(error)
    if isinstance(error, Http404):
        return _domain(NotFound())
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return _domain(TooLarge("body_too_large", "The body is over the limit of this endpoint."))
    if isinstance(error, BadRequest):
        error = exceptions.ParseError()
    if isinstance(error, OperationalError):
        return _busy(error)
    if isinstance(error, exceptions.APIException):
        return _framework(error)
    return None


def status_of(error: DomainError) -> int:
    """The status that a refusal is answered with."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def _domain(error: DomainError) -> Response:
    status = status_of(error)
    problems = error.problems if isinstance(error, Refused) else ()
    return Response(body(status, error.code, error.detail, problems=problems, extra=error.extra), status=status)


def _framework(error: exceptions.APIException) -> Response:
    code, detail = next((FRAMEWORK[kind] for kind in type(error).__mro__ if kind in FRAMEWORK), ("refused", "Refused."))
    response = Response(body(error.status_code, code, detail), status=error.status_code)
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        response["WWW-Authenticate"] = "Bearer"
    if isinstance(error, exceptions.Throttled):
        response["Retry-After"] = str(max(1, ceil(getattr(error, "wait", None) or 1)))
    return response


def _busy(error: OperationalError) -> Response | None:
    """A wait inside PostgreSQL that ran out (10 s for a row): somebody else is changing the same thing."""
    if not isinstance(error.__cause__, LockNotAvailable | QueryCanceled):
        return None
    response = _domain(Conflict("busy", "Somebody else is changing this now. Try again."))
    response["Retry-After"] = "2"
    return response


def plain(status: int, code: str, detail: str) -> HttpResponse:
    """The same shape for what Django refuses before any view runs."""
    return JsonResponse(body(status, code, detail), status=status, content_type=CONTENT_TYPE)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return plain(400, "malformed_request", "The request could not be read.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return plain(403, "wrong_role", "Your role or scope does not allow this.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return plain(404, "not_found", "There is nothing here for you.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Nothing of the failure is said: its words may hold what was sent."""
    return plain(500, "server_error", "Something failed on our side. Nothing was stored. In danger, call 999.")


def _record(caller: Caller, verb: str, records: Sequence[UUID], *, reason_code: str) -> None:
    with transaction.atomic():
        record(actor=caller.actor, action="consultation", verb=verb, records=records, reason_code=reason_code)
