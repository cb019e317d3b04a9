"""The door of every sign-in address: what may be sent, how often, by whom, and what is left in the trail.

allauth has no switch that makes a second factor mandatory, and its own limits lock out everybody behind one address.
So none of its views is reached but through here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from math import ceil
from threading import BoundedSemaphore
from typing import Any, Literal

from allauth.account.utils import url_str_to_user_pk
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from accounts import attempts
from accounts.attempts import ProofUsed, Trying
from accounts.models import User
from accounts.sessions import SessionStore
from audit.services import record
from common.envelope import NotOpened
from common.problems import UNREADABLE, Malformed
from edge.parsing import decode
from edge.problem_json import plain
from edge.throttles import address_of
from identity.adapters import DEVICE_HEADER
from identity.policies import refusal_to_manage

Proves = Literal["", "password", "code", "code_request", "second_factor", "passkey", "password_again", "factor_again"]
View = Callable[..., Any]
_MOST_BYTES = 64 * 1024
_HASHES = frozenset({"password", "password_again"})
_hashing = BoundedSemaphore(settings.SIGN_INS_AT_ONCE + 1)  # one more may wait its turn
_TOKEN_HEADER = "X-Session-Token"  # noqa: S105 - a header's name
_ITSELF = "a passkey"  # that names its owner itself: nothing that could be guessed, so nobody waits for it


@dataclass(frozen=True, slots=True)
class Way:
    """One address: what a POST to it proves, and whether only somebody signed in may use it (`manages`)."""

    view: View
    methods: frozenset[str]
    proves: Proves = ""
    manages: str = ""


class TooBusy(Exception):
    """As many passwords as may be are being looked at."""


class _Refused(Exception):
    def __init__(self, answer: HttpResponse) -> None:
        super().__init__()
        self.answer = answer


def door(way: Way) -> View:
    """A view that lets through what this address is for."""

    def handle(request: HttpRequest) -> HttpResponse:
        request.session, request.user = SessionStore(), AnonymousUser()
        try:
            sent = _checked(request, way)
            if way.manages:
                _check_may_manage(request, way)
            answer = _tried(request, way, sent) if way.proves and request.method == "POST" else _asked(request, way)
        except _Refused as refused:
            return refused.answer
        if token := request.META.pop("identity.device_token", ""):
            answer[DEVICE_HEADER] = token
        return answer

    view: View = csrf_exempt(handle)
    return view


def _checked(request: HttpRequest, way: Way) -> dict[str, Any]:
    """The JSON object that was sent, of a sane size and without what no text column holds."""
    if request.method not in way.methods:
        answer = plain(405, "method_not_allowed", "This address does not answer that method.")
        answer["Allow"] = ", ".join(sorted(way.methods))
        raise _Refused(answer)
    if "\x00" in "".join([request.headers.get(_TOKEN_HEADER, ""), request.GET.urlencode(), request.path]):
        raise _Refused(plain(400, "malformed_request", "The request could not be read."))
    if int(request.META.get("CONTENT_LENGTH") or 0) > _MOST_BYTES:
        raise _Refused(plain(413, "body_too_large", "The body is over the limit of this endpoint."))
    if not request.body:
        return {}
    try:
        value = decode(request.body.decode("utf-8"))
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (Malformed, UnicodeError):
        raise _Refused(plain(400, "malformed_json", "The body is not JSON.")) from None
    if not isinstance(value, dict) or "\\u0000" in json.dumps(value):
        raise _Refused(plain(400, "malformed_json", "The body is not a JSON object of storable text."))
    return value


def _check_may_manage(request: HttpRequest, way: Way) -> None:
    session = SessionStore(request.headers.get(_TOKEN_HEADER) or None)
    user = _user_of(session)
    if user is None:
        answer = plain(401, "not_authenticated", "Sign in first.")
        raise _Refused(answer)
    problem = refusal_to_manage(user, session, what=way.manages, changes=request.method != "GET")
    if problem is not None:
        raise _Refused(plain(403, *problem))
    request.META["identity.user"] = user


def _user_of(session: SessionStore) -> User | None:
    key = session.get("_auth_user_id")
    return User.objects.filter(pk=key, is_active=True).first() if key else None


def _asked(request: HttpRequest, way: Way) -> HttpResponse:
    with transaction.atomic():
        answer = _through(request, way)
        user = request.META.pop("identity.user", None)
        if way.manages and request.method != "GET" and answer.status_code == 200 and user is not None:
            verb = f"{way.manages}_{(request.method or '').lower()}"
            record(actor=attempts.actor_of(user), action="alteration", verb=verb, records=[user.id])
    return answer


def _tried(request: HttpRequest, way: Way, sent: dict[str, Any]) -> HttpResponse:
    try:
        with hashing() if way.proves in _HASHES else nullcontext():
            return _counted(request, way, sent)
    except TooBusy:  # nothing was tried, and nothing is counted
        raise _Refused(_come_back(1)) from None


def _counted(request: HttpRequest, way: Way, sent: dict[str, Any]) -> HttpResponse:
    login = _login_of(request, way, sent)
    trying = attempts.begin(login=login, address=address_of(request), step=way.proves)
    if trying.wait and not (way.proves == "passkey" and login.startswith(_ITSELF)):
        raise _Refused(_come_back(ceil(trying.wait.total_seconds())))
    if way.proves == "code_request":
        return _asked(request, way)  # stays counted: what is limited is how many are sent
    code = str(sent.get("code", "")) if way.proves in ("second_factor", "factor_again", "code") else ""
    try:
        with transaction.atomic():
            return _judged(request, way, trying, login, code)
    except ProofUsed:
        attempts.failed(trying, login=login)
        error = {"message": "Incorrect code.", "code": "incorrect_code", "param": "code"}
        return JsonResponse({"status": 400, "errors": [error]}, status=400)


def _judged(request: HttpRequest, way: Way, trying: Trying, login: str, code: str) -> HttpResponse:
    """Raises `ProofUsed`, with nothing of it done, for a code that opened before."""
    if code:
        attempts.check_unused(trying, login=login, code=code)
    answer = _through(request, way)
    if answer.status_code == 400:
        attempts.failed(trying, login=login)
    else:
        attempts.passed(trying, login=login, code=code if answer.status_code in (200, 401) else "")
    return answer


@contextmanager
def hashing() -> Iterator[None]:
    """Whoever waits for a hash holds a thread: a flood of sign-ins must not take all of them from reports."""
    if not _hashing.acquire(blocking=False):
        raise TooBusy
    try:
        yield
    finally:
        _hashing.release()


def _come_back(seconds: int) -> HttpResponse:
    answer = plain(429, "rate_limited", "Too many tries. Wait, or ask for help. In danger, call 999.")
    answer["Retry-After"] = str(max(1, seconds))
    return answer


def _login_of(request: HttpRequest, way: Way, sent: dict[str, Any]) -> str:
    """Under which name a try is counted: what was typed, or who has got past the first step."""
    if way.proves == "password":
        return str(sent.get("username") or sent.get("email") or "")
    if way.proves == "code_request":
        return f"code for {str(sent.get('email', '')).strip().casefold()}"
    session = SessionStore(request.headers.get(_TOKEN_HEADER) or None)
    pending = session.get("account_login")
    key = session.get("_auth_user_id")
    if isinstance(pending, dict) and pending.get("user_pk"):
        key = url_str_to_user_pk(pending["user_pk"])
    elif isinstance(pending, dict) and pending.get("email"):
        return str(pending["email"])
    user = User.objects.filter(pk=key).first() if key else None
    return user.username if user else f"{_ITSELF} {request.headers.get(_TOKEN_HEADER, '')}"


def _through(request: HttpRequest, way: Way) -> HttpResponse:
    """allauth's own answer. What it cannot read is the sender's mistake: no input gives a 500."""
    try:
        with transaction.atomic():
            answer: HttpResponse = way.view(request)
    except ImmediateHttpResponse as error:
        answer = error.response
    except NotOpened:  # an authenticator's secret, sealed under a key that this server does not have
        raise _Refused(plain(503, "stored_text_unreadable", UNREADABLE)) from None
    except (TypeError, ValueError, KeyError, AttributeError):
        raise _Refused(plain(400, "malformed_request", "The request could not be read.")) from None
    return answer
